"""`assert`: what it says, and its diffs."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.differential.values import PRIMITIVES, STRINGS, VALUES, WRONG, call, literal, one_of

_MESSAGE = st.one_of(one_of("", "", "", "'said'", "new TypeError('mine')", "''", "undefined"), WRONG)
_TWO = st.one_of(
    st.tuples(VALUES, VALUES),
    st.tuples(PRIMITIVES, PRIMITIVES),
    VALUES.map(lambda source: (source, source)),
    st.tuples(st.lists(PRIMITIVES, max_size=12), st.lists(PRIMITIVES, max_size=3), st.integers(0, 12)).map(
        lambda found: (f"[{', '.join(found[0])}]", f"[{', '.join(found[0][: found[2]] + found[1] + found[0][found[2] :])}]")
    ),
    st.tuples(
        st.lists(st.sampled_from(["a", "b\n", "c\nd", "longer line", "x"]), max_size=20),
        st.lists(st.sampled_from(["a", "b\n", "q"]), max_size=5),
    ).map(lambda found: (literal("\n".join(found[0])), literal("\n".join(found[0][:6] + found[1] + found[0][6:])))),
    st.tuples(VALUES, VALUES).map(
        lambda found: (f"{{ a: {found[0]}, b: 1, c: {{ d: [1, 2] }} }}", f"{{ a: {found[1]}, b: 1, c: {{ d: [1, 3] }} }}")
    ),
    st.tuples(STRINGS, STRINGS),
)
_PAIR = _TWO.map(", ".join)
_COMPARING = st.sampled_from(
    [
        "equal",
        "notEqual",
        "strictEqual",
        "notStrictEqual",
        "deepEqual",
        "notDeepEqual",
        "deepStrictEqual",
        "notDeepStrictEqual",
        "partialDeepStrictEqual",
        "strict.equal",
        "strict.deepEqual",
        "strict.notDeepEqual",
    ]
)
_THROWING = st.one_of(
    VALUES.map(lambda source: f"() => {{ throw {source}; }}"),
    one_of("() => {}", "() => null.x", "() => { throw Object.assign(new TypeError('bad thing'), { code: 'E', n: 1 }); }"),
    WRONG,
)
_EXPECTED = st.one_of(
    one_of(
        "",
        "TypeError",
        "Error",
        "/bad/",
        "/a/",
        "{ message: 'bad thing' }",
        "{ message: /bad/, name: 'TypeError', code: 'E', n: 2 }",
        "{}",
        "() => true",
        "() => false",
        "(e) => e",
        "class Foo {}",
        "new TypeError('bad thing')",
    ),
    WRONG,
)

CALLS = st.one_of(
    st.tuples(_COMPARING, _PAIR, _MESSAGE).map(lambda found: f"assert.{found[0]}({found[1]}{', ' if found[2] else ''}{found[2]})"),
    st.tuples(_COMPARING, _PAIR).map(lambda found: f"assert.{found[0]}({found[1]})"),
    st.tuples(_COMPARING, _PAIR).map(lambda found: f"assert.{found[0]}({found[1]})"),
    call("assert.match", STRINGS, st.one_of(one_of("/a/", "/^b/u"), WRONG), _MESSAGE),
    call("assert.doesNotMatch", STRINGS, st.one_of(one_of("/a/", "/^b/u"), WRONG), _MESSAGE),
    call("assert.throws", _THROWING, _EXPECTED, _MESSAGE),
    call("assert.doesNotThrow", _THROWING, _EXPECTED, _MESSAGE),
    st.tuples(_THROWING, _EXPECTED).map(
        lambda found: f"await assert.rejects(async () => ({found[0] or 'null'})(){', ' if found[1] else ''}{found[1]})"
    ),
    st.tuples(_THROWING, _EXPECTED).map(
        lambda found: f"await assert.doesNotReject(async () => ({found[0] or 'null'})(){', ' if found[1] else ''}{found[1]})"
    ),
    call("await assert.rejects", WRONG, _EXPECTED),
    call("assert.ifError", VALUES),
    call("assert.fail", _MESSAGE, _MESSAGE),
    call("assert", VALUES, one_of("'said'", "new RangeError('mine')", "5")),
    call("assert.ok", VALUES, one_of("'said'", "new RangeError('mine')")),
    call(
        "new assert.AssertionError",
        st.one_of(
            one_of(
                "{ message: 'm' }",
                "{ actual: 1, expected: 2, operator: 'strictEqual' }",
                "{ actual: [1], expected: [2], operator: 'deepStrictEqual', diff: 'full' }",
            ),
            WRONG,
        ),
    ),
)
