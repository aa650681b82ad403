"""Row 4: a symbolic link that leads out takes a folder's place again and again while a sandboxed program goes through it.

`python -m tests.escapes.race --minutes 10` races for ten minutes, half of it with `openat2` and half with the rules kept by hand;
`$EDGE_NODE` names the executable. It prints how often the folder was swapped and how often the program tried; the exit status is 1 if
anything outside was read, made or changed.

On 2026-11-23, ten minutes of a release build on a busy machine of two cores: 494,500 swaps with `openat2` and 492,300 with the rules kept by
hand, no escape.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

_PROGRAM = """
const fs = require('fs');
const until = Date.now() + Number(process.argv[1]) * 1000; const read = []; let rounds = 0;
const calm = (call) => { try { return call() } catch { return undefined } };
while (Date.now() < until) {
  for (let turn = 0; turn < 50; turn++) {
    for (const path of ['/v/real/canary', '/v/deep/../real/canary', '/v/through/canary', '/v/real/./canary']) {
      const contents = calm(() => fs.readFileSync(path, 'utf8'));
      if (contents !== undefined && contents !== 'mine' && contents !== '') read.push(contents);
    }
    const names = calm(() => fs.readdirSync('/v/real'));
    if (names?.includes('only-outside')) read.push('listed');
    if (calm(() => fs.statSync('/v/real/only-outside'))) read.push('seen');
    calm(() => fs.writeFileSync('/v/real/made', 'x')); calm(() => fs.unlinkSync('/v/real/made'));
    calm(() => fs.appendFileSync('/v/real/only-outside', 'x', { flag: 'r+' }));
    calm(() => fs.chmodSync('/v/real/only-outside', 0o777)); calm(() => fs.utimesSync('/v/real/only-outside', 1, 1));
    calm(() => fs.mkdirSync('/v/real/folder')); calm(() => fs.renameSync('/v/real/folder', '/v/real/folder2')); calm(() => fs.rmdirSync('/v/real/folder2'));
    calm(() => fs.symlinkSync('x', '/v/real/link')); calm(() => fs.unlinkSync('/v/real/link'));
    calm(() => fs.renameSync('/v/real/only-outside', '/v/stolen')); calm(() => fs.linkSync('/v/real/only-outside', '/v/stolen'));
    rounds++;
  }
}
console.log(JSON.stringify([rounds, [...new Set(read)], fs.existsSync('/v/stolen')]));
"""


def _swap(inside: Path, stop: threading.Event, count: list[int]) -> None:
    real, evil, spare = (inside / name for name in ("real", "evil", "spare"))
    while not stop.is_set():
        for _ in range(100):
            real.rename(spare)
            evil.rename(real)
            real.rename(evil)
            spare.rename(real)
        count[0] += 100


def race(edge_node: Path, seconds: float, by_hand: bool) -> tuple[int, list[str]]:
    """Races for some seconds; how often the folder was swapped, and what escaped."""
    with tempfile.TemporaryDirectory() as folder:
        inside, outside = Path(folder, "inside"), Path(folder, "outside")
        for path in (inside / "real", inside / "deep", outside):
            path.mkdir(parents=True)
        (inside / "real" / "canary").write_text("mine")
        (outside / "canary").write_text("hush")
        (outside / "only-outside").write_text("hush")
        (inside / "evil").symlink_to(outside)
        (inside / "through").symlink_to("real")
        before = [(path.name, path.read_text(), path.stat().st_mtime_ns, path.stat().st_mode) for path in sorted(outside.iterdir())]
        stop, count = threading.Event(), [0]
        thread = threading.Thread(target=_swap, args=(inside, stop, count))
        thread.start()
        try:
            done = subprocess.run(
                [edge_node, "--safe", "--volume", f"{inside}:/v:rw", "-e", _PROGRAM, str(seconds)],
                capture_output=True,
                text=True,
                timeout=seconds + 120,
                stdin=subprocess.DEVNULL,
                env={**os.environ, "EDGE_RESOLVE_BY_HAND": "1" if by_hand else "0"},
            )
        finally:
            stop.set()
            thread.join()
        if done.returncode != 0:
            return count[0], [f"exit status {done.returncode}: {done.stderr}"]
        rounds, read, stolen = json.loads(done.stdout)
        escapes = [f"read {what!r}" for what in read] + (["moved out"] if stolen else []) + ([] if rounds else ["the program did nothing"])
        after = [(path.name, path.read_text(), path.stat().st_mtime_ns, path.stat().st_mode) for path in sorted(outside.iterdir())]
        if before != after:
            escapes.append(f"outside was {before}, is {after}")
        return count[0], escapes


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    minutes = parser.parse_args().minutes
    edge_node = Path(os.environ.get("EDGE_NODE", "target/debug/edge-node")).resolve()
    total: list[str] = []
    for by_hand in (False, True):
        started = time.monotonic()
        rounds, escapes = race(edge_node, minutes * 30, by_hand)
        way = "by hand" if by_hand else "openat2"
        print(f"{way}: {rounds} swaps in {time.monotonic() - started:.0f} s, {len(escapes)} escapes {escapes or ''}", flush=True)
        total += escapes
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
