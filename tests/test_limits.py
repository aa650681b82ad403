"""`edgejs.Limits` and its exceptions; limits of `edgejs.run`."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

import edgejs
from edgejs import _limits


@pytest.mark.parametrize(
    ("text", "value"),
    [("64MB", 64_000_000), ("64 MiB", 64 << 20), ("1.5k", 1500), (7, 7), ("1_000", 1000), ("2GiB", 2 << 30), ("0", 0)],
)
def test_bytes(text: str | int, value: int) -> None:
    assert edgejs.Limits(output=text).output == value


@pytest.mark.parametrize(("text", "value"), [(2, 2.0), (0.5, 0.5), ("500ms", 0.5), ("2m", 120.0), ("1h", 3600.0)])
def test_seconds(text: str | float, value: float) -> None:
    assert edgejs.Limits(wall_time=text).wall_time == value


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("memory", 0),
        ("memory", -1),
        ("memory", "lots"),
        ("memory", 1.5),
        ("memory", True),
        ("memory", "64XB"),
        ("memory", 2**63),
        ("host_memory", b"1"),
        ("cpu_time", 0),
        ("cpu_time", float("nan")),
        ("wall_time", float("inf")),
        ("wall_time", "-1"),
        ("wall_time", "1d"),
        ("wall_time", False),
        ("open_files", "5"),
        ("open_files", 1.0),
        ("timers", -1),
    ],
)
def test_a_wrong_value_names_its_field(field: str, value: object) -> None:
    with pytest.raises(edgejs.LimitError) as raised:
        edgejs.Limits(**{field: value})  # type: ignore[arg-type]
    assert raised.value.field == field
    assert str(raised.value).startswith(f"{field}: ")


def test_limits_are_values() -> None:
    limits = edgejs.Limits(memory="64MB", wall_time=2)
    assert limits == edgejs.Limits(memory=64_000_000, wall_time="2s")
    assert hash(limits) == hash(edgejs.Limits(memory=64_000_000, wall_time=2.0))
    assert repr(limits) == "Limits(memory=64000000, wall_time=2.0)"
    assert _limits.options(limits) == ["--memory=64000000", "--timeout=2.000000000"]
    with pytest.raises(AttributeError):
        limits.memory = 1  # type: ignore[misc]


def test_exceptions_say_which_limit() -> None:
    error = pickle.loads(pickle.dumps(_limits.exceeded("wall_time", edgejs.Limits(wall_time=2))))
    assert isinstance(error, edgejs.WallTimeLimitExceeded)
    assert (str(error), error.limit) == ("limit exceeded: wall_time (2.0 s)", "wall_time")
    assert issubclass(edgejs.OutOfMemoryError, edgejs.MemoryLimitExceeded)
    assert type(_limits.exceeded("sockets")) is edgejs.LimitExceeded


@pytest.mark.parametrize(
    ("limits", "code", "kind"),
    [
        (edgejs.Limits(wall_time=0.5), "for (;;) {}", edgejs.WallTimeLimitExceeded),
        (edgejs.Limits(cpu_time=0.3), "for (;;) {}", edgejs.CpuTimeLimitExceeded),
        (edgejs.Limits(memory="64MB"), "const a = []; for (;;) a.push({})", edgejs.MemoryLimitExceeded),
        (edgejs.Limits(output=10), "console.log('x'.repeat(100))", edgejs.OutputLimitExceeded),
        (edgejs.Limits(timers=5), "for (let i = 0; i < 6; i++) setTimeout(() => {}, 1)", edgejs.TimerLimitExceeded),
    ],
)
def test_run(edge_node: Path, monkeypatch: pytest.MonkeyPatch, limits: edgejs.Limits, code: str, kind: type[Exception]) -> None:
    monkeypatch.setattr("edgejs._run.edge_node_path", lambda: str(edge_node))
    with pytest.raises(kind):
        edgejs.run(code, limits=limits)
    assert edgejs.run("console.log(1)", limits=edgejs.Limits(wall_time=60, output=2)).stdout == "1\n"


def test_message_size(edge_node: Path) -> None:
    pytest.importorskip("edgejs._native")
    limits = edgejs.Limits(message_size="10kB")
    with edgejs.Runtime(limits=limits) as runtime:
        heard: list[object] = []
        runtime.expose("tools", {"give": lambda size: bytes(size), "take": heard.append, "later": _later})
        assert len(runtime.eval("'x'.repeat(9000)")) == 9000
        assert runtime.call("String", "x" * 9000) == "x" * 9000
        for ask in (
            lambda: runtime.eval("'x'.repeat(20000)"),
            lambda: runtime.eval("[...Array(1000).keys()]"),
            lambda: runtime.eval("({ a: Buffer.alloc(20000) })"),
            lambda: runtime.eval("Promise.resolve('x'.repeat(20000))"),
            lambda: runtime.call("String", "x" * 20000),
            lambda: runtime.call("String", list(range(1000))),
            lambda: runtime.eval("0;" + " " * 20000),
            lambda: runtime.eval("require('host:tools').give(20000)"),
            lambda: runtime.eval("require('host:tools').take('x'.repeat(20000))"),
            lambda: runtime.eval("require('host:tools').later(20000)"),
            lambda: runtime.expose("more", {"value": bytes(20000)}),
        ):
            with pytest.raises(edgejs.MessageSizeLimitExceeded) as raised:
                ask()
            assert raised.value.limit == "message_size"
        assert runtime.eval("try { require('host:tools').give(20000) } catch (e) { [e.name, e.code] }") == [
            "RangeError",
            "ERR_EDGEJS_MESSAGE_SIZE",
        ]
        with pytest.raises(edgejs.JavaScriptError) as caught:
            runtime.eval("throw new Error('x'.repeat(20000))")
        assert len(str(caught.value)) < 10000
        assert heard == [] and runtime.eval("1 + 1") == 2
    with edgejs.Runtime(policy=edgejs.Policy(limits={"message_size": 1000})) as runtime, pytest.raises(edgejs.MessageSizeLimitExceeded):
        runtime.eval("'x'.repeat(2000)")
    # Without the limit 256 MB is the most, which is no limit that somebody set.
    with edgejs.Runtime() as runtime, pytest.raises(edgejs.TransferError, match="too large"):
        runtime.eval("new Array(2 ** 28)")


async def _later(size: int) -> bytes:
    return bytes(size)


# How many there can be of each beside the three standard descriptors, under a limit of 20 open files.
COUNTED = {
    "directories": ("fs.opendirSync('/')", "closeSync()"),
    "watches": ("fs.watch('/')", "close()"),
    "files": ("fs.openSync('/dev/null')", ""),
}


@pytest.mark.parametrize("kind", COUNTED)
def test_what_counts_as_an_open_file(edge_node: Path, kind: str) -> None:
    pytest.importorskip("edgejs._native")
    make, close = COUNTED[kind]
    undo = f"one.{close}" if close else "fs.closeSync(one)"
    with edgejs.Runtime(policy=edgejs.Policy.open(), limits=edgejs.Limits(open_files=20)) as runtime:
        runtime.eval(
            "const fs = require('fs'); globalThis.flood = () => { const kept = []; let code;"
            f"try {{ for (let i = 0; i < 100; i++) kept.push({make}) }} catch (error) {{ code = error.code }}"
            f"for (const one of kept) {undo}; return [kept.length, code] }}; 0"
        )
        # What was closed makes room again.
        assert [runtime.eval("flood()") for _ in range(3)] == [[17, "EMFILE"]] * 3


def test_children_count_as_open_files(edge_node: Path) -> None:
    pytest.importorskip("edgejs._native")
    with edgejs.Runtime(policy=edgejs.Policy.open(), limits=edgejs.Limits(open_files=6, wall_time=60)) as runtime:
        started = runtime.eval(
            """
            const { spawn } = require('child_process');
            const start = () => new Promise((done) => {
              const child = spawn('sleep', ['100'], { stdio: 'ignore' });
              child.on('spawn', () => done(child)).on('error', (error) => done(error.code));
            });
            (async () => {
              const made = [];
              for (let i = 0; i < 10; i++) made.push(await start());
              const codes = made.map((one) => typeof one === 'string' ? one : 'child');
              const ends = made.filter((one) => typeof one !== 'string').map((one) => new Promise((done) => one.on('close', done).kill()));
              await Promise.all(ends);
              return codes;
            })()
            """
        )
        assert set(started) == {"child", "EMFILE"} and started.index("EMFILE") <= 3, started


# Each takes some seconds of a thread of the pool, or of one beside the environment's.
ELSEWHERE = {
    "pbkdf2": "new Promise((done) => require('crypto').pbkdf2('a', 'b', 8e6, 64, 'sha512', () => done(1)))",
    "pbkdf2Sync": "require('crypto').pbkdf2Sync('a', 'b', 8e6, 64, 'sha512').length",
    "brotli": "new Promise((done) => require('zlib').brotliCompress(Buffer.alloc(2e8, 'abcdefg'), () => done(1)))",
    "files": "const fs = require('fs'); (async () => { for (;;) await fs.promises.readFile('/proc/self/maps') })()",
}


@pytest.mark.parametrize("kind", ELSEWHERE)
def test_work_on_other_threads_is_processor_time(edge_node: Path, kind: str) -> None:
    pytest.importorskip("edgejs._native")
    limits = edgejs.Limits(cpu_time=0.5, wall_time=100)
    with (
        edgejs.Runtime(policy=edgejs.Policy.open(), limits=limits) as other,
        edgejs.Runtime(policy=edgejs.Policy.open(), limits=limits) as runtime,
    ):
        with pytest.raises(edgejs.CpuTimeLimitExceeded):
            runtime.eval(ELSEWHERE[kind])
        # Nobody else pays for it.
        assert other.eval("1 + 1") == 2
        assert other.eval("new Promise((done) => setTimeout(done, 1000, 3))") == 3


def test_a_flood_of_timers_in_an_environment(edge_node: Path) -> None:
    pytest.importorskip("edgejs._native")
    with edgejs.Runtime(policy=edgejs.Policy(), limits=edgejs.Limits(timers=50)) as runtime:
        assert runtime.eval("for (let i = 0; i < 50; i++) setTimeout(() => {}, 1); 1") == 1
    with edgejs.Runtime(policy=edgejs.Policy(), limits=edgejs.Limits(timers=50)) as runtime, pytest.raises(edgejs.TimerLimitExceeded):
        runtime.eval("for (let i = 0; i < 51; i++) setTimeout(() => {}, 1e6); new Promise(() => {})")
    limits = edgejs.Limits(memory="64MB")
    with edgejs.Runtime(policy=edgejs.Policy(), limits=limits) as runtime, pytest.raises(edgejs.MemoryLimitExceeded):
        runtime.eval("for (;;) setTimeout(() => {}, 1e6)")
