"""`edgejs.Limits`: how much a program may use, and the exceptions that say which limit it reached."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, fields
from typing import Union

_BYTE_UNITS = {
    "": 1,
    "b": 1,
    "k": 10**3,
    "kb": 10**3,
    "kib": 2**10,
    "m": 10**6,
    "mb": 10**6,
    "mib": 2**20,
    "g": 10**9,
    "gb": 10**9,
    "gib": 2**30,
    "t": 10**12,
    "tb": 10**12,
    "tib": 2**40,
}
_TIME_UNITS = {"": 1.0, "ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_AMOUNT = re.compile(r"\s*([0-9][0-9_]*(?:\.[0-9]*)?|\.[0-9]+)\s*([A-Za-z]*)\s*\Z", re.ASCII)

Bytes = Union[int, str]
Seconds = Union[int, float, str]

_BYTES = frozenset({"memory", "host_memory", "bytes_written", "output", "message_size"})
_SECONDS = frozenset({"cpu_time", "wall_time"})


class LimitError(ValueError):
    """A limit that cannot be one.

    Attributes:
        field: which (`memory`).
        reason: what is wrong with it.
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason

    def __reduce__(self) -> tuple[type[LimitError], tuple[str, str]]:
        return type(self), (self.field, self.reason)


def _split(field: str, text: str, units: dict[str, float], example: str) -> tuple[float | int, float | int]:
    matched = _AMOUNT.match(text)
    unit = units.get(matched[2].lower()) if matched else None
    if matched is None or unit is None:
        raise LimitError(field, f"{text!r} is no amount (write {example})")
    digits = matched[1].replace("_", "")
    return (float(digits) if "." in digits else int(digits)), unit


def _bytes(field: str, value: object) -> int:
    if isinstance(value, str):
        number, unit = _split(field, value, dict(_BYTE_UNITS), '1000000, "64MB" or "64MiB"')
        value = int(number * unit)
    return _count(field, value, 'a number of bytes, or a text like "64MB"')


def _count(field: str, value: object, what: str = "a whole number") -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise LimitError(field, f"must be {what}, not {type(value).__name__}")
    if not 0 <= value < 2**63:
        raise LimitError(field, "must be 0 or more, and less than 2**63")
    return value


def _seconds(field: str, value: object) -> float:
    if isinstance(value, str):
        number, unit = _split(field, value, _TIME_UNITS, '2, 0.5, "500ms" or "2m"')
        value = number * unit
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise LimitError(field, f"must be a number of seconds, not {type(value).__name__}")
    if not (math.isfinite(value) and 0 < value <= 1e12):
        raise LimitError(field, "must be more than 0 seconds, and finite")
    return float(value)


class LimitExceeded(RuntimeError):
    """A program reached one of its limits and was ended.

    In a `Runtime` the environment is gone, or (`MessageSizeLimitExceeded`) only that request failed; other environments and this
    process are unharmed.

    Attributes:
        limit: the name of the limit, a field of `Limits`.
    """

    def __init__(self, message: str, limit: str = "") -> None:
        super().__init__(message)
        self.limit = limit

    def __reduce__(self) -> tuple[type[LimitExceeded], tuple[str, str]]:
        return type(self), (str(self), self.limit)


class MemoryLimitExceeded(LimitExceeded):
    """More memory than `memory` or `host_memory`."""


class CpuTimeLimitExceeded(LimitExceeded):
    """More processor time than `cpu_time`."""


class WallTimeLimitExceeded(LimitExceeded):
    """It took longer than `wall_time`."""


class OutputLimitExceeded(LimitExceeded):
    """More on standard output and standard error than `output`."""


class TimerLimitExceeded(LimitExceeded):
    """More timers and immediates than `timers`."""


class MessageSizeLimitExceeded(LimitExceeded):
    """A value larger than `message_size` was to cross."""


_EXCEPTIONS: dict[str, type[LimitExceeded]] = {
    "memory": MemoryLimitExceeded,
    "host_memory": MemoryLimitExceeded,
    "cpu_time": CpuTimeLimitExceeded,
    "wall_time": WallTimeLimitExceeded,
    "output": OutputLimitExceeded,
    "timers": TimerLimitExceeded,
    "message_size": MessageSizeLimitExceeded,
}


@dataclass(frozen=True)
class Limits:
    """How much a program may use. None is no limit. Texts become numbers: `Limits(memory="64MB").memory == 64_000_000`.

    In a `Runtime` times are counted anew for each stretch of running (an `eval`, a call; calls that overlap share one); in `edgejs.run` for
    the whole run.

    Attributes:
        memory: bytes of the engine's memory (it starts with 12 MB); over it a JavaScript RangeError where there is one,
            else `MemoryLimitExceeded`.
        host_memory: bytes held for the program outside of the engine; over it the call fails (`ENOSPC`, `ENOBUFS`),
            or `MemoryLimitExceeded`. Without it each folder of files in memory has room for `memory`.
        cpu_time: seconds of processor time, its thread pool's included; `CpuTimeLimitExceeded`.
        wall_time: seconds by the clock; `WallTimeLimitExceeded`.
        open_files: open descriptors, directories, watches and handles of children; JavaScript sees `EMFILE`.
        sockets: sockets among them; `EMFILE`.
        timers: active timers and immediates; `TimerLimitExceeded`.
        threads: child processes and threads that the program makes; `EAGAIN`.
        bytes_written: bytes written to files, all together; `EDQUOT`.
        output: bytes of standard output and standard error together; `OutputLimitExceeded`.
        message_size: bytes of one value that crosses, either way; `MessageSizeLimitExceeded`.

    Raises:
        LimitError: a value that is no such limit; it names the field.

    Example:
        >>> Limits(memory="64MB", wall_time="500ms")
        Limits(memory=64000000, wall_time=0.5)
    """

    memory: Bytes | None = None
    host_memory: Bytes | None = None
    cpu_time: Seconds | None = None
    wall_time: Seconds | None = None
    open_files: int | None = None
    sockets: int | None = None
    timers: int | None = None
    threads: int | None = None
    bytes_written: Bytes | None = None
    output: Bytes | None = None
    message_size: Bytes | None = None

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value is None:
                continue
            amount: int | float
            if field.name in _SECONDS:
                amount = _seconds(field.name, value)
            elif field.name in _BYTES:
                amount = _bytes(field.name, value)
            else:
                amount = _count(field.name, value)
            if field.name == "memory" and amount == 0:
                raise LimitError("memory", "must be more than 0")
            object.__setattr__(self, field.name, amount)

    def __repr__(self) -> str:
        return f"Limits({', '.join(f'{name}={value!r}' for name, value in self.given().items())})"

    def given(self) -> dict[str, int | float]:
        """The limits that are set, by name: the `[limits]` of a policy document."""
        pairs = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: value for name, value in pairs if value is not None}


# The options of edge-node, by the names of limits.
_OPTIONS = {
    "wall_time": "--timeout",
    "cpu_time": "--cpu-time",
    "memory": "--memory",
    "host_memory": "--host-memory",
    "open_files": "--max-open-files",
    "sockets": "--max-sockets",
    "timers": "--max-timers",
    "threads": "--max-threads",
    "bytes_written": "--max-bytes-written",
    "output": "--max-output",
}


def options(limits: Limits) -> list[str]:
    """The options of `edge-node` that set these limits. Nothing crosses to a process, so `message_size` has none."""

    def text(value: float) -> str:
        return f"{value:.9f}" if isinstance(value, float) else str(value)

    return [f"{_OPTIONS[name]}={text(value)}" for name, value in limits.given().items() if name in _OPTIONS]


def exceeded(name: str, limits: Limits | None = None) -> LimitExceeded:
    """The exception for the limit of this name; with `limits` it says how much that was."""
    value = getattr(limits, name, None)
    unit = " bytes" if name in _BYTES else " s" if name in _SECONDS else ""
    return _EXCEPTIONS.get(name, LimitExceeded)(f"limit exceeded: {name}" + ("" if value is None else f" ({value}{unit})"), name)


# Exit statuses of edge-node (README.md): subprocess says -6 where a shell says 134.
_STATUSES = {124: "wall_time", 152: "cpu_time", 134: "memory", -6: "memory", 70: "host_memory", 71: "output", 72: "timers"}


def of_status(status: int, limits: Limits) -> LimitExceeded | None:
    """The exception for a process that ended with this status under these limits; None when it ended in another way."""
    name = _STATUSES.get(status)
    if name is None or name not in limits.given():
        return None
    return exceeded(name, limits)
