"""`pg` and `ioredis` against real servers, under `edge-node` and under Node."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.programs import database_servers
from tests.programs.program import Program, check_program


@pytest.fixture(scope="module")
def postgresql() -> Iterator[dict[str, str]]:
    with database_servers.postgresql() as where:
        yield where


@pytest.fixture(scope="module")
def redis() -> Iterator[dict[str, str]]:
    with database_servers.redis() as where:
        yield where


def test_pg(postgresql: dict[str, str], edge_node: Path, packages: Path, workplace: Path) -> None:
    """100 parallel queries, values, transactions, prepared statements, LISTEN/NOTIFY, errors; the password by SCRAM."""
    check_program(Program("pg", "databases", ("pg.cjs",), env={**postgresql, "NODE_NO_WARNINGS": "1"}), edge_node, packages, workplace)


def test_ioredis(redis: dict[str, str], edge_node: Path, packages: Path, workplace: Path) -> None:
    """Commands, pipelines, transactions, scripts, pub/sub, blocking calls, a connection that is killed."""
    check_program(Program("ioredis", "databases", ("ioredis.cjs",), env=redis), edge_node, packages, workplace)
