"""Rows 1 to 15: paths. Each with `openat2` and with the rules kept by hand (`EDGE_RESOLVE_BY_HAND=1`), against canaries outside."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.escapes.race import race
from tests.escapes.sandbox import attack

Cage = Callable[..., Any]

# Every way to reach a file by its path; those that change something come last.
_READS = """
const fs = require('fs'), path = require('path');
const reads = (p) => [() => fs.readFileSync(p), () => fs.openSync(p, 'r'), () => fs.statSync(p), () => fs.lstatSync(p + '/x'), () => fs.accessSync(p),
  () => fs.readdirSync(p), () => fs.opendirSync(p), () => fs.realpathSync(p), () => fs.realpathSync.native(p), () => fs.statfsSync(p),
  () => process.chdir(p), () => fs.copyFileSync(p, '/v/copy'), () => fs.cpSync(p, '/v/copy', { recursive: true }), () => require(p)];
const writes = (p) => [() => fs.writeFileSync(p, 'x'), () => fs.appendFileSync(p, 'x'), () => fs.openSync(p, 'r+'), () => fs.truncateSync(p), () => fs.chmodSync(p, 0o777),
  () => fs.utimesSync(p, 1, 1), () => fs.rmSync(p, { recursive: true }), () => fs.unlinkSync(p), () => fs.renameSync(p, '/v/stolen'), () => fs.linkSync(p, '/v/stolen'),
  () => fs.mkdirSync(p + '/new'), () => fs.mkdirSync(p + '/new/deep', { recursive: true }), () => fs.symlinkSync('x', p + '/new'), () => fs.writeFileSync(p + '/new', 'x'), () => fs.mkdtempSync(p + '/new')];
const denied = (p) => [...reads(p), ...writes(p)].map(code).flatMap((end, at) => (end === 'done' ? [`${p} #${at}`] : []));
"""


def _hash(folder: Path) -> str:
    """What is in a folder, with modes and times."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        stat = path.lstat()
        digest.update(
            f"{path} {stat.st_mode} {stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_ino} {stat.st_nlink}\n".encode(errors="surrogateescape")
        )
        digest.update(str(path.readlink()).encode() if path.is_symlink() else path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()


@pytest.fixture(params=["openat2", "by hand"])
def cage(request: pytest.FixtureRequest, edge_node: Path, tmp_path: Path) -> Iterator[Cage]:
    """Runs an attack with `inside` as `/v`; what lies beside it must stay as it is."""
    (tmp_path / "inside").mkdir()
    for folder in ("outside", "inside-secret"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "canary").write_text("hush")
    before = [_hash(tmp_path / "outside"), _hash(tmp_path / "inside-secret")]

    def run(code: str, mode: str = "rw", *options: str) -> Any:
        env = {"EDGE_RESOLVE_BY_HAND": "1" if request.param == "by hand" else "0"}
        outside = json.dumps(str(tmp_path / "outside"))
        return attack(
            edge_node, f"{_READS} const outside = {outside};\n{code}", "--volume", f"{tmp_path / 'inside'}:/v:{mode}", *options, env=env
        )

    yield run
    assert [_hash(tmp_path / "outside"), _hash(tmp_path / "inside-secret")] == before


def test_01_dots_and_absolute_paths(cage: Cage) -> None:
    code = """
        fs.mkdirSync('/v/a/b', { recursive: true }); fs.writeFileSync('/v/a/b/../../x', 'in');
        const paths = ['/v/../outside/canary', '/v/../../outside/canary', '/../../../..' + outside + '/canary', '/' + outside + '/canary', outside, outside + '/canary',
          '/v/' + '../'.repeat(40) + outside + '/canary', '/v/a/../../../..' + outside];
        report([paths.flatMap((p) => reads(p).map(code)).filter((end) => end === 'done'), fs.readFileSync('/v/a/../x', 'utf8'), fs.readFileSync('/../../v/a/b/../../x', 'utf8')])"""
    assert cage(code) == [[], "in", "in"]


def test_02_trailing_slashes(cage: Cage, tmp_path: Path) -> None:
    targets = ["../outside", "../outside/", str(tmp_path / "outside"), f"{tmp_path / 'outside'}/", "../outside/."]
    for index, target in enumerate(targets):
        (tmp_path / "inside" / f"host{index}").symlink_to(target)
    code = f"""
        const targets = {json.dumps(targets)};
        targets.forEach((target, at) => fs.symlinkSync(target, `/v/guest${{at}}`));
        const links = targets.flatMap((_, at) => [`/v/host${{at}}`, `/v/guest${{at}}`]);
        report(links.flatMap((link) => ['/', '//', '/.', '/canary', '/canary/', '/../outside/canary'].flatMap((end) => denied(link + end)))
          .filter((what) => !fs.existsSync('/v/new')))"""
    assert cage(code) == []


def test_03_link_chains_and_dangling_links(cage: Cage) -> None:
    code = """
        fs.symlinkSync(outside, '/v/one'); fs.symlinkSync('one', '/v/two'); fs.symlinkSync('/v/two', '/v/three');
        fs.symlinkSync(outside + '/made', '/v/dangling'); fs.symlinkSync('../outside/made', '/v/dangling2');
        fs.symlinkSync('loop', '/v/loop'); fs.linkSync('/v/one', '/v/hard');
        const flags = ['w', 'wx', 'a', 'ax', 'w+', 'a+'];
        report([['/v/three/canary', '/v/hard/canary', '/v/loop'].flatMap((p) => reads(p).map(code)).filter((end) => end === 'done'),
          ['/v/dangling', '/v/dangling2'].flatMap((p) => flags.map((flag) => code(() => fs.openSync(p, flag)))),
          code(() => fs.copyFileSync('/v/loop', '/v/dangling')), code(() => fs.readFileSync('/v/loop'))])"""
    ends = ["ENOENT", "EEXIST", "ENOENT", "EEXIST", "ENOENT", "ENOENT"]
    assert cage(code) == [[], ends * 2, "ELOOP", "ELOOP"]


@pytest.mark.parametrize("by_hand", [False, True])
def test_04_race_of_links_and_renames(edge_node: Path, by_hand: bool) -> None:
    rounds, escapes = race(edge_node, seconds=1.5, by_hand=by_hand)
    assert rounds > 0
    assert escapes == []


def test_05_reading_that_truncates(cage: Cage, tmp_path: Path) -> None:
    (tmp_path / "inside" / "f").write_text("contents")
    before = _hash(tmp_path / "inside")
    code = """
        const c = fs.constants;
        report([c.O_RDONLY | c.O_TRUNC, c.O_RDONLY | c.O_CREAT | c.O_TRUNC, c.O_WRONLY, c.O_RDWR, c.O_RDWR | c.O_APPEND, c.O_WRONLY | c.O_TRUNC].map((flags) => code(() => fs.openSync('/v/f', flags))))"""
    assert cage(code, "ro") == ["EROFS"] * 6
    assert _hash(tmp_path / "inside") == before


def test_06_across_volumes(cage: Cage, tmp_path: Path) -> None:
    (tmp_path / "inside" / "f").write_text("contents")
    code = """
        fs.symlinkSync('/w/g', '/v/l');
        report([fs.renameSync, fs.linkSync].flatMap((f) => [code(() => f('/v/f', '/tmp/f')), code(() => f('/v/f', '/w/g')), code(() => f('/tmp', '/v/tmp')), code(() => f('/v', '/w/v'))]).concat(
          code(() => fs.rmdirSync('/v')), code(() => fs.rmSync('/v', { recursive: true }))))"""
    assert cage(code, "rw", "--volume", f"{tmp_path / 'inside'}:/w:ro")[:8] == [
        *["EXDEV", "EXDEV", "EBUSY", "EBUSY"],
        *["EXDEV", "EXDEV", "EPERM", "EPERM"],
    ]


def test_07_proc_and_dev(cage: Cage, tmp_path: Path) -> None:
    for index, target in enumerate(["/proc/self/root", "/proc/self/cwd", "/proc/self/fd/1", "/dev/fd/5"]):
        (tmp_path / "inside" / f"l{index}").symlink_to(target)
    code = """
        const paths = ['fd', 'fd/0', 'mem', 'exe', 'environ', 'root', 'root/etc', 'cwd', 'maps', 'task'].map((name) => '/proc/self/' + name).concat('/proc', '/proc/1/environ', '/sys', '/dev/sda', '/dev/tty', '/dev/mem', '/dev/kmsg', '/dev/shm', '/dev/pts',
          '/v/l0', '/v/l0/etc/passwd', '/v/l1', '/v/l2', '/v/l3', '/dev/fd/99', '/dev/fd/-1', '/dev/fd/00', '/dev/fd/0/x', '/etc/passwd', '/etc/hosts', '/etc/resolv.conf');
        const zeros = Buffer.alloc(4, 1); const fd = fs.openSync('/dev/zero'); fs.readSync(fd, zeros);
        report([paths.filter((p) => reads(p).map(code).includes('done')), fs.readFileSync('/dev/null', 'utf8'), code(() => fs.writeFileSync('/dev/null', 'x')), code(() => fs.writeFileSync('/dev/full', 'x')), [...zeros],
          fs.readFileSync('/dev/stdin', 'utf8'), code(() => fs.writeFileSync('/dev/new', '')), code(() => fs.unlinkSync('/dev/null')), code(() => fs.chmodSync('/dev/null', 0)), fs.statSync('/dev/null').isCharacterDevice(), fs.readdirSync('/dev').includes('null')])"""
    assert cage(code) == [[], "", "done", "ENOSPC", [0, 0, 0, 0], "", "EROFS", "EROFS", "EROFS", True, True]


def test_08_paths_as_buffers_and_urls(cage: Cage) -> None:
    code = """
        Buffer.prototype.utf8Write = function () { return 0 }; Buffer.prototype.toString = () => '/v/x';
        Uint8Array.prototype.includes = () => false; String.prototype.includes = () => false; path.resolve = path.normalize = (p) => p;
        const canary = new TextEncoder().encode(outside + '/canary');
        class Sly extends Uint8Array { toString() { return '/v/x' } get length() { return 4 } }
        const url = new URL('file://' + outside + '/canary'); const sly = new URL('file:///v/x');
        Object.defineProperty(sly, 'pathname', { get: () => outside + '/canary' });
        const all = [Buffer.from(canary), canary, new Sly(canary), url, sly, new URL('file:///v/..%2f..' + outside + '/canary'), new URL('file:///v/%2e%2e' + outside + '/canary'), { toString: () => outside, href: 'file:///v' }];
        report(all.map((p) => code(() => fs.readFileSync(p))).filter((end) => end === 'done'))"""
    assert cage(code) == []


def test_09_prefixes_are_not_folders(cage: Cage) -> None:
    paths = ["/v-secret/canary", "/v*/canary", "/v/../v-secret", "/v/-secret/canary", "/inside-secret/canary", "/v/../inside-secret/canary"]
    assert cage(f"report({json.dumps(paths)}.flatMap((p) => reads(p).map(code)).filter((end) => end === 'done'))") == []


def test_10_letters_that_look_alike(cage: Cage, tmp_path: Path) -> None:
    composed, decomposed = unicodedata.normalize("NFC", "é"), unicodedata.normalize("NFD", "é")
    (tmp_path / "inside" / composed).write_text("composed")
    looks = [
        "/V/" + composed,
        "/v/" + decomposed,
        "/\uff56/x",
        "/v/..\u2215outside",
        "/v/\uff0e\uff0e/outside/canary",
        "/v/ﬁ",
        "/v/․․/outside",
    ]
    code = f"report([{json.dumps(looks)}.map((p) => code(() => fs.readFileSync(p))), fs.readFileSync('/v/{composed}', 'utf8')])"
    assert cage(code) == [["ENOENT"] * len(looks), "composed"]


def test_11_bytes_that_are_no_text(cage: Cage) -> None:
    code = """
        const odd = [[0xc0, 0xae, 0xc0, 0xae], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xff]].map((bytes) => Buffer.from([...Buffer.from('/v/'), ...bytes]));
        for (const name of odd) fs.writeFileSync(name, 'x');
        report([code(() => fs.readFileSync(outside + '/canary\\0.txt')), code(() => fs.readFileSync(Buffer.from('/v/\\0' + outside))), code(() => fs.writeFileSync('/v/ok\\0', 'x')),
          fs.readdirSync('/v', 'buffer').length, code(() => fs.readFileSync('/v/\\ud800/../../' + outside)), code(() => fs.statSync('/v/' + 'x'.repeat(5000)))])"""
    invalid = "ERR_INVALID_ARG_VALUE"
    assert cage(code) == [invalid, invalid, invalid, 4, "ENOENT", "ENAMETOOLONG"]


def test_12_fifos_sockets_and_devices(cage: Cage, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "inside" / "fifo")
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(tmp_path / "inside")
        try:
            listener.bind("socket")
        finally:
            os.chdir(here)
        code = """
            report(['/v/fifo', '/v/socket'].flatMap((p) => [() => fs.readFileSync(p), () => fs.openSync(p, 'w'), () => fs.openSync(p, 'r+'), () => fs.truncateSync(p), () => fs.copyFileSync(p, '/v/c')].map(code)).concat(
              fs.statSync('/v/fifo').isFIFO(), code(() => process.binding('fs').mknod?.('/v/n', 0o20666, 259))))"""
        for mode in ("rw", "cow"):
            answer = cage(code, mode)
            assert "done" not in answer[:10]
            assert answer[10] is True


def test_13_packages_that_point_outside(cage: Cage, tmp_path: Path) -> None:
    (tmp_path / "inside" / "node_modules").mkdir()
    up = "../" * 20
    outside = str(tmp_path / "outside")
    for name, main in [("a", f"{up}{outside}/canary"), ("b", f"{outside}/canary"), ("c", "../../../outside/canary")]:
        folder = tmp_path / "inside" / "node_modules" / name
        folder.mkdir()
        (folder / "package.json").write_text(json.dumps({"main": main, "exports": None, "imports": {"#x": f"./{up}{outside}/canary"}}))
    code = """
        const from = require('module').createRequire('/v/app.js');
        report([...['a', 'b', 'c'].map((name) => code(() => from(name))), code(() => process.dlopen({ exports: {} }, outside + '/canary')), code(() => from(outside + '/canary')), code(() => from('/v/../..' + outside + '/canary'))])"""
    answer = cage(code, "ro")
    assert "done" not in answer
    assert answer[:3] == ["MODULE_NOT_FOUND"] * 3


# Each call that changes something, on files that exist, and what it answers in a read-only volume.
_CHANGES = """
const now = () => { try { fs.rmSync('/v/x', { recursive: true, force: true }) } catch {} };
const F = '/v/f', D = '/v/d', X = '/v/x';
const calls = {
  writeFile: [F, 'x'], appendFile: [F, 'x'], truncate: [F, 1], chmod: [F, 0o600], utimes: [F, 1, 1], lutimes: [F, 1, 1], chown: [F, process.getuid?.() ?? 0, process.getgid?.() ?? 0], lchown: [F, process.getuid?.() ?? 0, process.getgid?.() ?? 0],
  mkdir: [X], mkdtemp: ['/v/t'], symlink: ['f', X], link: [F, X], copyFile: [F, X], cp: [F, X], rename: [F, '/v/g'], unlink: [F], rmdir: [D], open: [F, 'r+'],
};
const outcome = async (name, args) => {
  const prepare = () => { now(); try { fs.writeFileSync(F, 'f'); fs.mkdirSync(D, { recursive: true }); fs.rmSync('/v/g', { force: true }) } catch {} };
  prepare(); const sync = code(() => fs[name + 'Sync'](...args));
  prepare(); const callback = await new Promise((resolve) => fs[name](...args, (error) => resolve(error ? error.code : 'done')));
  prepare(); const promise = await settle(fs.promises[name](...args));
  return [sync, callback, promise];
};
const table = async () => { const all = {}; for (const [name, args] of Object.entries(calls)) all[name] = await outcome(name, args); report(all) };
"""


@pytest.mark.parametrize("mode", ["ro", "rw", "cow"])
def test_14_every_call_in_every_mode(cage: Cage, tmp_path: Path, mode: str) -> None:
    (tmp_path / "inside" / "f").write_text("f")
    (tmp_path / "inside" / "d").mkdir()
    before = _hash(tmp_path / "inside")
    answers = cage(f"{_CHANGES} table()", mode)
    expected = "EROFS" if mode == "ro" else "done"
    wrong = {name: ends for name, ends in answers.items() if ends != [expected] * 3}
    assert wrong == {}
    if mode != "rw":
        assert _hash(tmp_path / "inside") == before


def test_15_copy_on_write_leaves_the_lower_layer(cage: Cage, tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    (inside / "a" / "deep").mkdir(parents=True)
    for name in ("f", "g", "a/f", "a/deep/f"):
        (inside / name).write_text(name)
    (inside / "twin").hardlink_to(inside / "g")
    (inside / "l").symlink_to("a")
    before = _hash(inside)
    code = """
        fs.writeFileSync('/v/f', 'new'); fs.renameSync('/v/a', '/v/b'); fs.mkdirSync('/v/a'); fs.appendFileSync('/v/b/deep/f', '!'); fs.unlinkSync('/v/g'); fs.appendFileSync('/v/twin', '!');
        fs.unlinkSync('/v/l'); fs.cpSync('/v/b', '/v/c', { recursive: true }); fs.chmodSync('/v/b', 0o700); const fd = fs.openSync('/v/b/f'); fs.futimesSync(fd, 1, 1); fs.fchmodSync(fd, 0o600);
        report([fs.readdirSync('/v', { recursive: true }).sort(), fs.readFileSync('/v/b/deep/f', 'utf8'), fs.readFileSync('/v/twin', 'utf8'), fs.statSync('/v/twin').nlink])"""
    names = ["a", "b", "b/deep", "b/deep/f", "b/f", "c", "c/deep", "c/deep/f", "c/f", "f", "twin"]
    assert cage(code, "cow") == [names, "a/deep/f!", "g!", 1]
    assert _hash(inside) == before
