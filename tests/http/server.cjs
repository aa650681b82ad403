// A server that tells every event of every connection, one JSON line each. argv[2]: options of http.createServer and of this file.
'use strict';
const http = require('http');
const { quiet = [], listeners = [], properties = {}, ...options } = JSON.parse(process.argv[2]);
const tell = (connection, event, ...details) => quiet.includes(event) || console.log(JSON.stringify([connection, event, ...details]));
let count = 0, lateAnswers = 0;
const late = (answer) => {
  lateAnswers++;
  setTimeout(() => {
    lateAnswers--;
    answer('late');
  }, 50);
};
const numbers = new WeakMap();
const number = (socket) => numbers.get(socket) ?? '?';

const big = Buffer.alloc(16 << 20, 'big');
const server = http.createServer(options, (request, response) => {
  const id = number(request.socket);
  const { method, url, httpVersion, rawHeaders } = request;
  tell(id, 'request', method, url, httpVersion, rawHeaders, response.shouldKeepAlive);
  let body = '';
  request.setEncoding('latin1').on('data', (data) => { body += data; });
  request.on('end', () => tell(id, 'request end', body, request.rawTrailers, request.complete));
  request.on('aborted', () => tell(id, 'request aborted'));
  request.on('error', ({ code, message }) => tell(id, 'request error', code, message));
  request.on('close', () => tell(id, 'request close', request.complete, request.destroyed, request.errored?.code));
  response.on('finish', () => tell(id, 'response finish'));
  response.on('error', ({ code, message }) => tell(id, 'response error', code, message));
  response.on('close', () => tell(id, 'response close', response.writableFinished, response.destroyed));
  const answer = (text) => response.writeHead(200, { 'content-type': 'text/plain' }).end(text);
  if (url.startsWith('/now')) answer('now');
  else if (url.startsWith('/never')) response.write('started');
  else if (url.startsWith('/big')) answer(big);
  else if (url.startsWith('/destroy')) request.destroy();
  else if (url.startsWith('/unread')) request.removeAllListeners('data').pause() && answer('unread');
  else if (url.startsWith('/late')) late(answer);
  else request.on('end', () => answer(`${method} ${url} ${body.length}`));
});
server.on('connection', (socket) => {
  const id = ++count;
  numbers.set(socket, id);
  tell(id, 'connection');
  socket.on('end', () => tell(id, 'socket end'));
  socket.on('timeout', () => tell(id, 'socket timeout'));
  socket.on('error', ({ code, syscall }) => tell(id, 'socket error', code, syscall));
  socket.on('close', (failed) => tell(id, 'socket close', failed, socket.bytesRead));
});
const extra = {
  clientError(error, socket) {
    const { code, message, reason, bytesParsed, rawPacket } = error;
    tell(number(socket), 'clientError', code, message, reason, bytesParsed, rawPacket?.length, socket.writable);
    if (!socket.writable || code === 'ECONNRESET') return socket.destroy();
    socket.end(`HTTP/1.1 400 ${code}\r\nconnection: close\r\n\r\n`);
  },
  upgrade(request, socket, head) {
    tell(number(socket), 'upgrade', request.headers, String(head));
    socket.end('HTTP/1.1 101 Switching\r\n\r\n');
  },
  connect(request, socket, head) {
    tell(number(socket), 'connect', request.url, String(head));
    socket.end('HTTP/1.1 200 Connected\r\n\r\n');
  },
  checkContinue(request, response) {
    tell(number(request.socket), 'checkContinue', request.headers.expect);
    response.writeContinue();
    server.emit('request', request, response);
  },
  checkExpectation(request, response) {
    tell(number(request.socket), 'checkExpectation', request.headers.expect);
    response.writeHead(417).end();
  },
  dropRequest(request, socket) {
    tell(number(socket), 'dropRequest', request.url);
  },
};
for (const name of listeners) server.on(name, extra[name]);
Object.assign(server, properties);
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify(['port', server.address().port])));
// A line on stdin asks for "mark", told when nothing that happened before it is still to be told.
const mark = () => (lateAnswers ? setTimeout(mark, 5) : setImmediate(setImmediate, setImmediate, () => console.log('["mark"]')));
process.stdin.on('data', mark).on('end', () => process.exit());
