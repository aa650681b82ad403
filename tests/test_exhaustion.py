"""No more descriptors, a full disk, a file that may not grow, and arguments out of range: Node's codes, in its order of events."""

from __future__ import annotations

import pytest

from tests.comparison import Comparison

# Runs the rest of the program again with at most 64 descriptors.
_FEW = """
if (!process.env.FEW) {
  const { status } = require('child_process').spawnSync('/bin/sh', ['-c', 'ulimit -S -n 64; exec "$0" "$@"', process.execPath, __filename], { env: { ...process.env, FEW: '1' }, stdio: 'inherit' });
  process.exit(status ?? 99);
}
const fs = require('fs'), net = require('net'), http = require('http'), dgram = require('dgram'), { spawn, spawnSync } = require('child_process');
const show = (name) => (e) => console.log(name, e?.code, e?.syscall, e?.message?.replace(/:\\d{4,5}/g, ':PORT'));
process.stdout, process.stderr; // opening them takes descriptors here
const taken = [];
const takeAll = () => { try { for (;;) taken.push(fs.openSync('/dev/null')); } catch (e) { show('openSync')(e); } };
const giveBack = (n) => taken.splice(0, n).forEach((fd) => fs.closeSync(fd));
"""

PROGRAMS = {
    "EMFILE in fs": _FEW
    + """
        takeAll();
        const sync = (name, f) => { try { f(); console.log(name, 'fine'); } catch (e) { show(name)(e); } };
        sync('readFileSync', () => fs.readFileSync(__filename));
        sync('writeFileSync', () => fs.writeFileSync('x', ''));
        sync('readdirSync', () => fs.readdirSync('.'));
        sync('opendirSync', () => fs.opendirSync('.'));
        sync('mkdtempSync', () => fs.rmdirSync(fs.mkdtempSync('./x')));
        sync('copyFileSync', () => fs.copyFileSync(__filename, 'copy'));
        sync('statSync', () => fs.statSync('.'));
        sync('require', () => require('./other.js'));
        fs.open(__filename, (e) => { show('open')(e);
          fs.createReadStream(__filename).on('error', (e) => { show('stream')(e);
            fs.promises.readFile(__filename).catch(show('promise')).then(() => {
              giveBack(3);
              console.log(fs.readFileSync('other.js', 'utf8').length);
            });
          }).on('close', () => console.log('stream closed'));
        });
    """,
    "EMFILE in sockets": _FEW
    + """
        takeAll();
        net.connect(1, '127.0.0.1').on('error', show('connect')).on('close', () => {
          net.createServer().on('error', show('listen')).listen(0, '127.0.0.1');
          dgram.createSocket('udp4').on('error', show('udp')).bind(0, '127.0.0.1');
          net.connect('./nothing').on('error', show('pipe'));
          http.get('http://127.0.0.1:1/').on('error', show('http'));
          setTimeout(() => { giveBack(5); net.connect(1, '127.0.0.1').on('error', show('after')); }, 50);
        });
    """,
    "EMFILE in spawn": _FEW
    + """
        takeAll();
        giveBack(1);
        const child = spawn('true').on('error', show('spawn')).on('close', (...args) => console.log('close', ...args));
        console.log(child.pid);
        const done = spawnSync('true');
        show('spawnSync')(done.error);
        console.log(done.status, done.pid);
        setTimeout(() => { giveBack(20); console.log(spawnSync('echo', ['again']).stdout.toString()); }, 50);
    """,
    "a server out of descriptors goes on when there are some": _FEW
    + """
        let accepted = 0, answered = 0;
        const server = http.createServer((q, r) => r.end('ok')).on('connection', () => accepted++).listen(0, '127.0.0.1', () => {
          const client = spawn('/bin/sh', ['-c', 'ulimit -S -n 1000; exec "$0" "$@"', process.execPath, '-e', `
            process.stdout; const net = require('net'); let open = 0, ok = 0, gone = 0; const all = [];
            for (let i = 0; i < 100; i++) { const c = net.connect(${server.address().port}, '127.0.0.1'); all.push(c);
              c.on('connect', () => c.write('GET / HTTP/1.1\\\\r\\\\nHost: a\\\\r\\\\nConnection: close\\\\r\\\\n\\\\r\\\\n'));
              c.on('data', () => ok++).on('error', () => {}).on('close', () => { if (++gone === 100) console.log('answered', ok > 5); }); }
            setTimeout(() => all.forEach((c) => c.destroy()), 8000).unref();
          `], { stdio: ['ignore', 'inherit', 'inherit'] });
          client.on('close', () => http.get({ port: server.address().port, agent: false }, (r) => { console.log('then', r.statusCode, accepted > 5); r.resume(); server.close(); }));
        });
    """,
    "a full disk": """
        const fs = require('fs');
        const show = (name) => (e) => console.log(name, e?.code, e?.syscall, e?.message);
        const sync = (name, f) => { try { f(); console.log(name, 'fine'); } catch (e) { show(name)(e); } };
        sync('writeFileSync', () => fs.writeFileSync('/dev/full', 'x'));
        sync('appendFileSync', () => fs.appendFileSync('/dev/full', 'x'.repeat(100000)));
        const fd = fs.openSync('/dev/full', 'w');
        sync('writeSync', () => fs.writeSync(fd, 'x'));
        sync('writevSync', () => fs.writevSync(fd, [Buffer.from('a'), Buffer.from('b')]));
        fs.write(fd, Buffer.from('x'), (e, n) => { show('write')(e); console.log(n);
          fs.writev(fd, [Buffer.from('x')], (e) => { show('writev')(e);
            fs.writeFile('/dev/full', 'x', (e) => { show('writeFile')(e);
              fs.promises.writeFile('/dev/full', 'x').catch(show('promise')).then(() => {
                const s = fs.createWriteStream('/dev/full');
                for (const event of ['open', 'ready', 'finish', 'drain']) s.on(event, () => console.log(event));
                s.on('error', (e) => { show('stream')(e); console.log(s.bytesWritten, s.destroyed, s.errored === e); }).on('close', () => console.log('close'));
                console.log(s.write('one', (e) => show('callback one')(e)), s.write('x'.repeat(100000), (e) => show('callback two')(e)));
                s.end('last', (e) => show('end')(e));
              }); }); }); });
    """,
    "standard output on a full disk": """
        if (process.argv[2] !== 'inner') {
          const fs = require('fs'), { spawnSync } = require('child_process');
          const done = spawnSync(process.execPath, [__filename, 'inner'], { stdio: ['ignore', fs.openSync('/dev/full', 'w'), 'pipe'] });
          console.log(done.status, String(done.stderr).replace(/^.*Node.js v.*$/m, '').split('\\n').filter((line) => !/^ +at /.test(line)).join('\\n'));
        } else {
          process.stdout.on('error', (e) => console.error('stdout', e.code, e.syscall));
          process.stdout.write('text', (e) => console.error('callback', e?.code));
          console.log('logged');
          process.on('exit', (code) => console.error('exit', code));
        }
    """,
    "standard output that nobody reads": """
        if (process.argv[2] !== 'inner') {
          const { spawn } = require('child_process');
          const child = spawn(process.execPath, [__filename, 'inner'], { stdio: ['ignore', 'pipe', 'inherit'] });
          child.stdout.once('data', () => child.stdout.destroy());
          child.on('close', (...args) => console.log(...args));
        } else {
          process.stdout.on('error', (e) => { console.error('stdout', e.code, e.syscall); process.exitCode = 3; clearInterval(timer); });
          const timer = setInterval(() => process.stdout.write('x'.repeat(1000)), 1);
        }
    """,
    "a file that may not grow": """
        if (!process.env.SHORT) {
          require('child_process').spawnSync('/bin/sh', ['-c', 'ulimit -f 8; exec "$0" "$@"', process.execPath, __filename], { env: { ...process.env, SHORT: '1' }, stdio: 'inherit' });
          process.exit();
        }
        const fs = require('fs');
        let signals = 0;
        process.on('SIGXFSZ', () => signals++).on('exit', () => console.log(signals > 0));
        const show = (name) => (e) => console.log(name, e?.code, e?.syscall);
        try { fs.writeFileSync('big', Buffer.alloc(100000)); } catch (e) { show('writeFileSync')(e); }
        console.log(fs.statSync('big').size);
        fs.createWriteStream('stream').on('error', show('stream')).on('close', () => console.log('close', fs.statSync('stream').size)).end(Buffer.alloc(50000));
        try { fs.ftruncateSync(fs.openSync('trunc', 'w'), 1e6); } catch (e) { show('ftruncate')(e); }
    """,
    "arguments out of range": """
        const net = require('net'), http = require('http'), dgram = require('dgram'), dns = require('dns'), fs = require('fs'), tty = require('tty'), { spawn, spawnSync, fork, exec } = require('child_process');
        const attempt = (name, f) => { try { const made = f(); made?.on?.('error', (e) => console.log(name, 'event', e.code, e.message)); made?.catch?.((e) => console.log(name, 'rejected', e.code)); console.log(name, 'made'); } catch (e) { console.log(name, e.name, e.code, e.message); } };
        for (const port of [-1, 65536, 1.5, NaN, '', ' ', 'x', '0x50', null, {}, [], true, Infinity, 1n]) {
          attempt(`connect ${String(port)}`, () => { const s = net.connect(port, '127.0.0.1'); s.on('error', () => {}); return undefined; });
          attempt(`listen ${String(port)}`, () => { const s = net.createServer(); s.on('error', () => {}); s.listen(port); s.close(); });
          attempt(`http ${String(port)}`, () => { http.request({ port }).on('error', () => {}).destroy(); });
          attempt(`bind ${String(port)}`, () => { const s = dgram.createSocket('udp4'); s.on('error', () => {}); s.bind(port); s.close(); });
          attempt(`send ${String(port)}`, () => { const s = dgram.createSocket('udp4'); s.unref().send('x', port, '127.0.0.1', () => {}); });
        }
        // None of these asks a name server. A NUL ends a name, as in Node.
        const connected = [];
        process.on('exit', () => console.log(connected.sort().join('\\n')));
        for (const host of ['', '127.1', 'x'.repeat(300), '127.0.0.1\\0x', '\\0', 5, {}]) {
          attempt(`host ${JSON.stringify(host).slice(0, 30)}`, () => { net.connect({ port: 1, host, autoSelectFamily: false }).on('error', (e) => connected.push(['connect', JSON.stringify(host).slice(0, 30), e.code, e.syscall].join(' '))); });
          attempt(`request ${JSON.stringify(host).slice(0, 30)}`, () => { http.request({ host, port: 1 }).on('error', () => {}).destroy(); });
          attempt(`isIP ${JSON.stringify(host).slice(0, 30)}`, () => console.log(net.isIP(host)));
        }
        for (const host of ['..', 'a b', '256.1.1.1', '[::1]', '::g', '1::2%x', '01.2.3.4', '1.2.3', 'a\\0b']) console.log(host, net.isIP(host));
        for (const fd of [-1, 1e9, 2 ** 31, 1.5, '1', null, 999]) {
          attempt(`fstat ${fd}`, () => fs.fstatSync(fd));
          attempt(`close ${fd}`, () => fs.closeSync(fd));
          attempt(`read ${fd}`, () => fs.readSync(fd, Buffer.alloc(1)));
          attempt(`socket ${fd}`, () => new net.Socket({ fd }).destroy());
          attempt(`listen fd ${fd}`, () => { net.createServer().on('error', (e) => console.log('listen fd', fd, e.code, e.syscall)).listen({ fd }); });
          attempt(`isatty ${fd}`, () => console.log(tty.isatty(fd)));
        }
        attempt('tty', () => new tty.ReadStream(fs.openSync('/dev/null')));
        attempt('file as socket', () => new net.Socket({ fd: fs.openSync(process.execPath) }));
    """,
    "child that does not read its input": """
        const { spawnSync, execFileSync } = require('child_process');
        const show = ({ status, signal, error }) => console.log(status, signal, error?.code, error?.errno, error?.syscall, error?.path, error?.message);
        show(spawnSync('true', { input: 'z'.repeat(5e6) }));
        show(spawnSync('sh', ['-c', 'exec 0<&-; echo out; exit 3'], { input: 'z'.repeat(5e6) }));
        show(spawnSync('cat', { input: 'z'.repeat(5e5) }));
        show(spawnSync('cat', { input: '' }));
        try { execFileSync('true', { input: 'z'.repeat(5e6) }); } catch (e) { console.log(e.code, e.status, e.syscall); }
    """,
    "spawn of what is no program": """
        const fs = require('fs'), { spawn, spawnSync, execFile, exec, fork, execSync } = require('child_process');
        fs.writeFileSync('plain', 'text'); fs.writeFileSync('broken', '#!/no/such/interpreter\\n', { mode: 0o755 }); fs.writeFileSync('junk', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 1, 2]), { mode: 0o755 });
        const show = (name) => (e) => console.log(name, e?.code, e?.errno, e?.syscall, e?.path, JSON.stringify(e?.spawnargs), e?.message);
        // Children end in any order; each one's events have theirs.
        const events = {};
        process.on('exit', () => { for (const [name, lines] of Object.entries(events)) console.log(lines.map((line) => `${name}: ${line}`).join('\\n')); });
        const programs = { './none': {}, './plain': {}, './broken': {}, './junk': {}, '.': {}, 'none': {}, 'true': { cwd: './none' }, 'ls': { uid: 2 ** 31 }, 'echo': { cwd: './plain' }, '/': {}, './plain/x': {}, ['x'.repeat(5000)]: {} };
        for (const [program, options] of Object.entries(programs)) {
          const name = program.slice(0, 20);
          const shorter = (e) => e && Object.assign(e, { path: e.path?.slice(0, 20), spawnargs: e.spawnargs, message: e.message.slice(0, 60), syscall: e.syscall?.slice(0, 20) });
          try { show(`sync ${name}`)(shorter(spawnSync(program, ['a'], options).error)); } catch (e) { show(`sync ${name} threw`)(e); }
          try {
            const child = spawn(program, ['a'], options);
            console.log(name, typeof child.pid, child.exitCode);
            events[name] = [];
            child.on('error', (e) => { const { code, errno, syscall, path, spawnargs, message } = shorter(e); events[name].push(JSON.stringify({ code, errno, syscall, path, spawnargs, message })); });
            for (const event of ['exit', 'close']) child.on(event, (...args) => events[name].push(`${event} ${args.join(' ')}`));
          } catch (e) { show(`${name} threw`)(shorter(e)); }
        }
        for (const bad of [['', []], [null], [5], ['a\\0b'], ['true', 'text'], ['true', ['a\\0b']], ['true', [], { cwd: 5 }], ['true', [], { cwd: 'a\\0' }], ['true', [], { env: { A: 'b\\0c' } }], ['true', [], { stdio: 'wrong' }], ['true', [], { stdio: ['pipe', 'pipe', 999] }],
            ['true', [], { timeout: -1 }], ['true', [], { uid: 1.5 }], ['true', [], { shell: 5 }], ['true', [], { argv0: 5 }], ['true', [], { killSignal: 'SIGNOPE' }], ['true', [], { detached: 'x' }], ['true', [], { signal: {} }], ['true', [], 5]]) {
          for (const run of [spawn, spawnSync]) try { const made = run(...bad); made.on?.('error', () => {}); console.log(run.name, JSON.stringify(bad), 'made', made.error?.code); } catch (e) { console.log(run.name, JSON.stringify(bad), e.name, e.code, e.message); }
        }
        const killed = spawn('sleep', ['10']);
        for (const signal of ['SIGNOPE', 0, 999, -1, null, 'sigterm']) try { console.log(signal, killed.kill(signal)); } catch (e) { console.log(signal, e.code, e.message); }
        killed.on('exit', (...args) => { console.log('killed', ...args, killed.kill()); for (const [pid, signal] of [[-99999999, 0], [2 ** 31, 0], ['x', 0], [process.pid, 'SIGNOPE'], [process.pid, 999], [process.pid, 0]]) try { console.log(process.kill(pid, signal)); } catch (e) { console.log(pid === process.pid ? 'own' : pid, signal, e.code, e.syscall, e.message); } });
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_exhaustion(name: str, compare: Comparison) -> None:
    compare(["program.js"], {"program.js": PROGRAMS[name], "other.js": "module.exports = 1;\n"})
