const http = require('http');
const { Server } = require('socket.io');
const { io } = require('socket.io-client');
const server = http.createServer();
const rooms = new Server(server);
rooms.use((socket, next) => (socket.handshake.auth.token === 'bad' ? next(new Error('refused')) : next()));
rooms.on('connection', (socket) => {
  socket.on('add', (a, b, answer) => answer(a + b));
  socket.on('join', (room, answer) => {
    socket.join(room);
    answer([...socket.rooms].length);
  });
  socket.on('say', (room, text) => rooms.to(room).emit('said', text, Buffer.from('bytes')));
});
server.listen(0, async () => {
  const url = `http://localhost:${server.address().port}`;
  for (const transports of [['websocket'], ['polling']]) {
    const client = io(url, { transports, forceNew: true });
    await new Promise((resolve) => client.on('connect', resolve));
    console.log(transports[0], client.connected, await client.emitWithAck('add', 1, 2), await client.emitWithAck('join', 'r'));
    const said = new Promise((resolve) => client.on('said', (...args) => resolve(args)));
    client.emit('say', 'r', 'hello ü');
    console.log(await said);
    const gone = new Promise((resolve) => client.on('disconnect', resolve));
    client.disconnect();
    console.log(await gone);
  }
  const refused = io(url, { auth: { token: 'bad' }, transports: ['websocket'], forceNew: true, reconnection: false });
  console.log(await new Promise((resolve) => refused.on('connect_error', (error) => resolve(error.message))));
  rooms.close();
});
