"""Runs one test in a process group of its own and says how it ended."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.node_suite.case import Case
from tests.node_suite.expected_output import mismatch
from tests.node_suite.on_terminal import Running

# How a test can end; `self-skip`: it ran and said that it does not apply here; `skip`: the strict list says not to run it.
PASS, FAIL, TIMEOUT, CRASH, SELF_SKIP, SKIP = STATES = ("pass", "fail", "timeout", "crash", "self-skip", "skip")
# What counts as a failure in the strict list.
FAILURES = (FAIL, TIMEOUT, CRASH)

# What `common.skip()` prints before it exits with 0: a pass that proves nothing, so it is counted apart.
_SKIPPED = re.compile(r"^1\.\.0 # Skipped:? ?(.*)$", re.MULTILINE)
_TAIL = 4000
# A line that says what went wrong: `AssertionError [ERR_ASSERTION]: …`, `TypeError: …`, `node: bad option: …`.
_REASON = re.compile(
    r"^[ \t+[]*(?:Uncaught )?(?:\w*(?:Error|Exception)\b.*|.*: bad option:.*|.*panicked at.*|Mismatched .*|fatal.*)$", re.MULTILINE | re.I
)
# The difference that follows an assertion's headline: `0 !== 1`, or the first lines of a diff.
_DIFFERENCE = re.compile(r"^ *(.+ (?:!==|===|==|!=) .+|[+-] (?!actual).+)$", re.MULTILINE)


@dataclass(frozen=True)
class Outcome:
    """How one test ended. `signal` is set for crashes (and 9 for a timeout); `reason` is one line; `tail` ends its output."""

    case: Case
    state: str
    exit_code: int | None
    signal: int | None
    seconds: float
    reason: str
    tail: str


@dataclass(frozen=True)
class _Ended:
    """`text`: the head and the tail of all output, or all of it for a test with expected output; `code` is None after a timeout."""

    code: int | None
    text: str
    tail: str


def _reason(text: str) -> str:
    found = _REASON.search(text)
    if found:
        line = found.group(0).strip()
        difference = _DIFFERENCE.search(text, found.end(), found.end() + 600) if line.endswith(":") else None
        return (line + (f" {difference.group(1).strip()}" if difference else ""))[:300]
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else ""


def _kill_group(pid: int) -> None:
    """Ends whatever the test left behind in its group; a group that is already empty is fine."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _environment(case: Case, folder: Path, slot: int) -> dict[str, str]:
    """The caller's environment without what would change a test's meaning, plus what the suite's `common` reads."""
    env = {key: value for key, value in os.environ.items() if not key.startswith(("NODE_", "npm_"))}
    for key in ("FORCE_COLOR", "NO_COLOR", "CI"):
        env.pop(key, None)
    env.update(
        NODE_TEST_DIR=str(folder),
        TEST_THREAD_ID=str(slot),
        TEST_SERIAL_ID=str(slot),
        # Without it a test whose flags are not all in process.execArgv starts itself again as a child.
        NODE_SKIP_FLAG_CHECK="1",
    )
    if not case.alone:
        env["TEST_PARALLEL"] = "1"
    env.update(case.env)
    return env


def _read(file: IO[bytes], whole: bool) -> tuple[str, str]:
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _TAIL))
    tail = file.read(_TAIL).decode("utf-8", "replace")
    if not whole and size > _TAIL:
        file.seek(0)
        return file.read(_TAIL).decode("utf-8", "replace") + "\n" + tail, tail
    file.seek(0)
    return file.read().decode("utf-8", "replace"), tail


def _run_on_files(case: Case, command: list[str], cwd: Path, env: dict[str, str], folder: Path, timeout: float) -> _Ended:
    with (folder / "output").open("w+b") as output, (folder / "errors").open("w+b") as errors:
        child = subprocess.Popen(
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            # An expected output is that of stdout, then that of stderr; elsewhere their order tells more.
            stderr=subprocess.STDOUT if case.expected is None else errors,
            start_new_session=True,
        )
        code = None
        try:
            code = child.wait(timeout)
        except subprocess.TimeoutExpired:
            pass
        finally:
            # Also after Ctrl-C in the runner, which the test's own session does not see.
            _kill_group(child.pid)
            child.wait()
        text, tail = _read(output, case.expected is not None)
        error_text, _ = _read(errors, case.expected is not None)
        return _Ended(code, text + error_text, (tail + error_text)[-_TAIL:])


def _run_on_terminal(case: Case, command: list[str], cwd: Path, env: dict[str, str], timeout: float) -> _Ended:
    keys = case.path.with_suffix(".in")
    running = Running(command, cwd, env)
    code = None
    try:
        output = running.read_all(keys.read_bytes() if keys.is_file() else b"", timeout)
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = running.process.wait(5)
    except subprocess.TimeoutExpired as expired:
        output = expired.output or b""
    finally:
        _kill_group(running.process.pid)
        running.process.wait()
        running.close()
    text = output.decode("utf-8", "replace")
    return _Ended(code, text, text[-_TAIL:])


def _judge(case: Case, ended: _Ended, seconds: float, timeout: float) -> Outcome:
    text, tail, code = ended.text, ended.tail, ended.code
    if code is None:
        return Outcome(case, TIMEOUT, None, int(signal.SIGKILL), seconds, f"no end after {timeout:g} s", tail)
    skipped = _SKIPPED.search(text)
    if code == 0 and skipped:
        return Outcome(case, SELF_SKIP, 0, None, seconds, skipped.group(1).strip(), "")
    if case.expected is not None:
        different = mismatch(case.expected, case.path.name, text)
        if different is None:
            return Outcome(case, PASS, max(code, 0), -code if code < 0 else None, seconds, "", "")
        if code >= 0:
            return Outcome(case, FAIL, code, None, seconds, different, tail)
    if code < 0:
        return Outcome(case, CRASH, None, -code, seconds, f"{signal.Signals(-code).name}: {_reason(text)}", tail)
    if code != 0:
        return Outcome(case, FAIL, code, None, seconds, _reason(text) or f"exit code {code}", tail)
    return Outcome(case, PASS, 0, None, seconds, "", "")


def run_case(case: Case, node: str, suite: Path, timeout: float, slot: int) -> Outcome:
    """Runs `case` under the executable `node`; after `timeout` seconds its whole process group is killed."""
    folder = Path(tempfile.mkdtemp(prefix=f"node-suite-{slot}-"))
    started = time.monotonic()
    try:
        command = [node, *case.flags, str(case.path)]
        env = _environment(case, folder, slot)
        # The suite's own runner stands in the repository's root, one above `test/`.
        if case.terminal:
            ended = _run_on_terminal(case, command, suite.parent, env, timeout)
        else:
            ended = _run_on_files(case, command, suite.parent, env, folder, timeout)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return _judge(case, ended, time.monotonic() - started, timeout)
