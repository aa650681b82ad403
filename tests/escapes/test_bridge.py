"""Rows 40 to 44: forged handles, lying lengths and hostile bytes at the bridge between JavaScript and native code."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.escapes.sandbox import attack

# Values that no caller of a native function has in mind, from a generator with a seed.
_HOSTILE = """
    let state = SEED;
    const random = (below) => { state = (Math.imul(state, 1664525) + 1013904223) >>> 0; return state % below };
    const detached = () => { const bytes = new Uint8Array(16); structuredClone(bytes.buffer, { transfer: [bytes.buffer] }); return bytes };
    const liar = () => Object.defineProperty(new Uint8Array(8), 'length', { value: 2 ** 40 });
    const values = [
        () => undefined, () => null, () => true, () => -1, () => random(100) + 3, () => 2 ** 31, () => 2 ** 53, () => -(2 ** 63), () => NaN,
        () => Infinity, () => 1.5, () => 10n ** 30n, () => '', () => '/tmp/x', () => '/etc/passwd', () => '\\u0000', () => '\\ud800',
        () => 'x'.repeat(70000), () => Symbol('s'), () => ({}), () => [], () => [1, , 3], () => new Uint8Array(8), detached, liar,
        () => new Float64Array(4).subarray(2), () => new DataView(new ArrayBuffer(8), 4), () => new ArrayBuffer(16), () => () => {},
        () => new Proxy({}, {}), () => new Proxy([], { get() { throw new Error('trap') } }), () => ({ length: 2 ** 32, 0: 1 }),
        () => ({ valueOf() { throw new Error('valueOf') } }), () => Object.create(null), () => new Map([[1, 2]]), () => globalThis,
    ];
    const some = () => Array.from({ length: random(7) }, () => values[random(values.length)]());
"""


@pytest.mark.parametrize("name", ["buffer", "tcp_wrap", "pipe_wrap", "udp_wrap", "stream_wrap", "zlib", "crypto", "url", "serdes"])
def test_40_bindings_with_random_arguments(edge_node: Path, tmp_path: Path, name: str) -> None:
    """Not `fs` and `util`: among their random calls are reads of descriptors that block and sleeps of weeks, which only a deadline ends (row 49)."""
    (tmp_path / "canary").write_text("alive")
    code = (
        _HOSTILE.replace("SEED", "7")
        + f"""
    process.on('uncaughtException', () => {{}});
    process.on('unhandledRejection', () => {{}});
    const {{ internalBinding }} = require('internal/test/binding');
    const binding = internalBinding('{name}');
    // Descriptors 0 to 2 are the test's own.
    const skipped = /^(close|closeSync|setCallback|setup|setEngine|secureHeap|setFips)/;
    const functions = Object.entries(binding).filter(([key, value]) => typeof value === 'function' && !skipped.test(key));
    let calls = 0;
    for (const [, f] of functions) for (let round = 0; round < 40; round++) {{
        calls++;
        try {{ f.apply(values[random(values.length)](), some()) }} catch {{}}
        if (/^[A-Z]/.test(f.name)) {{
            let made;
            try {{ made = new f(...some()) }} catch {{ continue }}
            for (const method of Object.getOwnPropertyNames(f.prototype)) {{
                try {{ made[method](...some()) }} catch {{}}
            }}
        }}
    }}
    report(calls > 0);
    process.exit(0);
    """
    )
    assert attack(edge_node, code, "--expose-internals", "--volume", f"{tmp_path}:/v") is True
    assert [path.name for path in tmp_path.iterdir()] == ["canary"]
    assert (tmp_path / "canary").read_text() == "alive"


def test_41_vectors_that_overflow(edge_node: Path) -> None:
    code = """
    const fs = require('fs');
    const fd = fs.openSync('/tmp/f', 'w+');
    const { internalBinding } = require('internal/test/binding');
    const binding = internalBinding('fs');
    const bytes = new Uint8Array(8);
    const ends = [
        code(() => fs.writeSync(fd, bytes, 0, 2 ** 31)),
        code(() => fs.writeSync(fd, bytes, 9)),
        code(() => fs.readSync(fd, bytes, 4, 5)),
        code(() => fs.readSync(fd, bytes, -1, 2)),
        code(() => fs.writevSync(fd, [{ length: 2 ** 40, byteLength: 2 ** 40 }])),
        code(() => fs.readSync(fd, bytes, 0, 8, 2n ** 64n)),
    ];
    for (const args of [[0, 2 ** 32 + 1], [2 ** 32, 1], [-1, -1], [7, 2 ** 53], [NaN, Infinity]]) {
        for (const call of ['writeBuffer', 'read']) try { binding[call](fd, bytes, ...args, -1) } catch {}
    }
    for (const call of ['writeBuffers', 'readBuffers']) try { binding[call](fd, new Array(2000).fill(bytes), 2 ** 62) } catch {}
    report([ends.includes('done'), fs.fstatSync(fd).size <= 16384]);
    """
    assert attack(edge_node, code, "--expose-internals") == [False, True]


def test_43_stale_handles_and_lying_lengths(edge_node: Path) -> None:
    code = """
    const fs = require('fs');
    const { internalBinding } = require('internal/test/binding');
    const { TCP } = internalBinding('tcp_wrap');
    const handle = new TCP(0);
    handle.close();
    const ends = [];
    // A handle that is closed, one that is forged, one of another kind.
    for (const self of [handle, {}, Object.create(TCP.prototype), new Uint8Array(8), process]) {
        for (const method of Object.getOwnPropertyNames(TCP.prototype).filter((name) => name !== 'constructor')) {
            try { ends.push(TCP.prototype[method].call(self, 1, 2, 3)) } catch (error) { ends.push(error.name) }
        }
    }
    const detached = new Uint8Array(1 << 16).fill(65);
    structuredClone(detached.buffer, { transfer: [detached.buffer] });
    const shrinking = new ArrayBuffer(1 << 16, { maxByteLength: 1 << 16 });
    const window = new Uint8Array(shrinking);
    const liar = Object.defineProperty(new Uint8Array(4), 'byteLength', { value: 1 << 20 });
    const fd = fs.openSync('/tmp/f', 'w+');
    code(() => fs.writeSync(fd, detached));
    code(() => fs.writeSync(fd, liar));
    code(() => fs.writeSync(fd, window, { get offset() { shrinking.resize(16); return 0 }, length: 1 << 16 }));
    code(() => Buffer.from(detached.buffer, 0, 1 << 16));
    code(() => Buffer.prototype.toString.call(liar, 'latin1', 0, 1 << 20));
    code(() => Buffer.prototype.utf8Write.call(liar, 'x'.repeat(64), 0, 1 << 20));
    code(() => require('crypto').randomFillSync(liar));
    code(() => require('zlib').inflateSync(liar));
    report([ends.length > 20, fs.fstatSync(fd).size <= 4 + 16]);
    """
    assert attack(edge_node, code, "--expose-internals") == [True, True]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_44_hostile_structured_clone_bytes(edge_node: Path, seed: int) -> None:
    code = (
        _HOSTILE.replace("SEED", str(seed))
        + """
    const v8 = require('v8');
    const cyclic = { name: 'x', list: [1, , 2.5, -0, 10n ** 40n, new Date(0), /r/g, new Error('e')] };
    cyclic.self = cyclic;
    const good = [
        v8.serialize(cyclic), v8.serialize(new Map([[1, new Set(['a', '\\u{1f600}'])]])),
        v8.serialize([new Uint8Array(32), new Float64Array(3), new DataView(new ArrayBuffer(9), 1), new ArrayBuffer(5)]),
        v8.serialize(Buffer.from('text')), v8.serialize([[[[['deep']]]], null, undefined, true, new String('s'), Object(1n)]),
    ];
    let read = 0, refused = 0;
    for (let round = 0; round < 3000; round++) {
        let bytes = Buffer.from(good[random(good.length)]);
        for (let change = 0; change <= random(4); change++) bytes[random(bytes.length)] = random(256);
        if (random(4) === 0) bytes = bytes.subarray(0, random(bytes.length + 1));
        if (random(8) === 0) bytes = Buffer.concat([bytes.subarray(0, 2), Buffer.from(Array.from({ length: random(64) }, () => random(256)))]);
        try { v8.deserialize(bytes); read++ } catch { refused++ }
    }
    // Lengths that claim more than there is.
    for (const tag of ['"', 'c', 'S', 'B', 'V', 'A', 'a', 'Z', 'o', ';', "'"]) {
        for (const size of [[0xff, 0xff, 0xff, 0xff, 0x0f], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], [0x80]]) {
            try { v8.deserialize(Buffer.from([0xff, 15, tag.charCodeAt(0), ...size])); read++ } catch { refused++ }
        }
    }
    report([read + refused, refused > 0]);
    """
    )
    assert attack(edge_node, code, "--memory", "256MB") == [3033, True]
