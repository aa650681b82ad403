// The end of a for await loop by an error, break, return: the iterator is closed, and waited for.
const delay=()=>Promise.resolve().then(()=>{}).then(()=>{});
function mk(name,{ret=true,nextThrows=false,retThrows=false,retReject=false}={}){ let i=0; const o={[Symbol.asyncIterator](){return this}, async next(){ if(nextThrows&&i==1) throw new Error('next'); return {done:i>=3,value:i++}}};
 if(ret) o.return=function(){ print(name,'return called'); if(retThrows) throw new Error('ret sync'); return (async()=>{await delay(); await delay(); print(name,'return done'); if(retReject) throw new Error('ret'); return {}})()}; return o}
(async()=>{
 const T=async(n,f)=>{ try{ print(n,'->',await f()); }catch(e){ print(n,'caught',e&&e.message||e)} };
 await T('throw',async()=>{for await(const x of mk('a')){ throw new Error('body')}});
 await T('throw2',async()=>{for await(const x of mk('b',{retReject:true})){ throw new Error('body')}});
 await T('throw3',async()=>{for await(const x of mk('c',{retThrows:true})){ throw new Error('body')}});
 await T('throw4',async()=>{for await(const x of mk('d',{ret:false})){ throw new Error('body')}});
 await T('break',async()=>{for await(const x of mk('e')){ break } return 1});
 await T('break2',async()=>{for await(const x of mk('f',{retReject:true})){ break } return 1});
 await T('return',async()=>{for await(const x of mk('g')){ return x+10 } return 1});
 await T('continue',async()=>{let s=0; for await(const x of mk('h')){ if(x==1) continue; s+=x } return s});
 await T('next',async()=>{let s=0; for await(const x of mk('i',{nextThrows:true})){ s+=x } return s});
 await T('destr',async()=>{ for await(const {y:{z}} of mk('j')){ } });
 await T('nested',async()=>{ for await(const x of mk('k')){ for await (const y of mk('l')) { throw new Error('n') } } });
 await T('outer',async()=>{ o: for await(const x of mk('m')){ for await (const y of mk('n')) { continue o } } return 'x'});
 await T('tryin',async()=>{ let r=[]; for await(const x of mk('p')){ try { throw x } catch(e){ r.push(e) } finally { r.push('f') } } return r.join()});
 await T('sync',async()=>{ for await(const x of [Promise.resolve(1),2]){ throw new Error('sy') } });
 async function* ag(){ try { for await (const x of mk('q')) yield x } finally { await delay(); print('agfin') } }
 await T('gen',async()=>{ for await (const x of ag()) { throw new Error('g') } });
 await T('gen2',async()=>{ const it=ag(); await it.next(); return JSON.stringify(await it.return(5)) });
 await T('gen3',async()=>{ const it=ag(); await it.next(); return JSON.stringify(await it.throw(new Error('tt'))) });
 await T('stack',async function f1(){ try{ for await(const x of mk('r')) { null.x } }catch(e){ return e.stack.split('\n').slice(0,2).join('|').replace(/\([^)]*\//,'(') } });
})();
