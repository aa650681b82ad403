const http = require('http');
const finalhandler = require('finalhandler');
const multer = require('multer');
const serveStatic = require('serve-static');
const { askAll } = require('./ask.cjs');
const upload = multer({ storage: multer.memoryStorage(), limits: { fileSize: 5000 } }).any();
const files = serveStatic('public', { etag: false });
const server = http.createServer((req, res) => {
  if (req.method !== 'POST') return files(req, res, finalhandler(req, res));
  upload(req, res, (error) => {
    const shown = (req.files ?? []).map(({ fieldname, originalname, mimetype, size }) => ({ fieldname, originalname, mimetype, size }));
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify({ error: error?.code, body: req.body, files: shown }));
  });
});
const part = (name, text, file) => `--XX\r\ncontent-disposition: form-data; name="${name}"${file ? `; filename="${file}"\r\ncontent-type: text/plain` : ''}\r\n\r\n${text}\r\n`;
const post = (...parts) => ({ method: 'POST', path: '/', headers: { 'content-type': 'multipart/form-data; boundary=XX' }, body: `${parts.join('')}--XX--\r\n` });
server.listen(0, async () => {
  await askAll(server.address().port, [post(part('a', '1'), part('f', 'contents', 'x.txt')), post(part('f', 'y'.repeat(6000), 'big.txt')), post(part('a[b]', 'ü')), '/', '/data.txt', '/none', { path: '/data.txt', headers: { range: 'bytes=0-3' } }, { path: '/data.txt', headers: { range: 'bytes=999999-' } }]);
  server.close();
});
