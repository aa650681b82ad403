"""`python -m benchmarks.in_process WHAT`: one figure of environments inside this Python process, printed after RESULT.

`start` and `first-start`: milliseconds of `edgejs.Runtime()`; `ready-p50`, `ready-p99`: of 1,000 that are kept, with an `eval`.
`thousand`: megabytes that only 1,000 idle environments have, each of which has run something. `private` and `private-hello`: kilobytes of
memory that only that environment has, after it was made and after `console.log`. `eval`: milliseconds of `eval("1")`. `callback`:
nanoseconds that JavaScript waits for a Python function. `boundary:NAME`: nanoseconds. `kill:KIND`: milliseconds from an environment's
deadline to the error that it ended with (`benchmarks.kills`).
"""

from __future__ import annotations

import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.kills import lateness

_COUNT = 100
_ROUNDS = 1_000_000


def _private_kilobytes() -> int:
    """What this process alone has written or holds."""
    text = Path("/proc/self/smaps_rollup").read_text(encoding="ascii")
    return sum(int(value) for value in re.findall(r"^Private_(?:Dirty|Clean):\s+(\d+) kB", text, re.MULTILINE))


def _median_ms(action: Callable[[], object], count: int) -> float:
    times = []
    for _ in range(count):
        started = time.perf_counter()
        action()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def measure(what: str, scale: float) -> float:
    """One figure; `scale` shortens the work.

    Raises:
        ValueError: there is no figure of that name.
    """
    if what.startswith("kill:"):
        with tempfile.TemporaryDirectory(prefix="edge-kills-") as folder:
            return max(0.01, lateness(what.partition(":")[2], Path(folder)) * 1000)
    import edgejs

    count = max(3, int(_COUNT * scale))
    if what == "first-start":
        return _median_ms(edgejs.Runtime, 1)
    if what.startswith("boundary:"):
        from edgejs import _native

        return dict(_native.measure_boundary(max(1000, int(_ROUNDS * scale))))[what.partition(":")[2]]
    kept = [edgejs.Runtime() for _ in range(3)]
    if what == "start":
        # Kept, as a program that needs many keeps them: ending one is not part of its start.
        return _median_ms(lambda: kept.append(edgejs.Runtime()), count)
    if what == "eval":
        kept[0].eval("1")
        return _median_ms(lambda: kept[0].eval("1"), count)
    if what == "callback":
        rounds = max(100, int(20_000 * scale))
        kept[0].expose("tools", {"add": lambda a, b: a + b})
        return float(
            kept[0].eval(
                "const { add } = require('host:tools'); const begun = process.hrtime.bigint();"
                f"for (let i = 0; i < {rounds}; i++) add(i, 1); Number(process.hrtime.bigint() - begun) / {rounds}"
            )
        )
    if what in ("ready-p50", "ready-p99", "thousand"):
        before, times = _private_kilobytes(), []
        for _ in range(max(20, int(1000 * scale))):
            begun = time.perf_counter()
            kept.append(edgejs.Runtime())
            kept[-1].eval("1")
            times.append((time.perf_counter() - begun) * 1000)
        if what == "thousand":
            # As many as a thousand take: in KB for each, which is MB for all of them.
            return (_private_kilobytes() - before) / len(times)
        times.sort()
        return times[len(times) // 2 if what == "ready-p50" else len(times) * 99 // 100]
    if what in ("private", "private-hello"):
        before = _private_kilobytes()
        kept += [edgejs.Runtime() for _ in range(count)]
        if what == "private-hello":
            for runtime in kept[3:]:
                runtime.eval("console.log('Hello, world!')")
        return (_private_kilobytes() - before) / count
    raise ValueError(what)


def main() -> int:
    """Prints the figure that the command line names."""
    result = measure(sys.argv[1], float(os.environ.get("EDGE_BENCH_SCALE", "1")))
    print(f"RESULT {result}")
    sys.stdout.flush()
    # Hundreds of environments need not be ended one by one.
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
