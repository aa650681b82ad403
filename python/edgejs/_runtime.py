"""`edgejs.Runtime`: a Node environment inside this process, on a thread of its own."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any, Union

from edgejs import _native
from edgejs._executable import boot_image_path, edge_node_path
from edgejs._limits import MemoryLimitExceeded, exceeded

StrPath = Union[str, "os.PathLike[str]"]

# JavaScript's Number.MAX_SAFE_INTEGER.
_MAX_SAFE_INTEGER = 2**53 - 1


class JavaScriptError(Exception):
    """JavaScript threw, or its promise was rejected.

    Attributes:
        name: the error's `name` (`TypeError`); empty when what was thrown is no error object.
        message: its `message`, or the thrown value as text.
        stack: its `stack`, may be empty.
    """

    def __init__(self, name: str, message: str, stack: str) -> None:
        super().__init__(f"{name}: {message}" if name else message)
        self.name = name
        self.message = message
        self.stack = stack


class ExitError(Exception):
    """The program ended itself: `process.exit`, or an error that nobody caught. The runtime serves no more.

    Attributes:
        code: its exit code.
    """

    def __init__(self, code: int) -> None:
        super().__init__(f"the program exited with code {code}")
        self.code = code


def _number(digits: str) -> int | float:
    """A JavaScript number without a fraction: an int as long as it is exact, else the float that it was (its digits are rounded)."""
    value = int(digits)
    return value if abs(value) <= _MAX_SAFE_INTEGER else float(digits)


class RuntimeClosedError(RuntimeError):
    """The environment is gone: closed, out of memory, or ended from outside."""


class OutOfMemoryError(MemoryLimitExceeded, RuntimeClosedError):
    """The heap reached its limit (`memory_limit`); the environment is gone, this process and other environments are not."""


class Member:
    """A module, or something inside one: attributes are looked up when they are called or read with `value()`.

    What crosses is copied as JSON in both directions; a promise is awaited.

    Example:
        >>> path = runtime.require("path")
        >>> path.join("a", "..", "b")
        'b'
        >>> path.sep.value()
        '/'
    """

    def __init__(self, runtime: Runtime, module: str, path: tuple[str, ...]) -> None:
        self._runtime = runtime
        self._module = module
        self._path = path

    def __getattr__(self, name: str) -> Member:
        if name.startswith("__"):
            raise AttributeError(name)
        return self[name]

    def __getitem__(self, name: str) -> Member:
        return Member(self._runtime, self._module, (*self._path, name))

    def __call__(self, *args: Any) -> Any:
        """Calls it with `args` and returns what it returns; `this` is what it was found in."""
        return self._runtime._ask("call", [self._module, self._path, args])

    def value(self) -> Any:
        """Its value as it is now."""
        return self._runtime._ask("read", [self._module, self._path])

    def __iter__(self) -> Iterator[Any]:
        raise TypeError("a JavaScript member is not iterable; read it with value()")

    def __repr__(self) -> str:
        return f"<{'.'.join((self._module, *self._path))} of {self._runtime!r}>"


class Runtime:
    """A Node environment: its own heap, globals, modules and event loop. Use it as a context manager.

    It has this process's files, network and standard streams; restricting it is not there yet. Methods may be called from any
    thread and wait for each other; the GIL is released while JavaScript runs, and Ctrl-C interrupts it.

    Args:
        cwd: the folder it works in; None: this process's.
        env: variables to set besides this process's.
        memory_limit: bytes of heap at most, array buffers and the library itself (12 MB) included.

    Raises:
        OSError: the environment could not be made.

    Example:
        >>> with edgejs.Runtime() as runtime:
        ...     runtime.eval("[1, 2].map((x) => x * 2)")
        [2, 4]
    """

    def __init__(self, *, cwd: StrPath | None = None, env: Mapping[str, str] | None = None, memory_limit: int = 1 << 30) -> None:
        self._session = _native.Session(
            exec_path=edge_node_path(),
            image=boot_image_path(),
            cwd=os.path.abspath(os.fspath(cwd) if cwd is not None else os.getcwd()),  # noqa: PTH100, PTH109
            env=None if env is None else list(env.items()),
            memory_limit=memory_limit,
        )

    def eval(self, code: str, filename: str = "[eval]") -> Any:
        """Runs a script in the global scope and returns the value of its last expression, as JSON carries it; a promise is awaited.

        `undefined`, and what JSON cannot say (functions, symbols), is None. `require` is there, for modules found from `cwd`.

        Raises:
            JavaScriptError: it threw.
            ExitError: it ended the program.
            OutOfMemoryError: it filled the heap; the environment is gone.
            RuntimeClosedError: the environment is gone.
            KeyboardInterrupt: Ctrl-C; the environment can be used further.
        """
        return self._ask("eval", [code, filename])

    def run_file(self, path: StrPath) -> int:
        """Loads a CommonJS or ES module as a program and runs the event loop until nothing is left to do; returns the exit code.

        Raises:
            JavaScriptError: loading it threw.
            OutOfMemoryError: it filled the heap; the environment is gone.
            RuntimeClosedError: the environment is gone.
            KeyboardInterrupt: Ctrl-C; the environment can be used further.
        """
        try:
            self._ask("load", [os.fspath(path)])
            self._told(self._session.finish)
        except ExitError as ended:
            return ended.code
        raise RuntimeClosedError("the program ended without an exit code")

    def require(self, name: str) -> Member:
        """Loads a module (a built-in, a package, `./a/file.js`) and returns a view on it: see `Member`.

        Raises:
            JavaScriptError: there is none, or it threw.
        """
        self._ask("describe", [name])
        return Member(self, name, ())

    def close(self) -> None:
        """Ends the environment; what is still running there is dropped. A second time is nothing."""
        self._session.close()

    def __enter__(self) -> Runtime:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _ask(self, kind: str, request: list[Any]) -> Any:
        return self._told(lambda: self._session.ask(kind, json.dumps(request)))

    def _told(self, call: Callable[[], tuple[str, Any]]) -> Any:
        try:
            how, what = call()
        except ValueError as error:
            raise RuntimeClosedError(str(error)) from None
        if how == "value":
            return None if what is None else json.loads(what, parse_int=_number)
        if how == "thrown":
            raise JavaScriptError(*what)
        if how == "exited":
            raise ExitError(what)
        if how == "never":
            raise JavaScriptError("Error", "the promise can never settle: the event loop has nothing left to do", "")
        if how == "interrupted":
            raise KeyboardInterrupt
        if how == "memory":
            raise OutOfMemoryError("the heap reached its limit: JavaScript heap out of memory", "memory")
        if how == "limit":
            raise exceeded(what)
        raise RuntimeClosedError(f"the environment is gone: {what}")
