const { askAll, json } = require('./ask.cjs');
const app = require('fastify')({ logger: false });
app.addHook('onRequest', async (request, reply) => {
  reply.header('x-hook', request.url);
});
app.get('/', async () => ({ hello: 'world' }));
app.get('/text', (request, reply) => reply.type('text/plain').send('text'));
app.post('/item', {
  schema: {
    body: { type: 'object', required: ['name'], properties: { name: { type: 'string', minLength: 2 }, count: { type: 'integer', default: 3 } } },
    response: { 200: { type: 'object', properties: { name: { type: 'string' }, count: { type: 'integer' } } } },
  },
}, async (request) => ({ ...request.body, hidden: true }));
app.get('/params/:a/:b', async (request) => ({ params: request.params, query: request.query }));
app.get('/stream', (request, reply) => reply.send(require('fs').createReadStream('public/data.txt')));
app.get('/error', async () => {
  throw Object.assign(new Error('broken'), { statusCode: 422 });
});
app.register(async (scope) => {
  scope.decorateReply('tag', function tag() {
    return this.header('x-tag', 'yes');
  });
  scope.get('/inner', (request, reply) => reply.tag().send('inner'));
}, { prefix: '/scoped' });
(async () => {
  console.log(JSON.stringify((await app.inject({ url: '/params/1/2?x=y' })).json()));
  await app.listen({ port: 0 });
  await askAll(app.server.address().port, ['/', '/text', json('/item', { name: 'thing', extra: 1 }), json('/item', { name: 'x' }), json('/item', { name: 'xy', count: 'a' }), { ...json('/item', {}), body: '{' }, '/params/a/b?c=d&c=e', '/stream', '/error', '/scoped/inner', '/none', { method: 'PUT', path: '/' }]);
  await app.close();
})();
