"""Rows 18, 19 and 29 to 33: descriptors across processes, children, and what a process shows of its host."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.escapes.sandbox import PRELUDE, attack, run

_ECHO = "const { spawnSync } = require('child_process'); "


def test_18_descriptors_of_the_host(edge_node: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hush")
    show = "const seen = []; for (let fd = 3; fd < 64; fd++) { try { if (require('fs').readFileSync(fd, 'latin1').includes('hush')) seen.push(fd) } catch {} } report(seen)"
    child = f"{_ECHO} report([String(spawnSync(process.execPath, ['-e', {json.dumps(PRELUDE + show)}]).stdout), String(spawnSync('/bin/ls', ['/proc/self/fd']).stdout)])"
    with secret.open() as file:
        os.set_inheritable(file.fileno(), True)
        words = [str(edge_node), "--safe", "--allow-run=node,/bin/ls"]

        def answer(code: str) -> object:
            done = subprocess.run(
                [*words, "-e", PRELUDE + code],
                capture_output=True,
                text=True,
                timeout=60,
                pass_fds=[file.fileno()],
                stdin=subprocess.DEVNULL,
            )
            assert done.returncode == 0, done.stderr
            return json.loads(done.stdout)

        assert answer(show) == []
        # The last one is the listing's own.
        assert answer(child) == ["[]\n", "0\n1\n2\n3\n"]


def test_19_a_handed_over_descriptor_grants_no_more(edge_node: Path, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    inner = "const fs = require('fs'); report([code(() => fs.writeSync(3, 'y')), code(() => fs.ftruncateSync(3)), code(() => fs.fchmodSync(3, 0o777)), fs.readFileSync(3, 'utf8')])"
    code = f"{_ECHO} const fd = require('fs').openSync('/v/a'); const done = spawnSync(process.execPath, ['-e', {json.dumps(PRELUDE + inner)}], {{ stdio: ['ignore', 'pipe', 'pipe', fd] }}); report([String(done.stdout), String(done.stderr)])"
    stdout, stderr = attack(edge_node, code, "--volume", f"{tmp_path}:/v", "--allow-run=node")
    assert stderr == ""
    ends = json.loads(stdout)
    assert ends[3] == "x" and "done" not in ends[:2]
    assert (tmp_path / "a").read_text() == "x"


def test_29_variables_that_choose_code(edge_node: Path, tmp_path: Path) -> None:
    env = "{ A: '1', LD_PRELOAD: '/v/evil.so', LD_LIBRARY_PATH: '/v', DYLD_INSERT_LIBRARIES: '/v/evil.so', NODE_OPTIONS: '--require /v/evil.js', EDGE_BOOT_IMAGE: '/v/evil.image', GLIBC_TUNABLES: 'x' }"
    code = f"{_ECHO} report([String(spawnSync('/usr/bin/env', [], {{ env: {env} }}).stdout), String(spawnSync(process.execPath, ['-p', 'JSON.stringify(process.env)'], {{ env: {env} }}).stdout)])"
    (tmp_path / "evil.js").write_text("console.log('evil')")
    granted, node = attack(edge_node, code, "--volume", f"{tmp_path}:/v", "--allow-run=node,/usr/bin/env")
    assert granted == "A=1\nEDGE_BOOT_IMAGE=/v/evil.image\n"
    assert json.loads(node) == {"A": "1", "EDGE_BOOT_IMAGE": "/v/evil.image"}


def test_29_children_see_no_variables_of_the_host(edge_node: Path) -> None:
    code = f"{_ECHO} report([String(spawnSync('/usr/bin/env').stdout), String(spawnSync(process.execPath, ['-p', 'process.env.SECRET']).stdout)])"
    assert attack(edge_node, code, "--allow-run=node,/usr/bin/env") == ["", "undefined\n"]


def test_30_programs_from_writable_folders(edge_node: Path, tmp_path: Path) -> None:
    code = """
        const fs = require('fs'), { spawnSync } = require('child_process');
        fs.writeFileSync('/v/tool', '#!/bin/sh\\ntouch PWNED', { mode: 0o755 });
        fs.writeFileSync('/tmp/tool', '#!/bin/sh\\ntouch PWNED', { mode: 0o755 });
        const end = (file, options) => spawnSync(file, [], options).error?.code ?? 'started';
        report(['/v/tool', '/tmp/tool', 'tool', 'FOLDER/tool', './tool', '/bin/sh', 'sh'].map((file) => end(file, { cwd: '/v', env: { PATH: '/v:/tmp:/bin' } })));
    """.replace("PWNED", str(tmp_path / "pwned")).replace("FOLDER", str(tmp_path))
    (tmp_path / "tool").write_text("#!/bin/sh\n")
    (tmp_path / "tool").chmod(0o755)
    volume = ["--volume", f"{tmp_path}:/v:rw"]
    assert set(attack(edge_node, code, *volume)) == {"EACCES"}
    assert set(attack(edge_node, code, *volume, f"--allow-run=node,{tmp_path}/tool")) == {"EACCES"}
    assert not (tmp_path / "pwned").exists()


def test_30_a_link_to_a_writable_folder(edge_node: Path, tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "tool").write_text("#!/bin/sh\n")
    (tmp_path / "inside" / "tool").chmod(0o755)
    (tmp_path / "link").symlink_to("inside/tool")
    code = f"{_ECHO} report(spawnSync('{tmp_path}/link').error?.code ?? 'started')"
    assert attack(edge_node, code, "--volume", f"{tmp_path}/inside:/v:rw", f"--allow-run={tmp_path}/link") == "EACCES"
    assert attack(edge_node, code, "--volume", f"{tmp_path}/inside:/v:ro", f"--allow-run={tmp_path}/link") == "started"


_WIDER = [
    ["--volume", "/:/host:rw"],
    ["--volume=/:/host"],
    ["--policy", "/v/wide.toml"],
    ["--allow-run=/bin/sh"],
    ["--allow-env=SECRET"],
    ["--safe"],
    ["--edge-sandbox=9"],
    ["--build-boot-image", "/tmp/x"],
    ["--edge-info"],
]


@pytest.mark.parametrize("options", _WIDER, ids=lambda options: options[0])
def test_31_a_child_with_wider_flags(edge_node: Path, tmp_path: Path, options: list[str]) -> None:
    (tmp_path / "wide.toml").write_text("volumes = ['/:/host']")
    inner = "const fs = require('fs'); report([fs.readdirSync('/').sort(), process.env.SECRET ?? null])"
    code = f"{_ECHO} const done = spawnSync(process.execPath, [...{options}, '-e', {json.dumps(PRELUDE + inner)}]); report([done.status, String(done.stdout), String(done.stderr)])"
    status, stdout, _ = attack(edge_node, code, "--volume", f"{tmp_path}:/v", "--allow-run=node")
    assert status != 0 and "host" not in stdout and "hush" not in stdout


def test_31_children_are_as_sandboxed_as_their_parents(edge_node: Path, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    inner = "const fs = require('fs'); report([process.execPath, process.cwd(), fs.readdirSync('/').sort(), code(() => fs.readFileSync('/etc/passwd')), code(() => fs.writeFileSync('/v/x', ''))])"
    again = f"const {{ spawnSync }} = require('child_process'); console.log(String(spawnSync('node', ['-e', {json.dumps(PRELUDE + inner)}]).stdout))"
    code = f"{_ECHO} report(String(spawnSync(process.execPath, ['-e', {json.dumps(again)}], {{ cwd: '/v/work' }}).stdout))"
    answer = json.loads(attack(edge_node, code, "--volume", f"{tmp_path}:/v", "--allow-run=node"))
    assert answer == ["/usr/bin/edge-node", "/v/work", ["dev", "tmp", "v"], "ENOENT", "EROFS"]


def test_31_fork(edge_node: Path, tmp_path: Path) -> None:
    script = tmp_path / "app.js"
    script.write_text("""
        if (process.send) process.on('message', (message) => { process.send([message, __filename, process.argv.length]); process.disconnect() });
        else {
            const child = require('child_process').fork(__filename, ['x']);
            child.on('message', (message) => console.log(JSON.stringify(message)));
            child.send('hello');
        }
    """)
    done = subprocess.run(
        [edge_node, "--safe", "--allow-run=node", script], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL
    )
    assert (done.stdout, done.stderr) == ('["hello","/app/app.js",3]\n', "")


def test_31_without_a_grant_nothing_starts(edge_node: Path) -> None:
    code = """
        const { spawnSync, execSync, fork } = require('child_process');
        const ends = [process.execPath, 'node', '/bin/sh', 'ls', '/proc/self/exe'].map((file) => spawnSync(file).error?.code ?? 'started');
        ends.push(code(() => execSync('true')));
        report(ends);
    """
    assert "done" not in (ends := attack(edge_node, code)) and "started" not in ends


def test_32_reports_are_written_inside(edge_node: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    code = f"""
        const ends = [];
        for (const f of [() => process.report.writeReport('{tmp_path}/report.json'), () => process.report.writeReport(),
            () => require('v8').writeHeapSnapshot('{tmp_path}/heap'), () => require('trace_events').createTracing({{ categories: ['v8'] }}).enable()])
            ends.push(code(f));
        report(ends.length);
    """
    done = run(edge_node, code, cwd=tmp_path)
    assert done.stdout == "4\n"
    for option in [
        "--report-on-fatalerror",
        "--report-uncaught-exception",
        "--trace-events-enabled",
        "--heap-prof",
        "--cpu-prof",
        "--diagnostic-dir=.",
        "--redirect-warnings=w",
    ]:
        run(
            edge_node,
            "process.emitWarning('x'); setTimeout(() => { throw new Error('x') })",
            option,
            f"--report-directory={tmp_path}",
            cwd=tmp_path,
        )
    assert sorted(tmp_path.iterdir()) == before


def test_33_signals_to_others(edge_node: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as bystander:
        code = f"report([{bystander.pid}, {os.getpid()}, 1, -1, 0, -{os.getpgid(0)}].map((pid) => [code(() => process.kill(pid, 0)), code(() => process.kill(pid, 'SIGKILL'))]).flat())"
        try:
            assert set(attack(edge_node, code, "--allow-run=node")) == {"ESRCH"}
            assert bystander.poll() is None
        finally:
            bystander.kill()


def test_33_priorities_and_users_of_others(edge_node: Path) -> None:
    code = f"const os = require('os'); report([code(() => os.getPriority({os.getppid()})), code(() => os.setPriority({os.getpid()}, 1)), code(() => process.setuid(0)), code(() => process.setgroups([0]))])"
    ends = attack(edge_node, code)
    assert "done" not in ends
