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
  socket.on('close', (code, reason) => sockets.emit('saw', code, String(reason)));
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
  // Which of the two sockets sees its end first is up to the system.
  const bothEnds = async (socket) => {
    const [[code, reason], saw] = await Promise.all([once(socket, 'close'), once(sockets, 'saw')]);
    console.log('client saw close', code, String(reason));
    console.log('server saw close', ...saw);
  };
  two.close(4001, 'done');
  await bothEnds(two);
  one.send('y'.repeat(200000));
  await bothEnds(one);
  const refused = http.get({ port, headers: { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '7', 'sec-websocket-key': 'x' } });
  const [response] = await once(refused, 'response');
  console.log(response.statusCode, response.statusMessage);
  response.resume();
  await once(response, 'end');
  sockets.close();
  server.close();
});
