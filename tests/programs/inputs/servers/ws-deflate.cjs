// ws with compression, fragments, streams, back-pressure, a refused handshake, subprotocols, and peers that break the protocol.
const { createHash } = require('crypto');
const { once } = require('events');
const http = require('http');
const net = require('net');
const { pipeline } = require('stream/promises');
const { Readable } = require('stream');
const { WebSocket, WebSocketServer, createWebSocketStream } = require('ws');
const server = http.createServer();
const sockets = new WebSocketServer({
  noServer: true,
  perMessageDeflate: { threshold: 100, serverMaxWindowBits: 12, concurrencyLimit: 2 },
  handleProtocols: (offered) => (offered.has('b') ? 'b' : false),
  maxPayload: 2 << 20,
});
server.on('upgrade', (request, socket, head) => {
  if (request.url === '/no') return socket.end('HTTP/1.1 401 Unauthorized\r\nX-Why: because\r\nContent-Length: 4\r\n\r\nnope');
  sockets.handleUpgrade(request, socket, head, (accepted) => sockets.emit('connection', accepted, request));
});
const errors = [];
sockets.on('connection', (socket, { url }) => {
  socket.on('error', ({ code, message }) => errors.push([code, message]));
  socket.on('close', (code) => errors.push(['close', code]));
  if (url === '/stream') return createWebSocketStream(socket).on('error', () => {}).resume().on('end', () => {});
  socket.on('message', (data, binary) => socket.send(data, { binary, compress: data.length % 2 === 0 }));
});
const hash = (data) => createHash('sha1').update(data).digest('hex').slice(0, 10);
server.listen(0, async () => {
  const url = `ws://localhost:${server.address().port}`;
  for (const perMessageDeflate of [true, false, { clientNoContextTakeover: true, serverNoContextTakeover: true, clientMaxWindowBits: 10 }]) {
    const socket = new WebSocket(`${url}/echo`, ['a', 'b'], { perMessageDeflate });
    await once(socket, 'open');
    console.log(socket.protocol, JSON.stringify(socket.extensions), socket.readyState);
    for (const payload of ['short', 'text ü€ '.repeat(1000), Buffer.alloc(1 << 20, 'ab'), Buffer.from(Array.from({ length: 300001 }, (_, i) => (i * i) >> 3)), new Uint16Array([1, 2, 3]), '']) {
      socket.send(payload);
      const [data, binary] = await once(socket, 'message');
      console.log(binary, data.length, hash(data));
    }
    // A message in fragments, then many at once: answered in order.
    socket.send('first ', { fin: false });
    socket.send('second ', { fin: false });
    socket.send('third'.repeat(100), { fin: true });
    console.log(hash((await once(socket, 'message'))[0]));
    const got = [];
    const all = new Promise((resolve) => socket.on('message', (data) => got.push(String(data)) === 200 && resolve()));
    for (let i = 0; i < 200; i++) socket.send(`${i} `.repeat(i));
    await all;
    console.log(got.every((text, i) => text === `${i} `.repeat(i)), socket.bufferedAmount);
    socket.close(1000, 'enough');
    console.log(await once(socket, 'close').then(([code, reason]) => [code, String(reason)]));
  }
  const sending = new WebSocket(`${url}/stream`);
  await pipeline(Readable.from(Array.from({ length: 50 }, () => Buffer.alloc(50000, 'z'))), createWebSocketStream(sending));
  if (sending.readyState !== WebSocket.CLOSED) await once(sending, 'close');
  console.log('streamed', sending._closeCode);
  const tooLong = new WebSocket(`${url}/echo`, { perMessageDeflate: true });
  await once(tooLong, 'open');
  tooLong.send(Buffer.alloc(3 << 20));
  console.log('too long', (await once(tooLong, 'close'))[0]);
  const refused = new WebSocket(`${url}/no`);
  console.log(await new Promise((resolve) => refused.on('error', (error) => resolve(error.message))));
  const seen = new WebSocket(`${url}/no`).on('error', () => {});
  const [, response] = await once(seen, 'unexpected-response');
  console.log(response.statusCode, response.headers['x-why'], String((await response.toArray())[0]));
  console.log(await new Promise((resolve) => new WebSocket('ws://localhost:1').on('error', ({ code }) => resolve(code))));
  for (const bad of ['ftp://x', 'ws://x#y', 'no address']) {
    try { new WebSocket(bad); } catch (error) { console.log(error.name, error.message); }
  }
  const head = (...lines) => ['GET /echo HTTP/1.1', 'Host: x', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==', ...lines, '', ''].join('\r\n');
  const frames = { unmasked: '810161', 'reserved bit': 'a18100000000', 'bad opcode': '838000000000', 'bad utf8': '8182000000 00ffff'.replace(' ', ''), 'long ping': '89fe007e00000000', 'bad deflate': 'c18200000000ffff', 'bad close code': '888200000000 03ee'.replace(' ', '') };
  for (const [name, hex] of Object.entries(frames)) {
    errors.length = 0;
    const raw = net.connect(server.address().port);
    raw.end(Buffer.concat([Buffer.from(head('Sec-WebSocket-Extensions: permessage-deflate')), Buffer.from(hex, 'hex')]));
    const answer = Buffer.concat(await raw.toArray());
    while (!errors.some(([what]) => what === 'close')) await new Promise((resolve) => setTimeout(resolve, 2));
    console.log(name, answer.subarray(answer.indexOf('\r\n\r\n') + 4).toString('hex'), errors);
  }
  sockets.close();
  server.close();
});
