"""Every call of `fs` in its three faces, with good and bad arguments, answers and leaves behind what Node's does."""

from __future__ import annotations

from pathlib import Path

from tests.comparison import Comparison

QUESTIONS = Path(__file__).parent / "bindings" / "fs.js"


def test_answers_are_nodes(compare: Comparison) -> None:
    ended = compare(["--no-warnings", "questions.js"], {"questions.js": QUESTIONS.read_text(encoding="utf-8")})
    assert ended.stdout.count("\n") > 5_000
