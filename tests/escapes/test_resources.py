"""Rows 45 to 52 of the escape catalogue: what a program may not use up. The same rows inside one process: crates/edge-cli/tests/limits.rs.

Outcomes: a limit error in JavaScript, or the end of the run with the status of its limit; the host's memory stays bounded.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

WALL, CPU, HEAP, HOST_MEMORY, OUTPUT, TIMERS = 124, 152, 134, 70, 71, 72
# What an end may be late on a busy machine; it is measured and printed.
SLACK = 8.0


@dataclass(frozen=True)
class Ended:
    status: int
    stdout: str
    stderr: str
    seconds: float
    max_rss: int
    """Bytes."""


Limited = Callable[..., Ended]


@pytest.fixture
def limited(edge_node: Path, tmp_path: Path) -> Limited:
    """Runs code under limits: `limited(code, "--timeout", "1")`, sandboxed unless `safe=False`."""

    def run(code: str, *options: str, safe: bool = True, stdin: int | None = subprocess.DEVNULL) -> Ended:
        (tmp_path / "app.js").write_text(code)
        words = [str(edge_node), *(["--safe"] if safe else []), *options, "app.js"]
        with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
            start = time.monotonic()
            child = subprocess.Popen(words, stdin=stdin, stdout=stdout, stderr=stderr, cwd=tmp_path)
            try:
                _, status, usage = os.wait4(child.pid, 0)
            except BaseException:
                child.kill()
                raise
            seconds = time.monotonic() - start
            child.returncode = os.waitstatus_to_exitcode(status)
            texts = []
            for file in (stdout, stderr):
                file.seek(0)
                texts.append(file.read(1 << 20).decode("utf-8", "replace"))
        return Ended(child.returncode, texts[0], texts[1], seconds, usage.ru_maxrss * 1024)

    return run


# --- 45: ArrayBuffer and string bombs

BOMBS = {
    "buffers": "const a = []; for (;;) a.push(new ArrayBuffer(1 << 20));",
    "uint8 arrays": "const a = []; for (;;) a.push(new Uint8Array(1e6).fill(1));",
    "doubled string": "let s = 'xy'; for (;;) s += s;",
    "strings": "const a = []; for (let i = 0;; i++) a.push('x'.repeat(1e5) + i);",
    "objects": "const a = []; for (;;) a.push({ a });",
    "sparse": "new Array(2 ** 32 - 1).fill(0);",
    "pad": "for (let n = 1e6;; n *= 2) 'x'.padEnd(n).padStart(n * 2);",
    "join": "Array(1e6).fill('x'.repeat(1e6)).join('');",
    "JSON": "JSON.stringify(Array(1e6).fill('x'.repeat(1e4)));",
    "structuredClone": "structuredClone(Array(1e7).fill('abc'));",
    "replace": "'x'.repeat(1e5).replaceAll('x', 'y'.repeat(1e6));",
    "Buffer.concat": "Buffer.concat(Array(1e5).fill(Buffer.alloc(1e6)));",
    "hex": "let b = Buffer.alloc(1e7); for (;;) b = Buffer.from(b.toString('hex'));",
    "blob": "let b = new Blob(['x'.repeat(1e6)]); for (;;) b = new Blob([b, b, b, b]);",
    "resizable": "new ArrayBuffer(1, { maxByteLength: 2 ** 31 }).resize(2 ** 31 - 1);",
}


@pytest.mark.parametrize("name", BOMBS)
def test_45_bombs(limited: Limited, name: str) -> None:
    ended = limited(BOMBS[name], "--memory", "64MB", "--timeout", "30")
    print(f"{name}: status {ended.status}, {ended.max_rss >> 20} MiB, {ended.stderr[-200:]!r}")
    assert ended.status == HEAP or (ended.status == 1 and re.search("RangeError|ERR_|Error", ended.stderr)), ended
    assert ended.max_rss < 400 << 20


# --- 46: floods


def _count(make: str, kept: str = "kept") -> str:
    return f"""
        const fs = require('fs'), net = require('net'), dgram = require('dgram'), {kept} = [];
        const flood = () => {{ let n = 0; try {{ for (; n < 5000; n++) {kept}.push({make}); }} catch (e) {{ return [n, e.code]; }} return [n, null]; }};
        const result = flood();
    """


def test_46_descriptors_no_off_by_one(limited: Limited) -> None:
    code = (
        _count("fs.openSync(__filename)")
        + """
        result.push(kept[0], kept.at(-1));
        for (let round = 0; round < 3; round++) { fs.closeSync(kept.pop()); kept.push(fs.openSync(__filename)); }
        try { fs.openSync(__filename); } catch (e) { result.push(e.code, e.syscall); }
        try { fs.readFileSync(__filename); } catch (e) { result.push(e.code); }
        kept.forEach((fd) => fs.closeSync(fd));
        console.log(JSON.stringify([...result, flood()[0]]));
    """
    )
    ended = limited(code, "--max-open-files", "40")
    # Standard output is opened last: nothing but 0, 1 and 2 counts before.
    assert json.loads(ended.stdout) == [37, "EMFILE", 3, 39, "EMFILE", "open", "EMFILE", 37], ended


def test_46_sockets(limited: Limited) -> None:
    code = """
        const net = require('net'), servers = [];
        let failed;
        const next = (n) => {
          const server = net.createServer().on('error', (e) => {
            console.log(n, e.code, e.syscall);
            servers.pop().close(() => net.createServer().on('error', (e) => console.log('still', e.code)).listen(0, '127.0.0.1', function () {
              console.log('again'); this.close(); servers.forEach((s) => s.close()); }));
          });
          server.listen(0, '127.0.0.1', () => { servers.push(server); next(n + 1); });
        };
        next(0);
    """
    ended = limited(code, "--max-sockets", "5", "--timeout", "30", safe=False)
    assert ended.stdout.split("\n") == ["5 EMFILE listen", "again", ""], ended


def test_46_timers(limited: Limited) -> None:
    code = "for (let i = 0; i < %d; i++) setTimeout(() => {}, 10); setImmediate(() => console.log('ran'));"
    assert limited(code % 99, "--max-timers", "100").stdout == "ran\n"
    ended = limited(code % 100, "--max-timers", "100")
    assert (ended.status, ended.stdout) == (TIMERS, ""), ended
    assert ended.stderr == "edge-node: limit exceeded: timers (100)\n"


def test_46_a_flood_of_timers_meets_the_heap(limited: Limited) -> None:
    ended = limited("for (;;) setTimeout(() => {}, 1e6);", "--memory", "64MB", "--timeout", "60")
    assert ended.status == HEAP, ended
    assert ended.max_rss < 400 << 20


def test_46_children(limited: Limited) -> None:
    code = """
        const { spawn, spawnSync } = require('child_process'), children = [];
        const start = () => { const child = spawn('sleep', ['20'], { stdio: 'ignore' }); child.on('error', (e) => console.log(e.code, e.syscall)); return child; };
        for (let i = 0; i < 4; i++) children.push(start());
        console.log(children.map((child) => child.pid !== undefined).join(), spawnSync('true').error?.code);
        children[0].kill();
        children[0].on('exit', () => { console.log(spawnSync('true').status); for (const child of children) child.kill(); });
    """
    ended = limited(code, "--max-threads", "3", "--timeout", "60", safe=False)
    assert ended.stdout.split("\n") == ["true,true,true,false EAGAIN", "EAGAIN spawn sleep", "0", ""], ended


def test_46_bytes_written(limited: Limited) -> None:
    code = """
        const fs = require('fs'), out = [];
        const tried = (f) => { try { out.push(f() ?? 'fine'); } catch (e) { out.push(e.code); } };
        tried(() => fs.writeFileSync('/tmp/a', Buffer.alloc(600)));
        tried(() => fs.writeSync(fs.openSync('/tmp/b', 'w'), Buffer.alloc(600)));
        tried(() => fs.writeFileSync('/tmp/a', 'x'));
        tried(() => { fs.unlinkSync('/tmp/a'); fs.appendFileSync('/tmp/c', 'x'); });
        fs.promises.writeFile('/tmp/d', 'x').catch((e) => out.push(e.code)).then(() => {
          fs.createWriteStream('/tmp/e').on('error', (e) => { out.push(e.code, fs.statSync('/tmp/b').size); console.log(out.join()); }).write('x');
        });
    """
    ended = limited(code, "--max-bytes-written", "1000")
    assert ended.stdout == "fine,400,EDQUOT,EDQUOT,EDQUOT,EDQUOT,400\n", ended


# --- 47: one huge call, more headers than there are slots


def test_47_headers(limited: Limited) -> None:
    code = """
        const http = require('http'), net = require('net');
        const server = http.createServer((q, r) => r.end('never')).on('clientError', (e, s) => { console.log(e.code); s.destroy(); });
        server.listen(0, '127.0.0.1', () => {
          const c = net.connect(server.address().port, '127.0.0.1', () => {
            let text = 'GET / HTTP/1.1\\r\\nHost: a\\r\\n';
            for (let i = 0; i < 40000; i++) text += 'x' + i + ': ' + i + '\\r\\n';
            c.write(text + '\\r\\n');
          }).on('error', () => {}).on('close', () => {
            try { new http.ServerResponse({ method: 'GET' }).writeHead(200, Array.from({ length: 80000 }, (_, i) => ['y' + i, 'z']).flat()); console.log('made'); } catch (e) { console.log(e.code); }
            server.close();
          });
        });
    """
    ended = limited(code, "--timeout", "60", safe=False)
    assert ended.stdout.split("\n")[0] == "HPE_HEADER_OVERFLOW", ended
    assert ended.status == 0
    assert ended.max_rss < 400 << 20


def test_47_huge_host_calls(limited: Limited) -> None:
    code = """
        const crypto = require('crypto'), fs = require('fs');
        const tried = (f) => { try { f(); return 'fine'; } catch (e) { return e.code ?? e.name; } };
        console.log(tried(() => crypto.randomBytes(2 ** 31 - 1)), tried(() => Buffer.allocUnsafe(2 ** 40)),
          tried(() => crypto.scryptSync('a', 'b', 32, { N: 2 ** 20, r: 8, maxmem: 2 ** 40 })), tried(() => fs.writevSync(1, Array(1e5).fill(Buffer.alloc(0)))));
    """
    ended = limited(code, "--memory", "64MB", "--host-memory", "64MB", "--timeout", "60")
    print(ended)
    assert ended.status in (0, HEAP, HOST_MEMORY), ended
    if ended.status == 0:
        assert ended.stdout.split()[2] == "ERR_CRYPTO_INVALID_SCRYPT_PARAMS"
    assert ended.max_rss < 600 << 20


HOST_BOMBS = {
    "writes nobody reads": """
        const { spawn } = require('child_process'), child = spawn('sleep', ['60'], { stdio: ['pipe', 'ignore', 'ignore'] });
        child.stdin.on('error', (e) => { console.log(e.code); child.kill(); });
        for (let i = 0; i < 500; i++) child.stdin._handle && child.stdin._writev ? child.stdin.write(Buffer.alloc(1e6)) : 0;
        child.stdin.cork = () => {}; """,
    "copies for the pool": "const fs = require('fs'), b = Buffer.alloc(5e6), fd = fs.openSync('/dev/null', 'w'); for (let i = 0; i < 1e5; i++) fs.write(fd, b, () => {});",
    "compression contexts": "const zlib = require('zlib'), kept = []; for (;;) kept.push(zlib.createDeflate(), zlib.createBrotliCompress());",
    "random bytes": "const crypto = require('crypto'); for (let i = 0; i < 1e5; i++) crypto.randomBytes(2e7, () => {});",
}


@pytest.mark.parametrize("name", HOST_BOMBS)
def test_47_host_memory_is_bounded(limited: Limited, name: str) -> None:
    ended = limited(HOST_BOMBS[name], "--memory", "64MB", "--host-memory", "100MB", "--timeout", "60", safe=False)
    print(f"{name}: status {ended.status}, {ended.max_rss >> 20} MiB, {ended.stdout[-100:]!r} {ended.stderr[-200:]!r}")
    assert ended.status in (0, 1, HEAP, HOST_MEMORY), ended
    assert ended.max_rss < 600 << 20


def test_47_files_in_memory(limited: Limited) -> None:
    code = "const fs = require('fs'); let n = 0; try { for (;; n++) fs.writeFileSync('/tmp/' + n, Buffer.alloc(1e6)); } catch (e) { console.log(n, e.code); }"
    ended = limited(code, "--host-memory", "20MB", "--timeout", "60")
    assert re.fullmatch(r"19 ENOSPC\n", ended.stdout), ended


FILE_FLOODS = {
    "empty files": "fs.writeFileSync(`/tmp/${n}`, '')",
    "long names": "fs.closeSync(fs.openSync(`/tmp/${n}${'x'.repeat(240)}`, 'w'))",
    "folders": "fs.mkdirSync(`/tmp/${n}`)",
    "symbolic links": "fs.symlinkSync('y'.repeat(1000), `/tmp/${n}`)",
    "hard links": "n ? fs.linkSync('/tmp/0', `/tmp/${n}`) : fs.writeFileSync('/tmp/0', 'x')",
}


@pytest.mark.parametrize("name", FILE_FLOODS)
@pytest.mark.parametrize("limit", ["--host-memory", "--memory"])
def test_47_many_files_in_memory(limited: Limited, name: str, limit: str) -> None:
    code = f"""
        const fs = require('fs'), before = process.memoryUsage().rss;
        let n = 0, code;
        try {{ for (;; n++) {FILE_FLOODS[name]}; }} catch (e) {{ code = e.code; }}
        console.log(code, process.memoryUsage().rss - before);
    """
    ended = limited(code, limit, "40MB", "--timeout", "60")
    code, more = ended.stdout.split()
    print(f"{name}: {int(more) >> 20} MiB more")
    assert code == "ENOSPC", ended
    # What the flood may take, and what JavaScript's own garbage may.
    assert int(more) < 90 << 20


# --- 48 and 49: what never ends

ENDLESS = {
    "loop": "for (;;) {}",
    "microtasks": "const f = () => Promise.resolve().then(f); f();",
    "ticks": "const f = () => process.nextTick(f); f();",
    "regex": "/^(a+)+$/.test('a'.repeat(40) + 'b');",
    "BigInt": "for (;;) 3n ** 600000n;",
    "finally": "for (;;) try { for (;;); } finally { continue }",
    "exit handler": "process.on('exit', () => { for (;;); });",
    "uncaught handler": "process.on('uncaughtException', () => { for (;;); }); throw 1;",
    "idle": "setInterval(() => {}, 1e6);",
    "pbkdf2Sync": "require('crypto').pbkdf2Sync('a', 'b', 2147483647, 64, 'sha512');",
    "Atomics.wait": "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);",
    "sort": "Array.from({ length: 1e6 }, (_, i) => -i).sort((x, y) => { for (let i = 0; i < 1e5; i++); return x - y; });",
    "split": "const s = 'ab'.repeat(1e6); for (;;) s.split('').join('');",
}


@pytest.mark.parametrize("name", ENDLESS)
def test_48_the_deadline_holds(limited: Limited, name: str) -> None:
    ended = limited(ENDLESS[name], "--timeout", "0.5")
    print(f"{name}: {(ended.seconds - 0.5) * 1000:.0f} ms after the deadline")
    assert (ended.status, ended.stderr) == (WALL, "edge-node: limit exceeded: wall_time (0.5 s)\n"), ended
    assert ended.seconds < 0.5 + SLACK


def test_48_processor_time(limited: Limited) -> None:
    ended = limited("for (;;) {}", "--cpu-time", "0.3", "--timeout", "60")
    assert (ended.status, ended.stderr) == (CPU, "edge-node: limit exceeded: cpu_time (0.3 s)\n"), ended
    pool = "for (let i = 0; i < 8; i++) require('crypto').pbkdf2('a', 'b', 2147483647, 64, 'sha512', () => {});"
    assert limited(pool, "--cpu-time", "0.3", "--timeout", "60").status == CPU


def test_48_waiting_is_no_processor_time(limited: Limited) -> None:
    assert limited("setTimeout(() => console.log('done'), 3000)", "--cpu-time", "2").stdout == "done\n"


BLOCKING = {
    "execSync": "require('child_process').execSync('sleep 30');",
    "spawnSync": "require('child_process').spawnSync('sleep', ['30'], { stdio: 'inherit' });",
    "a FIFO": "require('child_process').execFileSync('mkfifo', ['fifo']); require('fs').readFileSync('fifo');",
    "standard input": "require('fs').readSync(0, Buffer.alloc(1));",
    "standard input as a file": "require('fs').readFileSync(0);",
    "standard input as a stream": "process.stdin.resume();",
    "a server": "require('net').createServer().listen(0, '127.0.0.1');",
}


@pytest.mark.parametrize("name", BLOCKING)
def test_49_blocked_in_a_host_call(limited: Limited, name: str) -> None:
    read, write = os.pipe()
    try:
        ended = limited(BLOCKING[name], "--timeout", "0.7", safe=False, stdin=read)
    finally:
        os.close(read)
        os.close(write)
    print(f"{name}: {(ended.seconds - 0.7) * 1000:.0f} ms after the deadline")
    assert ended.status == WALL, ended
    assert ended.seconds < 0.7 + SLACK


def test_49_children_end_with_it(limited: Limited, tmp_path: Path) -> None:
    ended = limited("require('child_process').execSync('sh -c \"echo $$ > pid; sleep 60; true\"; true')", "--timeout", "1", safe=False)
    assert ended.status == WALL
    pid = int((tmp_path / "pid").read_text())
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return
        if state == "Z":
            return
        time.sleep(0.05)
    pytest.fail("the grandchild still runs")


# --- 50: recursion


def test_50_recursion_is_a_range_error(limited: Limited) -> None:
    code = """
        const shapes = [() => { const f = () => f(); f(); }, () => { const o = { get x() { return this.x; } }; o.x; }, () => JSON.parse('['.repeat(1e6)),
          () => { let a = []; for (let i = 0; i < 1e6; i++) a = [a]; JSON.stringify(a); }, () => { const p = new Proxy({}, { get: (t, k, r) => r[k] }); p.x; },
          () => { let f = () => 1; for (let i = 0; i < 1e6; i++) f = f.bind(); f(); }, () => eval('('.repeat(1e5)), () => new RegExp('('.repeat(1e5)) ];
        for (const f of shapes) try { f(); console.log('fine'); } catch (e) { console.log(e.name); }
    """
    ended = limited(code, "--timeout", "60")
    assert ended.status == 0, ended
    assert set(ended.stdout.split()) <= {"RangeError", "SyntaxError", "InternalError", "fine"}, ended


# --- 51: output


def test_51_output_is_capped_exactly(limited: Limited) -> None:
    fits = limited("process.stdout.write('x'.repeat(999)); process.stderr.write('y');", "--max-output", "1000")
    assert (fits.status, len(fits.stdout), fits.stderr) == (0, 999, "y")
    over = limited("process.stdout.write('x'.repeat(1000)); process.stderr.write('y'); setTimeout(() => {}, 1e6);", "--max-output", "1000")
    assert (over.status, len(over.stdout), over.stderr) == (OUTPUT, 1000, "edge-node: limit exceeded: output (1 kB)\n")
    flood = limited("for (;;) console.log('\\x1b]0;title\\x07' + 'x'.repeat(1e4));", "--max-output", "1MB", "--timeout", "60")
    assert (flood.status, len(flood.stdout)) == (OUTPUT, 1_000_000)


def test_51_output_to_a_pipe(edge_node: Path, tmp_path: Path) -> None:
    words = [str(edge_node), "--safe", "--max-output", "70000", "-e", "process.stdout.write('x'.repeat(1e6))"]
    done = subprocess.run(words, capture_output=True, timeout=60, stdin=subprocess.DEVNULL)
    assert (done.returncode, len(done.stdout), done.stderr) == (OUTPUT, 70_000, b"edge-node: limit exceeded: output (70 kB)\n")


def test_51_unread_output_does_not_hold_the_end_up(edge_node: Path) -> None:
    code = "for (;;) process.stdout.write('x'.repeat(1e5))"
    child = subprocess.Popen(
        [str(edge_node), "--timeout", "1", "--memory", "64MB", "-e", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        assert child.wait(timeout=1 + SLACK) in (WALL, HEAP)
    finally:
        child.kill()
        child.communicate()


# --- 52: what grows when it is unpacked


@pytest.mark.parametrize("kind", ["gzip", "brotliCompress", "deflate"])
def test_52_zip_bombs(limited: Limited, kind: str) -> None:
    undo = {"gzip": "gunzip", "brotliCompress": "brotliDecompress", "deflate": "inflate"}[kind]
    code = f"""
        const zlib = require('zlib');
        let bomb = Buffer.alloc(16e6);
        const parts = zlib.{kind}Sync(bomb);
        bomb = null;
        const tried = (name, f) => {{ try {{ f(); console.log(name, 'fine'); }} catch (e) {{ console.log(name, e.code ?? e.name); }} }};
        tried('max', () => zlib.{undo}Sync(parts, {{ maxOutputLength: 1e6 }}));
        // Stacked: what comes out is unpacked again.
        const twice = zlib.{kind}Sync(Buffer.concat(Array(8).fill(parts)));
        let total = 0;
        const stream = zlib.create{undo[0].upper() + undo[1:]}();
        stream.on('data', (chunk) => {{ total += chunk.length; }}).on('error', (e) => console.log(e.code)).on('end', () => console.log('streamed', total));
        stream.end(parts);
    """
    ended = limited(code, "--memory", "64MB", "--timeout", "60")
    assert ended.status == 0, ended
    assert ended.stdout.split("\n")[:2] == ["max ERR_BUFFER_TOO_LARGE", "streamed 16000000"], ended
    assert ended.max_rss < 400 << 20
    eager = f"const zlib = require('zlib'); const parts = zlib.{kind}Sync(Buffer.alloc(16e6)); const kept = []; for (;;) kept.push(zlib.{undo}Sync(parts));"
    ended = limited(eager, "--memory", "64MB", "--timeout", "60")
    assert ended.status in (1, HEAP), ended
    assert ended.max_rss < 400 << 20


# --- options


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["--timeout", "0", "x.js"], "--timeout: must be more than 0 seconds"),
        (["--timeout"], "--timeout requires an argument"),
        (["--memory=lots", "x.js"], '--memory: "lots" is no number of bytes (write 1000000, "64MB" or "64MiB")'),
        (["--max-sockets=1.5", "x.js"], '--max-sockets: "1.5" is no whole number'),
    ],
)
def test_wrong_options(edge_node: Path, words: list[str], text: str) -> None:
    done = subprocess.run([str(edge_node), *words], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (9, "", f"edge-node: {text}\n")


def test_limits_in_a_policy_file(edge_node: Path, tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text("[limits]\nwall_time = 0.5\nopen_files = 10\n")
    words = [str(edge_node), "--policy", "policy.toml", "--timeout", "30", "-e", "for (;;);"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (WALL, "edge-node: limit exceeded: wall_time (0.5 s)\n")


def test_no_watchdog_without_a_time_limit(limited: Limited) -> None:
    # A thread names itself after its start: looked for until it is there, or for MS milliseconds.
    code = """
    const fs = require('fs');
    const there = () => fs.readdirSync('/proc/self/task').some((t) => fs.readFileSync(`/proc/self/task/${t}/comm`, 'utf8').trim() === 'edge-watchdog');
    const end = Date.now() + MS;
    while (!there() && Date.now() < end);
    console.log(there());
    """
    assert limited(code.replace("MS", "300"), "--memory", "64MB", safe=False).stdout == "false\n"
    assert limited(code.replace("MS", "20000"), "--timeout", "50", safe=False).stdout == "true\n"
