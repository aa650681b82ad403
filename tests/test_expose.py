"""Functions of either language in the other: `Runtime.expose`, callables as values, awaitables and promises."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import edgejs
from edgejs._hooks import _background_loop


@pytest.fixture
def runtime(edge_node: Path) -> Iterator[edgejs.Runtime]:
    pytest.importorskip("edgejs._native")
    with edgejs.Runtime(policy=edgejs.Policy.open()) as made:
        yield made


def test_a_module_of_python_functions(runtime: edgejs.Runtime, tmp_path: Path) -> None:
    runtime.expose("tools", {"add": lambda a, b: a + b, "version": "1.0", "default": 1, "odd name": 2})
    assert runtime.eval("import('host:tools').then(({ add, default: all }) => [add(1, 2), all.add('a', 'b'), all.version])") == [
        3,
        "ab",
        "1.0",
    ]
    assert runtime.eval("require('host:tools').add([1], [2])") == [1, 2]
    (tmp_path / "app.mjs").write_text(
        "import tools, { add, 'odd name' as odd } from 'host:tools'; export const sum = add(20, 22); export default [odd, Object.keys(tools)]"
    )
    app = runtime.import_module(str(tmp_path / "app.mjs"))
    assert app.sum.value() == 42
    assert app.default.value() == [2, ["add", "version", "default", "odd name"]]
    with pytest.raises(edgejs.JavaScriptError):
        runtime.eval("require('host:others')")
    with pytest.raises(edgejs.TransferError) as caught:
        runtime.expose("more", {"bad": object()})
    assert caught.value.path.endswith(".bad")
    for name in ("", "a b", 'a"'):
        with pytest.raises(ValueError, match="name"):
            runtime.expose(name, {})


def test_it_runs_in_the_thread_that_asked(runtime: edgejs.Runtime) -> None:
    seen = []
    runtime.expose("tools", {"where": lambda: seen.append(threading.get_ident())})
    runtime.eval("require('host:tools').where()")
    runtime.eval("new Promise((resolve) => setTimeout(() => resolve(require('host:tools').where()), 1))")
    assert seen == [threading.get_ident()] * 2


def test_what_it_raises_is_thrown(runtime: edgejs.Runtime) -> None:
    class Mine(ValueError):
        pass

    def fail() -> None:
        try:
            raise KeyError("inner")
        except KeyError as error:
            raise Mine("the text") from error

    runtime.expose("tools", {"fail": fail})
    code = "try { require('host:tools').fail() } catch (e) { [e instanceof Error, e.name, e.message, e.pythonType, e.cause.pythonType, e.stack] }"
    *parts, stack = runtime.eval(code)
    assert parts == [True, "Mine", "the text", "Mine", "KeyError"]
    assert __file__ not in stack
    with pytest.raises(Mine) as caught:
        runtime.eval("require('host:tools').fail()")
    assert isinstance(caught.value.__cause__, KeyError)


def test_what_is_not_its_own_goes_through(runtime: edgejs.Runtime) -> None:
    def leave() -> None:
        raise SystemExit(3)

    runtime.expose("tools", {"leave": leave})
    with pytest.raises(SystemExit):
        runtime.eval("for (;;) { try { require('host:tools').leave() } catch {} }")
    assert runtime.eval("1 + 1") == 2


def test_values_that_cannot_cross(runtime: edgejs.Runtime) -> None:
    runtime.expose("tools", {"give": lambda: {"a": object()}, "take": lambda value: None})
    for code, path in (("give()", "return value.a"), ("take({ b: Symbol() })", "arguments[0].b")):
        with pytest.raises(edgejs.JavaScriptError) as caught:
            runtime.eval(f"require('host:tools').{code}")
        assert caught.value.name == "TypeError"
        assert caught.value.message.startswith(path)
        assert caught.value.code == "ERR_EDGEJS_VALUE"


def test_it_may_ask_again(runtime: edgejs.Runtime) -> None:
    runtime.expose(
        "tools",
        {
            "nested": lambda: runtime.eval("1 + 1"),
            "map": lambda function, items: [function(item) for item in items],
            "await": lambda: runtime.eval("new Promise((resolve) => setTimeout(resolve, 1))"),
            "deep": lambda n: runtime.call("deep", n - 1) if n else "bottom",
            "finish": lambda: runtime.run_file(__file__),
        },
    )
    runtime.eval("const tools = require('host:tools'); globalThis.deep = (n) => tools.deep(n)")
    assert runtime.eval("tools.nested()") == 2
    assert runtime.eval("tools.map((x) => x * 2, [1, 2])") == [2, 4]
    assert runtime.eval("deep(20)") == "bottom"
    with pytest.raises(edgejs.ReentrantCallError):
        runtime.eval("tools.await()")
    assert runtime.eval("1") == 1


def test_awaitables_are_promises(runtime: edgejs.Runtime) -> None:
    async def later(value: object) -> object:
        await asyncio.sleep(0.01)
        if value is None:
            raise ValueError("nothing")
        return value

    runtime.expose("tools", {"later": later})
    runtime.eval("const { later } = require('host:tools')")
    assert runtime.eval("later(5)") == 5
    assert runtime.eval("Promise.all([later(1), later(2)])") == [1, 2]
    assert runtime.eval(
        "let ticks = 0; const t = setInterval(() => ticks++, 1); later(1).then(() => { clearInterval(t); return ticks > 0 })"
    )
    with pytest.raises(ValueError, match=r"^nothing$"):
        runtime.eval("later(null)")
    with pytest.raises(edgejs.JavaScriptError):
        runtime.expose("bad", {"give": lambda: None})
        runtime.eval("require('host:tools').later(Promise.resolve(1)); null.x")


def test_awaitables_that_are_done_before_the_call_returns(runtime: edgejs.Runtime) -> None:
    async def at_once(value: object) -> object:
        return value

    def slow(value: object) -> object:
        # The package's loop has the outcome long before this thread says that there will be one.
        awaitable = asyncio.run_coroutine_threadsafe(at_once(value), _background_loop())
        awaitable.result()
        return at_once(value)

    runtime.expose("quick", {"at_once": at_once, "slow": slow})
    runtime.eval("const quick = require('host:quick')")
    assert runtime.eval("(async () => { let n = 0; for (let i = 0; i < 500; i++) n += await quick.at_once(1); return n })()") == 500
    assert runtime.eval("quick.slow(3)") == 3


def test_functions_of_javascript(runtime: edgejs.Runtime) -> None:
    double = runtime.eval("(x) => x * 2")
    assert isinstance(double, edgejs.JSFunction)
    assert double(4) == 8
    assert runtime.call(double, 5) == 10
    assert runtime.eval("async (x) => x + 1")(1) == 2
    # It comes back as what it was.
    keep = runtime.eval("globalThis.kept = () => 1")
    assert runtime.eval("(f) => f === kept")(keep) is True
    with pytest.raises(edgejs.JavaScriptError):
        runtime.eval("() => null.x")()
    with edgejs.Runtime() as other, pytest.raises(edgejs.TransferError, match="another runtime"):
        other.eval("(x) => x")(double)
    runtime.close()
    with pytest.raises(edgejs.RuntimeClosedError):
        double(1)


def test_call_by_name(runtime: edgejs.Runtime) -> None:
    runtime.eval("let lexical = { add(x) { return this.base + x }, base: 10 }")
    assert runtime.call("lexical.add", 5) == 15
    assert runtime.call("JSON.stringify", {"a": [1]}) == '{"a":[1]}'
    for name in ("a b", "", "1", "f()", "process.exit(1);x"):
        with pytest.raises(edgejs.JavaScriptError):
            runtime.call(name)


def test_functions_are_let_go(runtime: edgejs.Runtime) -> None:
    class Callable:
        def __call__(self) -> int:
            return 1

    given = Callable()
    gone = weakref.ref(given)
    assert runtime.eval("(f) => f()")(given) == 1
    del given
    runtime.require("v8").setFlagsFromString.value()
    runtime.eval("globalThis.gc ? gc() : 0; for (let i = 0; i < 200; i++) new Array(1e5).fill(i); 0")
    for _ in range(20):
        runtime.eval("new Promise((resolve) => setTimeout(resolve, 1))")
        gc.collect()
    assert gone() is None


def test_many_threads_on_one_runtime(runtime: edgejs.Runtime) -> None:
    runtime.expose("tools", {"add": lambda a, b: a + b})
    results: list[Any] = []

    def work(number: int) -> None:
        for step in range(20):
            results.append(runtime.eval(f"require('host:tools').add({number}, {step})") == number + step)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 80
