//! `value_conversion`: any value goes to an environment and comes back as it was; any value that a program makes crosses, or is refused,
//! and the environment answers the next request.

use super::input::Input;
use super::machine::{Mailbox, session};
use edge_napi::types::napi_typedarray_type::*;
use edge_node::{Answer, Datum, Fault, Text};

/// Values that are hard to read: they lie about themselves, change while they are read, end never, or throw.
const HOSTILE: &[&str] = &[
    "new Proxy([], { get() { throw 1 } })",
    "new Proxy({}, { ownKeys() { return ['a', 'b'] }, getOwnPropertyDescriptor() { return { enumerable: true, configurable: true, value: 1 } } })",
    "{ get a() { throw new Error('getter') } }",
    "{ get a() { this.b = 1; delete this.c; return 2 }, b: {}, c: 3 }",
    "(() => { const a = [1, 2, 3]; Object.defineProperty(a, 0, { get() { a.length = 0; return 1 } }); return a })()",
    "(() => { const o = {}; o.o = o; return o })()",
    "Array(2 ** 32 - 1)",
    "(() => { let v = 1; for (let i = 0; i < 300; i++) v = [v]; return v })()",
    "new Map([[{}, new Set([[]])]])",
    "(() => { const m = new Map(); m.set(m, 1); return m })()",
    "Object.assign(new Error('e'), { name: { toString() { throw 1 } }, code: 5, cause: Symbol() })",
    "Object.create(Error.prototype, { message: { get() { throw 1 } } })",
    "structuredClone(new Uint8Array(9), { transfer: [] }).subarray(2)",
    "(() => { const b = new ArrayBuffer(8); const u = new Uint16Array(b); structuredClone(b, { transfer: [b] }); return u })()",
    "new Uint32Array(new ArrayBuffer(16, { maxByteLength: 64 }))",
    "(() => { const b = new ArrayBuffer(16, { maxByteLength: 64 }); const u = new Int16Array(b, 8); b.resize(4); return u })()",
    "Promise.reject(new Proxy(function () {}, {}))",
    "{ then(f) { f({ then: 1 }) } }",
    "{ then() { throw Symbol() } }",
    "Object.setPrototypeOf(new Date(), null)",
    "Object.setPrototypeOf(new Number(1), { valueOf() { return {} } })",
    "Object('wrapped')",
    "new WeakMap()",
    "globalThis",
    "(Object.prototype.extra = 1, { a: 1 })",
    "(Array.prototype[Symbol.iterator] = null, [1, [2]])",
    "(Map.prototype.get = null, new Map([[1, 2]]))",
    "(globalThis.Error = null, 1)",
    "'\\ud800'",
    "Symbol.iterator",
    "-(2n ** 300n)",
    "process.stdout",
    "arguments",
];

fn text(input: &mut Input<'_>) -> Text {
    match input.byte() % 4 {
        0 => Text::Utf8(String::from_utf8_lossy(input.bytes(12)).into_owned()),
        1 => Text::Utf16((0..input.below(6)).map(|_| input.word() as u16).collect()),
        2 => Text::Utf8(input.of(&["", "a", "__proto__", "constructor", "length", "caf\u{e9}", "\u{1f980}", "\0"]).to_owned()),
        _ => Text::Utf16(input.of(&[&[0xd800_u16][..], &[0xdc00, 0xd800], &[0x61, 0x3042]]).to_vec()),
    }
}

fn datum(input: &mut Input<'_>, depth: usize) -> Datum {
    let few = |input: &mut Input<'_>| if depth > 5 { 0 } else { input.below(5) };
    match input.byte() % 15 {
        0 => Datum::Undefined,
        1 => Datum::Null,
        2 => Datum::Bool(input.byte() % 2 == 0),
        3 => Datum::Number(f64::from_bits(u64::from(input.word()) << 32 | u64::from(input.word()))),
        4 => Datum::Number(f64::from(input.word() as i32)),
        5 => Datum::BigInt(
            input.byte() % 2 == 0,
            (0..input.below(5)).map(|_| u64::from(input.word()).rotate_left(input.byte().into())).collect(),
        ),
        6 => Datum::Text(text(input)),
        7 => Datum::Bytes(input.bytes(20).to_vec()),
        8 => {
            let kind = input.of(&[
                napi_int8_array,
                napi_int16_array,
                napi_uint16_array,
                napi_int32_array,
                napi_uint32_array,
                napi_float32_array,
                napi_float64_array,
                napi_bigint64_array,
                napi_biguint64_array,
                edge_float16_array,
            ]);
            Datum::Typed(kind, vec![input.byte(); kind.element_size() * input.below(4)])
        }
        9 => Datum::Date(input.of(&[0.0, f64::NAN, 1.0, -1.0, 8.64e15, -8.64e15, 1.7e12])),
        10 | 11 => Datum::Array((0..few(input)).map(|_| datum(input, depth + 1)).collect()),
        12 => {
            let mut properties: Vec<(Text, Datum)> = Vec::new();
            for _ in 0..few(input) {
                let (key, value) = (plain(text(input)), datum(input, depth + 1));
                if properties.iter().all(|(other, _)| *other != key) {
                    properties.push((key, value));
                }
            }
            Datum::Object(properties)
        }
        // Distinct keys and members: JavaScript keeps one of those that are the same.
        13 if input.byte() % 2 == 0 => Datum::Map((0..few(input)).map(|n| (Datum::Number(n as f64), datum(input, depth + 1))).collect()),
        13 => Datum::Set((0..few(input)).map(|_| Datum::Array(vec![datum(input, depth + 1)])).collect()),
        _ => {
            let mut part = |list: &[&str]| input.of(list).to_owned();
            let (name, message) = (part(&["Error", "TypeError", "X", "caf\u{e9}"]), part(&["", "m", "\u{1f980}"]));
            let (code, host_type) = (input.of(&[None, Some("E")]).map(String::from), input.of(&[None, Some("a.B")]).map(String::from));
            let cause =
                if few(input) > 2 { Some(Box::new(datum(input, depth + 1))).filter(|cause| **cause != Datum::Undefined) } else { None };
            Datum::Error(Box::new(Fault { name, message, code, host_type, cause, ..Fault::default() }))
        }
    }
}

/// Well-formed text has one shape.
fn plain(text: Text) -> Text {
    match text {
        Text::Utf16(units) => String::from_utf16(&units).map_or(Text::Utf16(units), Text::Utf8),
        utf8 => utf8,
    }
}

/// What may differ: how a text or bigint is written, the order of properties whose names are numbers, an error's stack.
fn normal(datum: Datum) -> Datum {
    match datum {
        Datum::Text(text) => Datum::Text(plain(text)),
        Datum::Number(number) if number.is_nan() => Datum::Number(f64::NAN),
        Datum::BigInt(negative, mut words) => {
            while words.last() == Some(&0) {
                words.pop();
            }
            Datum::BigInt(negative && !words.is_empty(), words)
        }
        Datum::Array(items) => Datum::Array(items.into_iter().map(normal).collect()),
        Datum::Set(items) => Datum::Set(items.into_iter().map(normal).collect()),
        Datum::Map(pairs) => Datum::Map(pairs.into_iter().map(|(key, value)| (normal(key), normal(value))).collect()),
        Datum::Object(properties) => {
            let mut properties: Vec<_> = properties.into_iter().map(|(key, value)| (plain(key), normal(value))).collect();
            properties.sort_by_key(|(key, _)| format!("{key:?}"));
            Datum::Object(properties)
        }
        Datum::Error(fault) => {
            let cause = fault.cause.map(|cause| Box::new(normal(*cause)));
            Datum::Error(Box::new(Fault { stack: String::new(), cause, ..*fault }))
        }
        other => other,
    }
}

fn hostile(input: &mut Input<'_>) -> String {
    let piece = |input: &mut Input<'_>| input.of(HOSTILE);
    match input.byte() % 4 {
        0 => format!("[{}, {}]", piece(input), piece(input)),
        1 => format!("({{ a: {}, b: new Set([{}]) }})", piece(input), piece(input)),
        2 => format!("throw ({})", piece(input)),
        _ => format!("({})", piece(input)),
    }
}

/// The answer to a request; `None` once the environment gave up for want of memory.
fn ask(mail: &Mailbox, kind: &'static str, args: Vec<Datum>) -> Option<Answer> {
    match mail.ask(kind, args) {
        Answer::OutOfMemory => None,
        Answer::Poisoned(why) => panic!("poisoned: {why}"),
        answer => Some(answer),
    }
}

/// Some values there and back, some that a program made, and the first again.
pub fn value_conversion(data: &[u8]) {
    let mut input = Input::new(data);
    let mail = session();
    let source = |code: &str| vec![Datum::Text(Text::Utf8(code.to_owned())), Datum::Text(Text::Utf8("fuzz".to_owned()))];
    let Some(Answer::Value(Datum::Function(same))) = ask(&mail, "eval", source("(value) => value")) else { panic!("a function crosses") };
    let mut tampered = false;
    for _ in 0..12 {
        if input.is_empty() {
            break;
        }
        if input.byte() % 3 == 0 {
            tampered = true;
            let code = hostile(&mut input);
            match ask(&mail, "eval", source(&code)) {
                // A promise that nobody handles ends the program, as in Node.
                None | Some(Answer::Exited(1)) => return,
                Some(Answer::Exited(code)) => panic!("exited with {code}"),
                Some(_) => {}
            }
            continue;
        }
        let sent = datum(&mut input, 0);
        let Some(answer) = ask(&mail, "apply", vec![Datum::Function(same), Datum::Array(vec![sent.clone()])]) else { return };
        // A program may have changed what values are made with; then an error is an answer too.
        let got = match answer {
            Answer::Value(got) => got,
            Answer::Thrown(_) if tampered => continue,
            Answer::Exited(1) if tampered => return,
            other => panic!("{sent:?} gave {other:?}"),
        };
        let (sent, got) = (format!("{:?}", normal(sent)), format!("{:?}", normal(got)));
        assert_eq!(sent, got);
    }
}
