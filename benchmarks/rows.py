"""The rows: which program, how it is measured, and the ratio to Node that the project wants."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchmarks.apps import write_cjs_app, write_esm_app

PROGRAMS = Path(__file__).parent / "programs"


@dataclass(frozen=True)
class Row:
    """`wall`: the process's time from outside, else the number it prints. `by`: "edge-node" or "edge run".

    `against`: "node", or "native engine": the same engine without the sandbox.
    """

    group: str
    name: str
    script: Path
    wall: bool = False
    unit: str = "ms"
    by: str = "edge-node"
    against: str = "node"
    wanted: float | None = None
    flags: tuple[str, ...] = ()


def all_rows(scratch: Path) -> list[Row]:
    """Every row; programs of many files are written into `scratch`."""
    cjs, esm = write_cjs_app(scratch / "cjs"), write_esm_app(scratch / "esm")
    start = [
        Row("start-up", "empty", PROGRAMS / "empty.js", wall=True),
        Row("start-up", "hello", PROGRAMS / "hello.js", wall=True, wanted=0.4),
        Row("start-up", "hello, by edge run", PROGRAMS / "hello.js", wall=True, by="edge run", wanted=0.9),
        Row("start-up", "50 CommonJS modules", cjs, wall=True),
        Row("start-up", "50 ES modules", esm, wall=True),
        Row("memory", "hello, resident at most", PROGRAMS / "memory.js", unit="MiB", wanted=0.5),
    ]
    cpu = ["fib", "json", "regex", "sort", "string", "classes"]
    inside = {
        "cpu": cpu,
        "files": ["files_sync", "files_async", "stream_copy"],
        "bytes": ["buffer", "encoding"],
        "loop": ["timers", "promises"],
    }
    rows = start + [Row(group, name.replace("_", " "), PROGRAMS / f"{name}.js") for group, names in inside.items() for name in names]
    return rows + [Row("engine", name, PROGRAMS / f"{name}.js", against="native engine", wanted=1.3) for name in cpu]
