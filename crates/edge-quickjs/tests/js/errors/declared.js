// Which accesses of a declared variable find it uninitialized: those before the declaration has run, whatever stands where.
function tries(name, f) {
  let said;
  try { said = String(f()); } catch (error) { said = `${error.name}: ${error.message}`; }
  print(`${name}: ${said}`);
}
tries('before', () => { const f = () => a; try { f(); } catch (e) { return e.message; } let a = 1; return a; });
tries('behind', () => { let a = 1; const b = a + 1; a = b + 1; return a + b; });
tries('itself', () => { let a = a; return a; });
tries('itself, const', () => { const a = (() => a)(); return a; });
tries('assigned before', () => { a = 1; let a; return a; });
tries('compound before', () => { a += 1; let a = 2; return a; });
tries('typeof', () => { const t = typeof a; let a; return t; });
tries('switch, behind', () => { switch (1) { case 0: let a = 1; case 1: return a; } });
tries('switch, through', () => { switch (0) { case 0: let a = 1; case 1: return a; } });
tries('switch, put', () => { switch (1) { case 0: let a = 1; case 1: a = 2; return a; } });
tries('switch, block', () => { switch (0) { case 0: { let a = 1; return a; } } });
tries('switch, default first', () => { switch (3) { default: return a; case 0: let a = 1; } });
tries('for-of head', () => { for (let a of [a]) return a; });
tries('for-in head', () => { for (let a in { [a]: 1 }) return a; });
tries('for-of', () => { let s = ''; for (const a of [1, 2]) { const b = a * 2; s += b; } return s; });
tries('pattern', () => { let [a] = [a]; return a; });
tries('pattern default', () => { let { a = b, b } = { b: 1 }; return a; });
tries('pattern in order', () => { let { b, a = b } = { b: 1 }; return a; });
tries('for', () => { let s = 0; for (let i = 0, n = i + 3; i < n; i++) { const d = i; s += d; } return s; });
tries('for itself', () => { for (let i = i; ;) return i; });
tries('each round anew', () => {
  const said = [];
  for (let i = 0; i < 2; i++) {
    const f = () => a;
    try { said.push(f()); } catch (e) { said.push(e.name); }
    let a = i;
    said.push(f());
  }
  return said;
});
tries('each round undefined', () => { const said = []; for (let i = 0; i < 2; i++) { let a; said.push(a); a = i; } return said; });
tries('while, read first', () => {
  const said = [];
  let n = 0;
  while (n < 2) { try { said.push(a); } catch (e) { said.push(e.name); } let a = n++; said.push(a); }
  return said;
});
tries('continue', () => { const said = []; for (let i = 0; i < 3; i++) { if (i === 1) continue; const a = i; said.push(a); } return said; });
tries('labelled break', () => { l: { if (tries) break l; let a = 1; } let a = 2; return a; });
tries('finally', () => { try { let a = 1; return a; } finally { let a = 2; a++; } });
tries('throw before', () => { let r; try { thrower(); let a = 1; r = a; } catch (e) { r = e.name; } return r; });
tries('catch sees none', () => { try { null.x; let a = 1; } catch { return typeof a; } });
tries('class name', () => { const C = class D { static x = typeof D; }; return C.x; });
tries('class before', () => { new A(); class A {} });
tries('class computed', () => { class A { [A.name]() {} } });
tries('class static', () => { class A { static a = 1; static b = A.a + 1; } return A.b; });
tries('parameters', () => ((a = b, b) => a)());
tries('parameters in order', () => ((a, b = a) => b)(1));
tries('eval', () => { let a = 1; return eval('a + 1'); });
tries('eval before', () => { const r = (() => { try { return eval('a'); } catch (e) { return e.name; } })(); let a = 1; return r + a; });
tries('eval declares', () => eval('let a = 1; { let b = a; b + 1 }'));
tries('generator', () => { function* g() { let a = 1; yield a; a = 2; yield a; const b = a; yield b; } return [...g()]; });
tries('generator before', () => { function* g() { yield a; let a = 1; } return [...g()]; });
tries('closure later', () => { let a = 1; const f = () => a; a = 2; return f(); });
tries('const put', () => { const a = 1; a = 2; return a; });
tries('const put before', () => { a = 2; const a = 1; return a; });
tries('shadow', () => { let a = 1; { const b = a; let c = b; { let a = c + 1; return a; } } });
tries('shadow before', () => { let a = 1; { const b = a; let a = 2; return b; } });
tries('many', () => { let a = 1, b = a + 1, c = b + 1; return [a, b, c]; });
tries('many before', () => { let a = b, b = 1; return a; });
tries('function', () => { return f(); function f() { return a; } let a = 1; });
tries('function later', () => { let a = 1; return f(); function f() { return a; } });
tries('with', () => Function('o', 'let a = 1; with (o) { return a; }')({ a: 2 }));
tries('derived this', () => { class A { constructor() { this.x = 1; } } class B extends A { constructor() { const f = () => this; try { f(); } catch (e) { super(); this.y = e.name; } } } return new B().y; });
(async () => {
  let said = [];
  for (const a of [1, 2]) { const b = await a; said.push(b); let c = b; await null; c++; said.push(c); }
  print(`async: ${said}`);
})();
