//! `text += part`, where the engine lets the text grow in place: nobody else's string may change with it.

mod plain_host;

use plain_host::{engine, eval};

/// Runs the body of a function; its result is the number of wrong answers.
fn wrong(body: &str) -> Result<f64, edge_quickjs::Closing> {
    let setup = "let wrong = 0; const is = (have, want) => { if (have !== want) wrong++; };";
    eval(&engine(), &format!("(function () {{ {setup} {body}; return wrong; }})()"))
}

#[test]
fn other_owners_keep_their_text() {
    assert_eq!(
        wrong(
            "let a = String(1.5); const b = a; a += 'x'; is(b, '1.5'); is(a, '1.5x'); const c = a; a += 'y'; is(c, '1.5x');
             const kept = []; let t = ''; for (let i = 0; i < 3000; i++) { t += 'ab'; if (i % 100 === 0) kept.push([t, t.length]); }
             for (const [text, length] of kept) is(text, 'ab'.repeat(length / 2));
             let s = 'q'.repeat(600); s += s; s += s; is(s, 'q'.repeat(2400)); const d = s; s += s; is(d.length, 2400)"
        ),
        Ok(0.0)
    );
}

#[test]
fn property_names_stay_what_they_are() {
    assert_eq!(
        wrong(
            "let o = { ['k' + 1.5]: 1 }; let k = Object.keys(o)[0]; o = null; k += 'z'; is(k, 'k1.5z');
             const p = { 'k1.5': 1, 'k1.5z': 2 }; is(p[k], 2); is(p['k1.5'], 1);
             let n = String(Math.PI); const q = { [n]: 1 }; n += 'e'; q[n] = 2; is(Object.keys(q).length, 2); n += 'f'; is(q[String(Math.PI) + 'e'], 2)"
        ),
        Ok(0.0)
    );
}

#[test]
fn every_kind_of_variable_and_width() {
    assert_eq!(
        wrong(
            "const want = (n, ...parts) => { let all = []; for (let i = 0; i < n; i++) all.push(parts[i % parts.length]); return all.join(''); };
             for (const parts of [['a'], ['\\u1234'], ['a', '\\u1234'], ['ab'.repeat(300)], ['a', '', 'x'.repeat(511), '\\u20ac'.repeat(513)]]) {
               let l = ''; var v = ''; let captured = ''; const look = () => captured;
               function withArgument(text, n) { for (let i = 0; i < n; i++) text += parts[i % parts.length]; return text; }
               for (let i = 0; i < 1200; i++) { const p = parts[i % parts.length]; l += p; v = v + p; captured += p; look(); }
               const w = want(1200, ...parts);
               is(l, w); is(v, w); is(captured, w); is(look(), w); is(withArgument('', 1200), w);
             }
             function sloppy(text) { arguments[0] += 'x'; text += 'y'; return arguments[0] + text; } is(sloppy(String(2.5)), '2.5xy2.5xy');
             let e = String(0.5); try { e += { toString() { throw 1 } } } catch {} is(e, '0.5');
             let r = String(0.5); r += (() => { r = 'other'; return 'z'; })(); is(r, '0.5z')"
        ),
        Ok(0.0)
    );
}

#[test]
fn too_long_is_an_error_and_changes_nothing() {
    assert_eq!(
        wrong(
            "let t = 'x'.repeat(2 ** 28); t += t.slice(0, 2 ** 28 - 24 - 10); let n = 0;
             try { for (;;) { t += 'a'; n++; } } catch (error) { is(error instanceof RangeError, true); } is(n, 10); is(t.length, 2 ** 29 - 24)"
        ),
        Ok(0.0)
    );
}
