"""`python benchmarks/embedding_engines.py ENGINE SCALE`: figures of one engine inside this Python, as JSON. Needs nothing but that engine.

It runs in the Python that has the engine, which need not have this package: `benchmarks.embedding` starts it.
"""

# ruff: noqa: D102, D107 - the base class says it
from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

FIB = "(function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) })(24)"
LIST = "Array.from({ length: 1000 }, (_, i) => i)"


def private_kilobytes(process: str = "self") -> int:
    """What a process alone has written or holds."""
    text = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
    return sum(int(value) for value in re.findall(r"^Private_(?:Dirty|Clean):\s+(\d+) kB", text, re.MULTILINE))


class Engine:
    """One environment of an engine.

    Attributes:
        eval: the value of a script.
    """

    eval: Callable[[str], Any]

    def expose(self, name: str, function: Callable[..., Any]) -> bool:
        """Makes a Python function a global; False where there are none that a script can wait for."""
        return False

    def crosses(self) -> bool:
        """Whether an array comes out as a list."""
        return True


class EdgeJs(Engine):
    """`edgejs.Runtime`: Node's library, closed."""

    def __init__(self) -> None:
        import edgejs

        self._runtime = edgejs.Runtime()
        self.eval = self._runtime.eval

    def expose(self, name: str, function: Callable[..., Any]) -> bool:
        self._runtime.expose("tools", {name: function})
        self.eval(f"globalThis.{name} = require('host:tools').{name}; 0")
        return True


class MiniRacer(Engine):
    """V8, no Node library; functions of Python's are asynchronous only."""

    def __init__(self) -> None:
        from py_mini_racer import MiniRacer as Context

        self._context = Context()
        self.eval = self._context.eval

    def crosses(self) -> bool:
        return False


class QuickJsNg(Engine):
    """QuickJS, native and without a wall, no Node library."""

    def __init__(self) -> None:
        import quickjs

        self._context = quickjs.Context()
        self.eval = self._context.eval

    def expose(self, name: str, function: Callable[..., Any]) -> bool:
        self._context.add_callable(name, function)
        return True

    def crosses(self) -> bool:
        return False


class QuickJsRs(Engine):
    """QuickJS in WebAssembly, by wasmtime; no Node library."""

    def __init__(self) -> None:
        import quickjs_rs

        self._runtime = quickjs_rs.Runtime()
        self._context = self._runtime.new_context()
        self.eval = self._context.eval

    def expose(self, name: str, function: Callable[..., Any]) -> bool:
        self._context.register(name, function)
        return True


ENGINES: dict[str, type[Engine]] = {"edgejs": EdgeJs, "mini-racer": MiniRacer, "quickjs-ng": QuickJsNg, "quickjs-rs": QuickJsRs}


def _times(action: Callable[[], object], count: int, seconds: float = 20) -> list[float]:
    times: list[float] = []
    until = time.perf_counter() + seconds
    for _ in range(count):
        begun = time.perf_counter()
        if begun > until and times:
            break
        action()
        times.append((time.perf_counter() - begun) * 1000)
    return sorted(times)


def _starts(times: list[float]) -> dict[str, float]:
    return {"fresh, p50 (ms)": times[len(times) // 2], "fresh, p99 (ms)": times[min(len(times) - 1, len(times) * 99 // 100)]}


def _deno(scale: float) -> dict[str, float]:
    """A process for each environment: it has no other way to be embedded."""
    from deno import find_deno_bin

    program = find_deno_bin()
    count = max(3, int(40 * scale))
    begin = [program, "eval"]
    figures = _starts(_times(lambda: subprocess.run([*begin, "console.log(1)"], capture_output=True, check=True), count))
    child = subprocess.Popen([*begin, "console.log(1); setInterval(() => {}, 1e9)"], stdout=subprocess.PIPE)
    try:
        assert child.stdout is not None
        child.stdout.readline()
        figures["memory, each (MB)"] = private_kilobytes(str(child.pid)) / 1000
    finally:
        child.kill()
        child.wait()
    return figures


def figures_of(name: str, scale: float) -> dict[str, float]:
    """All figures that this engine can give."""
    if name == "deno":
        return _deno(scale)
    make = ENGINES[name]
    # The first one loads what all share.
    kept = [make()]
    assert kept[0].eval("1 + 1") == 2
    before = private_kilobytes()

    def fresh() -> None:
        kept.append(make())
        kept[-1].eval("1 + 1")

    # V8's environments take address space and memory that a small machine has not a thousand times.
    count = max(5, int((100 if name == "mini-racer" else 1000) * scale))
    figures = _starts(_times(fresh, count))
    figures["memory, each (MB)"] = (private_kilobytes() - before) / 1000 / (len(kept) - 1)
    one = kept[0]
    many = max(20, int(2000 * scale))
    times = _times(lambda: one.eval("1"), many)
    figures["eval of 1 (us)"] = times[len(times) // 2] * 1000
    times = _times(lambda: one.eval(FIB), max(3, int(10 * scale)))
    figures["fib(24) (ms)"] = times[len(times) // 2]
    if one.crosses() and one.eval(LIST) == list(range(1000)):
        times = _times(lambda: one.eval(LIST), max(5, int(200 * scale)))
        figures["1,000 numbers out (us)"] = times[len(times) // 2] * 1000
    if one.expose("add", lambda a, b: a + b):
        rounds = max(100, int(20_000 * scale))
        loop = f"(() => {{ let s = 0; for (let i = 0; i < {rounds}; i++) s = add(s, 1); return s }})()"
        begun = time.perf_counter()
        assert one.eval(loop) == rounds
        figures["Python callback (us)"] = (time.perf_counter() - begun) / rounds * 1e6
    return figures


if __name__ == "__main__":
    print(json.dumps(figures_of(sys.argv[1], float(sys.argv[2]))))
    sys.stdout.flush()
    # A thousand environments need not be ended one by one.
    os._exit(0)
