// A forward proxy: HTTP requests are passed on, CONNECT opens a tunnel (which is how https goes through). See README.md.
import { createServer, request as ask } from 'node:http';
import { connect } from 'node:net';
import { pipeline } from 'node:stream';
import { pathToFileURL } from 'node:url';

// Headers that speak of one connection only (RFC 9110, 7.6.1), not of the message.
const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'];

/** The pairs of `rawHeaders` that may travel on: neither hop-by-hop nor named by a `Connection` header nor one of `others`. */
function endToEnd({ rawHeaders, headers }, others = []) {
  const dropped = new Set([...HOP_BY_HOP, ...others, ...(headers.connection ?? '').toLowerCase().split(',').map((name) => name.trim())]);
  const kept = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (!dropped.has(rawHeaders[i].toLowerCase())) kept.push(rawHeaders[i], rawHeaders[i + 1]);
  }
  return kept;
}

const explain = (error) => `${error.code ?? error.message}\n`;

/**
 * The proxy as a server that does not listen yet.
 * `allow(host, port)` says who may be reached; `log(line)` gets a line for each request or tunnel that ended; `timeout` is in ms.
 */
export function createProxy({ allow = () => true, log = () => {}, timeout = 30_000 } = {}) {
  const server = createServer((request, response) => {
    response.on('close', () => log(`${request.method} ${request.url} ${response.statusCode}${response.writableFinished ? '' : ' cut'}`));
    const refuse = (status, text) => response.writeHead(status, { 'content-type': 'text/plain', 'connection': 'close' }).end(text);
    const url = URL.canParse(request.url) ? new URL(request.url) : undefined;
    if (url?.protocol !== 'http:') return refuse(400, 'ask me for an absolute http:// address\n');
    const port = Number(url.port || 80);
    if (!allow(url.hostname, port)) return refuse(403, 'not allowed\n');

    const headers = [...endToEnd(request, ['host']), 'Host', url.host];
    // A body goes on as it came: with its length, or in chunks.
    if (request.headers['transfer-encoding'] !== undefined) headers.push('Transfer-Encoding', 'chunked');
    headers.push('Via', `${request.httpVersion} edge-proxy`, 'X-Forwarded-For', request.socket.remoteAddress);
    const onward = ask({ host: url.hostname.replace(/^\[|\]$/g, ''), port, path: url.pathname + url.search, method: request.method, headers, timeout });
    onward.on('timeout', () => onward.destroy(Object.assign(new Error('too slow'), { status: 504 })));
    onward.on('error', (error) => (response.headersSent ? response.destroy() : refuse(error.status ?? 502, explain(error))));
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode, answer.statusMessage, [...endToEnd(answer), 'Via', `${answer.httpVersion} edge-proxy`]);
      // Whichever side breaks off, the other one is told by a cut message, never by one that looks complete.
      pipeline(answer, response, () => {});
    });
    response.on('close', () => response.writableFinished || onward.destroy());
    request.pipe(onward);
  });

  server.on('connect', (request, client, head) => {
    const target = request.url.match(/^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/);
    const port = Number(target?.[3]);
    const host = target?.[1] ?? target?.[2];
    let status = 0;
    client.on('error', () => {});
    client.on('close', () => log(`CONNECT ${request.url} ${status}`));
    const refuse = (code, reason, text = '') => {
      status = code;
      client.end(`HTTP/1.1 ${code} ${reason}\r\nConnection: close\r\nContent-Length: ${text.length}\r\n\r\n${text}`);
    };
    if (!target || port < 1 || port > 65535) return refuse(400, 'Bad Request');
    if (!allow(host, port)) return refuse(403, 'Forbidden');
    const onward = connect({ host, port, allowHalfOpen: true });
    onward.on('error', (error) => (status === 200 ? client.destroy() : refuse(502, 'Bad Gateway', explain(error))));
    onward.once('connect', () => {
      status = 200;
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      onward.write(head);
      // Both directions end on their own, so that a half-closed tunnel still carries the other half.
      client.pipe(onward).pipe(client);
    });
    client.on('close', () => onward.destroy());
  });
  return server;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const server = createProxy({ log: console.log }).listen(Number(process.env.PORT ?? 8080), () => console.log(`proxy on http://localhost:${server.address().port}`));
  process.once('SIGINT', () => {
    server.close();
    server.closeAllConnections();
  });
}
