"""The runner of Node's own tests, on a small suite, under the real Node."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from tests.node_suite import strict_list
from tests.node_suite.case import Case, category_of
from tests.node_suite.needs import needs_of
from tests.node_suite.outcome import Outcome
from tests.node_suite.readme import section
from tests.node_suite.reasons import reason_for
from tests.node_suite.scoreboard import page
from tests.node_suite.standing import counts, from_list, ran, summary
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
        "parallel/test-fs-skip.js": "self-skip",
        "parallel/test-fs-hang.js": "timeout",
        "parallel/test-util-crash.js": "crash",
        "parallel/test-util-flags.mjs": "pass",
    }
    reasons = {test["id"]: test["reason"] for test in result["tests"]}
    assert reasons["parallel/test-path-fail.js"] == "TypeError: on purpose"
    assert result["totals"] == {"total": 6, "pass": 2, "fail": 1, "timeout": 1, "crash": 1, "self-skip": 1, "skip": 0}
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


def _lay(suite: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = suite / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _states(suite: Path, tmp_path: Path, *options: str) -> dict[str, str]:
    out = tmp_path / "states.json"
    _runner(suite, "--json", str(out), *options)
    result = json.loads(out.read_text())
    jsonschema.validate(result, json.loads((ROOT / "tests/node_suite/result.schema.json").read_text()))
    return {test["id"]: test["state"] for test in result["tests"]}


def test_expected_output(suite: Path, tmp_path: Path) -> None:
    program = "console.error('at line 7'); console.log('100%'); process.exitCode = 3;"
    _lay(
        suite,
        {
            "message/good.js": program,
            "message/good.out": "100%%\n\nat line *\n",
            "message/different.js": program,
            "message/different.out": "100%%\nat line 8\n",
            "message/short.mjs": program,
            "message/short.out": "100%%\n",
            "message/no-output-file.js": "",
        },
    )
    assert _states(suite, tmp_path, "--folders", "message") == {
        "message/good.js": "pass",
        "message/different.js": "fail",
        "message/short.mjs": "fail",
    }


def test_pseudo_terminal(suite: Path, tmp_path: Path) -> None:
    _lay(
        suite,
        {
            "pseudo-tty/colours.js": "console.log([1], process.stdin.isTTY, process.stdout.isTTY, require('fs').existsSync('/dev/tty'));",
            "pseudo-tty/colours.out": "[ [33m1[39m ] [33mtrue[39m [33mtrue[39m [33mtrue[39m\n",
            "pseudo-tty/keys.js": "process.stdin.once('data', (d) => { console.log(`got ${d}`); process.exit(); });",
            "pseudo-tty/keys.in": "hello\n",
            "pseudo-tty/keys.out": "hello\ngot hello\n",
            "pseudo-tty/hang.js": "setInterval(() => {}, 1000);",
            "pseudo-tty/hang.out": "",
        },
    )
    assert _states(suite, tmp_path, "--folders", "pseudo-tty", "--timeout", "3") == {
        "pseudo-tty/colours.js": "pass",
        "pseudo-tty/keys.js": "pass",
        "pseudo-tty/hang.js": "timeout",
    }


def test_the_strict_list(suite: Path, tmp_path: Path) -> None:
    status = tmp_path / "status.toml"
    listed = ("--status", str(status), "--timeout", "3")
    status.write_text('[parallel]\n"test-fs-hang.js" = { skip = "never ends" }\n"test-gone.js" = "pass"\n', encoding="utf-8")
    assert _runner(suite, *listed, "--record").returncode == 0
    text = status.read_text(encoding="utf-8")
    assert text.split("\n")[1:] == [
        "",
        "[parallel]",
        '"test-fs-hang.js" = { skip = "never ends" }',
        '"test-fs-skip.js" = { self-skip = "no reason" }',
        '"test-path-fail.js" = { fail = "TypeError: on purpose" }',
        '"test-path-pass.js" = "pass"',
        '"test-util-crash.js" = { fail = "crash: SIGSEGV:" }',
        '"test-util-flags.mjs" = "pass"',
        "",
    ]
    assert _runner(suite, *listed, "--strict").returncode == 0
    # Both ways of doing something else are red.
    changed = text.replace('"test-path-pass.js" = "pass"', '"test-path-pass.js" = { fail = "x" }')
    status.write_text(changed.replace('"test-path-fail.js" = { fail = "TypeError: on purpose" }', '"test-path-fail.js" = "pass"'))
    done = _runner(suite, *listed, "--strict", "--quiet")
    assert done.returncode == 1
    assert "unexpected pass (listed: fail): parallel/test-path-pass.js: x" in done.stdout
    assert "unexpected fail (listed: pass): parallel/test-path-fail.js: TypeError: on purpose" in done.stdout
    assert _runner(suite, *listed, "--strict", "--match", "skip").returncode == 0


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ('"test-new.js" = "pass"', "listed, but not in the suite: parallel/test-new.js"),
        ('"test-path-pass.js" = "pass"', "Cannot overwrite a value"),
        ('"test-x.js" = "fail"', "parallel/test-x.js: neither"),
        ('"test-x.js" = { fail = "" }', "parallel/test-x.js: neither"),
        ('"test-x.js" = { fail = "x", pass = "y" }', "parallel/test-x.js: neither"),
        ("[nonsense]", "no such table: nonsense"),
    ],
)
def test_a_wrong_list_is_refused(suite: Path, tmp_path: Path, change: str, complaint: str) -> None:
    status = tmp_path / "status.toml"
    status.write_text("[parallel]\n" + "".join(f'"{name}" = "pass"\n' for name in TESTS if name != "helper.js") + change + "\n")
    done = _runner(suite, "--status", str(status), "--strict", "--match", "path-pass")
    assert (done.returncode, complaint in done.stderr) == (2, True), done.stderr
    status.write_text('[parallel]\n"test-path-pass.js" = "pass"\n')
    done = _runner(suite, "--status", str(status), "--strict", "--match", "path-pass")
    assert (done.returncode, "in the suite, but not listed: parallel/test-fs-skip.js" in done.stderr) == (2, True)


def test_reasons_name_what_is_missing(suite: Path) -> None:
    def reason(source: str, said: str, state: str = "fail") -> str:
        case = Case("parallel/x.js", suite / "parallel/x.js", "x", needs_of(source), (), ())
        return reason_for(Outcome(case, state, 1, None, 0.1, said, ""), suite)

    assert reason("require('worker_threads')", "TypeError: x") == "worker_threads"
    assert reason("", "edge-node: bad option: --cpu-prof") == "option --cpu-prof"
    assert reason("", f"Error: cannot find {suite}/a.js in /tmp/node-suite-0-abc_1/x") == "Error: cannot find test/a.js in <tmpdir>/x"
    assert reason("", "no end after 60 s", "timeout") == "no end"


def test_categories_join_the_suites_spellings() -> None:
    names = ["test-string-decoder-end.js", "test-stream2-basic.js", "test-event-emitter-a.js", "test-whatwg-url-custom-x.mjs", "test-fs.js"]
    assert [category_of("parallel", name) for name in names] == ["string-decoder", "stream", "events", "url", "fs"]
    assert category_of("es-module", "test-esm-x.mjs") == "es-module"


def test_needs_are_read_off_the_source() -> None:
    assert needs_of("const { x } = require('node:net'); // Flags: --expose-internals") == ("internals", "network")
    assert needs_of("import fs from 'fs/promises'; if (!common.hasCrypto) skip();") == ("crypto",)
    assert needs_of("const net = 'net'; require('./net');") == ()
    assert needs_of("// Flags: --experimental-loader ./x.mjs") == ("worker",)
    assert needs_of("import { register } from 'node:module';") == ("worker",)
    assert needs_of("import { registerHooks } from 'node:module'; // as module.register() does") == ()


def test_figures(suite: Path, tmp_path: Path) -> None:
    """What needs a process or skipped itself is not counted; a category without a test is short."""
    status = tmp_path / "status.toml"
    status.write_text(
        '[parallel]\n"test-path-pass.js" = "pass"\n"test-path-fail.js" = { fail = "why" }\n"test-fs-skip.js" = { self-skip = "no" }\n'
        '"test-fs-hang.js" = { fail = "no end" }\n"test-util-crash.js" = "pass"\n"test-util-flags.mjs" = "pass"\n',
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "tests.node_suite.figures", "--suite", str(suite), "--status", str(status), "--failures"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1, done.stderr
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert {"path 1 2 50.0 % 95 % short", "parallel/test-path-fail.js: why", "fs 0 0 - 95 % short"} <= set(lines)
    assert {"util 2 2 100.0 % 95 %", "all 3 4 75.0 % 92 % short"} <= set(lines)


def test_the_scoreboard(tmp_path: Path) -> None:
    """Counts, anchors that all lead somewhere, nothing that a reason's text could break; from the list alone and from a run."""
    status, out = tmp_path / "status.toml", tmp_path / "board.html"
    passes = "".join(f'"test-fs-{number}.js" = "pass"\n' for number in range(10))
    status.write_text(
        f'[parallel]\n{passes}"test-fs-x.js" = {{ fail = "<script> & co" }}\n"test-url-y.js" = {{ fail = "<script> & co" }}\n'
        '"test-url-z.js" = { self-skip = "no" }\n',
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "tests.node_suite.scoreboard", "--status", str(status), "--out", str(out)]
    subprocess.run(command, cwd=ROOT, check=True, timeout=60)
    html = out.read_text(encoding="utf-8")
    assert "83.3 %" in html
    assert "10 of the 12 tests that ran pass. 1 said" in html
    assert '<a href="#r0">&lt;script&gt; &amp; co</a>' in html
    assert "<script> & co" not in html
    anchors = re.findall(r'id="([^"]*)"', html)
    assert len(anchors) == len(set(anchors))
    assert set(re.findall(r'href="#([^"]*)"', html)) <= set(anchors)
    assert not re.search(r'(?:src|href)="(?!#)', html)

    run = tmp_path / "run.json"
    tests = [{"id": "parallel/test-fs-x.js", "category": "fs", "state": "crash", "reason": "crash: SIGSEGV"}]
    tests += [{"id": "parallel/test-new.js", "category": "new", "state": "fail", "reason": ""}]
    run.write_text(json.dumps({"tests": tests}), encoding="utf-8")
    subprocess.run([*command, "--result", str(run)], cwd=ROOT, check=True, timeout=60)
    html = out.read_text(encoding="utf-8")
    assert "0 of the 2 tests that ran pass" in html
    assert "&lt;script&gt; &amp; co" in html
    assert "no reason told" in html


def test_the_real_list_makes_a_page_and_a_table() -> None:
    tests = from_list(strict_list.read(strict_list.PATH))
    html = page(tests)
    numbers = counts(tests)
    assert f"{numbers['pass']:,} of the {ran(numbers):,} tests" in html
    assert f"{numbers['pass']:,} of {ran(numbers):,}" in section(summary(tests))
