"""What several test files need: the executable under test."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def edge_node() -> Path:
    """The `edge-node` executable: $EDGE_NODE, else the one on PATH.

    Without one the test is skipped, unless $EDGE_REQUIRE_BUILD is set (`make test` and CI set it): then that is an error.
    """
    found = os.environ.get("EDGE_NODE") or shutil.which("edge-node")
    if found is None:
        message = "no edge-node: install the package or set $EDGE_NODE"
        if os.environ.get("EDGE_REQUIRE_BUILD"):
            pytest.fail(message)
        pytest.skip(message)
    return Path(found).absolute()
