"""`--audit FILE` and `--audit-all`: what a policy decides, as lines of JSON with the JavaScript stack."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

Line = dict[str, Any]


def _run(edge_node: Path, folder: Path, code: str, *options: str, variables: dict[str, str] | None = None) -> tuple[str, list[Line]]:
    """What the code prints, and the log's lines."""
    (folder / "app.js").write_text(code)
    done = subprocess.run(
        [edge_node, *options, "app.js"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "SECRET": "hush", **(variables or {})},
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    log = folder / "log"
    lines = log.read_text().split("\n") if log.exists() else [""]
    assert lines.pop() == ""
    return done.stdout, [json.loads(line) for line in lines]


def _of(lines: list[Line], **facts: object) -> list[Line]:
    return [line for line in lines if all(line.get(name) == fact for name, fact in facts.items())]


DENIED = """
const fs = require('fs'), net = require('net');
const code = (f) => { try { f() } catch (error) { return error.code } };
const failed = (emitter) => new Promise((resolve) => emitter.on('error', (error) => resolve(error.code)));
function secret() { return code(() => fs.readFileSync('/etc/passwd')) }
(async () => {
  const answers = [secret(), code(() => fs.mkdirSync('/app/new')), await fs.promises.readFile('/etc/shadow').catch((error) => error.code)];
  answers.push(await failed(net.connect(81, '1.2.3.4')), await failed(net.connect('/run/some.sock')));
  answers.push(await failed(net.createServer().listen(0, '127.0.0.1')));
  answers.push(await require('dns').promises.lookup('example.com').catch((error) => error.code));
  answers.push(process.env.SECRET, process.env.NOT_THERE, await failed(require('child_process').spawn('ls', ['-l', 'x'])));
  answers.push(code(() => process.kill(1, 0)));
  console.log(JSON.stringify(answers));
})();
"""


@pytest.mark.parametrize("network", [[], ["--allow-net=10.0.0.0/8:80"]])
def test_what_is_denied_is_told(edge_node: Path, tmp_path: Path, network: list[str]) -> None:
    # With a grant of something else the rules refuse, without any there is no socket at all.
    out, lines = _run(edge_node, tmp_path, DENIED, "--safe", *network, "--audit", "log")
    assert json.loads(out) == ["ENOENT", "EROFS", "ENOENT", *["EACCES"] * 4, None, None, "EACCES", "ESRCH"]
    assert {line["decision"] for line in lines} == {"denied"}
    for facts in (
        {"call": "open", "access": "read", "path": "/etc/passwd", "field": "volumes", "errno": "ENOENT"},
        {"call": "mkdir", "access": "create", "path": "/app/new", "field": "volumes", "errno": "EROFS"},
        {"call": "open", "access": "read", "path": "/etc/shadow", "field": "volumes", "errno": "ENOENT"},
        {"call": "connect", "protocol": "tcp", "address": "1.2.3.4", "port": 81, "field": "connect", "errno": "EACCES"},
        {"call": "connect", "socket": "/run/some.sock", "field": "unix_sockets", "errno": "EACCES"},
        {"call": "bind", "protocol": "tcp", "address": "127.0.0.1", "port": 0, "field": "listen", "errno": "EACCES"},
        {"call": "getaddrinfo", "access": "dns", "host": "example.com", "field": "dns", "errno": "EACCES"},
        {"call": "getenv", "access": "env", "variable": "SECRET", "field": "env"},
        {"call": "spawn", "access": "run", "command": "ls", "args": ["ls", "-l", "x"], "field": "commands", "errno": "EACCES"},
        {"call": "kill", "access": "host", "process": 1, "field": None, "errno": "ESRCH"},
    ):
        found = _of(lines, **facts)
        assert len(found) == 1, facts
        assert found[0]["time"].endswith("Z") and found[0]["pid"] > 0
        # Also of what a thread of the pool does; Node connects and listens in a tick of its own.
        file = "node:net:" if "port" in facts else "/app/app.js:"
        assert any(file in frame for frame in found[0]["stack"]), found
    assert _of(lines, variable="NOT_THERE") == []
    passwd = _of(lines, path="/etc/passwd")[0]["stack"]
    assert [frame.split(" (")[0] for frame in passwd[:2]] == ["Object.openSync", "Object.readFileSync"]
    assert "secret (/app/app.js:5:" in "\n".join(passwd)


def test_a_hostile_program_cannot_forge_a_line(edge_node: Path, tmp_path: Path) -> None:
    code = """
      const fs = require('fs');
      Error.prepareStackTrace = () => { console.log('hooked'); return 'forged' };
      const site = (() => { const old = Error.prepareStackTrace; Error.prepareStackTrace = (_, sites) => sites; const [site] = new Error().stack; Error.prepareStackTrace = old; return site })();
      for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(site))) try { Object.getPrototypeOf(site)[name] = () => { console.log('hooked'); return 'forged' } } catch {}
      Array.prototype[Symbol.iterator] = () => { console.log('hooked') };
      Error.stackTraceLimit = 0;
      try { fs.statSync('/x\\n{"decision":"allowed"}\\u2028\\u0085' + 'y'.repeat(4000)) } catch {}
      try { fs.statSync('/' + 'long/'.repeat(2000)) } catch {}
      try { eval('(function () { fs.statSync("/named") })\\n//# sourceURL=a\\\\n{}')() } catch {}
    """
    out, lines = _run(edge_node, tmp_path, code, "--safe", "--audit", "log")
    assert out == ""
    assert {line["decision"] for line in lines} == {"denied"}
    raw = (tmp_path / "log").read_text()
    assert "\u2028" not in raw and "\u0085" not in raw and '\n{"decision"' not in raw
    assert max(map(len, raw.split("\n"))) < 64 << 10
    assert any("app.js" in frame for frame in _of(lines, path="/named")[0]["stack"])
    assert "forged" not in raw.replace("'forged'", "")


def test_all_decisions(edge_node: Path, tmp_path: Path) -> None:
    code = "require('fs').readFileSync('app.js'); try { require('fs').readFileSync('/etc/passwd') } catch {}; process.env.SECRET"
    options = ("--safe", "--volume", ".:/app", "--allow-env", "SECRET")
    for audit in (("--audit-all", "log"), ("--audit", "log", "--audit-all"), ("--audit-all", "--audit=log")):
        (tmp_path / "log").unlink(missing_ok=True)
        lines = _run(edge_node, tmp_path, code, *options, *audit)[1]
        assert _of(lines, decision="allowed", call="open", path="/app/app.js", relative=True)
        assert _of(lines, decision="denied", call="open", path="/etc/passwd")
        assert _of(lines, decision="allowed", call="getenv", variable="SECRET")
    (tmp_path / "log").unlink()
    lines = _run(edge_node, tmp_path, code, "--audit-all", "log")[1]
    assert {line["decision"] for line in lines} == {"allowed"}
    assert _of(lines, call="open", path="/etc/passwd", real="/etc/passwd")


def test_children_go_on_with_the_log(edge_node: Path, tmp_path: Path) -> None:
    code = """
      const { spawnSync } = require('child_process');
      if (process.argv[2]) { try { require('fs').readFileSync('/etc/' + process.argv[2]) } catch {} process.exit() }
      const done = spawnSync(process.execPath, [__filename, 'group'], { stdio: ['inherit', 'inherit', 'inherit', 'pipe'] });
      console.log(done.status, 'EDGE_AUDIT' in process.env);
    """
    out, lines = _run(edge_node, tmp_path, code, "--safe", "--allow-run=node", "--audit", "log")
    assert out == "0 false\n"
    found = _of(lines, call="open", path="/etc/group", decision="denied")
    assert len(found) == 1 and found[0]["pid"] != lines[0]["pid"]
    (tmp_path / "log").unlink()
    out, lines = _run(edge_node, tmp_path, code, "--audit-all", "log")
    assert out == "0 false\n"
    assert len(_of(lines, call="open", path="/etc/group", decision="allowed")) == 1


def test_the_log_is_appended_to_and_private(edge_node: Path, tmp_path: Path) -> None:
    code = "try { require('fs').statSync('/nowhere') } catch {}"
    _run(edge_node, tmp_path, code, "--safe", "--audit", "log")
    first = (tmp_path / "log").read_text()
    _run(edge_node, tmp_path, code, "--safe", "--audit", "log")
    assert (tmp_path / "log").read_text().startswith(first)
    assert (tmp_path / "log").stat().st_mode & 0o777 == 0o600
    assert _run(edge_node, tmp_path, "console.log(require('fs').existsSync('log'))", "--safe", "--audit", "log")[0] == "false\n"


def test_bad_options(edge_node: Path, tmp_path: Path) -> None:
    for options, text in (
        (["--audit"], "edge-node: --audit requires an argument\n"),
        (["--audit-all"], "edge-node: --audit-all requires an argument\n"),
        (["--audit", "no/such/log", "x.js"], "edge-node: --audit no/such/log: no such file or directory\n"),
    ):
        done = subprocess.run([edge_node, *options], cwd=tmp_path, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
        assert (done.returncode, done.stderr) == (9, text)


def test_a_refused_program_has_streams_all_the_same(edge_node: Path) -> None:
    code = """
      const child = require('child_process').spawn('ls', { stdio: ['pipe', 'pipe', 'ignore'] });
      child.on('error', (error) => console.log(error.code, error.syscall));
      child.stdout.on('data', () => console.log('data')).on('close', () => console.log('closed'));
      console.log(require('child_process').spawnSync('ls').error.code);
    """
    done = subprocess.run([edge_node, "--safe", "-e", code], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    assert (done.stdout, done.stderr) == ("EACCES\nEACCES spawn ls\nclosed\n", "")
