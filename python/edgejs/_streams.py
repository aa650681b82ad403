"""Standard streams of `Runtime`, `AsyncRuntime` and `Pool`: what may be said of them, made into what the native half takes."""

from __future__ import annotations

import codecs
import io
import subprocess
from collections.abc import Callable
from typing import Any, Protocol, Union


class Capture:
    """The type of `edgejs.CAPTURE`."""

    def __repr__(self) -> str:
        return "edgejs.CAPTURE"


CAPTURE = Capture()
"""As `stdout` or `stderr`: what is written is kept in memory, for `Runtime.stdout` and `Runtime.stderr`."""


class SupportsWrite(Protocol):
    """A file to write to."""

    def write(self, data: Any, /) -> object:
        """Takes text or bytes."""


class SupportsRead(Protocol):
    """A file to read from."""

    def read(self, size: int, /) -> Any:
        """Gives text or bytes."""


class HasFileno(Protocol):
    """Something with a descriptor."""

    def fileno(self) -> int:
        """Its number."""


Output = Union[None, int, Capture, Callable[[bytes], object], SupportsWrite, HasFileno]
Input = Union[None, int, str, bytes, bytearray, memoryview, Callable[[int], Union[str, bytes]], SupportsRead, HasFileno]
Said = tuple[str, Any]


def _is_text(file: Any) -> bool:
    return isinstance(file, io.TextIOBase) or isinstance(getattr(file, "encoding", None), str)


def _descriptor(name: str, number: int) -> Said:
    if number == subprocess.DEVNULL:
        return ("null", None)
    if number < 0:
        raise ValueError(f"{name}: {number} is no descriptor; to get what is written, pass edgejs.CAPTURE or a function")
    return ("fd", number)


def _output(name: str, value: Any) -> Said:
    if value is None:
        return ("inherit", None)
    if isinstance(value, Capture):
        return ("capture", None)
    if isinstance(value, int) and not isinstance(value, bool):
        if value == subprocess.STDOUT and name == "stderr":
            return ("stdout", None)
        return _descriptor(name, value)
    write = getattr(value, "write", None)
    if callable(write):
        if not _is_text(value):
            return ("tell", write)
        # A character may come in two parts.
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        return ("tell", lambda data: write(decode(data)))
    if callable(getattr(value, "fileno", None)):
        return _descriptor(name, value.fileno())
    if callable(value):
        return ("tell", value)
    raise TypeError(f"{name}: must be None, edgejs.CAPTURE, a function, a file or a descriptor, not {type(value).__name__}")


def _asked(read: Callable[[int], Any]) -> Said:
    def ask(size: int) -> bytes:
        data = read(size)
        if isinstance(data, str):
            return data.encode("utf-8", "surrogatepass")
        if not isinstance(data, (bytes, bytearray, memoryview)):
            raise TypeError(f"stdin: gave {type(data).__name__}, not str or bytes")
        return bytes(data)

    return ("ask", ask)


def _input(value: Any, is_open: bool) -> Said:
    if value is None:
        return ("inherit" if is_open else "null", None)
    if isinstance(value, str):
        return ("bytes", value.encode("utf-8", "surrogatepass"))
    if isinstance(value, (bytes, bytearray, memoryview)):
        return ("bytes", bytes(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return _descriptor("stdin", value)
    read = getattr(value, "read", None)
    if callable(read):
        return _asked(read)
    if callable(getattr(value, "fileno", None)):
        return _descriptor("stdin", value.fileno())
    if callable(value):
        return _asked(value)
    raise TypeError(f"stdin: must be None, text, bytes, a function, a file or a descriptor, not {type(value).__name__}")


def streams(stdin: Input, stdout: Output, stderr: Output, is_open: bool) -> list[Said]:
    """What the native half is told of descriptors 0, 1 and 2.

    Raises:
        TypeError, ValueError: one cannot be; it names it.
    """
    return [_input(stdin, is_open), _output("stdout", stdout), _output("stderr", stderr)]
