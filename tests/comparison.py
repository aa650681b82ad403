"""One command line under `edge-node` and under Node, in the same, freshly laid folder; all that a user sees must be equal."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.programs.install import real_node

_INHERITED = {
    key: value
    for key, value in os.environ.items()
    if not key.startswith(("NODE_", "npm_")) and key not in ("CI", "FORCE_COLOR", "NO_COLOR")
}


@dataclass(frozen=True)
class Ended:
    """How a run ended: exit status (negative: a signal) and output."""

    status: int
    stdout: str
    stderr: str


def run_node(
    node: Path,
    args: Sequence[str],
    cwd: Path,
    env: Mapping[str, str] | None = None,
    stdin: str = "",
    timeout: float = 60,
) -> Ended:
    """Runs `node ARGS`; a run that does not end raises `subprocess.TimeoutExpired`."""
    done = subprocess.run(
        [str(node), *args],
        cwd=cwd,
        env={**_INHERITED, "TZ": "UTC", "LANG": "C.UTF-8", "TERM": "dumb", **(env or {})},
        input=stdin.encode(),
        capture_output=True,
        timeout=timeout,
    )
    return Ended(done.returncode, done.stdout.decode("utf-8", "backslashreplace"), done.stderr.decode("utf-8", "backslashreplace"))


@dataclass(frozen=True)
class Comparison:
    """Calling it runs both and asserts that they agree; it returns what they agreed on."""

    edge_node: Path
    folder: Path

    def __call__(
        self,
        args: Sequence[str],
        files: Mapping[str, str] | None = None,
        env: Mapping[str, str] | None = None,
        stdin: str = "",
        stderr: bool = True,
        timeout: float = 60,
    ) -> Ended:
        """`files`: names and texts laid into the folder first. `stderr=False` leaves standard error out of the comparison."""
        expected = self._run(real_node(), args, files or {}, env, stdin, timeout)
        got = self._run(self.edge_node, args, files or {}, env, stdin, timeout)
        if stderr:
            assert self._told(got, self.edge_node) == self._told(expected, real_node())
        assert got.stdout == expected.stdout, got.stderr
        assert got.status == expected.status, got.stderr
        return expected

    def _told(self, ended: Ended, node: Path) -> str:
        """Standard error without the legitimate differences: the binary's own name, with and without its folder, and the process's number."""
        text = ended.stderr.replace(str(node), "<node>").replace(f"(Use `{node.name} --", "(Use `node --")
        return re.sub(r"\(node:\d+\)", "(node:PID)", text)

    def _run(
        self, node: Path, args: Sequence[str], files: Mapping[str, str], env: Mapping[str, str] | None, stdin: str, timeout: float
    ) -> Ended:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return run_node(node, args, self.folder, env, stdin, timeout)
