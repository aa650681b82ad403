"""What a program asks of the system wrongly, or when the system has no more to give: the same errors as under Node, in the same order."""

from __future__ import annotations

import resource
import subprocess
from pathlib import Path

import pytest

from tests.comparison import Comparison
from tests.programs.install import real_node

_SHOW = """
const show = (name, f) => {
  try { const r = f(); if (typeof r?.then === 'function') return r.then((v) => console.log(name, 'ok'), (e) => tell(name, e)); console.log(name, typeof r); return r; }
  catch (e) { tell(name, e); }
};
const tell = (name, e) => console.log(name, e.name, e.code, e.errno, e.syscall, e.address, e.port, e.path, e.fd, e.message);
const noop = () => {};
"""

PROGRAMS = {
    "ports": """
        const net = require('net'), dgram = require('dgram'), http = require('http'), dns = require('dns');
        for (const port of [-1, 65536, 1.5, NaN, 'x', '', null, true, {}, [], 2n ** 70n, '0x1g']) {
          show('listen ' + String(port), () => net.createServer().on('error', noop).listen(port, '127.0.0.1').close());
          show('connect ' + String(port), () => net.connect(port, '127.0.0.1').on('error', noop).destroy());
          show('bind ' + String(port), () => { const s = dgram.createSocket('udp4'); s.on('error', noop); s.bind(port); s.close(); });
          show('send ' + String(port), () => { const s = dgram.createSocket('udp4'); try { s.send('x', port, '127.0.0.1', noop); } finally { s.close(); } });
          show('get ' + String(port), () => http.get({ port, host: '127.0.0.1' }).on('error', noop).destroy());
          show('lookupService ' + String(port), () => dns.lookupService('127.0.0.1', port, noop));
        }
    """,
    "hosts": """
        const net = require('net'), dgram = require('dgram'), dns = require('dns');
        for (const host of [1, {}, [], true, Symbol('x')]) {
          show('connect', () => net.connect({ port: 1, host }).on('error', noop).destroy());
          show('listen', () => net.createServer().on('error', noop).listen({ port: 0, host }).close());
          show('lookup', () => dns.lookup(host, noop));
          show('resolve', () => dns.resolve(host, noop));
        }
        for (const address of ['1.2.3', '::g', 'x', '']) {
          show('setServers', () => dns.setServers([address]));
          show('lookupService', () => dns.lookupService(address, 1, noop));
          show('reverse', () => dns.reverse(address, noop));
          show('localAddress', () => net.connect({ port: 1, host: '127.0.0.1', localAddress: address || 'y' }).on('error', noop).destroy());
          show('addMembership', () => { const s = dgram.createSocket('udp4'); try { s.addMembership(address); } finally { s.close(); } });
        }
        for (const family of [5, '4', -1]) show('family', () => net.connect({ port: 1, host: 'localhost', family }).on('error', noop).destroy());
        net.createServer().on('error', (e) => tell('listen later', e)).listen(0, '203.0.113.77');
        net.connect({ port: 1, host: '127.0.0.1', localAddress: '203.0.113.77' }).on('error', (e) => tell('connect later', e));
        net.connect(1, '127.0.0.1').on('error', (e) => tell('refused', e));
        net.connect('/no/such/socket').on('error', (e) => tell('pipe', e));
        net.createServer().on('error', (e) => tell('pipe listen', e)).listen('/no/such/folder/socket');
        net.connect('x'.repeat(200)).on('error', (e) => tell('long pipe', e));
    """,
    "descriptors": """
        const fs = require('fs'), net = require('net'), tty = require('tty'), dgram = require('dgram');
        for (const fd of [-1, 1.5, 9999, 2 ** 31, 'x', null, {}, NaN]) {
          show('fstat ' + fd, () => fs.fstatSync(fd));
          show('close ' + fd, () => fs.closeSync(fd));
          show('read ' + fd, () => fs.readSync(fd, Buffer.alloc(1)));
          show('write ' + fd, () => fs.writeSync(fd, 'x'));
          show('socket ' + fd, () => new net.Socket({ fd }).on('error', noop));
          show('ReadStream ' + fd, () => new tty.ReadStream(fd));
          show('WriteStream ' + fd, () => new tty.WriteStream(fd));
          show('isatty ' + fd, () => console.log(tty.isatty(fd)));
          show('ftruncate ' + fd, () => fs.ftruncateSync(fd));
          show('listen ' + fd, () => net.createServer().on('error', (e) => tell('later ' + fd, e)).listen({ fd }));
        }
        const file = fs.openSync('f', 'w');
        show('file as socket', () => new net.Socket({ fd: file }));
        show('file as terminal', () => new tty.ReadStream(file));
        show('read of a write-only file', () => fs.readSync(file, Buffer.alloc(1)));
        show('twice', () => { fs.closeSync(file); fs.closeSync(file); });
    """,
    "spawn": """
        const c = require('child_process'), fs = require('fs');
        fs.writeFileSync('plain', 'echo'); fs.writeFileSync('empty', '', { mode: 0o755 }); fs.mkdirSync('folder');
        fs.writeFileSync('interpreter', '#!/no/such/interpreter\\n', { mode: 0o755 });
        const files = ['./missing', './plain', './empty', './folder', './interpreter', 'no-such-program-on-the-path', './plain/below'];
        (async () => {
          for (const file of files) {
            const s = c.spawnSync(file, ['a']);
            console.log(file, s.status, s.signal, s.pid === 0, s.output);
            if (s.error) tell('sync', s.error);
            show('execFileSync', () => c.execFileSync(file, { stdio: 'pipe' }));
            await new Promise((resolve) => {
              const p = show('spawn', () => c.spawn(file, ['a'], { stdio: ['pipe', 'pipe', 'pipe'] }));
              if (!p) return resolve();
              console.log(p.pid === undefined, p.stdin !== undefined);
              p.on('error', (e) => { tell('async', e); console.log(e.spawnargs); });
              p.on('exit', (...a) => console.log('exit', a));
              p.on('close', (...a) => { console.log('close', a); resolve(); });
              p.stdin?.on('error', noop); p.stdin?.end('x');
            });
          }
          for (const options of [{ cwd: './no' }, { cwd: './plain' }, { uid: 1.5 }, { uid: 'x' }, { gid: -1 }, { stdio: ['x'] }, { stdio: [99] }, { stdio: 'x' },
                                 { shell: 1 }, { env: 1 }, { argv0: 1 }, { detached: 1 }, { timeout: -1 }, { killSignal: 'x' }, { serialization: 'x' }, { env: { A: 'x\\0y' } }]) {
            await new Promise((resolve) => {
              let p;
              show(JSON.stringify(options), () => { p = c.spawn('true', [], options); return 1; });
              if (!p) return resolve();
              p.on('error', (e) => { tell('later', e); resolve(); }).on('exit', (...a) => { console.log(a); resolve(); });
            });
          }
          for (const [file, args] of [['', []], [1], [null], ['a\\0b'], ['true', ['a\\0b']], ['true', 'x'], ['true', [], 1]]) show('call', () => c.spawn(file, args));
          for (const s of ['x', 99, -1, 1.5, {}]) show('kill ' + s, () => process.kill(process.pid, s));
          for (const p of ['x', 1.5, 2 ** 31, -(2 ** 31), {}, 2 ** 22 + 1]) show('pid ' + p, () => process.kill(p, 0));
        })();
    """,
    "process": """
        show('chdir', () => process.chdir('./no')); show('chdir', () => process.chdir(1)); show('chdir', () => process.chdir('a\\0b'));
        show('umask', () => process.umask('9')); show('umask', () => process.umask({})); show('umask', () => process.umask(-1));
        show('setuid', () => process.setuid('no-such-user')); show('setgid', () => process.setgid({})); show('setgroups', () => process.setgroups(['no-such-group']));
        show('initgroups', () => process.initgroups('x', 'no-such-group')); show('hrtime', () => process.hrtime([1])); show('cpuUsage', () => process.cpuUsage({ user: -1 }));
        show('exitCode', () => { process.exitCode = 'x'; }); show('exit', () => process.exit('x')); show('emitWarning', () => process.emitWarning(1));
        show('title', () => { process.title = 'x'.repeat(1e5); }); show('execve', () => process.execve(1)); show('execve', () => process.execve('/x', ['a\\0']));
        show('setRawMode', () => process.stdin.setRawMode); show('loadEnvFile', () => process.loadEnvFile('no')); show('dlopen', () => process.dlopen());
        show('env', () => { process.env.A = Symbol('x'); }); show('env', () => Object.defineProperty(process.env, 'A', { value: 1 }));
        console.log(Object.keys(structuredClone(process.env)).length === Object.keys(process.env).length);
    """,
}  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_program(compare: Comparison, program: str) -> None:
    compare(["program.js"], files={"program.js": _SHOW + program})


FULL = {
    "stdout-is-full": "process.stdout.on('error', (e) => console.error(e.code, e.syscall, e.errno, e.message)); process.stdout.write('x', (e) => console.error('callback', e?.code));",
    "stdout-is-full-unheard": "console.log('x'); setTimeout(() => console.error('goes on'), 50)",
    "write-is-full": "try { require('fs').writeSync(1, 'x'); } catch (e) { console.error(e.code, e.syscall, e.message); }",
    "ends-full": "process.stdout.end('x', () => console.error('ended')); process.on('exit', (c) => console.error(c))",
}


@pytest.mark.parametrize("program", FULL.values(), ids=FULL.keys())
def test_a_full_disk(edge_node: Path, program: str) -> None:
    told = []
    for node in (real_node(), edge_node):
        with Path("/dev/full").open("wb") as full:
            done = subprocess.run([node, "-e", program], stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE, timeout=60)
        told.append((done.returncode, done.stderr))
    assert told[1] == told[0]


NO_DESCRIPTORS = {
    "sockets": """
        const net = require('net'), dgram = require('dgram'), list = [];
        console.log('a pipe is opened when it is first written to');
        const one = () => new Promise((r) => { const s = dgram.createSocket('udp4'); list.push(s); s.on('error', r); s.bind(0, () => r()); });
        (async () => {
          let e; while (!(e = await one())) ;
          console.log(e.code, e.syscall, e.errno, e.message);
          await new Promise((r) => net.createServer().on('error', (e) => { console.log(e.code, e.syscall, e.message); r(); }).listen(0));
          await new Promise((r) => net.connect(9, '127.0.0.1').on('error', (e) => { console.log(e.code, e.syscall, e.message); r(); }));
          list.forEach((s) => s.close());
          setTimeout(() => net.createServer().listen(0, function() { console.log('again'); this.close(); }), 20);
        })();
    """,
    "files-and-children": """
        const fs = require('fs'), c = require('child_process'), list = [];
        console.log('a pipe is opened when it is first written to');
        try { for (;;) list.push(fs.openSync('/dev/null')); } catch (e) { console.log(e.code, e.syscall, e.message); }
        try { c.spawn('true').on('error', (e) => console.log('later', e.code, e.syscall)); } catch (e) { console.log('spawn', e.code, e.syscall, e.message); }
        console.log(c.spawnSync('true').error?.code);
        fs.readFile('/etc/hostname', (e) => console.log(e.code, e.syscall));
        fs.promises.open('/etc/hostname').catch((e) => console.log(e.code, e.syscall)).then(() => {
          list.forEach((fd) => fs.closeSync(fd));
          c.spawn('true').on('exit', (...a) => console.log(a));
        });
    """,
}


@pytest.mark.parametrize("program", NO_DESCRIPTORS.values(), ids=NO_DESCRIPTORS.keys())
def test_no_descriptor_is_left(edge_node: Path, program: str) -> None:
    def few() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (60, 60))

    told = []
    for node in (real_node(), edge_node):
        done = subprocess.run([node, "-e", program], stdin=subprocess.DEVNULL, capture_output=True, timeout=60, preexec_fn=few)
        told.append((done.returncode, done.stdout.decode(), done.stderr.decode().replace(str(node), "<node>")))
    assert told[1] == told[0]
