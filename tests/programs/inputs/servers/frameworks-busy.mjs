// Every framework under 400 requests at once over few connections: bodies, streams, clients that hang up, events that go on, an orderly end.
import http from 'node:http';
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
const require = createRequire(import.meta.url);
const Koa = require('koa');
const Fastify = require('fastify');
const counted = { hungUp: 0 };
const chunks = (n) => Readable.from((async function* () { for (let i = 0; i < n; i++) yield `chunk ${i};`.repeat(500); })());
const readBody = async (request) => JSON.parse(Buffer.concat(await request.toArray()).toString());

function express(name) {
  return () => {
    const framework = require(name);
    const app = framework();
    app.use(framework.json());
    app.post('/sum', (req, res) => res.json({ sum: req.body.list.reduce((a, b) => a + b, 0) }));
    app.get('/stream/:n', (req, res) => chunks(Number(req.params.n)).pipe(res));
    app.get('/hang', (req, res) => { res.write('x'); req.on('close', () => counted.hungUp++); });
    app.get('/later/:ms', async (req, res) => { await sleep(Number(req.params.ms)); res.send(req.params.ms); });
    app.get('/events', (req, res) => {
      res.set('content-type', 'text/event-stream').flushHeaders();
      let n = 0;
      const timer = setInterval(() => (n === 5 ? (clearInterval(timer), res.end()) : res.write(`id: ${n}\ndata: event ${n++}\n\n`)), 3);
    });
    const server = app.listen(0);
    return { server, close: () => new Promise((resolve) => server.close(resolve)) };
  };
}
const frameworks = {
  'express 5': express('express'),
  'express 4': express('express4'),
  koa() {
    const app = new Koa();
    app.on('error', () => {});
    app.use(async (ctx) => {
      const [, what, n] = ctx.path.split('/');
      if (what === 'sum') ctx.body = { sum: (await readBody(ctx.req)).list.reduce((a, b) => a + b, 0) };
      else if (what === 'stream') ctx.body = chunks(Number(n));
      else if (what === 'later') { await sleep(Number(n)); ctx.body = n; }
      else if (what === 'hang') { ctx.respond = false; ctx.res.write('x'); ctx.req.on('close', () => counted.hungUp++); }
      else if (what === 'events') {
        ctx.type = 'text/event-stream';
        ctx.body = Readable.from((async function* () { for (let i = 0; i < 5; i++) { await sleep(3); yield `id: ${i}\ndata: event ${i}\n\n`; } })());
      }
    });
    const server = app.listen(0);
    return { server, close: () => new Promise((resolve) => server.close(resolve)) };
  },
  fastify() {
    const log = [];
    const app = Fastify({ logger: { level: 'info', stream: { write: (line) => log.push(JSON.parse(line)) } }, forceCloseConnections: true, genReqId: () => 'id' });
    app.post('/sum', { schema: { body: { type: 'object', required: ['list'], properties: { list: { type: 'array', items: { type: 'number' } } } } } }, async ({ body }) => ({ sum: body.list.reduce((a, b) => a + b, 0) }));
    app.get('/stream/:n', (request, reply) => reply.send(chunks(Number(request.params.n))));
    app.get('/later/:ms', async ({ params }) => { await sleep(Number(params.ms)); return params.ms; });
    app.get('/hang', (request, reply) => { reply.hijack(); reply.raw.write('x'); request.raw.on('close', () => counted.hungUp++); });
    app.get('/events', async (request, reply) => {
      reply.type('text/event-stream');
      return Readable.from((async function* () { for (let i = 0; i < 5; i++) { await sleep(3); yield `id: ${i}\ndata: event ${i}\n\n`; } })());
    });
    app.addHook('onClose', async () => {
      const kinds = Object.entries(Object.groupBy(log, ({ msg, res }) => msg.replace(/\d+/g, 'N') + (res ? ` ${res.statusCode}` : ''))).map(([msg, lines]) => `${msg}: ${lines.length}`);
      console.log('log', kinds.filter((line) => !line.startsWith('Server listening')).sort());
    });
    return app.listen({ port: 0 }).then(() => ({ server: app.server, close: () => app.close() }));
  },
  hono() {
    const app = new Hono();
    app.post('/sum', async (c) => c.json({ sum: (await c.req.json()).list.reduce((a, b) => a + b, 0) }));
    app.get('/stream/:n', (c) => c.body(Readable.toWeb(chunks(Number(c.req.param('n'))))));
    app.get('/later/:ms', async (c) => { await sleep(Number(c.req.param('ms'))); return c.text(c.req.param('ms')); });
    app.get('/hang', (c) => c.body(new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('x')), cancel: () => { counted.hungUp++; } })));
    app.get('/events', (c) => streamSSE(c, async (stream) => {
      for (let i = 0; i < 5; i++) { await stream.sleep(3); await stream.writeSSE({ id: String(i), data: `event ${i}` }); }
    }));
    app.onError(({ message }, c) => c.text(message, 500));
    return new Promise((resolve) => {
      const server = serve({ fetch: app.fetch, port: 0 }, () => resolve({ server, close: () => new Promise((done) => server.close(done)) }));
    });
  },
};

for (const [name, start] of Object.entries(frameworks)) {
  const { server, close } = await start();
  const { port } = server.address();
  const agent = new http.Agent({ keepAlive: true, maxSockets: 10 });
  const connections = new Set();
  server.on('connection', (socket) => connections.add(socket));
  const ask = (path, body) => new Promise((resolve, reject) => {
    const req = http.request({ port, path, agent, method: body ? 'POST' : 'GET', headers: body ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } : {} }, (res) => {
      res.toArray().then((pieces) => resolve([res.statusCode, Buffer.concat(pieces).toString()]), reject);
    });
    req.on('error', reject).end(body);
  });
  const list = Array.from({ length: 100 }, (_, i) => i);
  const all = await Promise.all(list.flatMap((i) => [
    ask('/sum', JSON.stringify({ list: list.slice(0, i), padding: 'ü'.repeat(i * 20) })).then(([status, text]) => status === 200 && JSON.parse(text).sum === (i * (i - 1)) / 2),
    ask(`/stream/${i % 7}`).then(([status, text]) => status === 200 && text === list.slice(0, i % 7).map((n) => `chunk ${n};`.repeat(500)).join('')),
    ask(`/later/${i % 5}`).then(([status, text]) => status === 200 && text === String(i % 5)),
    ask('/events').then(([status, text]) => status === 200 && text.match(/data: event \d\n/g)?.length === 5),
  ]));
  console.log(name, all.length, 'right', all.filter(Boolean).length, 'connections', connections.size);
  counted.hungUp = 0;
  await Promise.all(list.slice(0, 20).map(() => new Promise((resolve) => {
    const req = http.get({ port, path: '/hang', agent: false }, (res) => res.once('data', () => { req.destroy(); resolve(); }).on('error', () => {}));
    req.on('error', () => {});
  })));
  for (let i = 0; i < 500 && counted.hungUp < 20; i++) await sleep(4);
  console.log('hung up', counted.hungUp);
  console.log((await ask('/sum', '{"list": 1')).at(0), (await ask('/nowhere', '{}')).at(0));
  const last = ask('/later/30');
  await sleep(10);
  setTimeout(() => agent.destroy(), 60);
  const closing = close();
  console.log('the last one', await last.catch(({ code }) => code));
  await closing;
  console.log('closed', server.listening);
}
