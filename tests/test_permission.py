"""Node's permission model, `--permission --allow-fs-read=… --allow-fs-write=…`, compared with Node; and where it is told to be narrower."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.programs.install import real_node

_TELL = """
const fs = require('fs'), tell = (f) => { try { f(); return 'done' } catch (error) { return [error.code, error.permission, error.resource, error.message] } };
"""


def _both(edge_node: Path, cwd: Path, options: list[str], code: str) -> list[object]:
    answers = []
    (cwd / "app.js").write_text(_TELL + code)
    for node in [real_node(), edge_node]:
        done = subprocess.run(
            [node, "--permission", *options, "app.js"], capture_output=True, text=True, timeout=60, cwd=cwd, stdin=subprocess.DEVNULL
        )
        assert done.returncode == 0, done.stderr
        answers.append(json.loads(done.stdout))
    return answers


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name in ["open", "secret", "work", "place"]:
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text(name)
    (tmp_path / "open" / "link").symlink_to("../secret/a.txt")
    return tmp_path.resolve() / "place"


def test_denied_reads_and_writes_are_told_as_in_node(edge_node: Path, place: Path) -> None:
    top = place.parent
    code = f"""
        console.log(JSON.stringify([
            tell(() => fs.readFileSync('{top}/open/a.txt')), tell(() => fs.readFileSync('{top}/secret/a.txt')), tell(() => fs.statSync('{top}/secret')),
            tell(() => fs.readdirSync('{top}/secret')), tell(() => fs.writeFileSync('{top}/work/new', 'x')), tell(() => fs.mkdirSync('{top}/secret/new')),
            tell(() => fs.writeFileSync('{top}/open/new', 'x')), tell(() => fs.unlinkSync('{top}/open/a.txt')), tell(() => fs.mkdirSync('{top}/open/new')),
            tell(() => fs.rmdirSync('{top}/secret')), tell(() => require('child_process').spawnSync('true')), tell(() => require('child_process').spawn('true')),
        ]))
    """
    options = [f"--allow-fs-read={top}/open", f"--allow-fs-read={top}/work", f"--allow-fs-write={top}/work"]
    node, edge = _both(edge_node, place, options, code)
    assert edge == node
    assert (top / "work" / "new").read_text() == "x" and (top / "secret").is_dir()


def test_has_is_as_in_node(edge_node: Path, place: Path) -> None:
    top = place.parent
    code = f"""
        const asked = [['fs.read'], ['fs.read', '{top}/open'], ['fs.read', '{top}/open/x/y'], ['fs.read', '{top}/openx'], ['fs.read', '{top}'], ['fs.read', __filename],
            ['fs.read', '{top}/secret'], ['fs.write'], ['fs.write', '{top}/open'], ['fs.write', '{top}/work/new'], ['fs'], ['child'], ['worker'], ['addon'], ['wasi'], ['inspector'], ['x']];
        console.log(JSON.stringify(asked.map((words) => process.permission.has(...words))));
    """
    options = [f"--allow-fs-read={top}/open/*", f"--allow-fs-read={top}/work/*", f"--allow-fs-write={top}/work/*"]
    node, edge = _both(edge_node, place, options, code)
    assert edge == node
    node, edge = _both(edge_node, place, ["--allow-fs-read=*", f"--allow-fs-write={top}/work"], code)
    assert edge == node


def test_neighbours_are_found_where_all_is_granted(edge_node: Path, place: Path) -> None:
    (place / "lib.js").write_text("module.exports = 'lib'")
    node, edge = _both(edge_node, place, ["--allow-fs-read=*"], "console.log(JSON.stringify([require('./lib'), fs.readdirSync('.')]))")
    assert edge == node


def test_a_link_leads_nowhere(edge_node: Path, place: Path) -> None:
    """Node follows it (its documentation says so); here the mounts are what is there."""
    top = place.parent
    (place / "app.js").write_text(_TELL + f"console.log(tell(() => fs.readFileSync('{top}/open/link'))[0])")
    done = subprocess.run(
        [edge_node, "--permission", f"--allow-fs-read={top}/open", "app.js"], capture_output=True, text=True, timeout=60, cwd=place
    )
    assert done.stdout in ("ENOENT\n", "ERR_ACCESS_DENIED\n")


def test_the_rest_of_the_host_is_there(edge_node: Path, place: Path) -> None:
    code = "console.log(JSON.stringify([process.cwd(), process.argv[1], process.env.HOME, require('os').hostname(), __filename]))"
    node, edge = _both(edge_node, place, [], code)
    assert edge == node


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("--allow-fs-read=/nowhere", "--allow-fs-read=/nowhere: no such file or directory"),
        ("--allow-fs-read=/et*c", "--allow-fs-read=/et*c is not supported by Edge.js: a star stands for all there is in a folder"),
        ("--allow-fs-write=/tmp", "--allow-fs-write=/tmp needs --allow-fs-read=/tmp: what can be written can be read in Edge.js"),
    ],
)
def test_what_cannot_be_held_is_refused(edge_node: Path, option: str, text: str) -> None:
    done = subprocess.run([edge_node, "--permission", option, "-p", "1"], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (9, f"edge-node: {text}\n")


def test_children_are_as_restricted_as_in_node(edge_node: Path, place: Path) -> None:
    top = place.parent
    inner = f"try {{ require('fs').readFileSync('{top}/secret/a.txt') }} catch (error) {{ console.log(error.code) }}"
    code = f"""
        const {{ spawnSync }} = require('child_process');
        console.log(JSON.stringify([String(spawnSync('pwd').stdout), process.permission.has('child'), String(spawnSync(process.execPath, ['-e', {json.dumps(inner)}]).stdout)]));
    """
    options = [f"--allow-fs-read={top}/open", "--allow-child-process"]
    node, edge = _both(edge_node, place, options, code)
    assert edge == node == [f"{place}\n", True, "ERR_ACCESS_DENIED\n"]


def test_node_options_ask_for_it(edge_node: Path, place: Path) -> None:
    env = {**os.environ, "NODE_OPTIONS": f"--permission --allow-fs-read={place}"}
    code = "[process.permission.has('fs.read', process.cwd()), process.permission.has('fs.read', '/etc')]"
    for node in [real_node(), edge_node]:
        done = subprocess.run([node, "-p", code], capture_output=True, text=True, timeout=60, env=env, cwd=place)
        assert done.stdout == "[ true, false ]\n", done.stderr
