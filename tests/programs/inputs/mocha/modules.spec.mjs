import { strict as assert } from 'node:assert';
import { readFile } from 'node:fs/promises';

describe('an ES module', () => {
  it('knows where it is', () => assert.match(import.meta.url, /modules\.spec\.mjs$/));
  it('reads itself', async () => assert.ok((await readFile(new URL(import.meta.url), 'utf8')).startsWith('import')));
  it('throws', () => assert.throws(() => JSON.parse('{'), SyntaxError));
});
