const { once } = require('events');
const http = require('http');
const { WebSocket, WebSocketServer } = require('ws');
const server = http.createServer((req, res) => res.end('plain'));
const sockets = new WebSocketServer({ server, perMessageDeflate: false, maxPayload: 100000 });
sockets.on('connection', (socket, request) => {
  socket.send(`welcome ${request.url}`);
  socket.on('message', (data, binary) => {
    for (const client of sockets.clients) client.send(data, { binary });
  });
  socket.on('close', (code, reason) => console.log('server saw close', code, String(reason)));
  socket.on('error', (error) => console.log('server saw error', error.code, error.message));
});
server.listen(0, async () => {
  const { port } = server.address();
  const open = async (path, ...rest) => {
    const socket = new WebSocket(`ws://localhost:${port}${path}`, ...rest);
    const [welcome] = await once(socket, 'message');
    console.log(String(welcome));
    return socket;
  };
  const one = await open('/one');
  const two = await open('/two');
  for (const payload of ['text ü', Buffer.from([1, 2, 3]), 'x'.repeat(70000), '']) {
    one.send(payload);
    const [[a, binary], [b]] = await Promise.all([once(one, 'message'), once(two, 'message')]);
    console.log(binary, a.length, a.equals(b));
  }
  one.ping('ping');
  console.log('pong', String((await once(one, 'pong'))[0]));
  two.close(4001, 'done');
  console.log('client saw close', (await once(two, 'close')).map(String));
  one.send('y'.repeat(200000));
  console.log('client saw close', (await once(one, 'close'))[0]);
  const refused = http.get({ port, headers: { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '7', 'sec-websocket-key': 'x' } });
  const [response] = await once(refused, 'response');
  console.log(response.statusCode, response.statusMessage);
  response.resume();
  await once(response, 'end');
  sockets.close();
  server.close();
});
