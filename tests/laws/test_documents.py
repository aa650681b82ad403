"""The documents say what is there: paths exist, commands are make targets, the pins agree."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.laws.workspace import ROOT

_PATH = re.compile(r"`((?:crates|python|tests|fuzz|benchmarks|examples|build_backend|\.ci)/[\w./-]*|[\w-]+\.(?:toml|md)|Makefile)`")


@pytest.mark.parametrize("document", ["README.md", "ARCHITECTURE.md", "AGENTS.md"])
def test_paths_exist(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    absent = [path for path in _PATH.findall(text) if not (ROOT / path).exists()]
    assert not absent


@pytest.mark.parametrize("document", ["README.md", "AGENTS.md"])
def test_make_commands_exist(document: str) -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"\bmake ([\w-]+)", (ROOT / document).read_text(encoding="utf-8")))
    assert named <= targets


def test_every_crate_is_in_the_architecture() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert not [path.name for path in (ROOT / "crates").iterdir() if path.is_dir() and f"`crates/{path.name}`" not in text]


def test_the_build_requirements_are_the_same_twice() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = re.search(r"requires = \[(.*?)\]", project, re.DOTALL)
    assert block is not None
    assert re.findall(r'"(.*?)"', block.group(1)) == Path(ROOT, "build_backend/requirements.txt").read_text(encoding="utf-8").split()
