// Names of anonymous functions in stacks, by what they are assigned to.
globalThis.exports = {}; globalThis.module = { exports };
function attempt(f) { try { f(); } catch (e) { print(e.stack.split('\n')[1], JSON.stringify(f.name)); } }
function Foo() { this.own = function() { throw new Error(); }; this.arrow = () => { throw new Error(); }; }
Foo.prototype.bar = function() { throw new Error(); };
Foo.stat = function() { throw new Error(); };
exports.f = function() { throw new Error(); };
module.exports.g = async () => { throw new Error(); };
const o = { n: {} }; o.n.x = () => { throw new Error(); };
o['s'] = function() { throw new Error(); };
o . sp = function() { throw new Error(); };
const foo = new Foo();
attempt(() => foo.own()); attempt(() => foo.arrow()); attempt(() => foo.bar()); attempt(() => Foo.stat()); attempt(() => exports.f());
module.exports.g().catch((e) => print(e.stack.split('\n')[1]));
attempt(() => o.n.x()); attempt(() => o.sp());
attempt(foo.bar); attempt(o.n.x); attempt(exports.f);
print(JSON.stringify(exports.f.name), JSON.stringify(o.n.x.name), exports.f.toString());
module.exports = function() { throw new Error(); }; attempt(() => module.exports());
const where = () => new Error().stack.split('\n')[2].trim().replace(/\(.*[\\/]/, '(').replace(/at .*[\\/]/, 'at ');
const channel = { trace(f) { return f(); } };
print(channel.trace(() => where(), { __proto__: null, a: 1 }));
print(channel.trace(() => where()));
const traced = channel.trace(function() { return where(); }, { b: 1, a: 1 }); print(traced);
print(channel.trace(() => where(), [1]), channel.trace(() => where(), { c() {} }));
async function outer() { return channel.trace(async () => { await null; return where(); }, { f: 1 }); } outer().then(print);
