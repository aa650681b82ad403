"""Malformed, ambiguous and oversized requests, peers that stop, wait or vanish: what Node answers and tells, in its order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.http.exchange import Close, Half, Read, Reset, Step, Wait, serving
from tests.programs.install import real_node

LISTENING: dict[str, Any] = {"listeners": ["clientError"], "keepAliveTimeout": 150}
CHUNKED = b"POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
NEXT = b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"


def head(*lines: bytes, first: bytes = b"GET / HTTP/1.1", end: bytes = b"\r\n") -> bytes:
    return end.join([first, *lines, b"", b""])


def post(*lines: bytes) -> bytes:
    return head(b"Host: a", *lines, first=b"POST /p HTTP/1.1")


# One write each; the client then closes its half.
REQUESTS: dict[str, bytes] = {
    "plain": head(b"Host: a"),
    "no host": head(b"X: y"),
    "two hosts": head(b"Host: a", b"Host: b"),
    "http 1.0 without host": head(first=b"GET / HTTP/1.0"),
    "http 0.9": b"GET /\r\n",
    "http 2.0": head(b"Host: a", first=b"GET / HTTP/2.0"),
    "http 1.2": head(b"Host: a", first=b"GET / HTTP/1.2"),
    "http 3.1": head(b"Host: a", first=b"GET / HTTP/3.1"),
    "h2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "version cut": b"GET / HTTP/1\r\n\r\n",
    "version in lower case": head(b"Host: a", first=b"GET / http/1.1"),
    "other protocol": head(b"Host: a", first=b"GET / RTSP/1.0"),
    "source without ice": head(b"Host: a", first=b"SOURCE / ICE/1.0"),
    "nothing at all": b"",
    "empty lines first": b"\r\n\r\n\r\n" + head(b"Host: a"),
    "bare line feeds first": b"\n\n" + head(b"Host: a"),
    "a space first": b" " + head(b"Host: a"),
    "zeros": b"\0" * 40,
    "tls": bytes.fromhex("16030100a5010000a10303") + b"\x01" * 60,
    "words": b"hello there, are you a web server?\r\n\r\n",
    "unknown method": head(b"Host: a", first=b"FROB / HTTP/1.1"),
    "method in lower case": head(b"Host: a", first=b"get / HTTP/1.1"),
    "method cut": head(b"Host: a", first=b"GE / HTTP/1.1"),
    "method that goes on": head(b"Host: a", first=b"GETX / HTTP/1.1"),
    "method with a colon": head(b"Host: a", first=b"GET: / HTTP/1.1"),
    "no path": head(b"Host: a", first=b"GET  HTTP/1.1"),
    "two spaces": head(b"Host: a", first=b"GET  /x  HTTP/1.1"),
    "a space in the path": head(b"Host: a", first=b"GET /a b HTTP/1.1"),
    "a tab in the path": head(b"Host: a", first=b"GET /a\tb HTTP/1.1"),
    "zero in the path": head(b"Host: a", first=b"GET /a\0b HTTP/1.1"),
    "latin1 in the path": head(b"Host: a", first=b"GET /\xe9\xff HTTP/1.1"),
    "utf8 in the path": head(b"Host: a", first="GET /ü€ HTTP/1.1".encode()),
    "a fragment": head(b"Host: a", first=b"GET /a#b#c HTTP/1.1"),
    "path without slash": head(b"Host: a", first=b"GET foo HTTP/1.1"),
    "a star": head(b"Host: a", first=b"OPTIONS * HTTP/1.1"),
    "absolute": head(b"Host: a", first=b"GET http://b:80/x?y HTTP/1.1"),
    "absolute with two schemes": head(b"Host: a", first=b"GET http://http://x HTTP/1.1"),
    "connect without listener": head(b"Host: a", first=b"CONNECT b:443 HTTP/1.1"),
    "connect with a path": head(b"Host: a", first=b"CONNECT /x HTTP/1.1"),
    "upgrade without listener": head(b"Host: a", b"Connection: Upgrade", b"Upgrade: websocket"),
    "bare line feeds": head(b"Host: a", b"X: y", end=b"\n"),
    "bare line feed in a header": b"GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n",
    "bare line feed after the head": b"GET / HTTP/1.1\r\nHost: a\r\n\n",
    "bare carriage returns": head(b"Host: a", end=b"\r"),
    "carriage return in a value": head(b"Host: a", b"X: a\rb"),
    "carriage return and zero": head(b"Host: a", b"X: a\r\0b"),
    "two carriage returns": b"GET / HTTP/1.1\r\nHost: a\r\r\n\r\n",
    "zero in a value": head(b"Host: a", b"X: a\0b"),
    "controls in a value": head(b"Host: a", b"X: a\x01\x1fb"),
    "delete in a value": head(b"Host: a", b"X: a\x7fb"),
    "latin1 in a value": head(b"Host: a", b"X: \xe9\xff\x80"),
    "zero in a name": head(b"Host: a", b"X\0: a"),
    "space in a name": head(b"Host: a", b"X Y: a"),
    "space before the colon": head(b"Host: a", b"X : a"),
    "tab before the colon": head(b"Host: a", b"X\t: a"),
    "latin1 in a name": head(b"Host: a", b"X\xe9: a"),
    "brackets in a name": head(b"Host: a", b"(X): a"),
    "underline in a name": head(b"Host: a", b"x_y!#$%&'*+.^`|~: a"),
    "no name": head(b"Host: a", b": a"),
    "no colon": head(b"Host: a", b"X"),
    "empty value": head(b"Host: a", b"X:", b"Y: "),
    "blanks around a value": head(b"Host: a", b"X: \t a \t "),
    "folded": head(b"Host: a", b"X: a", b" b", b"\tc"),
    "folded at once": head(b"Host: a", b"X:", b" b"),
    "folded first": b"GET / HTTP/1.1\r\n X: a\r\nHost: a\r\n\r\n",
    "folded length": post(b"Content-Length:", b" 3") + b"abc",
    "folded transfer-encoding": post(b"Transfer-Encoding:", b" chunked") + b"3\r\nabc\r\n0\r\n\r\n",
    "length and chunked": post(b"Content-Length: 3", b"Transfer-Encoding: chunked") + b"0\r\n\r\n" + NEXT,
    "chunked and length": post(b"Transfer-Encoding: chunked", b"Content-Length: 3") + b"0\r\n\r\n" + NEXT,
    "two equal lengths": post(b"Content-Length: 3", b"Content-Length: 3") + b"abc",
    "two lengths": post(b"Content-Length: 3", b"Content-Length: 30") + b"abc" + NEXT,
    "lengths in a list": post(b"Content-Length: 3, 3") + b"abc",
    "negative length": post(b"Content-Length: -1") + b"abc",
    "signed length": post(b"Content-Length: +3") + b"abc",
    "hexadecimal length": post(b"Content-Length: 0x3") + b"abc",
    "fraction for a length": post(b"Content-Length: 3.0") + b"abc",
    "huge length": post(b"Content-Length: 18446744073709551616"),
    "largest length": post(b"Content-Length: 18446744073709551615"),
    "empty length": post(b"Content-Length: ") + b"abc",
    "length with blanks": post(b"Content-Length:  3  ") + b"abc",
    "length with a blank inside": post(b"Content-Length: 3 0") + b"abc",
    "length in words": post(b"Content-Length: three"),
    "body shorter than its length": post(b"Content-Length: 10") + b"abc",
    "body longer than its length": post(b"Content-Length: 3") + b"abcdef",
    "body longer, connection: close": post(b"Content-Length: 3", b"Connection: close") + b"abcdef",
    "body without a length": post() + b"abc",
    "get with a body": head(b"Host: a", b"Content-Length: 3") + b"abc",
    "get with chunks": head(b"Host: a", b"Transfer-Encoding: chunked") + b"3\r\nabc\r\n0\r\n\r\n",
    "encoding identity": post(b"Transfer-Encoding: identity") + b"abc",
    "encoding unknown": post(b"Transfer-Encoding: frob") + b"abc",
    "encoding gzip, chunked": post(b"Transfer-Encoding: gzip, chunked") + b"3\r\nabc\r\n0\r\n\r\n",
    "encoding chunked, gzip": post(b"Transfer-Encoding: chunked, gzip") + b"3\r\nabc\r\n0\r\n\r\n",
    "encoding chunked twice": post(b"Transfer-Encoding: chunked, chunked") + b"3\r\nabc\r\n0\r\n\r\n",
    "encoding in two headers": post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity") + b"3\r\nabc\r\n0\r\n\r\n",
    "encoding in capitals": post(b"TRANSFER-ENCODING: CHUNKED") + b"3\r\nabc\r\n0\r\n\r\n",
    "encoding xchunked": post(b"Transfer-Encoding: xchunked") + b"3\r\nabc\r\n0\r\n\r\n",
    "encoding chunked with a parameter": post(b"Transfer-Encoding: chunked;x=y") + b"3\r\nabc\r\n0\r\n\r\n",
    "encoding with a vertical tab": post(b"Transfer-Encoding: \x0bchunked") + b"3\r\nabc\r\n0\r\n\r\n",
    "encoding with a blank before the colon": post(b"Transfer-Encoding : chunked", b"Content-Length: 3") + b"abc",
    "encoding in http 1.0": head(b"Transfer-Encoding: chunked", first=b"POST / HTTP/1.0") + b"3\r\nabc\r\n0\r\n\r\n",
    "chunks": CHUNKED + b"3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n",
    "chunks and a next request": CHUNKED + b"3\r\nabc\r\n0\r\n\r\n" + NEXT,
    "chunk in small letters": CHUNKED + b"a\r\n0123456789\r\n0\r\n\r\n",
    "chunk with leading zeros": CHUNKED + b"0003\r\nabc\r\n000\r\n\r\n",
    "chunk without a size": CHUNKED + b"\r\nabc\r\n0\r\n\r\n",
    "chunk with a bad size": CHUNKED + b"g\r\nabc\r\n0\r\n\r\n",
    "chunk with 0x": CHUNKED + b"0x3\r\nabc\r\n0\r\n\r\n",
    "chunk with a sign": CHUNKED + b"-3\r\nabc\r\n0\r\n\r\n",
    "chunk of 2**64": CHUNKED + b"10000000000000000\r\nabc",
    "chunk of 2**64-1": CHUNKED + b"ffffffffffffffff\r\nabc",
    "chunk with blanks": CHUNKED + b"3 \r\nabc\r\n0\r\n\r\n",
    "chunk after a blank": CHUNKED + b" 3\r\nabc\r\n0\r\n\r\n",
    "chunk shorter than told": CHUNKED + b"5\r\nabc\r\n0\r\n\r\n",
    "chunk longer than told": CHUNKED + b"2\r\nabc\r\n0\r\n\r\n",
    "chunk cut": CHUNKED + b"5\r\nabc",
    "chunks without an end": CHUNKED + b"3\r\nabc\r\n",
    "chunk with line feeds": CHUNKED + b"3\nabc\n0\n\n",
    "chunk with a line feed after the size": CHUNKED + b"3\nabc\r\n0\r\n\r\n",
    "chunk with a line feed after the data": CHUNKED + b"3\r\nabc\n0\r\n\r\n",
    "chunk with a carriage return after the size": CHUNKED + b"3\rabc\r\n0\r\n\r\n",
    "chunk extension": CHUNKED + b'3;a;b=c;d="e;f"\r\nabc\r\n0;x\r\n\r\n',
    "chunk extension with a line feed": CHUNKED + b"3;a\nabc\r\n0\r\n\r\n",
    "chunk extension with an open quote": CHUNKED + b'3;a="b\r\nabc\r\n0\r\n\r\n',
    "chunk extension with quoted line end": CHUNKED + b'3;a="\r\nabc\r\n0\r\n\r\n',
    "chunk extension with a bad name": CHUNKED + b"3;a b\r\nabc\r\n0\r\n\r\n",
    "chunk extension that is empty": CHUNKED + b"3;\r\nabc\r\n0\r\n\r\n",
    "chunk extension with a control": CHUNKED + b"3;a=\x01\r\nabc\r\n0\r\n\r\n",
    "chunk extensions of 16000": CHUNKED + b"3;" + b"e" * 16000 + b"\r\nabc\r\n0\r\n\r\n",
    "chunk extensions of 17000": CHUNKED + b"3;" + b"e" * 17000 + b"\r\nabc\r\n0\r\n\r\n",
    "chunk extensions in many chunks": CHUNKED + (b"1;" + b"e" * 100 + b"\r\na\r\n") * 200 + b"0\r\n\r\n",
    "trailers": CHUNKED + b"3\r\nabc\r\n0\r\nX-T: v\r\nX-U: w\r\n\r\n",
    "trailers that bend the head": CHUNKED + b"0\r\nContent-Length: 5\r\nHost: evil\r\nTransfer-Encoding: chunked\r\n\r\n" + NEXT,
    "trailer without colon": CHUNKED + b"0\r\nX\r\n\r\n",
    "trailers of 20000": CHUNKED + b"0\r\nX: " + b"y" * 20000 + b"\r\n\r\n",
    "trailers, many": CHUNKED + b"0\r\n" + b"".join(b"X%d: y\r\n" % i for i in range(1500)) + b"\r\n",
    "line feeds at the end of chunks": CHUNKED + b"0\r\n\n" + NEXT,
    "garbage after chunks": CHUNKED + b"0\r\n\r\nxyz\r\n\r\n",
    "pipelined": head(b"Host: a", first=b"GET /1 HTTP/1.1")
    + head(b"Host: a", first=b"GET /2 HTTP/1.1")
    + head(b"Host: a", first=b"GET /3 HTTP/1.1"),
    "pipelined, late and now": head(b"Host: a", first=b"GET /late HTTP/1.1") + head(b"Host: a", first=b"GET /now HTTP/1.1"),
    "pipelined, the second is bad": head(b"Host: a") + b"BAD\r\n\r\n",
    "pipelined, late, then bad": head(b"Host: a", first=b"GET /late HTTP/1.1") + b"BAD\r\n\r\n",
    "pipelined after close": head(b"Host: a", b"Connection: close") + NEXT,
    "pipelined after http 1.0": head(b"Host: a", first=b"GET / HTTP/1.0") + NEXT,
    "http 1.0 with keep-alive": head(b"Connection: keep-alive", first=b"GET / HTTP/1.0") + NEXT,
    "connection keep-alive and close": head(b"Host: a", b"Connection: keep-alive, close") + NEXT,
    "connection in two headers": head(b"Host: a", b"Connection: keep-alive", b"Connection: close") + NEXT,
    "connection upgrade without upgrade": head(b"Host: a", b"Connection: upgrade") + NEXT,
    "keep-alive max": head(b"Host: a", b"Connection: keep-alive", b"Keep-Alive: timeout=1, max=1") + NEXT,
    "head": head(b"Host: a", first=b"HEAD / HTTP/1.1") + NEXT,
    "expect": head(b"Host: a", b"Expect: 100-continue", b"Content-Length: 3", first=b"POST / HTTP/1.1") + b"abc",
    "expect in http 1.0": head(b"Host: a", b"Expect: 100-continue", b"Content-Length: 3", first=b"POST / HTTP/1.0") + b"abc",
    "expect the unknown": head(b"Host: a", b"Expect: a-miracle", b"Content-Length: 3", first=b"POST / HTTP/1.1") + b"abc",
    "headers of 15000": head(b"Host: a", b"X: " + b"y" * 15000),
    "headers of 17000": head(b"Host: a", b"X: " + b"y" * 17000),
    "header name of 17000": head(b"Host: a", b"y" * 17000 + b": x"),
    "path of 15000": head(b"Host: a", first=b"GET /" + b"y" * 15000 + b" HTTP/1.1"),
    "path of 17000": head(b"Host: a", first=b"GET /" + b"y" * 17000 + b" HTTP/1.1"),
    "headers of 16384 in all": head(b"Host: a", *(b"X%03d: %s" % (i, b"y" * 94) for i in range(170))),
    "1000 headers": head(b"Host: a", *(b"A%d: b" % i for i in range(1000))),
    "2500 headers": head(b"Host: a", *(b"A%d:" % i for i in range(2500))),
    "an endless name": head(b"Host: a") + b"GET / HTTP/1.1\r\n" + b"y" * 40000,
    "first line cut": b"GET /cut",
    "head cut in a name": b"GET /cut HTTP/1.1\r\nHos",
    "head cut in a value": b"GET /cut HTTP/1.1\r\nHost: a",
    "head cut before its end": b"GET /cut HTTP/1.1\r\nHost: a\r\n",
    "duplicates of one kind": head(
        b"Host: a", b"Content-Type: a", b"Content-Type: b", b"Cookie: a=1", b"Cookie: b=2", b"X: 1", b"X: 2", b"Set-Cookie: c"
    ),
    "names of Object's": head(b"Host: a", b"__proto__: x", b"constructor: y", b"hasOwnProperty: z"),
    "request that is destroyed": head(b"Host: a", first=b"GET /destroy HTTP/1.1") + NEXT,
    "body that is not read": head(b"Host: a", b"Content-Length: 100000", first=b"POST /unread HTTP/1.1") + b"x" * 100000 + NEXT,
    "body that is not read, cut": head(b"Host: a", b"Content-Length: 100000", first=b"POST /unread HTTP/1.1") + b"x" * 10,
    "answer before the body": head(b"Host: a", b"Content-Length: 10", first=b"POST /now HTTP/1.1"),
}

# Options of the server beside LISTENING, and what is sent to it.
CONFIGURATIONS: dict[str, tuple[dict[str, Any], list[str], tuple[str, ...]]] = {
    "listening": (LISTENING, [], tuple(REQUESTS)),
    "default": ({"keepAliveTimeout": 150}, [], tuple(REQUESTS)),
    "lenient": ({**LISTENING, "insecureHTTPParser": True}, [], tuple(REQUESTS)),
    "lenient by option": (
        LISTENING,
        ["--insecure-http-parser"],
        ("length and chunked", "bare line feeds", "space before the colon", "two lengths"),
    ),
    "small heads": (
        {**LISTENING, "maxHeaderSize": 200},
        [],
        ("plain", "headers of 15000", "path of 15000", "trailers, many", "two equal lengths"),
    ),
    "small heads by option": (LISTENING, ["--max-http-header-size=100"], ("plain", "headers of 15000", "trailers", "chunk extension")),
    "no host needed": ({**LISTENING, "requireHostHeader": False}, [], ("plain", "no host", "two hosts", "http 1.0 without host")),
    "few headers": (
        {**LISTENING, "properties": {"maxHeadersCount": 3}},
        [],
        ("plain", "1000 headers", "duplicates of one kind", "trailers", "length and chunked"),
    ),
    "one request per connection": (
        {"listeners": ["clientError", "dropRequest"], "keepAliveTimeout": 150, "properties": {"maxRequestsPerSocket": 1}},
        [],
        ("plain", "pipelined", "pipelined, late and now", "http 1.0 with keep-alive"),
    ),
    "joined duplicates": ({**LISTENING, "joinDuplicateHeaders": True}, [], ("duplicates of one kind", "two hosts", "two equal lengths")),
    "every listener": (
        {**LISTENING, "listeners": ["clientError", "upgrade", "connect", "checkContinue", "checkExpectation"]},
        [],
        (
            "connect without listener",
            "upgrade without listener",
            "connection upgrade without upgrade",
            "expect",
            "expect in http 1.0",
            "expect the unknown",
            "connect with a path",
        ),
    ),
    "half open": ({**LISTENING, "allowHalfOpen": False}, [], ("plain", "pipelined, late and now", "head cut in a value", "chunk cut")),
}


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_one_write(configuration: str, edge_node: Path) -> None:
    """All of a configuration's requests, one connection each, on one server."""
    options, args, names = CONFIGURATIONS[configuration]
    with serving(real_node(), options, args) as theirs, serving(edge_node, options, args) as ours:
        different = {}
        for name in names:
            steps: list[Step] = [REQUESTS[name], Half()]
            expected, got = theirs.exchange(steps), ours.exchange(steps)
            assert expected.ended != "silence", name
            if got != expected:
                different[name] = (got, expected)
        assert not different, "\n".join(f"{name}:\n  got      {got}\n  expected {expected}" for name, (got, expected) in different.items())


def in_pieces(data: bytes, size: int) -> list[Step]:
    return [step for at in range(0, len(data), size) for step in (data[at : at + size], Wait(0.01))]


# What a peer does that takes its time, and options of the server.
SLOW = {"headersTimeout": 200, "requestTimeout": 400, "connectionsCheckingInterval": 20, "keepAliveTimeout": 100}
BEHAVIOURS: dict[str, tuple[dict[str, Any], list[Step]]] = {
    "a head in small pieces": (LISTENING, [*in_pieces(head(b"Host: a", b"X-Long-Name: value", b"Folded: a"), 3), Half()]),
    "chunks in small pieces": (LISTENING, [*in_pieces(CHUNKED + b"5;e=f\r\nabcde\r\n0\r\nT: u\r\n\r\n", 2), Half()]),
    "bad chunks in small pieces": (LISTENING, [*in_pieces(CHUNKED + b"5\r\nabcdeX", 5), Half()]),
    "a bad head in small pieces": (LISTENING, [*in_pieces(b"GET / HTTP/1.1\r\nHo st: a", 4), Half()]),
    "an oversized head in pieces": (LISTENING, [*in_pieces(head(b"Host: a", b"X: " + b"y" * 20000), 5010), Half()]),
    "nothing is sent": (SLOW, [Wait(0.1)]),
    "half a head": (SLOW, [b"GET / HTTP/1.1\r\nHost: a\r\n"]),
    "half a head, with listener": ({**SLOW, "listeners": ["clientError"]}, [b"GET / HTTP/1.1\r\nHost: a\r\n"]),
    "half a body": ({**SLOW, "listeners": ["clientError"]}, [post(b"Content-Length: 10") + b"abc"]),
    "half a body, without listener": (SLOW, [post(b"Content-Length: 10") + b"abc"]),
    "half a second head": (SLOW, [head(b"Host: a") + b"GET / HT"]),
    "a body without end in chunks": (SLOW, [CHUNKED, *in_pieces(b"1\r\na\r\n" * 40, 6 * 2), Wait(0.3)]),
    "idle after a request": (SLOW, [head(b"Host: a")]),
    "idle after a request, keep-alive asked for": (SLOW, [head(b"Host: a", b"Connection: keep-alive")]),
    "a second request in time": (
        {"keepAliveTimeout": 300},
        [head(b"Host: a"), Read(b"GET / 0"), Wait(0.1), head(b"Host: a", b"Connection: close")],
    ),
    "a response that never ends, with a timeout": ({"properties": {"timeout": 100}}, [head(b"Host: a", first=b"GET /never HTTP/1.1")]),
    "no byte, with a timeout": ({"properties": {"timeout": 100}}, []),
    "reset at once": (LISTENING, [b"GET", Wait(0.05), Reset()]),
    "reset in a head": (LISTENING, [b"GET / HTTP/1.1\r\nHost:", Wait(0.05), Reset()]),
    "reset in a head, without listener": ({}, [b"GET / HTTP/1.1\r\nHost:", Wait(0.05), Reset()]),
    "reset in a body": (LISTENING, [post(b"Content-Length: 10") + b"abc", Wait(0.05), Reset()]),
    "reset while waiting for the answer": (LISTENING, [head(b"Host: a", first=b"GET /never HTTP/1.1"), Read(b"started"), Reset()]),
    "reset after the answer": (LISTENING, [head(b"Host: a"), Read(b"GET / 0"), Wait(0.02), Reset()]),
    "reset with much unread": (LISTENING, [head(b"Host: a", first=b"GET /big HTTP/1.1"), Read(b"bigbig"), Wait(0.05), Reset()]),
    "closed in a head": (LISTENING, [b"GET / HTTP/1.1\r\nHost:", Wait(0.05), Close()]),
    "closed in a body": (LISTENING, [post(b"Content-Length: 10") + b"abc", Wait(0.05), Close()]),
    "closed while waiting for the answer": (LISTENING, [head(b"Host: a", first=b"GET /late HTTP/1.1"), Wait(0.02), Close()]),
    "half closed while waiting for the answer": (LISTENING, [head(b"Host: a", first=b"GET /late HTTP/1.1"), Wait(0.01), Half()]),
    "half closed without a request": (LISTENING, [Half()]),
    "half closed in a body": (LISTENING, [post(b"Content-Length: 10") + b"abc", Wait(0.02), Half()]),
    "half closed, the answer never ends": (
        {"properties": {"timeout": 150}},
        [head(b"Host: a", first=b"GET /never HTTP/1.1"), Read(b"started"), Half()],
    ),
    "a slow reader": (LISTENING, [head(b"Host: a", b"Connection: close", first=b"GET /big HTTP/1.1"), Wait(0.3)]),
    "a slow reader, half closed": (LISTENING, [head(b"Host: a", first=b"GET /big HTTP/1.1"), Half(), Wait(0.3)]),
    "a slow reader and a timeout": ({"properties": {"timeout": 100}}, [head(b"Host: a", first=b"GET /big HTTP/1.1"), Wait(0.6), Close()]),
    "two big answers for a slow reader": (
        LISTENING,
        [head(b"Host: a", first=b"GET /big HTTP/1.1") + head(b"Host: a", b"Connection: close", first=b"GET /big HTTP/1.1"), Wait(0.2)],
    ),
    "continue is waited for": (LISTENING, [post(b"Expect: 100-continue", b"Content-Length: 3"), Read(b"100 Continue"), b"abc", Half()]),
    "continue, then a bad body": (
        {"listeners": ["clientError", "checkContinue"]},
        [
            head(b"Host: a", b"Expect: 100-continue", b"Transfer-Encoding: chunked", first=b"POST / HTTP/1.1"),
            Read(b"100 Continue"),
            b"zz\r\n",
        ],
    ),
    "bytes after an upgrade": (
        {"listeners": ["upgrade"]},
        [head(b"Host: a", b"Connection: Upgrade", b"Upgrade: x") + b"\0\1early", Half()],
    ),
    "bytes after a connect": ({"listeners": ["connect"]}, [head(b"Host: a", first=b"CONNECT b:1 HTTP/1.1") + b"\0\1early", Half()]),
    "bad bytes after a response": (LISTENING, [head(b"Host: a"), Read(b"GET / 0"), b"\0\0\0\0"]),
}


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_behaviour(behaviour: str, edge_node: Path) -> None:
    """The waits are long beside what they wait for, but a busy machine may exceed them: one agreement of three is enough."""
    options, steps = BEHAVIOURS[behaviour]
    for attempt in range(3):
        with serving(real_node(), options) as theirs, serving(edge_node, options) as ours:
            expected, got = theirs.exchange(steps), ours.exchange(steps)
        if got == expected and expected.ended != "silence":
            return
        assert attempt < 2 or got == expected
    assert expected.ended != "silence"
