// A chat: one page, one room, everything over node:http and websocket.mjs. See README.md.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';
import { accept } from './websocket.mjs';

const HISTORY = 50;
const page = new URL('./public/index.html', import.meta.url);
const POLICY = "default-src 'none'; connect-src 'self' ws: wss:; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

/** The chat as a server that does not listen yet. Messages are JSON: from a client `join` and `say`, to it `history`, `people`, `said` and `refused`. */
export function createChat({ now = () => new Date() } = {}) {
  const people = new Map(); // connection → name
  const history = [];
  const tell = (connection, message) => connection.send(JSON.stringify(message));
  const tellAll = (message) => {
    for (const connection of people.keys()) tell(connection, message);
  };
  const tellPeople = () => tellAll({ type: 'people', names: [...people.values()].sort() });

  const actions = {
    join(connection, { name }) {
      const wanted = typeof name === 'string' ? name.trim().slice(0, 30) : '';
      if (people.has(connection) || !wanted) return tell(connection, { type: 'refused', why: 'a name, once' });
      if ([...people.values()].includes(wanted)) return tell(connection, { type: 'refused', why: `${wanted} is taken` });
      people.set(connection, wanted);
      tell(connection, { type: 'history', said: history });
      tellPeople();
    },
    say(connection, { text }) {
      const name = people.get(connection);
      if (!name || typeof text !== 'string' || !text.trim()) return tell(connection, { type: 'refused', why: 'join, then say something' });
      const said = { type: 'said', name, text: text.slice(0, 2000), at: now().toISOString() };
      history.push(said);
      if (history.length > HISTORY) history.shift();
      tellAll(said);
    },
  };

  const server = createServer(async (request, response) => {
    if (request.url !== '/' || !['GET', 'HEAD'].includes(request.method)) return response.writeHead(404).end();
    const body = await readFile(page);
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-length': body.length, 'content-security-policy': POLICY });
    response.end(body);
  });
  const connections = new Set();
  server.on('upgrade', (request, socket, head) => {
    const connection = accept(request, socket, head);
    if (!connection) return;
    connections.add(connection);
    connection.on('message', (text) => {
      let message;
      try {
        message = JSON.parse(text);
      } catch {
        return connection.close(1007, 'JSON, please');
      }
      if (message === null || !Object.hasOwn(actions, message.type)) return connection.close(1008, 'join or say');
      actions[message.type](connection, message);
    });
    connection.on('close', () => {
      connections.delete(connection);
      if (people.delete(connection)) tellPeople();
    });
  });
  /** Says goodbye to everyone and stops listening. */
  server.shutDown = () => {
    server.close();
    for (const connection of connections) connection.close(1001, 'the server stops');
  };
  return server;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const server = createChat().listen(Number(process.env.PORT ?? 3000), () => console.log(`http://localhost:${server.address().port}/`));
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, server.shutDown);
}
