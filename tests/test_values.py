"""Values between Python and JavaScript: the table in `edgejs.Runtime`'s documentation."""

from __future__ import annotations

import array
import math
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import edgejs


@pytest.fixture(scope="module")
def runtime(edge_node: Path) -> Iterator[edgejs.Runtime]:
    pytest.importorskip("edgejs._native")
    with edgejs.Runtime() as made:
        yield made


@pytest.fixture(scope="module")
def same(runtime: edgejs.Runtime) -> Callable[[Any], Any]:
    """A function of JavaScript's that returns its argument."""
    function: Callable[[Any], Any] = runtime.eval("(value) => value")
    return function


KINDS = """(value) => value === null ? 'null' : Array.isArray(value) ? 'Array'
  : typeof value === 'object' ? Object.prototype.toString.call(value).slice(8, -1) : typeof value"""


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "null"),
        (True, "boolean"),
        (1, "number"),
        (2**53 - 1, "number"),
        (2**53, "bigint"),
        (-(2**200), "bigint"),
        (1.5, "number"),
        ("text", "string"),
        (b"\0\xff", "Uint8Array"),
        ([1, [2]], "Array"),
        ({"a": {"b": 1}}, "Object"),
        ({1: 2}, "Map"),
        ({1, "a"}, "Set"),
        (datetime(2024, 2, 29, 12, 30, 0, 123000, tzinfo=timezone.utc), "Date"),
    ],
)
def test_what_comes_back_as_it_went(value: object, kind: str, runtime: edgejs.Runtime, same: Callable[[Any], Any]) -> None:
    back = same(value)
    assert back == value
    assert type(back) is type(value)
    assert runtime.eval(KINDS)(value) == kind


def test_what_comes_back_as_its_kin(same: Callable[[Any], Any]) -> None:
    assert same((1, 2)) == [1, 2]
    assert same(frozenset({1})) == {1}
    assert same(bytearray(b"ab")) == b"ab"
    assert same(memoryview(b"abcd")[1:3]) == b"bc"
    local = datetime(2024, 6, 1, 12)
    assert same(local) == local.astimezone()
    assert same({}) == {}
    assert math.isnan(same(math.nan))
    assert str(same(-0.0)) == "-0.0"
    assert same(math.inf) == math.inf
    assert same(1e300) == 1e300
    assert same(2.0) == 2 and type(same(2.0)) is int


def test_what_comes_from_javascript(runtime: edgejs.Runtime) -> None:
    assert runtime.eval("[undefined, , null]") == [None, None, None]
    assert runtime.eval("5n") == 5
    assert runtime.eval("new Map([[1, new Set(['a'])]])") == {1: {"a"}}
    assert runtime.eval("Buffer.from('hi')") == b"hi"
    assert runtime.eval("new Uint8Array([1, 2, 3, 4]).subarray(1, 3)") == b"\2\3"
    assert runtime.eval("new Uint8Array([1, 2]).buffer") == b"\1\2"
    assert runtime.eval("[new Number(1), new String('s'), new Boolean(false)]") == [1, "s", False]
    assert runtime.eval("class A { constructor() { this.own = 1 } get far() { return 2 } }; new A()") == {"own": 1}
    assert runtime.eval("({ __proto__: { far: 1 }, get near() { return 3 }, [Symbol()]: 4 })") == {"near": 3}
    floats = runtime.eval("new Float64Array([1.5, -2])")
    assert (floats.format, floats.tolist()) == ("d", [1.5, -2.0])
    assert runtime.eval("new BigInt64Array([-1n])").tolist() == [-1]


def test_lone_surrogates_stay(runtime: edgejs.Runtime, same: Callable[[Any], Any]) -> None:
    assert runtime.eval("'a\\ud800b'") == "a\ud800b"
    assert same("a\udfffb") == "a\udfffb"
    # Two halves that stand together are one character in JavaScript.
    assert same("\ud83d\ude42") == "🙂"


def test_prototype_is_a_name_like_others(runtime: edgejs.Runtime, same: Callable[[Any], Any]) -> None:
    assert same({"__proto__": 1}) == {"__proto__": 1}
    assert runtime.eval("(o) => Object.getPrototypeOf(o) === Object.prototype")({"__proto__": {"x": 1}}) is True


def test_numbers_with_a_buffer(runtime: edgejs.Runtime) -> None:
    describe = runtime.eval("(a) => [a.constructor.name, Array.from(a, Number)]")
    assert describe(array.array("d", [1.5, 2])) == ["Float64Array", [1.5, 2]]
    assert describe(array.array("h", [-1])) == ["Int16Array", [-1]]
    assert describe(memoryview(bytes(8)).cast("Q")) == ["BigUint64Array", [0]]
    with pytest.raises(edgejs.TransferError, match="2 dimensions"):
        describe(memoryview(bytes(4)).cast("B", (2, 2)))


def test_numpy(runtime: edgejs.Runtime, same: Callable[[Any], Any]) -> None:
    numpy = pytest.importorskip("numpy")
    describe = runtime.eval("(a) => [a.constructor.name, Array.from(a, Number)]")
    assert describe(numpy.array([1, 2], numpy.float32)) == ["Float32Array", [1, 2]]
    assert describe(numpy.arange(6, dtype=numpy.int32)[::2]) == ["Int32Array", [0, 2, 4]]
    assert numpy.asarray(same(numpy.array([1.5]))).tolist() == [1.5]
    assert same([numpy.int64(3), numpy.float64(0.5)]) == [3, 0.5]
    for name in ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64"):
        array = numpy.array([0, 1, 100], name)
        back = same(array)
        again = numpy.frombuffer(back, "uint8") if isinstance(back, bytes) else numpy.asarray(back)
        assert (again.dtype, again.tolist()) == (array.dtype, [0, 1, 100])
        if not isinstance(back, bytes):
            # Its own memory, used without another copy, and not the array that was sent.
            again[0] = 7
            assert back[0] == 7 and array[0] == 0 and numpy.shares_memory(again, numpy.asarray(back))
    assert describe(numpy.array([0.5], "float16")) == ["Float16Array", [0.5]]
    try:
        assert numpy.asarray(same(numpy.array([0.5], "float16"))).tolist() == [0.5]
    except edgejs.TransferError as error:
        assert "Float32Array" in error.reason
    assert same(numpy.arange(10.0)[::-2]).tolist() == [9, 7, 5, 3, 1]
    assert same(numpy.array([], "float32")).tolist() == []
    assert len(same(numpy.zeros(100_000))) == 100_000
    frozen = numpy.arange(3.0)
    frozen.flags.writeable = False
    assert same(frozen).tolist() == [0, 1, 2]
    assert same(numpy.bool_(True)) is True
    for wrong in (numpy.array([1j]), numpy.array([1], ">i4"), numpy.array(["text"]), numpy.array([(1, 2.0)], "i4,f8")):
        with pytest.raises(edgejs.TransferError, match=r"^arguments\[0\]"):
            same(wrong)
    with pytest.raises(edgejs.TransferError, match="flatten"):
        same(numpy.zeros((2, 2)))
    with pytest.raises(edgejs.TransferError, match=r"arguments\[0\]"):
        same(numpy.array([object()]))


def test_errors_as_values(runtime: edgejs.Runtime, same: Callable[[Any], Any]) -> None:
    error = runtime.eval("new RangeError('far', { cause: new TypeError('near') })")
    assert isinstance(error, edgejs.JavaScriptError)
    assert (error.name, error.message, error.cause.name) == ("RangeError", "far", "TypeError")
    mine = KeyError("k")
    assert same(mine) is mine and same([mine, error]) == [mine, error]
    assert runtime.eval("(e) => e instanceof Error && e.pythonType")(ValueError("v")) == "ValueError"
    with pytest.raises(edgejs.JavaScriptError) as caught:
        runtime.require("fs").readFileSync("/no such file")
    assert caught.value.code == "ENOENT"


@pytest.mark.parametrize(
    ("code", "path", "reason"),
    [
        ("Symbol('s')", "value", "symbol"),
        ("({ a: [1, { 'b c': Symbol() }] })", 'value.a[1]["b c"]', "symbol"),
        ("const loop = { x: {} }; loop.x.y = loop; loop", "value.x.y", "cycle"),
        ("[/x/]", "value[0]", "RegExp"),
        ("[Promise.resolve(1)]", "value[0]", "await"),
        ("let deep = []; for (let i = 0; i < 1000; i++) deep = [deep]; deep", "value" + "[0]" * 201, "deeper"),
        ("new Map([[[], 1]])", "value<key 0>", "hashed"),
        ("new Set([{}])", "value<member 0>", "hashed"),
        ("new Date(NaN)", "value", "invalid Date"),
        ("[new Date(8.64e15)]", "value[0]", "years"),
        ("new Array(2 ** 26)", "value", "too large"),
    ],
)
def test_what_cannot_come(code: str, path: str, reason: str, runtime: edgejs.Runtime) -> None:
    with pytest.raises(edgejs.TransferError) as caught:
        runtime.eval(f"{{ {code} }}")
    assert reason in caught.value.reason
    assert caught.value.path.startswith(path) if reason == "too large" else caught.value.path == path
    assert isinstance(caught.value, ValueError)
    assert runtime.eval("1") == 1


class Secret:
    """An object of a class that is not in the table; whoever looks at it is told."""

    __slots__ = ()

    def __getattribute__(self, name: str) -> object:
        if name in {"__class__", "__name__"}:
            return object.__getattribute__(self, name)
        raise AssertionError(f"somebody read {name}")


def test_what_cannot_go(same: Callable[[Any], Any]) -> None:
    loop: list[Any] = []
    loop.append({"again": loop})
    deep: list[Any] = []
    for _ in range(1000):
        deep = [deep]
    for value, path, reason in [
        (object(), "arguments[0]", "type object"),
        ({"a": [0, object()]}, "arguments[0].a[1]", "type object"),
        ({"a": Secret()}, "arguments[0].a", "type Secret"),
        (loop, "arguments[0][0].again", "cycle"),
        (int, "arguments[0]", "type type"),
        (1j, "arguments[0]", "complex"),
        (deep, "arguments[0]" + "[0]" * 200, "deeper"),
    ]:
        with pytest.raises(edgejs.TransferError) as caught:
            same(value)
        assert (caught.value.path, reason in caught.value.reason) == (path, True), caught.value


def test_getters_throw(runtime: edgejs.Runtime) -> None:
    with pytest.raises(edgejs.JavaScriptError, match="no"):
        runtime.eval("({ get a() { throw new Error('no') } })")
    with pytest.raises(edgejs.JavaScriptError, match="trap"):
        runtime.eval("new Proxy({}, { ownKeys() { throw new Error('trap') } })")


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False).filter(lambda value: not value.is_integer())
    | st.text()
    | st.binary()
    | st.datetimes(timezones=st.just(timezone.utc)).map(lambda value: value.replace(microsecond=value.microsecond // 1000 * 1000)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4) | st.sets(st.integers(), max_size=4),
    max_leaves=20,
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=VALUES)
def test_values_cross_unchanged(value: object, same: Callable[[Any], Any]) -> None:
    def whole(value: Any) -> Any:
        """Halves of a character that stand together are one."""
        if isinstance(value, str):
            return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
        if isinstance(value, list):
            return [whole(item) for item in value]
        if isinstance(value, dict):
            return {whole(key): whole(item) for key, item in value.items()}
        return value

    back = same(value)
    if isinstance(value, datetime):
        assert abs(back - value) <= timedelta(milliseconds=1)
    assert back == whole(value) or isinstance(value, datetime)
