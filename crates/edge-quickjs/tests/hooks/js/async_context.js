// The continuation slot travels with reactions, awaits and microtasks.
const get = edge.getContinuationData, set = edge.setContinuationData;
set('A');
Promise.resolve().then(() => { print('1', get()); set('inner'); }).then(() => print('1b', get()));
let res; const p = new Promise((r) => res = r); p.then(() => print('2', get()));
(async () => { await p; print('3', get()); set('changed'); await 0; print('3b', get()); })();
const th = { then(f) { print('4', get()); f(); } };
Promise.resolve(th).then(() => print('4b', get()));
(async () => { try { await Promise.reject(1); } catch { print('5', get()); } finally { await 1; print('5b', get()); } })();
(async function* () { yield 1; await 2; print('6', get()); yield 2; })().next().then(() => print('6b', get()));
set('B'); res(); set(undefined);
edge.runMicrotasks();
print('end', get());
