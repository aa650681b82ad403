"""Rows 16 and 17: descriptors. (Rows 18 and 19 are in `test_processes.py`.)"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

import edgejs
from tests.escapes.sandbox import PRELUDE, attack


@pytest.mark.parametrize("by_hand", ["0", "1"])
def test_16_a_read_only_descriptor_changes_nothing(edge_node: Path, tmp_path: Path, by_hand: str) -> None:
    file = tmp_path / "f"
    file.write_text("contents")
    before = file.stat()
    code = """
        const fs = require('fs');
        (async () => {
          const fd = fs.openSync('/v/f'); const handle = await fs.promises.open('/v/f');
          report([code(() => fs.fchmodSync(fd, 0o777)), code(() => fs.fchownSync(fd, 1, 1)), code(() => fs.futimesSync(fd, 1, 1)), code(() => fs.ftruncateSync(fd, 0)), code(() => fs.writeSync(fd, 'x')),
            code(() => fs.writevSync(fd, [Buffer.from('x')])), await settle(handle.chmod(0o777)), await settle(handle.chown(1, 1)), await settle(handle.utimes(1, 1)), await settle(handle.truncate(0)),
            await settle(handle.write('x')), await settle(handle.writeFile('x')), await settle(handle.appendFile('x')), code(() => fs.writeFileSync(fd, 'x')),
            fs.readFileSync(fd, 'utf8'), code(() => fs.fsyncSync(fd))]);
        })();"""
    answer = attack(edge_node, code, "--volume", f"{tmp_path}:/v", env={"EDGE_RESOLVE_BY_HAND": by_hand})
    assert answer == [
        *["EROFS", "EROFS", "EROFS", "EINVAL", "EBADF", "EBADF"],
        *["EROFS", "EROFS", "EROFS", "EINVAL", "EBADF", "EBADF", "EBADF", "EBADF"],
        "contents",
        "done",
    ]
    after = file.stat()
    assert (after.st_mode, after.st_mtime_ns, after.st_ctime_ns, file.read_text()) == (
        before.st_mode,
        before.st_mtime_ns,
        before.st_ctime_ns,
        "contents",
    )


def test_17_forged_descriptors_are_none(edge_node: Path) -> None:
    """No number leads to what the program did not open; a storm of opens and closes leaves nothing open."""
    code = """
        const fs = require('fs');
        const forged = [...Array(1100).keys()].slice(3).concat(4096, 65535, 2 ** 20, 2 ** 31 - 1);
        const tries = [fs.fstatSync, fs.closeSync, fs.fsyncSync, (fd) => fs.readSync(fd, Buffer.alloc(8)), (fd) => fs.writeSync(fd, 'x'), (fd) => fs.readFileSync(fd)];
        const codes = new Set();
        for (const fd of forged) for (const attempt of tries) codes.add(code(() => attempt(fd)));
        const wrong = [-1, 2 ** 31, 1.5, NaN, '3', {}].map((fd) => code(() => fs.fstatSync(fd)));
        fs.writeFileSync('/tmp/f', 'mine');
        const first = fs.openSync('/tmp/f');
        for (let round = 0; round < 20000; round++) fs.closeSync(fs.openSync('/tmp/f'));
        const last = fs.openSync('/tmp/f');
        fs.closeSync(first);
        report([[...codes], wrong, last - first, code(() => fs.readSync(first, Buffer.alloc(1))), fs.readFileSync(last, 'utf8')]);
        """
    wrong = ["ERR_OUT_OF_RANGE", "ERR_OUT_OF_RANGE", "ERR_OUT_OF_RANGE", "ERR_OUT_OF_RANGE", "ERR_INVALID_ARG_TYPE", "ERR_INVALID_ARG_TYPE"]
    assert attack(edge_node, code) == [["EBADF"], wrong, 1, "EBADF", "mine"]


_STREAM = """
    const fs = require('fs');
    const tries = (fd) => [() => fs.fchmodSync(fd, 0o777), () => fs.fchownSync(fd, 1, 1), () => fs.futimesSync(fd, 1, 1), () => fs.ftruncateSync(fd, 0)];
    const paths = ['/dev/stdout', '/dev/fd/1', '/dev/null'];
    const byPath = (path) => [() => fs.chmodSync(path, 0o777), () => fs.chownSync(path, 1, 1), () => fs.utimesSync(path, 1, 1)];
    const done = [0, 1, 2].flatMap(tries).concat(paths.flatMap(byPath)).map(code);
    """


def _untouched(before: os.stat_result, after: os.stat_result) -> bool:
    def facts(stat: os.stat_result) -> tuple[int, ...]:
        return (stat.st_mode, stat.st_uid, stat.st_gid)

    return facts(before) == facts(after) and after.st_mtime > 1_000_000


def test_16_a_standard_stream_is_still_the_hosts_file(edge_node: Path, tmp_path: Path) -> None:
    """The guest has what flows through its streams; length, mode, owner and times of the files behind them are not its."""
    files = [tmp_path / name for name in ("in", "out", "err")]
    for file in files:
        file.write_text("before\n")
    stats = [file.stat() for file in files]
    with files[0].open() as stdin, files[1].open("a") as stdout, files[2].open("a") as stderr:
        program = PRELUDE + _STREAM + "report(done);"
        subprocess.run([edge_node, "--safe", "-e", program], stdin=stdin, stdout=stdout, stderr=stderr, timeout=60, check=True)
    first, answer = files[1].read_text().splitlines()
    assert first == "before"
    assert "done" not in json.loads(answer)
    assert [file.read_text() for file in (files[0], files[2])] == ["before\n", "before\n"]
    assert all(_untouched(before, file.stat()) for before, file in zip(stats, files))


def test_16_nor_is_that_of_an_embedded_program(tmp_path: Path) -> None:
    file = tmp_path / "out"
    file.write_text("before\n")
    before, null = file.stat(), Path("/dev/null").stat()
    with file.open("a") as stream, edgejs.Runtime(stdout=stream.fileno(), stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL) as runtime:
        assert "done" not in runtime.eval(PRELUDE + _STREAM + "done")
    assert file.read_text() == "before\n"
    assert _untouched(before, file.stat())
    assert (null.st_mode, null.st_uid) == (Path("/dev/null").stat().st_mode, Path("/dev/null").stat().st_uid)
