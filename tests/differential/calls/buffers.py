"""`buffer`: making, reading, writing, searching, comparing, encodings."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.differential.values import (
    BIGINTS,
    BUFFERS,
    BYTE_HOLDERS,
    INTEGERS,
    NUMBERS,
    STRINGS,
    TYPED_ARRAYS,
    VALUES,
    WRONG,
    call,
    literal,
    one_of,
)

ENCODINGS = one_of(
    "'utf8'",
    "'utf-8'",
    "'UTF8'",
    "'ucs2'",
    "'utf16le'",
    "'UCS-2'",
    "'latin1'",
    "'binary'",
    "'ascii'",
    "'hex'",
    "'base64'",
    "'base64url'",
    "'nope'",
    "''",
    "undefined",
    "null",
    "5",
)
_ENCODED = st.lists(
    st.sampled_from(
        ["a", "f", "0", "9", "Z", "+", "/", "-", "_", "=", "==", " ", "\n", "g", "é", "\U0001f600", "YQ", "zz", "\ud800", "\xff", "\u0100"]
    ),
    max_size=10,
).map(lambda found: literal("".join(found)))
_TEXTS = st.one_of(STRINGS, _ENCODED)
_AT = st.one_of(
    one_of("", "", "0", "1", "2", "-1", "5", "100", "NaN", "undefined", "null", "'1'", "1.5", "Infinity", "-Infinity"), INTEGERS
)
_KINDS = (
    "UInt8",
    "Int8",
    "UInt16LE",
    "UInt16BE",
    "Int16LE",
    "Int16BE",
    "UInt32LE",
    "UInt32BE",
    "Int32LE",
    "Int32BE",
    "FloatLE",
    "FloatBE",
    "DoubleLE",
    "DoubleBE",
)
_BIG_KINDS = ("BigInt64LE", "BigInt64BE", "BigUInt64LE", "BigUInt64BE")
_SIZED = ("UIntLE", "UIntBE", "IntLE", "IntBE")
_NEEDLES = st.one_of(_TEXTS, BUFFERS, one_of("65", "255", "-1", "256.5", "''", "Buffer.alloc(0)", "new Uint8Array([65])"), WRONG)
_BUFFER = st.one_of(
    BUFFERS,
    st.tuples(_TEXTS, ENCODINGS).map(lambda found: f"Buffer.from({found[0]}, {found[1]})"),
    one_of("Buffer.alloc(10)", "Buffer.from('abcabcabc')"),
)


def _method(name: str, *args: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(_BUFFER, *args).map(lambda found: f"{found[0]}.{name}({', '.join(arg for arg in found[1:] if arg)})")


def _changing(name: str, *args: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """The method's answer and the buffer it left."""
    return st.tuples(_BUFFER, *args).map(lambda found: f"((b) => [b.{name}({', '.join(arg for arg in found[1:] if arg)}), b])({found[0]})")


CALLS = st.one_of(
    call("Buffer.from", _TEXTS, ENCODINGS),
    call("Buffer.from", _ENCODED, ENCODINGS),
    call("Buffer.from", VALUES),
    call("Buffer.from", BYTE_HOLDERS, _AT, _AT),
    call(
        "Buffer.alloc",
        one_of("0", "5", "-1", "NaN", "'5'", "1e20", "1.5", "undefined"),
        st.one_of(_TEXTS, BUFFERS, INTEGERS, WRONG),
        ENCODINGS,
    ),
    call(
        "Buffer.concat",
        st.lists(st.one_of(BUFFERS, BUFFERS, TYPED_ARRAYS, WRONG.map(lambda source: source or "undefined")), max_size=3).map(
            lambda found: f"[{', '.join(found)}]"
        ),
        _AT,
    ),
    call("Buffer.byteLength", st.one_of(_TEXTS, BYTE_HOLDERS, WRONG), ENCODINGS),
    call("Buffer.compare", st.one_of(BUFFERS, TYPED_ARRAYS, WRONG), st.one_of(BUFFERS, TYPED_ARRAYS, WRONG)),
    call("Buffer.isEncoding", st.one_of(ENCODINGS, VALUES)),
    call("Buffer.isBuffer", VALUES),
    call("Buffer.copyBytesFrom", st.one_of(TYPED_ARRAYS, WRONG), _AT, _AT),
    _method("toString", ENCODINGS, _AT, _AT),
    _method("toString", ENCODINGS),
    st.tuples(BUFFERS, st.sampled_from(["utf8", "latin1", "ascii", "ucs2", "hex", "base64", "base64url"])).map(
        lambda found: f"{found[0]}.{found[1]}Slice(0)"
    ),
    _method("toJSON"),
    _method("equals", st.one_of(BUFFERS, TYPED_ARRAYS, WRONG)),
    _method("compare", st.one_of(BUFFERS, TYPED_ARRAYS, WRONG), _AT, _AT, _AT, _AT),
    _method("indexOf", _NEEDLES, _AT, ENCODINGS),
    _method("lastIndexOf", _NEEDLES, _AT, ENCODINGS),
    _method("includes", _NEEDLES, _AT, ENCODINGS),
    _method("slice", _AT, _AT),
    _method("subarray", _AT, _AT),
    _changing("fill", st.one_of(_TEXTS, BUFFERS, INTEGERS, WRONG), _AT, _AT, ENCODINGS),
    _changing("fill", st.one_of(_TEXTS, INTEGERS), ENCODINGS),
    _changing("write", _TEXTS, _AT, _AT, ENCODINGS),
    _changing("write", _TEXTS, ENCODINGS),
    _changing("write", st.one_of(_TEXTS, WRONG), _AT, ENCODINGS),
    st.tuples(
        st.sampled_from(["utf8Write", "latin1Write", "asciiWrite", "ucs2Write", "hexWrite", "base64Write", "base64urlWrite"]),
        _TEXTS,
        _AT,
        _AT,
    ).map(lambda found: f"((b) => [b.{found[0]}({', '.join(arg for arg in found[1:] if arg)}), b])(Buffer.alloc(10))"),
    _changing("copy", st.one_of(one_of("Buffer.alloc(4)", "new Uint8Array(3)"), WRONG), _AT, _AT, _AT),
    st.sampled_from(["swap16", "swap32", "swap64"]).flatmap(_method),
    st.sampled_from(_KINDS + _BIG_KINDS).flatmap(lambda kind: _method(f"read{kind}", _AT)),
    st.sampled_from(_KINDS).flatmap(
        lambda kind: _changing(f"write{kind}", st.one_of(NUMBERS, NUMBERS, WRONG.map(lambda source: source or "undefined")), _AT)
    ),
    st.sampled_from(_BIG_KINDS).flatmap(lambda kind: _changing(f"write{kind}", st.one_of(BIGINTS, NUMBERS), _AT)),
    st.sampled_from(_SIZED).flatmap(
        lambda kind: _method(f"read{kind}", _AT.map(lambda source: source or "0"), st.one_of(one_of("1", "2", "3", "4", "5", "6"), _AT))
    ),
    st.sampled_from(_SIZED).flatmap(
        lambda kind: _changing(
            f"write{kind}", NUMBERS, _AT.map(lambda source: source or "0"), st.one_of(one_of("1", "2", "3", "4", "5", "6"), _AT)
        )
    ),
    call(
        "buffer.transcode", st.one_of(BUFFERS, BUFFERS, TYPED_ARRAYS, WRONG.map(lambda source: source or "undefined")), ENCODINGS, ENCODINGS
    ),
    call("buffer.isUtf8", st.one_of(BYTE_HOLDERS, WRONG)),
    call("buffer.isAscii", st.one_of(BYTE_HOLDERS, WRONG)),
    call("buffer.atob", st.one_of(_ENCODED, WRONG)),
    call("buffer.btoa", st.one_of(_ENCODED, WRONG)),
    call("await new Blob([]).slice", _AT, _AT),
    st.tuples(STRINGS, BUFFERS).map(lambda found: f"await new Blob([{found[0]}, {found[1]}], {{ type: {found[0]} }}).arrayBuffer()"),
)
