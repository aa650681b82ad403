"""What the engine says to common mistakes."""

from __future__ import annotations

import re

from hypothesis import strategies as st

from tests.differential.values import FUNCTIONS, PRIMITIVES, SINGLES, STRINGS, VALUES, one_of

# The calls change their values, and what all calls share must stay as it is.
_SHARED = re.compile(r"\.prototype(?!\w)|\b(Math|JSON|Reflect|Atomics|eval|globalThis|constructor)\b|\((Map|Proxy)\)")
_VALUE = (
    st.one_of(PRIMITIVES, SINGLES, FUNCTIONS, VALUES).filter(lambda source: not _SHARED.search(source)).map(lambda source: f"({source})")
)
_KEY = st.one_of(one_of("'a'", "'b c'", "0", "Symbol('k')", "Symbol.iterator", "null"), STRINGS)
# V, W: values; K: a key.
_TEMPLATES = (
    "V.a", "V.a.b", "V[K]", "V[K][K]", "V()", "V.a()", "V[K]()", "V.a.b()", "new V()", "new V.a()", "new (V.a.b)()", "V?.a.b", "[...V]", "Math.max(...V)", "new Map(V)", "new Set(V)", "new Map([V])", "(({ a }) => a)(V)",
    "(([a]) => a)(V)", "(({ a: { b } }) => b)(V)", "((v) => v.a.b)(V)", "((v) => v.a())(V)", "((v) => v())(V)", "((v) => new v())(V)", "((v) => [...v])(V)", "((v) => { const { a } = v; return a; })(V)",
    "((v) => { const [a, b] = v; return b; })(V)", "((v) => { for (const x of v) return x; })(V)", "((v) => { v.a = 1; })(V)", "((v) => { 'use strict'; v.a = 1; return v.a; })(V)", "((v) => { 'use strict'; delete v.length; })(V)",
    "((o) => o.method())({ method: V })", "((o) => o.a.method(1))({ a: V })", "((o) => o[K]())({ a: V })", "(() => { const a = V; a = 1; })()", "(() => { x; let x = V; })()", "(() => { x = V; let x; })()", "undefinedName + V", "undefinedName.a",
    "typeof undefinedName", "V + W", "V in W", "V instanceof W", "V - W", "`${V}`", "+V", "-V", "~V", "V < W", "({ ...V })", "({ [V]: 1 })", "class_(V)", "(class extends V {})", "new (class extends V {})()", "new (class A { constructor() { this.a; } })(V)",
    "new (class extends Object { constructor() { this.a = 1; } })()", "new (class extends Object { constructor() { super(); super(); } })()", "new (class extends Object { constructor() { return V; } })()", "(class A {})(V)", "(class { #p; static get(o) { return o.#p; } }).get(V)",
    "(class { #p; static set(o) { o.#p = 1; } }).set(V)", "(class { #m() {} static call(o) { o.#m(); } }).call(V)", "(class { #p; static has(o) { return #p in o; } }).has(V)", "Object.defineProperty(V, K, W)", "Object.defineProperty(Object.freeze({ a: 1 }), 'a', { value: V })",
    "Object.setPrototypeOf(V, W)", "Object.create(V)", "Object.create({}, V)", "Object.assign(V, W)", "Object.keys(V)", "Object.entries(V)", "Object.fromEntries(V)", "Object.getPrototypeOf(V)", "Reflect.ownKeys(V)", "Reflect.construct(V, [])", "Reflect.apply(V, null, W)",
    "Reflect.get(V, K)", "Array.from(V)", "Array(V)", "new Array(V)", "Array.prototype.map.call(V, W)", "[1].map(V)", "[1].forEach(V)", "[].reduce(V)", "[1, 2].sort(V)", "[1].flatMap(V)", "Array.prototype.concat.call(V, W)", "Array.fromAsync(V) && 1", "'abc'.repeat(V)",
    "'a'.padEnd(V)", "'abc'.normalize(V)", "'a'.localeCompare(V)", "'a'.matchAll(V)", "'a'.replaceAll(V, W)", "'a'.startsWith(V)", "'a'.at(V)", "String.prototype.trim.call(V)", "String.raw(V)", "String.fromCodePoint(V)", "(5).toFixed(V)", "(5).toString(V)", "(5).toPrecision(V)",
    "Number.prototype.toFixed.call(V)", "BigInt(V)", "BigInt.asIntN(V, W)", "Symbol(V)", "new Symbol(V)", "Symbol.keyFor(V)", "Symbol.prototype.toString.call(V)", "new Promise(V)", "Promise(V)", "Promise.prototype.then.call(V)", "await Promise.all(V)", "await Promise.any(V)",
    "Promise.resolve.call(V)", "Map(V)", "Map.prototype.get.call(V, 1)", "Set.prototype.add.call(V, 1)", "new Set([1]).union(V)", "WeakMap.prototype.set.call(V)", "new WeakMap().set(V, 1)", "new WeakSet().add(V)", "new WeakRef(V)", "new WeakMap(V)", "new FinalizationRegistry(V)",
    "Date.prototype.getTime.call(V)", "new Date(V).toISOString()", "Date.prototype[Symbol.toPrimitive].call(new Date(0), V)", "new RegExp(V, W)", "RegExp.prototype.exec.call(V)", "RegExp.prototype[Symbol.replace].call(V)", "Function(V)", "Function.prototype.toString.call(V)", "Function.prototype.call.call(V)",
    "Function.prototype.apply.call(Math.max, null, V)", "(() => {}).bind.call(V)", "new Proxy(V, W)", "new Proxy({}, { get: V }).a", "Proxy(V)", "new Proxy({ a: 1 }, { ownKeys: () => V, getOwnPropertyDescriptor: () => W })[K]", "Object.keys(new Proxy({}, { ownKeys: () => V }))",
    "Object.getOwnPropertyDescriptor(new Proxy({}, { getOwnPropertyDescriptor: () => V }), K)", "Object.getPrototypeOf(new Proxy({}, { getPrototypeOf: () => V }))", "(K in new Proxy(Object.freeze({ a: 1 }), { has: () => false }))", "new Uint8Array(V)", "new Uint8Array(8).set(V)",
    "new Uint16Array(new ArrayBuffer(8), V)", "new ArrayBuffer(V).byteLength < 100", "new DataView(V)", "new DataView(new ArrayBuffer(8)).getInt32(V)", "new DataView(new ArrayBuffer(8)).setBigInt64(0, V)", "Uint8Array(V)", "Uint8Array.prototype.fill.call(V)", "Uint8Array.from(V)", "new BigInt64Array([V])", "Atomics.add(V, 0, 1)",
    "Atomics.load(new Int32Array(2), V)", "Atomics.wait(V, 0, 0, 0)", "JSON.parse(V)", "JSON.stringify(V)", "JSON.stringify({ a: { b: V } })", "JSON.parse('{}', () => V)", "Iterator(V)", "new Iterator(V)", "Iterator.from(V)", "[1].values().map(V)", "[1].values().take(V)", "[1].values().reduce(V)", "(function* () {})().throw(V)",
    "(function* () { yield* V; })().next()", "((g) => { g.next(); return g.return(V); })((function* () { yield 1; })())", "(function* () {}).prototype.next.call(V)", "await (async () => V)()", "await (async () => { for await (const x of V) return x; })()", "await V", "decodeURIComponent(V)", "encodeURIComponent(V)", "parseInt(V)",
    "isNaN(V)", "eval(V)", "new Error(V).message", "new Error('m', V)", "new AggregateError(V)", "Error.prototype.toString.call(V)", "Error.captureStackTrace(V)", "structuredClone(V)", "clearTimeout(V)", "globalThis.V", "super_ => V", "V.constructor.name", "V?.[K]", "V ?? W", "V, W",
    "delete V.a", "V++", "void V", "typeof V", "(() => { throw V; })()", "((a = V.x.y) => a)()", "(function f() { return f.caller; })()", "(function () { 'use strict'; return arguments.callee; })()", "(function f() { f = 1; return f; })()", "(function f() { 'use strict'; f = 1; })()", "with_(V)",
    "new (function F() { return V; })()", "(() => {}).a.b", "new (() => {})(V)", "new (async () => {})()", "new ({ m() {} }).m()", "new Math.max(V)", "Object.freeze([1]).push(V)", "Object.preventExtensions([]).push(V)", "Object.freeze([2, 1]).sort()", "((a) => { 'use strict'; a[0] = 1; })(Object.freeze([V]))",
    "((o) => { 'use strict'; o.a = 1; })({ get a() { return V; } })", "((o) => { 'use strict'; o.x = 1; })(Object.preventExtensions({}))", "((o) => { 'use strict'; delete o.a; })(Object.freeze({ a: V }))", "((s) => { 'use strict'; s.length = 1; })('abc')", "((s) => { 'use strict'; s[0] = 'x'; })('abc')", "((s) => { 'use strict'; undefined = V; })()",
    "((a) => { a.length = V; return a; })([])", "((a) => { 'use strict'; x_y = V; })()", "Intl.Segmenter(V)",
)  # fmt: skip
_NO_LOOPS = ("new ArrayBuffer(V)", "'abc'.repeat(V)", "'a'.padEnd(V)", "eval(V)", "Function(V)", "globalThis.V")


def _filled(found: tuple[str, str, str, str]) -> str:
    template, first, second, key = found
    # One pass, so that a V within a value stays.
    return "".join({"V": first, "W": second, "K": key}.get(part, part) for part in _split(template))


def _split(template: str) -> list[str]:
    """The template in parts; a V, W or K that is not part of a word is a part of its own."""
    parts = [""]
    for at, character in enumerate(template):
        around = template[at - 1 : at] + template[at + 1 : at + 2]
        if character in "VWK" and not any(neighbour.isalnum() or neighbour == "_" for neighbour in around):
            parts += [character, ""]
        else:
            parts[-1] += character
    return parts


def _small(template: str) -> bool:
    return template not in _NO_LOOPS


CALLS = st.tuples(st.sampled_from([template for template in _TEMPLATES if _small(template)]), _VALUE, _VALUE, _KEY).map(_filled)
