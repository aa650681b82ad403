"""One file of the suite: its name, its category, and what its source says about how it wants to be run."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.node_suite.needs import needs_of

# `// Flags:` and `// Env:` may stand anywhere in the file; the suite's own runner takes the first of each.
_FLAGS = re.compile(r"//\s+Flags:(.*)")
_ENV = re.compile(r"//\s+Env:(.*)")
_FILE = re.compile(r"^test-.*\.(?:js|mjs|cjs)$")

# The folders that the strict list covers, in the order of its tables.
FOLDERS = ("parallel", "sequential", "es-module", "async-hooks", "message", "pseudo-tty", "test-runner", "module-hooks", "wasi")
# Folders where a test is a program and the output that it must have: `x.js` and `x.out`, whatever its name begins with.
_WITH_OUTPUT = ("message", "pseudo-tty")
# Folders whose files count by their names' modules; every other folder is one category, under its own name.
_BY_MODULE = ("parallel", "sequential")

# Public modules whose name has a dash: without these `string-decoder` would count under `string`.
_TWO_WORDS = (
    "string-decoder",
    "child-process",
    "async-hooks",
    "async-local-storage",
    "worker-threads",
    "diagnostics-channel",
    "perf-hooks",
    "whatwg-encoding",
)
# The suite spells some modules in several ways; the table counts them once, under the module's name.
_ALIASES = {
    "event": "events",
    "eventemitter": "events",
    "eventtarget": "events",
    "stream2": "stream",
    "stream3": "stream",
    "streams": "stream",
    "timer": "timers",
    "whatwg-url": "url",
}


@dataclass(frozen=True)
class Case:
    """A test file. `id` is its path inside the suite (`parallel/test-path.js`), which never changes between runs.

    `expected`: the file whose lines its output must match (then the exit status does not count); `terminal`: it runs on a
    pseudo terminal; `alone`: nothing may run beside it.
    """

    id: str
    path: Path
    category: str
    needs: tuple[str, ...]
    flags: tuple[str, ...]
    env: tuple[tuple[str, str], ...]
    expected: Path | None = None
    terminal: bool = False
    alone: bool = False


def category_of(folder: str, file_name: str) -> str:
    """The module a test is about: the first word after `test-`, with the suite's different spellings joined; or its folder."""
    if folder not in _BY_MODULE:
        return folder
    stem = re.sub(r"^test-|\.[cm]?js$", "", file_name)
    if stem.startswith("whatwg-url"):
        return "url"
    for name in _TWO_WORDS:
        if stem == name or stem.startswith(name + "-"):
            return name
    word = stem.split("-", 1)[0]
    return _ALIASES.get(word, word)


def read_case(suite: Path, path: Path) -> Case:
    """Reads one test file. Bytes that are not UTF-8 (some tests have them on purpose) are replaced."""
    source = path.read_text(encoding="utf-8", errors="replace")
    flags = _FLAGS.search(source)
    env = _ENV.search(source)
    folder = path.parent.name
    pairs = [] if env is None else [word.partition("=") for word in shlex.split(env.group(1))]
    return Case(
        id=path.relative_to(suite).as_posix(),
        path=path,
        category=category_of(folder, path.name),
        needs=needs_of(source),
        flags=() if flags is None else tuple(shlex.split(flags.group(1))),
        env=tuple((key, value) for key, _, value in pairs),
        expected=path.with_suffix(".out") if folder in _WITH_OUTPUT else None,
        terminal=folder == "pseudo-tty",
        alone=folder == "sequential",
    )


def is_test(path: Path) -> bool:
    """Whether the suite's own runner would take this file for a test."""
    if path.parent.name in _WITH_OUTPUT:
        return path.suffix in (".js", ".mjs") and path.with_suffix(".out").is_file()
    return _FILE.match(path.name) is not None


def test_ids(suite: Path, folders: Iterable[str]) -> set[str]:
    """The ids of all tests in `folders` that exist, without reading them."""
    paths = (path for folder in folders if (suite / folder).is_dir() for path in (suite / folder).iterdir())
    return {path.relative_to(suite).as_posix() for path in paths if is_test(path)}


def find_cases(
    suite: Path,
    folders: list[str],
    match: str | None = None,
    categories: frozenset[str] = frozenset(),
    without: frozenset[str] = frozenset(),
) -> list[Case]:
    """All tests of `folders` (names inside `suite`) that the filters leave, sorted by id.

    `match` is searched for in the id; `categories` empty means all; a test that needs anything in `without` is left out.
    """
    pattern = re.compile(match) if match else None
    cases: list[Case] = []
    for folder in folders:
        for path in sorted((suite / folder).iterdir()):
            if not is_test(path):
                continue
            if pattern is not None and not pattern.search(f"{folder}/{path.name}"):
                continue
            if categories and category_of(folder, path.name) not in categories:
                continue
            case = read_case(suite, path)
            if not without.intersection(case.needs):
                cases.append(case)
    return cases
