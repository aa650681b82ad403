// formidable: uploads that go to files, limits, filters, urlencoded and JSON bodies, and bodies that are broken.
const fs = require('fs');
const http = require('http');
const { formidable, errors } = require('formidable');
const { askAll, form, json } = require('./ask.cjs');
fs.mkdirSync('uploads');
const answer = async (req) => {
  const made = formidable({
    uploadDir: 'uploads',
    hashAlgorithm: 'sha1',
    multiples: true,
    maxFileSize: 100_000,
    maxTotalFileSize: 150_000,
    maxFields: 5,
    keepExtensions: true,
    filename: (name, extension, part) => `saved-${part.originalFilename}`,
    filter: ({ mimetype }) => mimetype !== 'text/forbidden',
  });
  const events = [];
  for (const event of ['fileBegin', 'aborted', 'error', 'end']) made.on(event, (name) => events.push(typeof name === 'string' ? `${event} ${name}` : event));
  const result = {};
  try {
    const [fields, files] = await made.parse(req);
    Object.assign(result, { fields });
    for (const [name, list] of Object.entries(files)) {
      result[name] = list.map(({ originalFilename, newFilename, size, mimetype, hash }) => ({ originalFilename, newFilename, size, mimetype, hash }));
    }
  } catch (error) {
    const name = Object.keys(errors).find((key) => errors[key] === error.code);
    Object.assign(result, { name, message: error.message, httpCode: error.httpCode });
  }
  return { ...result, events };
};
const server = http.createServer(async (req, res) => {
  const result = await answer(req);
  res.writeHead(200, { 'content-type': 'application/json', connection: 'close' }).end(JSON.stringify(result, null, 1));
});
const part = (name, body, file, type = 'text/plain') => [`--XX\r\ncontent-disposition: form-data; name="${name}"${file ? `; filename="${file}"\r\ncontent-type: ${type}` : ''}\r\n\r\n`, body, '\r\n'];
const post = (...parts) => ({ method: 'POST', path: '/', headers: { 'content-type': 'multipart/form-data; boundary=XX' }, body: Buffer.concat([...parts.flat(), '--XX--\r\n'].map((piece) => Buffer.from(piece))) });
const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, i) => (i * 7) & 255));
server.listen(0, async () => {
  await askAll(server.address().port, [
    post(part('a', '1'), part('a', '2'), part('ü', 'ö'), part('f', 'contents', 'x.txt')),
    post(part('f', bytes, 'one.bin', 'application/octet-stream'), part('f', bytes, 'two.bin', 'application/octet-stream')),
    post(part('f', Buffer.alloc(120_000, 'y'), 'big.txt')),
    post(part('f', Buffer.alloc(90_000, 'y'), 'a.txt'), part('g', Buffer.alloc(90_000, 'z'), 'b.txt')),
    post(part('f', 'no', 'x.txt', 'text/forbidden'), part('a', 'yes')),
    post(...Array.from({ length: 8 }, (_, i) => part(`f${i}`, 'x'))),
    form('/', 'a=1&b=%20x&a=2'),
    json('/', { nested: [1, { deep: true }] }),
    { ...json('/', {}), body: '{"bad":' },
    { ...post(part('a', '1')), body: '--XX\r\ncontent-disposition: form-data; name="a"\r\n\r\nnever ended' },
    { ...post(), headers: { 'content-type': 'multipart/form-data' }, body: 'x' },
    { method: 'POST', path: '/', headers: { 'content-type': 'image/x-nothing' }, body: 'x' },
    post(),
  ]);
  server.close();
  console.log(fs.readdirSync('uploads').map((name) => `${name} ${fs.statSync(`uploads/${name}`).size}`));
});
