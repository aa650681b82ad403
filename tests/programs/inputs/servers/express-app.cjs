'use strict';
const { askAll, json, form } = require('./ask.cjs');
module.exports = (express, wildcard) => {
  const app = express();
  app.set('trust proxy', true);
  app.use(express.json());
  app.use(express.urlencoded({ extended: true }));
  app.use('/static', express.static('public'));
  app.use((req, res, next) => {
    res.set('X-Order', 'first');
    next();
  });
  app.get('/', (req, res) => res.send('<h1>hello</h1>'));
  app.get('/users/:id', (req, res) => res.json({ id: req.params.id, query: req.query, ip: req.ip, accepts: req.accepts(['html', 'json']) }));
  app.post('/echo', (req, res) => res.status(201).json({ type: req.get('content-type'), body: req.body }));
  app.get('/redirect', (req, res) => res.redirect('/users/1'));
  app.get('/cookie', (req, res) => res.cookie('name', 'wért', { httpOnly: true, path: '/x' }).end());
  app.get('/download', (req, res) => res.attachment('ü.txt').sendFile('public/data.txt', { root: process.cwd() }));
  app.get('/stream', (req, res) => {
    res.type('text');
    let count = 0;
    const timer = setInterval(() => (++count > 3 ? (clearInterval(timer), res.end()) : res.write(`part ${count}\n`)), 1);
  });
  app.get('/throw', () => {
    throw new Error('on purpose');
  });
  app.get('/reject', async () => {
    throw Object.assign(new Error('later'), { status: 418 });
  });
  const router = express.Router();
  router.get('/inner', (req, res) => res.send(req.baseUrl + req.url));
  app.use('/outer', router);
  app.get(wildcard, (req, res) => res.send('wild'));
  app.use((error, req, res, next) => res.status(error.status ?? 500).json({ error: error.message, type: error.type }));
  return new Promise((resolve) => {
    const server = app.listen(0, async () => {
      await askAll(server.address().port, [
        '/', '/users/7?a=1&b[]=2&c=%C3%BC', { path: '/users/8', headers: { accept: 'application/json', 'x-forwarded-for': '1.2.3.4' } },
        json('/echo', { nested: [1, { deep: 'ü' }] }), form('/echo', 'a=1&b[c]=2&d=%20x'),
        { ...json('/echo', {}), body: '{"bad":' }, '/redirect', '/cookie', '/download', '/stream', '/throw', '/outer/inner', '/outer/none',
        '/wild/x', '/static/', '/static/data.txt', '/static/none', { path: '/static/data.txt', headers: { range: 'bytes=5-20' } },
        { method: 'HEAD', path: '/' }, { method: 'OPTIONS', path: '/users/1' }, { method: 'DELETE', path: '/' }, '/%E0%A4%A', '/static/..%2fask.cjs',
      ]);
      server.close(resolve);
    });
  });
};
