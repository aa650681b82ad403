"""`Runtime.fs`: the files of an environment, for Python."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple, TypeVar, Union

from edgejs._errors import RuntimeClosedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgejs import _native

StrPath = Union[str, "os.PathLike[str]"]
T = TypeVar("T")


class Change(NamedTuple):
    """Something that is not as the host has it, in a copy-on-write volume (`HOST:GUEST:cow`).

    Attributes:
        path: where it is for the program. New contents are read there.
        kind: `added`, `changed` or `removed`; of a folder that was removed nothing more is listed.
    """

    path: str
    kind: str


class Files:
    """The files that an environment sees, by the absolute paths that it sees them at.

    What is in memory (`Policy.memory`, the changed parts of copy-on-write volumes, and every path outside of all volumes) Python may change
    also where the program may only read: `fs.write("/app/main.js", …)` makes a program's file that it cannot overwrite. What is on the
    host can be changed as far as the program could. Under `Policy.open()` these are the host's files. Links are followed as the
    program would follow them.

    Nothing here waits for JavaScript: it may be called while something runs, from any thread, from functions that JavaScript
    called, and with an `AsyncRuntime` without `await`. After a limit has ended the program it still works, until `close()`.

    Raises:
        OSError: what a system call would raise, as its subclass (`FileNotFoundError`, `IsADirectoryError`, `PermissionError`), with `errno`
            and `filename`.
        ValueError: a path that is not absolute.
        RuntimeClosedError: the runtime is closed.

    Example:
        >>> runtime.fs.write("/app/answer.js", "module.exports = 42")
        >>> runtime.eval("require('/app/answer.js')")
        42
        >>> runtime.fs.list("/app"), runtime.fs.read("/app/answer.js")
        (['answer.js'], b'module.exports = 42')
    """

    def __init__(self, files: _native.Files) -> None:
        self._files = files

    def _at(self, path: StrPath, ask: Callable[[bytes], T]) -> T:
        name = os.fspath(path)
        if not isinstance(name, str):
            raise TypeError(f"path: must be text, not {type(name).__name__}")
        if not name.startswith("/"):
            raise ValueError(f"path: {name!r} is not absolute")
        try:
            return ask(os.fsencode(name))
        except OSError as error:
            error.filename = name
            raise
        except ValueError as error:
            if type(error) is not ValueError:
                raise
            raise RuntimeClosedError(str(error)) from None

    def read(self, path: StrPath, *, limit: int = 256 << 20) -> bytes:
        """The contents of a file of at most `limit` bytes; a larger one is an `OSError` (`EFBIG`)."""
        return self._at(path, lambda name: self._files.read(name, limit))

    def read_text(self, path: StrPath, *, encoding: str = "utf-8", limit: int = 256 << 20) -> str:
        """As `read`, decoded.

        Raises:
            UnicodeDecodeError: it is no such text.
        """
        return self.read(path, limit=limit).decode(encoding)

    def write(self, path: StrPath, contents: str | bytes | bytearray | memoryview) -> None:
        """Makes or replaces a file, and makes the folders above it. Text is written as UTF-8."""
        data = contents.encode("utf-8") if isinstance(contents, str) else bytes(memoryview(contents))
        self._at(path, lambda name: self._files.write(name, data))

    def list(self, path: StrPath = "/") -> list[str]:
        """The names in a folder, sorted."""
        return self._at(path, lambda name: [os.fsdecode(entry) for entry in self._files.names(name)])

    def mkdir(self, path: StrPath) -> None:
        """Makes a folder and those above it; one that is there is no error."""
        self._at(path, self._files.mkdir)

    def remove(self, path: StrPath) -> None:
        """Removes a file, a link, or a folder with everything in it."""
        self._at(path, self._files.remove)

    def exists(self, path: StrPath) -> bool:
        """Whether something is there; not for a link that leads nowhere."""
        return self._at(path, self._files.exists)

    def changes(self) -> tuple[Change, ...]:
        """What the program (or Python) changed in copy-on-write volumes, sorted by path."""
        changes = self._at("/", lambda _: self._files.changes())
        return tuple(Change(os.fsdecode(path), kind) for path, kind in changes)

    def __repr__(self) -> str:
        return "<the files of a runtime>"
