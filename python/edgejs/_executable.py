"""Where `edge-node`, the native executable that came with this package, is. Imports nothing: `edge run` pays for every import."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


class NoExecutableError(FileNotFoundError):
    """The `edge-node` executable of this installation is not where the installer put it."""


def _is_program(path: str) -> bool:
    return os.access(path, os.X_OK) and os.path.isfile(path)


def edge_node_path() -> str:
    """The absolute path of `edge-node`, which is also `process.execPath` inside a program.

    It is looked for in `$EDGE_NODE`, beside the running `edge` script, in the scripts folder of this Python, then on `$PATH`.

    Raises:
        NoExecutableError: it is in none of them.
    """
    told = os.environ.get("EDGE_NODE")
    if told:
        return told
    join, dirname = os.path.join, os.path.dirname
    for folder in (dirname(sys.argv[0]) if sys.argv else "", dirname(sys.executable or "")):
        if folder and _is_program(join(folder, "edge-node")):
            return os.path.abspath(join(folder, "edge-node"))

    import shutil
    import sysconfig

    candidates = [join(sysconfig.get_path("scripts"), "edge-node"), shutil.which("edge-node")]
    if hasattr(sysconfig, "get_preferred_scheme"):
        candidates.insert(1, join(sysconfig.get_path("scripts", sysconfig.get_preferred_scheme("user")), "edge-node"))
    for path in candidates:
        if path and _is_program(path):
            return os.path.abspath(path)
    raise NoExecutableError("edge-node is not installed beside this Python; reinstall edgejs, or set $EDGE_NODE")


def native_library_path() -> str:
    """The `edge-node` that was installed together with this very package, to be loaded as a module: never another one from `$PATH`.

    Raises:
        ImportError: there is none.
    """
    join, dirname = os.path.join, os.path.dirname
    site = dirname(dirname(os.path.abspath(__file__)))
    # An environment's `lib/pythonX.Y/site-packages`, then `pip install --target`.
    candidates = [join(dirname(dirname(dirname(site))), "bin", "edge-node"), join(site, "bin", "edge-node")]
    if not any(map(_is_program, candidates)):
        import sysconfig

        candidates = [join(sysconfig.get_path("scripts"), "edge-node")]
    for path in candidates:
        if _is_program(path):
            return path
    raise ImportError("edge-node is not installed beside the package edgejs; reinstall it", name="edgejs._native")


def boot_image_path() -> str | None:
    """The boot image that was installed with `edge-node`; None when there is none (it starts from source then, slowly)."""
    told = os.environ.get("EDGE_BOOT_IMAGE")
    if told is not None:
        return told or None
    prefix = os.path.dirname(os.path.dirname(os.path.realpath(edge_node_path())))
    path = os.path.join(prefix, "share", "edgejs", "boot.image")
    return path if os.path.exists(path) else None


def exec_edge_node(args: list[str]) -> NoReturn:
    """Replaces this process by `edge-node ARGS`.

    Raises:
        NoExecutableError: there is none.
        OSError: it cannot be executed.
    """
    # Python ignores these two, and what is ignored stays ignored across exec; `signal` itself would import enum.
    import _signal

    for number in (_signal.SIGPIPE, _signal.SIGXFSZ):
        _signal.signal(number, _signal.SIG_DFL)
    path = edge_node_path()
    os.execv(path, [path, *args])
