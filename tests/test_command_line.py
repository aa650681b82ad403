"""`edge-node` is a drop-in for `node`: the same options, the same output, the same exit codes."""

from __future__ import annotations

import pytest

from tests.comparison import Comparison

FILES = {
    "a.js": "console.log('a', process.argv.slice(2), process.execArgv, require.main === module, __filename.endsWith('a.js'));",
    "pre.js": "globalThis.pre = (globalThis.pre ?? 0) + 1; console.log('pre');",
    "pre.mjs": "globalThis.premod = 1; console.log('premod');",
    "m.mjs": "console.log(import.meta.filename.endsWith('m.mjs'), import.meta.main, process.argv.length, globalThis.premod);",
    "t.ts": "enum_: { const x: number = 1; interface A { a?: string } console.log(x satisfies number as number); }",
    "c.cts": "const fs: typeof import('fs') = require('fs'); console.log(typeof fs.readFileSync);",
    ".env": "A=1\nB='two words'\n# comment\nexport C=\"line\\nline\"\nD=x # y\n",
    "bad.js": "let a = ;",
    "index.js": "console.log('index');",
    "sub/package.json": '{"main": "lib/start.js"}',
    "sub/lib/start.js": "console.log('started', require.main.path.endsWith('lib'));",
    "some.test.js": "const { test } = require('node:test'); test('passes', () => {}); test('fails', () => { throw new Error('x'); });",
}

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
