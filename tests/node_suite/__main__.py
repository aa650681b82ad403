"""`python -m tests.node_suite`: see `--help`. Exit status 0: nothing failed; 1: something did; 2: a wrong option."""

from __future__ import annotations

import argparse
import json
import queue
import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from tests.node_suite.case import Case, find_cases
from tests.node_suite.needs import ALL_NEEDS
from tests.node_suite.outcome import PASS, SKIP, Outcome, run_case
from tests.node_suite.report import as_json, changes, table


def _names(text: str) -> frozenset[str]:
    return frozenset(word for word in text.split(",") if word)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.node_suite", description="Run Node's own tests under a node-like executable.")
    parser.add_argument("--suite", type=Path, required=True, help="Node's test/ folder (24.12.0), outside this repository")
    parser.add_argument("--folders", default="parallel", help="folders of the suite, comma-separated (default: parallel)")
    parser.add_argument("--match", metavar="RE", help="only tests whose id (parallel/test-x.js) has this in it")
    parser.add_argument("--categories", type=_names, default=frozenset(), metavar="A,B", help="only these: buffer,fs,string-decoder,…")
    parser.add_argument(
        "--without", type=_names, default=frozenset(), metavar="A,B", help=f"leave out tests that need any of: {', '.join(ALL_NEEDS)}"
    )
    parser.add_argument("--node", help="the executable to test (default: the edge-node on PATH)")
    parser.add_argument("--jobs", type=int, default=2, help="tests at a time (default: 2)")
    parser.add_argument("--timeout", type=float, default=60.0, metavar="S", help="seconds for one test (default: 60)")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the results here (tests/node_suite/result.schema.json)")
    parser.add_argument("--baseline", type=Path, metavar="JSON", help="print what changed since an earlier --json result")
    parser.add_argument("--list", action="store_true", help="print the chosen tests with their needs and run nothing")
    parser.add_argument("--quiet", action="store_true", help="no line for each failing test")
    return parser


def _run_all(cases: list[Case], node: str, suite: Path, jobs: int, timeout: float, quiet: bool) -> list[Outcome]:
    # Slots number the tests that run at the same time: the suite derives port numbers and folder names from them.
    slots: queue.SimpleQueue[int] = queue.SimpleQueue()
    for slot in range(jobs):
        slots.put(slot)

    def one(case: Case) -> Outcome:
        slot = slots.get()
        try:
            return run_case(case, node, suite, timeout, slot)
        finally:
            slots.put(slot)

    outcomes: list[Outcome] = []
    with ThreadPoolExecutor(jobs) as pool:
        futures = [pool.submit(one, case) for case in cases]
        try:
            for done in as_completed(futures):
                outcome = done.result()
                outcomes.append(outcome)
                if not quiet and outcome.state not in (PASS, SKIP):
                    print(f"[{len(outcomes)}/{len(cases)}] {outcome.state}: {outcome.case.id}: {outcome.reason}", flush=True)
        except KeyboardInterrupt:
            pool.shutdown(wait=True, cancel_futures=True)
            print("interrupted: the table has only what ran", file=sys.stderr)
    return outcomes


def main() -> int:
    """Runs the command line; returns the exit status."""
    parser = _parser()
    options = parser.parse_args()
    suite: Path = options.suite.resolve()
    folders = [name for name in options.folders.split(",") if name]
    for folder in folders:
        if not (suite / folder).is_dir():
            parser.error(f"{suite / folder} is not a folder; --suite wants Node's test/ folder")
    if unknown := options.without - set(ALL_NEEDS):
        parser.error(f"--without: no such need: {', '.join(sorted(unknown))}")
    cases = find_cases(suite, folders, options.match, options.categories, options.without)
    if options.list:
        for case in cases:
            print(case.id, case.category, ",".join(case.needs) or "-")
        return 0
    found = shutil.which(options.node or "edge-node")
    if found is None:
        parser.error(f"no executable {options.node or 'edge-node'}; name one with --node")
    if not cases:
        parser.error("no test left by the filters")

    node = str(Path(found).absolute())
    started = time.monotonic()
    outcomes = _run_all(cases, node, suite, max(1, options.jobs), options.timeout, options.quiet)
    result = as_json(outcomes, node, suite, time.monotonic() - started)
    if options.json:
        options.json.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(table(result))
    if options.baseline:
        print("\n".join(changes(result, options.baseline)) or "no change")
    return 0 if all(outcome.state in (PASS, SKIP) for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
