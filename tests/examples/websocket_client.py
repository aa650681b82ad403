"""The client's side of RFC 6455, frame by frame, so that a test can send wrong ones."""

from __future__ import annotations

import base64
import socket
import struct
from typing import NamedTuple

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
_MASK = b"\x12\x34\x56\x78"


class Frame(NamedTuple):
    opcode: int
    payload: bytes


def frame(opcode: int, payload: bytes = b"", *, final: bool = True, masked: bool = True, reserved: int = 0) -> bytes:
    """The bytes of one frame."""
    size = len(payload)
    length = bytes([size]) if size < 126 else b"\x7e" + struct.pack(">H", size) if size < 65536 else b"\x7f" + struct.pack(">Q", size)
    first = bytes([(0x80 if final else 0) | reserved | opcode])
    if not masked:
        return first + length + payload
    length = bytes([length[0] | 0x80]) + length[1:]
    return first + length + _MASK + bytes(byte ^ _MASK[at & 3] for at, byte in enumerate(payload))


class WebSocketClient:
    """A connection after its handshake; `handshake` is the server's head."""

    def __init__(self, port: int, early: bytes = b"") -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), 20)
        self.input = b""
        key = base64.b64encode(b"0123456789abcdef").decode()
        head = f"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
        self.socket.sendall(head.encode() + early)
        while b"\r\n\r\n" not in self.input:
            self._more()
        start, _, self.input = self.input.partition(b"\r\n\r\n")
        self.handshake = start.decode()

    def _more(self) -> None:
        data = self.socket.recv(65536)
        if not data:
            raise EOFError
        self.input += data

    def send(self, *frames: bytes) -> None:
        self.socket.sendall(b"".join(frames))

    def receive(self) -> Frame:
        """The next frame; `EOFError` at the connection's end."""
        while len(self.input) < 2:
            self._more()
        at, size = 2, self.input[1]
        if size > 125:
            at = 4 if size == 126 else 10
            while len(self.input) < at:
                self._more()
            size = int.from_bytes(self.input[2:at], "big")
        while len(self.input) < at + size:
            self._more()
        got = Frame(self.input[0] & 15, self.input[at : at + size])
        self.input = self.input[at + size :]
        return got

    def rest(self) -> list[Frame]:
        """All that still comes."""
        frames = []
        try:
            while True:
                frames.append(self.receive())
        except (EOFError, ConnectionResetError):
            return frames

    def close(self) -> None:
        self.socket.close()
