"""Standard streams of `edgejs.Runtime`, `AsyncRuntime` and `Pool`."""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import edgejs

pytestmark = pytest.mark.usefixtures("edge_node")
pytest.importorskip("edgejs._native")
CAPTURE = edgejs.CAPTURE


def test_capture() -> None:
    with edgejs.Runtime(stdout=CAPTURE, stderr=CAPTURE) as runtime:
        assert runtime.stdout == b""
        runtime.eval("console.log('out', 'ü'); console.error('err'); process.stdout.write('more')")
        assert (runtime.stdout, runtime.stderr) == ("out ü\nmore".encode(), b"err\n")
        runtime.eval("require('fs').writeSync(1, Buffer.from([0, 255])); require('fs').writeFileSync('/dev/stdout', '!')")
        assert runtime.stdout.endswith(b"more\x00\xff!")
        runtime.eval("new Promise((resolve) => process.stdout.write('x'.repeat(300000), resolve))")
        assert runtime.stdout.count(b"x") == 300000
    assert runtime.stderr == b"err\n"


def test_stderr_with_stdout() -> None:
    with edgejs.Runtime(stdout=CAPTURE, stderr=subprocess.STDOUT) as runtime:
        runtime.eval("console.log(1); console.error(2); console.log(3)")
        assert runtime.stdout == b"1\n2\n3\n"
        with pytest.raises(ValueError, match=r"^stderr: is not captured"):
            runtime.stderr  # noqa: B018
    heard: list[bytes] = []
    with edgejs.Runtime(stdout=heard.append, stderr=subprocess.STDOUT) as runtime:
        runtime.eval("console.log(1); console.error(2)")
    assert b"".join(heard) == b"1\n2\n"


def test_functions_hear_in_order_and_before_the_answer() -> None:
    heard: list[Any] = []
    with edgejs.Runtime(stdout=heard.append, stderr=lambda data: heard.append(("err", data))) as runtime:
        runtime.expose("tools", {"mark": lambda: heard.append("mark")})
        runtime.eval("console.log('a'); require('host:tools').mark(); console.error('b'); console.log('c')")
        assert heard == [b"a\n", "mark", ("err", b"b\n"), b"c\n"]
        thread = threading.get_ident()
        heard.clear()
        runtime.eval("for (let i = 0; i < 2000; i++) process.stdout.write(Buffer.alloc(1000, 97))")
        assert sum(map(len, heard)) == 2_000_000
    with edgejs.Runtime(stdout=lambda data: heard.append(threading.get_ident())) as runtime:
        heard.clear()
        runtime.eval("console.log(1)")
        assert heard == [thread]


def test_files_of_python(tmp_path: Path) -> None:
    text, data = io.StringIO(), io.BytesIO()
    with edgejs.Runtime(stdout=text, stderr=data) as runtime:
        runtime.eval(
            "const b = Buffer.from('ü'); fs = require('fs'); fs.writeSync(1, b, 0, 1); fs.writeSync(1, b, 1, 1); console.error('ü')"
        )
    assert (text.getvalue(), data.getvalue()) == ("ü", "ü\n".encode())
    with (tmp_path / "out.txt").open("w", encoding="utf-8") as file:
        file.write("before ")
        with edgejs.Runtime(stdout=file) as runtime:
            runtime.eval("console.log('between')")
        file.write("after")
    assert (tmp_path / "out.txt").read_text() == "before between\nafter"


def test_sys_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    with edgejs.Runtime(stdout=sys.stdout, stderr=sys.stderr) as runtime:
        runtime.eval("console.log('here'); console.error('there')")
    assert capsys.readouterr() == ("here\n", "there\n")


def test_this_process_s_own_when_not_said(capfd: pytest.CaptureFixture[str]) -> None:
    with edgejs.Runtime() as runtime:
        runtime.eval("console.log('own'); console.error('errors')")
        assert runtime.eval("require('fs').readFileSync(0, 'utf8')") == ""
    assert capfd.readouterr() == ("own\n", "errors\n")


def test_descriptors() -> None:
    reader, writer = os.pipe()
    with edgejs.Runtime(stdout=writer, stderr=subprocess.DEVNULL) as runtime:
        os.close(writer)  # Its own is another.
        runtime.eval("console.log('through a pipe'); console.error('nowhere')")
        assert os.read(reader, 100) == b"through a pipe\n"
    os.close(reader)
    with tempfile.TemporaryFile() as file:
        with edgejs.Runtime(stdout=file.fileno()) as runtime:
            runtime.eval("console.log('into a file')")
        file.seek(0)
        assert file.read() == b"into a file\n"
        file.seek(0)
        with edgejs.Runtime(stdin=file.fileno()) as runtime:
            assert runtime.eval("require('fs').readFileSync(0, 'utf8')") == "into a file\n"


READ = "(async () => { let text = ''; for await (const part of process.stdin.setEncoding('utf8')) text += part; return text })()"


@pytest.mark.parametrize(
    "stdin",
    ["one\ntwo ü", "one\ntwo ü".encode(), bytearray(b"one\ntwo \xc3\xbc"), io.StringIO("one\ntwo ü"), io.BytesIO("one\ntwo ü".encode())],
)
def test_input(stdin: Any) -> None:
    with edgejs.Runtime(stdin=stdin) as runtime:
        assert runtime.eval(READ) == "one\ntwo ü"
        assert runtime.eval("require('fs').readSync(0, Buffer.alloc(9))") == 0


def test_input_of_a_function() -> None:
    parts: Iterator[str | bytes] = iter([b"a", "ü" * 100_000, b"", b"never asked for"])
    sizes = []

    def read(size: int) -> str | bytes:
        sizes.append(size)
        return next(parts)

    with edgejs.Runtime(stdin=read) as runtime:
        assert runtime.eval(READ) == "a" + "ü" * 100_000
        assert sizes and all(size > 0 for size in sizes)
    with edgejs.Runtime(stdin=lambda size: "line\n") as runtime:
        assert runtime.eval("const b = Buffer.alloc(7); require('fs').readSync(0, b) + b.toString()") == "5line\n\x00\x00"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_input_that_fails() -> None:
    def fail(size: int) -> bytes:
        raise ValueError("no input")

    for stdin in (fail, lambda size: 3):
        with edgejs.Runtime(stdin=stdin) as runtime:  # type: ignore[arg-type]
            with pytest.raises(edgejs.JavaScriptError, match="EIO"):
                runtime.eval("require('fs').readFileSync(0)")
            assert runtime.eval("1") == 1


def test_what_a_function_raises_ends_the_request() -> None:
    class Enough(Exception):
        pass

    error = Enough()

    def write(data: bytes) -> None:
        if b"stop" in data:
            raise error

    with edgejs.Runtime(stdout=write) as runtime:
        with pytest.raises(Enough) as raised:
            runtime.eval("console.log('stop'); for (;;) console.log('x'.repeat(10000))")
        assert raised.value is error
        assert runtime.eval("console.log('go on'); 1 + 1") == 2


def test_a_function_that_asks_again() -> None:
    seen: list[Any] = []

    def write(data: bytes) -> None:
        try:
            runtime.eval("1")
        except edgejs.ReentrantCallError as error:
            seen.append(str(error))
        with edgejs.Runtime() as other:
            seen.append(other.eval("2"))

    with edgejs.Runtime(stdout=write) as runtime:
        runtime.eval("console.log(1)")
    assert len(seen) == 2 and "standard streams" in seen[0] and seen[1] == 2


def test_output_counts() -> None:
    for stdout in (CAPTURE, io.BytesIO(), lambda data: None):
        with edgejs.Runtime(stdout=stdout, limits=edgejs.Limits(output=1000)) as runtime:
            with pytest.raises(edgejs.OutputLimitExceeded) as raised:
                runtime.eval("for (;;) console.log('x'.repeat(99))")
            assert raised.value.limit == "output"
            if stdout is CAPTURE:
                assert len(runtime.stdout) == 1000


def test_a_limit_ends_a_program_that_waits_to_be_heard() -> None:
    limits = edgejs.Limits(wall_time=0.3)
    with edgejs.Runtime(stdout=lambda data: None, limits=limits) as runtime, pytest.raises(edgejs.WallTimeLimitExceeded):
        runtime.eval("for (;;) process.stdout.write('x'.repeat(100000))")


@pytest.mark.parametrize(
    ("streams", "kind", "field"),
    [
        ({"stdout": 3.5}, TypeError, "stdout"),
        ({"stderr": object()}, TypeError, "stderr"),
        ({"stdin": 1.5}, TypeError, "stdin"),
        ({"stdout": True}, TypeError, "stdout"),
        ({"stdout": subprocess.PIPE}, ValueError, "stdout"),
        ({"stdin": -7}, ValueError, "stdin"),
        ({"stdin": CAPTURE}, TypeError, "stdin"),
        ({"stdout": 1_000_000}, OSError, "stdout"),
    ],
)
def test_what_cannot_be_names_the_stream(streams: dict[str, Any], kind: type[Exception], field: str) -> None:
    with pytest.raises(kind, match=f"{field}: "):
        edgejs.Runtime(**streams)


def test_async() -> None:
    async def main() -> None:
        heard: list[Any] = []

        def write(data: bytes) -> None:
            assert asyncio.get_running_loop() is loop
            heard.append(data)

        loop = asyncio.get_running_loop()
        async with edgejs.AsyncRuntime(stdout=write, stderr=CAPTURE, stdin="text") as runtime:
            await runtime.eval("console.log('a'); console.error('b')")
            assert heard == [b"a\n"] and runtime.stderr == b"b\n"
            assert await runtime.eval(READ) == "text"
            await asyncio.gather(*(runtime.eval(f"console.log({number})") for number in range(20)))
            assert b"".join(heard[1:]).split() == [str(number).encode() for number in range(20)]

        def refuse(data: bytes) -> None:
            raise KeyError("full")

        async with edgejs.AsyncRuntime(stdout=refuse) as runtime:
            with pytest.raises(KeyError, match="full"):
                await runtime.eval("console.log(1); new Promise(() => setInterval(() => {}, 1000))")

    asyncio.run(main())


def test_pool() -> None:
    heard: list[bytes] = []
    with edgejs.Pool(2, stdout=heard.append, stderr=CAPTURE, stdin="in") as pool:
        work = "(n) => { console.log(n); console.error('e'); return require('fs').readFileSync(0, 'utf8') + n }"
        assert list(pool.map(work, range(5))) == [f"in{number}" for number in range(5)]

        def look(runtime: edgejs.Runtime) -> bytes:
            runtime.eval("console.error('mine')")
            return runtime.stderr

        assert pool.submit(look).result() == b"mine\n"
    assert sorted(b"".join(heard).split()) == [str(number).encode() for number in range(5)]


def test_nothing_keeps_a_closed_runtime_alive() -> None:
    import gc
    import weakref

    class Sink:
        def write(self, data: bytes) -> None:
            pass

    sink = Sink()
    gone = weakref.ref(sink)
    runtime = edgejs.Runtime(stdout=sink)
    runtime.eval("console.log(1)")
    runtime.close()
    del runtime, sink
    gc.collect()
    assert gone() is None
