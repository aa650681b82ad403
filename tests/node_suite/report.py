"""The results as JSON (result.schema.json describes it) and as a table per category."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.node_suite.outcome import PASS, SELF_SKIP, SKIP, STATES, Outcome
from tests.node_suite.strict_list import Entry, is_expected

SCHEMA_VERSION = 2


def node_version(node: str) -> str:
    """What `node --version` prints, or "unknown": a runtime too young to have the option can still be tested."""
    try:
        done = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    return done.stdout.strip() or "unknown"


def _counts(outcomes: list[Outcome]) -> dict[str, int]:
    counter = Counter(outcome.state for outcome in outcomes)
    return {"total": len(outcomes), **{state: counter[state] for state in STATES}}


def as_json(outcomes: list[Outcome], node: str, suite: Path, seconds: float, entries: Mapping[str, Entry] | None = None) -> dict[str, Any]:
    """The whole result, tests sorted by id. `entries`: the strict list, if the run was compared with it."""
    ordered = sorted(outcomes, key=lambda outcome: outcome.case.id)
    categories = sorted({outcome.case.category for outcome in ordered})
    return {
        "schema": SCHEMA_VERSION,
        "node": {"path": node, "version": node_version(node)},
        "suite": str(suite),
        "seconds": round(seconds, 3),
        "strict": entries is not None,
        "totals": _counts(ordered),
        "categories": {name: _counts([o for o in ordered if o.case.category == name]) for name in categories},
        "tests": [
            {
                "id": outcome.case.id,
                "category": outcome.case.category,
                "needs": list(outcome.case.needs),
                "flags": list(outcome.case.flags),
                "state": outcome.state,
                "listed": None if entries is None else _listed(entries[outcome.case.id], outcome),
                "exit_code": outcome.exit_code,
                "signal": outcome.signal,
                "seconds": round(outcome.seconds, 3),
                "reason": outcome.reason,
                "output_tail": outcome.tail,
            }
            for outcome in ordered
        ],
    }


def _listed(entry: Entry, outcome: Outcome) -> dict[str, Any]:
    return {"state": entry.state, "reason": entry.reason, "expected": is_expected(entry, outcome)}


def rate(counts: dict[str, int]) -> str:
    """Passes over the tests that ran: one that was skipped, or skipped itself, is neither a pass nor a failure."""
    ran = counts["total"] - counts[SKIP] - counts[SELF_SKIP]
    return f"{100 * counts[PASS] / ran:5.1f} %" if ran else "    -  "


def table(result: dict[str, Any]) -> str:
    """The per-category table, widest column first, with a line of totals."""
    rows = [*result["categories"].items(), ("all", result["totals"])]
    width = max(len("category"), *(len(name) for name, _ in rows))
    columns = ("total", *STATES)
    lines = [f"{'category':<{width}}  " + "  ".join(f"{column:>9}" for column in columns) + "  passed of run"]
    for name, counts in rows:
        if name == "all":
            lines.append("-" * len(lines[0]))
        lines.append(f"{name:<{width}}  " + "  ".join(f"{counts[column]:>9}" for column in columns) + f"  {rate(counts)}")
    return "\n".join(lines)


def changes(result: dict[str, Any], baseline: Path) -> list[str]:
    """One line for each test whose state differs from an earlier JSON result; tests not in both are left out."""
    before = {test["id"]: test["state"] for test in json.loads(baseline.read_text(encoding="utf-8"))["tests"]}
    return [
        f"{test['id']}: {before[test['id']]} -> {test['state']}  {test['reason']}"
        for test in result["tests"]
        if test["id"] in before and before[test["id"]] != test["state"]
    ]
