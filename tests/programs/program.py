"""A program runs twice in the same folder, freshly laid, once per runtime; everything that a user could see must be equal."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tests.programs.install import HERE, real_node
from tests.programs.project import write_project


@dataclass(frozen=True)
class Program:
    """`argv` starts with the script; `{modules}` is node_modules. `inputs` (a folder of tests/programs/inputs) becomes the cwd."""

    name: str
    inputs: str
    argv: tuple[str, ...]
    exit_code: int = 0
    env: dict[str, str] = field(default_factory=dict)
    stdin: str = ""
    durations: bool = False  # prints how long things took: "(12ms)" is made "(_ms)" before comparing


def check_program(program: Program, edge_node: Path, packages: Path, folder: Path) -> None:
    """Asserts that both runtimes end the same, print the same, and leave the same files in `folder`."""
    expected = _run(program, real_node(), packages, folder)
    assert expected[0] == program.exit_code, f"Node itself did not behave: {expected[1]}{expected[2]}"
    got = _run(program, edge_node, packages, folder)
    assert got[2] == expected[2], "stderr"
    assert got[1] == expected[1], "stdout"
    assert got[0] == expected[0], "exit status"
    assert got[3] == expected[3], "files written"


def _tree(folder: Path) -> dict[str, str]:
    """Every file below `folder` with the hash of its bytes (links with their target)."""
    tree: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            tree[name] = f"-> {path.readlink()}"
        elif path.is_file():
            tree[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return tree


def _run(program: Program, node: Path, packages: Path, folder: Path) -> tuple[int, str, str, dict[str, str]]:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(HERE / "inputs" / program.inputs, folder)
    if program.inputs == "typescript":
        write_project(folder)
    modules = packages / "node_modules"
    env = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("NODE_", "npm_")) and key not in ("CI", "FORCE_COLOR", "NO_COLOR")
    }
    done = subprocess.run(
        [str(node), *(word.replace("{modules}", str(modules)) for word in program.argv)],
        cwd=folder,
        env={**env, "TERM": "dumb", "TZ": "UTC", "LANG": "C.UTF-8", **program.env},
        input=(modules / program.stdin).read_bytes() if program.stdin else b"",
        capture_output=True,
        timeout=180,
    )
    out, err = (stream.decode("utf-8", "surrogateescape") for stream in (done.stdout, done.stderr))
    if program.durations:
        out = re.sub(r"\(\d+m?s\)", "(_ms)", out)
    return done.returncode, out, err, _tree(folder)
