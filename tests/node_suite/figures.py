"""How large a share of Node's own tests is asked to pass in each category, and what is reached: `python -m tests.node_suite.figures --suite DIR [--result RESULT.json]`.

Counted are the tests that need neither network, child processes, workers, crypto, inspector nor Intl (needs.py reads that off their
sources in DIR, Node's test/ folder) and that did not skip themselves. Their states are the strict list's (status.toml), or a run's.
Exit status 0: every share is reached; 1: one is not; 2: a wrong option or a wrong list.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.node_suite import strict_list
from tests.node_suite.case import FOLDERS, find_cases
from tests.node_suite.outcome import FAILURES, PASS
from tests.node_suite.standing import Standing, counts, from_list, from_result, ran

# Tests that need any of these are not counted.
LEFT_OUT = frozenset({"network", "child_process", "worker", "crypto", "inspector", "intl"})
# The least share in percent: of all tests together, and by category. `runner` is `node:test`'s tests: those of `parallel` and of the folder.
ALL_ASKED = 92
ASKED = {
    **dict.fromkeys(("assert", "buffer", "console", "events", "fs", "module", "path", "process", "promise", "querystring", "require"), 95),
    **dict.fromkeys(("stream", "string-decoder", "timers", "url", "util"), 95),
    **{"vm": 85, "repl": 80, "whatwg": 90, "whatwg-encoding": 90, "runner": 75, "test-runner": 75, "es-module": 85, "async-hooks": 80},
}


def reached(tests: Iterable[Standing], least: float) -> tuple[int, int, bool]:
    """Passes, tests that ran, and whether their share is at least `least` percent. No test at all is not enough."""
    numbers = counts(tests)
    return numbers[PASS], ran(numbers), ran(numbers) > 0 and 100 * numbers[PASS] >= least * ran(numbers)


def main() -> int:
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.node_suite.figures", description="Compare the shares of passing tests with what is asked."
    )
    parser.add_argument("--suite", type=Path, required=True, help="Node's test/ folder (24.12.0), outside this repository")
    parser.add_argument("--result", type=Path, metavar="JSON", help="a run's states (--json); default: the list's")
    parser.add_argument("--status", type=Path, default=strict_list.PATH, metavar="TOML", help="the strict list (default: status.toml)")
    parser.add_argument("--failures", action="store_true", help="also what fails in the categories that are named, and why")
    options = parser.parse_args()
    try:
        entries = strict_list.read(options.status)
    except strict_list.ListError as error:
        print(error, file=sys.stderr)
        return 2
    tests = from_list(entries)
    if options.result is not None:
        tests = from_result(json.loads(options.result.read_text(encoding="utf-8")), entries)
    folders = [name for name in FOLDERS if (options.suite / name).is_dir()]
    counted = {case.id for case in find_cases(options.suite, folders, without=LEFT_OUT)}
    tests = [test for test in tests if test.id in counted]
    enough = True
    print(f"{'category':<16} {'passed':>7} {'of':>5} {'share':>8} {'asked':>6}")
    for name, least in [*ASKED.items(), ("all", ALL_ASKED)]:
        members = [test for test in tests if name in ("all", test.category)]
        passed, total, reaches = reached(members, least)
        share = f"{100 * passed / total:.1f} %" if total else "-"
        print(f"{name:<16} {passed:>7,} {total:>5,} {share:>8} {least:>4} %{'' if reaches else '  short'}")
        if options.failures and name != "all":
            for test in members:
                if test.state in FAILURES:
                    print(f"    {test.id}: {test.reason}")
        enough = enough and reaches
    return int(not enough)


if __name__ == "__main__":
    sys.exit(main())
