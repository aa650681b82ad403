const O = Symbol('opt'), P=Symbol('p2');
const s = edge.compileScript('globalThis.cnt = (globalThis.cnt||0)+1; ({cnt, e: new Error("x").stack, f: function foo(){ return import("./a.mjs") }, g: new Function("return import(\'./b.mjs\', {with: {type: \'json\'}})"), h: eval("(()=>import(\'c\'))")})', '/x/s.js', 10, 5, O);
print(edge.getOption(s) === O);
edge.setImportCallback((sym, spec, phase, attrs, name) => { print('import', String(sym), spec, phase, JSON.stringify(attrs), Object.getPrototypeOf(attrs), name); return Promise.resolve('ns'+spec); });
r.f().then(v=>print(v)); r.g().then(v=>print(v)); r.h().then(v=>print(v)); edge.runMicrotasks();
edge.setImportCallback(() => { throw new Error('no') }); r.f().catch(e=>print('caught',e)); edge.runMicrotasks();
print(f.toString()); print(f(7)); print(f.name === '', f.length, edge.getOption(f) === P);
for (const src of ['}); print("evil"); (function(){', '} , function(){', 'return 1', '#!shebang\nreturn 2', 'let a; let a', '"use strict"; with(a){}', '} function x() {', '/*', '`'])
  try { print(JSON.stringify(src), edge.compileFunction(src, '/x/e.js', 0, 0, ['a'], P)()); } catch (e) { print(JSON.stringify(src), String(e)); }
try { edge.compileFunction('', 'x', 0, 0, ['a){}; evil('], P) } catch (e) { print(e) }
const buf = edge.writeBytecode(f, true), f2 = edge.readBytecode(buf, O); print(buf.byteLength, f2(8)[0], edge.getOption(f2) === O, f2.toString(), f2(1)[1]);
const bs = edge.writeBytecode(s), s2 = edge.readBytecode(bs, P); print(edge.getOption(s2) === P, edge.runScript(s2).cnt, edge.getOption(edge.runScript(s2).f)===P, edge.runScript(s2).f.toString());
print(edge.magicComment('a //# sourceMappingURL=foo.map\n', 'sourceMappingURL'), edge.magicComment('x', 'sourceURL'), edge.magicComment('//@ sourceURL=a b', 'sourceURL'));
print(edge.runFor(100, () => { try { for (;;); } finally { print('finally!'); } }));
print(edge.runFor(100, () => { new Promise(() => { for (;;); }); print('after'); }));
print(edge.runFor(100, () => { (async () => { try { for (;;); } catch { print('caught'); } })(); print('after'); }));
print(edge.runFor(100, () => 5));
const huge = { length: 2 ** 53 - 1 };
const slow = [];
for (const k of Object.getOwnPropertyNames(Array.prototype)) { if (k==='constructor'||k==='length') continue; if (globalThis.vv) print(k); const t0=Date.now(); try { const x = edge.runFor(100, () => { Array.prototype[k].call(huge, 1, 5); return 'ok'; }); } catch (e) { } if (Date.now()-t0 > 2000) slow.push(k); }
for (const k of ['fill','indexOf','join','lastIndexOf','includes','reverse','toSorted','concat','slice','flat','copyWithin','toReversed','with','toSpliced','splice','sort','unshift','shift']) { const t0=Date.now(); if (globalThis.vv) print(k); try { edge.runFor(100, () => { const a = []; a.length = 2**32-1; a[k](1,3); }); } catch (e) {} if (Date.now()-t0 > 2000) slow.push('arr.'+k); }
print('slow:', slow);
