"""What errors of the engine say, compared with Node."""

from __future__ import annotations

from tests.comparison import Comparison

PROGRAM = """
    'use strict';
    const say = (f) => { try { console.log(f()); } catch (error) { console.log(error.name, error.message); } };
    class Plain { get x() { return 1; } }
    class Told { get x() { return 1; } toString() { return 'told'; } }
    for (const object of [new Plain(), new Told(), { get x() { return 1; }, toString() {} }]) say(() => { object.x = 2; });
    say(() => { new URL('http://x').origin = 1; });
    Promise.any([]).catch((error) => console.log(error.name, error.message, error.errors));
    say(() => new Uint8Array(2).set(new BigUint64Array(1)));
    say(() => new BigInt64Array(2).set(new Uint8Array(1)));
    say(() => new BigInt64Array(2).set(new BigUint64Array(1)));
    for (const args of [[8, 3], [7], [8, 10], [8, 2, 10]]) say(() => new Uint16Array(new ArrayBuffer(args[0]), ...args.slice(1)));
    say(() => Reflect.ownKeys(new Proxy(Object.freeze({ x: 1 }), { ownKeys: () => [] })));
    const assert = require('node:assert');
    say(() => eval('let a = 1;\\nassert.ok(a === 2);'));
"""


def test_texts(compare: Comparison) -> None:
    compare(["program.js"], {"program.js": PROGRAM})
