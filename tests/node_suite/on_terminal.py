"""Runs a program on a pseudo terminal that is its controlling one, set up as the suite's own runner does."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

# Makes the terminal on descriptor 0 the controlling one of the new session, then becomes the program.
_ATTACH = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
# Control characters that stay in the output: the `.out` files are written without the others (the escape character among them).
_KEPT = b"\t\n\r\f"


class Running:
    """A program on its terminal. `process` is the leader of its session, so its group can be killed."""

    def __init__(self, command: Sequence[str], cwd: Path, env: Mapping[str, str]) -> None:
        self._terminal, program_side = pty.openpty()
        try:
            mode = termios.tcgetattr(program_side)
            mode[1] &= ~termios.ONLCR
            mode[3] &= ~termios.ECHOCTL
            termios.tcsetattr(program_side, termios.TCSANOW, mode)
            self.process = subprocess.Popen(
                [sys.executable, "-c", _ATTACH, *command],
                cwd=cwd,
                env=env,
                stdin=program_side,
                stdout=program_side,
                stderr=program_side,
                start_new_session=True,
            )
        except BaseException:
            os.close(self._terminal)
            raise
        finally:
            os.close(program_side)

    def read_all(self, keys: bytes, timeout: float) -> bytes:
        """Types `keys`, reads until the program's side is closed, and returns the output without control characters.

        Raises `subprocess.TimeoutExpired` with the output so far. Call once.
        """
        deadline = time.monotonic() + timeout
        output = bytearray()
        if keys:
            os.write(self._terminal, keys)
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise subprocess.TimeoutExpired(self.process.args, timeout, _printable(output))
            ready, _, _ = select.select([self._terminal], [], [], min(left, 0.5))
            if ready:
                chunk = b""
                # EIO: nobody has the program's side open any more.
                with contextlib.suppress(OSError):
                    chunk = os.read(self._terminal, 65536)
                if not chunk:
                    return _printable(output)
                output += chunk
            elif self.process.poll() is not None:
                # A grandchild may hold the terminal for ever; the test is over with its own process.
                return _printable(output)

    def close(self) -> None:
        """Closes the terminal, which sends what still runs on it a hang-up."""
        os.close(self._terminal)


def _printable(output: bytes | bytearray) -> bytes:
    return bytes(byte for byte in output if byte > 31 or byte in _KEPT)
