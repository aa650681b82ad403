"""`StringDecoder`, `TextDecoder`, `TextEncoder`."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.differential.calls.buffers import ENCODINGS
from tests.differential.values import BUFFERS, BYTE_HOLDERS, STRINGS, WRONG, call, one_of, options

_LABELS = one_of(
    "'utf-8'", "'utf8'", "' UTF-8 '", "'utf-16le'", "'utf-16be'", "'utf-16'", "'latin1'", "'iso-8859-1'", "'windows-1252'", "'ascii'", "'unicode-1-1-utf-8'", "'nope'", "''", "undefined", "5", "'iso-8859-2'",
    "'windows-1251'", "'koi8-r'", "'shift_jis'", "'euc-jp'", "'gbk'", "'gb18030'", "'big5'", "'euc-kr'", "'macintosh'", "'x-user-defined'", "'iso-8859-16'", "'ibm866'",
)  # fmt: skip
_DECODER = options(fatal=one_of("true", "false"), ignoreBOM=one_of("true", "false"))
_CHUNKS = st.lists(BUFFERS, min_size=1, max_size=3)

CALLS = st.one_of(
    st.tuples(ENCODINGS, _CHUNKS).map(
        lambda found: (
            f"((d) => [{', '.join(f'd.write({chunk})' for chunk in found[1])}, d.end(), d.encoding])(new StringDecoder({found[0]}))"
        )
    ),
    st.tuples(ENCODINGS, _CHUNKS).map(
        lambda found: (
            f"((d) => [{', '.join(f'd.write({chunk})' for chunk in found[1])}, d.lastNeed, d.lastTotal, d.lastChar, d])(new StringDecoder({found[0]}))"
        )
    ),
    st.tuples(ENCODINGS, st.one_of(BYTE_HOLDERS, WRONG, STRINGS)).map(lambda found: f"new StringDecoder({found[0]}).write({found[1]})"),
    st.tuples(_LABELS, _DECODER, st.one_of(BYTE_HOLDERS, BYTE_HOLDERS, WRONG)).map(
        lambda found: f"new TextDecoder({found[0]}, {found[1] or '{}'}).decode({found[2]})"
    ),
    st.tuples(_LABELS, _DECODER, _CHUNKS).map(
        lambda found: (
            f"((d) => [{', '.join(f'd.decode({chunk}, {{ stream: true }})' for chunk in found[2])}, d.decode(), d.encoding])(new TextDecoder({found[0]}, {found[1] or '{}'}))"
        )
    ),
    call("new TextDecoder", _LABELS, st.one_of(_DECODER, WRONG)),
    call("new TextEncoder().encode", st.one_of(STRINGS, WRONG)),
    st.tuples(STRINGS, st.integers(0, 12)).map(
        lambda found: f"((a) => [new TextEncoder().encodeInto({found[0]}, a), a])(new Uint8Array({found[1]}))"
    ),
    st.tuples(WRONG, WRONG).map(lambda found: f"new TextEncoder().encodeInto({', '.join(arg for arg in found if arg)})"),
)
