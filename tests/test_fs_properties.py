"""Random sequences of file calls: the same results, errors and tree under `edge-node` as under Node on the real operating system."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.comparison import Comparison

# Runs the calls it reads from calls.json; prints each result, or the error as a program sees it, then the tree that is left.
DRIVER = r"""
const fs = require('fs');
const root = process.cwd();
const clean = (text) => String(text).replaceAll(root, '.');
const show = (value) => {
  if (value instanceof fs.Stats || typeof value?.mode === 'bigint') return [value.mode, value.nlink, value.isDirectory() ? 0 : value.size, value.uid].map(String);
  if (value instanceof fs.Dirent) return [value.name, value.isFile(), value.isDirectory(), value.isSymbolicLink()];
  if (Buffer.isBuffer(value)) return value.toString('hex');
  if (Array.isArray(value)) return value.map(show).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return typeof value === 'string' ? clean(value) : typeof value;
};
const revive = (arg) => (arg && arg.hex !== undefined ? Buffer.from(arg.hex, 'hex') : arg);
// Node's own cpSync aborts (a C++ exception that nobody catches) when the target is a link to nothing.
const aborts = (target) => { try { fs.lstatSync(target); } catch { return false; } return !fs.existsSync(target); };
for (const [name, ...args] of JSON.parse(fs.readFileSync(process.argv[2], 'utf8'))) {
  let line;
  if (name === 'cpSync' && aborts(args[1])) continue;
  try {
    line = ['ok', show(fs[name](...args.map(revive)))];
  } catch (error) {
    line = ['error', error.name, error.code, error.errno, error.syscall, error.path && clean(error.path), error.dest && clean(error.dest), clean(error.message)];
  }
  console.log(JSON.stringify([name, ...line]));
}
const walk = (folder) => {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = `${folder}/${entry.name}`;
    const stat = fs.lstatSync(path);
    console.log(path, stat.mode.toString(8), stat.isFile() ? `${stat.size} ${fs.readFileSync(path, 'hex')}` : stat.isSymbolicLink() ? fs.readlinkSync(path) : '');
    if (entry.isDirectory()) walk(path);
  }
};
process.umask(0o22);
if (fs.existsSync('tree')) walk('tree');
"""

NAMES = st.sampled_from(
    [
        "tree/a",
        "tree/b",
        "tree/d",
        "tree/d/x",
        "tree/d/e",
        "tree/d/e/f",
        "tree/ü 🙂",
        "tree/link",
        "tree/d/../a",
        "tree//b/",
        "tree",
        "none/x",
        "",
        "tree/a\0b",
        "tree/" + "n" * 300,
    ]
)
DATA = st.one_of(st.text(max_size=30), st.binary(max_size=30).map(lambda raw: {"hex": raw.hex()}))
MODE = st.sampled_from([0o644, 0o600, 0o755, 0o777, 0o700])
LENGTH = st.sampled_from([0, 1, 7, 5000, -1])
# No small whole number: that is a descriptor, and what Node keeps open under it is its own affair (a pipe that never ends).
BAD: st.SearchStrategy[Any] = st.sampled_from([None, 5.5, {}, [], True, -1])


def _call(name: str, *args: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.tuples(st.just(name), *args).map(list)


CALLS = st.one_of(
    _call("writeFileSync", NAMES, DATA),
    _call("writeFileSync", NAMES, DATA, st.sampled_from([{"flag": flag} for flag in ("w", "a", "wx", "r+", "a+", "bad")])),
    _call("appendFileSync", NAMES, DATA),
    _call("readFileSync", NAMES, st.sampled_from(["utf8", "latin1", "hex", "base64", "ucs2", "nope"])),
    _call("readFileSync", st.one_of(NAMES, BAD)),
    _call("mkdirSync", NAMES, st.sampled_from([{}, {"recursive": True}, {"mode": 0o700}, {"recursive": "x"}])),
    _call("rmdirSync", NAMES),
    _call("rmSync", NAMES, st.sampled_from([{}, {"recursive": True}, {"force": True}, {"recursive": True, "force": True}])),
    _call("unlinkSync", st.one_of(NAMES, BAD)),
    _call("renameSync", NAMES, NAMES),
    _call("copyFileSync", NAMES, NAMES, st.sampled_from([0, 1, 2, 9])),
    _call("cpSync", NAMES, NAMES, st.sampled_from([{}, {"recursive": True}, {"recursive": True, "errorOnExist": True, "force": False}])),
    _call("linkSync", NAMES, NAMES),
    _call("symlinkSync", st.sampled_from(["a", "d", "../tree/b", "nowhere", "link"]), NAMES),
    _call("readlinkSync", NAMES),
    _call("realpathSync", NAMES),
    _call("statSync", NAMES, st.sampled_from([{}, {"bigint": True}, {"throwIfNoEntry": False}])),
    _call("lstatSync", st.one_of(NAMES, BAD)),
    _call("existsSync", st.one_of(NAMES, BAD)),
    _call("accessSync", NAMES, st.sampled_from([0, 1, 2, 4, 6, 99])),
    _call("chmodSync", NAMES, MODE),
    _call("truncateSync", NAMES, LENGTH),
    _call("utimesSync", NAMES, st.sampled_from([0, 1.5, 1e9]), st.sampled_from([0, 2.25, "x"])),
    _call("readdirSync", NAMES, st.sampled_from([{}, {"recursive": True}, {"withFileTypes": True}, {"encoding": "buffer"}])),
    _call("openSync", NAMES, st.sampled_from(["ax+", "bad", "rs+x"])),
    _call("closeSync", st.sampled_from([-1, 9999, 1.5, None])),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(calls=st.lists(CALLS, min_size=1, max_size=30))
def test_calls(calls: list[list[Any]], edge_node: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="edge-fs-") as scratch:
        compare = Comparison(edge_node, Path(scratch) / "place")
        files = {"driver.js": DRIVER, "calls.json": json.dumps(calls), "tree/a": "content", "tree/d/x": "deeper"}
        assert compare(["driver.js", "calls.json"], files).status == 0
