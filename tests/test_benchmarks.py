"""`python -m benchmarks`, with everything short: every row must measure something on both sides."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.rows import all_rows
from tests.programs.install import real_node

ROOT = Path(__file__).parent.parent
# What issue 2 asks for, each as a part of "group: name".
ASKED = [
    "start-up: empty", "start-up: hello", "50 CommonJS", "50 ES", "in-process: a further", "in-process: private", "after hello",
    "memory: hello", "pages an empty start", "cpu: fib", "cpu: json", "cpu: regex", "cpu: sort", "cpu: string", "cpu: classes",
    "files sync", "files async", "stream copy", "bytes: buffer", "bytes: encoding", "loop: timers", "loop: promises", "engine: fib",
    "JavaScript to native", "native to JavaScript", "binding call, 3", "nested callback",
]  # fmt: skip


def test_the_rows_that_were_asked_for_are_there(tmp_path: Path) -> None:
    names = [f"{row.group}: {row.name}" for row in all_rows(tmp_path)]
    assert len(set(names)) == len(names)
    assert [part for part in ASKED if not any(part in name for name in names)] == []


@pytest.mark.timeout(600)
def test_every_row_measures_something(edge_node: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    # Without "engine": that needs gcc, cargo and a minute.
    command = [sys.executable, "-m", "benchmarks", "--runs", "1", "--scale", "0.01", "--match", "^(?!engine)", "--json", str(out)]
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    environment.pop("EDGE_NODE", None)
    done = subprocess.run(
        [*command, "--edge-node", str(edge_node), "--node", str(real_node())],
        capture_output=True, text=True, cwd=ROOT, env=environment, timeout=500,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    rows = json.loads(out.read_text(encoding="utf-8"))["rows"]
    assert len(rows) > 25
    for row in rows:
        assert row["edge"]["median"] > 0, row
        assert row["against"] == "nothing" or (row["base"]["median"] > 0 and row["ratio"] > 0), row
