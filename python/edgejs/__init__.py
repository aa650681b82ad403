"""A Node.js v24-compatible runtime inside a sandbox.

    import edgejs

    done = edgejs.run("console.log(1 + 1)")
    assert done.stdout == "2\\n"

Importing this package loads nothing but this file; the parts come when they are first used.
"""

from __future__ import annotations

# Not typing's: importing that costs as much as starting edge-node.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from edgejs._async_runtime import AsyncRuntime as AsyncRuntime
    from edgejs._errors import ExitError as ExitError
    from edgejs._errors import JavaScriptError as JavaScriptError
    from edgejs._errors import OutOfMemoryError as OutOfMemoryError
    from edgejs._errors import ReentrantCallError as ReentrantCallError
    from edgejs._errors import RunInterruptedError as RunInterruptedError
    from edgejs._errors import RuntimeClosedError as RuntimeClosedError
    from edgejs._errors import SnapshotError as SnapshotError
    from edgejs._errors import TransferError as TransferError
    from edgejs._executable import NoExecutableError as NoExecutableError
    from edgejs._executable import edge_node_path as edge_node_path
    from edgejs._files import Change as Change
    from edgejs._files import Files as Files
    from edgejs._limits import CpuTimeLimitExceeded as CpuTimeLimitExceeded
    from edgejs._limits import LimitError as LimitError
    from edgejs._limits import LimitExceeded as LimitExceeded
    from edgejs._limits import Limits as Limits
    from edgejs._limits import MemoryLimitExceeded as MemoryLimitExceeded
    from edgejs._limits import MessageSizeLimitExceeded as MessageSizeLimitExceeded
    from edgejs._limits import OutputLimitExceeded as OutputLimitExceeded
    from edgejs._limits import TimerLimitExceeded as TimerLimitExceeded
    from edgejs._limits import WallTimeLimitExceeded as WallTimeLimitExceeded
    from edgejs._native import JSFunction as JSFunction
    from edgejs._policy import Policy as Policy
    from edgejs._policy import PolicyError as PolicyError
    from edgejs._pool import Pool as Pool
    from edgejs._run import CompletedRun as CompletedRun
    from edgejs._run import run as run
    from edgejs._runtime import Runtime as Runtime
    from edgejs._snapshot import Snapshot as Snapshot
    from edgejs._streams import CAPTURE as CAPTURE

__version__ = "0.1.0"
__all__ = [
    "CAPTURE",
    "AsyncRuntime",
    "Change",
    "CompletedRun",
    "CpuTimeLimitExceeded",
    "ExitError",
    "Files",
    "JSFunction",
    "JavaScriptError",
    "LimitError",
    "LimitExceeded",
    "Limits",
    "MemoryLimitExceeded",
    "MessageSizeLimitExceeded",
    "NoExecutableError",
    "OutOfMemoryError",
    "OutputLimitExceeded",
    "Policy",
    "PolicyError",
    "Pool",
    "ReentrantCallError",
    "RunInterruptedError",
    "Runtime",
    "RuntimeClosedError",
    "Snapshot",
    "SnapshotError",
    "TimerLimitExceeded",
    "TransferError",
    "WallTimeLimitExceeded",
    "__version__",
    "edge_node_path",
    "run",
]

_HOMES = {
    "CAPTURE": "edgejs._streams",
    "AsyncRuntime": "edgejs._async_runtime",
    "Change": "edgejs._files",
    "CompletedRun": "edgejs._run",
    "CpuTimeLimitExceeded": "edgejs._limits",
    "ExitError": "edgejs._errors",
    "Files": "edgejs._files",
    "JSFunction": "edgejs._native",
    "JavaScriptError": "edgejs._errors",
    "LimitError": "edgejs._limits",
    "LimitExceeded": "edgejs._limits",
    "Limits": "edgejs._limits",
    "MemoryLimitExceeded": "edgejs._limits",
    "MessageSizeLimitExceeded": "edgejs._limits",
    "NoExecutableError": "edgejs._executable",
    "OutOfMemoryError": "edgejs._errors",
    "OutputLimitExceeded": "edgejs._limits",
    "Policy": "edgejs._policy",
    "PolicyError": "edgejs._policy",
    "Pool": "edgejs._pool",
    "ReentrantCallError": "edgejs._errors",
    "RunInterruptedError": "edgejs._errors",
    "Runtime": "edgejs._runtime",
    "RuntimeClosedError": "edgejs._errors",
    "TimerLimitExceeded": "edgejs._limits",
    "Snapshot": "edgejs._snapshot",
    "SnapshotError": "edgejs._errors",
    "TransferError": "edgejs._errors",
    "WallTimeLimitExceeded": "edgejs._limits",
    "edge_node_path": "edgejs._executable",
    "run": "edgejs._run",
}


def __getattr__(name: str) -> object:
    """Loads a public name from its module on first use (PEP 562)."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
