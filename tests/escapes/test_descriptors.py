"""Rows 16 and 17: descriptors. (Rows 18 and 19 are in `test_processes.py`.)"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.escapes.sandbox import attack


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
