"""The in-tree PEP 517 backend: maturin builds the Python module; the steps around it make what else is in the wheel.

Order: the `edge-node` executable (the engine and Node's library are embedded by the crates' build scripts) → the boot image, made by
running that executable → the third-party notices → maturin, which takes all of it from `target/wheel-data` (`tool.maturin.data`).

It fails by raising with the failed command; nothing half-made is packed, since `target/wheel-data` is laid anew each time.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, Optional

import maturin

from edge_build.boot_image import make_boot_image
from edge_build.cargo import build_executable
from edge_build.notices import write_notices
from edge_build.wheel_data import fresh_wheel_data, put_file

__all__ = [
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_wheel",
]

ROOT = Path(__file__).resolve().parent.parent.parent
# A fixed date in the archive (2020-01-01): the same sources give the same wheel.
_EPOCH = "1577836800"
_Config = Optional[dict[str, Any]]


def _prepare_environment() -> None:
    # The crates' build scripts run zig, wasm2c and Node out of the Python that has the pinned packages: this one.
    os.environ["EDGE_PYTHON"] = sys.executable
    # Without build isolation nobody else puts the `maturin` command of this Python on the path.
    os.environ["PATH"] = os.environ.get("PATH", os.defpath) + os.pathsep + str(Path(sys.executable).parent)
    os.environ.setdefault("SOURCE_DATE_EPOCH", _EPOCH)


def get_requires_for_build_wheel(config_settings: _Config = None) -> list[str]:
    """Nothing beyond `build-system.requires`."""
    return []


def get_requires_for_build_sdist(config_settings: _Config = None) -> list[str]:
    """Nothing beyond `build-system.requires`."""
    return []


def prepare_metadata_for_build_wheel(metadata_directory: str, config_settings: _Config = None) -> str:
    """Writes the `.dist-info`; builds nothing."""
    _prepare_environment()
    fresh_wheel_data(ROOT)
    return str(maturin.prepare_metadata_for_build_wheel(metadata_directory, config_settings))


def build_wheel(wheel_directory: str, config_settings: _Config = None, metadata_directory: str | None = None) -> str:
    """Builds everything and packs the wheel; returns its file name."""
    _prepare_environment()
    data = fresh_wheel_data(ROOT)
    executable = build_executable(ROOT)
    put_file(executable, data / "scripts" / "edge-node", executable=True)
    # Installers write their Python in the place of its first line.
    put_file(Path(__file__).with_name("edge_script.py"), data / "scripts" / "edge", executable=True)
    share = data / "data" / "share" / "edgejs"
    make_boot_image(executable, share / "boot.image")
    write_notices(ROOT, share / "THIRD_PARTY_NOTICES.txt")
    return str(maturin.build_wheel(wheel_directory, config_settings, metadata_directory))


def build_sdist(sdist_directory: str, config_settings: _Config = None) -> str:
    """Packs the sources."""
    _prepare_environment()
    fresh_wheel_data(ROOT)
    return str(maturin.build_sdist(sdist_directory, config_settings))
