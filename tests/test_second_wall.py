"""The second wall around `edge-node --safe`: seen from outside (every thread is behind it) and from inside (nothing granted is missed)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Landlock and seccomp are Linux's")

# What programs do with what they are granted, much of it on pool threads.
PROGRAM = """
const fs = require('fs'), os = require('os'), crypto = require('crypto'), zlib = require('zlib'), dgram = require('dgram');
const assert = require('assert');
const root = process.argv[2];
const code = (f) => { try { f(); return 'nothing'; } catch (e) { return e.code; } };
(async () => {
  for (const dir of ['/tmp', ...(root ? [root] : [])]) {
    fs.mkdirSync(dir + '/a/b', { recursive: true });
    await fs.promises.writeFile(dir + '/a/f', 'text');
    await fs.promises.copyFile(dir + '/a/f', dir + '/a/b/g');
    await fs.promises.rename(dir + '/a/b/g', dir + '/a/h');
    fs.symlinkSync('h', dir + '/a/l'); fs.linkSync(dir + '/a/h', dir + '/a/i');
    assert.equal(await fs.promises.readFile(dir + '/a/l', 'utf8'), 'text');
    fs.chmodSync(dir + '/a/h', 0o600); fs.utimesSync(dir + '/a/h', 1, 2); fs.truncateSync(dir + '/a/h', 2);
    const handle = await fs.promises.open(dir + '/a/f', 'r+');
    await handle.write('x'); await handle.sync(); await handle.stat(); await handle.close();
    assert.deepEqual(fs.readdirSync(dir + '/a').sort(), ['b', 'f', 'h', 'i', 'l']);
    await new Promise((resolve, reject) => fs.createReadStream(dir + '/a/f').pipe(zlib.createGzip())
      .pipe(fs.createWriteStream(dir + '/a/z')).on('finish', resolve).on('error', reject));
    const watcher = root === dir ? fs.watch(dir) : null; watcher?.close();
    fs.rmSync(dir + '/a', { recursive: true });
  }
  assert.equal((await new Promise((done, fail) => crypto.pbkdf2('p', 's', 10, 8, 'sha1', (e, key) => e ? fail(e) : done(key)))).length, 8);
  crypto.randomBytes(8); process.memoryUsage(); process.cpuUsage(); os.cpus(); os.hostname(); os.networkInterfaces(); os.loadavg();
  new Date().toLocaleString(); process.umask(); process.hrtime();
  await new Promise(done => setTimeout(done, 5));
  await new Promise(done => require('dns').lookup('example.com', (error) => { assert.ok(error); done(); }));
  await new Promise(done => require('net').connect(1, '127.0.0.1').on('error', (error) => { assert.equal(error.code, 'EACCES'); done(); }));
  await new Promise(done => require('net').createServer().on('error', (error) => { assert.equal(error.code, 'EACCES'); done(); }).listen(0));
  await new Promise(done => dgram.createSocket('udp4').on('error', (error) => { assert.equal(error.code, 'EACCES'); done(); }).bind(0));
  assert.equal(require('child_process').spawnSync('/bin/true').error.code, 'EACCES');
  process.on('SIGUSR2', () => {}); process.emitWarning('x');
  console.log('done', code(() => fs.readFileSync('/etc/passwd')));
})();
"""


def has_wall(edge_node: Path) -> dict[str, object]:
    done = subprocess.run([edge_node, "--edge-info"], capture_output=True, text=True, timeout=60, check=True)
    host: dict[str, object] = json.loads(done.stdout)["host"]
    return host


@pytest.mark.parametrize("volume", [False, True], ids=["memory", "volume"])
def test_what_is_granted_works_behind_it(edge_node: Path, tmp_path: Path, volume: bool) -> None:
    script = tmp_path / "program.js"
    script.write_text(PROGRAM)
    data = tmp_path / "data"
    data.mkdir()
    options = ["--volume", f"{data}:/data:rw"] if volume else []
    done = subprocess.run(
        [edge_node, "--safe", *options, str(script), *(["/data"] if volume else [])], capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "done ENOENT\n", done.stderr


def test_every_thread_is_behind_it(edge_node: Path, tmp_path: Path) -> None:
    host = has_wall(edge_node)
    script = tmp_path / "program.js"
    # A pool thread has run by the time the line is printed.
    script.write_text("require('fs').stat('/', () => { console.log('ready'); process.stdin.resume(); });")
    with subprocess.Popen([edge_node, "--safe", str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == "ready\n"
        facts = [
            dict(line.split(":", 1) for line in (task / "status").read_text().splitlines())
            for task in Path(f"/proc/{process.pid}/task").iterdir()
        ]
        process.stdin.close()
    assert len(facts) > 1
    for fact in facts:
        if host["seccomp"]:
            assert fact["Seccomp"].strip() == "2", fact["Name"]
        if host["seccomp"] or host["landlock"]:
            assert fact["NoNewPrivs"].strip() == "1", fact["Name"]


def test_an_open_run_has_none(edge_node: Path, tmp_path: Path) -> None:
    script = tmp_path / "program.js"
    script.write_text("console.log(require('fs').readFileSync('/proc/self/status', 'utf8').match(/Seccomp:\\s*(\\d)/)[1]);")
    own = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("Seccomp:")).split()[1]
    done = subprocess.run([edge_node, str(script)], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == own
