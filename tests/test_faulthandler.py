"""A crash of somebody else's code in a process with engines is reported as it would be without them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("edgejs._native")

PROGRAM = """
import ctypes, faulthandler, sys
order, engines = sys.argv[1], int(sys.argv[2])
if order == "before":
    faulthandler.enable()
import edgejs
for number in range(engines):
    if order == "between" and number == 1:
        faulthandler.enable()
    runtime = edgejs.Runtime()
    assert runtime.eval("1 + 41") == 42
if order == "after":
    faulthandler.enable()
ctypes.string_at(8)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("order", ["never", "before", "between", "after"])
@pytest.mark.parametrize("engines", [1, 2])
def test_a_foreign_crash_is_reported(edge_node: Path, order: str, engines: int) -> None:
    env = {**os.environ, "EDGE_NODE": str(edge_node)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, order, str(engines)], env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == -signal.SIGSEGV, done.stderr
    reported = order in ("before", "after") or (order == "between" and engines == 2)
    assert ("Fatal Python error: Segmentation fault" in done.stderr) == reported
    assert done.stderr.count("Fatal Python error") <= 1
