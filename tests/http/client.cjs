// Asks a server that answers wrongly, once per name on the command line (all without one), and tells every event of the request.
'use strict';
const http = require('http');
const net = require('net');

const ok = 'HTTP/1.1 200 OK\r\n';
const wait = (ms) => ({ ms });
const end = { end: true };
const half = { half: true };
const reset = { reset: true };
// What the server does after it has read a request: texts are written, then the connection is closed unless the last step says otherwise.
const answers = {
  'plain': [`${ok}Content-Length: 2\r\n\r\nok`],
  'nothing': [],
  'reset at once': [reset],
  'garbage': ['garbage\r\n\r\n'],
  'zeros': ['\0\0\0\0'],
  'http 0.9': ['just a text'],
  'http 2.0': ['HTTP/2.0 200 OK\r\n\r\n'],
  'ice': ['ICY 200 OK\r\n\r\n'],
  'status of two digits': ['HTTP/1.1 20 OK\r\n\r\n'],
  'status of four digits': ['HTTP/1.1 2000 OK\r\n\r\n'],
  'status in words': ['HTTP/1.1 abc OK\r\n\r\n'],
  'status 000': ['HTTP/1.1 000 OK\r\nContent-Length: 0\r\n\r\n'],
  'status 999': ['HTTP/1.1 999 \xfc\r\nContent-Length: 0\r\n\r\n'],
  'no reason': ['HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n'],
  'no blank before the reason': ['HTTP/1.1 200OK\r\nContent-Length: 0\r\n\r\n'],
  'empty reason': ['HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n'],
  'empty lines first': ['\r\n\r\n', `${ok}Content-Length: 0\r\n\r\n`],
  'bare line feeds': ['HTTP/1.1 200 OK\nContent-Length: 2\n\nok'],
  'bare carriage returns': ['HTTP/1.1 200 OK\rContent-Length: 2\r\rok'],
  'folded': [`${ok}X: a\r\n b\r\n\r\n`],
  'space in a name': [`${ok}X Y: a\r\n\r\n`],
  'space before the colon': [`${ok}X : a\r\n\r\n`],
  'no colon': [`${ok}X\r\n\r\n`],
  'zero in a value': [`${ok}X: a\0b\r\n\r\n`],
  'controls in a value': [`${ok}X: \x01\x7f\r\n\r\n`],
  'latin1 in a value': [`${ok}X: \xfc\xff\r\nContent-Length: 0\r\n\r\n`],
  'length and chunked': [`${ok}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`],
  'chunked and length': [`${ok}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n2\r\nok\r\n0\r\n\r\n`],
  'two lengths': [`${ok}Content-Length: 2\r\nContent-Length: 3\r\n\r\nok`],
  'two equal lengths': [`${ok}Content-Length: 2\r\nContent-Length: 2\r\n\r\nok`],
  'negative length': [`${ok}Content-Length: -2\r\n\r\nok`],
  'huge length': [`${ok}Content-Length: 99999999999999999999999\r\n\r\nok`],
  'body shorter than told': [`${ok}Content-Length: 10\r\n\r\nok`],
  'body shorter than told, reset': [`${ok}Content-Length: 10\r\n\r\nok`, wait(30), reset],
  'body longer than told': [`${ok}Content-Length: 2\r\n\r\nok and more`],
  'body longer than told, keep-alive': [`${ok}Content-Length: 2\r\nConnection: keep-alive\r\n\r\nok and more`],
  'body until the end': [`${ok}\r\nall of it`],
  'body until a reset': [`${ok}\r\nall of it`, wait(30), reset],
  'chunks': [`${ok}Transfer-Encoding: chunked\r\n\r\n2;a=b\r\nok\r\n0\r\nT: u\r\n\r\n`],
  'chunks cut': [`${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n`],
  'chunk cut': [`${ok}Transfer-Encoding: chunked\r\n\r\n20\r\nok`],
  'chunk with a bad size': [`${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\nzz\r\n`],
  'chunk with a bad end': [`${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nokay\r\n0\r\n\r\n`],
  'chunk with line feeds': [`${ok}Transfer-Encoding: chunked\r\n\r\n2\nok\n0\n\n`],
  'chunk of 2**64': [`${ok}Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\nok`],
  'extensions of 20000': [`${ok}Transfer-Encoding: chunked\r\n\r\n2;${'e'.repeat(20000)}\r\nok\r\n0\r\n\r\n`],
  'encoding unknown': [`${ok}Transfer-Encoding: frob\r\n\r\nok`],
  'encoding chunked, gzip': [`${ok}Transfer-Encoding: chunked, gzip\r\n\r\nok`],
  'headers of 17000': [`${ok}X: ${'y'.repeat(17000)}\r\n\r\n`],
  'headers in pieces of 17000': [`${ok}X: `, wait(5), 'y'.repeat(9000), wait(5), 'y'.repeat(9000)],
  '2500 headers': [`${ok}${Array.from({ length: 2500 }, (_, i) => `A${i}:\r\n`).join('')}\r\n`],
  'head cut': [`${ok}Content-Le`],
  'head cut, reset': [`${ok}Content-Le`, wait(30), reset],
  'head in pieces': [...`${ok}Content-Length: 2\r\nX: y\r\n\r\nok`.match(/[^]{1,7}/g).flatMap((piece) => [piece, wait(3)])],
  'continue, then ok': ['HTTP/1.1 100 Continue\r\n\r\n', wait(10), `${ok}Content-Length: 2\r\n\r\nok`],
  'hints, then ok': ['HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n', wait(10), `${ok}Content-Length: 2\r\n\r\nok`],
  'processing twice': ['HTTP/1.1 102 Processing\r\n\r\n'.repeat(2), `${ok}Content-Length: 2\r\n\r\nok`],
  'continue for ever': ['HTTP/1.1 100 Continue\r\n\r\n'.repeat(20)],
  'switching': ['HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nhello'],
  'switching without upgrade': ['HTTP/1.1 101 Switching\r\n\r\n'],
  'ok with upgrade': [`${ok}Connection: Upgrade\r\nUpgrade: x\r\nContent-Length: 2\r\n\r\nok`],
  'no content with a body': ['HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nok'],
  'not modified with a body': ['HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\nok'],
  'two answers': [`${ok}Content-Length: 2\r\n\r\nok`.repeat(2)],
  'two answers, keep-alive': [`${ok}Connection: keep-alive\r\nContent-Length: 2\r\n\r\nok`.repeat(2)],
  'an answer and an early one': [`${ok}Connection: keep-alive\r\nContent-Length: 2\r\n\r\nok`, wait(150), 'HTTP/1.1 408 Timeout\r\nConnection: close\r\n\r\n'],
  'half closed after the answer': [`${ok}Content-Length: 2\r\n\r\nok`, half],
  'half closed in the answer': [`${ok}Content-Length: 10\r\n\r\nok`, half],
  'silence': [wait(200)],
  'silence in the body': [`${ok}Content-Length: 10\r\n\r\nok`, wait(200)],
  'slow body': [`${ok}Content-Length: 6\r\n\r\n`, ...[...'slowly'].flatMap((letter) => [letter, wait(10)])],
  'http 1.0': ['HTTP/1.0 200 OK\r\n\r\nold'],
  'http 1.0, keep-alive': ['HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nold'],
  'duplicates': [`${ok}Content-Type: a\r\nContent-Type: b\r\nSet-Cookie: a\r\nSet-Cookie: b\r\nX: 1\r\nX: 2\r\nETag: 1\r\nETag: 2\r\nContent-Length: 0\r\n\r\n`],
  'names of Object\'s': [`${ok}__proto__: x\r\nconstructor: y\r\nContent-Length: 0\r\n\r\n`],
};
const requests = {
  'get': {},
  'get, keep-alive': { agent: new http.Agent({ keepAlive: true, maxSockets: 1 }) },
  'get, lenient': { insecureHTTPParser: true },
  'get, timeout': { timeout: 60 },
  'get, short heads': { maxHeaderSize: 30 },
  'head': { method: 'HEAD' },
  'post': { method: 'POST', headers: { 'Expect': '100-continue', 'Content-Length': 4 }, body: 'body' },
  'connect': { method: 'CONNECT', path: 'x:1' },
  'upgrade': { headers: { Connection: 'Upgrade', Upgrade: 'x' }, upgrade: true },
};

async function act(socket, steps) {
  for (const step of steps) {
    if (typeof step === 'string') socket.write(step, 'latin1');
    else if (step.ms) await new Promise((resolve) => setTimeout(resolve, step.ms));
    else if (step.reset) return socket.resetAndDestroy();
    else if (step.half) return socket.end();
  }
  socket.end();
}

function ask(port, { body, upgrade, ...options }) {
  return new Promise((resolve) => {
    const events = [];
    const tell = (...words) => events.push(words.filter((word) => word !== undefined).join(' '));
    const failed = (name) => ({ code, reason, message, bytesParsed, rawPacket }) => tell(name, code, reason ?? message, bytesParsed, rawPacket?.length);
    const request = http.request({ host: '127.0.0.1', port, agent: false, ...options });
    const taken = (name) => (response, socket, head) => {
      tell(name, response.statusCode, JSON.stringify(response.rawHeaders), JSON.stringify(String(head)));
      socket.on('error', failed('socket error')).on('close', () => tell('socket close')).destroy();
    };
    if (upgrade) request.on('upgrade', taken('upgrade'));
    if (options.method === 'CONNECT') request.on('connect', taken('connect'));
    request.on('socket', (socket) => {
      tell('socket', request.reusedSocket);
      if (request.reusedSocket) return;
      socket.on('error', failed('socket error')).on('end', () => tell('socket end')).on('close', (bad) => tell('socket close', bad, socket.bytesRead));
    });
    request.on('information', ({ statusCode, rawHeaders }) => tell('information', statusCode, JSON.stringify(rawHeaders)));
    request.on('continue', () => tell('continue'));
    request.on('timeout', () => {
      tell('timeout');
      request.destroy();
    });
    request.on('finish', () => tell('finish')).on('abort', () => tell('abort')).on('error', failed('request error'));
    request.on('close', () => {
      tell('request close', request.destroyed, request.res?.complete);
      setTimeout(resolve, options.agent ? 40 : 15, events); // a kept connection may still be ended by the server
    });
    request.on('response', (response) => {
      tell('response', response.httpVersion, response.statusCode, JSON.stringify(response.statusMessage), JSON.stringify(response.headers).slice(0, 300), response.rawHeaders.length);
      response.setEncoding('latin1');
      let text = '';
      response.on('data', (data) => { text += data; }).on('end', () => tell('end', JSON.stringify(text), JSON.stringify(response.trailers), response.complete));
      response.on('aborted', () => tell('aborted')).on('error', failed('response error')).on('close', () => tell('response close', response.complete, response.errored?.code, JSON.stringify(text)));
    });
    request.end(body);
  });
}

(async () => {
  const options = requests[process.argv[2]];
  for (const [name, steps] of Object.entries(answers)) {
    const server = net.createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => {}).on('end', () => socket.end());
      let seen = '';
      socket.on('data', (data) => {
        const before = seen.includes('\r\n\r\n');
        seen += data;
        if (!before && seen.includes('\r\n\r\n')) act(socket, steps);
      });
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    for (let n = 0; n < (options.agent ? 2 : 1); n++) console.log(`${name}:\n  ${(await ask(server.address().port, options)).join('\n  ')}`);
    options.agent?.destroy();
    server.close();
  }
})();
