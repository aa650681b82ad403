"""`edge policy learn`, as round trips (what was learned from an open run lets the same run pass under `--safe`), and `edge policy check`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Document = dict[str, Any]


def _run(edge_node: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "TOKEN": "secret", "UNUSED": "x"}
    return subprocess.run(
        [edge_node, *words], cwd=folder, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, env=environment
    )


def _round_trip(edge_node: Path, folder: Path, code: str, script: str = "app.js", expect: str | None = None) -> Document:
    """Learns from a run of the code, checks that the same run passes under what was learned, and that nothing granted is refused."""
    (folder / script).write_text(code)
    learned = _run(edge_node, folder, "--edge-policy", "learn", "--out", "learned.toml", script, "argument")
    assert (learned.returncode, learned.stderr) == (0, "")
    document = (folder / "learned.toml").read_text()
    done = _run(edge_node, folder, "--safe", "--policy", "learned.toml", script, "argument")
    assert (done.returncode, done.stderr, done.stdout) == (0, "", learned.stdout if expect is None else expect), document
    parsed: Document = tomllib.loads(document)
    return parsed


def test_a_script_alone(edge_node: Path, tmp_path: Path) -> None:
    place = str(tmp_path.resolve() / "app.js")
    assert _round_trip(edge_node, tmp_path, "console.log(process.argv[2])", expect="argument\n") == {"volumes": [f"{place}:{place}:ro"]}


def test_reading_and_writing(edge_node: Path, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "in.txt").write_text("in")
    (tmp_path / "out").mkdir()
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "part.js").write_text("module.exports = 'part'")
    code = """
      const fs = require('fs'), path = require('path'), os = require('os');
      fs.writeFileSync('out/result.txt', fs.readFileSync(path.join(__dirname, 'data', 'in.txt'), 'utf8') + require('./lib/part'));
      const own = fs.mkdtempSync(path.join(os.tmpdir(), 'own-'));
      fs.writeFileSync(path.join(own, 'a'), 'a');
      console.log(fs.readFileSync('out/result.txt', 'utf8'), fs.readFileSync(path.join(own, 'a'), 'utf8'), fs.existsSync('/etc/passwd'));
    """
    document = _round_trip(edge_node, tmp_path, code, expect="inpart a true\n")
    here = str(tmp_path.resolve())
    volumes = [(f"{here}/{name}", mode) for name, mode in (("app.js", "ro"), ("data", "ro"), ("lib", "ro"), ("out", "rw"))]
    assert sorted(document.pop("volumes")) == sorted([*(f"{path}:{path}:{mode}" for path, mode in volumes), "/etc/passwd:/etc/passwd:ro"])
    assert document == {}
    assert (tmp_path / "out" / "result.txt").read_text() == "inpart"


def test_variables(edge_node: Path, tmp_path: Path) -> None:
    code = "process.env.OWN = 1; console.log(process.env.TOKEN, process.env.NOT_THERE, process.env.OWN)"
    assert _round_trip(edge_node, tmp_path, code, expect="secret undefined 1\n")["env"] == ["TOKEN"]


def test_listening_and_connecting(edge_node: Path, tmp_path: Path) -> None:
    code = """
      const server = require('http').createServer((request, response) => response.end('hello'));
      server.listen(0, '127.0.0.1', async () => {
        const response = await fetch(`http://127.0.0.1:${server.address().port}/`);
        console.log(await response.text());
        server.close();
        process.exit();
      });
    """
    document = _round_trip(edge_node, tmp_path, code, expect="hello\n")
    assert document["listen"] == ["tcp://127.0.0.1:0"]
    assert len(document["connect"]) == 1 and document["connect"][0].startswith("tcp://127.0.0.1:")
    assert "dns" not in document


def test_programs(edge_node: Path, tmp_path: Path) -> None:
    (tmp_path / "child.js").write_text("console.log(require('fs').readFileSync('/etc/hostname', 'utf8').length > 0, process.argv[2])")
    code = """
      const { execFileSync, execSync } = require('child_process');
      process.stdout.write(execFileSync(process.execPath, [require('path').join(__dirname, 'child.js'), 'x']));
      process.stdout.write(execSync('echo shell'));
    """
    document = _round_trip(edge_node, tmp_path, code, expect="true x\nshell\n")
    assert document["commands"] == ["/bin/sh", "node"]
    # That all variables are copied for a child does not ask for them.
    assert "TOKEN" not in document.get("env", []) and "UNUSED" not in document.get("env", [])
    assert "/etc/hostname:/etc/hostname:ro" in document["volumes"]


def test_the_policy_is_printed(edge_node: Path, tmp_path: Path) -> None:
    (tmp_path / "app.js").write_text("console.log('text'); process.exitCode = 3")
    done = _run(edge_node, tmp_path, "--edge-policy", "learn", "app.js")
    assert done.returncode == 3
    assert done.stderr == "text\nedge: the program ended with status 3: learned is what it did until then\n"
    assert done.stdout.startswith("# Learned from a run of: app.js\nvolumes = [\n")
    tomllib.loads(done.stdout)


@pytest.mark.parametrize(
    ("kind", "subject", "status", "answer"),
    [
        ("read", "/data/x", 0, 'allowed: read /data/x: volumes[0] = "src:/data" (p.toml:2)'),
        ("write", "/data/x", 1, 'denied: write /data/x: volumes[0] = "src:/data" (p.toml:2); which may be read only'),
        ("write", "/tmp/x", 0, 'allowed: write /tmp/x: memory[0] = "/tmp" (as every policy has it)'),
        ("read", "/etc/passwd", 1, "denied: read /etc/passwd: no entry of volumes covers it"),
        (
            "connect",
            "api.example.com:443",
            0,
            'allowed: connect api.example.com:443: connect[0] = "tcp://api.example.com:443" (p.toml:4); where',
        ),
        ("connect", "api.example.com:80", 1, "denied: connect api.example.com:80: no entry of connect covers it"),
        ("listen", "127.0.0.1:80", 1, "denied: listen 127.0.0.1:80: no entry of listen covers it"),
        ("env", "HOME", 0, 'allowed: env HOME: env[0] = "HOME" (p.toml:5); if the host has it'),
        ("run", "node", 0, 'allowed: run node: commands[0] = "node" (p.toml:6)'),
        ("dns", "api.example.com", 0, 'allowed: dns api.example.com: connect[0] = "tcp://api.example.com:443" (p.toml:4)'),
        ("unix", "/run/x", 1, "denied: unix /run/x: no entry of unix_sockets covers it"),
        ("walk", "x", 2, 'edge: "walk" is not one of read, write'),
        ("connect", "x", 2, 'edge: "x" is not [tcp://|udp://]HOST:PORT'),
    ],
)
def test_check(edge_node: Path, tmp_path: Path, kind: str, subject: str, status: int, answer: str) -> None:
    (tmp_path / "src").mkdir()
    policy = 'volumes = [\n  "src:/data",\n]\nconnect = ["tcp://api.example.com:443"]\nenv = ["HOME"]\ncommands = ["node"]\n'
    (tmp_path / "p.toml").write_text(policy)
    done = _run(edge_node, tmp_path, "--edge-policy", "check", "p.toml", kind, subject)
    assert (done.returncode, (done.stderr if status == 2 else done.stdout)[: len(answer)]) == (status, answer)


def test_a_bad_policy_is_no_answer(edge_node: Path, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text(json.dumps({"volumes": ["nowhere:/x"]}))
    for words, text in (
        (["p.json", "read", "/x"], "edge: p.json: volumes[0]: "),
        (["none.toml", "read", "/x"], "edge: none.toml: no such file"),
        (["p.json"], "usage: edge policy"),
    ):
        done = _run(edge_node, tmp_path, "--edge-policy", "check", *words)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(text), done.stderr
