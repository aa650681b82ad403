"""`edgejs.AsyncRuntime`: a Node environment for programs with an asyncio event loop."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from edgejs._core import Core, StrPath, closed, outcome
from edgejs._errors import ExitError, RuntimeClosedError
from edgejs._files import Files
from edgejs._limits import Limits
from edgejs._native import JSFunction
from edgejs._policy import Policy
from edgejs._runtime import Member, call_request, expose_request
from edgejs._snapshot import Snapshot, image_of
from edgejs._streams import Input, Output


class _AsyncCore(Core):
    """A core whose answers are awaited."""

    _loop: asyncio.AbstractEventLoop

    async def ask(self, kind: str | None, *args: Any) -> Any:
        loop = self._loop
        if loop is not asyncio.get_running_loop():
            raise RuntimeError("the runtime belongs to another event loop")
        future: asyncio.Future[tuple[str, Any]] = loop.create_future()
        ticket = 0

        def take() -> None:
            if future.done():
                return
            try:
                told = self.session.take(ticket)
            except BaseException as error:
                future.set_exception(error)
                return
            if told is not None:
                future.set_result(told)

        def notify() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(take)

        try:
            ticket = self.session.begin(kind, args, notify)
        except ValueError as error:
            raise closed(error) from None
        try:
            told = await future
        except asyncio.CancelledError:
            self.session.cancel(ticket)
            raise
        return outcome(told)


class AsyncRuntime:
    """A Node environment whose promises are awaited in this event loop. Make it inside of one; use it as an async context manager.

    Calls may overlap: what one waits for does not keep another from running. Cancelling the only one under way ends what it runs; with
    others under way its result is dropped. Functions given to JavaScript run in the event loop; those that are `async` give promises. A
    `JSFunction` returns an awaitable. Values cross as they do with `Runtime`.

    Args:
        policy: what it may do, and nothing else; None: nothing, but for a folder in memory, `/tmp` (`Policy()`).
            What this process may do is `Policy.open()`.
        limits: how much it may use; times are counted anew for each stretch in which something runs.
        cwd: the folder it works in, one that it sees; None: `/`, under an open policy this process's.
        env: variables to set besides those it has.
        memory_limit: bytes of heap at most, array buffers and the library itself (12 MB) included.
        stdin: what the program reads: text or bytes, a file (`read`), a function that is given a size and returns as many bytes at most
            (none at the end), a descriptor. Functions and files are asked on a thread of the package. None: nothing, under an open policy
            this process's.
        stdout: where it writes to: None: this process's descriptor 1, as children of `subprocess` do. `edgejs.CAPTURE`: memory, see the
            attribute `stdout`. A function that is called with bytes, or a file (`write`; text for text files, `sys.stdout` for one): called
            by whoever waits for the program, in order, before what was asked returns; what it raises ends that request and is
            raised there. A descriptor, which is duplicated; `subprocess.DEVNULL`.
        stderr: likewise; `subprocess.STDOUT`: where `stdout` goes. `Limits.output` counts both, wherever they go.
        snapshot: what to continue from (`Runtime.snapshot`); None: a fresh environment.

    Raises:
        OSError: the environment could not be made.
        RuntimeError: no event loop is running.

    Example:
        >>> async def main():
        ...     async with edgejs.AsyncRuntime() as runtime:
        ...         return await runtime.eval("new Promise((resolve) => setTimeout(resolve, 1, 'later'))")
        >>> asyncio.run(main())
        'later'
    """

    def __init__(
        self,
        *,
        policy: Policy | None = None,
        limits: Limits | None = None,
        cwd: StrPath | None = None,
        env: Mapping[str, str] | None = None,
        memory_limit: int = 1 << 30,
        stdin: Input = None,
        stdout: Output = None,
        stderr: Output = None,
        snapshot: Snapshot | None = None,
    ) -> None:
        loop = asyncio.get_running_loop()
        self._core = _AsyncCore(
            policy=policy,
            limits=limits,
            cwd=cwd,
            env=env,
            memory_limit=memory_limit,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            snapshot=image_of(snapshot),
            loop=loop,
        )
        self._core._loop = loop

    async def eval(self, code: str, filename: str = "[eval]") -> Any:
        """As `Runtime.eval`."""
        return await self._core.ask("eval", code, filename)

    async def call(self, function: JSFunction | str, *args: Any) -> Any:
        """As `Runtime.call`."""
        return await self._core.ask(*call_request(function, args))

    async def run_file(self, path: StrPath) -> int:
        """As `Runtime.run_file`."""
        try:
            await self._core.ask("load", os.fspath(path))
            await self._core.ask(None)
        except ExitError as ended:
            return ended.code
        raise RuntimeClosedError("the program ended without an exit code")

    async def require(self, name: str) -> Member:
        """As `Runtime.require`; calls of the members are awaited."""
        await self._core.ask("require", name)
        return Member(self._core.ask, "require", name, ())

    async def import_module(self, name: str) -> Member:
        """As `Runtime.import_module`; calls of the members are awaited."""
        await self._core.ask("import", name)
        return Member(self._core.ask, "import", name, ())

    async def expose(self, name: str, members: Mapping[str, Any]) -> None:
        """As `Runtime.expose`; the functions run in this event loop."""
        await self._core.ask(*expose_request(name, members))

    @property
    def fs(self) -> Files:
        """The files that the environment sees; see `Files`."""
        return self._core.files

    @property
    def stdout(self) -> bytes:
        """What the program has written to `stdout=edgejs.CAPTURE` so far; also after `close()`.

        Raises:
            ValueError: it is not captured.
        """
        return self._core.captured(1)

    @property
    def stderr(self) -> bytes:
        """What the program has written to `stderr=edgejs.CAPTURE` so far; also after `close()`.

        Raises:
            ValueError: it is not captured.
        """
        return self._core.captured(2)

    def close(self) -> None:
        """Ends the environment; what is still running there is dropped. A second time is nothing."""
        self._core.session.close()

    async def __aenter__(self) -> AsyncRuntime:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
