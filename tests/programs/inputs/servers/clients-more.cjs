// What clients do beyond a request: streams, compression, retries, hooks, cancelling, forms, cookies, proxies; WebSockets through http-proxy.
const crypto = require('crypto');
const http = require('http');
const { once } = require('events');
const { PassThrough, Readable } = require('stream');
const zlib = require('zlib');
const axios = require('axios');
const FormData = require('form-data');
const got = require('got');
const fetch = require('node-fetch');
const httpProxy = require('http-proxy');
const { WebSocket, WebSocketServer } = require('ws');
const hash = (data) => crypto.createHash('sha1').update(data).digest('hex').slice(0, 10);
const collect = async (stream) => Buffer.concat(await Readable.prototype.toArray.call(stream));
let flaky = 0;
const big = Buffer.from(Array.from({ length: 1 << 20 }, (_, i) => (i * 31) >> 4));
const server = http.createServer(async (req, res) => {
  const url = new URL(req.url, 'http://x');
  const body = await collect(req).catch(() => undefined);
  const coding = url.searchParams.get('coding');
  const pack = { gzip: zlib.gzipSync, deflate: zlib.deflateSync, br: zlib.brotliCompressSync }[coding];
  if (url.pathname === '/flaky' && flaky++ < 2) return res.writeHead(503, { 'retry-after': '0' }).end();
  if (url.pathname === '/page') return res.writeHead(200, { 'content-type': 'application/json', ...(url.search ? {} : { link: `<http://${req.headers.host}/page?2>; rel="next"` }) }).end(url.search ? '[3]' : '[1,2]');
  if (url.pathname === '/cut') return res.writeHead(200, { 'content-length': 100 }).write('only', () => res.destroy());
  if (url.pathname === '/badzip') return res.writeHead(200, { 'content-encoding': 'gzip' }).end('this is not gzip');
  if (url.pathname === '/slow') return setTimeout(() => res.end('slow'), 200);
  if (url.pathname === '/loop') return res.writeHead(302, { location: '/loop' }).end();
  if (url.pathname === '/see') return res.writeHead(303, { location: '/get', 'set-cookie': ['a=1; Path=/', 'b=2'] }).end();
  if (url.pathname === '/big') return res.writeHead(200, pack ? { 'content-encoding': coding } : {}).end(pack ? pack(big) : big);
  const { authorization, cookie, accept, 'accept-encoding': codings, 'content-type': type, 'transfer-encoding': transfer, 'x-added': added } = req.headers;
  const text = /multipart/.test(type) ? body.toString().replace(/-{10,}[-\w]*/g, 'BOUNDARY') : String(body).slice(0, 100);
  const told = { method: req.method, url: req.url, authorization, cookie, accept, codings, type: type?.replace(/boundary=.*/, 'boundary=…'), transfer, added, length: body?.length, text };
  if (/multipart/.test(type)) delete told.length;
  res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(told));
});
const show = (name) => [(value) => console.log(name, value), ({ name: kind, code, message, response }) => console.log(name, 'failed', kind, code, message?.replace(/localhost:\d+/g, 'HOST'), response?.status ?? response?.statusCode)];
server.listen(0, async () => {
  const base = `http://localhost:${server.address().port}`;
  for (const coding of ['none', 'gzip', 'deflate', 'br']) {
    await axios.get(`${base}/big?coding=${coding}`, { responseType: 'arraybuffer' }).then(({ data }) => hash(data)).then(...show(`axios ${coding}`));
    await got(`${base}/big?coding=${coding}`).buffer().then(hash).then(...show(`got ${coding}`));
    await fetch(`${base}/big?coding=${coding}`).then((r) => r.buffer()).then(hash).then(...show(`fetch ${coding}`));
  }
  // axios
  const api = axios.create({ baseURL: base, auth: { username: 'u', password: 'pä' }, headers: { common: { 'X-Added': 'yes' } } });
  api.interceptors.request.use((config) => ({ ...config, params: { ...config.params, via: 'interceptor' } }));
  api.interceptors.response.use(({ data }) => data, (error) => Promise.reject(Object.assign(error, { code: `mine ${error.code}` })));
  await api.get('/get', { headers: { Accept: 'text/*' } }).then(...show('axios instance'));
  await api.get('/slow', { signal: AbortSignal.timeout(20) }).then(...show('axios aborted'));
  const form = new FormData();
  form.append('text', 'ü');
  form.append('file', Buffer.from('contents'), { filename: 'a.txt' });
  form.append('stream', Readable.from(['str', 'eam']), { filename: 'b.bin', knownLength: 6 });
  await axios.post(`${base}/form`, form).then((r) => r.data).then(...show('axios form-data'));
  await axios.postForm(`${base}/form`, { a: [1, 2], 'b{}': { c: 1 } }).then((r) => r.data.text).then(...show('axios postForm'));
  await axios.put(`${base}/stream`, Readable.from(['one', 'two']), { onUploadProgress: () => {} }).then((r) => r.data).then(...show('axios stream'));
  await axios.get(`${base}/big`, { responseType: 'stream' }).then(async ({ data }) => hash(await collect(data))).then(...show('axios response stream'));
  await axios.get(`${base}/loop`, { maxRedirects: 3 }).then(...show('axios loop'));
  await axios.get(`${base}/cut`).then(...show('axios cut'));
  await axios.get(`${base}/big`, { maxContentLength: 1000 }).then(...show('axios too big'));
  await axios.get('http://localhost:1/').then(...show('axios refused'));
  await axios.get(`${base}/badzip`).then(...show('axios bad gzip'));
  // got
  await got(`${base}/flaky`, { retry: { limit: 3, calculateDelay: ({ computedValue }) => (computedValue ? 1 : 0) } }).json().then(({ url }) => [url, flaky]).then(...show('got retry'));
  await got.paginate.all(`${base}/page`, { responseType: 'json' }).then(...show('got pages'));
  const posted = collect(Readable.from(['str', 'eam']).pipe(got.stream.post(`${base}/stream`)).pipe(new PassThrough()));
  console.log('got stream', JSON.parse(await posted).text);
  const extended = got.extend({ prefixUrl: base, hooks: { beforeRequest: [(options) => { options.headers['x-added'] = 'hook'; }], afterResponse: [(response) => Object.assign(response, { body: response.body.length })] } });
  await extended.post('hooked', { form: { a: 'ü' } }).then(({ body }) => body).then(...show('got hooks'));
  const cancelled = got(`${base}/slow`);
  setTimeout(() => cancelled.cancel(), 10);
  await cancelled.then(...show('got cancelled'));
  for (const path of ['cut', 'badzip', 'loop']) await got(`${base}/${path}`, { retry: 0, maxRedirects: 2 }).then(...show(`got ${path}`));
  await got('http://localhost:1', { retry: 0 }).then(...show('got refused'));
  // node-fetch
  const abort = new AbortController();
  setTimeout(() => abort.abort(), 10);
  await fetch(`${base}/slow`, { signal: abort.signal }).then(...show('fetch aborted'));
  await fetch(`${base}/slow`, { timeout: 20 }).then(...show('fetch timeout'));
  await fetch(`${base}/see`, { method: 'POST', body: 'x' }).then((r) => r.json()).then(({ method, url, length }) => [method, url, length]).then(...show('fetch 303'));
  await fetch(`${base}/see`, { redirect: 'manual' }).then((r) => r.headers.raw()['set-cookie']).then(...show('fetch cookies'));
  await fetch(`${base}/stream`, { method: 'PUT', body: Readable.from(['one', 'two']) }).then((r) => r.json()).then(({ transfer, text }) => [transfer, text]).then(...show('fetch stream'));
  await fetch(`${base}/badzip`).then((r) => r.text()).then(...show('fetch bad gzip'));
  await fetch(`${base}/loop`, { follow: 2 }).then(...show('fetch loop'));
  await fetch(`${base}/big`, { size: 1000 }).then((r) => r.text()).then(...show('fetch too big'));
  // http-proxy, with WebSockets and a changed answer
  const echo = new WebSocketServer({ server });
  echo.on('connection', (socket, { headers }) => socket.on('message', (data) => socket.send(`${headers['x-forwarded-proto']} ${data}`)));
  const proxy = httpProxy.createProxyServer({ target: base, ws: true, xfwd: true, selfHandleResponse: true, proxyTimeout: 50 });
  proxy.on('proxyRes', async (answer, req, res) => res.writeHead(answer.statusCode, { 'x-changed': 'yes' }).end((await collect(answer).catch(({ code }) => Buffer.from(`broken ${code}`))).toString().toUpperCase()));
  proxy.on('error', ({ code }, req, res) => res.writeHead?.(502).end(code));
  const front = http.createServer((req, res) => proxy.web(req, res)).on('upgrade', (req, socket, head) => proxy.ws(req, socket, head));
  await new Promise((resolve) => front.listen(0, resolve));
  const through = `localhost:${front.address().port}`;
  for (const path of ['page', 'slow', 'cut']) await fetch(`http://${through}/${path}`).then(async (r) => [r.status, r.headers.get('x-changed'), await r.text()]).then(...show(`proxied ${path}`));
  const socket = new WebSocket(`ws://${through}/`);
  await once(socket, 'open');
  socket.send('through');
  console.log('proxied WebSocket', String((await once(socket, 'message'))[0]));
  socket.close();
  await once(socket, 'close');
  proxy.close();
  for (const each of [front, server]) {
    each.closeAllConnections();
    each.close();
  }
});
