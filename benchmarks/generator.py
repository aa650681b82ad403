"""Load on an HTTP server: by `wrk` where it is installed, else by a small generator in this file, which is itself the slower one when
the server is Node. Both keep each connection busy with one request at a time.
"""

from __future__ import annotations

import re
import selectors
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass

_MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass(frozen=True)
class Load:
    """What a run measured.

    Attributes:
        requests: how many were answered.
        per_second: answered requests per second.
        p50: milliseconds that half of the requests took at most.
        p99: the same for 99 of 100.
        errors: answers other than 200 and failures of connections, in words; empty for none.
        by: the generator's name.
    """

    requests: int
    per_second: float
    p50: float
    p99: float
    errors: str
    by: str


def name() -> str:
    """Which generator is used here."""
    return "wrk" if shutil.which("wrk") else "benchmarks.generator"


def load(port: int, connections: int, seconds: float) -> Load:
    """Asks `http://127.0.0.1:PORT/` for so long over so many connections.

    Raises:
        RuntimeError: nothing could be measured.
    """
    return _by_wrk(port, connections, seconds) if shutil.which("wrk") else _by_ourselves(port, connections, seconds)


def _by_wrk(port: int, connections: int, seconds: float) -> Load:
    whole = max(1, round(seconds))
    command = ["wrk", "-t1", f"-c{connections}", f"-d{whole}s", "--latency", "--timeout", "30s", f"http://127.0.0.1:{port}/"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=whole + 60)
    text = done.stdout

    def number(pattern: str) -> float:
        found = re.search(pattern, text, re.MULTILINE)
        if found is None:
            raise RuntimeError(f"wrk: {text.strip() or done.stderr.strip()}")
        return float(found.group(1))

    def latency(percent: int) -> float:
        found = re.search(rf"^\s+{percent}%\s+([\d.]+)(us|ms|s|m)\s*$", text, re.MULTILINE)
        if found is None:
            raise RuntimeError(f"wrk: {text.strip() or done.stderr.strip()}")
        return float(found.group(1)) * _MILLISECONDS[found.group(2)]

    wrong = re.findall(r"^\s*(Socket errors: .*|Non-2xx .*)$", text, re.MULTILINE)
    return Load(
        requests=int(number(r"^\s*(\d+) requests in")),
        per_second=number(r"^Requests/sec:\s+([\d.]+)"),
        p50=latency(50),
        p99=latency(99),
        errors="; ".join(wrong),
        by="wrk",
    )


class _Connection:
    """One connection with one request under way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.asked = 0.0
        self._request = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
        self._answer = b""

    def ask(self) -> None:
        self.asked = time.perf_counter()
        self._answer = b""
        self.socket.sendall(self._request)

    def read(self) -> bool:
        """Whether the answer is whole now.

        Raises:
            ConnectionError: the server has closed the connection, or answers something else.
        """
        piece = self.socket.recv(65536)
        if not piece:
            raise ConnectionError("closed by the server")
        self._answer += piece
        head, found, body = self._answer.partition(b"\r\n\r\n")
        if not found:
            return False
        length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
        if not head.startswith(b"HTTP/1.1 200") or length is None:
            raise ConnectionError(head.partition(b"\r\n")[0].decode("latin-1"))
        return len(body) >= int(length.group(1))


def _by_ourselves(port: int, connections: int, seconds: float) -> Load:
    open_connections = [_Connection(port) for _ in range(connections)]
    times: list[float] = []
    errors: list[str] = []
    started = time.perf_counter()
    with selectors.DefaultSelector() as selector:
        for connection in open_connections:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.ask()
        while selector.get_map() and time.perf_counter() - started < seconds:
            for key, _ in selector.select(1):
                connection = key.data
                try:
                    if connection.read():
                        times.append((time.perf_counter() - connection.asked) * 1000)
                        connection.ask()
                except OSError as error:
                    errors.append(str(error))
                    selector.unregister(connection.socket)
    elapsed = time.perf_counter() - started
    for connection in open_connections:
        connection.socket.close()
    if not times:
        raise RuntimeError(f"no answer: {'; '.join(errors[:3])}")
    times.sort()
    wrong = f"{len(errors)} errors, the first: {errors[0]}" if errors else ""
    return Load(len(times), len(times) / elapsed, times[len(times) // 2], times[len(times) * 99 // 100], wrong, "benchmarks.generator")
