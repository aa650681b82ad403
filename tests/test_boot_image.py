"""The boot image: the same bytes each time, and one that cannot be used costs a warning and time, not the program."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HELLO = "console.log('hello', process.version, [1, { a: 2 }])"
PRINTED = "hello v24.12.0 [ 1, { a: 2 } ]\n"


def _build(edge_node: Path, image: Path, **env: str) -> bytes:
    environment = {"PATH": os.defpath, **env}
    subprocess.run([edge_node, "--build-boot-image", image], check=True, env=environment, stdin=subprocess.DEVNULL, timeout=120)
    return image.read_bytes()


@pytest.fixture(scope="module")
def image(edge_node: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return _build(edge_node, tmp_path_factory.mktemp("image") / "boot.image")


def test_built_twice_it_is_the_same_bytes(edge_node: Path, image: bytes, tmp_path: Path) -> None:
    folder = tmp_path / "another place"
    folder.mkdir()
    again = _build(edge_node, folder / "b.image", TZ="Asia/Tokyo", LANG="de_DE.UTF-8", HOME=str(tmp_path), NODE_DEBUG="fs")
    # Not `==` alone: pytest would print the difference of ten megabytes.
    assert (again == image) is True
    session = (folder / "b.image.session").read_bytes()
    _build(edge_node, tmp_path / "c.image")
    assert ((tmp_path / "c.image.session").read_bytes() == session) is True


def _cut(image: bytes) -> bytes:
    return image[: len(image) // 2]


def _change_the_head(image: bytes) -> bytes:
    return image[:100] + bytes([image[100] ^ 1]) + image[101:]


def _change_the_library(image: bytes) -> bytes:
    at = image.index(b"node.lib")
    offset = int.from_bytes(image[at + 32 : at + 40], "little")
    return image[:offset] + bytes([image[offset] ^ 1]) + image[offset + 1 :]


def _not_an_image(_: bytes) -> bytes:
    return b"#!/bin/sh\n" * 100


def _empty(_: bytes) -> bytes:
    return b""


DAMAGES = {
    _cut: "is damaged: wrong length",
    _change_the_head: "is damaged: the head's hash",
    _change_the_library: "is stale: another version of Node's library",
    _not_an_image: "is damaged: not an image",
    _empty: "cannot be read",
}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__.strip("_"))
def test_one_that_cannot_be_used(damage: Callable[[bytes], bytes], edge_node: Path, image: bytes, tmp_path: Path) -> None:
    path = tmp_path / "boot.image"
    path.write_bytes(damage(image))
    environment = {**os.environ, "EDGE_BOOT_IMAGE": str(path)}
    done = subprocess.run([edge_node, "-e", HELLO], capture_output=True, text=True, env=environment, stdin=subprocess.DEVNULL, timeout=60)
    assert (done.returncode, done.stdout) == (0, PRINTED)
    assert done.stderr.startswith(f"(edge-node) Warning: the boot image {path} {DAMAGES[damage]}")
    assert done.stderr.endswith("; starting without it\n") and done.stderr.count("\n") == 1


@pytest.mark.parametrize("damage", [_cut, _change_the_library], ids=lambda damage: damage.__name__.strip("_"))
def test_one_that_the_runtime_cannot_use(damage: Callable[[bytes], bytes], edge_node: Path, image: bytes, tmp_path: Path) -> None:
    path = tmp_path / "boot.image"
    path.write_bytes(damage(image))
    script = "import edgejs\nwith edgejs.Runtime() as runtime: print(runtime.eval('[process.version, 6 * 7]'))"
    environment = {**os.environ, "EDGE_BOOT_IMAGE": str(path), "EDGE_NODE": str(edge_node)}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, timeout=60)
    assert (done.returncode, done.stdout) == (0, "['v24.12.0', 42]\n")
    assert f"RuntimeWarning: the boot image {path} {DAMAGES[damage]}" in done.stderr


def test_a_missing_one_is_no_matter(edge_node: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "EDGE_BOOT_IMAGE": str(tmp_path / "none")}
    done = subprocess.run([edge_node, "-e", HELLO], capture_output=True, text=True, env=environment, stdin=subprocess.DEVNULL, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, PRINTED, "")
