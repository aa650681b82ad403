"""One exchange over a raw connection: what the client does, what it got back, what the server told."""

from __future__ import annotations

import json
import queue
import re
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Union

HERE = Path(__file__).parent
# How long a peer may keep silent before the exchange counts as hanging.
SILENCE = 10.0


@dataclass(frozen=True)
class Wait:
    """The client does nothing for so long."""

    seconds: float


@dataclass(frozen=True)
class Read:
    """The client reads until it has seen these bytes."""

    until: bytes


class Half:
    """The client closes its sending half."""


class Reset:
    """The client resets the connection."""


class Close:
    """The client closes the connection without reading what is left."""


Step = Union[bytes, Wait, Read, Half, Reset, Close]
Event = list[Any]


@dataclass(frozen=True)
class Exchange:
    """`ended` says how the connection ended for the client: "end", "reset", "silence", or "left" when the client did it."""

    received: str
    ended: str
    events: list[Event]


class Server:
    """server.cjs under one of the runtimes."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, lines: queue.Queue[Event]) -> None:
        self.process, self.port, self.lines, self.connections = process, port, lines, 0

    def exchange(self, steps: Sequence[Step]) -> Exchange:
        """Does `steps`, reads to the end, and waits until the server has told that its side is closed."""
        self.connections += 1
        with socket.create_connection(("127.0.0.1", self.port), SILENCE) as client:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            received, ended = _act(client, steps)
        return Exchange(_steady(received), ended, self._events())

    def _events(self) -> list[Event]:
        """All that the server tells until it has told of the socket's end and of what that entails."""
        events: list[Event] = []
        assert self.process.stdin is not None
        while True:
            try:
                event = self.lines.get(timeout=SILENCE)
            except queue.Empty:
                raise AssertionError(f"the server does not tell of the end: {events}") from None
            if event == ["mark"]:
                return events
            if event[0] not in (self.connections, "?"):
                raise AssertionError(f"an event of another connection: {event}")
            events.append(event[1:])
            if event[1] == "socket close":
                self.process.stdin.write(b"mark\n")
                self.process.stdin.flush()


def _act(client: socket.socket, steps: Sequence[Step]) -> tuple[bytes, str]:
    received = bytearray()
    try:
        for step in steps:
            if isinstance(step, bytes):
                client.sendall(step)
            elif isinstance(step, Wait):
                time.sleep(step.seconds)
            elif isinstance(step, Half):
                client.shutdown(socket.SHUT_WR)
            elif isinstance(step, Reset):
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return bytes(received), "left"
            elif isinstance(step, Close):
                return bytes(received), "left"
            else:
                while step.until not in received:
                    more = client.recv(65536)
                    if not more:
                        return bytes(received), "end"
                    received += more
    except (ConnectionResetError, BrokenPipeError):
        pass  # the server did not want to hear all of it; what it said may still be there
    try:
        while True:
            more = client.recv(65536)
            if not more:
                return bytes(received), "end"
            received += more
    except ConnectionResetError:
        return bytes(received), "reset"
    except socket.timeout:
        return bytes(received), "silence"


def _steady(received: bytes) -> str:
    """What came back without the date, and with a long run of one body shortened."""
    text = re.sub(rb"\r\nDate: [^\r]*", b"\r\nDate: -", received).decode("latin1")
    return text if len(text) < 5000 else f"{text[:300]}… {len(text)} bytes"


@contextmanager
def serving(node: Path, options: dict[str, Any], args: Sequence[str] = ()) -> Iterator[Server]:
    """A server of this runtime with these options (see server.cjs), ended afterwards."""
    command = [str(node), *args, str(HERE / "server.cjs"), json.dumps(options)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        lines: queue.Queue[Event] = queue.Queue()
        assert process.stdout is not None
        output = process.stdout

        def read() -> None:
            for line in output:
                lines.put(json.loads(line))

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        try:
            name, port = lines.get(timeout=20)
            assert name == "port"
            yield Server(process, port, lines)
        finally:
            process.kill()
            reader.join(5)
