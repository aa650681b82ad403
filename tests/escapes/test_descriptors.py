"""Rows 16 and 17: descriptors. (Rows 18 and 19, of other processes', are in `test_processes.py`.)"""

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


def test_17_forged_descriptors(edge_node: Path, tmp_path: Path) -> None:
    (tmp_path / "f").write_text("contents")
    code = """
        const fs = require('fs'), net = require('net'), tty = require('tty');
        const forged = [3, 4, 5, 6, 7, 8, 9, 10, 20, 100, 1000, 100000, 2147483647];
        const calls = [(fd) => fs.readSync(fd, Buffer.alloc(1)), (fd) => fs.writeSync(fd, 'x'), (fd) => fs.fstatSync(fd), (fd) => fs.ftruncateSync(fd), (fd) => fs.fchmodSync(fd, 0), (fd) => fs.closeSync(fd), (fd) => fs.readFileSync(fd), (fd) => fs.fsyncSync(fd)];
        const ends = new Set(forged.flatMap((fd) => calls.map((call) => code(() => call(fd)))));
        const odd = [-1, 1.5, NaN, 2 ** 31, 2 ** 53, '3', null].map((fd) => code(() => fs.fstatSync(fd)));
        const open = []; let end; for (;;) { try { open.push(fs.openSync('/v/f')) } catch (error) { end = error.code; break } }
        fs.closeSync(open[500]); const again = fs.openSync('/v/f'); const over = code(() => fs.openSync('/v/f'));
        for (const fd of open) fs.closeSync(fd);
        const first = fs.openSync('/v/f');
        report([[...ends], odd.includes('done'), end, open.length > 900, again === open[500], over, first === open[0], code(() => new net.Socket({ fd: 77 })), tty.isatty(77)]);"""
    answer = attack(edge_node, code, "--volume", f"{tmp_path}:/v")
    assert answer[:7] == [["EBADF"], False, "EMFILE", True, True, "EMFILE", True]
    assert answer[7] != "done"
    assert answer[8] is False
