"""`python -m tests.differential`: see `--help`. Exit status 0: no difference but listed ones; 1: some; 2: a wrong option or list."""

from __future__ import annotations

import argparse
import io
import re
import shutil
import sys
import time
from collections import Counter
from pathlib import Path

from tests.differential import exceptions
from tests.differential.calls import MODULES
from tests.differential.compare import Difference, Pair
from tests.differential.generate import generated
from tests.differential.minimise import minimised
from tests.programs.install import real_node

_ROUND = 500


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.differential", description="Compare generated calls with Node's answers.")
    parser.add_argument("--minutes", type=float, default=1.0, help="how long to go on (default: 1)")
    parser.add_argument("--match", metavar="RE", default="", help=f"only these parts: {', '.join(MODULES)}")
    parser.add_argument(
        "--first", type=int, default=0, metavar="N", help="the first round's number; other rounds, other calls (default: 0)"
    )
    parser.add_argument("--node", type=Path, help="the Node to compare with (default: the pinned one)")
    parser.add_argument("--edge-node", help="the executable to test (default: the edge-node on PATH)")
    parser.add_argument("--timeout", type=float, default=20.0, metavar="S", help="seconds for a call (default: 20)")
    parser.add_argument("--each", type=int, default=12, metavar="N", help="differences to show for each function (default: 12)")
    parser.add_argument("--call", action="append", metavar="JS", help="compare these calls, and print both answers")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the calls of the differences here, one a line")
    parser.add_argument(
        "--equal", type=int, metavar="N", help="print, of each part, N calls that are answered alike: what corpus.txt is made of"
    )
    return parser


def _function(source: str) -> str:
    """What a call calls, to count by."""
    return re.sub(r"^(?:await |new |\()+", "", source).partition("(")[0].strip()[:30]


class _Findings:
    """The differences of a run: how many of each function, and a few of each, minimised."""

    def __init__(self, pair: Pair, each: int) -> None:
        self._pair = pair
        self._each = each
        self.counts: Counter[str] = Counter()
        self.shown: dict[str, Difference] = {}
        self._tried: Counter[str] = Counter()

    def add(self, module: str, found: Difference) -> None:
        name = f"{module}: {_function(found.source)}"
        self.counts[name] += 1
        if self._tried[name] >= self._each:
            return
        self._tried[name] += 1
        again = self._pair.differences([found.source])
        if not again:
            print(f"only after other calls: {found}", flush=True)
            return
        small = minimised(self._pair, again[0])
        if small.source not in self.shown:
            self.shown[small.source] = small
            print(f"[{module}] {small}", flush=True)


def _print_equal(pair: Pair, module: str, first: int, count: int) -> None:
    answers = pair.answers([source for source in generated(module, 3 * count, first) if len(source) < 300])
    for answer in [answer for answer in answers if answer.theirs == answer.ours][:count]:
        print(answer.source)


def main() -> int:
    """Runs the command line; returns the exit status."""
    parser = _parser()
    options = parser.parse_args()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # answers may have halves of surrogate pairs
    executable = shutil.which(options.edge_node or "edge-node")
    if executable is None:
        parser.error("no edge-node; name one with --edge-node")
    modules = [name for name in MODULES if re.search(options.match, name)]
    if not modules:
        parser.error(f"--match: none of {', '.join(MODULES)}")
    try:
        listed = exceptions.read()
    except exceptions.ExceptionsError as error:
        print(error, file=sys.stderr)
        return 2
    with Pair(options.node or real_node(), Path(executable).absolute(), listed, options.timeout) as pair:
        if options.call:
            answers = pair.answers(options.call)
            for answer in answers:
                print(answer)
            return int(any(answer.theirs != answer.ours for answer in answers))
        if options.equal:
            for module in modules:
                _print_equal(pair, module, options.first, options.equal)
            return 0
        findings = _Findings(pair, options.each)
        began = time.monotonic()
        calls, number = 0, options.first
        while time.monotonic() - began < options.minutes * 60:
            for module in modules:
                sources = generated(module, _ROUND, number)
                calls += len(sources)
                for found in pair.differences(sources):
                    findings.add(module, found)
            number += 1
        minutes = (time.monotonic() - began) / 60
    print(f"{calls:,} calls in {minutes:.1f} minutes, {calls / minutes:,.0f} a minute; {findings.counts.total():,} differ")
    for name, count in findings.counts.most_common():
        print(f"{count:6}  {name}")
    if options.write:
        options.write.write_text("".join(f"{source}\n" for source in sorted(findings.shown)), encoding="utf-8", errors="replace")
    return int(findings.counts.total() > 0)


if __name__ == "__main__":
    sys.exit(main())
