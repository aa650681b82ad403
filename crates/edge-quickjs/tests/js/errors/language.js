// Where the language's finer points are V8's: order of evaluation, targets of assignments, with, typed arrays,
// modules' own matters excepted (test262 has those).
globalThis.f = function f() { print('called'); return {}; };
for (const s of ['f() = g()', 'f() += 1', 'f()++', '++f()', '--f()', 'for (f() of [1]) ;', 'for (f() in {a: 1}) ;', '(f()) = 1', 'eval("1") = 1', 'f(...[]) = 1', 'f.call() = 1', 'f`` = 1', 'f() &&= 1', 'f() ??= 1', '[f()] = [1]', '({a: f()} = {})', 'new f() = 1', 'f?.() = 1', '1 + {} = 0', '1 + [] = 0', 'x = [] = []']) {
  try { print(s, '=>', runScript(s, 's')); } catch (e) { print(s, '=>', e.name, e.message); }
}
const log = [];
const key = (name) => ({ toString() { log.push('key ' + name); return name; } });
const object = (name) => (log.push(name), { set q(v) { log.push('set'); }, get p() { log.push('get'); return undefined; } });
const value = () => (log.push('value'), 1);
const told = (text) => { print(text, log.join(', ')); log.length = 0; };
object('o')[key('q')] = value(); told('=');
object('o')[key('p')] += value(); told('+=');
({ [key('k')]: value() }); told('{}');
({ [key('p')]: object('t')[key('q')] = value() } = object('s')); told('pattern');
[object('t')[key('q')]] = { *[Symbol.iterator]() { log.push('next'); yield 1; } }; told('[]');
for (object('t')[key('q')] of [1]) ; told('for');
try { null[key('q')] = value(); } catch (e) { told(e.message); }
try { let u; u[key('q')] = value(); } catch (e) { told(e.message); }
class A extends Object { m() { super[key('q')] = value(); return this.q; } }
print(new A().m()); told('super');
{ let o = {}, k = 'a'; print(o[k] = 1, o[k]++, o[k] **= 3, o[k]); }
class G { get
  *a() { yield 1; }
  static set
  *b() { yield 2; } }
print([...new G().a()], [...G.prototype.b?.() ?? G.b()], Object.keys(new G()), Object.keys(G));
print(runScript(`var env = { NaN: 1 }; Object.setPrototypeOf(env, new Int32Array(2)); with (env) { NaN = (delete env.NaN, 0) } Object.keys(env).length`, 's'));
print(runScript(`var e = { b: 0, get [Symbol.unscopables]() { delete e.b; return null; } }; with (e) (function () { 'use strict'; try { return b } catch (x) { return x.message } })()`, 's'));
const closed = (name) => ({ [Symbol.iterator]() { return this; }, next() { return { value: Promise.reject(new Error(name)), done: false }; }, return() { print(name, 'closed'); return {}; } });
(async () => {
  try { for await (const x of closed('for await')) ; } catch (e) { print(e.message); }
  async function* g() { yield* closed('yield*'); }
  try { for await (const x of g()) ; } catch (e) { print(e.message); }
  try { await Promise.any([Promise.reject(1)]); } catch (e) { print(Object.getOwnPropertyNames(e), e.stack); }
  try { await Promise.any([]); } catch (e) { print(e.stack); }
})();
const sloppy = runScript('(function named(a, b) {})', 's');
print(Object.getOwnPropertyNames(sloppy), JSON.stringify(Object.getOwnPropertyDescriptor(sloppy, 'caller')), Reflect.has(sloppy, 'arguments'), sloppy.hasOwnProperty('arguments'));
print(Reflect.deleteProperty(sloppy, 'caller'), Reflect.defineProperty(sloppy, 'caller', { value: 1 }), Reflect.defineProperty(sloppy, 'caller', { value: null }), Object.isFrozen(Object.freeze(sloppy)));
for (const g of [() => {}, class {}, async function () {}, function* () {}, { m() {} }.m, function () { 'use strict'; }, sloppy.bind()]) print(g.hasOwnProperty('caller'), Object.getOwnPropertyNames(g));
