"""Endless recursion in fifteen shapes is a RangeError that the program can catch, and goes on after; never a trap, never a crash."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.comparison import run_node

SHAPES = {
    "plain": "function f() { return 1 + f(); } f();",
    "getter": "const o = { get x() { return this.x; } }; o.x;",
    "proxy": "let p = {}; const h = { get: (t, k) => p[k] }; p = new Proxy({}, h); p.x;",
    "sort": "const f = () => [2, 1].sort(f).length; f();",
    "forEach": "const f = () => [1].forEach(f); f();",
    "json-stringify": "let deep = []; for (let i = 0; i < 5e5; i++) deep = [deep]; JSON.stringify(deep);",
    "json-parse": "JSON.parse('['.repeat(5e6));",
    "regex": "new RegExp('('.repeat(5e5) + ')'.repeat(5e5));",
    "parser": "new Function('('.repeat(5e5) + '1' + ')'.repeat(5e5));",
    "bind": "let f = () => 1; for (let i = 0; i < 1e5; i++) f = f.bind(null); f();",
    "toString": "const o = { toString() { return '' + this; } }; '' + o;",
    "spread": "function f(...a) { return f(...a, ...[1]); } f();",
    "generator": "function* g() { yield* g(); } g().next();",
    "async": "async function f() { return f(); } f().catch(() => {}); function s() { s(); } s();",
    "class": "class A { constructor() { this.a = new A(); } } new A();",
    "eval": "const f = () => eval('f()'); f();",
}
# Some of them are deep, not endless: an engine that manages them is right as well.
MAY_SUCCEED = {"json-stringify", "json-parse", "regex", "parser", "bind", "async"}


@pytest.mark.parametrize("shape", SHAPES)
def test_shape(shape: str, edge_node: Path, tmp_path: Path) -> None:
    script = f"""
        let told = 'nothing';
        try {{ {SHAPES[shape]} }} catch (error) {{ told = error.name; }}
        console.log(told);
        console.log([1, 2, 3].map((x) => x * 2).join());
    """
    ended = run_node(edge_node, ["-e", script], tmp_path, timeout=120)
    assert ended.status == 0, ended.stderr
    told, after = ended.stdout.split()
    assert told in ({"RangeError", "SyntaxError", "nothing"} if shape in MAY_SUCCEED else {"RangeError"})
    assert after == "2,4,6"
