"""The in-tree PEP 517 backend: maturin builds the native file; the steps around it make the rest of the wheel.

Order: maturin's wheel with the native file as a Python module, which it checks against the wheel's platform tag → the same file as the
executable `edge-node` → the boot image, made by running that → the third-party notices → the wheel: maturin's, with the executable
in the module's place (`python/edgejs/_native.py` loads it).

It fails by raising with the failed command; nothing half-made is packed, since `target/wheel-data` is laid anew each time.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any, Optional

import maturin

from edge_build.boot_image import make_boot_image
from edge_build.elf import optional_python
from edge_build.notices import write_notices
from edge_build.repack import repack, take_out
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
# The module as maturin names it.
_MODULE = "edgejs/_native.abi3.so"
# maturin finds out the oldest manylinux that has what the file asks of its C library, and refuses a file that fits none. Not before
# manylinux_2_34: earlier C libraries leave a program's initializers to the C start files, which this one does not have.
_PLATFORM = "pypi"
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
    return str(maturin.prepare_metadata_for_build_wheel(metadata_directory, config_settings))


def build_wheel(wheel_directory: str, config_settings: _Config = None, metadata_directory: str | None = None) -> str:
    """Builds everything and packs the wheel; returns its file name."""
    _prepare_environment()
    data = fresh_wheel_data(ROOT)
    with tempfile.TemporaryDirectory() as folder:
        made = maturin.build_wheel(folder, {"build-args": ["--compatibility", _PLATFORM, "--locked"]}, metadata_directory)
        bare = Path(folder, made)
        library = Path(folder, "_native.so")
        take_out(bare, _MODULE, library)
        executable = data / "scripts" / "edge-node"
        optional_python(library, executable)
        # Installers write their Python in the place of its first line.
        put_file(Path(__file__).with_name("edge_script.py"), data / "scripts" / "edge", executable=True)
        share = data / "data" / "share" / "edgejs"
        make_boot_image(executable, share / "boot.image")
        write_notices(ROOT, share / "THIRD_PARTY_NOTICES.txt")
        repack(bare, Path(wheel_directory, made), _MODULE, data, int(os.environ["SOURCE_DATE_EPOCH"]))
    return str(made)


def build_sdist(sdist_directory: str, config_settings: _Config = None) -> str:
    """Packs the sources."""
    _prepare_environment()
    return str(maturin.build_sdist(sdist_directory, config_settings))
