"""The strict list of tests that fail today, `known_failures.txt`: one `test id: reason` a line, a hanging one with `hangs:` first.

A listed test runs and is expected to fail (a hanging one is not run). With $EDGE_STRICT set an unexpected pass is as red as an
unexpected failure; without it, it is only told. `pytest --record-failures` rewrites the list from what fails in that run.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

LIST = Path(__file__).parent / "known_failures.txt"
_HANGS = "hangs: "


def read_list() -> dict[str, str]:
    """Reasons by test id."""
    if not LIST.is_file():
        return {}
    lines = [line for line in LIST.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return {name: reason for name, _, reason in (line.partition(": ") for line in lines)}


def mark(items: list[pytest.Item]) -> None:
    """Marks the listed ones among `items`."""
    known = read_list()
    for item in items:
        reason = known.get(item.nodeid)
        if reason is not None:
            strict = bool(os.environ.get("EDGE_STRICT"))
            item.add_marker(pytest.mark.xfail(strict=strict, reason=reason, run=not reason.startswith(_HANGS)))


class Recorder:
    """Collects what fails, hangs or is skipped, and rewrites the list at the end, tests that did not run left as they were."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self.failed: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call":
            self.seen.add(report.nodeid)
        if report.failed:
            lines = [line[1:].strip() for line in report.longreprtext.splitlines() if line.startswith("E ")]
            text = " ".join(lines[0].split()) if lines else "failed"
            hangs = "TimeoutExpired" in report.longreprtext or "Timeout (>" in report.longreprtext
            self.failed[report.nodeid] = (_HANGS if hangs else "") + text[:120]

    def pytest_sessionfinish(self) -> None:
        kept = {name: reason for name, reason in read_list().items() if name not in self.seen}
        lines = [f"{name}: {reason}" for name, reason in sorted({**kept, **self.failed}.items())]
        LIST.write_text("# See known_failures.py. Rewritten by: pytest --record-failures\n" + "\n".join(lines) + "\n", encoding="utf-8")
