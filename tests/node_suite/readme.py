"""Writes the README's table of Node's own tests: `python -m tests.node_suite.readme [--result RESULT.json] [README.md]`.

The numbers are the strict list's, as the scoreboard's are, or a run's. What stands between the two marks is replaced. A result that is
not of a whole run would make the README say less than is true, so one with fewer tests than the strict list has is refused, and so is
a README without the marks.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.node_suite import strict_list
from tests.node_suite.outcome import PASS, SELF_SKIP, SKIP, STATES
from tests.node_suite.report import rate
from tests.node_suite.standing import from_list, from_result, ran, summary

BEGIN = "<!-- node-suite: python -m tests.node_suite.readme -->"
END = "<!-- /node-suite -->"
# Categories with fewer tests than this share the last row.
_SMALL = 10
_COLUMNS = 3


def _rows(result: Mapping[str, Any]) -> list[tuple[str, Mapping[str, int]]]:
    """Name and counts of each category that is large enough, then of the others together."""
    large = {name: counts for name, counts in result["categories"].items() if ran(counts) >= _SMALL}
    others: Counter[str] = Counter()
    for name, counts in result["categories"].items():
        if name not in large:
            others.update({key: counts[key] for key in ("total", *STATES)})
    return [*sorted(large.items()), ("others", others)]


def section(result: Mapping[str, Any]) -> str:
    """The sentence and the table, three categories a line: passes, tests that ran, share."""
    totals = result["totals"]
    cells = [f"{name} | {counts[PASS]:,} / {ran(counts):,} | {rate(dict(counts)).strip()}" for name, counts in _rows(result)]
    height = -(-len(cells) // _COLUMNS)
    lines = [
        f"Of Node's own tests (24.12: `parallel`, `sequential`, `es-module` and six more folders) {totals[PASS]:,} of {ran(totals):,} that ran "
        f"passed ({rate(totals).strip()}); {totals[SELF_SKIP]:,} said themselves that they do not apply, {totals[SKIP]:,} are not run:",
        "",
        "|" + " category | passed | |" * _COLUMNS,
        "|" + "---|--:|--:|" * _COLUMNS,
    ]
    for row in range(height):
        line = [cells[at] if at < len(cells) else " | | " for at in range(row, height * _COLUMNS, height)]
        lines.append("| " + " | ".join(line) + " |")
    return "\n".join(lines)


def replaced(text: str, new: str) -> str:
    """The README with what is between the marks replaced. Raises `ValueError` without them."""
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"no {BEGIN} … {END}")
    return f"{head}{BEGIN}\n{new}\n{END}{tail}"


def main() -> int:
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.node_suite.readme", description=__doc__)
    parser.add_argument("--result", type=Path, help="what `python -m tests.node_suite --json` wrote, of all folders; default: the list")
    parser.add_argument("readme", type=Path, nargs="?", default=Path(__file__).parents[2] / "README.md")
    options = parser.parse_args()
    entries = strict_list.read(strict_list.PATH)
    tests = from_list(entries)
    if options.result is not None:
        tests = from_result(json.loads(options.result.read_text(encoding="utf-8")), entries)
        if len(tests) < len(entries):
            parser.error(f"{options.result} has {len(tests)} of {len(entries)} tests: not a whole run")
    result = summary(tests)
    options.readme.write_text(replaced(options.readme.read_text(encoding="utf-8"), section(result)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
