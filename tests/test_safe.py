"""`edge-node --safe`: what a program sees that was granted nothing, and what the options of a sandboxed run grant."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Done = subprocess.CompletedProcess[str]
Safe = Callable[..., Done]


@pytest.fixture
def safe(edge_node: Path, tmp_path: Path) -> Safe:
    """Runs `edge-node --safe ARGS` in a folder with `app.js` and `lib.js`, a secret in its environment."""
    (tmp_path / "app.js").write_text("console.log(JSON.stringify([process.argv, process.cwd(), __filename, require('./lib')]))")
    (tmp_path / "lib.js").write_text("module.exports = 'lib'")

    def run(*args: str, stdin: str = "", cwd: Path = tmp_path, flag: str | None = "--safe", env: dict[str, str] | None = None) -> Done:
        words = [str(edge_node), *([flag] if flag else []), *args]
        variables = {**os.environ, "SECRET": "hush", **(env or {})}
        return subprocess.run(words, capture_output=True, text=True, timeout=60, input=stdin, cwd=cwd, env=variables)

    return run


def _value(done: Done) -> object:
    assert done.stderr == ""
    return json.loads(done.stdout)


def test_nothing_of_the_host_is_seen(safe: Safe, tmp_path: Path) -> None:
    code = """
        const os = require('os'), fs = require('fs');
        const tried = (path) => { try { return fs.readdirSync(path) } catch (error) { return error.code } };
        console.log(JSON.stringify([process.env, process.execPath, process.argv0, process.argv, process.title, os.hostname(), os.userInfo().username,
            os.homedir(), os.networkInterfaces(), os.cpus().length, process.cwd(), ['/', '/etc', '/proc', '/home', process.argv[1]].map(tried)]))
    """
    done = safe("-e", code, str(tmp_path))
    assert _value(done) == [
        {},
        "/usr/bin/edge-node",
        "edge-node",
        ["/usr/bin/edge-node", str(tmp_path)],
        "edge-node",
        "edge",
        "edge",
        "/",
        {},
        1,
        "/",
        [["dev", "tmp"], "ENOENT", "ENOENT", "ENOENT", "ENOENT"],
    ]


def test_the_script_is_there_alone(safe: Safe) -> None:
    done = safe("app.js")
    assert done.returncode == 1
    assert "Cannot find module './lib'" in done.stderr
    assert "The sandbox has the script alone. To let it read the script's folder: --volume .:/app\n" in done.stderr


def test_a_script_of_a_volume_runs_in_it(safe: Safe, tmp_path: Path) -> None:
    expected = [["/usr/bin/edge-node", "/code/app.js", "--safe"], "/code", "/code/app.js", "lib"]
    assert _value(safe("--volume", ".:/code", "app.js", "--safe")) == expected
    assert _value(safe(f"--volume={tmp_path}:/code:ro", "/code/app.js", "--safe", flag=None)) == expected
    assert _value(safe("--volume", ".:/code", "app", "--safe")) == expected


def test_the_whole_host_as_a_volume(safe: Safe, tmp_path: Path) -> None:
    expected = [["/usr/bin/edge-node", f"/host{tmp_path}/app.js"], f"/host{tmp_path}", f"/host{tmp_path}/app.js", "lib"]
    assert _value(safe("--volume", "/:/host", "app.js")) == expected


def test_volumes_are_read_only_unless_said(safe: Safe, tmp_path: Path) -> None:
    code = "const fs = require('fs'); try { fs.writeFileSync('/v/new', 'x'); console.log(1) } catch (error) { console.log(JSON.stringify(error.code)) }"
    assert _value(safe("--volume", ".:/v", "-e", code)) == "EROFS"
    assert not (tmp_path / "new").exists()
    assert _value(safe("--volume", ".:/v:rw", "-e", code)) == 1
    assert (tmp_path / "new").read_text() == "x"


def test_tmp_is_in_memory(safe: Safe, tmp_path: Path) -> None:
    code = f"const fs = require('fs'); fs.writeFileSync('/tmp/a', 'x'); console.log(JSON.stringify([fs.readFileSync('/tmp/a', 'utf8'), fs.existsSync('{tmp_path}')]))"
    assert _value(safe("-e", code)) == ["x", False]


def test_standard_streams(safe: Safe) -> None:
    code = "process.stdin.on('data', (data) => { process.stdout.write(data); process.stderr.write('told'); process.exitCode = 3 })"
    done = safe("-e", code, stdin="héllo")
    assert (done.stdout, done.stderr, done.returncode) == ("héllo", "told", 3)
    assert safe("-", stdin="console.log(2)").stdout == "2\n"


def test_no_other_descriptor_is_there(edge_node: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hush")
    code = "for (let fd = 3; fd < 64; fd++) { try { const s = require('fs').readFileSync(fd, 'latin1'); if (s.includes('hush')) console.log(fd, s) } catch {} }"
    with secret.open() as file:
        os.set_inheritable(file.fileno(), True)
        done = subprocess.run(
            [edge_node, "--safe", "-e", code],
            capture_output=True,
            text=True,
            timeout=60,
            pass_fds=[file.fileno()],
            stdin=subprocess.DEVNULL,
        )
    assert (done.stdout, done.stderr) == ("", "")


def test_variables_by_name(safe: Safe) -> None:
    assert _value(safe("--allow-env=SECRET,NOT_THERE", "-p", "JSON.stringify(process.env)")) == {"SECRET": "hush"}
    # Node's own variables count as much as any other: not, unless named.
    assert safe("-p", "1", env={"NODE_OPTIONS": "--bad"}).stdout == "1\n"
    assert "--bad is not allowed" in safe("--allow-env=NODE_OPTIONS", "-p", "1", env={"NODE_OPTIONS": "--bad"}).stderr


def test_options_of_node_look_inside(safe: Safe, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=1")
    assert ".env: not found" in safe("--env-file=.env", "-p", "1").stderr
    assert "Cannot find module" in safe("-r", "./lib.js", "-p", "1").stderr
    assert safe("--volume", ".:/v", "--env-file=/v/.env", "-r", "/v/lib.js", "-p", "process.env.A").stdout == "1\n"


def test_policy_files(safe: Safe, tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "p.toml").write_text(
        "volumes = ['..:/v:rw']\nmemory = ['/tmp', '/m']\nset_env = { B = '2' }\nenv = ['SECRET']\n"
    )
    code = "console.log(JSON.stringify([require('/v/lib'), process.env, require('fs').readdirSync('/').sort()]))"
    expected = ["lib", {"B": "2", "SECRET": "hush"}, ["dev", "m", "tmp", "v"]]
    assert _value(safe("--policy", "policies/p.toml", "-e", code)) == expected
    (tmp_path / "p.json").write_text(json.dumps({"volumes": [".:/v"], "memory": ["/tmp", "/m"], "set_env": {"B": "2"}, "env": ["SECRET"]}))
    assert _value(safe("--policy=p.json", "-e", code)) == expected


@pytest.mark.parametrize(
    ("args", "text"),
    [
        (["--volume", "nowhere:/v", "-p", "1"], "volumes[0]: nowhere: no such file or directory"),
        (["--volume", ".:v", "-p", "1"], 'volumes[0]: the guest path "v" is not absolute'),
        (["--volume", ".:/v:rx", "-p", "1"], 'volumes[0]: "rx" is no mode: ro, rw or cow'),
        (["--volume"], "--volume requires an argument"),
        (["--policy", "nowhere.toml", "-p", "1"], "nowhere.toml: no such file or directory"),
        (["--allow-env=A=B", "-p", "1"], 'env[0]: "A=B" is no name of a variable'),
        (["."], ". is a folder: name it with --volume .:/app, and the script in it as /app/…"),
    ],
)
def test_what_cannot_be_is_told(safe: Safe, args: list[str], text: str) -> None:
    done = safe(*args)
    assert (done.returncode, done.stdout, done.stderr) == (9, "", f"edge-node: {text}\n")


def test_wrong_fields_of_a_policy_are_named(safe: Safe, tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text("volume = ['a:/b']")
    assert safe("--policy", "p.toml", "-p", "1").stderr == "edge-node: p.toml: volume: there is no such field\n"


def test_edge_run_and_edge_eval_pass_it_on(edge_node: Path, tmp_path: Path) -> None:
    import sys

    (tmp_path / "lib.js").write_text("module.exports = 'lib'")

    def edge(*args: str) -> str:
        env = {**os.environ, "EDGE_NODE": str(edge_node)}
        words = [sys.executable, "-m", "edgejs", *args]
        return subprocess.run(
            words, capture_output=True, text=True, timeout=60, cwd=tmp_path, env=env, stdin=subprocess.DEVNULL
        ).stdout.strip()

    assert edge("run", "--safe", "-p", "process.cwd()") == "/"
    assert edge("eval", "--safe", "-p", "process.cwd()") == "/"
    assert edge("eval", "--volume", ".:/v", "console.log(require('/v/lib'), process.argv.at(-1))", "word") == "lib word"


def test_process_permission_tells_the_policy(safe: Safe, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc")
    asked = [
        ["fs.read"],
        ["fs.read", "/v/lib.js"],
        ["fs.read", "/v/not/there"],
        ["fs.read", "/v/../etc/passwd"],
        ["fs.read", "lib.js"],
        ["fs.write", "/v/lib.js"],
        ["fs.write", "/w/new"],
        ["fs.write", "/tmp/x"],
        ["fs", "/w/x"],
        ["fs.read", "/v-other/x"],
        ["child"],
        ["child", "node"],
        ["child", "/bin/sh"],
        ["worker"],
        ["addon"],
        ["net.connect"],
        ["net.connect", "10.0.0.1:80"],
        ["net.connect", "127.0.0.1:80"],
        ["net.connect", "example.com:443"],
        ["net.connect", "example.com:80"],
        ["net.listen", "127.0.0.1:80"],
        ["dns", "example.com"],
        ["dns", "example.org"],
        ["env", "SECRET"],
        ["env"],
        ["nonsense"],
    ]
    code = f"process.chdir('/v'); console.log(JSON.stringify([{json.dumps(asked)}.map((words) => process.permission.has(...words)), process.permission.has('fs.read', Buffer.from('/v/lib.js'))]))"
    options = [
        "--volume",
        ".:/v",
        "--volume",
        ".:/w:rw",
        "--allow-run=node",
        "--allow-net=10.0.0.0/8,example.com:443",
        "--allow-env=SECRET",
    ]
    answer = _value(safe(*options, "-e", code))
    assert isinstance(answer, list)
    granted = [words for words, is_granted in zip(asked, answer[0]) if is_granted]
    assert answer[1] is True and granted == [
        ["fs.read", "/v/lib.js"],
        ["fs.read", "/v/not/there"],
        ["fs.read", "lib.js"],
        ["fs.write", "/w/new"],
        ["fs.write", "/tmp/x"],
        ["fs", "/w/x"],
        ["child"],
        ["child", "node"],
        ["net.connect", "10.0.0.1:80"],
        ["net.connect", "example.com:443"],
        ["dns", "example.com"],
        ["env", "SECRET"],
    ]
    done = safe("-e", "process.permission.has(null)")
    assert 'The "scope" argument must be of type string. Received null' in done.stderr
    assert safe("-p", "process.permission", flag=None).stdout == "undefined\n"
