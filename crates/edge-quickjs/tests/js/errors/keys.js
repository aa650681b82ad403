// When the key of an assigned element is converted, and what is asked before.
const said = [];
const key = (name) => ({ toString() { said.push(`key ${name}`); return name; } });
const note = (what, value) => { said.push(what); return value; };
function show(name, f) {
  let result;
  try { result = f(); } catch (error) { result = `${error.name}: ${error.message}`; }
  print(`${name}: ${said.splice(0).join(', ')} -> ${typeof result === 'object' ? JSON.stringify(result) : String(result)}`);
}
const o = {};
show('object', () => { note('base', o)[key('a')] = note('value', 1); return o; });
show('null', () => { note('base', null)[key('a')] = note('value', 1); });
show('undefined', () => { note('base', undefined)[key('a')] = note('value', 1); });
show('null, name', () => { note('base', null).a = note('value', 1); });
show('null, string', () => { note('base', null)['a'] = note('value', 1); });
show('null, symbol', () => { note('base', null)[Symbol('s')] = note('value', 1); });
show('null, number', () => { note('base', null)[7] = note('value', 1); });
show('primitive', () => { 'use strict'; note('base', 1)[key('a')] = note('value', 1); });
show('array', () => { const a = [1]; a[key('1')] = note('value', 2); return a; });
show('value throws', () => { note('base', o)[key('b')] = note('value', null).x; });
show('key throws', () => { o[{ toString() { throw new RangeError('no key'); } }] = note('value', 1); });
show('chain', () => { const p = {}; p[key('a')] = p[key('b')] = note('value', 1); return p; });
show('value is kept', () => (o[key('c')] = note('value', 'v')));
show('numeric key', () => { const a = []; a[note('k', 1.5)] = 2; a[note('k', -0)] = 3; return Object.keys(a); });
show('compound', () => { const p = { a: 1 }; p[key('a')] += note('value', 1); return p; });
show('logical', () => { const p = {}; p[key('a')] ??= note('value', 1); p[key('a')] ||= note('value', 2); p[key('a')] &&= note('value', 3); return p; });
show('increment', () => { const p = { a: 1 }; return [p[key('a')]++, ++p[key('a')]]; });
show('super', () => {
  class A { set a(v) { said.push(`set ${v}`); } }
  class B extends A { m() { super[key('a')] = note('value', 1); } }
  return new B().m();
});
show('super compound', () => {
  class A { get a() { return 1; } set a(v) { said.push(`set ${v}`); } }
  class B extends A { m() { super[key('a')] += note('value', 1); } }
  return new B().m();
});
show('pattern', () => { const p = {}; [p[key('a')], p[key('b')]] = [note('one', 1), note('two', 2)]; return p; });
show('for', () => { const p = {}; for (p[key('a')] of [1, 2]); return p; });
const s = Symbol('s');
show('symbol', () => { const p = {}; p[s] = 1; p[s] = p[s] + 1; return p[s]; });
show('symbol getter', () => { const p = { get [s]() { return note('get', 1); }, set [s](v) { note(`set ${v}`); } }; p[s] = 5; return p[s]; });
show('symbol inherited', () => { class A { get [s]() { return note('get', 'A'); } } const p = new A(); return p[s]; });
show('symbol from prototype', () => { const p = Object.create({ [s]: 1 }); p[s] = 2; return [p[s], Object.getPrototypeOf(p)[s]]; });
show('symbol read-only', () => { 'use strict'; const p = Object.freeze({ [s]: 1 }); p[s] = 2; });
show('symbol read-only, sloppy', () => { const p = Object.freeze({ [s]: 1 }); Function('p', 's', 'p[s] = 2')(p, s); return p[s]; });
show('symbol of a proxy', () => { const p = new Proxy({}, { get: (_, k) => note('get', String(k)), set: (_, k, v) => note(`set ${v}`, true) }); p[s] = 1; return p[s]; });
show('symbol, proxy as prototype', () => { const p = Object.create(new Proxy({}, { get: (_, k) => note('get', String(k)) })); return p[s]; });
show('symbol of an array', () => { const a = []; a[s] = 1; a[s]++; return a[s] + String(a[Symbol.iterator].name); });
show('symbol of a primitive', () => 'abc'[Symbol.iterator].name);
show('symbol, registered', () => { const p = {}; p[Symbol.for('r')] = 1; return p[Symbol.for('r')]; });
show('symbol, none', () => ({})[s]);
show('symbol, called', () => { const p = { [s]() { return this === p; } }; return p[s](); });
