"""What runs when after an exception that nobody caught: a failed callback leaves ticks and microtasks to the next one."""

from __future__ import annotations

import pytest

from tests.comparison import Comparison

HANDLER = "process.on('uncaughtException', (e) => console.log('uncaught', e.message));\n"
# Until both timers are due: each takes its start from the clock when it is made, and a second one that is not yet due runs in a later turn.
BUSY = "const end = Date.now() + 30; while (Date.now() < end);"
THROWING = "process.nextTick(() => console.log('tick')); Promise.resolve().then(() => console.log('micro')); throw new Error('x');"


@pytest.mark.parametrize(
    "program",
    [
        f"setTimeout(() => {{ {THROWING} }}, 1); setTimeout(() => console.log('second timer'), 1); {BUSY}",
        "for (let i = 0; i < 2; i++) setImmediate(() => console.log('immediate', i));"
        f"setImmediate(() => {{ {THROWING} }});"
        "for (let i = 2; i < 4; i++) setImmediate(() => console.log('immediate', i));",
        "queueMicrotask(() => { throw new Error('in micro'); }); queueMicrotask(() => console.log('second micro'));"
        "process.nextTick(() => console.log('tick'));",
        "setTimeout(() => { process.nextTick(() => { throw new Error('in tick'); }); process.nextTick(() => console.log('tick'));"
        "queueMicrotask(() => console.log('micro')); setImmediate(() => console.log('immediate')); }, 1);",
    ],
)
def test_order(compare: Comparison, program: str) -> None:
    compare(["-e", HANDLER + program])
