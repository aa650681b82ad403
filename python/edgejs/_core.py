"""What `Runtime` and `AsyncRuntime` are made of: an environment, its hooks, and what its answers mean."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Union

from edgejs import _native
from edgejs._errors import (
    ExitError,
    JavaScriptError,
    OutOfMemoryError,
    ReentrantCallError,
    RunInterruptedError,
    RuntimeClosedError,
    SnapshotError,
)
from edgejs._executable import boot_image_path, edge_node_path
from edgejs._files import Files
from edgejs._hooks import Hooks
from edgejs._limits import Limits, exceeded
from edgejs._policy import Policy
from edgejs._streams import Input, Output, streams

if TYPE_CHECKING:
    import asyncio

StrPath = Union[str, "os.PathLike[str]"]


def outcome(told: tuple[str, Any]) -> Any:
    """The value of an answer, or its exception, raised."""
    how, what = told
    if how == "value":
        return what
    if how == "thrown":
        raise what
    if how == "exited":
        raise ExitError(what)
    if how == "never":
        raise JavaScriptError("Error", "the promise can never settle: the event loop has nothing left to do")
    if how == "reentrant":
        raise ReentrantCallError("JavaScript is waiting for this Python function: what it asks for cannot come before it returned")
    if how == "serving":
        raise ReentrantCallError("the program may be waiting for this function, which serves one of its standard streams")
    if how == "interrupted":
        raise RunInterruptedError("what ran in the environment was interrupted")
    if how == "unfit":
        raise SnapshotError(f"the runtime cannot be captured: {what}")
    if how == "memory":
        raise OutOfMemoryError("the heap reached its limit: JavaScript heap out of memory", "memory")
    if how == "limit":
        raise exceeded(what)
    raise RuntimeClosedError(f"the environment is gone: {what}")


def _folder(cwd: StrPath | None, policy: Policy | None) -> str:
    """Where the environment works: a path that it sees, which under an open policy is one of this process."""
    if policy is not None and policy.is_open:
        return os.path.abspath(os.fspath(cwd) if cwd is not None else os.getcwd())  # noqa: PTH100, PTH109
    return os.fspath(cwd) if cwd is not None else "/"


def check(*, policy: Policy | None, limits: Limits | None, cwd: StrPath | None, env: Mapping[str, str] | None, memory_limit: int) -> None:
    """Looks at what an environment is to be made of, before there is one.

    Raises:
        TypeError, ValueError: something cannot be; it names the argument.
    """

    def wrong(name: str, wanted: str, value: object) -> TypeError:
        return TypeError(f"{name}: must be {wanted}, not {type(value).__name__}")

    if policy is not None and not isinstance(policy, Policy):
        raise wrong("policy", "an edgejs.Policy", policy)
    if limits is not None and not isinstance(limits, Limits):
        raise wrong("limits", "an edgejs.Limits", limits)
    if cwd is not None and not isinstance(cwd, (str, os.PathLike)):
        raise wrong("cwd", "a path", cwd)
    if env is not None:
        if not isinstance(env, Mapping):
            raise wrong("env", "a mapping", env)
        for name, value in env.items():
            if not isinstance(name, str) or not isinstance(value, str):
                raise wrong(f"env[{name!r}]", "text", name if not isinstance(name, str) else value)
            if not name or "=" in name or "\0" in name or "\0" in value:
                raise ValueError(f"env[{name!r}]: is no variable")
    if isinstance(memory_limit, bool) or not isinstance(memory_limit, int):
        raise wrong("memory_limit", "a number of bytes", memory_limit)
    if not 0 < memory_limit < 2**63:
        raise ValueError(f"memory_limit: {memory_limit} is no number of bytes")


class Core:
    """An environment that can be asked."""

    def __init__(
        self,
        *,
        cwd: StrPath | None,
        env: Mapping[str, str] | None,
        memory_limit: int,
        policy: Policy | None = None,
        limits: Limits | None = None,
        stdin: Input = None,
        stdout: Output = None,
        stderr: Output = None,
        snapshot: _native.Snapshot | None = None,
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        check(policy=policy, limits=limits, cwd=cwd, env=env, memory_limit=memory_limit)
        hooks = Hooks(loop)
        self.tasks: set[Any] = set()
        self.session = _native.Session(
            hooks=hooks,
            exec_path=edge_node_path(),
            image=boot_image_path(),
            cwd=_folder(cwd, policy),
            env=None if env is None else list(env.items()),
            memory_limit=memory_limit,
            policy=None if policy is not None and policy.is_open else json.dumps({} if policy is None else policy.to_document()),
            limits=None if limits is None else json.dumps({"memory": [], "limits": limits.given()}),
            streams=streams(stdin, stdout, stderr, policy is not None and policy.is_open),
            snapshot=snapshot,
        )
        self.files = Files(self.session.files())
        hooks.tie(self)

    def ask(self, kind: str, *args: Any) -> Any:
        """Waits for the answer; its value."""
        try:
            told = self.session.ask(kind, args)
        except (TypeError, UnicodeError):
            raise
        except ValueError as error:
            raise closed(error) from None
        return outcome(told)

    def captured(self, stream: int) -> bytes:
        """What was captured of a standard stream."""
        bytes_ = self.session.captured(stream)
        if bytes_ is None:
            name = ("stdin", "stdout", "stderr")[stream]
            raise ValueError(f"{name}: is not captured; make the runtime with {name}=edgejs.CAPTURE")
        return bytes_

    def snapshot(self, *, keep_random: bool) -> _native.Snapshot:
        """An image of the environment as it is."""
        try:
            told = self.session.snapshot(keep_random)
        except ValueError as error:
            raise closed(error) from None
        image: _native.Snapshot = outcome(told)
        return image

    def finish(self) -> Any:
        """Runs the event loop until nothing is left to do."""
        try:
            told = self.session.finish()
        except ValueError as error:
            raise closed(error) from None
        return outcome(told)


def closed(error: ValueError) -> Exception:
    """What the native half says of a runtime that is closed; another `ValueError` (a value that cannot cross) as it is."""
    return RuntimeClosedError(str(error)) if type(error) is ValueError else error
