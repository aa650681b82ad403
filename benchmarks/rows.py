"""The rows: which program, how it is measured, and what the project wants of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchmarks.apps import write_cjs_app, write_esm_app
from benchmarks.kills import NAMES as KILLS

PROGRAMS = Path(__file__).parent / "programs"


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        script: a JavaScript file; for "python" and "network", the name of what `benchmarks.in_process` or `benchmarks.network` measures.
        wall: the process's time from outside, else the number that it prints.
        by: "edge-node", "edge run", "python" (environments in a Python process), or "network" (a server under load).
        against: "node", "native engine" (the same engine without the sandbox), "open" (edge-node itself, where `flags` are those of a
            sandboxed run), or "nothing".
        wanted: the ratio to the other side that the project wants at most, at least where `more_is_better`; the figure itself where
            there is no other side.
        figure: which of the named numbers that the program prints; rows of the same program share its runs.
        more_is_better: as for requests per second.
        times: as many more runs as other rows have: for what is short, and differs by less than one run does from the next.
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
    figure: str = ""
    more_is_better: bool = False
    times: int = 1


def _in_process(group: str, name: str, what: str, unit: str, wanted: float | None = None) -> Row:
    return Row(group, name, what, unit=unit, by="python", against="nothing", wanted=wanted)


def _http_rows() -> list[Row]:
    rows = []
    for program in ("hello", "json"):
        for connections in (1, 64):
            what, name = f"{program}:{connections}", f"{program}, {connections} conn."
            wanted = 0.10 if program == "hello" else None
            rows += [
                Row("http", f"{name}, requests", what, unit="/s", by="network", figure="rps", wanted=wanted, more_is_better=True),
                Row("http", f"{name}, p50", what, by="network", figure="p50"),
                Row("http", f"{name}, p99", what, by="network", figure="p99"),
                Row("http", f"{name}, server's CPU", what, unit="us", by="network", figure="cpu"),
                Row("http", f"{name}, resident", what, unit="MiB", by="network", figure="rss"),
            ]
    return rows


def _safe_rows(scratch: Path) -> list[Row]:
    """A sandboxed run against an open one: start-up, files of a volume, HTTP."""
    most = 1.1
    volume = ("--safe", "--volume", f"{scratch}:{scratch}:rw", "--allow-env", "TMPDIR,EDGE_BENCH_SCALE")
    server = ("--safe", "--allow-listen=127.0.0.1")
    hello, operations = PROGRAMS / "hello.js", PROGRAMS / "file_operations.js"
    return [
        Row("safe", "hello", hello, wall=True, against="open", flags=("--safe",), wanted=most, times=10),
        Row("safe", "hello, processor time", hello, wall=True, against="open", flags=("--safe",), figure="cpu", wanted=most, times=10),
        Row("safe", "files sync", PROGRAMS / "files_sync.js", against="open", flags=volume, wanted=most),
        Row("safe", "files async", PROGRAMS / "files_async.js", against="open", flags=volume, wanted=most),
        *(
            # The kernel has no `stat` that stays below a folder: three calls (`openat2`, `statx`, `close`) where an open run has one.
            Row("safe", f"{name}, a call", operations, unit="us", against="open", flags=volume, figure=name,
                wanted=None if name == "statSync" else most)
            for name in ("readFileSync", "statSync", "readdirSync", "writeFileSync")
        ),
        *(
            Row("safe", f"HTTP hello, 64 conn., {name}", "hello:64", unit=unit, by="network", against="open", flags=server,
                figure=figure, wanted=most ** (-1 if more else 1), more_is_better=more)
            for name, figure, unit, more in (("requests", "rps", "/s", True), ("server's CPU", "cpu", "us", False))
        ),
    ]  # fmt: skip


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
        _in_process("in-process", "ready and asked, p50 of 1,000", "ready-p50", "ms", 0.5),
        _in_process("in-process", "ready and asked, p99 of 1,000", "ready-p99", "ms", 2),
        _in_process("in-process", "1,000 idle environments", "thousand", "MB", 2500),
        _in_process("in-process", "the first environment", "first-start", "ms"),
        _in_process("in-process", "eval of 1", "eval", "ms"),
        _in_process("in-process", "private memory", "private", "KB", 2048),
        _in_process("in-process", "private memory after hello", "private-hello", "KB", 3072),
        Row("memory", "hello, resident at most", PROGRAMS / "memory.js", unit="MiB", wanted=0.5),
        Row("memory", "pages an empty start dirties", PROGRAMS / "pages.js", unit="4KiB"),
        *(Row(group, name.replace("_", " "), PROGRAMS / f"{name}.js") for group, names in inside.items() for name in names),
        *_http_rows(),
        Row("network", "TCP echo", "echo", unit="MiB/s", by="network", figure="rate", more_is_better=True),
        Row("network", "an idle connection of 10,000", "idle", unit="KB", by="network", figure="kilobytes"),
        Row("processes", "spawn of /bin/echo", PROGRAMS / "spawn.js"),
        *_safe_rows(scratch),
        *(_in_process("kill", name, f"kill:{name}", "ms", 100) for name in KILLS),
        *(Row("engine", name, PROGRAMS / f"{name}.js", against="native engine", wanted=1.3) for name in cpu),
        _in_process("boundary", "JavaScript to native", "boundary:JavaScript to native, no arguments", "ns"),
        _in_process("boundary", "native to JavaScript", "boundary:native to JavaScript", "ns"),
        _in_process("boundary", "binding call, 3 arguments", "boundary:binding call, three arguments", "ns", 150),
        _in_process("boundary", "nested callback", "boundary:nested callback", "ns"),
        _in_process("boundary", "JavaScript to Python and back", "callback", "ns", 5000),
    ]
