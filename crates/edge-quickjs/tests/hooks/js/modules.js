// Module records: a small loader over a table of sources.
const load = (sources, entry) => {
  const map = {};
  const get = (url) => {
    if (map[url]) return map[url];
    const m = map[url] = { url, rec: typeof sources[url] === 'string' ? edge.newModule(url, sources[url], Symbol(url)) : edge.newSynthetic(url, Object.keys(sources[url]), function () { for (const k in sources[url]) edge.setExport(m.rec, k, sources[url][k]); }) };
    edge.setWrap(m.rec, m);
    edge.link(m.rec, edge.getRequests(m.rec).map((r) => get(r.specifier.replace('./', '')).rec));
    return m;
  };
  get(entry);
  map.$ = map[entry].rec;
  return map;
};
const run = (name, sources, entry = 'main') => {
  print('#', name);
  let m;
  try {
    m = load(sources, entry);
    edge.instantiate(m.$);
    print('status', edge.status(m.$), 'async', edge.isGraphAsync(m.$));
    const p = edge.evaluate(m.$);
    print('state', edge.getPromiseDetails(p)[0], 'status', edge.status(m.$));
    p.then(() => print('done', edge.status(m.$)), (e) => print('failed', e, edge.status(m.$), edge.moduleError(m.$) === e));
    edge.runMicrotasks();
    print(JSON.stringify(edge.namespace(m.$)));
  } catch (e) {
    const pos = edge.errorPosition(e);
    print(String(e), m && edge.status(m.$), e.code, pos && [pos.file, pos.line, pos.column, pos.text].join(':'));
  }
  return m;
};
edge.setImportMetaCallback((sym, meta, wrap) => { meta.url = wrap.url; meta.sym = String(sym); });
edge.setImportCallback((sym, spec, phase, attrs, name) => { print('import()', String(sym), spec, name); return Promise.resolve({ spec }); });

run('simple', { main: 'import { a } from "./x"; import d, * as ns from "./x"; export { a, d }; export default ns; export const m = import.meta', x: 'export let a = 1; export default function foo() {}; export const b = 2' });
run('live', { main: 'import { n, inc } from "./x"; const before = n; inc(); export { n, before }', x: 'export let n = 1; export function inc() { n++ }' });
run('cycle', { main: 'import { b } from "./x"; export const a = 1; export const c = b()', x: 'import { a } from "./main"; export function b() { try { return a } catch (e) { return e.message } }' });
run('missing', { main: 'import "./y";\nimport { a,\n  nope } from "./x";', x: 'export const a = 1', y: '' });
run('missing default', { main: 'import def from "./x"', x: 'export const a = 1' });
run('missing reexport', { main: 'export { nope as z } from "./x"', x: 'export const a = 1' });
run('ambiguous', { main: 'import { x } from "./s"', s: 'export * from "./c"; export * from "./d"', c: 'export const x = 1', d: 'export const x = 2' });
run('circular', { main: 'import { y } from "./x"', x: 'export { y } from "./z"', z: 'export { y } from "./x"' });
run('star', { main: 'export * from "./x"; export * as q from "./x"', x: 'export const a = 1; export const b = 2; export default 3' });
run('tla', { main: 'import { v } from "./x"; print("main", v); export { v }', x: 'print("x start"); export let v = 0; v = await Promise.resolve(5); print("x end")' });
run('tla order', { main: 'import "./a"; import "./b"; print("main")', a: 'print("a1"); await 0; print("a2")', b: 'print("b1"); await 0; print("b2")' });
run('tla cycle', { main: 'import "./a"; print("main")', a: 'import "./main"; await 1; print("a")' });
run('throws', { main: 'import "./x"; print("never")', x: 'throw new Error("boom")' });
run('tla throws', { main: 'import "./x"; print("never")', x: 'await 0; throw new Error("boom")' });
run('synthetic', { main: 'import d, { q } from "./syn"; export { d, q }', syn: { default: 7, q: 'Q' } });
run('syntax', { main: 'import {' });
run('dynamic', { main: 'import("./dyn").then((v) => print("got", v.spec)); eval("import(\'./e\')"); export const f = () => import("./later")' });
run('attributes', { main: 'import j from "./syn" with { type: "json" }; export default j', syn: { default: { x: 1 } } });
{
  const m = edge.newModule('u', 'import "./a"; import b from "./b" with { type: "json" }; export * from "./a"; import "./b"; export { x } from "./c"');
  print(JSON.stringify(edge.getRequests(m)), Object.getPrototypeOf(edge.getRequests(m)[0]), edge.status(m), edge.hasTLA(m));
  try { edge.instantiate(m); } catch (e) { print(e.code, String(e), edge.status(m)); }
  try { edge.isGraphAsync(m); } catch (e) { print(String(e)); }
  try { edge.link(m, []); } catch (e) { print(String(e)); }
}
{
  const s = edge.newSynthetic('s', ['a'], function () { edge.setExport(s, 'a', 1); });
  edge.instantiate(s); print('syn', edge.status(s), edge.getRequests(s).length);
  const ns = edge.evaluateSync(s); print(ns.a, edge.status(s)); edge.setExport(s, 'a', 2); print(ns.a);
  try { edge.setExport(s, 'zz', 2); } catch (e) { print(String(e)); }
  const m = load({ main: 'export default import.meta.url' }, 'main'); edge.instantiate(m.$); print(edge.evaluateSync(m.$).default);
  const t = load({ main: 'throw 5' }, 'main'); edge.instantiate(t.$); try { edge.evaluateSync(t.$); } catch (e) { print('sync threw', e, edge.status(t.$)); }
  const w = load({ main: 'await new Promise(() => {})' }, 'main'); edge.instantiate(w.$); try { edge.evaluateSync(w.$); } catch (e) { print(String(e), edge.status(w.$)); }
}
{ // a dependency that failed to link can be linked again
  const m = load({ main: 'import { a } from "./x"; import { nope } from "./x"', x: 'export let a = 1; export { a as b }' }, 'main');
  for (let i = 0; i < 3; i++) try { edge.instantiate(m.$); } catch (e) { print(String(e), edge.status(m.$), edge.status(m.x.rec)); }
}
{ // bytecode
  const m = edge.newModule('bc', 'import { q } from "./s" with { type: "x" }; export const f = () => q + 1; export const u = import.meta.url; await 0');
  const c = edge.readBytecode(edge.writeBytecode(m, false), Symbol('new'));
  print(edge.hasTLA(c), JSON.stringify(edge.getRequests(c)), String(edge.getOption(c)));
  const s = edge.newSynthetic('s', ['q'], () => edge.setExport(s, 'q', 41));
  edge.setWrap(c, { url: 'bc2' }); edge.link(c, [s]); edge.instantiate(c); edge.evaluate(c); edge.runMicrotasks();
  print(edge.namespace(c).f(), edge.namespace(c).u, edge.status(c), String(edge.namespace(c).f));
}
{ // lifetime: functions, namespaces and pending evaluations keep what they need
  let f = (() => { const m = load({ main: 'import { g } from "./x"; export const f = () => [import.meta.url, g()]', x: 'export const g = () => import.meta.url' }, 'main'); edge.instantiate(m.$); return edge.evaluateSync(m.$).f; })();
  edge.gc(); print(f().join()); f = null;
  let res; globalThis.gate = new Promise((r) => res = r);
  (() => { const m = load({ main: 'import "./x"; print("main after gate", import.meta.url)', x: 'await gate; print("x after gate")' }, 'main'); edge.instantiate(m.$); edge.evaluate(m.$); })();
  edge.gc(); res(); edge.runMicrotasks();
  let ns = (() => { const m = load({ main: 'export * as a from "./x"', x: 'export const v = 9' }, 'main'); edge.instantiate(m.$); return edge.evaluateSync(m.$); })();
  edge.gc(); print(ns.a.v); ns = null;
  for (let i = 0; i < 200; i++) { const m = load({ main: 'import { a } from "./x"; export const k = 1; export { a }', x: 'import { k } from "./main"; export const a = () => k' }, 'main'); edge.instantiate(m.$); edge.evaluate(m.$); }
  edge.gc();
}
{ // a deep graph
  const src = {}; for (let i = 0; i < 3000; i++) src['m' + i] = `import { v } from "./m${i + 1}"; export { v }`; src.m3000 = 'export const v = 1';
  try {
    const recs = []; for (let i = 3000; i >= 0; i--) { recs[i] = edge.newModule('m' + i, src['m' + i]); edge.link(recs[i], i < 3000 ? [recs[i + 1]] : []); }
    edge.instantiate(recs[0]); print('deep', edge.evaluateSync(recs[0]).v);
  } catch (e) { print(String(e)); }
}
