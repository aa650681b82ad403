"""Hypothesis drives what has state: the file system under a runtime's volumes, and the Python API itself.

Both are deterministic: the same steps in every run. `EDGE_STATEFUL_EXAMPLES` gives more of them, which are then random.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule, run_state_machine_as_test

pytest.importorskip("edgejs._native")

import edgejs

MORE = int(os.environ.get("EDGE_STATEFUL_EXAMPLES", "0"))


def _profile(examples: int, steps: int) -> settings:
    return settings(
        max_examples=MORE or examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=not MORE,
        database=None,
        phases=[Phase.generate, Phase.shrink] if MORE else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


# A folder is a dict, a file bytes. Every volume begins with the same.
Tree = dict[str, Any]


def _seed() -> Tree:
    return {"f": b"contents", "d": {"g": b"below", "e": {}}}


VOLUMES = {"memory": "/mem", "ro": "/ro", "rw": "/rw", "cow": "/cow"}
NAMES = st.sampled_from(["f", "d", "g", "e", "new", "ü"])
PATHS = st.tuples(st.sampled_from(sorted(VOLUMES)), st.lists(NAMES, min_size=1, max_size=3))

DRIVER = """(name, args) => {
  const fs = require('fs');
  try {
    const value = fs[name + 'Sync'](...args);
    return [null, Array.isArray(value) ? value.sort() : value];
  } catch (error) {
    return [error.code ?? String(error), null];
  }
}"""


class _Denied(Exception):
    """The model's "no"."""


class Files(RuleBasedStateMachine):
    """Calls of `node:fs` on a memory, a read-only, a writable and a copy-on-write volume, and on dicts."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="edge-stateful-"))
        for name in ("ro", "rw", "cow"):
            _write_tree(self.folder / name, _seed())
        volumes = [f"{self.folder / name}:{VOLUMES[name]}:{name}" for name in ("ro", "rw", "cow")]
        self.runtime = edgejs.Runtime(policy=edgejs.Policy(volumes=volumes, memory=["/mem"]))
        self.js = self.runtime.eval(DRIVER)
        self.model: dict[str, Tree] = {name: _seed() for name in VOLUMES}
        self.model["memory"] = {}

    def teardown(self) -> None:
        self.runtime.close()
        shutil.rmtree(self.folder)

    def _guest(self, path: tuple[str, list[str]]) -> str:
        return "/".join([VOLUMES[path[0]], *path[1]])

    def _find(self, path: tuple[str, list[str]]) -> Any:
        node: Any = self.model[path[0]]
        for name in path[1]:
            if not isinstance(node, dict) or name not in node:
                raise _Denied
            node = node[name]
        return node

    def _parent(self, path: tuple[str, list[str]]) -> Tree:
        found = self._find((path[0], path[1][:-1]))
        if not isinstance(found, dict):
            raise _Denied
        return found

    def _change(self, path: tuple[str, list[str]]) -> None:
        if path[0] == "ro":
            raise _Denied

    def _same(self, call: str, args: list[Any], model: Callable[[], Any]) -> None:
        code, value = self.js(call, args)
        try:
            expected = model()
        except _Denied:
            # As Node's, the code of `rmSync` is empty for what its C++ did not expect (a read-only file system).
            assert code is not None, f"{call}{args} gave {value!r}; the model denies it"
            assert code.startswith("E") or (call == "rm" and code == ""), f"{call}{args}: {code}"
            return
        assert code is None, f"{call}{args} failed with {code}; the model gives {expected!r}"
        if expected is not None:
            assert value == expected, f"{call}{args}"

    @rule(path=PATHS, contents=st.binary(max_size=8), flag=st.sampled_from(["w", "a", "wx"]))
    def write(self, path: tuple[str, list[str]], contents: bytes, flag: str) -> None:
        def model() -> None:
            parent, name = self._parent(path), path[1][-1]
            old = parent.get(name)
            self._change(path)
            if isinstance(old, dict) or (flag == "wx" and old is not None):
                raise _Denied
            parent[name] = (old or b"") + contents if flag == "a" else contents

        self._same("writeFile", [self._guest(path), contents, {"flag": flag}], model)

    @rule(path=PATHS)
    def read(self, path: tuple[str, list[str]]) -> None:
        def model() -> bytes:
            found = self._find(path)
            if not isinstance(found, bytes):
                raise _Denied
            return found

        self._same("readFile", [self._guest(path)], model)

    @rule(path=PATHS)
    def readdir(self, path: tuple[str, list[str]]) -> None:
        def model() -> list[str]:
            return sorted(self._parent((path[0], [*path[1], ""])))

        self._same("readdir", [self._guest(path)], model)

    @rule(path=PATHS)
    def mkdir(self, path: tuple[str, list[str]]) -> None:
        def model() -> None:
            parent = self._parent(path)
            self._change(path)
            if path[1][-1] in parent:
                raise _Denied
            parent[path[1][-1]] = {}

        self._same("mkdir", [self._guest(path)], model)

    @rule(path=PATHS, folder=st.booleans())
    def remove(self, path: tuple[str, list[str]], folder: bool) -> None:
        def model() -> None:
            found = self._find(path)
            self._change(path)
            if isinstance(found, dict) is not folder or (folder and found):
                raise _Denied
            del self._parent(path)[path[1][-1]]

        self._same("rmdir" if folder else "unlink", [self._guest(path)], model)

    @rule(path=PATHS)
    def remove_all(self, path: tuple[str, list[str]]) -> None:
        def model() -> None:
            self._find(path)
            self._change(path)
            del self._parent(path)[path[1][-1]]

        self._same("rm", [self._guest(path), {"recursive": True}], model)

    @rule(path=PATHS, to=PATHS)
    def rename(self, path: tuple[str, list[str]], to: tuple[str, list[str]]) -> None:
        def model() -> None:
            found, parent = self._find(path), self._parent(to)
            self._change(path)
            self._change(to)
            if path[0] != to[0]:
                raise _Denied
            if path == to:
                return
            there = parent.get(to[1][-1])
            inside = isinstance(found, dict) and to[1][: len(path[1])] == path[1]
            if inside or (
                there is not None and (isinstance(there, dict) is not isinstance(found, dict) or (isinstance(there, dict) and there))
            ):
                raise _Denied
            del self._parent(path)[path[1][-1]]
            parent[to[1][-1]] = found

        self._same("rename", [self._guest(path), self._guest(to)], model)

    @rule(path=PATHS, to=PATHS)
    def copy(self, path: tuple[str, list[str]], to: tuple[str, list[str]]) -> None:
        def model() -> None:
            found, parent = self._find(path), self._parent(to)
            if path == to and isinstance(found, bytes) and path[0] != "ro":
                return
            self._change(to)
            if not isinstance(found, bytes) or isinstance(parent.get(to[1][-1]), dict):
                raise _Denied
            parent[to[1][-1]] = found

        self._same("copyFile", [self._guest(path), self._guest(to)], model)

    @rule(path=PATHS, size=st.integers(0, 12))
    def truncate(self, path: tuple[str, list[str]], size: int) -> None:
        def model() -> None:
            found = self._find(path)
            self._change(path)
            if not isinstance(found, bytes):
                raise _Denied
            self._parent(path)[path[1][-1]] = found[:size].ljust(size, b"\0")

        self._same("truncate", [self._guest(path), size], model)

    @invariant()
    def the_host_has_what_it_should(self) -> None:
        assert _read_tree(self.folder / "rw") == self.model["rw"]
        assert _read_tree(self.folder / "ro") == _read_tree(self.folder / "cow") == _seed()


def _write_tree(folder: Path, tree: Tree) -> None:
    folder.mkdir()
    for name, node in tree.items():
        if isinstance(node, dict):
            _write_tree(folder / name, node)
        else:
            (folder / name).write_bytes(node)


def _read_tree(folder: Path) -> Tree:
    return {path.name: _read_tree(path) if path.is_dir() else path.read_bytes() for path in folder.iterdir()}


# What a call may raise; anything else is a bug, and so is none where one is due.
TYPED = (edgejs.JavaScriptError, edgejs.TransferError, edgejs.RuntimeClosedError, edgejs.ReentrantCallError, edgejs.ExitError)
CODES = st.sampled_from(
    [
        "1",
        "({ a: [1, 'x'] })",
        "throw new TypeError('no')",
        "(",
        "Promise.reject(new Error('later'))",
        "new Promise(() => {})",
        "Symbol()",
        "(...args) => args.length",
        "async (f) => typeof f === 'function' ? f(1) : f",
        "(f) => { throw f }",
        "import('host:tools').then((m) => m.twice(4))",
        "import('host:tools').then((m) => m.fail())",
        "var kept = (globalThis.kept ?? 0) + 1; kept",
        "new Uint8Array(9)",
        "setTimeout(() => {}, 1); 2",
    ]
)


class Api(RuleBasedStateMachine):
    """Runtimes and pools are made, used from several threads and closed in any order."""

    runtimes = Bundle("runtimes")
    functions = Bundle("functions")
    pools = Bundle("pools")

    def __init__(self) -> None:
        super().__init__()
        self.made: list[Any] = []
        self.closed: set[int] = set()

    def teardown(self) -> None:
        for each in self.made:
            each.close()

    def _keep(self, made: Any) -> Any:
        self.made.append(made)
        return made

    def _use(self, runtime: Any, call: Callable[[], Any]) -> Any:
        try:
            value = call()
        except edgejs.RuntimeClosedError:
            assert id(runtime) in self.closed
            raise
        assert id(runtime) not in self.closed, "a closed runtime answered"
        return value

    @rule(target=runtimes)
    def make(self) -> Any:
        if len(self.made) >= 6:
            return multiple()
        return self._keep(edgejs.Runtime(policy=edgejs.Policy()))

    @rule(target=functions, runtime=runtimes, code=CODES)
    def evaluate(self, runtime: Any, code: str) -> Any:
        try:
            value = self._use(runtime, lambda: runtime.eval(code))
        except TYPED:
            return multiple()
        return (runtime, value) if callable(value) else multiple()

    @rule(
        function=functions,
        runtime=runtimes,
        args=st.lists(st.one_of(st.integers(), st.none(), st.text(max_size=3), st.just(object()), st.just(len)), max_size=2),
    )
    def call(self, function: Any, runtime: Any, args: list[Any]) -> None:
        owner, callee = function
        with contextlib.suppress(*TYPED):
            self._use(owner, lambda: callee(*args))
        # A function belongs to its own runtime.
        if runtime is not owner:
            with pytest.raises((edgejs.TransferError, edgejs.RuntimeClosedError)):
                runtime.call(callee)

    @rule(runtime=runtimes)
    def expose(self, runtime: Any) -> None:
        def fail() -> None:
            raise KeyError("on purpose")

        try:
            self._use(
                runtime, lambda: runtime.expose("tools", {"twice": lambda n: 2 * n, "fail": fail, "reenter": lambda: runtime.eval("1")})
            )
            assert self._use(runtime, lambda: runtime.eval("require('host:tools').twice(21)")) == 42
            assert self._use(runtime, lambda: runtime.eval("require('host:tools').reenter()")) == 1
        except TYPED:
            assert id(runtime) in self.closed

    @rule(runtime=runtimes, code=CODES)
    def from_threads(self, runtime: Any, code: str) -> None:
        failures: list[BaseException] = []

        def work() -> None:
            try:
                self._use(runtime, lambda: runtime.eval(code))
            except TYPED:
                pass
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failures

    @rule(runtime=runtimes)
    def close(self, runtime: Any) -> None:
        self.closed.add(id(runtime))
        runtime.close()

    @rule(target=pools, size=st.integers(-1, 2))
    def make_pool(self, size: int) -> Any:
        if size < 1:
            with pytest.raises(ValueError, match="size"):
                edgejs.Pool(size)
            return multiple()
        if len(self.made) >= 6:
            return multiple()
        return self._keep(edgejs.Pool(size, policy=edgejs.Policy()))

    @rule(pool=pools, code=CODES)
    def submit(self, pool: Any, code: str) -> None:
        try:
            pool.submit(code).result()
        except (*TYPED, CancelledError):
            pass
        except RuntimeError:
            assert id(pool) in self.closed

    @rule(pool=pools)
    def close_pool(self, pool: Any) -> None:
        self.closed.add(id(pool))
        pool.close()


def test_files(edge_node: Path) -> None:
    run_state_machine_as_test(Files, settings=_profile(15, 25))


def test_the_python_api(edge_node: Path) -> None:
    run_state_machine_as_test(Api, settings=_profile(12, 12))
