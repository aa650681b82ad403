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

from tests.node_suite.case import Case

PASS, FAIL, SKIP, TIMEOUT, CRASH = STATES = ("pass", "fail", "skip", "timeout", "crash")

# What `common.skip()` prints before it exits with 0: a pass that proves nothing, so it is counted apart.
_SKIPPED = re.compile(r"^1\.\.0 # Skipped:? ?(.*)$", re.MULTILINE)
_TAIL = 4000
# A line that says what went wrong: `AssertionError [ERR_ASSERTION]: …`, `TypeError: …`, `node: bad option: …`.
_REASON = re.compile(
    r"^(?:Uncaught )?(?:\w*(?:Error|Exception)\b.*|.*: bad option:.*|.*panicked at.*|Mismatched .*|fatal.*)$", re.MULTILINE | re.I
)


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


def _reason(text: str) -> str:
    found = _REASON.search(text)
    if found:
        return found.group(0).strip()[:300]
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
        TEST_PARALLEL="1",
        # Without it a test whose flags are not all in process.execArgv starts itself again as a child.
        NODE_SKIP_FLAG_CHECK="1",
    )
    env.update(case.env)
    return env


def run_case(case: Case, node: str, suite: Path, timeout: float, slot: int) -> Outcome:
    """Runs `case` under the executable `node`; after `timeout` seconds its whole process group is killed."""
    folder = Path(tempfile.mkdtemp(prefix=f"node-suite-{slot}-"))
    started = time.monotonic()
    timed_out = False
    try:
        with (folder / "output").open("w+b") as output:
            child = subprocess.Popen(
                [node, *case.flags, str(case.path)],
                # The suite's own runner stands in the repository's root, one above `test/`.
                cwd=suite.parent,
                env=_environment(case, folder, slot),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                child.wait(timeout)
            except subprocess.TimeoutExpired:
                timed_out = True
            except BaseException:
                # Ctrl-C in the runner: the test's own session does not see it, so it is ended here.
                _kill_group(child.pid)
                child.wait()
                raise
            _kill_group(child.pid)
            code = child.wait()
            seconds = time.monotonic() - started
            size = output.seek(0, os.SEEK_END)
            output.seek(0)
            head = output.read(_TAIL).decode("utf-8", "replace")
            output.seek(max(0, size - _TAIL))
            tail = output.read(_TAIL).decode("utf-8", "replace")
    finally:
        shutil.rmtree(folder, ignore_errors=True)

    text = head if size <= _TAIL else head + "\n" + tail
    skipped = _SKIPPED.search(text)
    if timed_out:
        return Outcome(case, TIMEOUT, None, int(signal.SIGKILL), seconds, f"no end after {timeout:g} s", tail)
    if code < 0:
        return Outcome(case, CRASH, None, -code, seconds, f"{signal.Signals(-code).name}: {_reason(text)}", tail)
    if code != 0:
        return Outcome(case, FAIL, code, None, seconds, _reason(text) or f"exit code {code}", tail)
    if skipped:
        return Outcome(case, SKIP, 0, None, seconds, skipped.group(1).strip(), "")
    return Outcome(case, PASS, 0, None, seconds, "", "")
