"""Calls whose answers must be Node's: a fixed corpus. What chance makes up here must only leave the process alive."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.differential import exceptions
from tests.differential.calls import MODULES
from tests.differential.compare import Pair
from tests.differential.generate import generated
from tests.differential.runtime import Runtime
from tests.programs.install import real_node

CORPUS = Path(__file__).parent / "corpus.txt"


@pytest.fixture
def pair(edge_node: Path) -> Iterator[Pair]:
    with Pair(real_node(), edge_node, exceptions.read()) as both:
        yield both


def test_corpus(pair: Pair) -> None:
    sources = CORPUS.read_text(encoding="utf-8").splitlines()
    assert len(sources) > 800
    different = [str(found) for found in pair.differences(sources)]
    assert not different, "\n".join(different)


def test_exceptions_still_differ(pair: Pair) -> None:
    """A difference that was mended is taken off the list, and an example is one of what it stands for."""
    listed = [entry for entry in exceptions.read() if entry.example]
    for entry, found in zip(listed, pair.answers([entry.example for entry in listed])):
        assert found.theirs != found.ours, f"no longer differs: {found}"
        assert entry.covers(found.source, found.theirs, found.ours), f"its own entry does not cover it: {found}"


@pytest.mark.parametrize("module", MODULES)
def test_made_up_calls_end_no_process(module: str, edge_node: Path) -> None:
    """Which calls these are may change with hypothesis; that the answers are Node's is what the long run by hand finds out."""
    with Runtime(edge_node, seconds=60) as runtime:
        sources = generated(module, 150, 0)
        ended = [found for found in zip(sources, runtime.answers(sources)) if found[1].startswith("ended")]
        assert not ended


def test_a_call_that_ends_or_hangs_the_process_is_named() -> None:
    with Runtime(real_node(), seconds=3) as runtime:
        sources = ["1", "process.exit(3)", "2", "(() => { for (;;); })()", "3", "(", "x"]
        answers = runtime.answers(sources)
    assert answers[0::2] == ["is 1", "is 2", "is 3", "throws ReferenceError: x is not defined"]
    assert answers[1].startswith("ended status 3")
    assert answers[3] == "ended no answer after 3 s"
    assert answers[5].startswith("invalid ")
