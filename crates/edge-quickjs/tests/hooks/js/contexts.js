// A realm whose global is backed by a sandbox.
const show = (v) => JSON.stringify(v, (k, x) => typeof x === 'function' ? 'fn' : typeof x === 'symbol' ? String(x) : x);
const sandbox = { x: 1, nested: { y: 2 }, get acc() { return this === sandbox ? 'acc' : 'acc?'; }, set acc(v) { sandbox.seen = v; } };
const c = edge.newContext(sandbox);
const run = (src) => { try { return edge.runScriptIn(edge.compileScript(src, 'ctx.js'), c); } catch (e) { return `${e.name}: ${e.message}`; } };
const t = (src) => print(src, '=>', show(run(src)));
t('x'); t('x = 5'); print(sandbox.x); t('var v = 7; v'); print(sandbox.v); t('function f() { return this === globalThis }; f()'); print(typeof sandbox.f);
t('let l = 3; const k = 4; class K {}; l + k'); print('l' in sandbox, 'K' in sandbox); t('l + k + typeof K'); t('let l = 4'); t('l = 9; l');
t('y'); t('typeof y'); t('y = 1; y'); print(sandbox.y); t('"use strict"; zz = 1'); t('"use strict"; x = 6; x');
t('this === globalThis'); t('globalThis.x'); t('this.z = 1; z'); print(sandbox.z); t('delete this.z'); print('z' in sandbox); t('delete globalThis.x; typeof x'); print('x' in sandbox);
t('acc'); t('acc = 10; acc'); print(sandbox.seen);
t('Object.keys(globalThis)'); t('Object.getOwnPropertyNames(globalThis).includes("Array")'); t('"x" in globalThis'); t('"Array" in globalThis'); t('"nope" in this');
t('Object.defineProperty(globalThis, "dp", { value: 1, configurable: true }); dp'); print(show(Object.getOwnPropertyDescriptor(sandbox, 'dp')));
t('Object.getOwnPropertyDescriptor(globalThis, "nested")'); t('Object.getOwnPropertyDescriptor(globalThis, "v")');
t('undefined = 1; undefined'); t('"use strict"; undefined = 1'); t('NaN = 1; NaN'); t('Array = 5; Array'); print(sandbox.Array); t('delete this.Array'); t('typeof Array');
t('for (var i = 0; i < 3; i++); i'); print(sandbox.i);
t('Object.prototype.toString.call(globalThis)'); t('typeof globalThis'); t('globalThis instanceof Object'); t('Object.getPrototypeOf(globalThis) === Object.prototype');
t('[] instanceof Array'); print(run('[]') instanceof Array, Array.isArray(run('[]')), run('Array') === Array, run('({})').constructor === Object);
print(run('new Error("q")') instanceof Error, run('(function(){ try { null.x } catch (e) { return e } })()') instanceof TypeError, run('TypeError') === TypeError);
t('eval("var ev = 3"); ev'); print(sandbox.ev); t('(0, eval)("var ev2 = 4"); ev2'); print(sandbox.ev2); t('new Function("return x2 = 8")()'); print(sandbox.x2);
t('typeof process'); t('typeof console === "undefined" || typeof console'); t('typeof queueMicrotask'); t('typeof WeakRef + typeof Promise + typeof Map + typeof Intl + typeof SharedArrayBuffer + typeof Atomics'.replace(' + typeof Intl', ''));
sandbox.self = sandbox; t('self === globalThis'); t('Object.getOwnPropertyDescriptor(this, "self").value === globalThis');
t('[...Object.keys(this)].length > 3'); t('(() => { for (const q in globalThis) if (q === "nested") return q })()');
t('this[Symbol.for("s")] = 1; this[Symbol.for("s")]'); print(Symbol.for('s') in sandbox);
t('hasOwnProperty("nested")'); t('toString()'); t('var hasOwnProperty; typeof hasOwnProperty');
t('var dd = 1; delete dd; typeof dd'); print('dd' in sandbox); t('function df() {} delete df; typeof df'); t('delete this.f; typeof f');
const frozen = edge.newContext(Object.freeze({ a: 1 })); const runF = (s) => { try { return edge.runScriptIn(edge.compileScript(s, 'f.js'), frozen); } catch (e) { return String(e); } };
print(runF('a = 2; a'), runF('b = 1; typeof b'));
const van = edge.newContext(undefined), g = edge.globalOf(van); g.q = 5; const runV = (s) => edge.runScriptIn(edge.compileScript(s, 'v.js'), van);
print(runV('q'), runV('var w = 1; w'), g.w, runV('globalThis') === g, g instanceof Object, runV('let m = 1; typeof this.m'));
const sc = edge.compileScript('typeof counter === "undefined" ? counter = 1 : ++counter', 's.js');
print(edge.runScriptIn(sc, c), edge.runScriptIn(sc, c), edge.runScriptIn(sc, van), edge.runScriptIn(sc, c), edge.runScriptIn(sc, van));
const proxied = edge.newContext(new Proxy({ p: 1 }, {})); print(edge.runScriptIn(edge.compileScript('p + 1', 'p.js'), proxied));
const inh = edge.newContext(Object.create({ inherited: 3 })); print(edge.runScriptIn(edge.compileScript('inherited', 'p.js'), inh), edge.runScriptIn(edge.compileScript('inherited = 4; inherited', 'p.js'), inh));
{ let f = edge.runScriptIn(edge.compileScript('(() => () => typeof Array + keep)()', 'k.js'), edge.newContext({ keep: 'K' })); edge.gc(); print(f()); f = null; }
{ let gl = edge.globalOf(edge.newContext({ q: 1 })); edge.gc(); print(gl.q, typeof gl.Array); }
{ edge.runScriptIn(edge.compileScript('Promise.resolve().then(() => print2("job"))', 'j.js'), edge.newContext({ print2: print })); edge.gc(); edge.runMicrotasks(); }
for (let i = 0; i < 20; i++) { const cc = edge.newContext({ i }); edge.runScriptIn(edge.compileScript('self = this; var fn = () => i; fn()', 'x.js'), cc); }
edge.gc();
