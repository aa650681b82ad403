// The collector leaves a frozen heap alone; new garbage around it is still collected.
globalThis.lib = { a: [1,2,3], m: new Map([[{}, 1]]), f: () => lib.a.length, wm: new WeakMap() };
for (let i = 0; i < 1000; i++) lib['k' + i] = { i, self: lib };
edge.freeze(); edge.zeroFree();
for (let r = 0; r < 5; r++) {
  for (let i = 0; i < 20000; i++) { const o = { lib, i }; o.self = o; lib.cur = o; lib['n' + (i % 50)] = o; const w = {}; lib.wm.set(w, o); }
  edge.gc();
}
print(lib.f(), lib.k5.i, lib.cur.self === lib.cur, Object.keys(lib).length);
for (let i = 0; i < 1000; i++) delete lib['k' + i];
edge.gc();
lib.a.push(4); print(lib.a.join()); delete lib.m; globalThis.lib2 = lib; delete globalThis.lib; print(lib2.a.length);
Array.prototype.extra = 1; print([].extra); class X extends Map {}; print(new X([[1,2]]).size);
