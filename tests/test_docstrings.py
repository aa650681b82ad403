"""The examples in the docstrings of the embedding API run as they stand."""

from __future__ import annotations

import asyncio
import doctest
import importlib
import os
from pathlib import Path

import pytest

import edgejs


@pytest.mark.parametrize("name", ["_runtime", "_async_runtime", "_files", "_pool", "_policy"])
def test_examples(name: str, edge_node: Path) -> None:
    pytest.importorskip("edgejs._native")
    module = importlib.import_module(f"edgejs.{name}")
    with edgejs.Runtime() as runtime:
        names = {"edgejs": edgejs, "asyncio": asyncio, "os": os, "runtime": runtime}
        flags = doctest.IGNORE_EXCEPTION_DETAIL | doctest.NORMALIZE_WHITESPACE
        done = doctest.testmod(module, extraglobs=names, optionflags=flags)
    assert done.attempted > 0
    assert done.failed == 0
