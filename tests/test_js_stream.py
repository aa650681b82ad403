"""Sockets over streams of JavaScript's (`internal/js_stream_socket`), and what stands for a native stream."""

from __future__ import annotations

from tests.comparison import Comparison

PROGRAM = """
const JSStreamSocket = require('internal/js_stream_socket');
const { Duplex } = require('stream');
const under = new Duplex({
  read() {},
  write(chunk, encoding, callback) { console.log('under', String(chunk)); callback(); },
  final(callback) { console.log('final'); callback(); },
});
const socket = new JSStreamSocket(under);
console.log(/^\\[External: /.test(require('util').inspect(socket._handle._externalStream)), socket._handle.fd);
socket.on('data', (chunk) => console.log('data', String(chunk), socket.bytesRead));
socket.on('end', () => console.log('end'));
socket.on('close', (failed) => console.log('close', failed, socket.bytesWritten));
socket.cork();
socket.write('one');
socket.write(Buffer.from('two'), () => console.log('written'));
socket.write('c3bc', 'hex');
socket.uncork();
under.push('hello');
setTimeout(() => { under.push(null); socket.end('bye'); }, 10);
"""


def test_socket_over_a_stream(compare: Comparison) -> None:
    compare(["--expose-internals", "--no-warnings", "a.js"], {"a.js": PROGRAM})


def test_what_is_no_addon(compare: Comparison) -> None:
    script = """
    for (const name of ['./short.node', './zeros.node', './missing.node', './folder.node']) {
      try { process.dlopen({ exports: {} }, require('path').resolve(name)); } catch (e) { console.log(e.code, e.message); }
    }
    """
    compare(["-e", script], {"short.node": "hello", "zeros.node": "0" * 100, "folder.node/x": ""})
