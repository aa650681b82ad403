"""Each program runs twice in the same folder, freshly laid, once per runtime; everything that a user could see must be equal."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.programs.install import HERE, install_packages, real_node
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


PROGRAMS = [
    Program("tsc", "typescript", ("{modules}/typescript/bin/tsc", "-p", ".", "--pretty", "false"), 2),
    Program("tsc-pretty", "typescript", ("{modules}/typescript/bin/tsc", "-p", ".", "--pretty", "--noEmit"), 2),
    Program("tsc-list-files", "typescript", ("{modules}/typescript/bin/tsc", "-p", ".", "--listFilesOnly"), 0),
    Program(
        "prettier-own-package",
        "prettier",
        ("{modules}/prettier/bin/prettier.cjs", "--with-node-modules", "{modules}/prettier/package.json"),
    ),
    Program(
        "prettier-500-lines",
        "prettier",
        ("{modules}/prettier/bin/prettier.cjs", "--stdin-filepath", "x.js"),
        stdin="eslint/lib/rules/prefer-const.js",
    ),
    Program("prettier-write", "prettier", ("{modules}/prettier/bin/prettier.cjs", "--write", "--log-level", "warn", ".")),
    Program("prettier-check", "prettier", ("{modules}/prettier/bin/prettier.cjs", "--check", "."), 1),
    Program("eslint", "eslint", ("{modules}/eslint/bin/eslint.js", "lib"), 1),
    Program("eslint-json", "eslint", ("{modules}/eslint/bin/eslint.js", "--format", "json", "lib"), 1),
    Program("eslint-fix", "eslint", ("{modules}/eslint/bin/eslint.js", "--fix", "lib"), 1),
    Program("mocha-tap", "mocha", ("{modules}/mocha/bin/mocha.js", "--reporter", "tap", "*.spec.*"), 3),
    Program("mocha-spec", "mocha", ("{modules}/mocha/bin/mocha.js", "--no-color", "*.spec.*"), 3, durations=True),
    Program("lodash", "scripts", ("lodash.cjs",)),
    Program("yargs-help", "scripts", ("yargs.mjs", "--help")),
    Program("yargs-command", "scripts", ("yargs.mjs", "hello", "World", "-vv")),
    Program("yargs-wrong", "scripts", ("yargs.mjs", "serve", "1", "2", "--hots", "c"), 1),
    Program("chalk-colours", "scripts", ("chalk.mjs",), env={"FORCE_COLOR": "3"}),
    Program("chalk-plain", "scripts", ("chalk.mjs",)),
    Program("js-yaml", "scripts", ("js-yaml.cjs",)),
    Program("js-yaml-cli", "scripts", ("{modules}/js-yaml/bin/js-yaml.js", "{modules}/../package.json")),
    Program("ajv", "scripts", ("ajv.cjs",)),
    Program("marked", "scripts", ("marked.mjs",)),
    Program("marked-cli", "scripts", ("{modules}/marked/bin/marked.js", "--gfm", "-i", "sample.md")),
    Program("uglify-js", "scripts", ("{modules}/uglify-js/bin/uglifyjs", "{modules}/lodash/lodash.js", "-c", "-m", "--toplevel")),
    Program("uglify-js-map", "scripts", ("{modules}/uglify-js/bin/uglifyjs", "lodash.cjs", "-b", "--source-map", "url=inline")),
    Program("semver", "scripts", ("semver.cjs",)),
    Program("semver-cli", "scripts", ("{modules}/semver/bin/semver.js", "-r", "^1.2", "1.2.3", "1.10.0", "2.0.0")),
    Program("glob", "scripts", ("glob.mjs",)),
    Program("fs-extra", "scripts", ("fs-extra.cjs",)),
    # Each serves, asks itself, prints what came back, and ends.
    Program("express-5", "servers", ("express.cjs",)),
    Program("express-4", "servers", ("express4.cjs",)),
    Program("koa", "servers", ("koa.cjs",)),
    Program("fastify", "servers", ("fastify.cjs",)),
    Program("hono", "servers", ("hono.mjs",)),
    Program("ws", "servers", ("websocket.cjs",)),
    Program("socket.io", "servers", ("socket-io.cjs",)),
    Program("multer-serve-static", "servers", ("upload.cjs",)),
    # http-proxy uses what Node warns of, in a text with the executable's name.
    Program("axios-got-node-fetch-http-proxy-morgan", "servers", ("clients.cjs",), env={"NODE_NO_WARNINGS": "1"}),
    Program("execa-cross-spawn", "servers", ("processes.mjs",)),
    Program("jsonwebtoken-uuid-zod-and-others", "servers", ("libraries.cjs",)),
]


@pytest.fixture(scope="session")
def packages() -> Path:
    return install_packages()


@pytest.fixture
def workplace(packages: Path) -> Iterator[Path]:
    """A folder inside the install, so that packages are found above it; the same path for both runtimes, so that paths compare."""
    folder = packages / "work" / str(os.getpid())
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


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


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_program(program: Program, edge_node: Path, packages: Path, workplace: Path) -> None:
    expected = _run(program, real_node(), packages, workplace)
    assert expected[0] == program.exit_code, f"Node itself did not behave: {expected[1]}{expected[2]}"
    got = _run(program, edge_node, packages, workplace)
    assert got[2] == expected[2], "stderr"
    assert got[1] == expected[1], "stdout"
    assert got[0] == expected[0], "exit status"
    assert got[3] == expected[3], "files written"
