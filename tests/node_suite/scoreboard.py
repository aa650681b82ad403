"""The public scoreboard: `python -m tests.node_suite.scoreboard --out FILE.html [--result RESULT.json]`.

One HTML file that needs nothing else: how many of Node's own tests pass, a bar for each category, why the others fail. The states are
the strict list's (status.toml), or a run's, whose reasons are the list's too. Every category leads to its failures, each failure to its
reason, each reason to all the tests that have it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from html import escape
from pathlib import Path

from tests.node_suite import strict_list
from tests.node_suite.outcome import CRASH, FAIL, FAILURES, PASS, SELF_SKIP, SKIP, TIMEOUT
from tests.node_suite.report import rate
from tests.node_suite.standing import Standing, by_category, counts, from_list, from_result, ran, reasons

_STYLE = Path(__file__).parent / "scoreboard.css"
_MOST_COMMON = 10
# Categories with fewer tests than this are folded up.
_SMALL = 10


def _failed(numbers: Mapping[str, int]) -> int:
    return numbers[FAIL] + numbers[TIMEOUT] + numbers[CRASH]


def _bar(numbers: Mapping[str, int], extra: str = "") -> str:
    parts = (("pass", numbers[PASS]), ("fail", _failed(numbers)), ("skip", numbers[SKIP] + numbers[SELF_SKIP]))
    told = ", ".join(f"{number:,} {name}" for name, number in parts)
    shown = "".join(f'<i class="{name}" style="flex:{number}"></i>' for name, number in parts if number)
    return f'<div class="bar{extra}" role="img" aria-label="{told}" title="{told}">{shown}</div>'


def _share(numbers: Mapping[str, int]) -> str:
    return rate(dict(numbers)).strip()


def _head(numbers: Mapping[str, int], version: str) -> list[str]:
    skipped = numbers[SKIP] + numbers[SELF_SKIP]
    return [
        f"<h1>Edge.js and Node {escape(version)}’s own tests</h1>",
        f'<p class="score">{_share(numbers)}</p>',
        f"<p>{numbers[PASS]:,} of the {ran(numbers):,} tests that ran pass. {numbers[SELF_SKIP]:,} said themselves that they do not apply, "
        f"{numbers[SKIP]:,} are not run.</p>",
        _bar(numbers, " whole"),
        '<ul class="key soft">'
        f'<li style="--colour:var(--pass)">{numbers[PASS]:,} pass</li><li style="--colour:var(--fail)">{_failed(numbers):,} fail</li>'
        f'<li style="--colour:var(--skip)">{skipped:,} skipped</li></ul>',
    ]


def _common(found: list[tuple[str, list[Standing]]]) -> list[str]:
    most = max((len(tests) for _, tests in found), default=1)
    lines = [f'<h2 id="most-common">The {min(_MOST_COMMON, len(found))} most common reasons</h2>', '<table class="top"><tbody>']
    for at, (reason, tests) in enumerate(found[:_MOST_COMMON]):
        bar = f'<div class="bar"><i class="fail" style="flex:{len(tests)}"></i><i style="flex:{most - len(tests)}"></i></div>'
        lines.append(
            f'<tr><td><a href="#r{at}">{escape(reason)}</a></td><td class="wide">{bar}</td><td class="number">{len(tests):,}</td></tr>'
        )
    return [*lines, "</tbody></table>"]


def _rows(categories: Mapping[str, list[Standing]]) -> list[str]:
    lines = [
        '<table><thead><tr><th>category</th><th></th><th class="number of">passed</th>',
        '<th class="number">share</th><th class="number">fail</th></tr></thead><tbody>',
    ]
    for name, tests in categories.items():
        numbers = counts(tests)
        failed = f'<a href="#c-{escape(name)}">{_failed(numbers):,}</a>' if _failed(numbers) else "0"
        lines.append(
            f'<tr><td>{escape(name)}</td><td class="wide">{_bar(numbers)}</td><td class="number of">{numbers[PASS]:,} / {ran(numbers):,}</td>'
            f'<td class="number">{_share(numbers)}</td><td class="number">{failed}</td></tr>'
        )
    return [*lines, "</tbody></table>"]


def _tables(categories: Mapping[str, list[Standing]]) -> list[str]:
    """The categories with many tests, and folded up those with few."""
    small = {name: tests for name, tests in categories.items() if len(tests) < _SMALL}
    lines = ['<h2 id="categories">Categories</h2>', *_rows({name: tests for name, tests in categories.items() if name not in small})]
    if small:
        told = counts(test for tests in small.values() for test in tests)
        lines.append(
            f'<details id="small"><summary><b>{len(small):,} small ones</b> <span class="soft">{told[PASS]:,} of {ran(told):,} pass</span></summary>'
        )
        lines += [*_rows(small), "</details>"]
    return lines


def _failures(categories: Mapping[str, list[Standing]], anchors: Mapping[str, str]) -> list[str]:
    lines = ['<h2 id="failures">What fails, by category</h2>']
    for name, tests in categories.items():
        failed = [test for test in tests if test.state in FAILURES]
        if failed:
            lines.append(
                f'<details id="c-{escape(name)}"><summary><b>{escape(name)}</b> <span class="soft">{len(failed):,}</span></summary><ul>'
            )
            lines += [
                f'<li><code>{escape(test.id)}</code> <a href="#{anchors[test.reason]}">{escape(test.reason)}</a></li>' for test in failed
            ]
            lines.append("</ul></details>")
    return lines


def _all_reasons(found: list[tuple[str, list[Standing]]], anchors: Mapping[str, str]) -> list[str]:
    lines = ['<h2 id="reasons">All reasons</h2>']
    for reason, tests in found:
        lines.append(f'<details id="{anchors[reason]}"><summary>{escape(reason)} <span class="soft">{len(tests):,}</span></summary><ul>')
        lines += [f'<li><a href="#c-{escape(test.category)}"><code>{escape(test.id)}</code></a></li>' for test in tests]
        lines.append("</ul></details>")
    return lines


# A link to a closed <details> opens it.
_SCRIPT = """addEventListener('hashchange', open_); open_();
function open_() { const found = document.getElementById(decodeURIComponent(location.hash.slice(1))); if (found?.localName === 'details') { found.open = true; found.scrollIntoView(); } }"""


def page(tests: list[Standing], version: str = "24.12") -> str:
    """The whole HTML text. `version`: whose tests these are."""
    categories, found = by_category(tests), reasons(tests)
    anchors = {reason: f"r{at}" for at, (reason, _) in enumerate(found)}
    body = [
        *_head(counts(tests), version),
        *_common(found),
        *_tables(categories),
        *_failures(categories, anchors),
        *_all_reasons(found, anchors),
    ]
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>Edge.js: {_share(counts(tests))} of Node’s own tests</title>",
            f"<style>\n{_STYLE.read_text(encoding='utf-8')}</style>\n</head>\n<body>\n<main>",
            *body,
            f"</main>\n<script>{_SCRIPT}</script>\n</body>\n</html>\n",
        ]
    )


def main() -> int:
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.node_suite.scoreboard", description="Write the scoreboard of Node's own tests.")
    parser.add_argument("--out", type=Path, required=True, metavar="HTML", help="the file to write")
    parser.add_argument("--result", type=Path, metavar="JSON", help="a run's states (--json), with the list's reasons; default: the list's")
    parser.add_argument("--status", type=Path, default=strict_list.PATH, metavar="TOML", help="the strict list (default: status.toml)")
    options = parser.parse_args()
    entries = strict_list.read(options.status)
    tests = from_list(entries)
    if options.result is not None:
        tests = from_result(json.loads(options.result.read_text(encoding="utf-8")), entries)
    options.out.write_text(page(tests), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
