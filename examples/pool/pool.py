"""A thousand environments at once in one process: each with its own heap, none with a thread while it waits.

python examples/pool/pool.py [COUNT]
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import edgejs


def memory() -> float:
    """Megabytes of memory that this process has; what all environments share (the boot image) counts once."""
    for line in Path("/proc/self/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1000
    return 0.0


def main() -> None:
    """Makes them, asks each, and says what they took."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    before, began = memory(), time.perf_counter()
    environments = [edgejs.Runtime() for _ in range(count)]
    made = time.perf_counter()
    total = sum(runtime.eval(f"globalThis.mine = {number}; mine + 1") for number, runtime in enumerate(environments))
    asked = time.perf_counter()
    assert total == sum(range(1, count + 1))
    print(f"{count} environments: made in {made - began:.2f} s, asked in {asked - made:.2f} s, {memory() - before:.0f} MB")
    for runtime in environments:
        runtime.close()


if __name__ == "__main__":
    main()
