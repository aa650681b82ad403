"""Small servers and clients under `edge-node` and under Node: the same events in the same order, the same error texts."""

from __future__ import annotations

import pytest

from tests.comparison import Comparison

_PROGRAMS = {
    "tcp echo with both ends half closed": """
        const net = require('net');
        const server = net.createServer({ allowHalfOpen: true }, (c) => {
          c.on('data', (d) => console.log('server got', String(d)));
          c.on('end', () => { console.log('server saw the end'); c.end('goodbye'); });
          c.on('close', (failed) => { console.log('server side closed', failed); });
        }).listen(0, '127.0.0.1', () => {
          const { port, address, family } = server.address();
          console.log(address, family);
          const c = net.connect(port, '127.0.0.1', () => { console.log(c.remoteFamily, c.remotePort === port); c.end('hello'); });
          c.on('data', (d) => console.log('client got', String(d)));
          c.on('close', (failed) => { console.log('client closed', failed, c.bytesRead, c.bytesWritten); setImmediate(() => server.close()); });
        });
    """,
    "a slow reader holds the writer back and loses nothing": """
        const net = require('net');
        const total = 8 << 20;
        const server = net.createServer((c) => {
          const chunk = Buffer.alloc(65536, 'x');
          let left = total, waited = false;
          const more = () => {
            while (left > 0) { left -= chunk.length; if (!c.write(chunk)) { waited = true; c.once('drain', more); return; } }
            c.end(); console.log('waited', waited);
          };
          more();
        }).listen(0, () => {
          let got = 0;
          const c = net.connect(server.address().port);
          c.on('data', (d) => { got += d.length; if (got % (1 << 20) < d.length) { c.pause(); setTimeout(() => c.resume(), 5); } });
          c.on('end', () => { console.log('got', got); server.close(); });
        });
    """,
    "a reset is an error on the other side": """
        const net = require('net');
        const server = net.createServer((c) => {
          c.on('error', (e) => console.log('server', e.code, e.syscall));
          c.on('close', (failed) => { console.log('closed', failed); server.close(); });
          c.write('x');
        }).listen(0, () => { const c = net.connect(server.address().port); c.on('data', () => c.resetAndDestroy()); });
    """,
    "errors of connecting and listening": """
        const net = require('net');
        const show = (e) => console.log(e.message, e.code, e.errno, e.syscall, e.address, e.port);
        net.connect(1, '127.0.0.1').on('error', (e) => { show(e);
          net.connect('/nonexistent/pipe').on('error', (e) => { show(e);
            const a = net.createServer().listen(0, '127.0.0.1', () => {
              net.createServer().listen(a.address().port, '127.0.0.1').on('error', (e) => {
                console.log(e.code, e.syscall, e.address); a.close();
                net.createServer().listen('/nonexistent/pipe').on('error', show);
              });
            });
          });
        });
    """,
    "a named pipe, removed with its server": """
        const net = require('net'), fs = require('fs');
        const server = net.createServer((c) => c.pipe(c)).listen('./pipe', () => {
          console.log(server.address(), fs.existsSync('./pipe'));
          const c = net.connect('./pipe'); c.end('through');
          c.setEncoding('utf8').on('data', console.log).on('close', () => server.close(() => console.log(fs.existsSync('./pipe'))));
        });
    """,
    "http with keep-alive, chunks, trailers and a bad request": """
        const http = require('http'), net = require('net');
        const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
        const server = http.createServer((q, r) => {
          let body = '';
          q.on('data', (d) => { body += d; }).on('end', () => {
            console.log(q.method, q.url, q.httpVersion, q.headers['x-a'], JSON.stringify(body), q.trailers);
            r.setHeader('X-B', ['1', '2']); r.sendDate = false; r.write('part;'); r.end(body);
          });
        }).on('clientError', (e, s) => { console.log(e.code, e.reason, e.bytesParsed); s.end('HTTP/1.1 400 Bad Request\\r\\n\\r\\n'); });
        server.listen(0, () => {
          const { port } = server.address();
          const ask = (body, then) => {
            const q = http.request({ port, agent, method: 'POST', path: '/p?q', headers: { 'x-a': 'v', 'Trailer': 'x-t' } }, (r) => {
              r.setEncoding('utf8'); let all = '';
              r.on('data', (d) => { all += d; }).on('end', () => { console.log(r.statusCode, r.rawHeaders, all, q.reusedSocket); then(); });
            });
            q.addTrailers({ 'x-t': 'end' }); q.end(body);
          };
          ask('one', () => ask('two', () => {
            agent.destroy();
            const c = net.connect(port, () => c.write('GET / HTTP/1.1\\r\\nBad Header\\r\\n\\r\\n'));
            c.setEncoding('utf8').on('data', (d) => console.log(JSON.stringify(d))).on('close', () => server.close());
          }));
        });
    """,
    "http smuggling and oversized heads are refused": """
        const http = require('http'), net = require('net');
        const server = http.createServer((q, r) => { console.log('request', q.url); q.resume(); r.end(); })
          .on('clientError', (e, s) => { console.log(e.code, e.reason); s.destroy(); });
        const inputs = [
          'POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 3\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n',
          'POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 3\\r\\nContent-Length: 4\\r\\n\\r\\nabcd',
          'POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: chunked, identity\\r\\n\\r\\n0\\r\\n\\r\\n',
          'GET / HTTP/1.1\\r\\nHost: a\\r\\nX: ' + 'y'.repeat(20000) + '\\r\\n\\r\\n',
          'POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n2;' + 'e'.repeat(20000) + '\\r\\nab\\r\\n0\\r\\n\\r\\n',
          'NONSENSE\\r\\n\\r\\n',
        ];
        server.listen(0, () => {
          const next = () => {
            const input = inputs.shift();
            if (!input) return server.close();
            const c = net.connect(server.address().port, () => c.end(input)).on('error', () => {}).resume();
            c.on('close', next);
          };
          next();
        });
    """,
    "datagrams": """
        const dgram = require('dgram');
        const a = dgram.createSocket('udp4'), b = dgram.createSocket('udp4');
        a.on('message', (m, from) => { console.log(String(m), from.address, from.family, from.size); a.send('pong', from.port, from.address); });
        b.on('message', (m) => { console.log(String(m)); a.close(); b.close(); });
        a.bind(0, '127.0.0.1', () => { console.log(a.address().address); b.send(['pi', 'ng'], a.address().port, '127.0.0.1', (e, n) => console.log(e, n)); });
        const c = dgram.createSocket('udp4');
        c.on('error', (e) => { console.log(e.code, e.syscall, e.address); c.close(); }).bind(1, '192.0.2.1');
    """,
    "names": """
        const dns = require('dns'), dgram = require('dgram');
        dns.lookup('127.0.0.1', (e, a, f) => console.log(e, a, f));
        const r = new dns.Resolver();
        try { r.setServers(['bad']); } catch (e) { console.log(e.code); }
        r.setServers(['127.0.0.1:5353', '[::1]:53']); console.log(r.getServers());
        const s = dgram.createSocket('udp4', (m, from) => {
          const answer = Buffer.concat([m, Buffer.from('c00c00010001000000070004' + '01020304', 'hex')]);
          answer[2] |= 0x80; answer[7] = 1; s.send(answer, from.port, from.address);
        }).bind(0, '127.0.0.1', () => {
          const q = new dns.Resolver(); q.setServers(['127.0.0.1:' + s.address().port]);
          q.resolve4('example.org', { ttl: true }, (e, v) => { console.log(e, v); q.resolveMx('example.org', (e, v) => { console.log(e, v);
            q.resolve6('x.org', (e) => { console.log(e.code, e.syscall, e.hostname); s.close();
              dns.resolve4('a..b', (e) => { console.log(e.message, e.code);
                dns.lookup('no-such-name.invalid', (e) => console.log(e.code, e.syscall, e.hostname)); }); }); }); });
        });
    """,
}


@pytest.mark.parametrize("name", _PROGRAMS)
def test_a_network_program_behaves_as_in_node(name: str, compare: Comparison) -> None:
    compare(["-e", _PROGRAMS[name]])
