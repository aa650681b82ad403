//! The engine's heap may not grow, at each place where it would: the program gets an error that it can catch, or is ended for want of
//! memory; never a trap, never a panic, and its neighbour goes on.

use super::runs::{Program, on_thread};
use edge_node::{Answer, Datum, Text};
use edge_wasix::Errno;
use edge_wasix::faults::{Call, Fault, Faults};

const PROGRAMS: &[(&str, &str)] = &[
    ("strings", "let s = 'ab'; while (s.length < 2e6) s += s + 'c'; return s.replaceAll('c', 'dd').split('a').length"),
    ("objects", "const all = []; for (let i = 0; i < 30000; i++) all.push({ i, name: 'n' + i }); return all.length"),
    ("buffers", "const all = []; for (let i = 0; i < 24; i++) all.push(Buffer.alloc(500000, i)); return Buffer.concat(all).length"),
    ("maps", "const m = new Map(); for (let i = 0; i < 30000; i++) m.set('k' + i, [i]); return new Set(m.keys()).size"),
    ("json", "const a = Array.from({ length: 30000 }, (_, i) => ({ i, t: [i, 'x'] })); return JSON.parse(JSON.stringify(a)).length"),
    ("numbers", "let n = 3n; while (n < 2n ** 400000n) n = n * n; return String(n & 7n)"),
    ("code", "const f = new Function('return [' + '(x) => x + 1,'.repeat(40000) + ']'); return f().length"),
    ("regex", "return ('ab'.repeat(200000) + 'c').match(/(?:(a)|(b))*c/)?.length"),
    ("promises", "let all = []; for (let i = 0; i < 20000; i++) all.push(Promise.resolve(i)); return (await Promise.all(all)).length"),
    ("streams", "const { gzipSync, gunzipSync } = require('zlib'); return gunzipSync(gzipSync(Buffer.alloc(4e6, 'abc'))).length"),
    (
        "errors",
        "const f = (n) => n ? f(n - 1) : new Error('x'.repeat(1000)); let t = 0; for (let i = 0; i < 3000; i++) t += f(40).stack.length > 0; return t",
    ),
    ("typed", "const f = new Float64Array(400000).map((_, i) => -i); return f.sort().toReversed().length"),
];

/// An error that the program caught, or the end for want of memory.
fn fits(answer: &Answer) -> bool {
    match answer {
        Answer::OutOfMemory => true,
        Answer::Value(Datum::Text(Text::Utf8(text))) => {
            let error = text.strip_prefix('!');
            error.is_none_or(|error| ["RangeError", "InternalError"].iter().any(|name| error.starts_with(name)) || error.contains("memory"))
        }
        _ => false,
    }
}

#[test]
fn a_heap_that_may_not_grow_is_an_error_or_the_end() {
    on_thread(|| {
        let neighbour = Program::start(256 << 20).unwrap();
        for (name, body) in PROGRAMS {
            let code = format!("(async () => {{ {body} }})().then(String, (e) => '!' + e?.name + ': ' + e?.message)");
            let mut good = None;
            for times in [1, u64::MAX] {
                for nth in 0.. {
                    let program = Program::start(512 << 20).unwrap();
                    let faults = Faults::set(Call::Grow, Fault::Error(Errno::ENOMEM), nth, times);
                    let answer = program.eval(&code);
                    let calls = faults.end();
                    println!("{name}: growth {nth} of {calls}, {times} times: {answer:?}");
                    assert!(fits(&answer), "{name}: growth {nth} of {calls}, {times} times: {answer:?}");
                    // What was refused once is not refused for ever, unless the program was ended.
                    let after = program.eval("6 * 7");
                    assert!(after == Answer::Value(Datum::Number(42.0)) || after == Answer::OutOfMemory, "{name}: growth {nth}: {after:?}");
                    drop(program);
                    assert_eq!(neighbour.eval("[...'abc'].length"), Answer::Value(Datum::Number(3.0)));
                    if calls <= nth {
                        assert!(
                            !matches!(&answer, Answer::Value(Datum::Text(Text::Utf8(text))) if text.starts_with('!')),
                            "{name}: {answer:?}"
                        );
                        assert_eq!(*good.get_or_insert_with(|| answer.clone()), answer);
                        break;
                    }
                }
            }
        }
    });
}
