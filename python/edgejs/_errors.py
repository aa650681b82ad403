"""The exceptions of `Runtime`, `AsyncRuntime` and `Pool`."""

from __future__ import annotations

from typing import Any

from edgejs._limits import MemoryLimitExceeded


class JavaScriptError(Exception):
    """JavaScript threw, or its promise was rejected. Also what an `Error` is as a value; then nobody raised it.

    Attributes:
        name: the error's `name` (`TypeError`); empty when what was thrown is no error object.
        message: its `message`, or the thrown value as text.
        stack: its `stack`, may be empty.
        code: its `code` when that is a string, as Node's errors have it (`ENOENT`); else None.
        python_type: the class of the Python exception that it was before it crossed, else None.
        cause: its `cause`; an `Error` there is `__cause__` too.
    """

    def __init__(
        self,
        name: str,
        message: str,
        stack: str = "",
        code: str | None = None,
        python_type: str | None = None,
        cause: Any = None,
    ) -> None:
        super().__init__(f"{name}: {message}" if name else message)
        self.name = name
        self.message = message
        self.stack = stack
        self.code = code
        self.python_type = python_type
        self.cause = cause
        if isinstance(cause, BaseException):
            self.__cause__ = cause


class ExitError(Exception):
    """The program ended itself: `process.exit`, or an error that nobody caught. The runtime serves no more.

    Attributes:
        code: its exit code.
    """

    def __init__(self, code: int) -> None:
        super().__init__(f"the program exited with code {code}")
        self.code = code


class TransferError(ValueError):
    """A value cannot cross between the languages.

    Attributes:
        path: where it is inside the value that was to cross, e.g. `arguments[0].users[2]`.
        reason: what it is, or why it cannot.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class SnapshotError(ValueError):
    """A runtime cannot be captured (the text names what is open), or what should be a snapshot is none that this build can start from."""


class RuntimeClosedError(RuntimeError):
    """The environment is gone: closed, out of memory, ended from outside, or of the process that this one was forked from."""


class OutOfMemoryError(MemoryLimitExceeded, RuntimeClosedError):
    """The heap reached its limit (`memory_limit`); the environment is gone, this process and other environments are not."""


class ReentrantCallError(RuntimeError):
    """A Python function that JavaScript is waiting for asked for something that can only come after it returned: a promise's value, or
    the end of a program. Return an awaitable instead."""


class RunInterruptedError(RuntimeError):
    """What ran in the environment was interrupted, by Ctrl-C or a cancellation of another call. The environment can be used further."""
