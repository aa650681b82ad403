// Who awaits: async frames below a resumed function.
const show = (e) => print(e.stack.replace(/\(node:.*/g, ''));
async function leaf() { await null; throw new Error('leaf'); }
async function middle() { await leaf(); }
class C { async method() { await middle(); } }
async function top1() { try { await new C().method(); } catch (e) { show(e); } }
async function all() { try { await Promise.all([1, leaf()]); } catch (e) { show(e); } }
async function any() { try { await Promise.allSettled([1, leaf().catch((e) => show(e))]); } catch (e) { show(e); } }
async function returns() { return leaf(); }
async function awaitsReturn() { try { await returns(); } catch (e) { show(e); } }
async function thens() { try { await leaf().then(() => 1); } catch (e) { show(e); } }
const arrow = async () => { await leaf(); };
async function arrows() { try { await arrow(); } catch (e) { show(e); } }
async function syncThrow() { throw new Error('sync'); }
async function awaitsSync() { try { await syncThrow(); } catch (e) { show(e); } }
async function deep(n) { await null; if (n) await deep(n - 1); else throw new Error('deep'); }
(async () => {
  await top1(); await all(); await any(); await awaitsReturn(); await thens(); await arrows(); await awaitsSync();
  await deep(20).catch((e) => show(e));
})();
// Who waits for a reaction of then(), catch() and Promise.all(), not only for await.
const flat = (e) => e.stack.replace(/\(?[^ (]*[/\\](?=\w+\.js)/g, '(').split('\n').map((l) => l.trim().replace(/:\d+:\d+\)?$/, '')).join(' | ');
const rejected = Promise.reject(1);
async function viaThen() { await rejected.then(() => {}, () => { throw new Error('then'); }); }
async function viaCatch() { await rejected.catch(() => 1).then(() => { throw new Error('then2'); }); }
async function viaAll() { await Promise.all([1, rejected.catch(() => { throw new Error('all'); })]); }
(async function outer() {
  for (const f of [viaThen, viaCatch, viaAll]) {
    try { await f(); } catch (e) { print(flat(e)); }
  }
})();
