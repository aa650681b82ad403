"""The cargo workspace as the law tests see it."""

from __future__ import annotations

import functools
import json
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent

# The one room that talks to the operating system (law 1) …
SYSTEM_CRATE = "edge-wasix"
# … and the tools that run on the builder's machine only, never in the product.
BUILD_TOOLS = frozenset({"edge-llhttp-build", "edge-quickjs-build"})
# Crates whose library half keeps the laws but whose build script runs programs.
WITH_BUILD_SCRIPT = frozenset({"edge-node-lib"})


@functools.cache
def packages() -> dict[str, dict[str, Any]]:
    """The workspace's own packages by name, as `cargo metadata --no-deps` gives them."""
    done = subprocess.run(
        ["cargo", "metadata", "--format-version", "1", "--no-deps", "--locked"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return {package["name"]: package for package in json.loads(done.stdout)["packages"]}


def normal_dependencies(name: str) -> set[str]:
    """The names that a package depends on, tests and build scripts left out."""
    return {dep["name"] for dep in packages()[name]["dependencies"] if dep["kind"] is None}
