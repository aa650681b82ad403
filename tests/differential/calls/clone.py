"""`structuredClone` and V8's serialization format."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.differential.values import BYTES, VALUES, WRONG, call, one_of

_HEX = st.lists(
    st.sampled_from(
        [
            "ff",
            "0f",
            "0d",
            "6f",
            "7b",
            "49",
            "02",
            "22",
            "01",
            "61",
            "41",
            "24",
            "00",
            "5f",
            "30",
            "54",
            "46",
            "4e",
            "44",
            "5a",
            "10",
            "3b",
            "3a",
            "27",
            "2c",
            "5c",
            "42",
            "56",
            "72",
            "45",
            "40",
            "63",
            "ffffffff0f",
            "80",
        ]
    ),
    max_size=14,
).map("".join)

CALLS = st.one_of(
    call("structuredClone", VALUES),
    call("structuredClone", VALUES),
    call(
        "structuredClone",
        VALUES,
        one_of("{ transfer: [] }", "{ transfer: [new ArrayBuffer(2)] }", "{ transfer: [5] }", "5", "null", "{ transfer: 5 }"),
    ),
    call("structuredClone", WRONG, WRONG),
    VALUES.map(lambda source: f"((v) => util.isDeepStrictEqual(v, structuredClone(v)))({source})"),
    # Not the bytes of objects that both formats may order or pad in their own way; what comes back must be the same.
    VALUES.map(lambda source: f"v8.deserialize(v8.serialize({source}))"),
    VALUES.map(lambda source: f"v8.serialize({source}).toString('hex')"),
    _HEX.map(lambda source: f"v8.deserialize(Buffer.from('{source}', 'hex'))"),
    _HEX.map(lambda source: f"v8.deserialize(Buffer.from('ff0f{source}', 'hex'))"),
    call("v8.deserialize", WRONG),
    st.tuples(
        BYTES,
        st.lists(
            one_of(
                "readUint32()", "readUint64()", "readDouble()", "readHeader()", "readValue()", "readRawBytes(2)", "getWireFormatVersion()"
            ),
            min_size=1,
            max_size=4,
        ),
    ).map(
        lambda found: (
            f"((d) => [{', '.join(f'd.{step}' for step in found[1])}])(new v8.DefaultDeserializer(Buffer.from([{', '.join(found[0])}])))"
        )
    ),
    st.lists(
        one_of(
            "writeHeader()",
            "writeUint32(5)",
            "writeUint32(-1)",
            "writeUint64(1, 2)",
            "writeDouble(1.5)",
            "writeRawBytes(Buffer.from('ab'))",
            "writeValue({ a: 1 })",
            "writeValue('é')",
            "writeRawBytes(5)",
            "writeValue(5n)",
        ),
        min_size=1,
        max_size=4,
    ).map(lambda steps: f"((s) => [{', '.join(f's.{step}' for step in steps)}, s.releaseBuffer()])(new v8.Serializer())"),
)
