const assert = require('node:assert');

describe('arithmetic', () => {
  let log;
  before(() => { log = []; });
  beforeEach(function () { log.push(this.currentTest.title); });
  after(() => assert.strictEqual(log.length, 8));

  it('adds', () => assert.strictEqual(1 + 1, 2));
  it('fails with a diff', () => assert.deepStrictEqual({ a: [1, 2, { b: 3 }], c: 'x' }, { a: [1, 2, { b: 4 }], c: 'y' }));
  it('awaits', async () => { assert.strictEqual(await Promise.resolve(4), 4); });
  it('calls back', (done) => setTimeout(done, 2));
  it('is written later');
  it('rejects', async () => { throw new TypeError('thrown on purpose'); });
  it('times out', function (done) { this.timeout(20); void done; });
  it('retries', function () {
    this.retries(2);
    this.constructor.count = (this.constructor.count ?? 0) + 1;
    assert.ok(this.constructor.count > 1, 'not yet');
  });
  describe('nested', () => {
    it.skip('is skipped', () => assert.fail());
  });
});
