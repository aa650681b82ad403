"""`util`: inspect, format, comparing, arguments of a command line, styles, MIME types."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.differential.values import DATES, NUMBERS, STRINGS, VALUES, WRONG, call, literal, one_of, options, text

_BOOLEAN = one_of("true", "false")
INSPECT_OPTIONS = options(
    showHidden=_BOOLEAN,
    depth=one_of("0", "1", "3", "null", "Infinity", "-1"),
    colors=_BOOLEAN,
    customInspect=_BOOLEAN,
    showProxy=_BOOLEAN,
    maxArrayLength=one_of("0", "1", "2", "null", "Infinity"),
    maxStringLength=one_of("0", "1", "5", "null", "Infinity"),
    breakLength=one_of("1", "20", "80", "Infinity"),
    compact=one_of("true", "false", "0", "1", "5"),
    sorted=one_of("true", "false", "(a, b) => (a < b ? 1 : -1)"),
    getters=one_of("true", "false", "'get'", "'set'"),
    numericSeparator=_BOOLEAN,
)
_FORMATS = st.lists(
    st.sampled_from(["%s", "%d", "%i", "%f", "%j", "%o", "%O", "%c", "%%", "%x", "%", " ", "a", ":", "\n"]),
    max_size=6,
).map(lambda found: literal("".join(found)))
_WORDS = st.lists(
    one_of(
        "'-a'",
        "'-abc'",
        "'-a=b'",
        "'-ab'",
        "'--foo'",
        "'--foo=bar'",
        "'--no-foo'",
        "'--bar'",
        "'--'",
        "'x'",
        "''",
        "'-'",
        "'--='",
        "'--foo='",
        "'-f'",
        "'--no-bar=1'",
        "'---'",
    ),
    max_size=5,
).map(lambda found: f"[{', '.join(found)}]")
_OPTION = options(
    type=one_of("'string'", "'boolean'", "'other'"),
    short=one_of("'a'", "'f'", "'ab'", "''", "5"),
    multiple=one_of("true", "false", "1"),
    default=one_of("'x'", "true", "['a', 'b']", "[true]", "undefined", "5"),
).map(lambda source: source or "{ type: 'string' }")
_PARSE = options(
    args=st.one_of(_WORDS, _WORDS, _WORDS, WRONG.map(lambda source: source or "[]")),
    options=st.tuples(_OPTION, _OPTION).map(lambda found: f"{{ foo: {found[0]}, bar: {found[1]} }}"),
    strict=_BOOLEAN,
    allowPositionals=_BOOLEAN,
    allowNegative=_BOOLEAN,
    tokens=_BOOLEAN,
).map(lambda source: f"{{ args: [], ...{source or '{}'} }}")
_COLOURS = one_of(
    "'red'",
    "'bold'",
    "'bgBlueBright'",
    "'none'",
    "'gray'",
    "'grey'",
    "['red', 'underline']",
    "[]",
    "'nope'",
    "['bold', 'nope']",
    "'hidden'",
    "5",
)
_ESCAPED = st.lists(
    st.sampled_from(
        [
            "\x1b[31m",
            "\x1b[0m",
            "\x1b[1;2H",
            "\x9b5A",
            "\x1b]8;;http://x\x07",
            "\x1b]0;t\x1b\\",
            "a",
            "é",
            "\x1b",
            "[",
            "\x1b[?25l",
            "\x1b(B",
            "\U0001f600",
        ]
    ),
    max_size=6,
).map(lambda found: literal("".join(found)))
_MIME = st.lists(
    st.sampled_from(["text", "/", "plain", ";", " ", "charset", "=", "utf-8", '"', "\\", "a", "A", "\t", "é", "*", ",", "x=y", '"q;\\"r"']),
    max_size=9,
).map(lambda found: literal("text/plain" * (len(found) % 2) + "".join(found)))
_TYPES = [
    "isAnyArrayBuffer",
    "isArrayBuffer",
    "isArgumentsObject",
    "isAsyncFunction",
    "isBigInt64Array",
    "isBoxedPrimitive",
    "isDataView",
    "isDate",
    "isExternal",
    "isGeneratorFunction",
    "isGeneratorObject",
    "isMap",
    "isMapIterator",
    "isModuleNamespaceObject",
    "isNativeError",
    "isPromise",
    "isProxy",
    "isRegExp",
    "isSet",
    "isSetIterator",
    "isSharedArrayBuffer",
    "isStringObject",
    "isSymbolObject",
    "isTypedArray",
    "isUint8Array",
    "isWeakMap",
    "isWeakSet",
    "isNumberObject",
    "isBooleanObject",
    "isBigIntObject",
    "isArrayBufferView",
    "isFloat64Array",
]

CALLS = st.one_of(
    call("util.inspect", VALUES, INSPECT_OPTIONS),
    call("util.inspect", VALUES, INSPECT_OPTIONS),
    call("util.inspect", VALUES),
    call("util.inspect", VALUES, one_of("{ showHidden: true, showProxy: true, depth: 4 }")),
    call("util.inspect", STRINGS),
    call("util.inspect", st.lists(NUMBERS, min_size=5, max_size=30).map(lambda found: f"[{', '.join(found)}]"), INSPECT_OPTIONS),
    call("util.inspect", st.lists(text(max_size=20), min_size=5, max_size=15).map(lambda found: f"[{', '.join(found)}]"), INSPECT_OPTIONS),
    call("util.format", _FORMATS, VALUES, VALUES, VALUES),
    call("util.format", VALUES, VALUES),
    call("util.formatWithOptions", INSPECT_OPTIONS.map(lambda source: source or "{}"), _FORMATS, VALUES, VALUES),
    call("util.isDeepStrictEqual", VALUES, VALUES),
    VALUES.map(lambda source: f"util.isDeepStrictEqual({source}, {source})"),
    call("util.parseArgs", _PARSE),
    call("util.parseArgs", _PARSE),
    call("util.styleText", _COLOURS, STRINGS, options(validateStream=_BOOLEAN, stream=one_of("process.stderr", "5"))),
    call("util.stripVTControlCharacters", st.one_of(_ESCAPED, STRINGS, WRONG)),
    _MIME.map(lambda source: f"((m) => [String(m), m.type, m.subtype, m.essence, [...m.params]])(new util.MIMEType({source}))"),
    st.tuples(STRINGS, STRINGS).map(
        lambda found: f"((p) => {{ p.set({found[0]}, {found[1]}); return [String(p), p.has('A'), p.get('a')]; }})(new util.MIMEParams())"
    ),
    call("util.toUSVString", st.one_of(STRINGS, WRONG)),
    st.tuples(st.sampled_from(_TYPES), VALUES).map(lambda found: f"util.types.{found[0]}({found[1]})"),
    call("util.inspect", DATES, INSPECT_OPTIONS),
    call("util.getSystemErrorName", st.one_of(st.integers(-140, 3).map(str), WRONG)),
    call("util.getSystemErrorMessage", st.one_of(st.integers(-140, 3).map(str), WRONG)),
    call(
        "util.parseEnv",
        st.one_of(
            STRINGS,
            st.lists(st.sampled_from(["A", "=", "'", '"', "\n", "#", " ", "export ", "\\n", "`", "b", "\r", ": "]), max_size=12).map(
                lambda found: literal("".join(found))
            ),
        ),
    ),
    call("util.inherits", WRONG, WRONG),
    call("util.promisify", WRONG),
    call("util.callbackify", WRONG),
    call("util.debuglog", one_of("'x'")),
    call("util.deprecate", WRONG, WRONG),
    call("util.aborted", WRONG, WRONG),
    st.tuples(VALUES, VALUES).map(lambda found: f"util.diff({found[0]}, {found[1]})"),
)
