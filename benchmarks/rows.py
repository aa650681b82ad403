"""The rows: which program, how it is measured, and what the project wants of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchmarks.apps import write_cjs_app, write_esm_app

PROGRAMS = Path(__file__).parent / "programs"


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        script: a JavaScript file; for "python", the name of a figure of `benchmarks.in_process`.
        wall: the process's time from outside, else the number that it prints.
        by: "edge-node", "edge run", or "python" (environments in a Python process).
        against: "node", "native engine" (the same engine without the sandbox), or "nothing".
        wanted: the ratio to the other side that the project wants at most; the figure itself where there is no other side.
    """

    group: str
    name: str
    script: Path | str
    wall: bool = False
    unit: str = "ms"
    by: str = "edge-node"
    against: str = "node"
    wanted: float | None = None
    flags: tuple[str, ...] = ()


def _in_process(group: str, name: str, what: str, unit: str, wanted: float | None = None) -> Row:
    return Row(group, name, what, unit=unit, by="python", against="nothing", wanted=wanted)


def all_rows(scratch: Path) -> list[Row]:
    """Every row; programs of many files are written into `scratch`."""
    cjs, esm = write_cjs_app(scratch / "cjs"), write_esm_app(scratch / "esm")
    cpu = ["fib", "json", "regex", "sort", "string", "classes"]
    inside = {
        "cpu": cpu,
        "files": ["files_sync", "files_async", "stream_copy"],
        "bytes": ["buffer", "encoding"],
        "loop": ["timers", "promises"],
    }
    return [
        Row("start-up", "empty", PROGRAMS / "empty.js", wall=True),
        Row("start-up", "hello", PROGRAMS / "hello.js", wall=True, wanted=0.4),
        Row("start-up", "hello, by edge run", PROGRAMS / "hello.js", wall=True, by="edge run", wanted=0.9),
        Row("start-up", "50 CommonJS modules", cjs, wall=True),
        Row("start-up", "50 ES modules", esm, wall=True),
        _in_process("in-process", "a further environment", "start", "ms", 0.5),
        _in_process("in-process", "the first environment", "first-start", "ms"),
        _in_process("in-process", "eval of 1", "eval", "ms"),
        _in_process("in-process", "private memory", "private", "KB", 2048),
        _in_process("in-process", "private memory after hello", "private-hello", "KB", 3072),
        Row("memory", "hello, resident at most", PROGRAMS / "memory.js", unit="MiB", wanted=0.5),
        Row("memory", "pages an empty start dirties", PROGRAMS / "pages.js", unit="4KiB"),
        *(Row(group, name.replace("_", " "), PROGRAMS / f"{name}.js") for group, names in inside.items() for name in names),
        *(Row("engine", name, PROGRAMS / f"{name}.js", against="native engine", wanted=1.3) for name in cpu),
        _in_process("boundary", "JavaScript to native", "boundary:JavaScript to native, no arguments", "ns"),
        _in_process("boundary", "native to JavaScript", "boundary:native to JavaScript", "ns"),
        _in_process("boundary", "binding call, 3 arguments", "boundary:binding call, three arguments", "ns", 150),
        _in_process("boundary", "nested callback", "boundary:nested callback", "ns"),
    ]
