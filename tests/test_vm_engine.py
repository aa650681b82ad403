"""What `vm` and `Atomics` ask of the engine itself, compared with Node."""

from __future__ import annotations

import pytest

from tests.comparison import Comparison

PROGRAMS = {
    "microtasks-after-evaluate": """
        const vm = require('vm');
        const context = vm.createContext({ log: [] }, { microtaskMode: 'afterEvaluate' });
        vm.runInContext("Promise.resolve().then(() => { log.push('a'); return 1; }).then(() => log.push('b')); log.push('script')", context);
        console.log(context.log.join());
        const shared = vm.createContext({ log: [] });
        vm.runInContext("Promise.resolve().then(() => log.push('a')); log.push('script')", shared);
        console.log(shared.log.join());
        Promise.resolve().then(() => console.log('ours'));
        vm.runInContext("Promise.resolve().then(() => log.push('again'))", context);
        console.log(context.log.join());
        setImmediate(() => console.log(shared.log.join()));
    """,
    "atomics-wait": """
        const ints = new Int32Array(new SharedArrayBuffer(8));
        const started = performance.now();
        console.log(Atomics.wait(ints, 0, 0, 30), performance.now() - started >= 29);
        console.log(Atomics.wait(ints, 0, 1), Atomics.notify(ints, 0));
    """,
    "atomics-wait-async": """
        const ints = new Int32Array(new SharedArrayBuffer(8));
        console.log(JSON.stringify(Atomics.waitAsync(ints, 0, 1)), Atomics.waitAsync(ints, 0, 0, 0).value);
        for (let i = 0; i < 3; i++) Atomics.waitAsync(ints, 1, 0).value.then((value) => console.log(i, value));
        Atomics.waitAsync(ints, 0, 0, 10).value.then((value) => console.log('timed', value));
        console.log(Atomics.notify(ints, 1, 2), Atomics.notify(ints, 1));
        setTimeout(() => {}, 20);
        setTimeout(() => {}, 40);
    """,
    "cached-data": """
        const vm = require('vm');
        const source = 'globalThis.x = 6 * 7';
        const script = new vm.Script(source, { produceCachedData: true });
        const data = script.createCachedData();
        console.log(script.cachedDataProduced, Buffer.isBuffer(script.cachedData), Buffer.isBuffer(data));
        for (const [text, cachedData] of [[source, data], [source + ' ', data]]) {
          const again = new vm.Script(text, { cachedData });
          console.log(again.cachedDataRejected, again.runInThisContext());
        }
        const f = vm.compileFunction('return a + b', ['a', 'b'], { produceCachedData: true });
        console.log(f.cachedDataProduced, vm.compileFunction('return a + b', ['a', 'b'], { cachedData: f.cachedData }).cachedDataRejected);
        console.log(vm.compileFunction('return a * c', ['a', 'c'], { cachedData: Buffer.from('none') }).cachedDataRejected);
    """,
    "context-extensions": """
        const vm = require('vm');
        const f = vm.compileFunction('return [a, b, c, arguments.length, new Error().stack.split("\\n")[1]]', ['c'], {
          contextExtensions: [{ a: 1, b: 2 }, { b: 3 }], filename: 'f.js', lineOffset: 10,
        });
        console.log(f(4, 5), f.length, vm.compileFunction('"use strict"; return this === undefined', [], { contextExtensions: [{}] })());
        try { vm.compileFunction('} function g() {', [], { contextExtensions: [{}] }); } catch (error) { console.log(error.name); }
    """,
    "unlinked-module": """
        const vm = require('vm');
        const module = new vm.SourceTextModule('export const a = 1');
        try { module.instantiate(); } catch (error) { console.log(error.code, error.message); }
        module.linkRequests([]);
        module.instantiate();
        console.log(module.status, Object.keys(module.namespace));
    """,
    "names-in-stacks": """
        const channel = { trace(f) { return f(); } };
        console.log(channel.trace(() => new Error().stack.split('\\n')[1].trim().split(' ')[1], { a: 1 }));
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_program(name: str, compare: Comparison) -> None:
    compare(["--no-warnings", "--experimental-vm-modules", "program.js"], {"program.js": PROGRAMS[name]})
