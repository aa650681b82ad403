"""`edge-node` is a drop-in for `node`: the same options, the same output, the same exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.comparison import Comparison, run_node

FILES = {
    "a.js": "console.log('a', process.argv.slice(2), process.execArgv, require.main === module, __filename.endsWith('a.js'));",
    "pre.js": "globalThis.pre = (globalThis.pre ?? 0) + 1; console.log('pre');",
    "pre.mjs": "globalThis.premod = 1; console.log('premod');",
    "m.mjs": "console.log(import.meta.filename.endsWith('m.mjs'), import.meta.main, process.argv.length, globalThis.premod);",
    "t.ts": "enum_: { const x: number = 1; interface A { a?: string } console.log(x satisfies number as number); }",
    "c.cts": "const fs: typeof import('fs') = require('fs'); console.log(typeof fs.readFileSync);",
    "enum.ts": "enum Colour { Red = 'r' }\nnamespace N { export const a: number = 1 }\nconsole.log(Colour, N.a);",
    "config.json": '{"nodeOptions": {"max-http-header-size": 4242}, "testRunner": {"test-timeout": 5}}',
    "bad.json": '{"nodeOptions": {"eval": "1"}}',
    "options.env": "NODE_OPTIONS=--title=from-file",
    ".env": "A=1\nB='two words'\n# comment\nexport C=\"line\\nline\"\nD=x # y\n",
    "bad.js": "let a = ;",
    "index.js": "console.log('index');",
    "sub/package.json": '{"main": "lib/start.js"}',
    "sub/lib/start.js": "console.log('started', require.main.path.endsWith('lib'));",
    "some.test.js": "const { test } = require('node:test'); test('passes', () => {}); test('fails', () => { throw new Error('x'); });",
}

STRIP = """
const { stripTypeScriptTypes: strip } = module;
const wrong = (...args) => { try { return strip(...args); } catch (e) { return [e.name, e.code, e.message, e.stack.split('\\n', 4)]; } };
[strip('let x: number = 1 as any'), wrong('enum A { B }'), wrong('let a: = 1', { sourceUrl: 'a.ts' }), wrong('x', { mode: 'y' }),
 strip('namespace N { export const a = 1 } enum E { A }', { mode: 'transform', sourceMap: true, sourceUrl: 'u.ts' })]
"""

LINES = {
    "version": ["--version"],
    "v": ["-v"],
    "script": ["a.js", "x", "--flag", "-p"],
    "script-without-extension": ["a"],
    "folder-with-index": ["."],
    "folder-with-main": ["sub"],
    "eval": ["-e", "console.log(process.argv.length, typeof require, __filename)", "x"],
    "eval-esm": ["--input-type=module", "-e", "import fs from 'fs'; console.log(typeof fs.statSync, import.meta.dirname)"],
    "eval-detects-esm": ["-e", "import fs from 'node:fs'; console.log(await 5)"],
    "eval-typescript": ["--input-type=commonjs-typescript", "-e", "const a: number = 1; console.log(a)"],
    "print": ["-p", "({ a: [1, { b: { c: {} } }], d: new Map([[1, 2]]) })"],
    "print-string": ["-p", "'text'"],
    "child-in-a-removed-folder": [
        "-e",
        "fs.mkdirSync('gone'); process.chdir('gone'); fs.rmdirSync('../gone'); console.log(child_process.spawnSync('echo', ['x']).stdout + '')",
    ],
    "execve": ["-e", "process.execve(process.execPath, ['node', '-p', 'process.env.A + process.execArgv'], { A: 'b' })"],
    "root-certificates": [
        "--input-type=module",
        "-e",
        "import tls, * as all from 'tls'; console.log(tls.rootCertificates.join(), all.rootCertificates.length)",
    ],
    "print-modules": ["-p", "fs.constants.O_RDONLY + os.EOL.length + path.join('a', 'b')"],
    "pe": ["-pe", "1 + 1"],
    "check": ["-c", "a.js"],
    "check-bad": ["-c", "bad.js"],
    "check-esm": ["--check", "m.mjs"],
    "require": ["-r", "./pre.js", "-p", "pre"],
    "require-twice": ["--require", "./pre.js", "-r", "./pre.js", "a.js"],
    "import": ["--import", "./pre.mjs", "m.mjs"],
    "env-file": ["--env-file=.env", "-p", "[process.env.A, process.env.B, process.env.C, process.env.D]"],
    "env-file-missing": ["--env-file=nothing", "-p", "1"],
    "env-file-if-exists": ["--env-file-if-exists=nothing", "-p", "1"],
    "double-dash": ["--", "a.js", "-x"],
    "flag-after-script": ["a.js", "--no-warnings"],
    "flag-underscore": ["--no_warnings", "a.js"],
    "trace-warnings": ["--no-deprecation", "-p", "process.noDeprecation"],
    "throw-deprecation": ["--throw-deprecation", "-e", "process.emitWarning('old', 'DeprecationWarning')"],
    "stack-trace-limit": ["--stack-trace-limit=1", "-e", "function f() { throw new Error('x'); } f()"],
    "unhandled-warn": ["--unhandled-rejections=warn", "-e", "Promise.reject(1); setTimeout(() => console.log('on'), 5)"],
    "unhandled-none": ["--unhandled-rejections=none", "-e", "Promise.reject(1)"],
    "unhandled-strict": ["--unhandled-rejections=strict", "-e", "Promise.reject(new Error('s'))"],
    "conditions": ["-C", "custom", "-p", "process.execArgv"],
    "typescript": ["t.ts"],
    "typescript-cts": ["c.cts"],
    "frozen": ["--frozen-intrinsics", "--no-warnings", "-p", "Object.isFrozen(Array.prototype)"],
    "expose-gc": ["--expose-gc", "-p", "typeof gc"],
    "expose-internals": ["--expose-internals", "-p", "typeof require('internal/util').normalizeEncoding"],
    "bad-options": ["--foo", "--bar=1", "-p", "1"],
    "bad-v8-flag": ["--max-old-space", "-p", "1"],
    "bad-v8-value": ["--foo", "--max-old-space-size=abc", "-p", "1"],
    "bad-v8-boolean": ["--harmony=3", "-p", "1"],
    "v8-flags": ["--max_lazy", "--no-opt", "--noharmony", "--stack-size=900", "-p", "1"],
    "no-value": ["--conditions=", "-p", "1"],
    "no-argument": ["-r", "-p", "1"],
    "negated": ["--no-title"],
    "two-wrong-values": ["--unhandled-rejections=x", "--input-type=y", "-p", "1"],
    "not-both": ["--check", "-e", "1"],
    "port": ["--inspect-port=1", "-p", "1"],
    "transform-types": ["--experimental-transform-types", "enum.ts"],
    "strip-types": ["--disable-warning=ExperimentalWarning", "-p", STRIP],
    "stack-of-a-script": ["-p", "try { new vm.Script('var a b', 'f.vm') } catch (e) { e.stack.split('\\n', 5) }"],
    "stack-of-a-throw": ["-p", "try { vm.runInThisContext('throw new Error(1)', 'f.vm') } catch (e) { e.stack.split('\\n', 6) }"],
    "config-file": ["--experimental-config-file=config.json", "--no-warnings", "-p", "http.maxHeaderSize"],
    "config-file-missing": ["--experimental-config-file=none.json", "-p", "1"],
    "config-file-bad": ["--experimental-config-file=bad.json", "-p", "1"],
    "config-file-default": ["--experimental-default-config-file", "-p", "1"],
    "node-options-of-env-file": ["--env-file=options.env", "-p", "[process.title, process.env.NODE_OPTIONS, process.execArgv]"],
    "title": ["--title=abc", "-p", "process.title"],
    "completion-exit-code": ["-e", "process.exit(300)"],
    "experimental-default-type": ["--disable-warning=ExperimentalWarning", "-p", "process.execArgv.length"],
}


@pytest.mark.parametrize("name", LINES)
def test_line(name: str, compare: Comparison) -> None:
    compare(LINES[name], FILES)


def test_a_script_from_standard_input(compare: Comparison) -> None:
    assert compare([], stdin="console.log('from stdin', __filename)").stdout == "from stdin [stdin]\n"
    compare(["-", "x"], stdin="console.log(process.argv.slice(2))")
    compare(["--input-type=module"], stdin="console.log(await 1, import.meta.url.slice(0, 5))")


def test_the_line_editor_of_the_repl(compare: Comparison) -> None:
    compare(["-i"], stdin="1 + 1\nconst a = { b: 1 }\na\na.missing.x\nawait 3\n.exit\n")


def test_ctrl_c_breaks_a_script(compare: Comparison) -> None:
    script = """
    require('child_process').spawn('sh', ['-c', `sleep 0.3; kill -INT ${process.pid}`]);
    try { vm.runInThisContext('for(;;);', { breakOnSigint: true }); } catch (e) { console.log(e.code, e.message); }
    """
    assert "ERR_SCRIPT_EXECUTION_INTERRUPTED" in compare(["-e", script]).stdout


def test_what_is_not_there_is_told(edge_node: Path, tmp_path: Path) -> None:
    """Where a program's safety hangs on an option it is refused; others are taken with a word."""
    ended = run_node(edge_node, ["--enable-fips", "-p", "1"], tmp_path)
    assert (ended.status, ended.stdout) == (9, "")
    assert "--enable-fips is not supported by Edge.js" in ended.stderr
    ended = run_node(edge_node, ["--cpu-prof", "-p", "1"], tmp_path)
    assert (ended.status, ended.stdout) == (0, "1\n")
    assert "--cpu-prof has no effect" in ended.stderr


def test_node_options(compare: Comparison) -> None:
    compare(["-p", "process.execArgv"], env={"NODE_OPTIONS": "--no-warnings --stack-trace-limit=3"})
    compare(["-p", "1"], env={"NODE_OPTIONS": "-e 1"})
    compare(["-p", "1"], env={"NODE_OPTIONS": '--require "./pre.js'}, files=FILES)


def test_tests(compare: Comparison) -> None:
    """Durations differ, so only what is told of each test is compared."""
    ended = compare(["--test-reporter=tap", "-e", "0"], FILES)
    assert ended.status == 0
    script = (
        "const { test } = require('node:test'); test('a', () => {}); test('b', { skip: true }); test('c', { todo: 'later' }, () => {});"
    )
    done = compare(["--test-reporter=./names.mjs", "t.js"], {"t.js": script, "names.mjs": NAMES_REPORTER})
    assert "a" in done.stdout


NAMES_REPORTER = """
export default async function* names(source) {
  for await (const { type, data } of source) {
    if (type === 'test:pass' || type === 'test:fail') yield `${type} ${data.name} ${data.skip} ${data.todo}\\n`;
  }
}
"""
