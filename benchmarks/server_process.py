"""A server of `benchmarks/servers` under one of the runtimes, and what it holds: resident memory, private memory, descriptors."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

SERVERS = Path(__file__).parent / "servers"


class ServerProcess:
    """A running server.

    Attributes:
        port: where it listens on 127.0.0.1.
    """

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        """`port` is what it has printed."""
        self._process = process
        self.port = port

    def resident_kilobytes(self) -> int:
        """`VmRSS`."""
        text = Path(f"/proc/{self._process.pid}/status").read_text(encoding="latin-1")
        found = re.search(r"^VmRSS:\s+(\d+) kB", text, re.MULTILINE)
        return int(found.group(1)) if found else 0

    def descriptors(self) -> int:
        """Open descriptors."""
        return len(os.listdir(f"/proc/{self._process.pid}/fd"))  # noqa: PTH208 - ten thousand names

    def cpu_seconds(self) -> float:
        """User and system time so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="latin-1").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serve(runtime: str | Sequence[str], *program: str) -> Iterator[ServerProcess]:
    """Runs `servers/PROGRAM[0].js` with the other words as arguments, under a runtime or one with options, and ends it.

    Raises:
        RuntimeError: it printed no port.
    """
    runtime = [runtime] if isinstance(runtime, str) else runtime
    command = [*runtime, str(SERVERS / f"{program[0]}.js"), *program[1:]]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        found = re.match(r"PORT (\d+)$", process.stdout.readline())
        if found is None:
            raise RuntimeError(f"{' '.join(command)} printed no port")
        yield ServerProcess(process, int(found.group(1)))
    finally:
        process.kill()
        process.communicate()
