"""What several test files need: the executable under test, and comparing it with Node."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

pytest.register_assert_rewrite("tests.comparison", "tests.programs.program")

from tests import known_failures  # noqa: E402 - after the rewrite is asked for
from tests.comparison import Comparison  # noqa: E402


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record-failures", action="store_true", help="rewrite tests/known_failures.txt from what fails in this run")


def pytest_configure(config: pytest.Config) -> None:
    # CI may have been started in the background, where shells ignore SIGINT; what tests start would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if config.getoption("--record-failures"):
        config.pluginmanager.register(known_failures.Recorder())


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--record-failures"):
        known_failures.mark(items)


@pytest.fixture(scope="session")
def edge_node() -> Path:
    """The `edge-node` executable: $EDGE_NODE, else the one on PATH.

    Without one that runs the test is skipped, unless $EDGE_REQUIRE_BUILD is set: then that is an error.
    """
    found = os.environ.get("EDGE_NODE") or shutil.which("edge-node")
    if found is None:
        message = "no edge-node: install the package or set $EDGE_NODE"
    else:
        done = subprocess.run([found, "-p", "1"], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
        if done.stdout == "1\n":
            return Path(found).absolute()
        message = f"{found} runs no program: {' '.join(done.stderr.split())[:200]}"
    if os.environ.get("EDGE_REQUIRE_BUILD"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture
def compare(edge_node: Path, tmp_path: Path) -> Comparison:
    """Runs a command line under both runtimes in a fresh folder: `compare(["-p", "1"])`."""
    return Comparison(edge_node, tmp_path / "place")
