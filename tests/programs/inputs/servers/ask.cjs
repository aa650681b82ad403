// One request after another against a server of this process, and what came back, in an order and a form that do not depend on time.
'use strict';
const http = require('http');

const VOLATILE = new Set(['date', 'last-modified', 'keep-alive', 'x-response-time', 'x-ratelimit-reset']);

function request(port, { method = 'GET', path = '/', headers = {}, body }) {
  return new Promise((resolve, reject) => {
    const req = http.request({ port, method, path, headers, agent: false }, (res) => {
      const chunks = [];
      res.on('data', (chunk) => chunks.push(chunk));
      res.on('end', () => resolve({ status: res.statusCode, text: res.statusMessage, headers: res.headers, body: Buffer.concat(chunks) }));
      res.on('error', reject);
    });
    req.on('error', reject);
    req.end(body);
  });
}

exports.request = request;

exports.askAll = async function askAll(port, questions) {
  for (const question of questions) {
    const asked = typeof question === 'string' ? { path: question } : question;
    const { status, text, headers, body } = await request(port, asked);
    const shown = Object.entries(headers).filter(([name]) => !VOLATILE.has(name)).map(([name, value]) => `${name}: ${name === 'etag' ? String(value).replace(/-[0-9a-f]+"/, '-…"') : value}`);
    console.log(asked.method ?? 'GET', asked.path, '->', status, text);
    console.log(shown.map((line) => `  ${line}`).join('\n'));
    console.log(body.length > 400 ? `  ${body.length} bytes, ${require('crypto').createHash('sha1').update(body).digest('hex')}` : `  ${body.toString().replaceAll(process.cwd(), '.').replaceAll('\n', '\n  ')}`);
  }
};

exports.json = (path, value, method = 'POST') => ({ method, path, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) });
exports.form = (path, text) => ({ method: 'POST', path, headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: text });
