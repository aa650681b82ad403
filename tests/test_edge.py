"""The `edge` command and `edgejs.run`, with the real Node standing in for `edge-node`: what is tested is the Python half alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import edgejs
from tests.programs.install import real_node


@pytest.fixture(autouse=True)
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGE_NODE", str(real_node()))


def _edge(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "edgejs", *args], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)


def test_run_passes_everything_through(tmp_path: Path) -> None:
    script = tmp_path / "a.js"
    script.write_text("console.log(process.argv.slice(2), process.execArgv); process.exitCode = 7")
    done = _edge("run", "--no-warnings", str(script), "--help", "-p", "x y")
    assert (done.returncode, done.stdout) == (7, "[ '--help', '-p', 'x y' ] [ '--no-warnings' ]\n")


def test_run_imports_nothing_slow() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "edgejs", "run", "-p", "1"], capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "1\n"
    modules = {line.rsplit("|", 1)[1].strip() for line in done.stderr.splitlines() if "|" in line}
    assert not modules & {"typer", "click", "rich", "json", "subprocess", "shutil", "edgejs._native", "edgejs.cli"}


def test_broken_pipes_end_a_program_as_they_end_node() -> None:
    script = "const { execSync } = require('child_process'); process.stdout.write(execSync('trap').toString()); process.exit(0)"
    assert _edge("run", "-e", script).stdout == ""  # `trap` lists what the shell inherited as ignored


def test_eval_and_print() -> None:
    assert _edge("eval", "-p", "[1, process.argv.length]").stdout == "[ 1, 1 ]\n"
    assert _edge("eval", "console.log(process.argv.at(-1))", "word").stdout == "word\n"


def test_info() -> None:
    facts = json.loads(_edge("info", "--json").stdout)
    assert facts["versions"]["node"] == "24.12.0" and facts["edgejs"] == edgejs.__version__
    assert facts["missing"] == {}
    assert "24.12.0" in _edge("info").stdout


def test_help_names_every_command() -> None:
    text = _edge("--help").stdout
    assert all(word in text for word in ("run", "eval", "repl", "info", "--install-completion"))
    assert "SCRIPT" in _edge("run", "--help").stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shell_completion(shell: str) -> None:
    script = _edge("--show-completion", shell)
    env = {**os.environ, "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    shown = subprocess.run(
        [sys.executable, "-m", "edgejs", "--show-completion", shell], capture_output=True, text=True, timeout=60, env=env
    )
    assert "_EDGE_COMPLETE" in shown.stdout, script.stderr
    asked = {**os.environ, "_EDGE_COMPLETE": "complete_bash", "COMP_WORDS": "edge i", "COMP_CWORD": "1"}
    edge = subprocess.run([sys.executable, "-m", "edgejs"], capture_output=True, text=True, timeout=60, env=asked)
    assert edge.stdout.split() == ["info"]


def test_a_missing_executable_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("EDGE_NODE")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("edgejs._executable._is_program", lambda path: False)
    with pytest.raises(edgejs.NoExecutableError, match="reinstall"):
        edgejs.edge_node_path()


def test_code_and_files(tmp_path: Path) -> None:
    done = edgejs.run("console.log(process.argv[1]); console.error('e'); process.exit(3)", ["-x"])
    assert done == edgejs.CompletedRun(3, "-x\n", "e\n")
    script = tmp_path / "ä.mjs"
    script.write_text("console.log(process.argv[2], process.env.A, process.cwd())", encoding="utf-8")
    assert edgejs.run(script, ["b"], env={"A": "1"}, cwd=tmp_path).stdout == f"b 1 {tmp_path}\n"
    assert edgejs.run(str(script), ["b"]).returncode == 0
    assert edgejs.run("missing.js").returncode == 1


def test_input_and_signals() -> None:
    assert edgejs.run("process.stdin.pipe(process.stdout)", input="grüße").stdout == "grüße"
    assert edgejs.run("process.stdin.pipe(process.stdout)").stdout == ""
    assert edgejs.run("process.kill(process.pid, 'SIGKILL'); setTimeout(() => {}, 9e4)").returncode == -signal.SIGKILL
    with pytest.raises(subprocess.TimeoutExpired):
        edgejs.run("for (;;);", timeout=0.5)


def test_keyboard_interrupt_ends_a_run() -> None:
    code = "import edgejs, sys; print('go', flush=True); edgejs.run('for (;;);')"
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    assert child.stdout is not None and child.stdout.readline() == b"go\n"
    time.sleep(0.5)
    started = time.monotonic()
    try:
        os.killpg(child.pid, signal.SIGINT)
        _, err = child.communicate(timeout=30)
    finally:
        child.kill()
    assert b"KeyboardInterrupt" in err
    assert time.monotonic() - started < 5
