"""The language's own library as far as both engines must agree: JSON, numbers, dates in UTC, regular expressions, strings, arrays."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.differential.values import BIGINTS, INTEGERS, NUMBERS, STRINGS, TYPED_ARRAYS, VALUES, WRONG, call, literal, one_of

_JSON = st.lists(
    st.sampled_from(
        [
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            '"a"',
            '"',
            "1",
            "-",
            "0",
            ".5",
            "1e5",
            "true",
            "null",
            "nul",
            " ",
            "\n",
            "'",
            "\\u0041",
            '"\\n"',
            "é",
            "01",
            '"\t"',
            "/",
            "NaN",
            '"__proto__"',
        ]
    ),
    max_size=8,
).map(lambda found: literal("".join(found)))
_DATE_TEXTS = st.lists(
    st.sampled_from(
        [
            "2020",
            "-01",
            "-02-30",
            "-12-31",
            "T",
            "00:00",
            "24:00",
            "12:30:15",
            ".123",
            ".123456",
            "Z",
            "+01:00",
            "-0530",
            " ",
            "Jan",
            " 1",
            "Mon, ",
            "GMT",
            "12/25/1995",
            "+020000",
            "-000001",
            "PM",
            "AM",
            "1 ",
            "(x)",
            "UTC",
            "EST",
            ",",
            "t",
            "z",
        ]
    ),
    max_size=6,
).map(lambda found: literal("".join(found)))
_DATE_NUMBERS = st.one_of(st.integers(-(10**13), 10**13).map(str), NUMBERS)
_DATE_METHODS = st.sampled_from(
    [
        "toISOString",
        "toString",
        "toUTCString",
        "toDateString",
        "toTimeString",
        "toJSON",
        "valueOf",
        "getTimezoneOffset",
        "getDay",
        "getUTCFullYear",
        "getYear",
    ]
)
_NUMBER_METHODS = st.sampled_from(["toFixed", "toPrecision", "toExponential", "toString"])
_PATTERNS = st.lists(
    st.sampled_from(
        [
            "a",
            "b",
            ".",
            "*",
            "+",
            "?",
            "(",
            ")",
            "(?:",
            "[",
            "]",
            "^",
            "$",
            "\\d",
            "\\w",
            "\\b",
            "|",
            "{2}",
            "{1,2}",
            "\\1",
            "(?<n>",
            "(?=",
            "(?!",
            "(?<=",
            "\\k<n>",
            "\\u{41}",
            "\\p{L}",
            "-",
            "\\",
            "é",
            "{",
            "}",
            "\\cA",
            "\\xg",
            "(?i:",
        ]
    ),
    max_size=7,
).map(lambda found: literal("".join(found)))
_FLAGS = one_of("", "", "'g'", "'i'", "'u'", "'v'", "'gd'", "'s'", "'m'", "'y'", "'gg'", "'x'", "'uv'", "'iu'")
_REGEXP = st.one_of(
    one_of(
        "/a/g",
        "/(a)(b)?/",
        "/(?<x>.)/gu",
        "/[a-z]+/gi",
        "/\\s/",
        "/^/gm",
        "/$/",
        "/(?:)/g",
        "/\\b/g",
        "/./su",
        "/(.)\\1/",
        "/[^\\w]/g",
        "/\\p{Lu}/gu",
        "/[\\p{L}--[a-z]]/v",
        "/(?<=a)b/",
    ),
)
_STRING_ARGS = st.one_of(STRINGS, INTEGERS, one_of("", "undefined", "null"))
_STRING_METHODS = (
    "at", "charAt", "charCodeAt", "codePointAt", "concat", "endsWith", "includes", "indexOf", "lastIndexOf", "padEnd", "padStart", "slice", "split", "startsWith", "substring", "substr", "toLowerCase",
    "toUpperCase", "trim", "trimStart", "trimEnd", "isWellFormed", "toWellFormed", "anchor", "big", "link",
)  # fmt: skip
_SMALL = st.integers(-3, 110).map(str)
_ARRAYS = st.lists(st.one_of(NUMBERS, STRINGS, one_of("undefined", "null", "[1]")), max_size=6).map(lambda found: f"[{', '.join(found)}]")


def _string_call(name: str) -> st.SearchStrategy[str]:
    arguments = [_SMALL if name in ("padEnd", "padStart") else _STRING_ARGS, STRINGS if name in ("padEnd", "padStart") else _STRING_ARGS]
    return st.tuples(STRINGS, *arguments).map(lambda found: f"{found[0]}.{name}({', '.join(arg for arg in found[1:] if arg)})")


CALLS = st.one_of(
    call("JSON.parse", _JSON),
    call("JSON.parse", _JSON),
    call("JSON.parse", VALUES),
    call(
        "JSON.stringify",
        VALUES,
        one_of("", "null", "['a', 1]", "(k, v) => (k === 'a' ? 5 : v)"),
        one_of("", "2", "'\\t'", "20", "'abcdefghijklmn'"),
    ),
    call("String", VALUES),
    call("Number", VALUES),
    call("BigInt", VALUES),
    call("parseInt", STRINGS, one_of("", "2", "16", "36", "37", "0")),
    call("parseFloat", STRINGS),
    st.tuples(NUMBERS, _NUMBER_METHODS, one_of("", "0", "1", "2", "10", "21", "36", "100", "101", "-1", "NaN")).map(
        lambda found: f"({found[0]}).{found[1]}({found[2]})"
    ),
    NUMBERS.map(
        lambda source: (
            f"[{source}, String({source}), Math.fround({source}), Math.round({source}), Math.trunc({source}), ({source}) | 0, ({source}) >>> 0]"
        )
    ),
    st.tuples(st.sampled_from(["sqrt", "cbrt", "sign", "floor", "ceil", "abs", "clz32", "f16round"]), NUMBERS).map(
        lambda found: f"Math.{found[0]}({found[1]})"
    ),
    st.tuples(NUMBERS, st.sampled_from(["+", "-", "*", "/", "%", "**", "<", "==", "&", "<<", ">>>"]), NUMBERS).map(
        lambda found: f"(({found[0]}) {found[1]} ({found[2]}))"
    ),
    st.tuples(VALUES, st.sampled_from(["+", "-", "*", "==", "===", "<", "in", "instanceof", "??", "&", "**"]), VALUES).map(
        lambda found: f"(({found[0]}) {found[1]} ({found[2]}))"
    ),
    st.tuples(
        BIGINTS, st.sampled_from(["+", "-", "*", "/", "%", "**", "&", "<<", ">>"]), st.one_of(BIGINTS, one_of("0n", "3n", "64n", "1"))
    )
    .map(lambda found: f"(({found[0]}) {found[1]} ({found[2]}))")
    .filter(
        lambda source: (
            not any(f"{power} (" in source for power in ("**", "<<", ">>")) or source.endswith(("(3n))", "(0n))", "(64n))", "(1))"))
        )
    ),
    st.tuples(st.sampled_from(["asIntN", "asUintN"]), one_of("0", "1", "8", "64", "-1", "'5'"), st.one_of(BIGINTS, WRONG)).map(
        lambda found: f"BigInt.{found[0]}({', '.join(arg for arg in found[1:] if arg)})"
    ),
    _DATE_TEXTS.map(lambda source: f"Date.parse({source})"),
    st.tuples(_DATE_NUMBERS, _DATE_METHODS).map(lambda found: f"new Date({found[0]}).{found[1]}()"),
    st.tuples(_DATE_TEXTS, _DATE_METHODS).map(lambda found: f"new Date({found[0]}).{found[1]}()"),
    call("Date.UTC", INTEGERS, INTEGERS, INTEGERS, INTEGERS),
    st.tuples(INTEGERS, INTEGERS, INTEGERS, NUMBERS).map(lambda found: f"new Date({', '.join(found)})"),
    call("new RegExp", _PATTERNS, _FLAGS),
    st.tuples(_PATTERNS, _FLAGS, STRINGS).map(lambda found: f"new RegExp({found[0]}{', ' if found[1] else ''}{found[1]}).exec({found[2]})"),
    st.tuples(_REGEXP, STRINGS).map(lambda found: f"{found[0]}.exec({found[1]})"),
    st.tuples(STRINGS, _REGEXP).map(lambda found: f"{found[0]}.match({found[1]})"),
    st.tuples(STRINGS, _REGEXP, one_of("'[$&]'", "'$1$2$$'", "'$<x>'", "'$`|$\\''", "(...a) => JSON.stringify(a)", "''", "'$0$01$10'")).map(
        lambda found: f"{found[0]}.replace({found[1]}, {found[2]})"
    ),
    st.tuples(STRINGS, STRINGS, one_of("'[$&]'", "'$$'", "(m, at) => at")).map(
        lambda found: f"{found[0]}.replaceAll({found[1]}, {found[2]})"
    ),
    st.tuples(STRINGS, _REGEXP, one_of("", "2", "0", "-1")).map(
        lambda found: f"{found[0]}.split({found[1]}{', ' if found[2] else ''}{found[2]})"
    ),
    st.tuples(STRINGS, _REGEXP).map(lambda found: f"[...{found[0]}.matchAll({found[1]})]"),
    st.sampled_from(_STRING_METHODS).flatmap(_string_call),
    st.tuples(STRINGS, one_of("'NFC'", "'NFD'", "'NFKC'", "'NFKD'", "''", "'x'", "")).map(
        lambda found: f"{found[0]}.normalize({found[1]})"
    ),
    st.tuples(
        st.sampled_from(
            [
                "escape",
                "unescape",
                "encodeURI",
                "encodeURIComponent",
                "decodeURI",
                "decodeURIComponent",
                "RegExp.escape",
                "String.fromCodePoint",
                "Symbol.keyFor",
                "Object.entries",
                "Array.from",
                "structuredClone",
            ]
        ),
        st.one_of(STRINGS, VALUES),
    ).map(lambda found: f"{found[0]}({found[1]})" if found[0] != "RegExp.escape" else f"encodeURI({found[1]})"),
    call(
        "decodeURIComponent",
        st.lists(st.sampled_from(["%", "%41", "%C3", "%A9", "%E2%82%AC", "%F0%9F%98%80", "a", "%ED%A0%80", "%zz"]), max_size=5).map(
            lambda found: literal("".join(found))
        ),
    ),
    st.tuples(
        _ARRAYS,
        st.sampled_from(
            [
                "sort()",
                "toSorted()",
                "reverse()",
                "join()",
                "flat()",
                "toString()",
                "toSpliced(1, 1, 'x')",
                "with(0, 5)",
                "with(9, 5)",
                "at(-1)",
                "lastIndexOf(1)",
                "includes(NaN)",
                "copyWithin(0, 1)",
                "fill(7, 1)",
                "findLast((x) => x)",
                "keys()",
                "reduce((a, b) => a + b)",
            ]
        ),
    ).map(lambda found: f"{found[0]}.{found[1]}"),
    st.tuples(
        TYPED_ARRAYS,
        st.sampled_from(
            [
                "sort()",
                "toSorted()",
                "toReversed()",
                "join('-')",
                "with(0, 5)",
                "subarray(1)",
                "set([1, 2, 3, 4, 5])",
                "at(0)",
                "indexOf(1)",
                "slice(-1)",
                "fill('1')",
                "map((x) => x)",
            ]
        ),
    ).map(lambda found: f"{found[0]}.{found[1]}"),
    call("Object.groupBy", _ARRAYS, one_of("(x) => typeof x", "5", "(x) => x")),
)
