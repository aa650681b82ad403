"""Every row of the catalogue is tried, or `not_yet.toml` says why not."""

from __future__ import annotations

import re
from pathlib import Path

_HERE = Path(__file__).parent


def _tried() -> set[int]:
    text = "".join(path.read_text(encoding="utf-8") for path in _HERE.glob("test_*.py"))
    return {int(number) for number in re.findall(r"^def test_(\d+)_", text, re.MULTILINE)}


def _not_yet() -> dict[int, str]:
    lines = (_HERE / "not_yet.toml").read_text(encoding="utf-8").splitlines()
    entries = [re.fullmatch(r'(\d+) = "(.+)"', line) for line in lines if line and not line.startswith("#")]
    return {int(entry[1]): entry[2] for entry in entries if entry}


def test_every_row_is_tried_or_said_why_not() -> None:
    assert set(range(1, 60)) == _tried() | set(_not_yet())


def test_no_row_is_both() -> None:
    assert not _tried() & set(_not_yet())
