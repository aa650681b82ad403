"""Rows 53 to 59 of the catalogue: what hostile JavaScript, and a careless host, can do to the Python process around it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import edgejs


@pytest.fixture
def runtime(edge_node: Path) -> Iterator[edgejs.Runtime]:
    pytest.importorskip("edgejs._native")
    with edgejs.Runtime(policy=edgejs.Policy()) as made:
        yield made


def _python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-X", "dev", "-c", code], capture_output=True, text=True, timeout=60)


def test_53_a_callback_that_raises_or_asks_again(runtime: edgejs.Runtime) -> None:
    def raising() -> None:
        raise ValueError("mine")

    runtime.expose("tools", {"raise": raising, "again": lambda code: runtime.eval(code)})
    with pytest.raises(ValueError, match=r"^mine$"):
        runtime.eval("require('host:tools').raise()")
    assert runtime.eval("require('host:tools').again('1 + 1')") == 2
    with pytest.raises(edgejs.ReentrantCallError):
        runtime.eval("require('host:tools').again('new Promise(() => setInterval(() => {}, 10))')")


def test_54_no_host_paths_in_errors(runtime: edgejs.Runtime) -> None:
    def fail() -> None:
        raise ValueError("text")

    runtime.expose("tools", {"fail": fail})
    text = runtime.eval("""
        const seen = [];
        for (const attempt of [() => require('host:tools').fail(), () => require('./nothing'), () => require('fs').readFileSync('/etc/passwd')]) {
          try { attempt() } catch (error) { seen.push(require('util').inspect(error, { showHidden: true, depth: 9 })) }
        }
        seen.push(process.execPath, process.cwd(), JSON.stringify(process.env), JSON.stringify(process.argv));
        seen.join('\\n')
    """)
    for secret in (__file__, str(Path(edgejs.__file__).parent), str(Path.home()), str(Path.cwd()), sys.prefix):
        assert len(secret) < 3 or secret not in text


def test_55_objects_are_not_walked(runtime: edgejs.Runtime) -> None:
    def tool() -> int:
        return 1

    runtime.expose("tools", {"tool": tool})
    assert runtime.eval("const { tool } = require('host:tools'); Reflect.ownKeys(tool).sort().join()") == "length,name"
    assert runtime.eval("[tool.__globals__, tool.__class__, tool.constructor === Function, tool.__code__]") == [None, None, True, None]
    for value in (object(), tool.__code__, sys, type, threading.Lock()):
        with pytest.raises(edgejs.TransferError):
            runtime.eval("(value) => 1")(value)


def test_56_nothing_is_left_for_the_next(edge_node: Path) -> None:
    with edgejs.Pool(1, policy=edgejs.Policy()) as pool:
        mark = "require('fs').writeFileSync('/tmp/left', 'x'); Object.prototype.left = 1; globalThis.left = 1"
        look = "[require('fs').existsSync('/tmp/left'), ({}).left ?? null, typeof globalThis.left]"
        pool.submit(mark).result()
        assert pool.submit(look).result() == [False, None, "undefined"]


def test_57_ctrl_c(edge_node: Path) -> None:
    code = """
import edgejs, os, signal, threading, time
runtime = edgejs.Runtime(policy=edgejs.Policy())
for code in ("for (;;);", "new Promise(() => setInterval(() => {}, 1000))"):
    threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    began = time.monotonic()
    try:
        runtime.eval(code)
    except KeyboardInterrupt:
        assert time.monotonic() - began < 5
        print("interrupted", runtime.eval("1 + 1"))
"""
    done = _python(code)
    assert done.stdout == "interrupted 2\ninterrupted 2\n", done.stderr


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_58_fork(edge_node: Path) -> None:
    code = """
import edgejs, os
runtime = edgejs.Runtime(policy=edgejs.Policy())
runtime.eval("1")
child = os.fork()
if child == 0:
    try:
        runtime.eval("1")
    except edgejs.RuntimeClosedError as error:
        assert "forked" in str(error)
        with edgejs.Runtime(policy=edgejs.Policy()) as mine:
            os._exit(mine.eval("7"))
    os._exit(1)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
print(runtime.eval("2"))
"""
    done = _python(code)
    assert done.stdout == "2\n", done.stderr


@pytest.mark.parametrize("code", ["for (;;);", "new Promise(() => setInterval(() => {}, 1000))", "require('host:tools').sleep()"])
def test_59_shutdown_with_runs_in_flight(code: str, edge_node: Path) -> None:
    script = f"""
import edgejs, threading, time
runtime = edgejs.Runtime(policy=edgejs.Policy())
runtime.expose("tools", {{"sleep": lambda: time.sleep(1000)}})
threading.Thread(target=runtime.eval, args=({code!r},), daemon=True).start()
time.sleep(0.3)
print("end")
"""
    done = _python(script)
    assert (done.returncode, done.stdout) == (0, "end\n"), done.stderr


def test_limits_hold_while_a_python_function_runs(edge_node: Path) -> None:
    with edgejs.Runtime(policy=edgejs.Policy(), limits=edgejs.Limits(wall_time=0.3)) as runtime, edgejs.Runtime() as other:
        runtime.expose("tools", {"quick": lambda: None, "slow": lambda: time.sleep(1)})
        with pytest.raises(edgejs.WallTimeLimitExceeded):
            runtime.eval("for (;;) require('host:tools').quick()")
        assert other.eval("1 + 1") == 2
    with edgejs.Runtime(policy=edgejs.Policy(), limits=edgejs.Limits(wall_time=0.3)) as runtime:
        runtime.expose("tools", {"slow": lambda: time.sleep(1)})
        with pytest.raises(edgejs.WallTimeLimitExceeded):
            runtime.eval("try { require('host:tools').slow() } catch {} for (;;);")
