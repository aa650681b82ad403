"""One measurement, and many alternating ones, so that a noisy minute hits both runtimes alike."""

from __future__ import annotations

import re
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_RESULT = re.compile(r"^RESULT (\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Sample:
    """The values of one runtime for one row, in the row's unit; or why there are none."""

    values: tuple[float, ...]
    error: str | None = None

    @property
    def median(self) -> float | None:
        """The middle value; None when nothing was measured."""
        return statistics.median(self.values) if self.values else None


def measure_once(command: Sequence[str], wall: bool, timeout: float) -> float:
    """Milliseconds from start to end (`wall`), or the number that the program prints after RESULT.

    Raises:
        RuntimeError: the program failed, hung, or printed no result.
    """
    started = time.perf_counter()
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout)
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"no end after {timeout:g} s") from None
    elapsed = (time.perf_counter() - started) * 1000
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines()
        raise RuntimeError(f"exit status {done.returncode}: {lines[-1] if lines else ''}")
    if wall:
        return elapsed
    found = _RESULT.search(done.stdout)
    if found is None:
        raise RuntimeError("it printed no result")
    return float(found.group(1))


def measure_alternating(commands: Mapping[str, Sequence[str]], wall: bool, runs: int, timeout: float) -> dict[str, Sample]:
    """Runs each command `runs` times, in turns, after one unmeasured round; a command that fails once is not run again."""
    values: dict[str, list[float]] = {name: [] for name in commands}
    errors: dict[str, str] = {}
    for turn in range(runs + 1):
        for name, command in commands.items():
            if name in errors:
                continue
            try:
                value = measure_once(command, wall, timeout)
            except (OSError, RuntimeError) as error:
                errors[name] = str(error)
                continue
            if turn:
                values[name].append(value)
    return {name: Sample(tuple(values[name]) if name not in errors else (), errors.get(name)) for name in commands}
