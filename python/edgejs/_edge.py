"""The `edge` command's first step. `edge run …` becomes `edge-node …` at once; everything else is typer's, in `edgejs.cli`."""

from __future__ import annotations

import sys


def main() -> int:
    """Runs the command line in `sys.argv`; returns the exit status (`edge run` does not return)."""
    args = sys.argv[1:]
    # The help of `edge run` is typer's; what comes after the script is the script's own.
    if args and args[0] == "run" and args[1:2] not in ([], ["--help"], ["-h"]):
        from edgejs._executable import NoExecutableError, exec_edge_node

        try:
            exec_edge_node(args[1:])
        except NoExecutableError as error:
            print(f"edge: {error}", file=sys.stderr)
            return 127
    from edgejs.cli import app

    app(prog_name="edge")
    return 0
