"""Both runtimes on the same calls: what they answer differently, apart from the listed exceptions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from tests.differential.exceptions import Listed
from tests.differential.runtime import Runtime


@dataclass(frozen=True)
class Difference:
    """A call and what came of it: in Node, and in `edge-node`."""

    source: str
    theirs: str
    ours: str

    def __str__(self) -> str:
        return f"{self.source}\n  node: {self.theirs}\n  edge: {self.ours}"

    def kind(self) -> tuple[str, str]:
        """What a smaller call for the same difference shares: whether both answer or throw, and how their errors begin."""
        return _beginning(self.theirs), _beginning(self.ours)


def _beginning(answer: str) -> str:
    kind, _, rest = answer.partition(" ")
    if kind != "throws":
        return kind
    # Of the words only those that come from no call.
    return " ".join([kind, *re.findall(r"(?<![\w'\"#$@])[A-Za-z]+(?![\w'\"])", rest)[:6]])


class Pair:
    """Node and `edge-node`, a long-lived process each."""

    def __init__(self, node: Path, edge_node: Path, exceptions: Sequence[Listed] = (), seconds: float = 20.0) -> None:
        self._theirs = Runtime(node, seconds)
        self._ours = Runtime(edge_node, seconds)
        self._exceptions = list(exceptions)

    def __enter__(self) -> Pair:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._theirs.close()
        self._ours.close()

    def answers(self, sources: Sequence[str]) -> list[Difference]:
        """What both answer to each call, equal or not."""
        self._theirs.send(sources)
        self._ours.send(sources)
        theirs, ours = self._theirs.answers(sources, sent=True), self._ours.answers(sources, sent=True)
        return [Difference(*found) for found in zip(sources, theirs, ours)]

    def differences(self, sources: Sequence[str]) -> list[Difference]:
        """The calls that the two answer differently, without those that are listed."""
        return [found for found in self.answers(sources) if found.theirs != found.ours and not self.is_listed(found)]

    def is_listed(self, found: Difference) -> bool:
        """Whether exceptions.toml has the difference."""
        return any(listed.covers(found.source, found.theirs, found.ours) for listed in self._exceptions)
