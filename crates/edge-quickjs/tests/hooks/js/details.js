// Values looked into without running their code.
const show = (v) => JSON.stringify(v, (k, x) => typeof x === 'symbol' ? String(x) : typeof x === 'bigint' ? x + 'n' : x);
const m = new Map([['a', 1], ['b', 2]]), s = new Set(['x', 'y']);
print(show(edge.previewEntries(m)), show(edge.previewEntries(s)));
for (const it of [m.keys(), m.values(), m.entries(), s.values(), s.entries(), s.keys()]) {
  it.next();
  print(show(edge.previewEntries(it, true)), show([...it]), show(edge.previewEntries(it, true)));
}
m.delete('a');
print(show(edge.previewEntries(m.entries(), true)));
const k = {}; const wm = new WeakMap([[k, 5]]), ws = new WeakSet([k]);
print(show(edge.previewEntries(wm)), show(edge.previewEntries(ws)));
print(edge.previewEntries({}), edge.previewEntries(1));
const t = {}, h = {}; const p = new Proxy(t, h);
print(edge.getProxyDetails(p)[0] === t, edge.getProxyDetails(p)[1] === h, edge.getProxyDetails({}), edge.getProxyDetails(1));
const rv = Proxy.revocable({}, {}); rv.revoke();
print(show(edge.getProxyDetails(rv.proxy)));
const o = [1, 2]; o.x = 1; o[Symbol('q')] = 2; Object.defineProperty(o, 'hid', { value: 1 });
print(show(edge.getOwnNonIndexProperties(o, 0)), show(edge.getOwnNonIndexProperties(o, 2)));
const u8 = new Uint8Array(4); u8.foo = 1;
print(show(edge.getOwnNonIndexProperties(u8, 0)), show(edge.getOwnNonIndexProperties(u8, 2)));
print(show(edge.getOwnNonIndexProperties({ 1: 1, a: 2, '-1': 3, '4294967295': 4, '4294967294': 5 }, 0)));
print(show(edge.getOwnNonIndexProperties(new Proxy({ a: 1, 2: 3 }, {}), 2)));
class Bar {}
print(edge.getConstructorName(new Bar()), edge.getConstructorName({}), edge.getConstructorName([]), edge.getConstructorName(Object.create(null)),
  edge.getConstructorName(new Map()), edge.getConstructorName(() => {}), edge.getConstructorName(Object.create(Bar.prototype)));
print(edge.getConstructorName(Object.setPrototypeOf(new Map(), null)), edge.getConstructorName(Object.setPrototypeOf(new Date(), null)), edge.getConstructorName(Object.setPrototypeOf(new Error(), null)));
print(show(edge.getPromiseDetails(new Promise(() => {}))), show(edge.getPromiseDetails(Promise.resolve(4))), edge.getPromiseDetails({}));
const r = Promise.reject(5); r.catch(() => {}); print(show(edge.getPromiseDetails(r)));
// toString of natives and stripped classes
print(String(Array.prototype.push), String(function f(a) { return a; }), String(class A { x = 1; }), String((() => {}).bind()));
print(String(Object.getOwnPropertyDescriptor(Map.prototype, 'size').get));
