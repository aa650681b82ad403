"""The runner of Node's own tests, on a suite of six files, under the real Node."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from tests.node_suite.case import category_of
from tests.node_suite.needs import needs_of
from tests.programs.install import real_node

ROOT = Path(__file__).parent.parent
TESTS = {
    "test-path-pass.js": "require('fs').writeFileSync(process.env.NODE_TEST_DIR + '/x', '');",
    "test-path-fail.js": "throw new TypeError('on purpose');",
    "test-fs-skip.js": "console.log('1..0 # Skipped: no reason');",
    "test-fs-hang.js": "require('child_process').spawn('sleep', ['60']); setInterval(() => {}, 1000);",
    "test-util-crash.js": "process.kill(process.pid, 'SIGSEGV'); setInterval(() => {}, 1000);",
    "test-util-flags.mjs": "// Flags: --expose-gc --no-warnings\n// Env: A=b\nif (!gc || process.env.A !== 'b') throw 1;",
    "helper.js": "throw new Error('not a test');",
}


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    folder = tmp_path / "test" / "parallel"
    folder.mkdir(parents=True)
    for name, source in TESTS.items():
        (folder / name).write_text(source, encoding="utf-8")
    return tmp_path / "test"


def _runner(suite: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.node_suite", "--suite", str(suite), "--node", str(real_node()), *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)


def test_every_state_is_told_apart(suite: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    done = _runner(suite, "--timeout", "3", "--json", str(out))
    assert done.returncode == 1, done.stderr
    result = json.loads(out.read_text())
    jsonschema.validate(result, json.loads((ROOT / "tests/node_suite/result.schema.json").read_text()))
    assert {test["id"]: test["state"] for test in result["tests"]} == {
        "parallel/test-path-pass.js": "pass",
        "parallel/test-path-fail.js": "fail",
        "parallel/test-fs-skip.js": "skip",
        "parallel/test-fs-hang.js": "timeout",
        "parallel/test-util-crash.js": "crash",
        "parallel/test-util-flags.mjs": "pass",
    }
    reasons = {test["id"]: test["reason"] for test in result["tests"]}
    assert reasons["parallel/test-path-fail.js"] == "TypeError: on purpose"
    assert result["totals"] == {"total": 6, "pass": 2, "fail": 1, "skip": 1, "timeout": 1, "crash": 1}
    assert result["node"]["version"] == "v24.12.0"
    assert "fs" in done.stdout and "util" in done.stdout


def test_filters(suite: Path) -> None:
    listed = _runner(suite, "--list", "--categories", "path,fs", "--without", "child_process").stdout.split("\n")
    assert [line.split(" ")[0] for line in listed if line] == [
        "parallel/test-fs-skip.js",
        "parallel/test-path-fail.js",
        "parallel/test-path-pass.js",
    ]
    assert _runner(suite, "--match", "path-pass").returncode == 0


def test_wrong_options_are_told(suite: Path) -> None:
    for options in (["--without", "nonsense"], ["--match", "no-such-test"], ["--folders", "absent"]):
        assert _runner(suite, *options).returncode == 2


def test_categories_join_the_suites_spellings() -> None:
    names = ["test-string-decoder-end.js", "test-stream2-basic.js", "test-event-emitter-a.js", "test-whatwg-url-custom-x.mjs", "test-fs.js"]
    assert [category_of(name) for name in names] == ["string-decoder", "stream", "events", "url", "fs"]


def test_needs_are_read_off_the_source() -> None:
    assert needs_of("const { x } = require('node:net'); // Flags: --expose-internals") == ("internals", "network")
    assert needs_of("import fs from 'fs/promises'; if (!common.hasCrypto) skip();") == ("crypto",)
    assert needs_of("const net = 'net'; require('./net');") == ()
