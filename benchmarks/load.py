"""`python -m benchmarks.load`: an HTTP server under `edge-node` and under Node for a long time, watched for errors and for growth of
memory and descriptors.

Two loads, each in three equal rounds against one server: CONNECTIONS busy connections, and IDLE kept ones that are opened, asked,
left alone, asked again and closed. After each round all connections are closed, and the server's descriptors and resident memory are
noted: descriptors must be back where they were, memory must not be more after the third round than after the second (the first is
what the heap needs once), beyond 2 % and 4 MiB for the allocator's noise.
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.generator import load
from benchmarks.idle import idle_connections
from benchmarks.server_process import ServerProcess, serve

_ROUNDS = 3
_FREE_MEMORY_NOISE = 4096


def _settled_descriptors(server: ServerProcess, wanted: int) -> int:
    """How many are open once the closed connections have been noticed, or after ten seconds."""
    until = time.monotonic() + 10
    while server.descriptors() > wanted and time.monotonic() < until:
        time.sleep(0.05)
    return server.descriptors()


def _rounds(runtime: str, work: Callable[[ServerProcess], dict[str, Any]]) -> dict[str, Any]:
    with serve(runtime, "http", "hello") as server:
        load(server.port, 1, 1)
        before = {"descriptors": _settled_descriptors(server, 0), "resident_kb": server.resident_kilobytes()}
        rounds = []
        for _ in range(_ROUNDS):
            figures = work(server)
            figures["descriptors_after"] = _settled_descriptors(server, before["descriptors"])
            figures["resident_kb_after"] = server.resident_kilobytes()
            rounds.append(figures)
    problems = [figures["errors"] for figures in rounds if figures["errors"]]
    if rounds[-1]["descriptors_after"] > before["descriptors"]:
        problems.append(f"descriptors: {before['descriptors']} before, {rounds[-1]['descriptors_after']} after")
    second, third = rounds[-2]["resident_kb_after"], rounds[-1]["resident_kb_after"]
    if third > second * 1.02 + _FREE_MEMORY_NOISE:
        problems.append(f"memory: {second} kB after the second round, {third} kB after the third")
    return {"before": before, "rounds": rounds, "problems": problems}


def busy(runtime: str, connections: int, seconds: float) -> dict[str, Any]:
    """`connections` that always have a request under way, for `seconds` in all."""

    def work(server: ServerProcess) -> dict[str, Any]:
        processor = server.cpu_seconds()
        result = load(server.port, connections, seconds / _ROUNDS)
        return {
            "requests": result.requests,
            "per_second": result.per_second,
            "p50_ms": result.p50,
            "p99_ms": result.p99,
            "cpu_us_each": (server.cpu_seconds() - processor) * 1e6 / result.requests,
            "errors": result.errors,
            "by": result.by,
        }

    return _rounds(runtime, work)


def idle(runtime: str, connections: int, seconds: float) -> dict[str, Any]:
    """`connections` that are open for `seconds` in all, and answered at the beginning and at the end of each round."""

    def work(server: ServerProcess) -> dict[str, Any]:
        base = server.resident_kilobytes()
        figures: dict[str, Any] = {"errors": ""}
        try:
            with idle_connections(server.port, connections) as open_connections:
                figures["descriptors_open"] = server.descriptors()
                figures["kb_each"] = (server.resident_kilobytes() - base) / connections
                processor = server.cpu_seconds()
                time.sleep(seconds / _ROUNDS)
                figures["cpu_seconds_idle"] = server.cpu_seconds() - processor
                open_connections.ask_all()
        except (OSError, RuntimeError) as error:
            figures["errors"] = str(error)
        return figures

    return _rounds(runtime, work)


def main() -> int:
    """Runs the command line; 0 when nothing failed and nothing grew."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description="Servers under long load, watched for growth.")
    parser.add_argument("--seconds", type=float, default=60, help="of each load (default: 60)")
    parser.add_argument("--connections", type=int, default=1000, help="busy ones (default: 1000)")
    parser.add_argument("--idle", type=int, default=10_000, help="idle ones (default: 10000)")
    parser.add_argument("--idle-seconds", type=float, default=15, help="how long they idle in all (default: 15)")
    parser.add_argument("--edge-node", help="default: the edge-node on PATH")
    parser.add_argument("--node", help="watch this Node, too")
    parser.add_argument("--json", type=Path, metavar="OUT")
    options = parser.parse_args()
    edge_node = shutil.which(options.edge_node or "edge-node")
    if edge_node is None:
        parser.error("no edge-node on PATH; name one with --edge-node")
    result: dict[str, Any] = {"schema": 1, "machine": {"system": platform.platform(), "processor": platform.machine()}}
    for name, runtime in {"edge-node": edge_node, **({"node": options.node} if options.node else {})}.items():
        result[name] = {}
        loads = [
            (f"{options.connections} busy", busy, options.connections, options.seconds),
            (f"{options.idle} idle", idle, options.idle, options.idle_seconds),
        ]
        for load_name, run, connections, seconds in loads:
            figures = run(runtime, connections, seconds)
            result[name][load_name] = figures
            print(f"{name}: {load_name}: {json.dumps(figures, indent=1)}", flush=True)
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return int(any(figures["problems"] for figures in result["edge-node"].values()))


if __name__ == "__main__":
    sys.exit(main())
