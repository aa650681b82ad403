"""The differences that stay: exceptions.toml, each with a reason and with an example that must go on differing."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from re import Pattern
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PATH = Path(__file__).parent / "exceptions.toml"
_KEYS = {"call", "node", "edge", "reason", "example"}


class ExceptionsError(Exception):
    """exceptions.toml has what it may not have."""


@dataclass(frozen=True)
class Listed:
    """One table of the file: patterns that the call and both answers must have in them, why, and one such call (or none: empty)."""

    call: Pattern[str]
    node: Pattern[str]
    edge: Pattern[str]
    reason: str
    example: str

    def covers(self, source: str, theirs: str, ours: str) -> bool:
        """Whether this difference is the listed one."""
        return bool(self.call.search(source) and self.node.search(theirs) and self.edge.search(ours))


def _listed(table: dict[str, Any]) -> Listed:
    unknown, missing = table.keys() - _KEYS, {"reason"} - table.keys()
    if unknown or missing or not all(isinstance(value, str) for value in table.values()) or not table["reason"].strip():
        raise ExceptionsError(f"{table}: wants reason and any of example, call, node, edge, all texts")
    if not table.keys() & {"call", "node", "edge"}:
        raise ExceptionsError(f"{table}: covers everything")
    call, node, edge = (re.compile(table.get(key, ""), re.DOTALL) for key in ("call", "node", "edge"))
    return Listed(call, node, edge, table["reason"], table.get("example", ""))


def read(path: Path = PATH) -> list[Listed]:
    """The file's tables. Raises `ExceptionsError` for one that is not as `Listed` wants it."""
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    if content.keys() - {"exception"}:
        raise ExceptionsError(f"{path}: only [[exception]] tables")
    return [_listed(table) for table in content.get("exception", [])]
