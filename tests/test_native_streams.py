"""Stream handles whose work is JavaScript (`JSStream`), files as streams, and native pipes between them, as under Node."""

from __future__ import annotations

import pytest

from tests.comparison import Comparison

_HEAD = """
const { internalBinding } = require('internal/test/binding');
const { JSStream } = internalBinding('js_stream');
const { StreamPipe } = internalBinding('stream_pipe');
const { FileHandle } = internalBinding('fs');
const { WriteWrap, ShutdownWrap, streamBaseState } = internalBinding('stream_wrap');
const fs = require('fs');
const shared = () => [...streamBaseState];
process.on('uncaughtException', (e) => console.log('uncaught', e.message));
"""

PROGRAMS = {
    "members": """
        for (const c of [JSStream, StreamPipe, FileHandle]) console.log(Object.getOwnPropertyNames(c.prototype).sort(), c.length);
        const j = new JSStream();
        console.log(j.fd, j.bytesRead, j.bytesWritten, j.onread, j.isStreamBase);
    """,
    "without-functions": """
        const j = new JSStream();
        console.log(j.readStart(), j.readStop(), j.shutdown(new ShutdownWrap()));
        console.log(j.writeBuffer(new WriteWrap(), Buffer.from('x')), shared(), j.writeUtf8String(new WriteWrap(), 'x'), shared());
    """,
    "reading": """
        const j = new JSStream();
        j.onreadstart = function(...a) { console.log('start', this === j, a); return 5; };
        j.onreadstop = function(...a) { console.log('stop', this === j, a); return 'x'; };
        console.log(j.readStart(), j.readStop());
        j.onread = function(...a) { console.log('onread', this === j, a, shared().slice(0, 2)); };
        j.readBuffer(Buffer.from('abc')); j.readBuffer(Buffer.alloc(0)); j.emitEOF(); console.log(j.bytesRead);
        const own = new Uint8Array(2);
        console.log(j.useUserBuffer(own));
        j.onread = (...a) => { console.log('onread', a, shared().slice(0, 2), own); };
        j.readBuffer(Buffer.from('abcde'));
        j.onreadstart = () => { throw new Error('boom'); };
        console.log(j.readStart());
    """,
    "writing": """
        const j = new JSStream();
        let r = new WriteWrap();
        r.oncomplete = function(...a) { console.log('complete', this === r, a[0], a[1] === j, a[2]); };
        j.onwrite = function(req, bufs, ...a) { console.log('onwrite', req === r, bufs, a.length); return 0; };
        console.log(j.writeBuffer(r, Buffer.from('hello')), shared(), j.bytesWritten);
        j.finishWrite(r, -9);
        for (const m of ['writeUtf8String', 'writeLatin1String', 'writeAsciiString', 'writeUcs2String']) {
          r = new WriteWrap(); console.log(m, j[m](r, 'h\\u00e9'), shared(), j.bytesWritten);
        }
        r = new WriteWrap(); console.log(j.writev(r, [Buffer.from('a'), 'buffer', 'b', 'utf8'], false), shared(), j.bytesWritten);
        r = new WriteWrap(); console.log(j.writev(r, [Buffer.from('a'), Buffer.from('cc')], true), shared(), j.bytesWritten);
        r = new WriteWrap(); console.log(j.writev(r, [], true), shared());
        r = new WriteWrap(); console.log(j.writeUtf8String(r, ''), shared());
        j.onwrite = () => -5;
        console.log(j.writeBuffer(new WriteWrap(), Buffer.from('hello')), shared(), j.bytesWritten);
        j.onwrite = () => { throw new Error('boom'); };
        console.log(j.writeBuffer(new WriteWrap(), Buffer.from('hello')), shared());
        j.onshutdown = function(req, ...a) { console.log('onshutdown', this === j, a); setImmediate(() => j.finishShutdown(req, 0)); return 0; };
        const s = new ShutdownWrap(); s.oncomplete = (status) => console.log('shut', status);
        console.log(j.shutdown(s));
    """,
    "pipe-from-a-file": """
        fs.writeFileSync('data', 'x'.repeat(70000) + 'end');
        (async () => {
          for (const [offset, length] of [[-1, -1], [5, 10], [69999, -1], [0, 0], [100000, -1]]) await new Promise((resolve) => {
            const file = new FileHandle(fs.openSync('data'), offset, length);
            const sink = new JSStream();
            file.onread = () => console.log('onread', streamBaseState[0]);
            sink.onwrite = (req, bufs) => { console.log('sink', bufs.map((b) => b.length)); setImmediate(() => sink.finishWrite(req, 0)); return 0; };
            sink.onshutdown = (req) => { console.log('shutdown'); setImmediate(() => sink.finishShutdown(req, 0)); return 0; };
            const pipe = new StreamPipe(file, sink);
            console.log(pipe.source === file, pipe.sink === sink, file.pipeTarget === pipe, sink.pipeSource === pipe, pipe.isClosed());
            pipe.onunpipe = () => {
              console.log('unpipe', pipe.isClosed(), pipe.pendingWrites(), file.bytesRead);
              file.close().then(() => { console.log(pipe.source, pipe.sink, file.pipeTarget, sink.pipeSource, file.fd); resolve(); });
            };
            pipe.start();
            console.log(pipe.isClosed(), pipe.pendingWrites());
          });
        })();
    """,
    "pipe-between-programs": """
        const source = new JSStream(), sink = new JSStream();
        source.onreadstart = () => { console.log('source start'); return 0; };
        source.onreadstop = () => { console.log('source stop'); return 0; };
        source.onread = (b) => console.log('onread', b, streamBaseState[0]);
        let pending;
        sink.onwrite = (req, bufs) => { pending = req; console.log('sink', bufs.map(String)); return 0; };
        sink.onshutdown = (req) => { console.log('shutdown'); setImmediate(() => sink.finishShutdown(req, 0)); return 0; };
        const pipe = new StreamPipe(source, sink);
        pipe.onunpipe = () => console.log('unpipe');
        pipe.start();
        source.readBuffer(Buffer.from('one')); console.log(pipe.pendingWrites());
        sink.finishWrite(pending, 0); console.log(pipe.pendingWrites());
        source.readBuffer(Buffer.from('two')); source.emitEOF(); console.log('eof', pipe.isClosed());
        sink.finishWrite(pending, 0); console.log('after', pipe.isClosed());
    """,
    "unpipe": """
        const source = new JSStream(), sink = new JSStream();
        source.onreadstart = source.onreadstop = () => 0;
        const pipe = new StreamPipe(source, sink);
        pipe.onunpipe = () => { console.log('unpipe', pipe.isClosed()); setImmediate(() => console.log(pipe.source, pipe.sink)); };
        pipe.start(); pipe.unpipe(); pipe.unpipe(); console.log(pipe.isClosed());
        source.onread = (b) => console.log('to the program', b);
        source.readBuffer(Buffer.from('back'));
    """,
    "a-sink-that-fails": """
        const source = new JSStream(), sink = new JSStream();
        source.onreadstart = source.onreadstop = () => 0;
        sink.onwrite = (req) => { setImmediate(() => sink.finishWrite(req, -32)); return 0; };
        const pipe = new StreamPipe(source, sink);
        pipe.onunpipe = () => console.log('unpipe', pipe.isClosed(), pipe.pendingWrites());
        pipe.start(); source.readBuffer(Buffer.from('x'));
    """,
    "http-over-a-program": """
        const { Duplex } = require('stream'); const http = require('http');
        const JSStreamSocket = require('internal/js_stream_socket');
        const duplex = new Duplex({ read() {}, write(c, e, cb) { console.log(String(c).replace(/Date:.*\\r/, '')); cb(); } });
        const server = http.createServer((req, res) => { console.log(req.method, req.url); req.on('data', (d) => console.log(String(d))); req.on('end', () => res.end('bye')); });
        server.emit('connection', new JSStreamSocket(duplex));
        duplex.push('POST /x HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\nContent-Length: 5\\r\\n\\r\\nhel');
        setImmediate(() => duplex.push('lo'));
    """,
}  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_program(compare: Comparison, program: str) -> None:
    compare(["--expose-internals", "--no-warnings", "program.js"], files={"program.js": _HEAD + program})
