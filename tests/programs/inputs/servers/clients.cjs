// axios, got, node-fetch and morgan against one plain server; http-proxy in between.
const http = require('http');
const axios = require('axios');
const got = require('got');
const fetch = require('node-fetch');
const httpProxy = require('http-proxy');
const morgan = require('morgan');
const lines = [];
const log = morgan(':method :url :status :res[content-length]', { stream: { write: (line) => lines.push(line.trim()) } });
const server = http.createServer((req, res) => {
  log(req, res, () => {
    const chunks = [];
    req.on('data', (chunk) => chunks.push(chunk));
    req.on('end', () => {
      if (req.url === '/redirect') return res.writeHead(302, { location: '/final' }).end();
      if (req.url === '/fail') return res.writeHead(503, { 'content-type': 'text/plain' }).end('later');
      if (req.url === '/slow') return setTimeout(() => res.end('slow'), 300);
      const body = JSON.stringify({ method: req.method, url: req.url, type: req.headers['content-type'], via: req.headers['x-via'], body: Buffer.concat(chunks).toString() });
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body);
    });
  });
});
const show = (name) => [(value) => console.log(name, value), (error) => console.log(name, 'failed', error.name, error.code, error.response?.status ?? error.response?.statusCode, error.message)];
server.listen(0, async () => {
  const base = `http://localhost:${server.address().port}`;
  const hidePort = (text) => String(text).replaceAll(base, 'BASE');
  await axios.get(`${base}/get`, { params: { a: [1, 2], b: 'ü' } }).then((r) => r.data).then(...show('axios get'));
  await axios.post(`${base}/post`, { some: 'json' }).then((r) => [r.status, r.data]).then(...show('axios post'));
  await axios.post(`${base}/form`, new URLSearchParams({ a: 1 })).then((r) => r.data).then(...show('axios form'));
  await axios.get(`${base}/redirect`).then((r) => r.data.url).then(...show('axios redirect'));
  await axios.get(`${base}/fail`).then(...show('axios fail'));
  await axios.get(`${base}/slow`, { timeout: 30 }).then(...show('axios timeout'));
  await got(`${base}/get`, { searchParams: { q: 1 } }).json().then(...show('got get'));
  await got.post(`${base}/post`, { json: { x: 1 } }).json().then(...show('got post'));
  await got(`${base}/redirect`).then((r) => [r.statusCode, r.body, r.redirectUrls.map(hidePort)]).then(...show('got redirect'));
  await got(`${base}/fail`, { retry: 0 }).then(...show('got fail'));
  await got(`${base}/slow`, { timeout: 30, retry: 0 }).then(...show('got timeout'));
  await fetch(`${base}/get`).then((r) => r.json()).then(...show('fetch get'));
  await fetch(`${base}/post`, { method: 'POST', body: 'text' }).then((r) => r.text()).then(...show('fetch post'));
  await fetch(`${base}/redirect`).then((r) => [r.status, hidePort(r.url), r.redirected]).then(...show('fetch redirect'));
  await fetch(`${base}/fail`).then((r) => [r.ok, r.status, r.statusText]).then(...show('fetch fail'));
  const proxy = httpProxy.createProxyServer({ target: base, headers: { 'x-via': 'proxy' } }).on('error', (error, req, res) => res.writeHead(502).end(error.code));
  const front = http.createServer((req, res) => proxy.web(req, res, req.url === '/dead' ? { target: 'http://localhost:1' } : {}));
  await new Promise((resolve) => front.listen(0, resolve));
  const through = `http://localhost:${front.address().port}`;
  await fetch(`${through}/proxied`, { method: 'PUT', body: 'x' }).then((r) => r.json()).then(...show('proxy'));
  await fetch(`${through}/dead`).then(async (r) => [r.status, await r.text()]).then(...show('proxy dead'));
  console.log(lines.join('\n'));
  for (const each of [front, server]) {
    each.closeAllConnections();
    each.close();
  }
});
