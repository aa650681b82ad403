"""examples/chat: spoken to well and badly over raw frames, and opened in a browser."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.examples.started import Started, started
from tests.examples.websocket_client import BINARY, CLOSE, PING, PONG, TEXT, Frame, WebSocketClient, frame
from tests.programs.debian import find_program
from tests.programs.install import real_node

HERE = Path(__file__).parent


def _say(message: object) -> bytes:
    return frame(TEXT, json.dumps(message).encode())


def _talk(server: Started) -> list[object]:
    heard: list[object] = []
    ada, bob = WebSocketClient(server.port), WebSocketClient(server.port, early=_say({"type": "join", "name": "Bob"}))
    heard += [ada.handshake, bob.receive(), bob.receive()]
    ada.send(_say({"type": "say", "text": "too early"}), _say({"type": "join", "name": "Bob"}), _say({"type": "join", "name": " Ada "}))
    heard += [ada.receive() for _ in range(4)]
    ada.send(_say({"type": "say", "text": "hello ü€😀"}), frame(PING, b"are you there"))
    heard += [bob.receive(), bob.receive(), ada.receive(), ada.receive()]
    # In three parts with a ping between, and a byte at a time.
    text = json.dumps({"type": "say", "text": "x" * 1000}).encode()
    ada.send(frame(TEXT, text[:300], final=False), frame(PING), frame(0, text[300:400], final=False), frame(0, text[400:]))
    heard += [ada.receive(), ada.receive(), bob.receive()]
    for byte in _say({"type": "say", "text": "slowly"}):
        ada.send(bytes([byte]))
    heard += [ada.receive(), bob.receive()]
    late = WebSocketClient(server.port)
    late.send(_say({"type": "join", "name": "Late"}))
    heard += [late.receive(), late.receive(), ada.receive(), bob.receive()]
    bob.send(frame(CLOSE, (1000).to_bytes(2, "big") + b"bye"))
    heard += [bob.rest(), ada.receive()]
    late.close()
    heard += [ada.receive()]
    ada.close()
    return heard


# What a client must not send, and with which code the server leaves.
BAD_FRAMES = {
    "unmasked": (frame(TEXT, b"{}", masked=False), 1002),
    "reserved bit": (frame(TEXT, b"{}", reserved=0x40), 1002),
    "unknown opcode": (frame(3, b"x"), 1002),
    "long ping": (frame(PING, b"x" * 126), 1002),
    "ping in parts": (frame(PING, b"x", final=False), 1002),
    "continuation of nothing": (frame(0, b"x"), 1002),
    "text within a text": (frame(TEXT, b"{", final=False) + frame(TEXT, b"}"), 1002),
    "binary": (frame(BINARY, b"x"), 1003),
    "not utf-8": (frame(TEXT, b"\xff\xfe"), 1007),
    "not json": (frame(TEXT, b"hello"), 1007),
    "null": (frame(TEXT, b"null"), 1008),
    "an inherited action": (frame(TEXT, b'{"type": "toString"}'), 1008),
    "too long": (b"\x81\xff" + (1 << 62).to_bytes(8, "big"), 1009),
    "too long in parts": (frame(TEXT, b"x" * 40000, final=False) + frame(0, b"x" * 40000), 1009),
    "half a close code": (frame(CLOSE, b"x"), 1002),
    "close without a code": (frame(CLOSE), 1000),
}


def _break(server: Started) -> dict[str, list[Frame]]:
    left = {}
    for name, (frames, code) in BAD_FRAMES.items():
        client = WebSocketClient(server.port)
        client.send(frames)
        if code in (1007, 1008) and name != "not utf-8":
            assert client.receive().payload[:2] == code.to_bytes(2, "big"), name
            client.send(frame(CLOSE, code.to_bytes(2, "big")))
            left[name] = client.rest()
        else:
            left[name] = client.rest()
            assert [(got.opcode, int.from_bytes(got.payload[:2], "big")) for got in left[name]] == [(CLOSE, code)], name
        client.close()
    return left


def _ask(server: Started) -> list[object]:
    """Plain requests and handshakes that are refused."""
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "MDEyMzQ1Njc4OWFiY2RlZg==",
    }
    answers: list[object] = []
    for path, headers in [
        ("/", {}),
        ("/other", {}),
        ("/", {**upgrade, "Sec-WebSocket-Version": "8"}),
        ("/", {**upgrade, "Sec-WebSocket-Key": "short"}),
        ("/", {**upgrade, "Upgrade": "h2c"}),
    ]:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        answers.append((response.status, [(name, value) for name, value in response.getheaders() if name != "Date"], len(response.read())))
        connection.close()
    return answers


def _converse(node: Path) -> str:
    with started(node, "chat/server.mjs") as server:
        heard: list[object] = [_talk(server), _break(server), _ask(server)]
        last = WebSocketClient(server.port)
        ended = server.process
        ended.send_signal(15)
        heard.append(last.receive())
        last.send(frame(CLOSE, (1001).to_bytes(2, "big")))
        heard.append(last.rest())
        last.close()
        heard.append(ended.wait(20))
    return re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "TIME", "\n".join(map(str, heard)))


def test_both_speak_alike(edge_node: Path) -> None:
    expected, got = _converse(real_node()), _converse(edge_node)
    assert got == expected
    assert f"Frame(opcode={PONG}, payload=b'are you there')" in got


def test_the_page_in_a_browser(edge_node: Path) -> None:
    """Two tabs of Chromium, driven over its DevTools by a program of `edge-node`'s own, see what the other one says."""
    chromium = find_program(
        "chromium-headless-shell", ("usr/bin/chromium", "usr/bin/google-chrome", "usr/lib/chromium/chromium-headless-shell")
    )
    with started(edge_node, "chat/server.mjs") as server, tempfile.TemporaryDirectory() as folder:
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", f"--user-data-dir={folder}/profile"]
        command = [str(chromium.path), *options, "--remote-debugging-port=0", "about:blank"]
        env = {"HOME": folder, "PATH": "/usr/bin:/bin", **chromium.env}
        with subprocess.Popen(
            command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as browser:
            try:
                assert browser.stderr is not None
                told = ""
                for line in browser.stderr:
                    told += line
                    if line.startswith("DevTools listening on "):
                        break
                else:
                    pytest.skip(f"{chromium.path} does not start here: {told[-300:]}")
                devtools = line.split()[-1]
                driver = [str(edge_node), str(HERE / "two_tabs.mjs"), devtools, f"http://127.0.0.1:{server.port}/", f"{folder}/chat.png"]
                done = subprocess.run(driver, capture_output=True, text=True, timeout=90, stdin=subprocess.DEVNULL)
            finally:
                browser.terminate()
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.splitlines() == [
            "refused: Ada is taken",
            "people: Ada, Bob",
            "Ada's tab: Ada hello <b>ü</b> | Bob and hello to you",
            "Bob's tab: Ada hello <b>ü</b> | Bob and hello to you",
            "after a reload: Ada hello <b>ü</b> | Bob and hello to you; people: Ada, Bob",
        ]
        assert Path(folder, "chat.png").read_bytes().startswith(b"\x89PNG")
