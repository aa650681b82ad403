// Scripts, functions and bytecode know their host-defined option; termination stays.
const O = Symbol('opt'), P = Symbol('p2');
const s = edge.compileScript('globalThis.cnt = (globalThis.cnt||0)+1; ({cnt, e: edge.errorPosition(new Error("x")), f: function foo(){ return import("./a.mjs") }, g: new Function("return import(\'./b.mjs\', {with: {type: \'json\'}})"), h: eval("(()=>import(\'c\'))")})', '/x/s.js', 10, 5, O);
print(edge.getOption(s) === O);
const r = edge.runScript(s);
print(r.cnt, edge.runScript(s).cnt, r.e.file, r.e.line, r.e.column);
edge.setImportCallback((sym, spec, phase, attrs, name) => { print('import', String(sym), spec, phase, JSON.stringify(attrs), Object.getPrototypeOf(attrs), name); return Promise.resolve('ns' + spec); });
r.f().then((v) => print(v)); r.g().then((v) => print(v)); r.h().then((v) => print(v)); edge.runMicrotasks();
edge.setImportCallback(() => { throw new Error('no'); }); r.f().catch((e) => print('caught', e)); edge.runMicrotasks();
const f = edge.compileFunction('return [exports, edge.errorPosition(new Error())]; // end', '/x/f.js', 0, 7, ['exports', 'b'], P);
print(f.toString());
const show = (a) => print(a[0], a[1].file, a[1].line, a[1].column);
show(f(7));
print(f.name === '', f.length, edge.getOption(f) === P);
for (const src of ['}); print("evil"); (function(){', '} , function(){', 'return 1', '#!shebang\nreturn 2', 'let a; let a', '} function x() {', '/*', 'return (() => { return this === undefined })()'])
  try { print(JSON.stringify(src), edge.compileFunction(src, '/x/e.js', 0, 0, ['a'], P)()); } catch (e) { print(JSON.stringify(src), e.name); }
try { edge.compileFunction('', 'x', 0, 0, ['a){}; evil('], P); } catch (e) { print(e); }
const f2 = edge.readBytecode(edge.writeBytecode(f, true), O);
show(f2(8)); print(edge.getOption(f2) === O, f2.toString());
const s2 = edge.readBytecode(edge.writeBytecode(s), P);
print(edge.getOption(s2) === P, edge.runScript(s2).cnt, edge.getOption(edge.runScript(s2).f) === P, edge.runScript(s2).f.toString());
const cls = edge.runScript(edge.readBytecode(edge.writeBytecode(edge.compileScript('(class A { x = 1; static y = 2 })', 'c.js'), true), P));
print(String(cls), cls.y, new cls().x, edge.functionInfo(cls).isClass, edge.functionInfo(cls).file);
print(edge.magicComment('a //# sourceMappingURL=foo.map\n', 'sourceMappingURL'), edge.magicComment('x', 'sourceURL'), edge.magicComment('//@ sourceURL=a b', 'sourceURL'));
print(edge.runFor(100, () => { try { for (;;); } finally { print('finally!'); } }));
print(edge.runFor(100, () => { new Promise(() => { for (;;); }); print('after'); }));
print(edge.runFor(100, () => { (async () => { try { for (;;); } catch { print('caught'); } })(); print('after'); }));
print(edge.runFor(100, () => { Promise.try(() => { for (;;); }); print('after'); }));
print(edge.runFor(100, () => { [2, 1].sort(() => { for (;;); }); print('after'); }));
print(edge.runFor(100, () => { /(a*)*b/.test('a'.repeat(40)); print('after'); }));
print(edge.runFor(100, () => { function* g() { try { for (;;); } finally { print('finally!'); } } for (const x of g()); }));
print(edge.runFor(100, () => 5));
const huge = { length: 2 ** 53 - 1 }, slow = [];
for (const k of Object.getOwnPropertyNames(Array.prototype)) {
  if (k === 'constructor' || k === 'length') continue;
  const t0 = Date.now();
  try { edge.runFor(50, () => { Array.prototype[k].call(huge, 1, 5); }); } catch { }
  if (Date.now() - t0 > 2000) slow.push(k);
}
for (const k of ['fill', 'indexOf', 'join', 'lastIndexOf', 'includes', 'reverse', 'toSorted', 'concat', 'slice', 'flat', 'copyWithin', 'toReversed', 'with', 'toSpliced', 'splice', 'sort', 'unshift', 'shift']) {
  const t0 = Date.now();
  try { edge.runFor(50, () => { const a = []; a.length = 2 ** 32 - 1; a[k](1, 3); }); } catch { }
  if (Date.now() - t0 > 2000) slow.push('array.' + k);
}
print('slow:', slow);
