"""How long after its deadline the error of an environment arrives that never ends: `python -m benchmarks.in_process kill:KIND`.

Each kind is JavaScript that would run for hours, or wait for ever: in the engine, in native code, in a system call, on the thread pool, in
a Python function. `NAMES` are all of them; `tests/test_kills.py` ends each one, too.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import edgejs

DEADLINE = 0.3
"""Seconds of wall time that an environment has."""

KINDS = {
    "loop": "for (;;) {}",
    "loop that calls Python": "for (;;) require('host:tools').quick()",
    "microtasks": "const f = () => Promise.resolve().then(f); f(); new Promise(() => {})",
    "regular expression": "/^(a+)+$/.test('a'.repeat(40) + 'b')",
    "JSON": "const a = Array(1e6).fill({ b: [1, 2, 'c'] }); for (;;) JSON.parse(JSON.stringify(a))",
    "sort": "for (;;) Array.from({ length: 3e6 }, (_, i) => (i * 7919) % 3000001).sort()",
    "typed array fill": "const a = new Uint8Array(2e8); for (let i = 0;; i++) a.fill(i)",
    "BigInt": "const a = 3n ** 300000n; for (;;) a * a",
    "Atomics.wait": "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)",
    "read of a FIFO": "require('fs').readFileSync(FIFO)",
    "spawnSync": "require('child_process').spawnSync('sleep', ['100'], { stdio: 'inherit' })",
    "pbkdf2Sync": "require('crypto').pbkdf2Sync('a', 'b', 2147483647, 64, 'sha512')",
    "pbkdf2": "new Promise(() => require('crypto').pbkdf2('a', 'b', 2147483647, 64, 'sha512', () => {}))",
    "scrypt": "new Promise(() => require('crypto').scrypt('a', 'b', 64, { N: 2 ** 16, r: 8, p: 5000, maxmem: 2 ** 40 }, () => {}))",
    "brotliCompress": "new Promise(() => require('zlib').brotliCompress(Buffer.alloc(5e8, 'abcdefg'), () => {}))",
    "brotliCompressSync": "for (;;) require('zlib').brotliCompressSync(Buffer.alloc(1e8, 'abcdefg'))",
    "read of a FIFO on the pool": "new Promise(() => require('fs').readFile(FIFO, () => {}))",
    "a timer that never fires": "new Promise(() => setTimeout(() => {}, 1e8))",
    "a server": "require('net').createServer().listen(0, '127.0.0.1'); new Promise(() => {})",
    "Python function that blocks": "require('host:tools').slow()",
}

NAMES = list(KINDS)
_IN_PYTHON = "Python function that blocks"


def lateness(kind: str, folder: Path, deadline: float = DEADLINE) -> float:
    """Seconds from the deadline to the error. A neighbour is asked at the end, and must answer.

    While a Python function blocks, the thread that runs it is Python's and cannot be taken away: there, the error is that of another
    thread's question to the same environment.

    Raises:
        RuntimeError: it ended otherwise, or the neighbour is harmed.
    """
    import edgejs

    fifo = folder / f"fifo-{NAMES.index(kind)}"
    if "FIFO" in KINDS[kind]:
        os.mkfifo(fifo)
    code = KINDS[kind].replace("FIFO", repr(str(fifo)))
    limits = edgejs.Limits(wall_time=deadline)
    released = threading.Event()
    neighbour = edgejs.Runtime(policy=edgejs.Policy())
    neighbour.eval("globalThis.kept = 40; 0")
    runtime = edgejs.Runtime(policy=edgejs.Policy.open(), limits=limits)
    try:
        runtime.expose("tools", {"quick": lambda: None, "slow": released.wait})
        runtime.eval("1")
        # What follows at its heels could still be part of the same stretch of running, whose time has begun.
        time.sleep(0.1)
        begun = time.perf_counter()
        if kind == _IN_PYTHON:
            asker = threading.Thread(target=_ask, args=(runtime, code))
            asker.start()
            time.sleep(deadline / 3)
            ended = _ask(runtime, "new Promise(() => {})")
        else:
            ended = _ask(runtime, code)
        late = time.perf_counter() - begun - deadline
        if not ended:
            raise RuntimeError(f"{kind}: it ended otherwise")
        if neighbour.eval("kept + 2") != 42:
            raise RuntimeError(f"{kind}: the neighbour is harmed")
        return late
    finally:
        released.set()
        if kind == _IN_PYTHON:
            asker.join()
        runtime.close()
        neighbour.close()


def _ask(runtime: edgejs.Runtime, code: str) -> bool:
    """Whether the limit of wall time ended it."""
    import edgejs

    try:
        runtime.eval(code)
    except edgejs.WallTimeLimitExceeded:
        return True
    return False
