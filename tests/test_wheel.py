"""The wheel that `make wheel` left in target/dist: what is in it, how large it is, and that it installs without compiler and network."""

from __future__ import annotations

import base64
import csv
import hashlib
import os
import re
import subprocess
import sysconfig
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

DIST = Path(__file__).parent.parent / "target" / "dist"
# The limit of issue 4.
MOST_BYTES = 25_000_000


@pytest.fixture(scope="module")
def wheel() -> Path:
    wheels = sorted(DIST.glob("edgejs-*.whl"))
    if not wheels:
        if os.environ.get("EDGE_REQUIRE_BUILD"):
            pytest.fail(f"no wheel in {DIST}")
        pytest.skip("no wheel was built")
    assert len(wheels) == 1
    return wheels[0]


@pytest.fixture(scope="module")
def archive(wheel: Path) -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(wheel) as opened:
        yield opened


@pytest.fixture(scope="module")
def clean(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with nothing but the wheel; what the wheel depends on (typer) comes from this Python's."""
    folder = tmp_path_factory.mktemp("clean") / "venv"
    venv.create(folder, with_pip=True)
    options = ["--quiet", "--disable-pip-version-check", "--no-index", "--no-deps"]
    install = [str(folder / "bin" / "python"), "-m", "pip", "install", *options, str(wheel)]
    subprocess.run(install, env={"PATH": str(folder / "bin")}, check=True)
    site = next((folder / "lib").glob("python*")) / "site-packages"
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder


def ran(clean: Path, name: str, *args: str) -> str:
    done = subprocess.run([clean / "bin" / name, *args], env={"PATH": str(clean / "bin")}, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_its_size(wheel: Path) -> None:
    assert wheel.stat().st_size <= MOST_BYTES


def test_its_tag_is_that_of_many_linuxes_and_of_every_python_from_3_9(wheel: Path) -> None:
    python, abi, platform = wheel.stem.split("-")[2:]
    assert (python, abi) == ("cp39", "abi3")
    found = re.fullmatch(rf"manylinux_2_(\d+)_{os.uname().machine}", platform)
    # What an older C library does not do at a start: crates/edge-python/src/executable.rs.
    assert found is not None and int(found[1]) >= 34


def test_the_code_is_in_it_once(archive: zipfile.ZipFile) -> None:
    native = [name for name in archive.namelist() if archive.read(name)[:4] == b"\x7fELF"]
    assert [name.rpartition("/")[2] for name in native] == ["edge-node"]


def test_its_record_has_every_file(archive: zipfile.ZipFile) -> None:
    record = next(name for name in archive.namelist() if name.endswith(".dist-info/RECORD"))
    rows = list(csv.reader(archive.read(record).decode().splitlines()))
    assert sorted(row[0] for row in rows) == sorted(archive.namelist())
    for name, digest, size in rows:
        if name != record:
            content = archive.read(name)
            expected = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            assert (digest, size) == (f"sha256={expected}", str(len(content)))


def test_it_runs_from_a_clean_environment(clean: Path, tmp_path: Path) -> None:
    program = tmp_path / "hello.js"
    program.write_text("console.log(process.execPath, require('crypto').createHash('md5').update('a').digest('hex'))")
    hello = f"{clean}/bin/edge-node 0cc175b9c0f1b6a831c399e269772661\n"
    assert ran(clean, "edge", "run", str(program)) == hello
    assert ran(clean, "edge-node", str(program)) == hello
    assert ran(clean, "edge-node", "--safe", "-p", "1 + 1") == "2\n"
    assert "edgejs" in ran(clean, "edge", "info")


def test_python_loads_the_executable_as_its_module(clean: Path) -> None:
    code = (
        "import edgejs, edgejs._native as native, edgejs._core, sys\n"
        "with edgejs.Runtime() as js: print(js.eval('6 * 7'))\n"
        "print(native.__file__, edgejs._core._native is native is sys.modules['edgejs._native'], native.__name__)"
    )
    assert ran(clean, "python", "-c", code) == f"42\n{clean}/bin/edge-node True edgejs._native\n"


def test_closed_standard_streams_are_not_taken_by_what_is_opened_next(clean: Path) -> None:
    script = "\"$0\" -e \"require('fs').writeSync(1, String(require('fs').openSync('/dev/null') > 2))\" <&- 2>&-"
    done = subprocess.run(["/bin/sh", "-c", script, clean / "bin" / "edge-node"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "true")
