// Every way to recurse on the native stack ends in a RangeError, never a crash.
const shapes = {
  call() { (function f() { f(); })(); },
  construct() { (function F() { new F(); })(); },
  classCtor() { class A { constructor() { new A(); } } new A(); },
  superCtor() { class A { constructor() { new B(); } } class B extends A {} new B(); },
  getter() { const o = { get x() { return this.x; } }; o.x; },
  setter() { const o = { set x(v) { this.x = v; } }; o.x = 1; },
  toStringConv() { const o = { toString() { return '' + o; } }; '' + o; },
  valueOf() { const o = { valueOf() { return +o; } }; +o; },
  proxyGet() { const p = new Proxy({}, { get(t, k, r) { return r[k]; } }); p.x; },
  proxyChain() { let p = {}; for (let i = 0; i < 200000; i++) p = new Proxy(p, {}); p.x; },
  proxyProto() { const p = new Proxy({}, {}); Object.setPrototypeOf(p, p); p.x; },
  proxyArray() { let p = []; for (let i = 0; i < 200000; i++) p = new Proxy(p, {}); Array.isArray(p); },
  bindChain() { let f = () => 1; for (let i = 0; i < 200000; i++) { f = f.bind(); delete f.name; } f(); },
  bindNew() { let f = function () {}; for (let i = 0; i < 200000; i++) { f = f.bind(); delete f.name; } new f(); },
  instanceofBound() { let f = function () {}; for (let i = 0; i < 200000; i++) { f = f.bind(); delete f.name; } ({}) instanceof f; },
  apply() { function f() { f.apply(null, arguments); } f(1); },
  reflect() { function f() { Reflect.apply(f, null, []); } f(); },
  spread() { function f(...a) { f(...a); } f(1, 2, 3); },
  sort() { function f() { [2, 1].sort(() => { f(); return 0; }); } f(); },
  map() { function f() { [1].map(f); } f(); },
  forEach() { function f() { new Map([[1, 1]]).forEach(f); } f(); },
  replace() { function f() { 'a'.replace(/a/, f); } f(); },
  generator() { function* g() { yield* g(); } g().next(); },
  generatorNext() { function* g() { g().next(); } g().next(); },
  asyncFn() { let e; async function f() { try { const p = f(); await p; } catch (x) { e ??= x; throw x; } } f(); edge.runMicrotasks(); throw e; },
  asyncGen() { async function* g() { g().next(); } g().next(); throw new RangeError('Maximum call stack size exceeded'); },
  evalNest() { function f() { eval('f()'); } f(); },
  newFunction() { globalThis.__f = () => new Function('__f()')(); __f(); },
  jsonParse() { JSON.parse('['.repeat(1000000)); },
  jsonParseObj() { JSON.parse('{"a":'.repeat(500000) + '1' + '}'.repeat(500000)); },
  jsonReviver() { JSON.parse('['.repeat(5000) + ']'.repeat(5000), function f(k, v) { return JSON.parse('[[[]]]', f); }); },
  jsonStringify() { let a = []; for (let i = 0; i < 300000; i++) a = [a]; JSON.stringify(a); },
  jsonToJSON() { const o = { toJSON() { return JSON.stringify(o); } }; JSON.stringify(o); },
  parseParens() { eval('('.repeat(500000)); },
  parseArrays() { eval('['.repeat(500000)); },
  parseBlocks() { eval('{'.repeat(500000)); },
  parseFns() { eval('function f(){ '.repeat(60000)); },
  parseArrow() { eval('a=>'.repeat(300000) + '1'); },
  parseTemplate() { eval('`${'.repeat(200000)); },
  parseUnary() { eval('!'.repeat(1000000) + '1'); },
  parseNew() { eval('new '.repeat(1000000) + 'x'); },
  parseTernary() { eval('1?'.repeat(500000) + '1' + ':1'.repeat(500000)); },
  parsePow() { eval('1**'.repeat(500000) + '1'); },
  parseBinary() { eval('1' + '+(1'.repeat(300000) + ')'.repeat(300000)); },
  parseAssign() { eval('a='.repeat(500000) + '1'); },
  parseDestructure() { eval('var ' + '['.repeat(30000) + 'a' + ']=[]'.repeat(30000)); },
  parseClass() { eval('class A extends '.repeat(100000) + 'B{}'); },
  parseIf() { eval('if(1)'.repeat(300000) + ';'); },
  parseLabel() { let s = ''; for (let i = 0; i < 100000; i++) s += 'l' + i + ':'; eval(s + ';'); },
  parseAwait() { eval('async()=>' + 'await '.repeat(500000) + '1'); },
  regexGroups() { new RegExp('(?<a>b)|('.repeat(200000) + ')'.repeat(200000)); },
  regexNoncap() { new RegExp('(?:'.repeat(200000) + ')'.repeat(200000)); },
  regexLook() { new RegExp('(?=a'.repeat(100000) + ')'.repeat(100000)).test('aaaa'); },
  regexClassV() { new RegExp('['.repeat(200000) + ']'.repeat(200000), 'v'); },
  arrayFlat() { let a = []; for (let i = 0; i < 300000; i++) a = [a]; a.flat(Infinity); },
  arrayToString() { let a = []; for (let i = 0; i < 300000; i++) a = [a]; String(a); },
  arrayJoinSelf() { const o = { toString() { return [o].join(); } }; [o].join(); },
  iteratorClose() { const it = { [Symbol.iterator]() { return this; }, next() { return { done: false }; }, return() { const [a] = it; } }; const [a] = it; },
  taggedTemplate() { function f() { f``; } f(); },
  dynProto() { const o = { get __proto__() { return this.__proto__; } }; o.__proto__; },
  symbolToPrimitive() { const o = { [Symbol.toPrimitive]() { return `${o}`; } }; `${o}`; },
  errorToString() { const e = new Error(); Object.defineProperty(e, 'message', { get() { return String(e); } }); String(e); },
  errorCause() { class E extends Error { constructor() { super('', { get cause() { return new E(); } }); } } new E(); },
  destructDefault() { function f({ a = f({}) }) {} f({}); },
  dateToJSON() { Date.prototype.toISOString = function () { return this.toJSON(); }; new Date().toJSON(); },
  promiseThenable() { const p = { get then() { return this.then; } }; p.then; },
  iteratorHelper() { let it = [1].values(); for (let i = 0; i < 100000; i++) it = it.map((x) => x); it.next(); },
  wrapIterator() { function* g(n) { yield* (n ? g(n - 1) : []); } [...g(100000)]; },
  concatRope() { let s = ''; for (let i = 0; i < 10000; i++) s = "a" + s + "b"; s.charCodeAt(5); throw new RangeError('Maximum call stack size exceeded'); },
  freeDeep() { let a = {}; for (let i = 0; i < 1000000; i++) a = { a }; a = null; edge.gc(); throw new RangeError('Maximum call stack size exceeded'); },
  freeClosures() { let f = () => 1; for (let i = 0; i < 500000; i++) { const g = f; f = () => g; } f = null; edge.gc(); throw new RangeError('Maximum call stack size exceeded'); },
  gcDeepCycle() { let a = {}; const r = a; for (let i = 0; i < 500000; i++) a = { a }; r.r = a; a = null; edge.gc(); throw new RangeError('Maximum call stack size exceeded'); },
  promiseChainFree() { let p = new Promise(() => {}); for (let i = 0; i < 200000; i++) p = p.then(() => {}); p = null; edge.gc(); throw new RangeError('Maximum call stack size exceeded'); },
  generatorFree() { let g = null; for (let i = 0; i < 100000; i++) { const h = g; g = (function* () { yield h; })(); g.next(); } g = null; edge.gc(); throw new RangeError('Maximum call stack size exceeded'); },
  mapNestFree() { let m = new Map(); for (let i = 0; i < 300000; i++) m = new Map([[m, 1]]); m = null; edge.gc(); throw new RangeError('Maximum call stack size exceeded'); },
  weakMapChain() { const w = new WeakMap(); let k = {}; const first = k; for (let i = 0; i < 200000; i++) { const n = {}; w.set(k, n); k = n; } k = null; edge.gc(); throw new RangeError('Maximum call stack size exceeded'); },
  bigShape() { const o = {}; for (let i = 0; i < 100000; i++) o['k' + i] = i; edge.gc(); throw new RangeError('Maximum call stack size exceeded'); },
  inspectLike() { const o = {}; o.o = o; (function walk(x) { for (const k in x) walk(x[k]); })(o); },
  jsonBigKeys() { let s = '1'; for (let i = 0; i < 200000; i++) s = '{"k":' + s; JSON.parse(s); },
};
let bad = 0, n = 0;
for (const [name, f] of Object.entries(shapes)) {
  if (globalThis.only && globalThis.only !== name) continue;
  n++;
  if (globalThis.edgeVerbose) print(name);
  try {
    f();
    print(name, 'returned');
    bad++;
  } catch (e) {
    if (e instanceof SyntaxError && /^(stack overflow|too many captures)$/.test(e.message)) continue;
    if (!(e instanceof RangeError) || e.message !== 'Maximum call stack size exceeded') {
      print(name, String(e).slice(0, 120));
      bad++;
    }
  }
}
print(n, 'shapes,', bad, 'other ends');
