"""Running hostile JavaScript in `edge-node --safe`, and canaries outside to see whether it got anywhere."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# What every attack may use: `report(value)` prints the answer, `code(f)` is what a call throws, `settle(p)` what a promise ends with.
PRELUDE = """
const report = (value) => console.log(JSON.stringify(value));
const code = (f) => { try { f(); return 'done' } catch (error) { return error.code ?? error.name } };
const settle = (promise) => promise.then(() => 'done', (error) => error.cause?.code ?? error.code ?? error.name);
const dial = (options) => new Promise((resolve) => {
  const socket = require('net').connect(options);
  socket.on('connect', () => { socket.destroy(); resolve('connected') });
  socket.on('error', (error) => resolve(error.code ?? error.name));
});
const listen = (server, ...where) => new Promise((resolve) => {
  server.on('error', (error) => resolve(error.code));
  server.listen(...where, () => { server.close(); resolve('listening') });
});
"""


def attack(edge_node: Path, code: str, *options: str, env: dict[str, str] | None = None, cwd: Path | None = None) -> Any:
    """What the code reports from inside a sandbox with these options; a crash fails the test."""
    done = run(edge_node, code, *options, env=env, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def run(
    edge_node: Path, code: str, *options: str, env: dict[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """The code in a sandbox with these options."""
    return subprocess.run(
        [edge_node, "--safe", *options, "-e", PRELUDE + code],
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "SECRET": "hush", **(env or {})},
        cwd=cwd,
    )


class Canary:
    """A server outside that counts who reached it."""

    def __init__(self, listener: socket.socket) -> None:
        self.port: int = listener.getsockname()[1] if listener.family != socket.AF_UNIX else 0
        self.reached = 0


@contextmanager
def canary(family: socket.AddressFamily = socket.AF_INET, address: Any = ("127.0.0.1", 0)) -> Iterator[Canary]:
    """Listens at a stream address; a connection is answered with one line of HTTP and closed."""
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.bind(address)
    listener.listen(16)
    caught = Canary(listener)

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            caught.reached += 1
            with connection:
                connection.settimeout(5)
                try:
                    connection.recv(4096)
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nhush")
                except OSError:
                    pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield caught
    finally:
        # Closing alone does not wake a thread that accepts.
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)
