"""An agent's program: JavaScript that a model wrote, with three tools, 64 MB, two seconds, one readable folder and one host.

python examples/agent/agent.py             what an honest script gets
python examples/agent/agent.py --hostile   what a hostile one gets
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import edgejs

NOTES: list[str] = []


def search(text: str) -> list[dict[str, Any]]:
    """A tool: looks something up."""
    return [{"title": f"About {text}", "score": 0.9}]


def note(text: str) -> int:
    """A tool: remembers a line."""
    NOTES.append(text)
    return len(NOTES)


async def fetch_price(item: str) -> float:
    """A tool that takes its time: JavaScript gets a promise."""
    return 9.99 if item == "book" else 0.0


HONEST = """
import { readFileSync } from 'node:fs';
import { search, note, fetch_price } from 'host:tools';
const [first] = search(readFileSync('/data/topic.txt', 'utf8').trim());
note(`found: ${first.title}`);
export default { title: first.title, price: await fetch_price('book') };
"""
HOSTILE = {
    "reads a password file": "require('fs').readFileSync('/etc/passwd', 'utf8')",
    "writes into its folder": "require('fs').writeFileSync('/data/topic.txt', 'x')",
    "connects elsewhere": "new Promise((_, fail) => require('net').connect(80, '192.0.2.1').on('error', fail))",
    "starts a program": "const r = require('child_process').spawnSync('/bin/sh', ['-c', 'id']); if (r.error) throw r.error; r.status",
    "reads the environment": "Object.keys(process.env).length",
    "walks into Python": "require('host:tools').search.__globals__",
    "fills the memory": "const keep = []; for (;;) keep.push(new Array(1e5).fill(1))",
    "never ends": "for (;;);",
}


def environment(folder: Path) -> edgejs.Runtime:
    """A fresh environment for one script."""
    policy = edgejs.Policy(volumes=[f"{folder}:/data:ro"], connect=["tcp://api.example.com:443"])
    runtime = edgejs.Runtime(policy=policy, limits=edgejs.Limits(memory="64MB", wall_time=2.0))
    runtime.expose("tools", {"search": search, "note": note, "fetch_price": fetch_price})
    return runtime


def main() -> None:
    """Runs what the command line asks for."""
    folder = Path(__file__).parent / "data"
    if "--hostile" not in sys.argv:
        with environment(folder) as runtime:
            runtime.require("fs").writeFileSync("/tmp/script.mjs", HONEST)
            print(runtime.import_module("/tmp/script.mjs").default.value(), NOTES)
        return
    for what, code in HOSTILE.items():
        with environment(folder) as runtime:
            try:
                got = f"got {runtime.eval(code)!r}"
            except (edgejs.JavaScriptError, edgejs.ExitError, edgejs.LimitExceeded, edgejs.RuntimeClosedError) as error:
                got = f"{type(error).__name__}: {str(error).splitlines()[0]}"
        print(f"{what}: {got}")


if __name__ == "__main__":
    main()
