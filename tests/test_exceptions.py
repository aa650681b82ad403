"""Exceptions that go through JavaScript and back."""

from __future__ import annotations

import asyncio
import gc
import traceback
import weakref
from typing import Any

import pytest

import edgejs

pytestmark = pytest.mark.usefixtures("edge_node")
pytest.importorskip("edgejs._native")


class Mine(Exception):
    def __init__(self, number: int) -> None:
        super().__init__(f"number {number}")
        self.number = number


def raising(number: int) -> None:
    raise Mine(number)


@pytest.mark.parametrize(
    "code",
    [
        "require('host:tools').fail(1)",
        "try { require('host:tools').fail(1) } catch (error) { throw error }",
        "(async () => { await null; require('host:tools').fail(1) })()",
        "import('host:tools').then(({ later }) => later(1))",
        "Promise.reject((() => { try { require('host:tools').fail(1) } catch (error) { return error } })())",
        "function f(n) { n ? f(n - 1) : require('host:tools').fail(1) } f(50)",
    ],
)
def test_the_original_comes_out(code: str) -> None:
    original: list[Mine] = []

    def fail(number: int) -> None:
        try:
            raising(number)
        except Mine as error:
            original.append(error)
            raise

    async def later(number: int) -> None:
        fail(number)

    with edgejs.Runtime() as runtime:
        runtime.expose("tools", {"fail": fail, "later": later})
        with pytest.raises(Mine) as raised:
            runtime.eval(code)
        assert raised.value is original[0] and raised.value.number == 1
        names = [frame.name for frame in traceback.extract_tb(raised.value.__traceback__)]
        assert names.index("eval") < names.index("fail") < names.index("raising")
        assert runtime.eval("1") == 1


def test_through_several_layers() -> None:
    error = Mine(7)

    def fail() -> None:
        raise error

    def again(code: str) -> Any:
        return runtime.eval(code)

    with edgejs.Runtime() as runtime:
        runtime.expose("tools", {"fail": fail, "again": again})
        with pytest.raises(Mine) as raised:
            runtime.eval("const t = require('host:tools'); t.again('t.again(\"t.fail()\")')")
        assert raised.value is error
        # One that JavaScript threw first is the same object on each way out, too.
        seen: list[BaseException] = []

        def watch(code: str) -> None:
            try:
                runtime.eval(code)
            except edgejs.JavaScriptError as thrown:
                seen.append(thrown)
                raise

        runtime.expose("watch", {"watch": watch})
        with pytest.raises(edgejs.JavaScriptError, match="own") as caught:
            runtime.eval("require('host:watch').watch(\"throw new RangeError('own')\")")
        assert caught.value is seen[0]
        caught_in_js = runtime.eval("try { require('host:watch').watch('null.x') } catch (e) { [e.name, e instanceof Error] }")
        assert caught_in_js == ["TypeError", True]


def test_what_javascript_sees() -> None:
    def fail() -> None:
        try:
            raise KeyError("inner")
        except KeyError as error:
            raise Mine(3) from error

    with edgejs.Runtime() as runtime:
        runtime.expose("tools", {"fail": fail})
        code = "try { require('host:tools').fail() } catch (e) { [e.name, e.message, e.pythonType, e.cause.name, Object.keys(e).length] }"
        assert runtime.eval(code) == ["Mine", "number 3", "Mine", "KeyError", 0]
        assert runtime.eval("try { require('host:tools').fail() } catch (e) { e.stack.includes('.py') }") is False
        # As a cause of another error it is the cause there, too.
        with pytest.raises(edgejs.JavaScriptError, match="wrapped") as caught:
            runtime.eval("try { require('host:tools').fail() } catch (e) { throw new Error('wrapped', { cause: e }) }")
        assert isinstance(caught.value.__cause__, Mine) and caught.value.cause.number == 3


def test_nothing_of_it_can_be_forged() -> None:
    with edgejs.Runtime() as runtime:
        runtime.expose("tools", {"fail": lambda: raising(1)})
        runtime.eval("""
            WeakMap.prototype.get = () => 1; WeakMap.prototype.set = () => { throw 1 };
            const { fail } = require('host:tools'); let kept; try { fail() } catch (e) { kept = e }
        """)
        for code in ("throw Object.create(kept)", "throw Object.assign(new Error('x'), kept)", "throw { ...kept, message: 'm' }"):
            with pytest.raises(edgejs.JavaScriptError):
                runtime.eval(code)
        with pytest.raises(Mine):
            runtime.eval("kept.name = 'Other'; kept.message = 'changed'; throw kept")


def test_it_is_let_go_with_the_error_object() -> None:
    with edgejs.Runtime() as runtime:
        references: list[weakref.ref[Mine]] = []

        def fail() -> None:
            error = Mine(1)
            references.append(weakref.ref(error))
            raise error

        runtime.expose("tools", {"fail": fail})
        runtime.eval("const { fail } = require('host:tools'); for (let i = 0; i < 50; i++) { try { fail() } catch {} }")
        for _ in range(20):
            runtime.eval("globalThis.gc?.(); for (let i = 0; i < 1e5; i++) ({ a: [i] })")
        gc.collect()
        assert sum(reference() is not None for reference in references) < 50
    gc.collect()


def test_what_ends_tasks_stays_where_it_is() -> None:
    async def cancelled() -> None:
        raise asyncio.CancelledError("mine")

    with edgejs.Runtime() as runtime:
        runtime.expose("tools", {"cancelled": cancelled})
        with pytest.raises(edgejs.JavaScriptError) as caught:
            runtime.eval("import('host:tools').then(({ cancelled }) => cancelled())")
        assert caught.value.python_type == "CancelledError"


def test_async_and_pool() -> None:
    async def later() -> None:
        await asyncio.sleep(0)
        raise Mine(5)

    async def main() -> None:
        async with edgejs.AsyncRuntime() as runtime:
            await runtime.expose("tools", {"later": later, "fail": lambda: raising(6)})
            with pytest.raises(Mine, match="5"):
                await runtime.eval("import('host:tools').then(({ later }) => later())")
            with pytest.raises(Mine, match="6"):
                await runtime.eval("require('host:tools').fail()")

    asyncio.run(main())
    with edgejs.Pool(1, tools={"fail": lambda: raising(8)}) as pool:
        assert getattr(pool.submit("require('host:tools').fail()").exception(), "number", None) == 8
