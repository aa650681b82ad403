"""The strict list (status.toml): what every test of the suite is expected to do, and what a run says about that.

A table for each folder, a key for each file:

    [parallel]
    "test-a.js" = "pass"
    "test-b.js" = { fail = "worker_threads" }          # run; the reason names what is missing
    "test-c.js" = { self-skip = "missing crypto" }     # run; it says itself that it does not apply
    "test-d.js" = { skip = "never ends on any Node" }  # not run

Anything else in the file is an error, and so is a test without a key or a key without a test. TOML itself refuses a key twice.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.node_suite.case import FOLDERS
from tests.node_suite.outcome import FAIL, FAILURES, PASS, SELF_SKIP, SKIP, Outcome
from tests.node_suite.reasons import reason_for

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PATH = Path(__file__).parent / "status.toml"
_WITH_REASON = (FAIL, SELF_SKIP, SKIP)
# What `Entry.reason` begins with for a test that never ended: it gets less time when it is run again.
NO_END = "no end"


class ListError(Exception):
    """The list is not one: every fault, a line each."""


@dataclass(frozen=True)
class Entry:
    """What is expected of one test: `pass`, `fail`, `self-skip` or `skip`; all but `pass` have a reason."""

    state: str
    reason: str = ""


def _entry(value: Any) -> Entry | None:
    if value == PASS:
        return Entry(PASS)
    if isinstance(value, dict) and len(value) == 1:
        ((state, reason),) = value.items()
        if state in _WITH_REASON and isinstance(reason, str) and reason.strip():
            return Entry(state, reason)
    return None


def read(path: Path) -> dict[str, Entry]:
    """The list by test id. Raises `ListError` for anything that is not a known folder, a file name and an entry."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ListError(f"{path}: {error}") from error
    entries: dict[str, Entry] = {}
    faults = []
    for folder, files in tables.items():
        if folder not in FOLDERS or not isinstance(files, dict):
            faults.append(f"{path}: no such table: {folder}")
            continue
        for name, value in files.items():
            entry = _entry(value)
            if entry is None:
                faults.append(f'{path}: {folder}/{name}: neither "pass" nor {{ fail|self-skip|skip = "reason" }}')
            else:
                entries[f"{folder}/{name}"] = entry
    if faults:
        raise ListError("\n".join(faults))
    return entries


def check_complete(entries: Mapping[str, Entry], ids: set[str]) -> None:
    """Raises `ListError` unless exactly the tests of the suite (`ids`) are listed."""
    faults = [f"listed, but not in the suite: {id}" for id in sorted(entries.keys() - ids)]
    faults += [f"in the suite, but not listed: {id}" for id in sorted(ids - entries.keys())]
    if faults:
        raise ListError("\n".join(faults))


def is_expected(entry: Entry, outcome: Outcome) -> bool:
    """Whether a test did what the list says; a failure is one however it failed."""
    return outcome.state in FAILURES if entry.state == FAIL else outcome.state == entry.state


def recorded(entries: Mapping[str, Entry], outcomes: Iterable[Outcome], suite: Path, ids: set[str]) -> dict[str, Entry]:
    """The list after a run: what ran as it ended, with reasons by rule; `skip` entries and what did not run as before.

    Tests that are no longer in the suite (`ids`) are dropped.
    """
    new = {id: entry for id, entry in entries.items() if id in ids}
    for outcome in outcomes:
        if outcome.state == PASS:
            new[outcome.case.id] = Entry(PASS)
        elif outcome.state == SELF_SKIP:
            new[outcome.case.id] = Entry(SELF_SKIP, outcome.reason or "says no reason")
        elif outcome.state in FAILURES:
            new[outcome.case.id] = Entry(FAIL, reason_for(outcome, suite))
    return new


def write(path: Path, entries: Mapping[str, Entry]) -> None:
    """Writes the list, folders in their order and files sorted."""
    lines = ["# What each of Node's own tests does here. strict_list.py says what may stand here; `--record` rewrites it."]
    for folder in FOLDERS:
        names = sorted(id.partition("/")[2] for id in entries if id.partition("/")[0] == folder)
        if names:
            lines += ["", f"[{folder}]"]
        for name in names:
            entry = entries[f"{folder}/{name}"]
            value = f'"{PASS}"' if entry.state == PASS else f"{{ {entry.state} = {_quoted(entry.reason)} }}"
            lines.append(f"{_quoted(name)} = {value}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _quoted(text: str) -> str:
    # A JSON string is a TOML string, but for DEL, which only TOML wants escaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
