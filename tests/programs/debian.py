"""Programs of Debian's that the tests start (PostgreSQL, Redis, Chromium): the installed one, else one unpacked into a cache folder.

Unpacking needs no rights and installs nothing: `apt-get` says which packages are missing and downloads them, `dpkg` unpacks them. Where
that cannot be done (no apt, no network) the test is skipped with a message that says so.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class DebianProgram:
    """An executable and the variables that it needs to find its libraries."""

    path: Path
    env: dict[str, str]


def find_program(package: str, patterns: tuple[str, ...]) -> DebianProgram:
    """The first file that matches one of `patterns` (below `/`, wildcards allowed), else the same out of Debian's `package`."""
    for pattern in patterns:
        for path in sorted(Path("/").glob(pattern), reverse=True):
            return DebianProgram(path, {})
    root = _unpacked(package)
    for pattern in patterns:
        for path in sorted(root.glob(pattern), reverse=True):
            folders = {str(library.parent) for library in root.glob("usr/lib/**/lib*.so*")}
            return DebianProgram(path, {"LD_LIBRARY_PATH": ":".join(sorted(folders))})
    pytest.skip(f"Debian's {package} has none of {patterns}")


def _unpacked(package: str) -> Path:
    """The folder with `package` and all that it needs and this machine lacks."""
    final = Path(tempfile.gettempdir()) / f"edgejs-debian-{os.getuid()}" / package
    final.parent.mkdir(exist_ok=True)
    with (final.parent / f"{package}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not final.is_dir():
            building = Path(tempfile.mkdtemp(prefix=f"{package}-", dir=final.parent))
            try:
                _unpack(package, building)
                building.chmod(0o755)  # a server that refuses to run as root must be able to read it
                building.rename(final)
            finally:
                shutil.rmtree(building, ignore_errors=True)
    return final


def _unpack(package: str, folder: Path) -> None:
    try:
        # Simulated: names without needing the lock of a real install.
        plan = _run(["apt-get", "-s", "-o", "Debug::NoLocking=1", "install", "--no-install-recommends", package], folder)
        names = [line.split()[1] for line in plan.splitlines() if line.startswith("Inst ")]
        _run(["apt-get", "download", *names], folder)
        for archive in sorted(folder.glob("*.deb")):
            _run(["dpkg", "-x", str(archive), "."], folder)
            archive.unlink()
    except (OSError, subprocess.SubprocessError) as error:
        told = getattr(error, "stderr", None) or str(error)
        pytest.skip(f"{package} is not installed and cannot be fetched from Debian: {' '.join(told.split())[-200:]}")


def _run(command: list[str], folder: Path) -> str:
    env = {**os.environ, "LC_ALL": "C"}
    return subprocess.run(
        command, cwd=folder, env=env, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=250
    ).stdout
