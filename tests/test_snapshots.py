"""`Runtime.snapshot` and what is started from one: what is carried over, what is not, what cannot be captured."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

import edgejs


@pytest.fixture(scope="module")
def loaded() -> edgejs.Snapshot:
    with edgejs.Runtime() as runtime:
        runtime.eval(
            """
            const { EventEmitter } = require('events');
            class Counter extends EventEmitter {
              #count = 41;
              next() { this.#count++; this.emit('count', this.#count); return this.#count; }
            }
            globalThis.counter = new Counter();
            globalThis.seen = [];
            counter.on('count', (n) => seen.push(n));
            globalThis.cache = new Map([['a', new Uint8Array([1, 2, 3])], ['b', new Date(0)]]);
            globalThis.symbol = Symbol.for('x');
            globalThis.later = Promise.resolve('settled');
            globalThis.gen = (function* () { yield 1; yield 2; })();
            gen.next();
            """
        )
        return runtime.snapshot()


def test_what_is_in_memory_goes_on(loaded: edgejs.Snapshot) -> None:
    for _ in range(2):
        with loaded.restore() as runtime:
            assert runtime.eval("[counter.next(), counter.next(), seen]") == [42, 43, [42, 43]]
            assert runtime.eval("[cache.get('a')[2], cache.get('b').getTime(), symbol === Symbol.for('x'), gen.next().value]") == [
                3,
                0,
                True,
                2,
            ]
            assert runtime.eval("later") == "settled"
            assert runtime.eval("new Promise((resolve) => setTimeout(resolve, 1, 'timed'))") == "timed"
            assert runtime.eval("require('events') === Object.getPrototypeOf(Object.getPrototypeOf(counter)).constructor") is True


def test_the_runtime_goes_on() -> None:
    with edgejs.Runtime() as runtime:
        runtime.eval("globalThis.list = ['a']; const started = performance.timeOrigin;")
        first = runtime.snapshot()
        runtime.eval("list.push('b'); if (performance.timeOrigin !== started) throw new Error('another origin')")
        second = runtime.snapshot()
        assert runtime.eval("list") == ["a", "b"]
        with first.restore() as one, second.restore() as two:
            assert (one.eval("list"), two.eval("list")) == (["a"], ["a", "b"])
        assert first.hash != second.hash


def test_of_a_restored_one(loaded: edgejs.Snapshot) -> None:
    snapshot = loaded
    for number in range(42, 46):
        with snapshot.restore() as runtime:
            assert runtime.eval("counter.next()") == number
            snapshot = runtime.snapshot()


def test_the_machine_is_the_new_ones(tmp_path: Path) -> None:
    places = [tmp_path / name for name in ("one", "two")]
    for place in places:
        place.mkdir()
        (place / "name.js").write_text(f"module.exports = {place.name!r};")
    with edgejs.Runtime(policy=edgejs.Policy.open(), cwd=places[0], env={"KEY": "1"}) as runtime:
        assert runtime.eval("[process.cwd(), process.env.KEY, require('./name.js')]") == [str(places[0]), "1", "one"]
        snapshot = runtime.snapshot()
    with snapshot.restore(policy=edgejs.Policy.open(), cwd=places[1], env={"KEY": "2"}) as runtime:
        assert runtime.eval("[process.cwd(), process.env.KEY, require('./name.js')]") == [str(places[1]), "2", "two"]
    with snapshot.restore(policy=edgejs.Policy(volumes=[f"{places[1]}:/app:ro"]), cwd="/app") as runtime:
        assert runtime.eval("[process.cwd(), process.env.KEY ?? null, require('./name.js')]") == ["/app", None, "two"]
        assert runtime.eval(f"require('fs').existsSync({str(places[0])!r})") is False
        assert runtime.eval("process.permission.has('fs.write', '/app')") is False


def test_a_confined_program_stays_confined(tmp_path: Path) -> None:
    with edgejs.Runtime(policy=edgejs.Policy()) as runtime:
        runtime.eval("globalThis.fs = require('fs')")
        snapshot = runtime.snapshot()
    for policy in (None, edgejs.Policy()):
        with snapshot.restore(policy=policy) as runtime:
            assert runtime.eval(f"fs.existsSync({str(tmp_path)!r})") is False
            assert runtime.eval("process.permission.has('fs.read', '/etc')") is False


def test_random_numbers_are_new(loaded: edgejs.Snapshot) -> None:
    def draw() -> str:
        with loaded.restore() as runtime:
            return str(runtime.eval("[Math.random(), require('crypto').randomUUID()]"))

    assert len({draw() for _ in range(3)}) == 3


def test_random_numbers_are_not_carried_over() -> None:
    with edgejs.Runtime() as runtime:
        runtime.eval("require('crypto').randomUUID()")
        with pytest.raises(edgejs.SnapshotError, match=r"random bytes were drawn"):
            runtime.snapshot()
        snapshot = runtime.snapshot(keep_random=True)
    ids = []
    for _ in range(2):
        with snapshot.restore() as restored:
            ids.append(restored.eval("require('crypto').randomUUID()"))
    assert ids[0] == ids[1]


def test_of_the_second_generation() -> None:
    with edgejs.Runtime() as runtime:
        runtime.eval("require('crypto').randomUUID()")
        first = runtime.snapshot(keep_random=True)
    with first.restore() as restored, pytest.raises(edgejs.SnapshotError, match=r"random bytes were drawn"):
        restored.snapshot()


def test_not_from_a_function_that_serves_a_stream() -> None:
    said: list[str] = []

    def heard(_data: bytes) -> None:
        try:
            runtime.snapshot()
        except edgejs.ReentrantCallError as error:
            said.append(str(error))

    with edgejs.Runtime(stdout=heard) as runtime:
        runtime.eval("process.stdout.write('x')")
    assert said
    assert "serves one of its standard streams" in said[0]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("setTimeout(() => {}, 100000); 0", "open handles: Timer"),
        ("setTimeout(() => {}, 100000).unref(); 0", "open handles: Timer"),
        ("setImmediate(() => {}); 0", "open handles: Immediate"),
        ("globalThis.server = require('net').createServer().listen(0, '127.0.0.1'); 0", "Tcp"),
        ("globalThis.hash = require('crypto').createHash('sha256'); 0", "objects with native state are alive: Hash"),
        ("globalThis.script = new (require('vm').Script)('1'); 0", "Script"),
    ],
)
def test_what_cannot_be_captured_is_named(code: str, text: str) -> None:
    with edgejs.Runtime(policy=edgejs.Policy(listen=["tcp://127.0.0.1:*"])) as runtime:
        runtime.eval(code)
        with pytest.raises(edgejs.SnapshotError) as caught:
            runtime.snapshot()
        assert text in str(caught.value)
        assert runtime.eval("1 + 1") == 2


def test_es_modules_go_on(tmp_path: Path) -> None:
    (tmp_path / "a.mjs").write_text(
        "import { b } from './b.mjs'; export let n = 1; export const inc = () => b + ++n; export const lazy = () => import('./c.mjs');"
    )
    (tmp_path / "b.mjs").write_text("export const b = 10;")
    (tmp_path / "c.mjs").write_text("import { n } from './a.mjs'; export const c = n;")
    policy = edgejs.Policy(volumes=[f"{tmp_path}:/app:ro"])
    with edgejs.Runtime(policy=policy, cwd="/app") as runtime:
        assert runtime.import_module("./a.mjs").inc() == 12
        snapshot = runtime.snapshot()
    for _ in range(2):
        with snapshot.restore(policy=policy, cwd="/app") as restored:
            module = restored.import_module("./a.mjs")
            assert (module.inc(), module.n.value()) == (13, 3)
            assert restored.eval("import('/app/a.mjs').then(({ lazy }) => lazy()).then(({ c }) => c)") == 3


def test_what_was_printed_stays_where_it_was() -> None:
    with edgejs.Runtime(stdout=edgejs.CAPTURE) as runtime:
        runtime.eval("console.log('before')")
        snapshot = runtime.snapshot()
        runtime.eval("console.log('after')")
        assert runtime.stdout == b"before\nafter\n"
    with snapshot.restore(stdout=edgejs.CAPTURE) as restored:
        restored.eval("console.log('restored')")
        assert restored.stdout == b"restored\n"


def test_a_stream_on_a_pipe_is_named() -> None:
    reading, writing = os.pipe()
    try:
        with edgejs.Runtime(stdout=writing) as runtime:
            runtime.eval("console.log('before')")
            with pytest.raises(edgejs.SnapshotError, match="open handles: Pipe"):
                runtime.snapshot()
    finally:
        os.close(reading)
        os.close(writing)


def test_python_functions_are_named() -> None:
    with edgejs.Runtime() as runtime:
        runtime.expose("tools", {"add": lambda a, b: a + b})
        with pytest.raises(edgejs.SnapshotError, match="HostObject"):
            runtime.snapshot()
        assert runtime.eval("require('host:tools').add(1, 2)") == 3


def test_restored_ones_take_functions_of_their_own(loaded: edgejs.Snapshot) -> None:
    for factor in (2, 3):
        with loaded.restore() as runtime:
            runtime.expose("tools", {"times": lambda n, factor=factor: n * factor})
            assert runtime.eval("require('host:tools').times(counter.next())") == 42 * factor


def test_files(loaded: edgejs.Snapshot, tmp_path: Path) -> None:
    path = tmp_path / "app.snapshot"
    loaded.save(path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["app.snapshot"]
    again = edgejs.Snapshot.load(path)
    assert (again.hash, again.size) == (loaded.hash, path.stat().st_size)
    path.write_bytes(b"")
    with again.restore() as runtime:
        assert runtime.eval("counter.next()") == 42


@pytest.mark.parametrize("at", [0, 20, 40, 100, 130, 200, 5000, -1])
def test_a_damaged_file(loaded: edgejs.Snapshot, tmp_path: Path, at: int) -> None:
    path = tmp_path / "app.snapshot"
    loaded.save(path)
    content = bytearray(path.read_bytes())
    content[at] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(edgejs.SnapshotError, match=r"app\.snapshot"):
        edgejs.Snapshot.load(path)


@pytest.mark.parametrize("content", [b"", b"text", b"\0" * 100_000])
def test_no_snapshot(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "app.snapshot"
    path.write_bytes(content)
    with pytest.raises(edgejs.SnapshotError):
        edgejs.Snapshot.load(path)
    with pytest.raises(FileNotFoundError):
        edgejs.Snapshot.load(tmp_path / "none")


def test_a_folder_that_cannot_be_written(loaded: edgejs.Snapshot, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        loaded.save(tmp_path / "none" / "app.snapshot")


def test_others_start_from_it_too(loaded: edgejs.Snapshot) -> None:
    async def main() -> int:
        async with edgejs.AsyncRuntime(snapshot=loaded) as runtime:
            return int(await runtime.eval("Promise.resolve(counter.next())"))

    assert asyncio.run(main()) == 42
    with edgejs.Pool(2, snapshot=loaded) as pool:
        assert list(pool.map("(n) => counter.next() + n", range(5))) == [42, 43, 44, 45, 46]


def test_limits_hold(loaded: edgejs.Snapshot) -> None:
    with loaded.restore(limits=edgejs.Limits(cpu_time=0.2)) as runtime, pytest.raises(edgejs.CpuTimeLimitExceeded):
        runtime.eval("for (;;);")
    with loaded.restore(memory_limit=64 << 20) as runtime, pytest.raises(edgejs.OutOfMemoryError):
        runtime.eval("const a = []; for (;;) a.push({ a });")
    with pytest.raises(OSError, match="memory"):
        loaded.restore(memory_limit=1 << 20)


def test_when_it_cannot_be_asked() -> None:
    runtime = edgejs.Runtime()
    runtime.expose("tools", {"take": runtime.snapshot})
    with pytest.raises(Exception, match=r"JavaScript is waiting"):
        runtime.eval("require('host:tools').take()")
    runtime.close()
    with pytest.raises(edgejs.RuntimeClosedError):
        runtime.snapshot()
