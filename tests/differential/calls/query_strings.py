"""`querystring`."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.differential.values import STRINGS, VALUES, WRONG, call, literal, one_of, options

_QUERIES = st.lists(
    st.sampled_from(
        [
            "a",
            "b",
            "=",
            "&",
            "%",
            "%41",
            "%zz",
            "+",
            "%C3%A9",
            "%E9",
            "%F0%9F",
            ";",
            ":",
            "é",
            "\0",
            "__proto__",
            "&&",
            "%u0041",
            "\ud800",
            " ",
        ]
    ),
    max_size=10,
).map(lambda found: literal("".join(found)))
_SEPARATOR = one_of("", "'&'", "';'", "'&&'", "''", "null", "':'")
_VALUES = st.one_of(
    STRINGS, STRINGS, one_of("['a', 'b']", "[]", "1", "true", "1n", "null", "{}", "NaN", "Infinity", "['', null, 2]", "Symbol('a')"), VALUES
)

CALLS = st.one_of(
    st.tuples(
        _QUERIES,
        st.sampled_from(
            ["", ", '&', '='", ", ';', ':'", ", '&&', '=='", ", null, null, { maxKeys: 1 }", ", '&', '=', { maxKeys: 0 }", ", '', ''"]
        ),
    ).map(lambda found: f"querystring.parse({found[0]}{found[1]})"),
    call("querystring.parse", st.one_of(STRINGS, WRONG)),
    call("querystring.stringify", st.one_of(options(a=_VALUES, b=_VALUES, c=_VALUES), VALUES), _SEPARATOR),
    call("querystring.escape", st.one_of(STRINGS, VALUES)),
    call("querystring.unescape", st.one_of(_QUERIES, WRONG)),
    call("querystring.unescapeBuffer", _QUERIES),
    st.tuples(_QUERIES).map(lambda found: f"querystring.parse({found[0]}, null, null, {{ decodeURIComponent: (s) => s.toUpperCase() }})"),
)
