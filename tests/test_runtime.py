"""`edgejs.Runtime`: an environment inside this process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import edgejs


@pytest.fixture(scope="module")
def runtime(edge_node: Path) -> Iterator[edgejs.Runtime]:
    pytest.importorskip("edgejs._native")
    with edgejs.Runtime() as made:
        yield made


def test_values(runtime: edgejs.Runtime) -> None:
    assert runtime.eval("6 * 7") == 42
    assert runtime.eval("({ a: [1, null, 'ü 🙂'], b: undefined })") == {"a": [1, None, "ü 🙂"], "b": None}
    assert runtime.eval("undefined") is None
    assert runtime.eval("(() => 7)")() == 7
    assert runtime.eval("") is None


def test_globals_stay(runtime: edgejs.Runtime) -> None:
    runtime.eval("var counter = 1; let lexical = 10")
    assert runtime.eval("++counter + lexical") == 12


def test_promises_are_awaited(runtime: edgejs.Runtime) -> None:
    assert runtime.eval("new Promise((resolve) => setTimeout(resolve, 5, 'later'))") == "later"
    assert runtime.eval("Promise.all([1, Promise.resolve(2)])") == [1, 2]
    with pytest.raises(edgejs.JavaScriptError, match="never settle"):
        runtime.eval("new Promise(() => {})")


def test_errors(runtime: edgejs.Runtime) -> None:
    with pytest.raises(edgejs.JavaScriptError) as caught:
        runtime.eval("function f() { null.x }\nf()", "here.js")
    assert caught.value.name == "TypeError"
    assert "here.js:1" in caught.value.stack
    for code, name in (
        ("let a = ;", "SyntaxError"),
        ("throw 'text'", ""),
        ("Promise.reject(new RangeError('r'))", "RangeError"),
    ):
        with pytest.raises(edgejs.JavaScriptError) as caught:
            runtime.eval(code)
        assert caught.value.name == name
    with pytest.raises(edgejs.JavaScriptError):
        runtime.eval("throw { get message() { throw 1 } }")


def test_modules(runtime: edgejs.Runtime) -> None:
    path = runtime.require("path")
    assert path.join("a", "..", "b") == "b"
    assert path.posix.sep.value() == "/"
    assert runtime.require("node:util")["types"].isDate("x") is False
    assert runtime.require("fs/promises").readdir("/") == ["dev", "tmp"]
    with pytest.raises(edgejs.JavaScriptError, match="Cannot find module"):
        runtime.require("no-such-module")


def test_files(edge_node: Path, tmp_path: Path) -> None:
    (tmp_path / "main.mjs").write_text(
        "import { sum } from './lib.cjs'; globalThis.result = sum(1, 2); setTimeout(() => { globalThis.result++; }, 5);"
    )
    (tmp_path / "lib.cjs").write_text("exports.sum = (a, b) => a + b;")
    (tmp_path / "exit.cjs").write_text("process.exit(7);")
    with edgejs.Runtime(policy=edgejs.Policy.open(), cwd=tmp_path, env={"EDGE_TEST_X": "1"}) as runtime:
        assert runtime.run_file("main.mjs") == 0
        assert runtime.eval("[result, process.cwd(), process.env.EDGE_TEST_X]") == [4, str(tmp_path), "1"]
        assert runtime.require("./lib.cjs").sum("a", "b") == "ab"
        assert runtime.run_file("exit.cjs") == 7
        with pytest.raises(edgejs.ExitError):
            runtime.eval("1")


def test_exit_ends_the_environment_not_the_process(edge_node: Path) -> None:
    with edgejs.Runtime() as runtime:
        with pytest.raises(edgejs.ExitError) as caught:
            runtime.eval("process.exit(3); 1")
        assert caught.value.code == 3
    with pytest.raises(edgejs.RuntimeClosedError):
        runtime.eval("1")
    runtime.close()


def test_environments_are_apart_and_parallel(edge_node: Path) -> None:
    def work(number: int) -> None:
        with edgejs.Runtime() as runtime:
            runtime.eval(f"globalThis.mine = {number}")
            results.append(runtime.eval("let s = 0; for (let i = 0; i < 1e6; i++) s += mine; s / 1e6"))

    results: list[int] = []
    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [0, 1, 2, 3]


def test_python_runs_while_javascript_does(runtime: edgejs.Runtime) -> None:
    ticks = 0
    thread = threading.Thread(target=runtime.eval, args=("const until = Date.now() + 300; while (Date.now() < until);",))
    thread.start()
    while thread.is_alive():
        ticks += 1
        time.sleep(0.01)
    thread.join()
    assert ticks > 5


@pytest.mark.parametrize(
    "call",
    [
        "runtime.eval('for (;;);')",
        "runtime.eval('new Promise(() => setInterval(() => {}, 1000))')",
        r"""runtime.eval('/^(x+x+)+y/.test("x".repeat(60))')""",
        "runtime.run_file('./endless.js')",
        "runtime.run_file('./waiting.js')",
    ],
)
def test_ctrl_c_within_100_ms(call: str, edge_node: Path, tmp_path: Path) -> None:
    (tmp_path / "endless.js").write_text("for (;;);")
    (tmp_path / "waiting.js").write_text("setInterval(() => {}, 1000);")
    script = f"""
import edgejs, sys, time
runtime = edgejs.Runtime(policy=edgejs.Policy.open(), cwd={str(tmp_path)!r})
print('go', flush=True)
try:
    {call}
except KeyboardInterrupt:
    print('interrupted', time.time())
print(runtime.eval('1 + 1'))
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout is not None and child.stdout.readline() == "go\n"
            time.sleep(0.3)
            sent = time.time()
            os.kill(child.pid, signal.SIGINT)
            out, _ = child.communicate(timeout=20)
        finally:
            child.kill()
    word, when = out.splitlines()[0].split()
    assert word == "interrupted"
    assert float(when) - sent < 0.5  # 0.1 on a machine with nothing else to do
    assert out.splitlines()[1] == "2"


@pytest.mark.parametrize(
    "code",
    [
        "const keep = []; for (;;) keep.push(new Array(1e5).fill(1)); 1",
        "const keep = []; for (;;) { try { for (;;) keep.push({ a: [1] }); } catch {} }",
        "new Promise(() => setInterval(() => { globalThis.k ??= []; for (;;) k.push({ a: [1] }); }, 1))",
    ],
)
def test_a_full_heap_leaves_python_alone(code: str, edge_node: Path) -> None:
    with edgejs.Runtime() as other, edgejs.Runtime(memory_limit=128 << 20) as runtime:
        for _ in range(2):
            with pytest.raises(edgejs.OutOfMemoryError):
                runtime.eval(code)
        assert issubclass(edgejs.OutOfMemoryError, edgejs.RuntimeClosedError)
        assert other.eval("1") == 1
    with edgejs.Runtime() as again:
        assert again.eval("1") == 1


def test_a_full_heap_in_a_file(edge_node: Path, tmp_path: Path) -> None:
    (tmp_path / "full.js").write_text("setTimeout(() => { const keep = []; for (;;) keep.push({ a: [1] }); }, 1);")
    with (
        edgejs.Runtime(policy=edgejs.Policy.open(), memory_limit=64 << 20, cwd=tmp_path) as runtime,
        pytest.raises(edgejs.OutOfMemoryError),
    ):
        runtime.run_file("./full.js")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])).filter(lambda key: key != "__proto__"), inner, max_size=4)
    ),
    max_leaves=20,
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=JSON)
def test_json_crosses_unchanged(value: object, runtime: edgejs.Runtime) -> None:
    assert runtime.eval(f"JSON.parse({json.dumps(json.dumps(value))})") == value
    assert runtime.call("JSON.parse", runtime.call("JSON.stringify", value)) == value
