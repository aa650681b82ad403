"""Why a test fails, for the strict list: the missing part that it needs, else the first line of its error.

The rules go from what the failure itself says to what the test's source says (needs.py). A need explains a failure only while the
part is missing here, so a rule goes when its part comes: what then still fails is told by its error.
"""

from __future__ import annotations

import re
from pathlib import Path

from tests.node_suite.outcome import CRASH, TIMEOUT, Outcome

_LENGTH = 160
# What the output says -> what is missing. The first that is found counts.
_SAID = (
    (r"bad option: (--[\w-]+)", r"option \1"),
    (r"No such binding: (\w+)", r"internalBinding \1"),
    (r"WebAssembly is not defined|'WebAssembly' is not defined", "WebAssembly"),
    (r"Intl is not defined|'Intl' is not defined", "Intl"),
    (r"ERR_NO_CRYPTO|no OpenSSL crypto|without OpenSSL", "crypto"),
    (r"ERR_INSPECTOR_NOT_AVAILABLE|Inspector is not available", "inspector"),
    (r"\.wasm: Cannot read properties of undefined \(reading 'Module'\)", "WebAssembly"),
    (r"(?:^|[:+] )\s*(?:\w*Error: )?((?:node:)?[\w.() -]{1,60}?) (?:is|are) unavailable on the current platform", r"not there: \1"),
)
# Needs (needs.py) whose part is missing here -> how the list calls it. The first that a test has counts.
_MISSING = (
    ("addon", "native addons"),
    ("wasi", "wasi"),
    ("wasm", "WebAssembly"),
    ("quic", "quic"),
    ("sea", "single executable applications"),
    ("snapshot", "startup snapshots"),
    ("inspector", "inspector"),
    ("worker", "worker_threads"),
    ("profiling", "profiling"),
    ("trace_events", "trace_events"),
    ("report", "process.report"),
    ("permission", "permission model"),
    ("intl", "Intl"),
)


def _first_line(outcome: Outcome, suite: Path) -> str:
    """The error's line without what differs from run to run or from machine to machine."""
    line = outcome.reason.replace(str(suite.parent) + "/", "")
    line = re.sub(r"/tmp/node-suite-\d+-\w+", "<tmpdir>", line)
    line = re.sub(r"\.tmp\.\d+", ".tmp", line)
    line = re.sub(r"\b0x[0-9a-f]+\b|\b(?:pid |node:)\d+\b", "<n>", line)
    line = re.sub(r"[\x00-\x1f\x7f]+", " ", line).strip()
    return line[:_LENGTH] or f"exit code {outcome.exit_code}"


def missing(outcome: Outcome) -> str | None:
    """The part that a test which did not pass needs and that is not there; `None` where another reason must be found."""
    text = outcome.reason + "\n" + outcome.tail
    for pattern, reason in _SAID:
        found = re.search(pattern, text, re.MULTILINE)
        if found:
            return found.expand(reason).strip()[:_LENGTH]
    for need, reason in _MISSING:
        if need in outcome.case.needs:
            return reason
    return None


def reason_for(outcome: Outcome, suite: Path) -> str:
    """One line for a test that did not pass."""
    if reason := missing(outcome):
        return reason
    # Without the seconds: they are the run's, not the test's.
    if outcome.state == TIMEOUT:
        return "no end"
    line = _first_line(outcome, suite)
    return f"crash: {line}"[:_LENGTH] if outcome.state == CRASH else line
