"""An environment that never ends has ended soon after its deadline, whatever it does, and its neighbour goes on. How soon exactly is a row of
`python -m benchmarks --match kill`; here, on machines with other work, it must end at all.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.kills import NAMES

ROOT = Path(__file__).parent.parent
# Milliseconds: what is not killed takes hours.
LATEST = 20_000


@pytest.mark.parametrize("kind", NAMES)
def test_kill(kind: str, edge_node: Path) -> None:
    pytest.importorskip("edgejs._native")
    # A process of its own: native work that is left behind would keep on calculating beside the next tests.
    command = [sys.executable, "-m", "benchmarks.in_process", f"kill:{kind}"]
    environment = {**os.environ, "EDGE_NODE": str(edge_node)}
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, timeout=120, stdin=subprocess.DEVNULL)
    found = re.fullmatch(r"RESULT (\S+)\n", done.stdout)
    assert found is not None, done.stdout + done.stderr
    print(f"{kind}: {float(found[1]):.1f} ms after the deadline")
    assert float(found[1]) < LATEST
