"""The native half of Buffer, StringDecoder, TextDecoder, URL and URLPattern, asked the same questions as Node's."""

from __future__ import annotations

from pathlib import Path

from tests.comparison import Comparison

QUESTIONS = Path(__file__).parent / "bindings" / "encoding.js"


def test_answers_are_nodes(compare: Comparison) -> None:
    ended = compare(["--expose-internals", "--no-warnings", "questions.js"], {"questions.js": QUESTIONS.read_text(encoding="utf-8")})
    assert ended.stdout.count("\n") > 5_000
