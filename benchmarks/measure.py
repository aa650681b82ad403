"""One measurement, and many alternating ones, so that a noisy minute hits both runtimes alike."""

from __future__ import annotations

import re
import resource
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_RESULT = re.compile(r"^RESULT (?:(\w+) )?(\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Sample:
    """The values of one runtime for one row, in the row's unit; or why there are none."""

    values: tuple[float, ...]
    error: str | None = None

    @property
    def median(self) -> float | None:
        """The middle value; None when nothing was measured."""
        return statistics.median(self.values) if self.values else None


def _children_seconds() -> float:
    """Processor time, user and system, of all processes that this one has waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure_once(command: Sequence[str], wall: bool, timeout: float) -> dict[str, float]:
    """Milliseconds from start to end (`wall`) and, as `cpu`, of processor time; or the numbers that the program prints after RESULT, by the
    name before each; '' for none.

    Raises:
        RuntimeError: the program failed, hung, or printed no result.
    """
    used = _children_seconds()
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
        return {"": elapsed, "cpu": (_children_seconds() - used) * 1000}
    found = _RESULT.findall(done.stdout)
    if not found:
        raise RuntimeError("it printed no result")
    return {name: float(value) for name, value in found}


@dataclass(frozen=True)
class Runs:
    """What all runs of one runtime gave: figures by name for each, or why there are none."""

    results: tuple[dict[str, float], ...]
    error: str | None = None

    def sample(self, figure: str) -> Sample:
        """One figure's values."""
        if self.error is None and any(figure not in result for result in self.results):
            return Sample((), f"it printed no {figure or 'result'}")
        return Sample(tuple(result[figure] for result in self.results), self.error)


def measure_alternating(commands: Mapping[str, Sequence[str]], wall: bool, runs: int, timeout: float) -> dict[str, Runs]:
    """Runs each command `runs` times, in turns, after one unmeasured round; a command that fails once is not run again."""
    results: dict[str, list[dict[str, float]]] = {name: [] for name in commands}
    errors: dict[str, str] = {}
    for turn in range(runs + 1):
        for name, command in commands.items():
            if name in errors:
                continue
            try:
                result = measure_once(command, wall, timeout)
            except (OSError, RuntimeError) as error:
                errors[name] = str(error)
                continue
            if turn:
                results[name].append(result)
    return {name: Runs(tuple(results[name]) if name not in errors else (), errors.get(name)) for name in commands}
