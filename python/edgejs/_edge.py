"""The `edge` command's first step. `edge run …` becomes `edge-node …` at once; everything else is typer's, in `edgejs.cli`."""

from __future__ import annotations

import sys

# Options of a sandboxed run that have a value, as in crates/edge-cli/src/safe_options.rs.
_SAFE = ("--policy", "--volume", "--allow-net", "--allow-listen", "--allow-unix", "--allow-dns", "--allow-env", "--allow-run")
# Options that limit a run, as in crates/edge-cli/src/limits.rs.
_LIMITS = ("--timeout", "--cpu-time", "--memory", "--host-memory", "--max-open-files", "--max-sockets", "--max-timers", "--max-threads")
_WITH_VALUE = (*_SAFE, *_LIMITS, "--max-bytes-written", "--max-output", "--audit")


def _sandboxed_eval(args: list[str]) -> list[str] | None:
    """The words for edge-node of `edge eval [--safe …] [-p] CODE …`; None when it is not sandboxed, or not complete: typer's then."""
    options, flag, at = [], "-e", 0
    while at < len(args) and args[at].startswith("-") and args[at] != "--":
        name, equals, _ = args[at].partition("=")
        if name in ("-p", "--print"):
            flag = "-p"
        elif name == "--safe" or (name in _WITH_VALUE and equals):
            options.append(args[at])
        elif name in _WITH_VALUE:
            options += args[at : at + 2]
            at += 1
        else:
            return None
        at += 1
    return [*options, flag, *args[at:]] if options and at < len(args) else None


def main() -> int:
    """Runs the command line in `sys.argv`; returns the exit status (`edge run` does not return)."""
    args = sys.argv[1:]
    # The help of `edge run` is typer's; what comes after the script is the script's own.
    words = args[1:] if args and args[0] == "run" and args[1:2] not in ([], ["--help"], ["-h"]) else None
    if args[:2] in (["policy", "learn"], ["policy", "check"]) and args[2:3] not in (["--help"], ["-h"]):
        words = ["--edge-policy", *args[1:]]
    if args and args[0] == "eval":
        words = _sandboxed_eval(args[1:])
    if words is not None:
        from edgejs._executable import NoExecutableError, exec_edge_node

        try:
            exec_edge_node(words)
        except NoExecutableError as error:
            print(f"edge: {error}", file=sys.stderr)
            return 127
    from edgejs.cli import app

    app(prog_name="edge")
    return 0
