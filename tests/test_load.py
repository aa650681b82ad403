"""What happens at a server's limits, under `edge-node` and under Node: the same events, the same error codes, nothing lost."""

from __future__ import annotations

import pytest

from tests.comparison import Comparison

_PROGRAMS = {
    "connections beyond the descriptors are closed, and later ones taken": r"""
        // The server runs itself with few descriptors; the parent opens more connections than it can take.
        const net = require('net');
        const { spawn } = require('child_process');
        if (process.argv[2] === 'server') {
          let open = 0;
          const server = net.createServer((c) => { open++; c.on('close', () => open--).on('error', () => {}); c.write('y'); c.resume(); });
          server.on('error', (e) => console.log('server error', e.code));
          server.on('drop', () => console.log('drop'));
          server.listen(0, '127.0.0.1', () => console.log('PORT', server.address().port));
          process.on('message', () => {});
          process.stdin.on('data', () => { require('fs').open(__filename, (e) => console.log('open', e && [e.code, e.syscall].join())); }).on('end', () => process.exit());
        } else {
          const child = spawn('/bin/sh', ['-c', 'ulimit -n 60; exec "$0" "$@"', process.execPath, __filename, 'server'], { stdio: ['pipe', 'pipe', 'inherit'] });
          let text = '', started = false;
          child.stdout.on('data', (d) => {
            text += d;
            const port = /PORT (\d+)/.exec(text);
            if (!port || started) return;
            started = true;
            const count = (n, done) => {
              let got = 0, refused = 0, ended = 0; const all = [];
              for (let i = 0; i < n; i++) {
                const c = net.connect(port[1], '127.0.0.1'); all.push(c);
                let mine = false;
                c.on('data', () => { if (!mine) { mine = true; got++; check(); } });
                c.on('error', () => {});
                c.on('close', () => { if (!mine) { refused++; check(); } });
              }
              const check = () => { if (got + refused === n && !ended++) done(got, refused, all); };
            };
            count(100, (got, refused, all) => {
              console.log('taken some', got > 20 && got < 60, 'the rest closed', got + refused);
              child.stdin.write('x');
              setTimeout(() => {
                all.forEach((c) => c.destroy());
                setTimeout(() => count(20, (got, refused, all) => {
                  console.log('afterwards', got, refused);
                  all.forEach((c) => c.destroy()); child.stdin.end();
                }), 200);
              }, 200);
            });
          });
          child.on('close', (code, signal) => console.log(text.replace(/PORT \d+/, 'PORT'), code, signal));
        }
    """,
    "a thousand requests over two hundred connections at once": """
        const http = require('http');
        const server = http.createServer((req, res) => { req.resume().on('end', () => res.end(req.url)); }).listen(0, '127.0.0.1', () => {
          const agent = new http.Agent({ keepAlive: true, maxSockets: 200 });
          let wrong = 0, left = 1000;
          for (let i = 0; i < 1000; i++) {
            http.request({ port: server.address().port, path: '/' + i, agent, method: i % 2 ? 'POST' : 'GET' }, (res) => {
              let text = '';
              res.setEncoding('utf8').on('data', (d) => text += d).on('end', () => {
                if (text !== '/' + i) wrong++;
                if (--left === 0) { console.log('wrong', wrong); agent.destroy(); server.close(() => console.log('closed')); }
              });
            }).end(i % 2 ? 'x'.repeat(i) : undefined);
          }
        });
    """,
    "an HTTP client that reads slowly gets everything, one that goes away ends its answer": """
        const http = require('http'), net = require('net');
        const chunk = Buffer.alloc(1 << 16, 'x');
        const server = http.createServer((req, res) => {
          let left = 64, waited = false;
          res.on('close', () => console.log(req.url, 'closed', res.writableFinished, req.aborted));
          const more = () => {
            while (left > 0) { left--; if (!res.write(chunk)) { waited = true; res.once('drain', more); return; } }
            res.end(); console.log(req.url, 'written', waited);
          };
          more();
        }).listen(0, '127.0.0.1', () => {
          const { port } = server.address();
          http.get({ port, path: '/slow', agent: false }, (res) => {
            let got = 0;
            res.on('data', (d) => { const before = got; got += d.length;
              if (got >> 19 !== before >> 19) { res.pause(); setTimeout(() => res.resume(), 10); } });
            res.on('end', () => {
              console.log('got', got);
              const c = net.connect(port, '127.0.0.1', () => c.write('GET /gone HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n'));
              c.once('data', () => { c.resetAndDestroy(); setTimeout(() => server.close(() => console.log('end')), 100); });
            });
          });
        });
    """,
    "a client that half-closes after its request gets its answer": """
        const http = require('http'), net = require('net');
        const server = http.createServer((req, res) => setTimeout(() => res.end('late'), 20)).listen(0, '127.0.0.1', () => {
          const c = net.connect({ port: server.address().port, host: '127.0.0.1', allowHalfOpen: true }, () => {
            c.end('GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n');
          });
          let text = '';
          c.setEncoding('latin1').on('data', (d) => text += d).on('end', () => console.log(text.split('\\r\\n')[0], text.endsWith('late')));
          c.on('close', (failed) => { console.log('close', failed); server.close(() => console.log('end')); });
        });
    """,
    "a full disk": """
        const fs = require('fs');
        const show = (what) => (e) => console.log(what, e && [e.code, e.errno, e.syscall, e.message].join(' '));
        try { fs.writeFileSync('/dev/full', 'x'); } catch (e) { show('writeFileSync')(e); }
        fs.writeFile('/dev/full', 'x', (e) => {
          show('writeFile')(e);
          // One after the other: the pool's threads are not ordered.
          const stream = fs.createWriteStream('/dev/full');
          for (const name of ['finish', 'error', 'close']) stream.on(name, (e) => show(name)(e));
          stream.write('x', show('write')); stream.end('y', show('end'));
        });
    """,
}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", _PROGRAMS)
def test_a_program_at_its_limits_behaves_as_in_node(name: str, compare: Comparison) -> None:
    compare(["a.js"], files={"a.js": _PROGRAMS[name]})
