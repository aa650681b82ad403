"""`edgejs.run`: one program, to its end, in a process of its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Union

from edgejs._executable import edge_node_path

if TYPE_CHECKING:
    from edgejs._limits import Limits

StrPath = Union[str, "os.PathLike[str]"]
_SCRIPT_ENDINGS = (".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".json", ".node")


@dataclass(frozen=True)
class CompletedRun:
    """How a program ended.

    Attributes:
        returncode: its exit code as Node gives it; negative: the number of the signal that ended it.
        stdout: what it printed, or None when it was not captured.
        stderr: likewise.
    """

    returncode: int
    stdout: str | None
    stderr: str | None


def _is_script(path_or_code: StrPath) -> bool:
    if not isinstance(path_or_code, str):
        return True
    if "\n" in path_or_code or "\0" in path_or_code:
        return False
    return path_or_code.endswith(_SCRIPT_ENDINGS) or os.path.isfile(path_or_code)  # noqa: PTH113


def run(
    path_or_code: StrPath,
    args: Iterable[StrPath] = (),
    *,
    env: Mapping[str, str] | None = None,
    cwd: StrPath | None = None,
    input: str | None = None,
    capture: bool = True,
    timeout: float | None = None,
    limits: Limits | None = None,
) -> CompletedRun:
    """Runs a Node program and waits for its end, in a process of its own (`edge-node`).

    It may do what this process may: for programs that are trusted. `Runtime` and `edge run --safe` are closed.

    A process, because a program expects one: `argv`, working folder, environment and standard streams of its own, signals, and an end
    that takes nothing with it. Inside this process, without those, `Runtime` starts a hundred times faster.

    Args:
        path_or_code: a file (any `Path`; a `str` that is an existing file's name or ends like one, `.js`, `.mjs`, `.ts`, …), else code.
        args: what the program finds in `process.argv` from index 2 on (1 on when it is code).
        env: its whole environment; None: this process's.
        cwd: the folder it starts in; None: this process's.
        input: its standard input; None: empty when captured, else this process's.
        capture: return what it prints instead of letting it through.
        timeout: seconds after which it is killed; None: never.
        limits: how much it may use; what it has started is ended with it.

    Returns:
        The exit code and the output. A program that fails is no exception.

    Raises:
        NoExecutableError: edge-node is not installed.
        subprocess.TimeoutExpired: it took longer than `timeout`.
        LimitExceeded: one of the limits ended it.
        KeyboardInterrupt: Ctrl-C; the program is ended first.

    Example:
        >>> edgejs.run("console.log(process.argv[1])", ["hi"]).stdout
        'hi\\n'
    """
    words = [os.fspath(word) for word in args]
    # `--` keeps an argument that looks like an option from being read as one of node's.
    program = [os.fspath(path_or_code), *words] if _is_script(path_or_code) else ["-e", os.fspath(path_or_code), "--", *words]
    pipe = subprocess.PIPE if capture else None
    words_of_limits: list[str] = []
    if limits is not None:
        from edgejs import _limits

        words_of_limits = _limits.options(limits)
    done = subprocess.run(
        [edge_node_path(), *words_of_limits, *program],
        env=None if env is None else dict(env),
        cwd=cwd,
        input=input,
        stdin=subprocess.DEVNULL if input is None and capture else None,
        stdout=pipe,
        stderr=pipe,
        encoding="utf-8",
        errors="replace",
        timeout=timeout,
    )
    if limits is not None:
        reached = _limits.of_status(done.returncode, limits)
        if reached is not None:
            raise reached
    return CompletedRun(done.returncode, done.stdout, done.stderr)
