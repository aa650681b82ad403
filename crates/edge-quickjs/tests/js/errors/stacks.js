// Frames as V8 writes them, and the CallSite interface.
function attempt(label, f) {
  try { f(); print(label, 'no error'); } catch (e) {
    const lines = String(e.stack).split('\n').filter((l) => /^    at /.test(l)).map((l) => l.trim());
    const end = lines.findIndex((l) => /attempt/.test(l));
    print(label, '|', lines.slice(0, end < 0 ? 3 : end).join(' ; '));
  }
}
const cases = {
  fnrecv() { function F() {} F.m = function nm() { throw new Error(); }; F.m(); },
  clsrecv() { class F {} F.m = function nm() { throw new Error(); }; F.m(); },
  arrowrecv() { const F = () => {}; F.m = function nm() { throw new Error(); }; F.m(); },
  sub() { class A extends Error { constructor() { super(); } } class B extends A {} throw new B(); },
  construct() { throw Reflect.construct(Error, [], function Foo() {}); },
  proto() { function Foo() {} Foo.prototype.bar = function() { throw new Error(); }; new Foo().bar(); },
  proto2() { function Foo() {} Foo.prototype = { bar: function() { throw new Error(); } }; new Foo().bar(); },
  objlit() { const x = { y: { z: function() { throw new Error(); } } }; x.y.z(); },
  arg() { [1].map(function() { throw new Error(); }); },
  comp() { const k = 'kk'; const x = { [k]: function() { throw new Error(); } }; x.kk(); },
  iife() { (function() { throw new Error(); })(); },
  nullproto() { const o = Object.create(null); o.x = function nm() { throw new Error(); }; o.x(); },
  twice() { const nm = function nm() { throw new Error(); }; const o = { a: nm, b: nm }; o.a(); },
  cls() { class A { #p() { throw new Error(); } q() { this.#p(); } static s() { new A().q(); } } A.s(); },
  clsexpr() { const A = class { q() { throw new Error(); } }; new A().q(); },
  inh() { class A { q() { throw new Error(); } } class B extends A {} new B().q(); },
  inh2() { class A { q() { throw new Error(); } } class B extends A { q() { super.q(); } } new B().q(); },
  sym() { const o = { [Symbol('foo')]() { throw new Error(); } }; o[Object.getOwnPropertySymbols(o)[0]](); },
  symit() { const o = { [Symbol.iterator]() { throw new Error(); } }; o[Symbol.iterator](); },
  getter() { const o = { get a() { throw new Error(); } }; o.a; },
  setter() { const o = { set a(v) { throw new Error(); } }; o.a = 1; },
  tag() { const o = { [Symbol.toStringTag]: 'Tagged', m() { throw new Error(); } }; o.m(); },
  proxy() { const o = new Proxy({ m() { throw new Error(); } }, {}); o.m(); },
  prim() { Number.prototype.zz = function q() { throw new Error(); }; (5).zz(); },
  fnnew() { function F() { throw new Error(); } new F(); },
  fnnew2() { const F = function() { throw new Error(); }; new F(); },
  namechg() { function F() { throw new Error(); } Object.defineProperty(F, 'name', { value: 'zork' }); F(); },
  namechg2() { function F() { throw new Error(); } Object.defineProperty(F, 'name', { value: '' }); F(); },
  gen() { function* g() { throw new Error(); } g().next(); },
  deflt() { function f(a = (() => { throw new Error(); })()) {} f(); },
  bound() { function f() { throw new Error(); } f.bind({})(); },
  boundnew() { function f() { throw new Error(); } new (f.bind({}))(); },
  newinh() { class A { constructor() { throw new Error(); } } class B extends A {} new B(); },
  ctorarrow() { class A { constructor() { (() => { throw new Error(); })(); } } new A(); },
  toStr() { `${{ toString() { throw new Error(); } }}`; },
  tojson() { JSON.stringify({ a: { toJSON() { throw new Error(); } } }); },
  tagged() { function t() { throw new Error(); } t`a${1}b`; },
  optc() { const o = { f() { throw new Error(); } }; o?.f?.(); },
  mapproto() { Map.prototype.zz = function q() { throw new Error(); }; new Map().zz(); },
  date() { const d = new Date(); d.x = function nm() { throw new Error(); }; d.x(); },
  args() { (function() { arguments.x = function nm() { throw new Error(); }; arguments.x(); })(); },
  call() { function f() { throw new Error(); } f.call(1); f.apply(2); },
  apply() { function f() { throw new Error(); } Reflect.apply(f, new Map(), []); },
  evald() { eval('(function inner() { throw new Error(); })()'); },
  ieval() { (0, eval)('function inner2() { throw new Error(); } inner2()'); },
  nfunc() { new Function('a', 'throw new Error()')(); },
  evalnest() { eval('eval("throw new Error()")'); },
  fields() { class A { x = (() => { throw new Error(); })(); } new A(); },
  sfields() { class A { static x = (() => { throw new Error(); })(); } },
  sort() { [2, 1].sort(() => { throw new Error(); }); },
  replace() { 'a'.replace(/a/, () => { throw new Error(); }); },
  from() { Array.from([1], () => { throw new Error(); }); },
  setcb() { new Set([1]).forEach(() => { throw new Error(); }); },
  reflectget() { Reflect.get({ get a() { throw new Error(); } }, 'a'); },
  objkeys() { Object.keys(new Proxy({}, { ownKeys() { throw new Error(); } })); },
  frozen() { Object.freeze(new Proxy({}, { preventExtensions() { throw new Error(); } })); },
  unicode() { const s = 'äöü€😀'; throw new Error(s); },
};
for (const k in cases) attempt(k, cases[k]);
// what the property is
const e = new Error('a');
const d = Object.getOwnPropertyDescriptor(e, 'stack');
print(typeof d.get, typeof d.set, d.enumerable, d.configurable, Reflect.ownKeys(e), Reflect.ownKeys(new Error('x', { cause: 1 })));
e.message = 'b'; print(e.stack.split('\n')[0]);
const inh = Object.create(new Error('inh')); inh.stack = 'zz'; print(inh.stack, Object.hasOwn(inh, 'stack'));
e.stack = 5; print(e.stack, Object.keys(e).length, delete e.stack, e.stack);
const o3 = { name: 'N', message: 'M' }; Error.captureStackTrace(o3, function never() {}); print(o3.stack);
const o5 = []; Error.captureStackTrace(o5); print(o5.stack.split('\n')[0], Reflect.ownKeys(o5));
function hidden() { const o = {}; Error.captureStackTrace(o, hidden); return o.stack.split('\n')[1]; }
print(hidden());
Error.stackTraceLimit = 1; print(new Error('one').stack.split('\n').length);
Error.stackTraceLimit = 0; print(new Error('zero').stack);
Error.stackTraceLimit = 'x'; print(new Error('none').stack);
delete Error.stackTraceLimit; print(new Error('none').stack); Error.stackTraceLimit = 10;
function rec(n) { return n ? rec(n - 1) : new Error('deep').stack; }
Error.stackTraceLimit = 100; print(rec(200).split('\n').length); Error.stackTraceLimit = 10;
const moved = new TypeError('moved'); Object.setPrototypeOf(moved, null); print(Object.hasOwn(moved, 'stack'), moved.stack.split('\n')[0]);
// call sites
Error.prepareStackTrace = (e, s) => s;
const names = ['getTypeName', 'getFunctionName', 'getMethodName', 'getFileName', 'getLineNumber', 'getColumnNumber', 'getEvalOrigin', 'isToplevel', 'isEval', 'isNative', 'isConstructor', 'isAsync', 'isPromiseAll', 'getPromiseIndex', 'getScriptNameOrSourceURL', 'getEnclosingLineNumber', 'getEnclosingColumnNumber'];
const show = (c) => print(names.map((m) => `${m}=${c[m]()}`).join(' '));
function cs() { return new Error().stack; }
show(cs()[0]);
show((function() { 'use strict'; return new Error().stack; })()[0]);
const o = { m() { return new Error().stack; }, get g() { return new Error().stack; } };
show(o.m()[0]); show(o.g[0]);
show([1].map(() => new Error().stack)[0][1]);
show(eval('new Error().stack')[0]);
class A { constructor() { this.s = new Error().stack; } } show(new A().s[0]);
const c = cs()[0];
print(Object.getOwnPropertyNames(Object.getPrototypeOf(c)), String(c), Object.prototype.toString.call(c), c.getThis() === globalThis, c.getFunction() === cs, o.m()[0].getThis() === o);
print((function() { 'use strict'; return new Error().stack; })()[0].getFunction(), JSON.stringify(c));
try { c.getThis.call({}); } catch (e) { Error.prepareStackTrace = undefined; print(e.message); }
