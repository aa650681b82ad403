"""HTTP/2 without TLS under `edge-node` and under Node: the same events in the same order, the same error texts; hostile frames end nothing
but their own connection."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.comparison import Comparison, run_node

# Sessions close before servers, so that each program ends by itself.
_PROGRAMS = {
    "requests, bodies both ways and header fields": """
        const http2 = require('http2');
        const server = http2.createServer();
        server.on('stream', (stream, headers, flags) => {
          console.log(headers[':method'], headers[':path'], headers['x-list'], headers.cookie, flags, stream.id);
          stream.respond({ ':status': 201, 'x-a': 'b', 'set-cookie': ['a=1', 'b=2'] });
          let n = 0;
          stream.on('data', (d) => { n += d.length; });
          stream.on('end', () => stream.end('got ' + n));
        });
        server.listen(0, () => {
          const client = http2.connect(`http://localhost:${server.address().port}`);
          let left = 3;
          for (const size of [0, 10, 3000000]) {
            const req = client.request({ ':path': '/' + size, ':method': 'POST', 'x-list': ['1', '2'], cookie: ['x=1', 'y=2'] });
            let text = '';
            req.setEncoding('utf8').on('data', (d) => { text += d; });
            req.on('response', (h) => console.log(size, h[':status'], h['x-a'], h['set-cookie'], h.date !== undefined));
            req.on('end', () => {
              console.log(text);
              if (--left === 0) { client.close(() => console.log('closed')); server.close(() => console.log('server closed')); }
            });
            req.end(Buffer.alloc(size, 'x'));
          }
        });
    """,
    "a body of sixteen megabytes against a slow reader": """
        const http2 = require('http2');
        const crypto = require('crypto');
        const total = 16 << 20;
        const server = http2.createServer((req, res) => {
          let left = total, waited = 0, i = 0;
          const more = () => {
            while (left > 0) { left -= 65536; if (!res.write(Buffer.alloc(65536, i++ & 255))) { waited++; return res.once('drain', more); } }
            res.end(); console.log('waited', waited > 0);
          };
          more();
        }).listen(0, () => {
          const client = http2.connect(`http://localhost:${server.address().port}`);
          const req = client.request({ ':path': '/' });
          const hash = crypto.createHash('sha256');
          let got = 0, pauses = 0;
          req.on('data', (d) => { hash.update(d); got += d.length; if (got >> 20 > pauses) { pauses++; req.pause(); setTimeout(() => req.resume(), 1); } });
          req.on('end', () => { console.log(got, hash.digest('hex')); client.close(); server.close(); });
        });
    """,
    "pushes": """
        const http2 = require('http2');
        const server = http2.createServer();
        server.on('stream', (stream, headers) => {
          console.log('push allowed', stream.pushAllowed);
          stream.pushStream({ ':path': '/pushed' }, (err, push, h) => {
            console.log(err, h[':path'], h[':method'], push.id);
            push.respond({ ':status': 200, 'x-push': 'yes' });
            push.end('pushed');
          });
          stream.respond();
          stream.end('main');
        });
        server.listen(0, () => {
          const client = http2.connect(`http://localhost:${server.address().port}`);
          const bodies = {};
          const done = () => { if (Object.keys(bodies).length === 2) { console.log(bodies); client.close(); server.close(); } };
          const read = (name, s) => { let t = ''; s.setEncoding('utf8').on('data', (d) => { t += d; }).on('end', () => { bodies[name] = t; done(); }); };
          client.on('stream', (s, h) => {
            console.log('promised', h[':path'], s.id);
            s.on('push', (h) => console.log('push', h[':status'], h['x-push']));
            read('pushed', s);
          });
          read('main', client.request({ ':path': '/' }));
        });
    """,
    "trailers and informational headers": """
        const http2 = require('http2');
        const server = http2.createServer();
        server.on('stream', (stream) => {
          stream.additionalHeaders({ ':status': 103, link: '</a>; rel=preload' });
          stream.respond({ ':status': 200 }, { waitForTrailers: true });
          stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': 'abc' }));
          let up;
          stream.on('trailers', (h) => { up = h['x-up']; });
          stream.resume().on('end', () => stream.end('body, and server trailers ' + up));
        });
        server.listen(0, () => {
          const client = http2.connect(`http://localhost:${server.address().port}`);
          const req = client.request({ ':method': 'POST' }, { waitForTrailers: true });
          req.on('wantTrailers', () => req.sendTrailers({ 'x-up': 'up' }));
          req.on('headers', (h) => console.log('info', h[':status'], h.link));
          req.on('response', (h) => console.log(h[':status']));
          req.on('trailers', (h, flags) => console.log('trailers', h['x-sum'], flags));
          req.setEncoding('utf8').on('data', console.log).on('close', () => { console.log('close', req.rstCode); client.close(); server.close(); });
          req.end('up');
        });
    """,
    "resets from both ends": """
        const http2 = require('http2');
        const server = http2.createServer();
        server.on('stream', (stream, h) => {
          stream.on('error', (e) => console.log('server', h[':path'], e.code, e.message));
          stream.on('aborted', () => console.log('server aborted', h[':path']));
          stream.on('close', () => console.log('server close', h[':path'], stream.rstCode));
          if (h[':path'] === '/refuse') stream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
          else if (h[':path'] === '/destroy') stream.destroy(new Error('on purpose'));
          else { stream.respond(); stream.write('some'); }
        });
        server.on('sessionError', (e) => console.log('session', e.message));
        server.listen(0, () => {
          const client = http2.connect(`http://localhost:${server.address().port}`);
          const paths = ['/refuse', '/destroy', '/cancel', '/abort'];
          const one = () => {
            const path = paths.shift();
            if (!path) { client.close(); return server.close(); }
            const controller = new AbortController();
            const req = client.request({ ':path': path, ':method': 'POST' }, { signal: controller.signal });
            req.on('error', (e) => console.log('client', path, e.code, e.message));
            req.on('close', () => { console.log('client close', path, req.rstCode, req.aborted); setTimeout(one, 20); });
            req.on('data', () => { if (path === '/cancel') req.close(http2.constants.NGHTTP2_CANCEL); else controller.abort(); });
          };
          one();
        });
    """,
    "goaway, ping, settings and state": """
        const http2 = require('http2');
        const server = http2.createServer({ settings: { maxConcurrentStreams: 7, customSettings: { 1234: 5 } } });
        server.on('session', (session) => {
          session.on('remoteSettings', (s) => console.log('server sees', s.initialWindowSize, s.enablePush));
          session.on('ping', (p) => console.log('server ping', p.toString()));
          session.on('goaway', (code, last, data) => console.log('server goaway', code, last, data && String(data)));
          session.on('error', (e) => console.log('server session', e.code, e.message));
          session.on('close', () => { console.log('server session closed'); server.close(); });
        });
        server.listen(0, () => {
          const client = http2.connect(`http://localhost:${server.address().port}`, { settings: { initialWindowSize: 70000, enablePush: false }, remoteCustomSettings: [1234] });
          client.on('localSettings', (s) => console.log('acked', s.initialWindowSize));
          client.on('remoteSettings', (s) => {
            console.log('client sees', s.maxConcurrentStreams, s.customSettings);
            console.log(Object.keys(client.state).join(), client.state.nextStreamID, client.type, client.encrypted, client.alpnProtocol);
            client.ping(Buffer.from('12345678'), (err, duration, payload) => {
              console.log(err, duration >= 0, payload.toString());
              try { client.ping(Buffer.alloc(3), () => {}); } catch (e) { console.log(e.code); }
              client.settings({ maxFrameSize: 20000 }, (err, s, duration) => {
                console.log(err, s.maxFrameSize, duration >= 0);
                client.goaway(5, 0, Buffer.from('why'));
              });
            });
          });
          client.on('error', (e) => console.log('client', e.code, e.message));
          client.on('close', () => console.log('client closed'));
        });
    """,
    "the compatible interface": """
        const http2 = require('http2');
        const server = http2.createServer((req, res) => {
          console.log(req.method, req.url, req.httpVersion, req.headers['x-a'], req.authority.startsWith('localhost:'), req.scheme);
          res.setHeader('X-Upper', 'v'); res.setHeader('x-many', ['1', '2']);
          console.log(res.getHeaderNames(), res.hasHeader('x-upper'));
          try { res.setHeader('connection', 'close'); } catch (e) { console.log(e.code); }
          try { res.setHeader(':status', 1); } catch (e) { console.log(e.code); }
          res.writeHead(202, { 'content-type': 'text/plain' });
          res.addTrailers({ 'x-t': 'end' });
          req.pipe(res);
          res.on('finish', () => console.log('finish', res.headersSent, res.writableEnded));
        });
        server.listen(0, () => {
          const client = http2.connect(`http://localhost:${server.address().port}`);
          const req = client.request({ ':method': 'PUT', ':path': '/x?y', 'X-A': '1' });
          req.on('response', (h) => console.log(h[':status'], h['x-upper'], h['x-many'], h['content-type']));
          req.on('trailers', (h) => console.log(h['x-t']));
          req.setEncoding('utf8').on('data', (d) => console.log(d)).on('end', () => { client.close(); server.close(); });
          req.end('echo');
        });
    """,
    "errors of arguments and of headers": """
        const http2 = require('http2');
        const show = (f) => { try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.message); } };
        show(() => http2.getPackedSettings({ maxFrameSize: 1 }));
        show(() => http2.getPackedSettings({ maxFrameSize: 20000, enablePush: true, customSettings: { 99: 1 } }).toString('hex'));
        show(() => http2.getUnpackedSettings(Buffer.from('00050000')));
        show(() => JSON.stringify(http2.getDefaultSettings()));
        show(() => http2.connect('ftp://x'));
        show(() => http2.sensitiveHeaders.toString());
        const server = http2.createServer();
        server.on('stream', (stream) => {
          show(() => stream.respond({ connection: 'x' }));
          show(() => stream.respond({ ':path': '/' }));
          show(() => stream.respond({ ':status': 99 }));
          show(() => stream.pushStream({}, 'no'));
          stream.respond({ 'x-secret': 's', [http2.sensitiveHeaders]: ['x-secret'] });
          show(() => stream.respond());
          show(() => stream.additionalHeaders({ ':status': 100 }));
          show(() => stream.sendTrailers({}));
          stream.end();
        });
        server.listen(0, () => {
          const client = http2.connect(`http://localhost:${server.address().port}`);
          show(() => client.request({ ':method': 'CONNECT' }));
          show(() => client.request({ 'bad name': 1 }));
          show(() => client.request({ ':path': ['a', 'b'] }));
          const req = client.request();
          req.on('response', (h) => console.log(h[http2.sensitiveHeaders]));
          req.resume().on('end', () => { client.close(); server.close(); show(() => client.request()); });
        });
    """,
    "a hundred requests at a time on one session": """
        const http2 = require('http2');
        const server = http2.createServer((req, res) => setImmediate(() => res.end('n' + req.url)));
        server.listen(0, () => {
          const client = http2.connect(`http://localhost:${server.address().port}`);
          let left = 300, sum = 0;
          for (let i = 0; i < 300; i++) {
            const req = client.request({ ':path': '/' + i });
            let t = '';
            req.setEncoding('utf8').on('data', (d) => { t += d; }).on('end', () => {
              sum += Number(t.slice(2));
              if (--left === 0) { console.log(sum); client.close(); server.close(); }
            });
          }
        });
    """,
    "a peer that speaks HTTP/1": """
        const http2 = require('http2'), net = require('net');
        const server = net.createServer((c) => c.end('HTTP/1.1 400 Bad Request\\r\\n\\r\\n')).listen(0, () => {
          const client = http2.connect(`http://localhost:${server.address().port}`);
          client.on('error', (e) => console.log(e.code, e.message, e.errno));
          client.on('close', () => { console.log('closed'); server.close(); });
          client.request().on('error', (e) => console.log('stream', e.code, e.message));
        });
    """,
    "the server goes away in the midst": """
        const http2 = require('http2');
        const server = http2.createServer();
        server.on('stream', (stream) => { stream.on('error', () => {}); stream.respond(); stream.write('x'); setTimeout(() => stream.session.destroy(), 20); });
        server.listen(0, () => {
          const client = http2.connect(`http://localhost:${server.address().port}`);
          const req = client.request();
          client.on('close', () => { console.log('session closed'); server.close(); });
          client.on('goaway', (code) => console.log('goaway', code));
          req.on('data', (d) => console.log(String(d)));
          req.on('error', (e) => console.log(e.code, e.message));
          req.on('close', () => console.log('close', req.rstCode));
        });
    """,
    "performance entries": """
        const http2 = require('http2');
        const { PerformanceObserver } = require('perf_hooks');
        const lines = [];
        const seen = new PerformanceObserver((list) => {
          for (const e of list.getEntries()) lines.push([e.name, e.entryType, Object.keys(e.detail).sort().join(), e.detail.type, e.detail.streamCount, e.detail.id].join(' '));
        });
        seen.observe({ entryTypes: ['http2'] });
        const server = http2.createServer((req, res) => res.end('x')).listen(0, () => {
          const client = http2.connect(`http://localhost:${server.address().port}`);
          client.request().resume().on('end', () => { client.close(); server.close(); setTimeout(() => { seen.disconnect(); console.log(lines.sort().join('\\n')); }, 100); });
        });
    """,
    "async contexts and resources": """
        const http2 = require('http2'), hooks = require('async_hooks');
        const seen = {};
        hooks.createHook({ init(id, type) { if (/^HTTP2/.test(type)) seen[type] = (seen[type] || 0) + 1; } }).enable();
        const storage = new hooks.AsyncLocalStorage();
        const server = http2.createServer((req, res) => res.end('x')).listen(0, () => storage.run('mine', () => {
          const client = http2.connect(`http://localhost:${server.address().port}`);
          client.on('connect', () => client.ping(() => {
            console.log('ping', storage.getStore());
            const req = client.request();
            req.on('response', () => console.log('response', storage.getStore()));
            req.resume().on('end', () => { console.log('end', storage.getStore()); client.close(); server.close(() => console.log(seen)); });
          }));
        }));
    """,
    "what a handler throws ends the program": """
        const http2 = require('http2');
        const server = http2.createServer((req, res) => { res.write('x'); throw new Error('in a handler'); });
        server.listen(0, () => {
          http2.connect(`http://localhost:${server.address().port}`).on('error', () => {}).request().on('error', () => {}).resume();
        });
    """,
}


@pytest.mark.parametrize("name", _PROGRAMS)
def test_program(compare: Comparison, name: str) -> None:
    compare(["program.js"], {"program.js": _PROGRAMS[name]}, timeout=60)


_HOSTILE = """
const http2 = require('http2'), net = require('net');
let state = SEED;
const next = (n) => { state ^= state << 13; state ^= state >>> 17; state ^= state << 5; return (state >>> 0) % n; };
const frame = (type, flags, id, body) => {
  const b = Buffer.alloc(9 + body.length);
  b.writeUIntBE(body.length, 0, 3); b[3] = type; b[4] = flags; b.writeUInt32BE(id, 5); body.copy(b, 9);
  return b;
};
const bytes = (n) => Buffer.from(Array.from({ length: n }, () => next(256)));
// :method GET, :scheme http, :path /, all of the static table; ':authority' written out.
const good = Buffer.from([0x82, 0x86, 0x84, 0x41, 1, 0x78]);
const server = http2.createServer({ maxSessionInvalidFrames: 20 });
server.on('stream', (stream, headers) => {
  stream.on('error', () => {});
  switch (next(5)) {
    case 0: stream.respond(); stream.end(Buffer.alloc(next(100000))); break;
    case 1: stream.close(next(14)); break;
    case 2: stream.destroy(); break;
    case 3: stream.respond(); stream.on('data', (d) => stream.write(d)); stream.on('end', () => stream.end()); break;
    case 4: if (next(10) === 0) stream.session.destroy(); else { stream.respond(); stream.pushStream?.({ ':path': '/p' }, (e, p) => p?.end('p')); } break;
  }
});
server.on('session', (s) => s.on('error', () => {}));
server.on('sessionError', () => {});
process.on('uncaughtException', (e) => { if (!/^ERR_HTTP2/.test(e.code)) throw e; });
let left = 60;
const one = () => {
  if (left-- === 0) {
    // It still serves.
    const client = http2.connect(`http://localhost:${server.address().port}`);
    client.on('connect', () => client.ping((e) => { console.log('alive', e); process.exit(0); }));
    return;
  }
  const c = net.connect(server.address().port, () => {
    c.write('PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n');
    c.write(frame(4, 0, 0, Buffer.alloc(0)));
    let id = 1;
    for (let i = 0; i < 40; i++) {
      switch (next(8)) {
        case 0: case 1: c.write(frame(1, 4 | next(2), id, good)); id += 2; break;
        case 2: c.write(frame(0, next(2), Math.max(1, id - 2), bytes(next(50)))); break;
        case 3: c.write(frame(3, 0, Math.max(1, id - 2), Buffer.from([0, 0, 0, next(14)]))); break;
        case 4: c.write(frame(next(16), next(256), next(2 * id), bytes(next(30)))); break;
        case 5: c.write(frame(8, 0, next(id + 1), Buffer.from([next(128), next(256), next(256), next(256)]))); break;
        case 6: c.write(frame(6, next(2), 0, bytes(8))); break;
        case 7: if (next(4) === 0) c.write(bytes(next(100))); break;
      }
    }
    setTimeout(() => c.destroy(), next(15));
  });
  c.on('error', () => {}).on('data', () => {}).on('close', () => setImmediate(one));
};
server.listen(0, one);
"""


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_hostile_frames_end_only_their_connection(edge_node: Path, tmp_path: Path, seed: int) -> None:
    (tmp_path / "hostile.js").write_text(_HOSTILE.replace("SEED", str(seed)))
    ended = run_node(edge_node, ["hostile.js"], tmp_path, timeout=120)
    assert (ended.status, ended.stdout) == (0, "alive null\n"), ended.stderr
