"""examples/proxy: requests and tunnels through it, whole and broken."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.examples.started import started
from tests.programs.install import real_node


@contextmanager
def _origin() -> Iterator[int]:
    """A server of fixed answers: what it was asked comes back as the body; a path says how it misbehaves."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            with peer:
                _answer(peer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def _answer(peer: socket.socket) -> None:
    asked = b""
    while b"\r\n\r\n" not in asked:
        more = peer.recv(65536)
        if not more:
            return peer.sendall(b"tunnel saw " + asked)  # no request but a tunnel, half closed
        asked += more
    head, _, body = asked.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    while length and len(body) < int(length[1]):
        body += peer.recv(65536)
    while b"chunked" in head and not body.endswith(b"0\r\n\r\n"):
        body += peer.recv(65536)
    if b"/cut" in head:
        return peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this")
    if b"/nothing" in head:
        return None
    if b"/bad" in head:
        return peer.sendall(b"nonsense\r\n\r\n")
    told = head + b"\n\n" + body
    start = b"HTTP/1.1 200 Fine\r\nX-A: 1\r\nX-A: 2\r\nConnection: close, X-Hop\r\nX-Hop: gone\r\nContent-Length: %d\r\n\r\n"
    return peer.sendall(start % len(told) + (b"" if head.startswith(b"HEAD") else told))


def _converse(node: Path, origin: int) -> tuple[list[str], str]:
    refused = socket.create_server(("127.0.0.1", 0))
    closed_port = refused.getsockname()[1]
    refused.close()
    base = b"http://127.0.0.1:%d" % origin
    host = b"\r\nHost: elsewhere\r\n"
    requests = [
        b"GET " + base + b"/a?b=c HTTP/1.1" + host + b"Proxy-Connection: keep-alive\r\nX-Y: 1\r\nx-y: 2\r\nConnection: close\r\n\r\n",
        b"POST " + base + b"/p HTTP/1.1" + host + b"Content-Length: 4\r\nConnection: close, X-Mine\r\nX-Mine: hop\r\n\r\nbody",
        b"POST " + base + b"/c HTTP/1.1" + host + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
        b"HEAD " + base + b"/h HTTP/1.1" + host + b"Connection: close\r\n\r\n",
        b"GET " + base + b"/cut HTTP/1.1" + host + b"\r\n",
        b"GET " + base + b"/nothing HTTP/1.1" + host + b"\r\n",
        b"GET " + base + b"/bad HTTP/1.1" + host + b"\r\n",
        b"GET http://127.0.0.1:%d/ HTTP/1.1" % closed_port + host + b"\r\n",
        b"GET /not/absolute HTTP/1.1" + host + b"\r\n",
        b"GET https://127.0.0.1/ HTTP/1.1" + host + b"\r\n",
        b"CONNECT 127.0.0.1:%d HTTP/1.1" % origin + host + b"\r\nGET /through HTTP/1.1\r\nHost: x\r\n\r\n",
        b"CONNECT 127.0.0.1:%d HTTP/1.1" % origin + host + b"\r\nhalf a word",
        b"CONNECT 127.0.0.1:%d HTTP/1.1" % closed_port + host + b"\r\n",
        b"CONNECT nowhere HTTP/1.1" + host + b"\r\n",
        b"CONNECT [::1]:99999 HTTP/1.1" + host + b"\r\n",
    ]
    answers = []
    with started(node, "proxy/proxy.mjs") as proxy:
        for request in requests:
            with socket.create_connection(("127.0.0.1", proxy.port), 20) as client:
                client.sendall(request)
                if request.endswith(b"half a word"):
                    client.shutdown(socket.SHUT_WR)
                answer = b""
                while more := client.recv(65536):
                    answer += more
                answers.append(answer.decode().replace(str(origin), "ORIGIN").replace(str(closed_port), "CLOSED"))
        status, log = proxy.end()
    assert status == 0
    answers = [re.sub(r"Date: [^\r]*", "Date: -", answer) for answer in answers]
    return answers, log.replace(str(origin), "ORIGIN").replace(str(closed_port), "CLOSED")


def test_both_pass_on_alike(edge_node: Path) -> None:
    with _origin() as origin:
        expected, got = _converse(real_node(), origin), _converse(edge_node, origin)
    assert got == expected
    plain, posted, chunked, head, cut, nothing, bad, refused, *wrong, through, half, no_tunnel, nowhere, no_port = got[0]
    assert "GET /a?b=c HTTP/1.1" in plain and "Host: 127.0.0.1:ORIGIN" in plain and "Via: 1.1 edge-proxy" in plain
    assert "Proxy-Connection" not in plain and "X-Hop" not in plain and "elsewhere" not in plain
    assert posted.endswith("\n\nbody") and "X-Mine" not in posted
    assert "body" in chunked and head.endswith("\r\n\r\n")
    assert cut.endswith("only this") and "Content-Length: 100" in cut
    assert [answer[9:12] for answer in (nothing, bad, refused, *wrong)] == ["502", "502", "502", "400", "400"]
    assert through.startswith("HTTP/1.1 200 Connection Established\r\n\r\nHTTP/1.1 200 Fine") and half.endswith("tunnel saw half a word")
    assert [answer[9:12] for answer in (no_tunnel, nowhere, no_port)] == ["502", "400", "400"]
