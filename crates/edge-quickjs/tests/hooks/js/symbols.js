// Private symbols; then a first look at hooks, jobs and host functions.
const s=edge.newPrivateSymbol('node:foo'); print(typeof s, String(s), s.description);
const o=Object.freeze({a:1}); o[s]=5; print(o[s], s in o, Object.getOwnPropertySymbols(o).length, Reflect.ownKeys(o).length, Object.create(o)[s], {...o}[s], Object.assign({},o)[s]);
let traps=[]; const p=new Proxy({}, new Proxy({}, {get(t,k){traps.push(k)}}));
p[s]=7; print(p[s], s in p, delete p[s], p[s], traps.join());
const a=[1,2]; a[s]=1; print(a[s], Object.keys(a)); const t=new Uint8Array(2); t[s]=3; print(t[s]); print((5)[s], 'x'[s]);
try { null[s] } catch(e) { print(e) }
class X { constructor(){ this[s]=1 } }; print(new X()[s]); print({[s]:4}[s]);
Object.defineProperty(o, s, {value: 9}); print(o[s]);
print(Object.getOwnPropertyDescriptor(o,s)?.value, o.hasOwnProperty(s), JSON.stringify(o));
// promises
edge.setPromiseHooks((p,par)=>print('init',p, par), p=>print('before'), p=>print('after'), p=>print('settled'));
(async()=>{ await 1; print('in'); })(); 
edge.runMicrotasks();
edge.setPromiseHooks();
edge.setPromiseRejectCallback((t,p,r)=>print('rej',t,r));
const r=Promise.reject(3); r.catch(()=>{});
edge.setContinuationData('A'); Promise.resolve().then(()=>print(edge.getContinuationData())); queueMicrotask(()=>print(edge.getContinuationData())); (async()=>{await 0; print(edge.getContinuationData())})(); let res; new Promise(r=>res=r).then(()=>print('then',edge.getContinuationData()));  edge.setContinuationData('B'); res();
queueMicrotask(()=>{throw new Error('x')});
queueMicrotask(()=>print('end', edge.getContinuationData()));
print(new Date(2024,6,1).getTimezoneOffset(), Math.random()!=Math.random());
print(Atomics.add(new Int32Array(2),0,3));
