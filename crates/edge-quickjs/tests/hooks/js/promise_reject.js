// Rejection tracking, late calls of resolve and reject, hooks that throw.
const names = ['no handler', 'handler added', 'reject after', 'resolve after'];
edge.setPromiseRejectCallback((type, p, v) => print(names[type], String(v)));
const r = Promise.reject(1); r.catch(() => {});
new Promise((resolve, reject) => { resolve(1); resolve(2); reject(3); });
Promise.race([1, 2]);
edge.runMicrotasks();
const q = Promise.reject(4); edge.markPromiseAsHandled(q); q.catch(() => {});
(async () => { throw 5; })();
const aw = (async () => { await Promise.reject(6); })(); aw.catch(() => {});
edge.runMicrotasks();
edge.setPromiseRejectCallback(() => { throw new Error('from the callback'); });
Promise.reject(7);
edge.runMicrotasks();
edge.setPromiseRejectCallback(undefined);
edge.setPromiseHooks(() => { throw new Error('from the hook'); }, undefined, undefined, undefined);
Promise.resolve(8);
edge.setPromiseHooks(undefined, undefined, undefined, undefined);
edge.runMicrotasks();
