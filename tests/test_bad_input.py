"""Programs that cannot run or end badly: Node's text and Node's exit status."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.comparison import Comparison, run_node

PROGRAMS = {
    "syntax-error": "let a = ;\n",
    "syntax-error-unterminated": "function f() {\n  return `abc\n",
    "reserved-word": "const enum = 1;",
    "throw-error": "function inner() { throw new TypeError('bad'); }\nfunction outer() { inner(); }\nouter();\n",
    "throw-with-cause": "throw new Error('outer', { cause: new RangeError('inner') });",
    "throw-with-properties": "throw Object.assign(new Error('x'), { code: 'E_X', detail: { a: [1] } });",
    "throw-string": "throw 'just text';",
    "throw-null": "throw null;",
    "throw-object": "throw { a: 1 };",
    "throw-aggregate": "throw new AggregateError([new Error('one'), 2], 'many');",
    "throw-later": "setTimeout(() => { throw new Error('later'); }, 1);",
    "throw-in-tick": "process.nextTick(() => { undefinedThing(); });",
    "read-of-undefined": "const a = { b: undefined };\na.b.c;\n",
    "read-of-null": "null.x;",
    "call-of-undefined": "const o = { f: 1 };\no.f();\n",
    "call-of-missing": "const o = {};\no.method();\n",
    "not-iterable": "const [a] = {};",
    "not-a-constructor": "new (() => {})();",
    "assign-to-const": "const a = 1;\na = 2;\n",
    "before-initialisation": "console.log(x);\nlet x = 1;\n",
    "bad-json": "JSON.parse('{\"a\": 1,}');",
    "bad-json-end": "JSON.parse('[1, 2');",
    "unhandled-rejection": "Promise.reject(new Error('nobody cares'));",
    "unhandled-rejection-of-text": "Promise.reject('text');",
    "unhandled-rejection-of-object": "Promise.reject({ a: 1 });",
    "async-throw": "(async () => { await null; throw new SyntaxError('async'); })();",
    "missing-module": "require('./nothing-here');",
    "missing-package": "require('no-such-package');",
    "assertion": "require('assert').deepStrictEqual({ a: 1, b: [1, 2] }, { a: 1, b: [1, 3] });",
    "assert-ok": "const assert = require('assert');\nassert.ok(1 === 2);\n",
    "missing-file": "require('fs').readFileSync('/no/such/file');",
    "wrong-type": "require('fs').readFileSync({});",
    "wrong-range": "Buffer.alloc(-1);",
    "too-long": "'x'.repeat(2 ** 31);",
    "unhandled-error-event": "new (require('events'))().emit('error', new Error('emitted'));",
    "exit-code": "process.exitCode = 42;",
    "exit-in-handler": "process.on('exit', (code) => { console.log('exit', code); process.exitCode = 9; });",
    "exit-in-uncaught": "process.on('uncaughtException', (e, origin) => { console.log(e.message, origin); process.exit(5); });\nthrow new Error('x');",
    "throw-in-uncaught": "process.on('uncaughtException', () => { throw new Error('second'); });\nthrow new Error('first');",
    "process-abort-code": "process.exit('not a number');",
    "endless-recursion": "function f() { f(); }\ntry { f(); } catch (e) { console.log(e instanceof RangeError, e.message); }",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_program(name: str, compare: Comparison) -> None:
    compare(["program.js"], {"program.js": PROGRAMS[name]})


ES_MODULES = {
    "syntax-error": "import { a } from 'fs;\n",
    "missing-export": "import { nothingLikeThis } from 'node:fs';\n",
    "missing-export-own": "import { x } from './other.mjs';\n",
    "missing-module": "import './nothing.mjs';\n",
    "missing-package": "import 'no-such-package';\n",
    "throw": "export const a = 1;\nthrow new Error('from a module');\n",
    "top-level-await-never": "await new Promise(() => {});\n",
    "top-level-await-never-in-an-import": "import './waits.mjs';\nconsole.log('not reached');\n",
    "top-level-await-never-exit-code": "process.on('exit', (code) => { console.log(code, process.exitCode); process.exitCode = 4; });\n"
    "await new Promise(() => {});\n",
    "top-level-await-never-explicit-code": "process.exitCode = 3;\nawait new Promise(() => {});\n",
    "top-level-await-rejected": "await Promise.reject(new Error('awaited'));\n",
    "require": "require('fs');\n",
}


@pytest.mark.parametrize("name", ES_MODULES)
def test_es_module(name: str, compare: Comparison) -> None:
    compare(
        ["program.mjs"],
        {"program.mjs": ES_MODULES[name], "other.mjs": "export const y = 1;\n", "waits.mjs": "const x = 1; await new Promise(() => x);\n"},
    )


@pytest.mark.parametrize(
    "args", [["missing.js"], ["folder"], ["--no-such-option"], ["-e"], ["--stack-trace-limit=x", "-p", "1"], ["-c", "missing.js"]]
)
def test_command_line(args: list[str], compare: Comparison) -> None:
    compare(args, {"folder/x.txt": ""})


# What fills the heap: large arrays, small objects, a chain, strings, promises, from the loop; and a program that catches all it can.
HEAP_FILLERS = {
    "arrays": "const keep = []; for (;;) keep.push(new Array(1e6).fill(keep.length));",
    "objects": "const keep = []; for (;;) keep.push({ a: [keep.length] });",
    "chain": "let last = null; for (;;) last = { last };",
    "strings": "const keep = []; for (;;) keep.push('abc'.repeat(100) + keep.length);",
    "promises": "const f = async () => { await new Promise(() => {}); }; const keep = []; for (;;) keep.push(f());",
    "later": "const keep = []; setInterval(() => { for (let i = 0; i < 1e6; i++) keep.push({ i }); }, 1);",
    "caught": "const keep = []; for (;;) { try { for (;;) keep.push({ a: [keep.length] }); } catch {} }",
    "uncaught-handler": "process.on('uncaughtException', () => {}); process.on('exit', () => console.log('exit'));"
    " const keep = []; for (;;) keep.push({ a: [keep.length] });",
}


@pytest.mark.parametrize("flag", ["--max-old-space-size=64", "--max-heap-size=100"])
@pytest.mark.parametrize("name", HEAP_FILLERS)
def test_a_heap_that_is_full_ends_the_program(name: str, flag: str, edge_node: Path, tmp_path: Path) -> None:
    """Node's line (without V8's heap dump around it), and the status that a shell gives to Node's SIGABRT."""
    ended = run_node(edge_node, [flag, "-e", HEAP_FILLERS[name]], tmp_path, timeout=60)
    assert (ended.status, ended.stdout) == (134, "")
    assert ended.stderr == "\nFATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n"


def test_garbage_does_not_fill_the_heap(edge_node: Path, tmp_path: Path) -> None:
    """Cycles are looked for in time, also with a limit just above what is alive."""
    script = (
        "const keep = []; for (let i = 0; i < 3e5; i++) keep.push({ i });"
        "for (let i = 0; i < 2e6; i++) { const a = { x: [] }; a.x.push(a); } console.log('done')"
    )
    ended = run_node(edge_node, ["--max-heap-size=100", "-e", script], tmp_path, timeout=60)
    assert (ended.status, ended.stdout, ended.stderr) == (0, "done\n", "")


@pytest.mark.parametrize(
    "code",
    [
        "new ArrayBuffer(2 ** 33)",
        "Buffer.alloc(2 ** 31)",
        "const keep = []; for (;;) keep.push(new ArrayBuffer(1 << 24))",
    ],
)
def test_a_buffer_that_does_not_fit_is_an_error(code: str, edge_node: Path, tmp_path: Path) -> None:
    script = f"try {{ {code} }} catch (error) {{ console.log(error instanceof RangeError) }}"
    ended = run_node(edge_node, ["--max-old-space-size=64", "-e", script], tmp_path, timeout=60)
    assert (ended.status, ended.stdout, ended.stderr) == (0, "true\n", "")


def test_ctrl_c_ends_an_endless_loop(edge_node: Path) -> None:
    def ignore() -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    # A shell starts what it runs in the background with SIGINT ignored; Node takes no notice of that.
    for before in (None, ignore):
        command = [str(edge_node), "-e", "console.log('go'); for (;;);"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, preexec_fn=before) as child:
            try:
                assert child.stdout is not None and child.stdout.readline() == b"go\n"
                started = time.monotonic()
                child.send_signal(signal.SIGINT)
                assert child.wait(10) in (-signal.SIGINT, 130)
                assert time.monotonic() - started < 2
            finally:
                child.kill()
