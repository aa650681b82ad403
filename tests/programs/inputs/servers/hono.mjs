import { createRequire } from 'node:module';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { etag } from 'hono/etag';
import { streamText } from 'hono/streaming';
const { askAll, form, json } = createRequire(import.meta.url)('./ask.cjs');
const app = new Hono();
app.use('/api/*', cors());
app.use('/etag', etag());
app.get('/', (c) => c.text('hello'));
app.get('/api/:id', (c) => c.json({ id: c.req.param('id'), query: c.req.query() }));
app.post('/api/echo', async (c) => c.json(await c.req.json(), 201));
app.post('/form', async (c) => c.json(await c.req.parseBody()));
app.get('/etag', (c) => c.html('<p>tagged</p>'));
app.get('/stream', (c) => streamText(c, async (stream) => {
  for (const word of ['a', 'b', 'c']) await stream.writeln(word);
}));
app.get('/error', () => {
  throw new Error('broken');
});
app.onError((error, c) => c.text(`caught ${error.message}`, 500));
app.notFound((c) => c.text('nothing here', 404));
const server = serve({ fetch: app.fetch, port: 0 }, async ({ port }) => {
  await askAll(port, ['/', '/api/5?x=1', json('/api/echo', { a: [1] }), form('/form', 'a=1&b=2'), '/etag', '/stream', '/error', '/none', { method: 'OPTIONS', path: '/api/5', headers: { origin: 'http://x.test' } }]);
  server.close();
});
