"""The measurements as a table, as JSON and as a plot."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import Any

from benchmarks.measure import Sample
from benchmarks.rows import Row

Measured = list[tuple[Row, dict[str, Sample]]]


def ratio_of(samples: dict[str, Sample]) -> float | None:
    """edge / base; None when one of them has no figure."""
    edge, node = samples["edge"].median, samples["base"].median if "base" in samples else None
    return None if edge is None or not node else edge / node


def as_json(measured: Measured, commands: dict[str, str]) -> dict[str, Any]:
    """Everything measured, every single value included."""
    return {
        "schema": 1,
        "machine": {"system": platform.platform(), "processor": platform.machine()},
        "commands": commands,
        "rows": [
            {
                "group": row.group,
                "name": row.name,
                "unit": row.unit,
                "against": row.against,
                ("wanted" if row.against == "nothing" else "wanted_ratio"): row.wanted,
                "more_is_better": row.more_is_better,
                "ratio": ratio_of(samples),
                **{name: {"median": s.median, "values": list(s.values), "error": s.error} for name, s in samples.items()},
            }
            for row, samples in measured
        ],
    }


def line(row: Row, samples: dict[str, Sample]) -> str:
    """One line of the table."""

    def shown(side: str) -> str:
        sample = samples.get(side)
        if sample is None or sample.median is None:
            return f"{'-':>10}"
        return f"{sample.median:10.1f}" if sample.median >= 10 else f"{sample.median:10.3f}"

    ratio = ratio_of(samples)
    text = f"{row.group:<10} {row.name:<28} {shown('base')} {shown('edge')} {row.unit:<4} " + (f"{ratio:7.2f}x" if ratio else f"{'-':>8}")
    if row.wanted is not None:
        text += f"  (wanted: {'at least ' if row.more_is_better else ''}{row.wanted:g})"
    return text + "".join(f"  {name}: {s.error}" for name, s in samples.items() if s.error)


HEADER = f"{'group':<10} {'row':<28} {'base':>10} {'edge':>10} {'':<4} {'ratio':>8}"


def plot(measured: Measured, target: Path) -> None:
    """Bars of the ratios on a logarithmic axis; needs matplotlib (the `dev` extra)."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    bars = [
        (f"{row.group}: {row.name}", ratio, (ratio >= 1) == row.more_is_better)
        for row, samples in reversed(measured)
        if (ratio := ratio_of(samples)) is not None
    ]
    figure, axes = plt.subplots(figsize=(9, 1 + 0.3 * len(bars)))
    axes.barh(
        [name for name, *_ in bars], [ratio for _, ratio, _ in bars], color=["tab:green" if good else "tab:orange" for *_, good in bars]
    )
    axes.axvline(1, color="black", linewidth=1)
    axes.set_xscale("log")
    axes.set_xlabel("edge / base (left of 1: less than Node; green: better)")
    for index, (_, ratio, _) in enumerate(bars):
        axes.text(ratio, index, f" {ratio:.2f}", va="center", fontsize=8)
    figure.tight_layout()
    figure.savefig(target, dpi=120)
