"""A program on a terminal of its own: what it prints, and keys that are pressed when it has printed what they wait for."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Key:
    """Pressed once `after` has been printed (since the last key)."""

    after: str
    keys: str


@dataclass(frozen=True)
class Resize:
    """The window's new size, once `after` has been printed."""

    after: str
    columns: int
    rows: int


def _resize(terminal: int, columns: int, rows: int) -> None:
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def run_on_terminal(program: Path, args: Sequence[str], steps: Sequence[Key | Resize], timeout: float = 60) -> tuple[str, int]:
    """Output and exit status (negative: a signal) of `program ARGS` on a terminal of 80 columns and 24 rows.

    Raises `TimeoutError` when it does not end.
    """
    pid, terminal = pty.fork()
    if pid == 0:
        try:
            _resize(0, 80, 24)
            os.execve(program, [str(program), *args], {"PATH": os.defpath, "TERM": "xterm-256color", "LANG": "C.UTF-8", "HOME": "/tmp"})
        finally:
            os._exit(127)
    try:
        output = _talk(terminal, steps, time.monotonic() + timeout)
    except TimeoutError:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        raise
    finally:
        os.close(terminal)
    _, status = os.waitpid(pid, 0)
    return output.decode("utf-8", "backslashreplace"), os.waitstatus_to_exitcode(status)


def _talk(terminal: int, steps: Sequence[Key | Resize], deadline: float) -> bytes:
    output, seen, waiting = b"", 0, list(steps)
    while True:
        if waiting and waiting[0].after.encode() in output[seen:]:
            step, seen = waiting.pop(0), len(output)
            if isinstance(step, Key):
                os.write(terminal, step.keys.encode())
            else:
                _resize(terminal, step.columns, step.rows)
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"still running; it has printed {output!r}")
        ready, _, _ = select.select([terminal], [], [], min(left, 0.2))
        if not ready:
            continue
        try:
            chunk = os.read(terminal, 65536)
        except OSError:  # EIO: the program has ended.
            return output
        if not chunk:
            return output
        output += chunk
