"""`python -m benchmarks.embedding`: JavaScript engines for Python, side by side, as far as they can do the same thing.

Each runs in a process of its own, in this Python if that has it, else in a virtual environment that is made for it (`--venv`, kept for the
next time) from PyPI. An engine that cannot be had is left out, with the reason.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

MODULES = {"edgejs": "edgejs", "mini-racer": "py_mini_racer", "quickjs-ng": "quickjs", "quickjs-rs": "quickjs_rs", "deno": "deno"}
# One version each, so that figures of different days can be compared.
VERSIONS = {"mini-racer": "0.14.1", "quickjs-ng": "0.17.0.2", "quickjs-rs": "0.2.6", "deno": "2.9.8"}
WHAT = {
    "edgejs": "Node.js' library, sandboxed",
    "mini-racer": "V8, no library",
    "quickjs-ng": "QuickJS, native, no wall",
    "quickjs-rs": "QuickJS in WebAssembly",
    "deno": "V8, a process for each",
}
ROWS = [
    "fresh, p50 (ms)",
    "fresh, p99 (ms)",
    "memory, each (MB)",
    "eval of 1 (us)",
    "fib(24) (ms)",
    "1,000 numbers out (us)",
    "Python callback (us)",
]


class Missing(Exception):
    """An engine that cannot be had, and why."""


def python_with(name: str, folder: Path, timeout: float) -> str:
    """A Python that has the engine.

    Raises:
        Missing: there is none, and it cannot be made.
    """
    if importlib.util.find_spec(MODULES[name]) is not None:
        return sys.executable
    if name not in VERSIONS:
        raise Missing("not installed")
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", f"{name}=={VERSIONS[name]}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout)
    except subprocess.TimeoutExpired:
        raise Missing("pip took too long") from None
    if done.returncode != 0:
        raise Missing((done.stderr.strip().splitlines() or ["pip failed"])[-1])
    return str(python)


def measure(name: str, folder: Path, scale: float, timeout: float) -> dict[str, float]:
    """The figures of one engine.

    Raises:
        Missing: it has none.
    """
    command = [python_with(name, folder, timeout), str(Path(__file__).parent / "embedding_engines.py"), name, str(scale)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        raise Missing(f"it took longer than {timeout:.0f} s") from None
    if done.returncode != 0:
        raise Missing((done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1])
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def table(measured: dict[str, dict[str, float]]) -> str:
    """The figures as a Markdown table; a dash where an engine cannot do it."""
    lines = ["| | " + " | ".join(measured) + " |", "|---|" + "--:|" * len(measured)]
    for row in ROWS:
        cells = [f"{figures[row]:.3g}" if row in figures else "-" for figures in measured.values()]
        lines.append(f"| {row} | {' | '.join(cells)} |")
    return "\n".join(lines)


def plot(measured: dict[str, dict[str, float]], out: Path) -> None:
    """One panel for each row, each engine at the same place in all of them; bars are logarithmic, and the shorter is the better."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    names = list(measured)
    rows = [row for row in ROWS if any(row in figures for figures in measured.values())]
    columns = 4
    lines = -(-(len(rows) + 1) // columns)
    figure, axes = pyplot.subplots(lines, columns, figsize=(3.6 * columns, 0.8 + (0.9 + 0.34 * len(names)) * lines), squeeze=False)
    panels: list[Any] = list(axes.flat)
    for index, (panel, row) in enumerate(zip(panels, rows, strict=False)):
        values = [figures.get(row) for figures in measured.values()]
        known = [value for value in values if value]
        # A decade of room before the least and for the number behind the most.
        low, high = min(known) / 8, max(known) * 12
        for place, (name, value) in enumerate(zip(names, values, strict=True)):
            if value is None:
                panel.text(low * 1.15, place, "cannot", va="center", fontsize=9, color="#aaaaaa", style="italic")
                continue
            is_ours = name == "edgejs"
            panel.barh(place, value - low, left=low, height=0.66, color="#1f9e77" if is_ours else "#b9c0c7")
            panel.text(value * 1.15, place, f" {value:,.3g}" if value < 1000 else f" {value:,.0f}", va="center", fontsize=9,
                       color="#0d5c44" if is_ours else "#444444", fontweight="bold" if is_ours else "normal")  # fmt: skip
        panel.set_xscale("log")
        panel.set_xlim(low, high)
        panel.set_ylim(len(names) - 0.4, -0.6)
        panel.set_yticks(range(len(names)), names if index % columns == 0 else [""] * len(names), fontsize=10)
        panel.tick_params(length=0)
        panel.xaxis.set_visible(False)
        panel.set_title(row.replace("(us)", "(µs)"), loc="left", fontsize=11, fontweight="bold")
        for spine in panel.spines.values():
            spine.set_visible(False)
        panel.axvline(low, color="#888888", linewidth=1)
    for panel in panels[len(rows) :]:
        panel.axis("off")
    note = [f"{name}: {WHAT[name]}" for name in names]
    panels[len(rows)].text(0, 1, "\n".join(note), va="top", fontsize=9, color="#444444", linespacing=1.7)
    figure.suptitle(
        "JavaScript inside a Python process: shorter is better (logarithmic)", x=0.01, ha="left", fontsize=13, fontweight="bold"
    )
    figure.tight_layout(rect=(0, 0, 1, 0.98))
    figure.savefig(out, dpi=110, facecolor="white")
    pyplot.close(figure)


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line; 1 when edgejs itself has no figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.embedding", description="JavaScript engines for Python, side by side.")
    parser.add_argument("--engines", default=",".join(MODULES), help="which, by their names on PyPI (default: all)")
    parser.add_argument("--scale", type=float, default=1, metavar="F", help="shorten the work, for trying (default: 1)")
    parser.add_argument("--timeout", type=float, default=300, metavar="S", help="seconds for one engine (default: 300)")
    parser.add_argument("--venv", type=Path, metavar="FOLDER", help="where missing engines are installed (default: a folder for this run)")
    parser.add_argument("--json", type=Path, metavar="OUT")
    parser.add_argument("--plot", type=Path, metavar="OUT.png")
    options = parser.parse_args(arguments)
    names = options.engines.split(",")
    unknown = [name for name in names if name not in MODULES]
    if unknown:
        parser.error(f"no such engine: {', '.join(unknown)}")
    measured: dict[str, dict[str, float]] = {}
    left_out: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="edge-embedding-") as scratch:
        for name in names:
            try:
                measured[name] = measure(name, options.venv or Path(scratch) / "venv", options.scale, options.timeout)
            except Missing as missing:
                left_out[name] = str(missing)
    print(table(measured))
    for name, why in left_out.items():
        print(f"{name}: left out: {why}")
    if options.json:
        options.json.write_text(json.dumps({"figures": measured, "left out": left_out}, indent=2) + "\n")
    if options.plot and measured:
        plot(measured, options.plot)
    return 0 if "edgejs" in measured or "edgejs" not in names else 1


if __name__ == "__main__":
    sys.exit(main())
