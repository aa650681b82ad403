"""Whether a program's output has the lines of its `.out` file, by the rules of the suite's own runner."""

from __future__ import annotations

import re
from pathlib import Path

# Left out of the output, beside empty lines: what valgrind and debug allocators say.
_NOISE = ("==", "**")


def mismatch(expected: Path, base_name: str, output: str) -> str | None:
    """None when `output` matches, else one line that says where it does not.

    In an expected line `*` stands for anything and `%(basename)s` for the test's file name; empty lines count on neither side.
    """
    # The suite writes its `.out` files for Python's % operator, so a percent sign stands doubled in them.
    text = expected.read_text(encoding="utf-8", errors="replace")
    wanted = [line.rstrip() % {"basename": base_name} for line in text.split("\n") if line.strip()]
    got = [line.rstrip() for line in output.split("\n") if line.strip() and not line.startswith(_NOISE)]
    for number, (want, have) in enumerate(zip(wanted, got), 1):
        if not re.match("^" + re.escape(want).replace(r"\*", ".*") + "$", have):
            return f"output line {number} is {have[:120]!r}, not {want[:120]!r}"
    if len(wanted) == len(got):
        return None
    extra = f", first {got[len(wanted)][:120]!r}" if len(got) > len(wanted) else f", missing {wanted[len(got)][:120]!r}"
    return f"output has {len(got)} lines, not {len(wanted)}{extra}"
