"""What the native half asks of this one: making objects of the package's classes, and running awaitables."""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from edgejs._errors import JavaScriptError, RuntimeClosedError, TransferError
from edgejs._limits import MessageSizeLimitExceeded

if TYPE_CHECKING:
    from edgejs import _native
    from edgejs._core import Core

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


async def _wait(awaitable: Any) -> Any:
    return await awaitable


class _Background:
    """One thread with an event loop, for awaitables that functions of a `Runtime` (without a loop of its own) return."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, name="edgejs-asyncio", daemon=True).start()


_background: _Background | None = None
_starting = threading.Lock()


def _background_loop() -> asyncio.AbstractEventLoop:
    global _background
    with _starting:
        if _background is None:
            _background = _Background()
        return _background.loop


def _forget_background() -> None:
    global _background, _starting
    _background, _starting = None, threading.Lock()


try:
    from os import register_at_fork
except ImportError:
    pass
else:
    # The thread stays with the parent.
    register_at_fork(after_in_child=_forget_background)


class Hooks:
    """What `_native.Session` calls."""

    datetime_class = datetime

    def __init__(self, loop: asyncio.AbstractEventLoop | None) -> None:
        self._loop = loop
        self._core: Callable[[], Core | None] = lambda: None

    def tie(self, core: Core) -> None:
        """Says whose hooks these are."""
        self._core = weakref.ref(core)

    def call(self, function: _native.JSFunction, args: tuple[Any, ...]) -> Any:
        """Calls a function of the environment."""
        core = self._core()
        if core is None:
            raise RuntimeClosedError("the runtime is closed")
        return core.ask("apply", function, list(args))

    def date(self, milliseconds: float, path: str) -> datetime:
        """An aware `datetime` in UTC."""
        if milliseconds != milliseconds:
            raise TransferError(path, "an invalid Date cannot cross")
        try:
            return _EPOCH + timedelta(milliseconds=milliseconds)
        except OverflowError:
            raise TransferError(path, "a Date outside of the years 1 to 9999 cannot cross") from None

    def error(self, *parts: Any) -> JavaScriptError:
        """An exception for an `Error`."""
        return JavaScriptError(*parts)

    def message_size_error(self, path: str) -> MessageSizeLimitExceeded:
        """A value is larger than the limit."""
        return MessageSizeLimitExceeded(f"limit exceeded: message_size: {path}: the value is too large", "message_size")

    def transfer_error(self, path: str, reason: str) -> TransferError:
        """A value cannot cross."""
        return TransferError(path, reason)

    def describe_error(self, error: BaseException) -> tuple[str, str]:
        """Name and message under which an exception crosses."""
        if isinstance(error, JavaScriptError):
            return error.name or "Error", error.message
        return type(error).__name__, str(error)

    def awaitable(self, number: int, awaitable: Any) -> None:
        """Runs what a function returned; the environment has a promise for it."""
        core = self._core()
        if core is None:
            return
        coroutine: Coroutine[Any, Any, Any] = _wait(awaitable)
        if self._loop is not None:
            task: Any = self._loop.create_task(coroutine)
            core.tasks.add(task)
        else:
            task = asyncio.run_coroutine_threadsafe(coroutine, _background_loop())
        session = core.session

        def done(task: Any) -> None:
            core.tasks.discard(task)
            if task.cancelled():
                session.settle(number, asyncio.CancelledError("the task was cancelled"), True)
                return
            error = task.exception()
            session.settle(number, task.result() if error is None else error, error is not None)

        task.add_done_callback(done)
