"""`python -m tests.node_suite`: see `--help`.

Exit status 0: nothing failed, or with --strict nothing but what the list expects; 1: something did; 2: a wrong option or a wrong list.
"""

from __future__ import annotations

import argparse
import json
import queue
import shutil
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from tests.node_suite import strict_list
from tests.node_suite.case import FOLDERS, Case, find_cases, test_ids
from tests.node_suite.needs import ALL_NEEDS
from tests.node_suite.outcome import FAILURES, SKIP, Outcome, run_case
from tests.node_suite.reasons import missing
from tests.node_suite.report import as_json, changes, table
from tests.node_suite.strict_list import Entry, ListError

# What a test that is known never to end gets, at most.
_NO_END_SECONDS = 15.0


def _names(text: str) -> frozenset[str]:
    return frozenset(word for word in text.split(",") if word)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.node_suite", description="Run Node's own tests under a node-like executable.")
    parser.add_argument("--suite", type=Path, required=True, help="Node's test/ folder (24.12.0), outside this repository")
    parser.add_argument("--folders", help="folders of the suite, comma-separated (default: all of the list)")
    parser.add_argument("--match", metavar="RE", help="only tests whose id (parallel/test-x.js) has this in it")
    parser.add_argument("--categories", type=_names, default=frozenset(), metavar="A,B", help="only these: buffer,fs,string-decoder,…")
    parser.add_argument(
        "--without", type=_names, default=frozenset(), metavar="A,B", help=f"leave out tests that need any of: {', '.join(ALL_NEEDS)}"
    )
    parser.add_argument("--node", help="the executable to test (default: the edge-node on PATH)")
    parser.add_argument("--jobs", type=int, default=2, help="tests at a time, `sequential` alone (default: 2)")
    parser.add_argument("--timeout", type=float, default=60.0, metavar="S", help="seconds for one test (default: 60)")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the results here (tests/node_suite/result.schema.json)")
    parser.add_argument("--baseline", type=Path, metavar="JSON", help="print what changed since an earlier --json result")
    parser.add_argument("--status", type=Path, default=strict_list.PATH, metavar="TOML", help="the strict list (default: status.toml)")
    parser.add_argument("--strict", action="store_true", help="compare with the list: what it does not expect is red, passes too")
    parser.add_argument("--record", action="store_true", help="rewrite the list's entries of the tests that ran")
    parser.add_argument("--list", action="store_true", help="print the chosen tests with their needs and run nothing")
    parser.add_argument("--quiet", action="store_true", help="no line for each failing test")
    return parser


@dataclass(frozen=True)
class _Run:
    """What all tests of a run share. `entries` is empty unless the list plays a part."""

    node: str
    suite: Path
    jobs: int
    timeout: float
    quiet: bool
    strict: bool
    record: bool
    entries: Mapping[str, Entry]

    def one(self, case: Case, slot: int) -> Outcome:
        entry = self.entries.get(case.id)
        if entry is not None and entry.state == SKIP:
            return Outcome(case, SKIP, None, None, 0.0, entry.reason, "")
        hopeless = entry is not None and entry.reason == strict_list.NO_END
        return run_case(case, self.node, self.suite, min(self.timeout, _NO_END_SECONDS) if hopeless else self.timeout, slot)

    def is_surprise(self, outcome: Outcome) -> bool:
        return self.strict and not strict_list.is_expected(self.entries[outcome.case.id], outcome)

    def tell(self, outcome: Outcome, number: int, total: int) -> None:
        red = self.is_surprise(outcome) if self.strict else outcome.state in FAILURES
        if red and not self.quiet:
            print(f"[{number}/{total}] {outcome.state}: {outcome.case.id}: {outcome.reason}", flush=True)

    def is_doubtful(self, outcome: Outcome) -> bool:
        """Whether the test runs once more, alone: a state must be reproducible, and two at a time, timing tests may end otherwise."""
        if self.strict:
            return self.is_surprise(outcome)
        return self.record and outcome.state in FAILURES and missing(outcome) is None

    def all(self, cases: list[Case]) -> list[Outcome]:
        """Runs the cases, then once more those whose state is in doubt."""
        outcomes = self._together([case for case in cases if not case.alone], self.jobs)
        outcomes += self._together([case for case in cases if case.alone], 1)
        doubtful = [outcome.case for outcome in outcomes if self.is_doubtful(outcome)]
        again = {outcome.case.id: outcome for outcome in self._together(doubtful, 1)}
        return [again.get(outcome.case.id, outcome) for outcome in outcomes]

    def _together(self, cases: list[Case], jobs: int) -> list[Outcome]:
        # Slots number the tests that run at the same time: the suite derives port numbers and folder names from them.
        slots: queue.SimpleQueue[int] = queue.SimpleQueue()
        for slot in range(jobs):
            slots.put(slot)

        def one(case: Case) -> Outcome:
            slot = slots.get()
            try:
                return self.one(case, slot)
            finally:
                slots.put(slot)

        outcomes: list[Outcome] = []
        with ThreadPoolExecutor(jobs) as pool:
            futures = [pool.submit(one, case) for case in cases]
            try:
                for done in as_completed(futures):
                    outcome = done.result()
                    outcomes.append(outcome)
                    self.tell(outcome, len(outcomes), len(cases))
            except KeyboardInterrupt:
                pool.shutdown(wait=True, cancel_futures=True)
                print("interrupted: the table has only what ran", file=sys.stderr)
        return outcomes


def _entries(options: argparse.Namespace, ids: set[str]) -> dict[str, Entry]:
    """The list, as far as the options want one. Raises `ListError`."""
    if options.strict:
        entries = strict_list.read(options.status)
        strict_list.check_complete(entries, ids)
        return entries
    if options.record and options.status.exists():
        return strict_list.read(options.status)
    return {}


def main() -> int:
    """Runs the command line; returns the exit status."""
    parser = _parser()
    options = parser.parse_args()
    suite: Path = options.suite.resolve()
    folders = [name for name in FOLDERS if (suite / name).is_dir()]
    if options.folders is not None:
        folders = [name for name in options.folders.split(",") if name]
    for folder in folders:
        if not (suite / folder).is_dir():
            parser.error(f"{suite / folder} is not a folder; --suite wants Node's test/ folder")
    if unknown := options.without - set(ALL_NEEDS):
        parser.error(f"--without: no such need: {', '.join(sorted(unknown))}")
    if options.strict and options.record:
        parser.error("--strict and --record: one or the other")
    cases = find_cases(suite, folders, options.match, options.categories, options.without)
    if options.list:
        for case in cases:
            print(case.id, case.category, ",".join(case.needs) or "-")
        return 0
    found = shutil.which(options.node or "edge-node")
    if found is None:
        parser.error(f"no executable {options.node or 'edge-node'}; name one with --node")
    if not cases:
        parser.error("no test left by the filters; --suite wants Node's test/ folder")
    ids = test_ids(suite, FOLDERS)
    try:
        entries = _entries(options, ids)
    except ListError as error:
        print(error, file=sys.stderr)
        return 2

    node = str(Path(found).absolute())
    started = time.monotonic()
    run = _Run(node, suite, max(1, options.jobs), options.timeout, options.quiet, options.strict, options.record, entries)
    outcomes = run.all(cases)
    result = as_json(outcomes, node, suite, time.monotonic() - started, entries if options.strict else None)
    if options.json:
        options.json.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(table(result))
    if options.baseline:
        print("\n".join(changes(result, options.baseline)) or "no change")
    if options.record:
        strict_list.write(options.status, strict_list.recorded(entries, outcomes, suite, ids))
        return 0
    if options.strict:
        for outcome in filter(run.is_surprise, outcomes):
            entry = entries[outcome.case.id]
            print(f"unexpected {outcome.state} (listed: {entry.state}): {outcome.case.id}: {outcome.reason or entry.reason}")
        return int(any(map(run.is_surprise, outcomes)))
    return int(any(outcome.state in FAILURES for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
