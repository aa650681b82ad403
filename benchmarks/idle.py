"""Many idle keep-alive connections to an HTTP server: opened, asked once each, and kept."""

from __future__ import annotations

import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager


@contextmanager
def idle_connections(port: int, count: int) -> Iterator[IdleConnections]:
    """Opens `count` connections that have each got one answer to a request, and closes them at the end.

    Raises:
        RuntimeError: a connection was closed, or answered something other than 200.
        OSError: the server cannot be reached.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with ExitStack() as stack:
        connections = IdleConnections(port, stack)
        for _ in range(count):
            connections.open()
        yield connections


class IdleConnections:
    """Connections that are closed with `stack`."""

    def __init__(self, port: int, stack: ExitStack) -> None:
        """None are open yet."""
        self._port = port
        self._stack = stack
        self._sockets: list[socket.socket] = []

    def open(self) -> None:
        """One more, asked once."""
        connection = self._stack.enter_context(socket.create_connection(("127.0.0.1", self._port), timeout=60))
        self._sockets.append(connection)
        self._ask(connection)

    def ask_all(self) -> None:
        """One more request on each."""
        for connection in self._sockets:
            self._ask(connection)

    def _ask(self, connection: socket.socket) -> None:
        connection.sendall(f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\n\r\n".encode())
        answer = b""
        while not answer.endswith(b"Hello, world!\n"):
            piece = connection.recv(65536)
            if not piece:
                raise RuntimeError("the server closed an idle connection")
            answer += piece
        if not answer.startswith(b"HTTP/1.1 200 OK\r\n"):
            raise RuntimeError(f"answered {answer[:80]!r}")
