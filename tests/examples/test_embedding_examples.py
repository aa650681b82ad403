"""examples/agent and examples/pool."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_EXAMPLES = Path(__file__).parents[2] / "examples"


def _run(name: str, *args: str) -> str:
    pytest.importorskip("edgejs._native")
    done = subprocess.run([sys.executable, str(_EXAMPLES / name), *args], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_agent(edge_node: Path) -> None:
    assert _run("agent/agent.py") == "{'title': 'About rivers', 'price': 9.99} ['found: About rivers']\n"


def test_agent_with_hostile_scripts(edge_node: Path) -> None:
    got = dict(line.split(": ", 1) for line in _run("agent/agent.py", "--hostile").splitlines())
    assert got["reads a password file"].startswith("JavaScriptError: Error: ENOENT")
    assert got["writes into its folder"].startswith("JavaScriptError: Error: EROFS")
    assert got["starts a program"].startswith("JavaScriptError")
    assert got["reads the environment"] == "got 0"
    assert got["walks into Python"] == "got None"
    assert got["fills the memory"].startswith("OutOfMemoryError")
    assert got["never ends"].startswith("WallTimeLimitExceeded")
    assert "EACCES" in got["connects elsewhere"]


def test_pool(edge_node: Path) -> None:
    assert _run("pool/pool.py", "20").startswith("20 environments: ")
