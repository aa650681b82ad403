const Koa = require('koa');
const { askAll, form } = require('./ask.cjs');
const app = new Koa();
app.silent = true;
app.use(async (ctx, next) => {
  const order = ['in'];
  ctx.state.order = order;
  await next();
  order.push('out');
  ctx.set('X-Order', order.join());
});
app.use(async (ctx) => {
  ctx.state.order.push(ctx.path);
  switch (ctx.path) {
    case '/json':
      ctx.body = { query: ctx.query, method: ctx.method, type: ctx.accepts('json', 'html') };
      break;
    case '/stream':
      ctx.type = 'txt';
      ctx.body = require('fs').createReadStream('public/data.txt');
      break;
    case '/body': {
      const chunks = [];
      for await (const chunk of ctx.req) chunks.push(chunk);
      ctx.body = Buffer.concat(chunks).toString().toUpperCase();
      break;
    }
    case '/throw':
      ctx.throw(403, 'no entry');
      break;
    case '/cookie':
      ctx.cookies.set('a', 'b');
      ctx.status = 204;
      break;
    case '/redirect':
      ctx.redirect('/json');
      break;
    case '/':
      ctx.body = 'hello';
  }
});
const server = app.listen(0, async () => {
  await askAll(server.address().port, ['/', '/json?x=1', '/stream', form('/body', 'some text'), '/throw', '/cookie', '/redirect', '/none', { method: 'HEAD', path: '/json' }]);
  server.close();
});
