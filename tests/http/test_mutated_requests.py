"""Requests that chance has bent: what a server makes of them, and what it answers, is what Node's makes of them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.http.exchange import Half, serving
from tests.http.test_bad_requests import LISTENING, REQUESTS
from tests.programs.install import real_node

# What a mutation puts in: bytes and words that mean something to a parser.
_WORDS = [
    *(bytes([byte]) for byte in b'\0\t\n\r !#:;,="%/?0129afgzAZ\x7f\x80\xff'),
    *(
        b"\r\n",
        b"\n\n",
        b"\r\n\r\n",
        b"\r\n ",
        b"HTTP/1.1",
        b"HTTP/1.0",
        b"GET ",
        b"POST ",
        b"CONNECT ",
        b"chunked",
        b"close",
        b"keep-alive",
        b"100-continue",
    ),
    *(
        b"Content-Length: 5\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Connection: ",
        b"Upgrade: x\r\n",
        b"Host: b\r\n",
        b"0\r\n\r\n",
        b"5\r\nabcde\r\n",
    ),
]


def mutated(chance: random.Random) -> bytes:
    """One or two of the requests, cut, doubled, and with words put in, taken out and replaced."""
    seeds = [request for request in REQUESTS.values() if 0 < len(request) < 400]
    data = b"".join(chance.choices(seeds, k=chance.choice((1, 1, 2))))
    for _ in range(chance.choice((1, 1, 2, 3))):
        at, length = chance.randrange(len(data) + 1), chance.choice((0, 0, 1, 2, 8))
        data = data[:at] + chance.choice([b"", *_WORDS]) + data[at + length :]
    return data


@pytest.mark.parametrize("lenient", [False, True])
def test_mutated(lenient: bool, edge_node: Path) -> None:
    chance = random.Random(lenient)
    options = {**LISTENING, "insecureHTTPParser": lenient}
    with serving(real_node(), options) as theirs, serving(edge_node, options) as ours:
        for _ in range(600):
            data = mutated(chance)
            expected, got = theirs.exchange([data, Half()]), ours.exchange([data, Half()])
            assert got == expected, data
