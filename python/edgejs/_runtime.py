"""`edgejs.Runtime`: a Node environment inside this process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any

from edgejs._core import Core, StrPath
from edgejs._errors import ExitError, RuntimeClosedError
from edgejs._files import Files
from edgejs._limits import Limits
from edgejs._native import JSFunction
from edgejs._policy import Policy
from edgejs._snapshot import Snapshot, image_of
from edgejs._streams import Input, Output


class Member:
    """A module, or something inside one: attributes are looked up when they are called or read with `value()`.

    What crosses is copied (see `Runtime`); a promise is awaited.

    Example:
        >>> path = runtime.require("path")
        >>> path.join("a", "..", "b")
        'b'
        >>> path.sep.value()
        '/'
    """

    def __init__(self, ask: Callable[..., Any], how: str, module: str, path: tuple[str, ...]) -> None:
        self._ask = ask
        self._how = how
        self._module = module
        self._path = path

    def __getattr__(self, name: str) -> Member:
        if name.startswith("__"):
            raise AttributeError(name)
        return self[name]

    def __getitem__(self, name: str) -> Member:
        return Member(self._ask, self._how, self._module, (*self._path, name))

    def __call__(self, *args: Any) -> Any:
        """Calls it with `args` and returns what it returns; `this` is what it was found in."""
        return self._ask("call", self._how, self._module, list(self._path), list(args))

    def value(self) -> Any:
        """Its value as it is now."""
        return self._ask("read", self._how, self._module, list(self._path))

    def __iter__(self) -> Iterator[Any]:
        raise TypeError("a JavaScript member is not iterable; read it with value()")

    def __repr__(self) -> str:
        return f"<{'.'.join((self._module, *self._path))} of a runtime>"


def call_request(function: JSFunction | str, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """The request that `Runtime.call` makes."""
    if isinstance(function, JSFunction):
        return ("apply", function, list(args))
    first, *rest = function.split(".")
    return ("call", "global", first, rest, list(args))


def expose_request(name: str, members: Mapping[str, Any]) -> tuple[Any, ...]:
    """The request that `Runtime.expose` makes."""
    if not name or any(character.isspace() or character in "\"'\\" for character in name):
        raise ValueError(f"name: {name!r} is no name of a module")
    for key in members:
        if not isinstance(key, str):
            raise TypeError(f"members: {key!r} is no str")
    return ("expose", name, dict(members))


class Runtime:
    """A Node environment: its own heap, globals, modules and event loop. Use it as a context manager.

    Without a `policy` it sees nothing of this machine: no files, variables, network or processes; `/tmp` is in memory. Its standard
    streams are this process's. Methods may be called from any thread, also at the same time. The GIL is released while JavaScript runs, and
    Ctrl-C interrupts it. An environment in which nothing runs has no thread; timers that are open go on while something runs.

    Values are copied from one language to the other:

    ============================================  ==================================================================
    JavaScript                                    Python
    ============================================  ==================================================================
    undefined, null                               None (to JavaScript: null)
    boolean                                       bool
    number                                        int when it is whole and exact, else float (nan, inf and -0.0 too)
    bigint                                        int (to JavaScript: a bigint beyond 2**53 - 1, else a number)
    string                                        str; lone surrogates stay what they are
    Uint8Array, Buffer, ArrayBuffer, DataView     bytes (to JavaScript also bytearray and memoryview: a Uint8Array)
    other typed arrays                            memoryview of that format (to JavaScript also numpy and array.array)
    Date                                          datetime, aware, in UTC (a naive one is local time)
    Array                                         list (to JavaScript also tuple)
    object: own enumerable properties             dict with str keys
    Map                                           dict (to JavaScript: a dict with a key that is no str)
    Set                                           set (to JavaScript also frozenset)
    Error                                         JavaScriptError (to JavaScript: any exception, without its stack; that comes
                                                  back as the same object)
    function                                      JSFunction (to JavaScript: any callable but a class)
    promise                                       awaited; an awaitable that a Python function returns is a promise
    ============================================  ==================================================================

    Arrays of numbers (numpy, array.array, memoryview; one dimension, this machine's byte order, also with steps) are copied each way: an
    environment's memory is its own, and moves when it grows, so neither side can be lent a view of the other's. What comes to Python is a
    buffer of its own, which `numpy.asarray` takes without another copy.

    Anything else, cycles, more than 200 levels and more than 256 MB are a `TransferError` that says where. Nobody walks attributes: an
    object of any other Python class cannot cross.

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

    Example:
        >>> with edgejs.Runtime() as runtime:
        ...     runtime.eval("[1, 2].map((x) => x * 2)")
        [2, 4]
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
        self._core = Core(
            policy=policy,
            limits=limits,
            cwd=cwd,
            env=env,
            memory_limit=memory_limit,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            snapshot=image_of(snapshot),
        )

    def eval(self, code: str, filename: str = "[eval]") -> Any:
        """Runs a script in the global scope and returns the value of its last expression; a promise is awaited.

        `require` is there, for modules found from `cwd`.

        Raises:
            JavaScriptError: it threw.
            TransferError: its value cannot cross.
            ExitError: it ended the program.
            OutOfMemoryError: it filled the heap; the environment is gone.
            RuntimeClosedError: the environment is gone.
            ReentrantCallError: a Python function that JavaScript waits for asked for the value of a promise.
            KeyboardInterrupt: Ctrl-C; the environment can be used further.

        Example:
            >>> runtime.eval("new Map([[1, new Date(0)]])")
            {1: datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)}
        """
        return self._core.ask("eval", code, filename)

    def call(self, function: JSFunction | str, *args: Any) -> Any:
        """Calls a function, or the global one with this name (`"JSON.stringify"`), and returns what it returns.

        Raises:
            As `eval`.

        Example:
            >>> runtime.call("Math.max", 1, 5, 3)
            5
        """
        return self._core.ask(*call_request(function, args))

    def run_file(self, path: StrPath) -> int:
        """Loads a CommonJS or ES module as a program and runs the event loop until nothing is left to do; returns the exit code.

        Raises:
            JavaScriptError: loading it threw.
            OutOfMemoryError: it filled the heap; the environment is gone.
            RuntimeClosedError: the environment is gone.
            KeyboardInterrupt: Ctrl-C; the environment can be used further.
        """
        try:
            self._core.ask("load", os.fspath(path))
            self._core.finish()
        except ExitError as ended:
            return ended.code
        raise RuntimeClosedError("the program ended without an exit code")

    def require(self, name: str) -> Member:
        """Loads a module as `require` does (a built-in, a package, `./a/file.js`) and returns a view on it: see `Member`.

        Raises:
            JavaScriptError: there is none, or it threw.
        """
        self._core.ask("require", name)
        return Member(self._core.ask, "require", name, ())

    def import_module(self, name: str) -> Member:
        """Loads a module as `import()` does and returns a view on its exports: see `Member`. A default export is `default`.

        Raises:
            JavaScriptError: there is none, or it threw.

        Example:
            >>> runtime.import_module("node:path").default.basename("/a/b")
            'b'
        """
        self._core.ask("import", name)
        return Member(self._core.ask, "import", name, ())

    def expose(self, name: str, members: Mapping[str, Any]) -> None:
        """Gives the environment a module `host:NAME`, for `import` and `require`, with functions (or values) of Python.

        JavaScript waits while a function runs, which it does in the thread that asked the environment for something. What it raises is
        thrown there as an `Error` with its class as `name` and `pythonType`, its text as `message` and its `__cause__` as `cause`; where
        nobody catches it, the exception itself goes on in Python. When it returns an awaitable (an `async def` does) JavaScript gets a
        promise; the awaitable runs in an event loop on a thread of the package. Whoever closes over the runtime itself closes it later.

        Args:
            name: what comes after `host:`.
            members: the exports by name; their table is also the default export.

        Raises:
            TransferError: a member is nothing that can cross.
            ValueError: it is no name.

        Example:
            >>> runtime.expose("tools", {"add": lambda a, b: a + b})
            >>> runtime.eval("import('host:tools').then(({ add }) => add(1, 2))")
            3
        """
        self._core.ask(*expose_request(name, members))

    @property
    def fs(self) -> Files:
        """The files that the environment sees; see `Files`."""
        return self._core.files

    @property
    def stdout(self) -> bytes:
        """What the program has written to `stdout=edgejs.CAPTURE` so far; also after `close()`.

        Raises:
            ValueError: it is not captured.

        Example:
            >>> with edgejs.Runtime(stdout=edgejs.CAPTURE) as captured:
            ...     captured.eval("console.log('hi')")
            ...     captured.stdout
            b'hi\\n'
        """
        return self._core.captured(1)

    @property
    def stderr(self) -> bytes:
        """What the program has written to `stderr=edgejs.CAPTURE` so far; also after `close()`.

        Raises:
            ValueError: it is not captured.
        """
        return self._core.captured(2)

    def snapshot(self, *, keep_random: bool = False) -> Snapshot:
        """What the environment has in memory now, for others to start from; this one goes on.

        Timers, sockets and other handles that are open, Python functions that JavaScript holds and objects with a native half (hashes,
        `vm.Script`s, the resolver of `dns`, standard streams on a pipe or terminal once they were used) cannot be captured. What Python
        holds of this runtime stays with it.

        Args:
            keep_random: take it also when random bytes were drawn (`crypto.randomUUID` draws for 128 at once): every restored runtime
                has the same ones.

        Raises:
            SnapshotError: something cannot be captured; the text names it.
            RuntimeClosedError: the environment is gone.
            ReentrantCallError: JavaScript is waiting for the Python function that asked.
        """
        return Snapshot(self._core.snapshot(keep_random=keep_random))

    def close(self) -> None:
        """Ends the environment; what is still running there is dropped. A second time is nothing."""
        self._core.session.close()

    def __enter__(self) -> Runtime:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
