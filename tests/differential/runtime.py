"""A runtime that evaluates expressions in one long-lived process, which is made anew when a call ends or hangs it."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO

RUNNER = Path(__file__).parent / "runner.cjs"
_INHERITED = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "EDGE_BOOT_IMAGE")


class _Ended(Exception):
    """The process did not answer; the text says how it ended."""


class Runtime:
    """One `node`-like executable. `answers` never raises for what a call does: a call that ends or hangs the process answers `ended …`.

    `seconds` is what a call may take, `calls` after how many of them the process is made anew, so that a leak does not add up.
    """

    def __init__(self, node: Path, seconds: float = 20.0, calls: int = 200_000) -> None:
        self.node = node
        self._seconds = seconds
        self._calls = calls
        self._done = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._stderr: IO[bytes] | None = None

    def __enter__(self) -> Runtime:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Ends the process, if there is one."""
        if self._process is not None:
            self._process.kill()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()
            self._process.wait()
            self._process = None
        if self._stderr is not None:
            self._stderr.close()
            self._stderr = None

    def send(self, sources: Sequence[str]) -> None:
        """Gives the process a batch to work on while the caller does something else; `answers` must follow with the same batch."""
        process = self._started()
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps(list(sources)).encode() + b"\n")
            process.stdin.flush()
        except BrokenPipeError:
            pass  # `answers` finds out how it ended

    def answers(self, sources: Sequence[str], sent: bool = False) -> list[str]:
        """What came of each: `is VALUE`, `throws ERROR`, `invalid MESSAGE` (no expression) or `ended HOW`. `sent`: after `send`."""
        found: list[str] = []
        while len(found) < len(sources):
            if not sent:
                self.send(sources[len(found) :])
            sent = False
            try:
                self._read(found, len(sources))
            except _Ended as ended:
                self.close()
                found.append(f"ended {ended}")
        return found

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._done >= self._calls:
            self.close()
        if self._process is None:
            self._done = 0
            self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - `close` closes it
            env = {key: os.environ[key] for key in _INHERITED if key in os.environ}
            self._process = subprocess.Popen(
                [str(self.node), str(RUNNER)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._stderr,
                env={**env, "TZ": "UTC", "LANG": "C.UTF-8"},
            )
        return self._process

    def _read(self, found: list[str], wanted: int) -> None:
        """Appends answers to `found` until there are as many as wanted. Raises `_Ended`; then the one after the last is to blame."""
        process = self._process
        assert process is not None and process.stdout is not None
        rest = b""
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            deadline = time.monotonic() + self._seconds
            while len(found) < wanted:
                if not selector.select(deadline - time.monotonic()):
                    raise _Ended(f"no answer after {self._seconds:g} s")
                read = os.read(process.stdout.fileno(), 1 << 20)
                if not read:
                    raise _Ended(f"status {process.wait()}: {self._said()}")
                *lines, rest = (rest + read).split(b"\n")
                if lines:
                    deadline = time.monotonic() + self._seconds
                    found += [json.loads(line) for line in lines]
                    self._done += len(lines)

    def _said(self) -> str:
        assert self._stderr is not None
        self._stderr.seek(0)
        return " ".join(self._stderr.read().decode("utf-8", "replace").split())[-300:]
