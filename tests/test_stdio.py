"""Standard streams and signals: pipes, files, sockets and terminals behave as under Node."""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
from pathlib import Path

import pytest

from tests.comparison import Comparison
from tests.programs.install import real_node
from tests.terminal import Key, Resize, run_on_terminal

PIPES = {
    "echo": "process.stdin.on('data', (d) => console.log(String(d))).on('end', () => console.log('end')).on('close', () => console.log('close'))",
    "pipe": "process.stdin.pipe(process.stdout)",
    "iterate": "(async () => { let n = 0; for await (const c of process.stdin) n += c.length; console.log(n); })()",
    "once": "process.stdin.once('data', (d) => { console.log(String(d)[0]); process.stdin.pause(); })",
    "destroy": "process.stdin.on('data', () => process.stdin.destroy()).on('close', () => console.log('close'))",
    "read-sync": "console.log(require('fs').readFileSync(0, 'utf8').length)",
    "lines": "require('readline').createInterface({ input: process.stdin }).on('line', (l) => console.log([l])).on('close', () => console.log('x'))",
    "lines-iterated": "(async () => { for await (const l of require('readline').createInterface({ input: process.stdin })) console.log([l]); })()",
    "question": "const r = require('readline').createInterface({ input: process.stdin, output: process.stdout });"
    " r.question('name? ', (n) => { console.log('hi ' + n); r.close(); })",
    "web-stream": "(async () => { for await (const c of require('stream').Readable.toWeb(process.stdin)) console.log(c); })()",
    "large": "process.stdout.write('x'.repeat(1e6) + 'é', () => { console.error(process.stdout.bytesWritten); process.exit(3); })",
    "many": "for (let i = 0; i < 5000; i++) console.log('line', i)",
    "encodings": "process.stdout.write('hé€', 'utf16le'); process.stdout.write('é', 'latin1'); process.stdout.write('6162', 'hex');"
    " process.stdout.cork(); process.stdout.write('a'); process.stdout.write(Buffer.from('b')); process.stdout.write('é'); process.stdout.uncork()",
    "end": "process.stdout.end('bye\\n'); process.stdout.on('finish', () => console.error('fin'))",
    "at-exit": "process.on('exit', () => process.stdout.write('bye\\n')); console.log(1)",
    "callback-throws": "process.on('uncaughtException', (e) => console.error(e.message)); process.stdout.write('x'.repeat(2e5), () => { throw new Error('boo'); })",
    "async-context": "const a = new (require('async_hooks').AsyncLocalStorage)(); a.run(7, () => process.stdout.write('x'.repeat(2e5), () => console.error(a.getStore())))",
    "resources": "process.stdin.on('data', () => {}); process.stdout; console.log(process.getActiveResourcesInfo(), process._getActiveHandles().length); process.stdin.destroy()",
}

SIGNALS = {
    "sigint": "process.on('SIGINT', (s, n) => { console.log(s, n); clearInterval(i); }); const i = setInterval(() => {}, 1e3); process.kill(process.pid, 'SIGINT')",
    "once": "process.once('SIGUSR2', (s) => { console.log(s); process.kill(process.pid, s); }); setInterval(() => {}, 1e3); process.kill(process.pid, 'SIGUSR2')",
    "unreferenced": "process.on('SIGINT', () => {}); console.log(1)",
    "default": "setInterval(() => {}, 1e3); process.kill(process.pid, 'SIGTERM')",
    "before-immediate": "process.on('SIGWINCH', () => console.log('signal')); process.kill(process.pid, 'SIGWINCH'); setImmediate(() => console.log('immediate'))",
    "not-to-be-caught": "try { process.on('SIGKILL', () => {}); } catch (e) { console.log(e.message, e.code, e.syscall, e.errno); }",
}

TERMINALS: dict[str, tuple[str, list[Key | Resize]]] = {
    "is-terminal": ("console.log(process.stdin.isTTY, process.stdout.isTTY, require('tty').isatty(99), process.stdout.getColorDepth())", []),
    "colours": ("console.log({ a: 1, b: 'x' })", []),
    "lines": ("console.log('>'); process.stdin.on('data', (d) => console.log([String(d)])).on('end', () => console.log('end'))",
              [Key(">", "hello\n"), Key("]", "\x04")]),
    "raw": ("process.stdin.setRawMode(true); console.log('>'); process.stdin.on('data', (d) => { console.log([String(d)]); if (String(d) == 'q') process.exit(); })",
            [Key(">", "a"), Key("]", "\x1b[A"), Key("]", "\x03"), Key("]", "q")]),
    "editing": ("const r = require('readline').createInterface({ input: process.stdin, output: process.stdout, prompt: '> ' }); r.prompt();"
                " r.on('line', (l) => { console.log([l]); r.prompt(); }).on('SIGINT', () => { console.log('SIGINT'); r.close(); })",
                [Key("> ", "abc"), Key("abc", "\x7fd\r"), Key("> \x1b[3G", "x\x1b[Dy\r"), Key("> \x1b[3G", "\x03")]),
    "control-c": ("process.on('SIGINT', (s, n) => { console.log(s, n); process.exit(3); }); setInterval(() => {}, 1e3); console.log('>')", [Key(">", "\x03")]),
    "control-c-unhandled": ("setInterval(() => {}, 1e3); console.log('>')", [Key(">", "\x03")]),
    "resize": ("process.stdout.on('resize', () => { console.log(process.stdout.getWindowSize()); process.exit(); }); setInterval(() => {}, 1e3); console.log(process.stdout.getWindowSize())",
               [Resize("]", 120, 40)]),
    "cursor": ("process.stdout.clearLine(0); process.stdout.cursorTo(3); process.stdout.moveCursor(1, 1); process.stdout.write('z')", []),
}  # fmt: skip


@pytest.mark.parametrize("program", PIPES.values(), ids=PIPES.keys())
def test_pipes(compare: Comparison, program: str) -> None:
    compare(["-e", program], stdin="first\nsecond é\nlast")


@pytest.mark.parametrize("program", SIGNALS.values(), ids=SIGNALS.keys())
def test_signals(compare: Comparison, program: str) -> None:
    compare(["-e", program])


@pytest.mark.parametrize(("program", "steps"), TERMINALS.values(), ids=TERMINALS.keys())
def test_terminals(edge_node: Path, program: str, steps: list[Key | Resize]) -> None:
    expected = run_on_terminal(real_node(), ["-e", program], steps)
    assert run_on_terminal(edge_node, ["-e", program], steps) == expected


def test_a_script_from_standard_input(compare: Comparison) -> None:
    compare([], stdin="console.log(1 + 1, process.argv.length)")
    compare(["-", "x"], stdin="console.log(process.argv.slice(1))")


def test_what_a_slow_reader_misses_when_the_program_exits(edge_node: Path) -> None:
    """`process.exit()` does not wait for a pipe, in Node neither: a pipe's buffer arrives."""
    process = subprocess.Popen([edge_node, "-e", "process.stdout.write('x'.repeat(1e6)); process.exit()"], stdout=subprocess.PIPE)
    process.wait(60)
    assert process.stdout is not None
    assert len(process.stdout.read()) == 65536
    process.stdout.close()


def test_a_socket_is_a_pipe(edge_node: Path) -> None:
    ours, theirs = socket.socketpair()
    with ours:
        process = subprocess.Popen([edge_node, "-e", "process.stdin.pipe(process.stdout)"], stdin=theirs.fileno(), stdout=theirs.fileno())
        theirs.close()
        ours.sendall(b"hello")
        assert ours.recv(100) == b"hello"
        ours.shutdown(socket.SHUT_WR)
        assert ours.recv(100) == b""
        assert process.wait(60) == 0


def test_pipes_of_others_stay_blocking(edge_node: Path) -> None:
    """`O_NONBLOCK` belongs to the pipe, not to the process: whoever gave us the pipe must not find it changed."""
    read_end, write_end = os.pipe()
    process = subprocess.Popen(
        [edge_node, "-e", "process.stdin.on('data', () => console.log('got'))"], stdin=read_end, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    os.write(write_end, b"x")
    assert process.stdout.readline() == b"got\n"
    for end in (read_end, process.stdout.fileno()):
        assert not fcntl.fcntl(end, fcntl.F_GETFL) & os.O_NONBLOCK
    os.close(write_end)
    assert process.wait(60) == 0
    os.close(read_end)
    process.stdout.close()


def test_a_reader_that_is_gone(edge_node: Path) -> None:
    program = "process.stdout.on('error', (e) => console.error(e.code, e.syscall, e.errno)); for (const ms of [100, 150, 200]) setTimeout(() => console.log('x'), ms)"
    told = []
    for node in (real_node(), edge_node):
        process = subprocess.Popen([node, "-e", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        told.append((process.stderr.read(), process.wait(60)))
        process.stderr.close()
    assert told[0] == told[1]


def test_children_begin_where_the_program_went(compare: Comparison) -> None:
    """The folder that `process.chdir` chose, absolute and relative, and the program named relative to it."""
    script = """
    const c = require('child_process'), fs = require('fs');
    fs.mkdirSync('a/b', { recursive: true }); fs.writeFileSync('a/run', '#!/bin/sh\\npwd\\n', { mode: 0o755 });
    process.chdir('a');
    const pwd = (options) => String(c.spawnSync('pwd', options).stdout).replace(/.*place/, '');
    console.log(pwd(), pwd({ cwd: 'b' }), pwd({ cwd: '/' }), String(c.execFileSync('./run')).replace(/.*place/, ''));
    c.fork('-e', [], { execArgv: ['-p', 'process.cwd().replace(/.*place/, "")'] });
    """
    compare(["-e", script])


STDIN_PROGRAM = (
    "console.log(process.stdin.constructor.name, process.stdin.fd, process.stdin.isTTY, process.stdin.readable);"
    " process.stdin.on('data', (d) => console.log('data', d.length)).on('end', () => console.log('end')).on('close', () => console.log('close'))"
    ".on('error', (e) => console.log(e.code, e.syscall))"
)


@pytest.mark.parametrize("kind", ["<in.txt", "</dev/null", "<&-", "</dev/zero head", "<.", "</dev/full head", "0<>in.txt"])
def test_kinds_of_stdin(edge_node: Path, tmp_path: Path, kind: str) -> None:
    """`head`: the program ends itself after some input."""
    (tmp_path / "in.txt").write_text("x" * 100_000)
    redirection, _, head = kind.partition(" ")
    program = STDIN_PROGRAM + ("; process.stdin.once('data', () => process.exit(7))" if head else "")
    told = []
    for node in (real_node(), edge_node):
        done = subprocess.run(
            ["sh", "-c", f'"$0" -e "$1" {redirection}', str(node), program], cwd=tmp_path, capture_output=True, timeout=60
        )
        told.append((done.returncode, done.stdout, done.stderr))
    assert told[1] == told[0]


@pytest.mark.parametrize("closed", ["0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"])
def test_standard_streams_that_are_closed(edge_node: Path, tmp_path: Path, closed: str) -> None:
    program = "const fs = require('fs'); console.log('out'); console.error('err'); fs.writeFileSync('told', JSON.stringify([0, 1, 2].map((fd) => fs.fstatSync(fd).rdev === fs.statSync('/dev/null').rdev)))"
    told = []
    for node in (real_node(), edge_node):
        done = subprocess.run(["sh", "-c", f'"$0" -e "$1" {closed}', str(node), program], cwd=tmp_path, capture_output=True, timeout=60)
        told.append((done.returncode, done.stdout, done.stderr, (tmp_path / "told").read_text()))
    assert told[1] == told[0]


def test_local_sockets_are_named_where_the_program_went(compare: Comparison) -> None:
    """A relative name, in a folder whose own is too long for an address; the name is gone afterwards."""
    script = """
    const fs = require('fs'), net = require('net'), folder = 'd'.repeat(60), name = 'A'.repeat(83);
    fs.mkdirSync(folder); process.chdir(folder);
    const server = net.createServer((c) => c.end('hi')).on('error', (e) => console.log(e.code));
    server.listen(name, () => {
      console.log(server.address() === name, fs.readdirSync('.').length);
      net.connect(name).on('data', (d) => console.log(String(d))).on('error', (e) => console.log(e.code))
        .on('close', () => server.close(() => console.log(fs.readdirSync('.').length)));
    });
    """
    compare(["-e", script])
