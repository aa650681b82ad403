"""JavaScript values as source text: literals, and expressions that make one object of every kind the engine has."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

from hypothesis import strategies as st

Source = st.SearchStrategy[str]

# Characters that mean something to some part of the library, and some of every width and script.
CHARACTERS = (
    "aabcxyzABZ0019 _-.,:;/\\|?#@&=+%~!*'\"`()[]{}<>^$\t\n\r\0\x07\x1b\x7f\x80\x9b\xa0\xe9\xff"
    "\u0100\u0130\u0131\u017f\u0301\u03a3\u03c2\u05d0\u0600\u0e01\u1e9e\u200b\u200d\u2028\u2029\u20ac\u212a\u3042\u4e2d\uac00\ufb01\ufe0f\ufeff\uff21\uffff"
    "\U0001f600\U0001f468\U0001f3fd\U00010400\U0001f1e9\ud800\udc00\udbff"
)
WORDS = (
    "",
    "a",
    "foo",
    "constructor",
    "__proto__",
    "length",
    "toString",
    "1",
    "-1",
    "01",
    "a b",
    "a'b",
    "ünïcödé",
    "\ud83d",
    "%",
    "%s",
    "%41",
    "null",
)


def literal(text: str) -> str:
    """A string literal that both runtimes and this terminal can read, lone surrogates escaped."""
    return json.dumps(text)


def one_of(*sources: str) -> Source:
    """One of these expressions."""
    return st.sampled_from(sources)


def text(alphabet: str = CHARACTERS, max_size: int = 12) -> Source:
    """The literal of a string."""
    return st.lists(st.sampled_from(alphabet), max_size=max_size).map(lambda found: literal("".join(found)))


def call(function: str, *args: Source) -> Source:
    """`function(args)`. An argument that is the empty text is left out."""
    if not args:
        return st.just(f"{function}()")
    return st.tuples(*args).map(lambda found: f"{function}({', '.join(arg for arg in found if arg)})")


def _named(key: str, value: Source) -> Source:
    return st.one_of(st.just(""), st.just(""), value.map(lambda source: f"{key}: {source}"))


def options(**values: Source) -> Source:
    """An object literal with any of these properties, or nothing at all (an argument left out)."""
    # A choice for each, drawn at once: a strategy for dictionaries takes ten times as long.
    return st.tuples(*(_named(key, value) for key, value in values.items())).map(lambda found: _object([part for part in found if part]))


def _object(parts: Sequence[str]) -> str:
    return f"{{ {', '.join(parts)} }}" if parts else ""


def number_source(value: float) -> str:
    """The literal of a number."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return repr(value)


STRINGS = st.one_of(st.sampled_from([literal(word) for word in WORDS]), text(), text(), text(max_size=40))
INTEGERS = st.one_of(
    st.integers(-3, 20).map(str),
    one_of("-0", "127", "128", "255", "256", "-128", "-129", "32767", "32768", "65535", "65536", "2147483647", "2147483648", "-2147483649"),
    one_of("4294967295", "4294967296", "9007199254740991", "9007199254740992", "-9007199254740992", "1e21", "1e300"),
)
NUMBERS = st.one_of(
    INTEGERS,
    one_of("NaN", "Infinity", "-Infinity", "0.1", "-0.5", "1.5", "1e-7", "5e-324", "1.7976931348623157e308", "123456789.123"),
    st.floats(allow_nan=False, allow_infinity=False).map(number_source),
)
BIGINTS = one_of(
    "0n",
    "1n",
    "-1n",
    "127n",
    "255n",
    "65536n",
    "-2147483649n",
    "9007199254740993n",
    "-(2n ** 63n)",
    "2n ** 63n",
    "2n ** 64n",
    "12345678901234567890n",
)
SYMBOLS = one_of("Symbol()", "Symbol('')", "Symbol('a')", "Symbol('a b\\n')", "Symbol.iterator", "Symbol.for('a')", "Symbol.toStringTag")
PRIMITIVES = st.one_of(one_of("undefined", "null", "true", "false"), NUMBERS, BIGINTS, STRINGS, SYMBOLS)
BYTES = st.lists(
    st.sampled_from(
        ["0", "1", "10", "65", "97", "127", "128", "143", "160", "169", "191", "195", "224", "237", "239", "240", "244", "255"]
    ),
    max_size=12,
)
BUFFERS = BYTES.map(lambda found: f"Buffer.from([{', '.join(found)}])")
_TYPED = (
    "Uint8Array",
    "Int8Array",
    "Uint8ClampedArray",
    "Uint16Array",
    "Int16Array",
    "Uint32Array",
    "Int32Array",
    "Float32Array",
    "Float64Array",
)
TYPED_ARRAYS = st.one_of(
    st.tuples(st.sampled_from(_TYPED), st.lists(INTEGERS, max_size=4)).map(lambda found: f"new {found[0]}([{', '.join(found[1])}])"),
    st.lists(BIGINTS, max_size=3).map(lambda found: f"new BigInt64Array([{', '.join(found)}])"),
    st.lists(BIGINTS, max_size=3).map(lambda found: f"new BigUint64Array([{', '.join(found)}])"),
)
BYTE_HOLDERS = st.one_of(
    BUFFERS,
    TYPED_ARRAYS,
    BYTES.map(lambda found: f"new Uint8Array([{', '.join(found)}]).buffer"),
    BYTES.map(lambda found: f"new DataView(new Uint8Array([{', '.join(found)}]).buffer)"),
    st.integers(0, 9).map(lambda size: f"new SharedArrayBuffer({size})"),
)
DATES = one_of(
    "new Date(0)",
    "new Date(-1)",
    "new Date(1e12)",
    "new Date(NaN)",
    "new Date(-62198755200000)",
    "new Date(8.64e15)",
    "new Date(253402300800000)",
)
REGEXPS = one_of(
    "/a/",
    "/(?:)/",
    "/[/]\\/\\n/gimsuy",
    "/\\p{L}/v",
    "/(?<n>a)|b/d",
    "new RegExp('\\n')",
    "new RegExp('/')",
    "Object.assign(/x/g, { lastIndex: 2, extra: 1 })",
)
FUNCTIONS = one_of(
    "function f(a, b) {}",
    "() => {}",
    "async (a) => {}",
    "function* g() {}",
    "async function* ag() {}",
    "function () {}",
    "class A {}",
    "class extends Array {}",
    "class B extends (class A {}) { static s = 1; get g() { return 1; } }",
    "(function f() {}).bind(null)",
    "Object.assign(function f() {}, { a: 1 })",
    "Math.max",
    "Map",
    "{ m() {} }.m",
    "Object.getOwnPropertyDescriptor({ get a() { return 1; } }, 'a').get",
    "Object.setPrototypeOf(() => {}, null)",
    "class { static { } }",
    "class null_ extends null {}",
    "Object.defineProperty(() => {}, 'name', { value: 5 })",
    "Proxy",
    "Function.prototype",
    "async function () {}",
    "eval",
).map(lambda source: f"({source})")
_ERROR_TYPES = ("Error", "TypeError", "RangeError", "SyntaxError", "EvalError", "URIError", "ReferenceError")
# Objects that hold nothing of the caller's choice, one of each kind at least.
SINGLES = one_of(
    "Object(1)",
    "Object(-0)",
    "Object('ab')",
    "Object(true)",
    "Object(5n)",
    "Object(Symbol('s'))",
    "Object.assign(Object('ab'), { x: 1 })",
    "Math",
    "JSON",
    "Reflect",
    "Atomics",
    "new WeakMap()",
    "new WeakSet()",
    "new WeakRef({ a: 1 })",
    "new Promise(() => {})",
    "Promise.resolve(5)",
    "Promise.reject(5)",
    "[1, 2][Symbol.iterator]()",
    "new Map([[1, 2]]).entries()",
    "new Map([[1, 2]]).keys()",
    "new Set([1, 'b']).values()",
    "new Set([5]).entries()",
    "'ab'[Symbol.iterator]()",
    "'a1b2'.matchAll(/\\d/g)",
    "(function* g() {})()",
    "(async function* g() {})()",
    "(function () { return arguments; })(1, 'a')",
    "(function () { 'use strict'; return arguments; })()",
    "new Proxy({ a: 1 }, {})",
    "new Proxy([1], { get: () => 5 })",
    "new Proxy(function f() {}, {})",
    "new Proxy(class A {}, {})",
    "new Proxy(new Proxy({}, {}), {})",
    "Proxy.revocable({}, {}).proxy",
    "((r) => { r.revoke(); return r.proxy; })(Proxy.revocable({}, {}))",
    "new URL('http://u:p@h:1/p?q#f')",
    "new URLSearchParams('a=1&b=2')",
    "new URLSearchParams('a=1').entries()",
    "new AbortController()",
    "AbortSignal.abort(1)",
    "new EventTarget()",
    "new TextEncoder()",
    "new TextDecoder('latin1')",
    "new MessageChannel().port1.constructor",
    "globalThis.Symbol",
    "new events.EventEmitter()",
    "new util.MIMEType('text/plain;a=b')",
    "new Intl.Segmenter('en').constructor.name",
    "new Blob(['ab'])",
    "new DOMException('m', 'DataCloneError')",
    "(class Foo { a = 1; #p = 2; })",
    "new (class Foo { a = 1; #p = 2; })()",
    "new (class Foo extends Map {})([[1, 2]])",
    "new (class Foo extends Array {})(3)",
    "new (class extends Set {})([1])",
    "new (class Foo extends Error {})('m')",
    "new (class Foo { get [Symbol.toStringTag]() { return 'tag'; } })()",
    "Object.create({ a: 1 })",
    "Object.create(null)",
    "Object.create(class A {}.prototype)",
    "Object.create(Object.create(null))",
    "{ __proto__: null, [Symbol.toStringTag]: 'T' }",
    "{ [Symbol.toStringTag]: 'T', a: 1 }",
    "new (class Foo extends Promise {})(() => {})",
    "new (class Foo extends Uint8Array {})(2)",
    "new (class Foo extends Date {})(0)",
    "new (class Foo extends RegExp {})('a')",
    "Object.setPrototypeOf([1, 2], null)",
    "Object.setPrototypeOf(new Map([[1, 2]]), null)",
    "Object.setPrototypeOf(new Date(0), null)",
    "Object.setPrototypeOf(new Error('m'), null)",
    "Object.setPrototypeOf(/a/, null)",
    "Object.setPrototypeOf(new Uint8Array(1), null)",
    "Object.setPrototypeOf(new Set([1]), Array.prototype)",
    "Array.prototype",
    "Map.prototype",
    "Date.prototype",
    "RegExp.prototype",
    "Error.prototype",
    "Object.prototype",
    "Promise.prototype",
    "Uint8Array.prototype",
    "Symbol.prototype",
    "Number.prototype",
    "new FinalizationRegistry(() => {})",
    "[1, 2].values().map((x) => x)",
    "Iterator.from([1])",
    "[,].concat(1)",
    "Object.assign([1, 2], { x: 1, '-1': 2 })",
    "new Array(3)",
    "[undefined, , null]",
    "Object.assign(new Array(150).fill(1), { k: 1 })",
    "Object.freeze([1])",
    "{ [util.inspect.custom]() { return 'custom'; } }",
    "{ [util.inspect.custom](depth, options) { return { depth, keys: Object.keys(options).length }; } }",
    "{ toString() { return 'told'; } }",
    "{ valueOf() { return 7; } }",
    "{ toJSON() { return 'json'; } }",
    "{ get a() { return 1; }, set b(v) {}, get c() { return 1; }, set c(v) {} }",
    "{ get a() { throw new Error('no'); } }",
    "((o) => { o.self = o; return o; })({ a: 1 })",
    "((a) => { a.push(a, [a]); return a; })([])",
    "((m) => m.set(m, new Set([m])))(new Map())",
    "((a, b) => { a.b = b; b.a = a; return a; })({}, {})",
    "((o) => ({ x: o, y: o }))({ shared: true })",
    "((e) => { e.cause = e; return e; })(new Error('round'))",
).map(lambda source: f"({source})" if source.startswith(("{", "class", "function")) else source)
OBJECT_KEYS = st.one_of(
    one_of(
        "a",
        "b",
        "c",
        "length",
        "constructor",
        "'a-b'",
        "'1'",
        "2",
        "''",
        "['__proto__']",
        "[Symbol('k')]",
        "[Symbol.toStringTag]",
        "['\\n']",
        "name",
        "message",
        "stack",
        "'it\\'s'",
    ),
    STRINGS,
)


def _pairs(values: Source) -> st.SearchStrategy[list[tuple[str, str]]]:
    return st.lists(st.tuples(values, values), max_size=3)


def _joined(found: Sequence[str]) -> str:
    return ", ".join(found)


def _property(key: str, value: str) -> str:
    # An array-like with a great length keeps both runtimes busy for ever, and a literal `__proto__` twice is no expression.
    return f"{key}: 2" if key == "length" else f"['__proto__']: {value}" if key == '"__proto__"' else f"{key}: {value}"


def containers(values: Source) -> Source:
    """Objects that hold the given values."""
    lists = st.lists(values, max_size=4)
    properties = st.lists(st.tuples(OBJECT_KEYS, values), max_size=4).map(
        lambda found: "{ " + _joined([_property(key, value) for key, value in found]) + " }"
    )
    return st.one_of(
        lists.map(lambda found: f"[{_joined(found)}]"),
        properties.map(lambda source: f"({source})"),
        properties.map(lambda source: f"Object.assign(Object.create(null), {source})"),
        _pairs(values).map(lambda found: "new Map([" + _joined([f"[{key}, {value}]" for key, value in found]) + "])"),
        lists.map(lambda found: f"new Set([{_joined(found)}])"),
        st.tuples(st.sampled_from(_ERROR_TYPES), STRINGS, values).map(lambda found: f"new {found[0]}({found[1]}, {{ cause: {found[2]} }})"),
        st.tuples(st.sampled_from(_ERROR_TYPES), STRINGS, properties).map(
            lambda found: f"Object.assign(new {found[0]}({found[1]}), {found[2]})"
        ),
        lists.map(lambda found: f"new AggregateError([{_joined(found)}], 'several')"),
        lists.map(lambda found: f"(function () {{ return arguments; }})({_joined(found)})"),
        values.map(lambda source: f"Promise.resolve({source})"),
        st.tuples(values, values).map(lambda found: f"[{found[0]}, , {found[1]}]"),
        values.map(lambda source: f"new Proxy(Object({source}), {{}})"),
        values.map(lambda source: f"Object.defineProperty({{}}, 'hidden', {{ value: {source} }})"),
    )


LEAVES = st.one_of(PRIMITIVES, PRIMITIVES, SINGLES, SINGLES, BYTE_HOLDERS, DATES, REGEXPS, FUNCTIONS)
VALUES = st.one_of(LEAVES, st.recursive(LEAVES, containers, max_leaves=6))
# What a program hands over by mistake.
WRONG = st.one_of(
    one_of("", "undefined", "null", "5", "-1", "NaN", "1.5", "true", "'x'", "[]", "{}", "() => {}", "Symbol('a')", "1n", "new Date(0)"),
    SINGLES,
)
