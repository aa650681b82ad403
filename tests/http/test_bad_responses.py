"""Malformed, ambiguous and unfinished responses, given to `http.request` in its several forms: what it tells, in Node's order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.comparison import run_node
from tests.http.exchange import HERE
from tests.programs.install import real_node

# The forms that client.cjs knows; each is given all of its answers.
REQUESTS = ["get", "get, keep-alive", "get, lenient", "get, timeout", "get, short heads", "head", "post", "connect", "upgrade"]


@pytest.mark.parametrize("request_name", REQUESTS)
def test_responses(request_name: str, edge_node: Path, tmp_path: Path) -> None:
    """Events of a connection and of its server's end come close together: one agreement of three is enough on a busy machine."""
    for attempt in range(3):
        # Side by side, for they mostly wait.
        with ThreadPoolExecutor() as pool:
            expected, got = pool.map(
                lambda node: run_node(node, [str(HERE / "client.cjs"), request_name], tmp_path), (real_node(), edge_node)
            )
        assert attempt < 2 or got.stdout == expected.stdout
        if got.stdout == expected.stdout:
            break
    assert (got.status, got.stderr) == (expected.status, expected.stderr) == (0, "")
