"""Running cargo, always with the committed lock file."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any


def cargo(root: Path, *args: str) -> str:
    """Runs `cargo ARGS --locked` in `root` and returns its standard output; its messages go through to the builder."""
    program = shutil.which("cargo")
    if program is None:
        raise RuntimeError("no cargo on PATH: building edgejs needs Rust (https://rustup.rs), version 1.90 or later")
    done = subprocess.run([program, *args, "--locked"], cwd=root, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


def cargo_metadata(root: Path, every_platform: bool = False) -> dict[str, Any]:
    """`cargo metadata` with the resolved graph, of the host's platform unless told otherwise."""
    version = subprocess.run(["cargo", "-vV"], check=True, stdout=subprocess.PIPE, text=True).stdout
    host = next(line.split()[1] for line in version.splitlines() if line.startswith("host:"))
    only = [] if every_platform else ["--filter-platform", host]
    metadata: dict[str, Any] = json.loads(cargo(root, "metadata", "--format-version", "1", *only))
    return metadata
