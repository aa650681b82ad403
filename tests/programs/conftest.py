"""The installed packages and a folder to run a program in."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.programs.install import install_packages


@pytest.fixture(scope="session")
def packages() -> Path:
    return install_packages()


@pytest.fixture
def workplace(packages: Path) -> Iterator[Path]:
    """A folder inside the install, so that packages are found above it; the same path for both runtimes, so that paths compare."""
    folder = packages / "work" / str(os.getpid())
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
