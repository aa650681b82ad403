"""`target/wheel-data`: what goes into the wheel beside the Python package, laid out as wheels want it."""

from __future__ import annotations

import shutil
from pathlib import Path


def fresh_wheel_data(root: Path) -> Path:
    """Returns the folder, emptied."""
    data = root / "target" / "wheel-data"
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    return data


def put_file(source: Path, target: Path, executable: bool = False) -> None:
    """Copies a file, without its dates, making the folders above it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(0o755 if executable else 0o644)
