"""`python -m benchmarks.network WHAT RUNTIME [OPTION...]`: figures of one server under one runtime, printed after RESULT with their names.

`hello:CONNECTIONS` and `json:CONNECTIONS`: `rps` (requests/s), `p50` and `p99` (milliseconds), `rss` (MiB at the load's end), `cpu`
(microseconds of the server's processor time for a request). `echo`: `rate`, MiB/s there and back. `idle`: `kilobytes` of resident
memory for a connection of ten thousand.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from collections.abc import Sequence

from benchmarks.generator import load
from benchmarks.idle import idle_connections
from benchmarks.server_process import serve

_SECONDS = 5.0
_WARM_UP = 1.0
_IDLE = 10_000
_ECHO_BYTES = 512 << 20
_CHUNK = 64 << 10


def _http(runtime: Sequence[str], program: str, connections: int, scale: float) -> dict[str, float]:
    with serve(runtime, "http", program) as server:
        load(server.port, connections, _WARM_UP)
        before = server.cpu_seconds()
        result = load(server.port, connections, max(1.0, _SECONDS * scale))
        if result.errors:
            raise RuntimeError(result.errors)
        return {
            "rps": result.per_second,
            "p50": result.p50,
            "p99": result.p99,
            "rss": server.resident_kilobytes() / 1024,
            "cpu": (server.cpu_seconds() - before) * 1e6 / result.requests,
        }


def _echo(runtime: Sequence[str], scale: float) -> dict[str, float]:
    total = max(1 << 20, int(_ECHO_BYTES * scale))
    with serve(runtime, "echo") as server, socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:

        def send() -> None:
            chunk = b"x" * _CHUNK
            for _ in range(total // _CHUNK):
                connection.sendall(chunk)
            connection.shutdown(socket.SHUT_WR)

        started = time.perf_counter()
        sender = threading.Thread(target=send)
        sender.start()
        got, buffer = 0, bytearray(1 << 18)
        while size := connection.recv_into(buffer):
            got += size
        sender.join()
        elapsed = time.perf_counter() - started
    if got != total // _CHUNK * _CHUNK:
        raise RuntimeError(f"{got} bytes of {total} came back")
    return {"rate": got / elapsed / (1 << 20)}


def _idle(runtime: Sequence[str], scale: float) -> dict[str, float]:
    count = max(100, int(_IDLE * scale))
    with serve(runtime, "http", "hello") as server:
        # What the first requests load is no connection's.
        load(server.port, 1, _WARM_UP)
        before = server.resident_kilobytes()
        with idle_connections(server.port, count):
            return {"kilobytes": (server.resident_kilobytes() - before) / count}


def measure(what: str, runtime: Sequence[str], scale: float) -> dict[str, float]:
    """The figures named `what`, under a runtime with its options; `scale` shortens the work.

    Raises:
        ValueError: there are none of that name.
        RuntimeError: a server or a connection failed.
    """
    name, _, connections = what.partition(":")
    if name in ("hello", "json"):
        return _http(runtime, name, int(connections), scale)
    if name == "echo":
        return _echo(runtime, scale)
    if name == "idle":
        return _idle(runtime, scale)
    raise ValueError(what)


def main() -> int:
    """Prints the figures that the command line names."""
    for name, value in measure(sys.argv[1], sys.argv[2:], float(os.environ.get("EDGE_BENCH_SCALE", "1"))).items():
        print(f"RESULT {name} {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
