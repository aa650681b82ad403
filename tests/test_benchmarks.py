"""`python -m benchmarks`, with everything short: every row must measure something on both sides."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.embedding import ROWS
from benchmarks.embedding import main as embedding_main
from benchmarks.generator import load
from benchmarks.rows import all_rows
from benchmarks.server_process import serve
from tests.programs.install import real_node

ROOT = Path(__file__).parent.parent
# What issues 2 and 3 ask for, each as a part of "group: name".
ASKED = [
    "start-up: empty", "start-up: hello", "50 CommonJS", "50 ES", "in-process: a further", "in-process: private", "after hello", "p50 of 1,000", "p99 of 1,000", "1,000 idle environments", "Python and back",
    "memory: hello", "pages an empty start", "cpu: fib", "cpu: json", "cpu: regex", "cpu: sort", "cpu: string", "cpu: classes",
    "files sync", "files async", "stream copy", "bytes: buffer", "bytes: encoding", "loop: timers", "loop: promises", "engine: fib",
    "JavaScript to native", "native to JavaScript", "binding call, 3", "nested callback",
    "http: hello, 1 conn., requests", "hello, 64 conn., requests", "json, 1 conn., requests", "json, 64 conn., requests", "hello, 1 conn., p50",
    "hello, 64 conn., p99", "hello, 1 conn., resident", "TCP echo", "idle connection of 10,000", "processes: spawn",
    "safe: hello", "hello, processor time", "safe: files sync", "safe: readFileSync", "safe: statSync", "safe: readdirSync", "safe: writeFileSync",
    "safe: HTTP hello, 64 conn., requests", "kill: loop", "kill: read of a FIFO", "kill: Python function that blocks",
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
        # The difference of two memory readings: with a hundredth of the connections a collection in between can make it negative.
        if row["name"].startswith("an idle connection"):
            assert row["edge"]["median"] != 0 and row["base"]["median"] != 0, row
            continue
        assert row["edge"]["median"] > 0, row
        assert row["against"] == "nothing" or (row["base"]["median"] > 0 and row["ratio"] > 0), row


@pytest.mark.timeout(300)
def test_the_load_command_sees_no_error_and_no_growth(edge_node: Path, tmp_path: Path) -> None:
    out = tmp_path / "load.json"
    command = [sys.executable, "-m", "benchmarks.load", "--seconds", "6", "--connections", "50", "--idle", "300", "--idle-seconds", "1"]
    done = subprocess.run(
        [*command, "--edge-node", str(edge_node), "--json", str(out)], capture_output=True, text=True, cwd=ROOT, timeout=250
    )
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads(out.read_text(encoding="utf-8"))["edge-node"]
    assert [figures["problems"] for figures in result.values()] == [[], []]


def test_without_wrk_the_generator_of_our_own_measures(edge_node: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    with serve(str(edge_node), "http", "json") as server:
        result = load(server.port, 8, 1)
    assert (result.errors, result.by) == ("", "benchmarks.generator")
    assert result.requests > 50
    assert 0 < result.p50 <= result.p99


@pytest.mark.timeout(300)
def test_engines_side_by_side(edge_node: Path, tmp_path: Path) -> None:
    pytest.importorskip("edgejs._native")
    out, picture = tmp_path / "out.json", tmp_path / "out.png"
    command = [sys.executable, "-m", "benchmarks.embedding", "--engines", "edgejs", "--scale", "0.02"]
    environment = {**os.environ, "EDGE_NODE": str(edge_node)}
    done = subprocess.run(
        [*command, "--json", str(out), "--plot", str(picture)], capture_output=True, text=True, cwd=ROOT, env=environment, timeout=250
    )
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(out.read_text())["figures"]["edgejs"]
    assert set(figures) == set(ROWS) and all(value > 0 for value in figures.values())
    assert picture.read_bytes().startswith(b"\x89PNG") and "| Python callback (us) |" in done.stdout


def test_an_engine_that_cannot_be_had_is_left_out_with_a_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if importlib.util.find_spec("quickjs") is not None:
        pytest.skip("it is installed here")
    # A Python whose pip fails.
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").write_text("#!/bin/sh\necho no network >&2\nexit 1\n")
    (tmp_path / "bin" / "python").chmod(0o755)
    assert embedding_main(["--engines", "quickjs-ng", "--venv", str(tmp_path)]) == 0
    assert "quickjs-ng: left out: no network" in capsys.readouterr().out
