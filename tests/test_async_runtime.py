"""`edgejs.AsyncRuntime` and `edgejs.Pool`."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

import edgejs

Test = Callable[[edgejs.AsyncRuntime], Coroutine[Any, Any, None]]


@pytest.fixture
def run(edge_node: Path) -> Callable[[Test], None]:
    """Runs a test with a runtime in an event loop."""
    pytest.importorskip("edgejs._native")

    def run(test: Test) -> None:
        async def main() -> None:
            async with edgejs.AsyncRuntime(policy=edgejs.Policy.open()) as runtime:
                await test(runtime)

        asyncio.run(main())

    return run


def test_promises_are_awaited(run: Callable[[Test], None]) -> None:
    async def test(runtime: edgejs.AsyncRuntime) -> None:
        assert await runtime.eval("1 + 1") == 2
        assert await runtime.eval("new Promise((resolve) => setTimeout(resolve, 5, 'later'))") == "later"
        assert await (await runtime.require("path")).join("a", "b") == "a/b"
        assert await (await runtime.import_module("node:path")).sep.value() == "/"
        assert await runtime.call("Math.max", 1, 2) == 2
        assert await (await runtime.eval("async (x) => x + 1"))(1) == 2
        with pytest.raises(edgejs.JavaScriptError, match="no"):
            await runtime.eval("Promise.reject(new Error('no'))")
        with pytest.raises(edgejs.JavaScriptError, match="never settle"):
            await runtime.eval("new Promise(() => {})")
        with pytest.raises(edgejs.TransferError):
            await runtime.eval("Symbol()")

    run(test)


def test_calls_overlap(run: Callable[[Test], None]) -> None:
    async def test(runtime: edgejs.AsyncRuntime) -> None:
        # With nothing left to do in the environment the second could never settle.
        keep = asyncio.create_task(runtime.eval("new Promise((resolve) => setTimeout(resolve, 20000))"))
        first = asyncio.create_task(runtime.eval("new Promise((resolve) => { globalThis.open = resolve })"))
        await asyncio.sleep(0.01)
        assert await runtime.eval("open(5); 1") == 1
        assert await first == 5
        keep.cancel()

    run(test)


def test_functions_run_in_the_loop(run: Callable[[Test], None]) -> None:
    async def test(runtime: edgejs.AsyncRuntime) -> None:
        async def ask(code: str) -> Any:
            await asyncio.sleep(0)
            return await runtime.eval(code)

        await runtime.expose("tools", {"where": threading.get_ident, "ask": ask, "fail": lambda: 1 / 0})
        assert await runtime.eval("import('host:tools').then((tools) => tools.where())") == threading.get_ident()
        assert await runtime.eval("require('host:tools').ask('6 * 7')") == 42
        with pytest.raises(ZeroDivisionError):
            await runtime.eval("require('host:tools').fail()")

    run(test)


def test_cancellation(run: Callable[[Test], None]) -> None:
    async def test(runtime: edgejs.AsyncRuntime) -> None:
        for code in ("for (;;);", "new Promise(() => setInterval(() => {}, 1000))"):
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(runtime.eval(code), 0.05)
            assert await asyncio.wait_for(runtime.eval("1 + 1"), 20) == 2

    run(test)


def test_programs_and_ends(run: Callable[[Test], None], tmp_path: Path) -> None:
    (tmp_path / "app.cjs").write_text("setTimeout(() => process.exit(4), 1)")

    async def test(runtime: edgejs.AsyncRuntime) -> None:
        assert await runtime.run_file(tmp_path / "app.cjs") == 4
        with pytest.raises(edgejs.ExitError):
            await runtime.eval("1")
        runtime.close()
        with pytest.raises(edgejs.RuntimeClosedError):
            await runtime.eval("1")

    run(test)


def test_it_needs_a_loop(edge_node: Path) -> None:
    with pytest.raises(RuntimeError):
        edgejs.AsyncRuntime()


def test_pool(edge_node: Path) -> None:
    with edgejs.Pool(2, tools={"triple": lambda n: n * 3}) as pool:
        assert list(pool.map("(n) => require('host:tools').triple(n)", range(5))) == [0, 3, 6, 9, 12]
        assert pool.submit("globalThis.left = (globalThis.left ?? 0) + 1").result() == 1
        assert pool.submit("globalThis.left = (globalThis.left ?? 0) + 1").result() == 1
        assert pool.submit(lambda runtime, a: runtime.eval("2") + a, 3).result() == 5
        with pytest.raises(edgejs.JavaScriptError):
            pool.submit("null.x").result()
        with pytest.raises(edgejs.ExitError):
            pool.submit("process.exit(2)").result()
    with pytest.raises(ValueError, match="size"):
        edgejs.Pool(0)
