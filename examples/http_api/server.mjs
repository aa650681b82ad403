// A small HTTP API over node:http and nothing else: notes in memory, as JSON. See README.md.
import { createHash, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

const LARGEST_BODY = 64 * 1024;

/** An answer that is not a success; thrown anywhere in a handler. */
class Refusal extends Error {
  constructor(status, message, headers = {}) {
    super(message);
    Object.assign(this, { status, headers });
  }
}

async function readJson(request) {
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) throw new Refusal(415, 'send application/json');
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > LARGEST_BODY) throw new Refusal(413, `at most ${LARGEST_BODY} bytes`, { connection: 'close' });
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch (error) {
    throw new Refusal(400, `not JSON: ${error.message}`);
  }
}

function checkNote(value) {
  const wrong = [];
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new Refusal(422, 'a note is an object');
  if (typeof value.text !== 'string' || value.text.trim() === '') wrong.push('text: a text that is not empty');
  if (!Array.isArray(value.tags ?? []) || (value.tags ?? []).some((tag) => typeof tag !== 'string')) wrong.push('tags: a list of texts');
  if (wrong.length) throw new Refusal(422, wrong.join('; '));
  return { text: value.text, tags: value.tags ?? [] };
}

/** The API as a server that does not listen yet. */
export function createApi({ newId = randomUUID, now = () => new Date() } = {}) {
  const notes = new Map();
  const found = (id) => notes.get(id) ?? (() => { throw new Refusal(404, `no note ${id}`); })();

  // Method and path; a handler gives [status, body] or [status, body, headers].
  const routes = [
    ['GET', /^\/notes$/, ({ url }) => {
      const tag = url.searchParams.get('tag');
      const limit = Number(url.searchParams.get('limit') ?? 20);
      if (!Number.isInteger(limit) || limit < 1 || limit > 100) throw new Refusal(400, 'limit: a number from 1 to 100');
      const chosen = [...notes.values()].filter(({ tags }) => !tag || tags.includes(tag));
      return [200, { total: chosen.length, notes: chosen.slice(0, limit) }];
    }],
    ['POST', /^\/notes$/, async ({ request }) => {
      const note = { id: newId(), ...checkNote(await readJson(request)), created: now().toISOString() };
      notes.set(note.id, note);
      return [201, note, { location: `/notes/${note.id}` }];
    }],
    ['GET', /^\/notes\/([^/]+)$/, ({ params: [id] }) => [200, found(id)]],
    ['PUT', /^\/notes\/([^/]+)$/, async ({ request, params: [id] }) => {
      const note = { ...found(id), ...checkNote(await readJson(request)) };
      notes.set(id, note);
      return [200, note];
    }],
    ['DELETE', /^\/notes\/([^/]+)$/, ({ params: [id] }) => {
      notes.delete(found(id).id);
      return [204];
    }],
    ['GET', /^\/health$/, () => [200, { ok: true, notes: notes.size }]],
  ];

  async function handle(request) {
    const url = new URL(request.url, 'http://api');
    const matching = routes.filter(([, path]) => path.test(url.pathname));
    if (matching.length === 0) throw new Refusal(404, `nothing at ${url.pathname}`);
    const wanted = request.method === 'HEAD' ? 'GET' : request.method;
    const route = matching.find(([method]) => method === wanted);
    if (!route) throw new Refusal(405, `not ${request.method}`, { allow: matching.map(([method]) => method).join(', ') });
    return route[2]({ request, url, params: url.pathname.match(route[1]).slice(1).map(decodeURIComponent) });
  }

  return createServer(async (request, response) => {
    let status, body, headers;
    try {
      [status, body, headers = {}] = await handle(request);
    } catch (error) {
      const expected = error instanceof Refusal || error instanceof URIError;
      if (!expected) console.error(error);
      [status, headers] = [error.status ?? (expected ? 400 : 500), error.headers ?? {}];
      body = { error: expected ? error.message : 'internal error' };
    }
    if (body === undefined) return response.writeHead(status, headers).end();
    const text = JSON.stringify(body);
    const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 16)}"`;
    if (status === 200 && request.headers['if-none-match'] === etag) return response.writeHead(304, { etag }).end();
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), etag, ...headers });
    response.end(request.method === 'HEAD' ? undefined : text);
  });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const server = createApi().listen(Number(process.env.PORT ?? 3000), () => console.log(`http://localhost:${server.address().port}/notes`));
  // Ctrl-C and `kill`: no new connections, the running requests end, idle connections are closed.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close(() => console.log('closed')));
}
