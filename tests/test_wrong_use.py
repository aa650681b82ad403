"""What an embedder can do wrong: each a clear typed error that names what is wrong."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

import edgejs

pytestmark = pytest.mark.usefixtures("edge_node")
pytest.importorskip("edgejs._native")


@pytest.mark.parametrize(
    ("arguments", "kind", "field"),
    [
        ({"policy": "closed"}, TypeError, "policy"),
        ({"policy": {}}, TypeError, "policy"),
        ({"limits": {"memory": 1}}, TypeError, "limits"),
        ({"cwd": 3}, TypeError, "cwd"),
        ({"env": ["A=B"]}, TypeError, "env"),
        ({"env": {"A": 1}}, TypeError, r"env\['A'\]"),
        ({"env": {1: "a"}}, TypeError, r"env\[1\]"),
        ({"env": {"A=B": "1"}}, ValueError, r"env\['A=B'\]"),
        ({"memory_limit": "64MB"}, TypeError, "memory_limit"),
        ({"memory_limit": 0}, ValueError, "memory_limit"),
        ({"memory_limit": -1}, ValueError, "memory_limit"),
        ({"stdout": 1.5}, TypeError, "stdout"),
    ],
)
def test_arguments(arguments: dict[str, Any], kind: type[Exception], field: str) -> None:
    async def make() -> None:
        edgejs.AsyncRuntime(**arguments)

    for attempt in (lambda: edgejs.Runtime(**arguments), lambda: edgejs.Pool(1, **arguments), lambda: asyncio.run(make())):
        with pytest.raises(kind, match=f"^{field}: "):
            attempt()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"volumes": ["/nowhere/at/all:/v"]}, "volumes[0]"),
        ({"connect": ["tcp://ok.example:1", "tcp://a:99999"]}, "connect[1]"),
        ({"listen": ["0.0.0.0:http"]}, "listen[0]"),
        ({"memory": ["tmp"]}, "memory[0]"),
        ({"native_addons": True}, "native_addons"),
        ({"limits": {"memory": "lots"}}, "limits.memory"),
    ],
)
def test_a_policy_that_cannot_be(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(edgejs.PolicyError) as raised:
        edgejs.Policy(**fields)
    assert raised.value.field == field and field in str(raised.value)


def test_a_volume_that_went_since(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    policy = edgejs.Policy(volumes=[f"{tmp_path}/data:/data"])
    (tmp_path / "data").rmdir()
    with pytest.raises(OSError, match=r"volumes\[0\]|/data"):
        edgejs.Runtime(policy=policy)
    with edgejs.Pool(1, policy=policy) as pool, pytest.raises(OSError, match=r"volumes\[0\]|/data"):
        pool.submit("1").result()


def test_a_folder_that_is_not_there() -> None:
    with pytest.raises(OSError, match="/no/folder"):
        edgejs.Runtime(cwd="/no/folder")
    with pytest.raises(OSError, match="/no/folder"):
        edgejs.Runtime(policy=edgejs.Policy.open(), cwd="/no/folder")


def test_a_value_that_cannot_cross() -> None:
    with edgejs.Runtime() as runtime:
        with pytest.raises(edgejs.TransferError) as raised:
            runtime.call("String", {"users": [1, object()]})
        assert raised.value.path.endswith("users[1]") and "object" in raised.value.reason
        with pytest.raises(edgejs.TransferError) as raised:
            runtime.eval("({ a: [Symbol()] })")
        assert raised.value.path == "value.a[0]"


def test_use_after_close() -> None:
    runtime = edgejs.Runtime(stdout=edgejs.CAPTURE)
    function, member = runtime.eval("() => 1"), runtime.require("path")
    runtime.close()
    runtime.close()
    for use in (
        lambda: runtime.eval("1"),
        lambda: runtime.call("String", 1),
        lambda: runtime.run_file("/tmp/x.js"),
        lambda: runtime.require("fs"),
        lambda: runtime.import_module("fs"),
        lambda: runtime.expose("tools", {}),
        lambda: runtime.fs.list("/"),
        lambda: member.join("a", "b"),
        lambda: function(),
    ):
        with pytest.raises(edgejs.RuntimeClosedError):
            use()
    assert runtime.stdout == b""

    async def main() -> None:
        runtime = edgejs.AsyncRuntime()
        runtime.close()
        with pytest.raises(edgejs.RuntimeClosedError):
            await runtime.eval("1")

    asyncio.run(main())
    pool = edgejs.Pool(1)
    pool.close()
    with pytest.raises(RuntimeError):
        pool.submit("1")


def test_re_entrance() -> None:
    with edgejs.Runtime() as runtime:
        runtime.fs.write("/app/x.js", "")
        runtime.expose("tools", {"wait": lambda: runtime.eval("new Promise(() => {})"), "finish": lambda: runtime.run_file("/app/x.js")})
        for call in ("wait", "finish"):
            with pytest.raises(edgejs.ReentrantCallError, match="waiting for this Python function"):
                runtime.eval(f"require('host:tools').{call}()")
        assert runtime.eval("1 + 1") == 2


def test_two_threads_on_one_runtime() -> None:
    """No error: what they ask is run in turns, and each has its own answers."""
    with edgejs.Runtime() as runtime:
        runtime.eval("globalThis.slow = (n) => new Promise((resolve) => setTimeout(resolve, n % 3, n))")
        wrong: list[object] = []

        def work(first: int) -> None:
            for number in range(first, first + 40):
                answer = runtime.call("slow", number) if number % 2 else runtime.eval(f"{number}")
                if answer != number:
                    wrong.append((number, answer))

        threads = [threading.Thread(target=work, args=(1000 * index,)) for index in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []


def test_another_event_loop() -> None:
    async def make() -> edgejs.AsyncRuntime:
        return edgejs.AsyncRuntime()

    async def use(runtime: edgejs.AsyncRuntime) -> None:
        with pytest.raises(RuntimeError, match="another event loop"):
            await runtime.eval("1")
        runtime.close()

    asyncio.run(use(asyncio.run(make())))
