"""`fetch` and `WebSocket` messages against servers in the same process: undici over our own llhttp, compared with Node."""

from __future__ import annotations

import pytest

from tests.comparison import Comparison

SERVER = """
import http from 'node:http';
const server = http.createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
    if (request.url === '/chunks') {
      response.write('a'.repeat(70000));
      setTimeout(() => response.end('b'), 5);
    } else if (request.url === '/redirect') {
      response.writeHead(302, { location: '/end' }).end();
    } else if (request.url === '/broken') {
      response.socket.end('HTTP/1.1 200 OK\\r\\nA b: c\\r\\n\\r\\n');
    } else {
      response.setHeader('x-method', request.method);
      response.end(request.url + ' ' + Buffer.concat(chunks));
    }
  });
});
await new Promise((resolve) => server.listen(0, resolve));
const at = (path) => `http://127.0.0.1:${server.address().port}${path}`;
"""

PROGRAMS = {
    "text": "const r = await fetch(at('/x')); console.log(r.status, r.headers.get('x-method'), await r.text());",
    "post": "console.log(await (await fetch(at('/p'), { method: 'POST', body: new URLSearchParams({ a: 'b c' }) })).text());",
    "chunks": "const r = await fetch(at('/chunks')); let n = 0; for await (const c of r.body) n += c.length; console.log(n);",
    "redirect": "const r = await fetch(at('/redirect')); console.log(r.redirected, await r.text());",
    "broken": "await fetch(at('/broken')).catch((e) => console.log(e.message, e.cause.code, e.cause.message, e.cause.data));",
    "refused": "const port = server.address().port; server.close(); await new Promise((r) => setTimeout(r, 20));"
    " await fetch(`http://127.0.0.1:${port}/`).catch((e) => console.log(e.message, e.cause.code));",
    "many": "console.log((await Promise.all(Array.from({ length: 50 }, (_, i) => fetch(at('/' + i)).then((r) => r.text())))).join());",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_fetch(name: str, compare: Comparison) -> None:
    compare(["program.mjs"], {"program.mjs": SERVER + PROGRAMS[name] + "\nserver.closeAllConnections?.(); server.close();\n"})
