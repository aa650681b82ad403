"""Where every test stands, out of the strict list alone or out of a run's JSON with the list's reasons: what the scoreboard and the README show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.node_suite.case import category_of
from tests.node_suite.outcome import FAIL, FAILURES, PASS, SELF_SKIP, SKIP, STATES
from tests.node_suite.strict_list import Entry


@dataclass(frozen=True)
class Standing:
    """One test: its id and category, the state (one of `STATES`) and, for all but a pass, the reason."""

    id: str
    category: str
    state: str
    reason: str


def from_list(entries: Mapping[str, Entry]) -> list[Standing]:
    """What the strict list says, sorted by id."""
    found = []
    for id, entry in sorted(entries.items()):
        folder, _, name = id.partition("/")
        found.append(Standing(id, category_of(folder, name), entry.state, entry.reason))
    return found


def from_result(result: Mapping[str, Any], entries: Mapping[str, Entry]) -> list[Standing]:
    """What a run found (result.schema.json). A failure's reason is the list's, which names what is missing, if the list has one."""
    found = []
    for test in result["tests"]:
        entry = entries.get(test["id"])
        listed = entry is not None and entry.state == FAIL and test["state"] in FAILURES
        reason = entry.reason if listed and entry is not None else test["reason"]
        found.append(Standing(test["id"], test["category"], test["state"], "" if test["state"] == PASS else reason or "no reason told"))
    return found


def counts(tests: Iterable[Standing]) -> dict[str, int]:
    """`total` and how many are in each state, as in result.schema.json."""
    counter = Counter(test.state for test in tests)
    return {"total": counter.total(), **{state: counter[state] for state in STATES}}


def by_category(tests: Iterable[Standing]) -> dict[str, list[Standing]]:
    """The tests of each category, categories by name."""
    found: dict[str, list[Standing]] = {}
    for test in tests:
        found.setdefault(test.category, []).append(test)
    return dict(sorted(found.items()))


def summary(tests: list[Standing]) -> dict[str, Any]:
    """`totals` and `categories` as result.schema.json has them."""
    return {"totals": counts(tests), "categories": {name: counts(members) for name, members in by_category(tests).items()}}


def ran(numbers: Mapping[str, int]) -> int:
    """How many of the counted tests ran: one that was skipped, or skipped itself, is neither a pass nor a failure."""
    return numbers["total"] - numbers[SKIP] - numbers[SELF_SKIP]


def reasons(tests: Iterable[Standing]) -> list[tuple[str, list[Standing]]]:
    """Why tests fail, the most common reason first, with the tests."""
    found: dict[str, list[Standing]] = {}
    for test in tests:
        if test.state in FAILURES:
            found.setdefault(test.reason, []).append(test)
    return sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
