"""`Intl.Segmenter`: Node's segments, over fixed questions and random text of scripts that need no dictionary."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.comparison import Comparison

QUESTIONS = Path(__file__).parent / "bindings" / "segmenter.js"

DRIVER = r"""
for (const text of JSON.parse(require('fs').readFileSync(process.argv[2], 'utf8'))) {
  for (const granularity of ['grapheme', 'word', 'sentence']) {
    // Words of these come out of a dictionary, of which ICU4X has another edition.
    if (granularity === 'word' && /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}]/u.test(text)) continue;
    const segments = [...new Intl.Segmenter('en', { granularity }).segment(text)];
    console.log(JSON.stringify(segments.map(({ index, isWordLike }) => [index, isWordLike])));
  }
}
"""

# What makes and breaks clusters, words and sentences; not "_", which ICU joins by rules of its own.
PIECES = st.sampled_from(
    [
        "a",
        "B",
        "1",
        "2.5",
        " ",
        ". ",
        "? ",
        "\r\n",
        "\n",
        "'",
        ",",
        "é",
        "e\u0301",
        "\u200d",
        "👩",
        "👩\u200d💻",
        "🇩🇪",
        "🇩",
        "\ufe0f",
        "ß",
        "日",
        "本",
        "テ",
        "ス",
        "ひ",
        "한",
        "각",
        "क्",
        "षि",
        "ا",
        "ب",
        "(",
        ")",
        "\u2026",
        "\u00ad",
        "$",
        "@",
        "x.y",
        "😀🏽",
    ]
)


def test_answers_are_nodes(compare: Comparison) -> None:
    assert compare(["questions.js"], {"questions.js": QUESTIONS.read_text(encoding="utf-8")}).stdout.count("\n") > 80


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts=st.lists(st.lists(PIECES, max_size=12).map("".join), min_size=30, max_size=100))
def test_random_text(edge_node: Path, texts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = {"driver.js": DRIVER, "texts.json": json.dumps(texts)}
        Comparison(edge_node, Path(folder) / "place")(["driver.js", "texts.json"], files)
