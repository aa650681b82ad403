"""CommonJS and ES modules through Node's own loaders, compared with Node."""

from __future__ import annotations

import pytest

from tests.comparison import Comparison

PACKAGE = {
    "package.json": '{"name": "self", "version": "1.0.0", "exports": {".": "./main.cjs", "./feature": {"custom": "./custom.cjs", "import": "./f.mjs", "require": "./f.cjs"}}, "imports": {"#inner": "./inner.cjs", "#dep/*": "./deps/*.js"}}',
    "main.cjs": "exports.main = 1;",
    "custom.cjs": "module.exports = 'custom';",
    "f.mjs": "export default 'esm feature';",
    "f.cjs": "module.exports = 'cjs feature';",
    "inner.cjs": "module.exports = 'inner';",
    "deps/x.js": "module.exports = 'dep x';",
    "node_modules/dual/package.json": '{"exports": {"node": {"import": "./i.mjs", "default": "./r.js"}, "./sub/*": "./lib/*.js", "./hidden/*": null}}',
    "node_modules/dual/i.mjs": "export const kind = 'import'; export default kind;",
    "node_modules/dual/r.js": "exports.kind = 'require'; exports.__esModule = true; exports.default = 'd';",
    "node_modules/dual/lib/a.js": "module.exports = __filename.slice(-8);",
    "node_modules/old/package.json": '{"main": "lib"}',
    "node_modules/old/lib/index.js": "module.exports = { old: true, named: function named() {} };",
    "node_modules/esm-only/package.json": '{"type": "module", "exports": "./index.js"}',
    "node_modules/esm-only/index.js": "export const a = 1; export default class K {}; export { a as 'module.exports2' };",
    "data.json": '{"x": [1, 2]}',
    "cycle-a.cjs": "exports.early = 1; const b = require('./cycle-b.cjs'); exports.late = b.sawEarly + 1; exports.sawLate = b.sawLate;",
    "cycle-b.cjs": "const a = require('./cycle-a.cjs'); exports.sawEarly = a.early; exports.sawLate = a.late; a.nothing;",
    "live.mjs": "export let count = 0; export const up = () => { count++; }; export function early() { return typeof count; }",
    "cycle-a.mjs": "import { b } from './cycle-b.mjs'; export const a = 'a'; export const got = b; export function hoisted() { return 'h'; }",
    "cycle-b.mjs": "import { hoisted } from './cycle-a.mjs'; import * as ns from './cycle-a.mjs'; export let b = hoisted(); try { ns.a; } catch (e) { b += e.name + e.message; }",
    "tla.mjs": "export const waited = await new Promise((resolve) => setTimeout(resolve, 5, 'waited'));",
    "named.cjs": "exports.one = 1; module.exports.two = 2; Object.defineProperty(exports, 'three', { enumerable: true, get() { return 3; } }); exports.default = 'd';",
    "reexport.cjs": "module.exports = { ...require('./named.cjs') }; module.exports = require('./named.cjs');",
    "throws.cjs": "exports.before = 1; throw new Error('while loading');",
}

SCRIPTS = {
    "json.js": "console.log(require('./data.json'), require('./data') === require('./data.json'));",
    "self.js": "console.log(require('self'), require('self/feature'), require('#inner'), require('#dep/x')); import('self/feature').then((ns) => console.log(ns));",
    "self-hidden.js": "require('self/package.json');",
    "imports-missing.js": "require('#nothing');",
    "packages.js": "console.log(require('dual'), require('dual/sub/a'), require('old'), require.resolve('old').slice(-12), require('esm-only'));",
    "package-hidden.js": "try { require('dual/hidden/a'); } catch (e) { console.log(e.code, e.message.split(process.cwd()).join('.')); }",
    "cache.js": "const m = require('./named.cjs'); delete require.cache[require.resolve('./named.cjs')]; console.log(m === require('./named.cjs'), Object.keys(require.cache).length, module.children.length, module.paths[0].slice(-14));",
    "cycle.js": "console.log(require('./cycle-a.cjs'));",
    "throws.js": "for (let i = 0; i < 2; i++) try { require('./throws.cjs'); } catch (e) { console.log(e.message, e.stack.split('\\n').length); }",
    "require-esm.js": "const ns = require('./live.mjs'); ns.up(); console.log(ns.count, ns, ns[Symbol.toStringTag]);",
    "require-esm-async.js": "try { require('./tla.mjs'); } catch (e) { console.log(e.code, e.message.split('\\n')[0]); }",
    "wrapper.js": "console.log(require('module').wrapper, arguments.length, Object.keys(module), this === exports, typeof require.extensions['.js']);",
    "hook.js": "const Module = require('module'); const load = Module._load; Module._load = function (r, ...a) { return r === 'magic' ? 42 : load.call(this, r, ...a); }; console.log(require('magic'));",
    "register.js": "const { registerHooks } = require('module'); registerHooks({ resolve(s, c, n) { return s === 'virtual:x' ? { url: 'virtual:x', format: 'module', shortCircuit: true } : n(s, c); }, load(u, c, n) { return u === 'virtual:x' ? { format: 'module', source: 'export default 7', shortCircuit: true } : n(u, c); } }); import('virtual:x').then((ns) => console.log(ns.default));",
    "create-require.mjs": "import { createRequire, builtinModules, isBuiltin } from 'module'; const require = createRequire(import.meta.url); console.log(require('./data.json'), isBuiltin('fs'), builtinModules.length);",
    "namespace.mjs": "import * as ns from './live.mjs'; import def, { one, two } from './named.cjs'; import * as re from './reexport.cjs'; ns.up(); console.log(ns, ns.early(), def, one, two, re, Object.getOwnPropertyDescriptor(ns, 'count')); try { ns.count = 5; } catch (e) { console.log(e.message); }",
    "cycle.mjs": "import { got, a } from './cycle-a.mjs'; import { b } from './cycle-b.mjs'; console.log(got, a, b);",
    "tla.mts.mjs": "import { waited } from './tla.mjs'; const { waited: again } = await import('./tla.mjs'); console.log(waited, again); for await (const x of [Promise.resolve(1)]) console.log(x);",
    "meta.mjs": "console.log(import.meta.url.startsWith('file://'), import.meta.dirname === process.cwd(), import.meta.resolve('dual').slice(-6), Object.keys(import.meta), typeof import.meta.main);",
    "attributes.mjs": "import data from './data.json' with { type: 'json' }; console.log(data); try { await import('./data.json'); } catch (e) { console.log(e.code); }",
    "data-url.mjs": "console.log(await import('data:text/javascript,export default 1 + 1'), (await import('data:application/json,[1]', { with: { type: 'json' } })).default);",
    "dynamic-errors.mjs": "for (const s of ['./none.mjs', 'no-such', 'node:nothing', 'http://x/', './live.mjs?q=1', 'dual/hidden/a', '#zzz']) await import(s).then((ns) => console.log(s, Object.keys(ns)), (e) => console.log(s, e.name, e.code));",
    "builtin-namespace.mjs": "import fs, { readFileSync } from 'fs'; import { syncBuiltinESMExports } from 'module'; import * as path from 'node:path'; fs.readFileSync = () => 'patched'; syncBuiltinESMExports(); const again = (await import('fs')).readFileSync; console.log(readFileSync === again, readFileSync(), path.default.sep, Object.keys(path).length);",
    "detect.js": "import { one } from './named.cjs'; console.log(one, typeof require, typeof module);",
    "types.ts": "type A = { a: number }; import { type PathLike, existsSync } from 'node:fs'; const f = <T,>(x: T): T => x; class K<T> { declare x: T; private readonly y?: string = 'y'; } console.log(f<A>({ a: 1 })!.a, existsSync('types.ts' as PathLike), new K());",
    "types-enum.ts": "enum Colour { Red }\nconsole.log(Colour.Red);",
    "types-import.mts": "import { g } from './lib.mts'; console.log(g(2)); ",
    "lib.mts": "export const g = (x: number): string => `${x}` as string;",
}


@pytest.mark.parametrize("name", [name for name in SCRIPTS if name != "lib.mts"])
def test_script(name: str, compare: Comparison) -> None:
    compare([name], {**PACKAGE, **SCRIPTS})


def test_conditions(compare: Comparison) -> None:
    assert compare(["-C", "custom", "-p", "require('self/feature')"], PACKAGE).stdout == "custom\n"


def test_preserve_symlinks_and_node_path(compare: Comparison) -> None:
    compare(["-p", "require('alone')"], {"elsewhere/alone.js": "module.exports = 'by NODE_PATH';"}, env={"NODE_PATH": "elsewhere"})
