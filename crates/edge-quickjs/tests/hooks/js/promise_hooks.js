// Order and arguments of V8's promise hooks.
const ids = new Map(); let n = 0;
const id = (p) => p === undefined ? '-' : (ids.has(p) || ids.set(p, ++n), ids.get(p));
edge.setPromiseHooks((p, q) => print('init', id(p), id(q)), (p) => print('before', id(p)), (p) => print('after', id(p)), (p) => print('settled', id(p)));
print('# await'); (async () => { await 1; print('in'); await null; print('in2'); return 3; })();
edge.runMicrotasks();
print('# then'); Promise.resolve(1).then(() => { print('then'); }); edge.runMicrotasks();
print('# reject'); new Promise((a, b) => b(1)).catch(() => {}); edge.runMicrotasks();
print('# resolve with promise'); let res; const q = new Promise((r) => res = r); q.then(() => {}); res(Promise.resolve(1)); edge.runMicrotasks();
print('# throw'); (async () => { throw 1; })().catch(() => {}); edge.runMicrotasks();
print('# all'); Promise.all([1, 2]); edge.runMicrotasks();
print('# gen'); (async () => { for await (const x of (async function* () { yield 1; })()) print(x); })(); edge.runMicrotasks();
edge.setPromiseHooks(undefined, undefined, undefined, undefined);
