//! The host's own script inside of a session: serves requests, and makes what natives cannot.

use crate::Environment;
use edge_napi::{Result, Value};
use std::rc::Rc;

/// Makes the table of [`Tool`]s. It runs before the image of a session is taken, so what it asks of the machine it asks in `start`, with
/// the first request. What is called later is held here: the program may change its globals.
pub(super) const SERVER: &str = r"(function (process, callHost, importModuleDynamically) {
  const Module = process.getBuiltinModule('module');
  const { Script } = process.getBuiltinModule('vm');
  const { resolve } = process.getBuiltinModule('path');
  const { isPromise } = process.getBuiltinModule('util').types;
  const { apply, ownKeys } = Reflect;
  const { defineProperty } = Object;
  const { parse, stringify } = JSON;
  const HOST = Symbol.for('edgejs.host');
  const { get: weakGet, set: weakSet } = WeakMap.prototype;
  const hostErrors = new WeakMap();
  let require, load;
  const start = () => {
    Module._initPaths();
    require = Module.createRequire(resolve('[edgejs]'));
    globalThis.require ??= require;
  };
  const { chdir } = process;
  // Another machine: the library forgets the folder that it knew, and what is found from there is found from the new one.
  const restored = (folder) => {
    if (require === undefined) return;
    try { chdir(folder); } catch { return; }
    const before = require;
    load = undefined;
    start();
    if (globalThis.require === before) globalThis.require = require;
  };
  const modules = new Map();
  const exposed = new Map();
  const evaluate = (code, filename) => new Script(code, { filename, importModuleDynamically }).runInThisContext();
  const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;
  const root = (how, name) => {
    if (how === 'require') return require(name);
    if (how === 'import') return modules.get(name);
    if (!identifier.test(name)) throw new SyntaxError(`${stringify(name)} is no name of a variable`);
    return evaluate(name, '[call]');
  };
  const hook = () => {
    const prefix = 'host:';
    const ours = (specifier) => specifier.startsWith(prefix) && exposed.has(specifier.slice(prefix.length));
    Module.registerHooks({
      resolve: (specifier, context, next) => {
        if (!ours(specifier)) return next(specifier, context);
        const format = context.conditions?.includes?.('require') ? 'commonjs' : 'module';
        return { url: specifier, format, shortCircuit: true };
      },
      load: (url, context, next) => {
        if (!ours(url)) return next(url, context);
        const object = `globalThis[Symbol.for('edgejs.host')](${stringify(url.slice(prefix.length))})`;
        if (context.format === 'commonjs') return { format: 'commonjs', shortCircuit: true, source: `module.exports = ${object}` };
        const names = ownKeys(exposed.get(url.slice(prefix.length))).filter((name) => name !== 'default');
        const exports = names.map((name, index) => `const v${index} = m[${stringify(name)}]; export { v${index} as ${stringify(name)} };`);
        return { format: 'module', shortCircuit: true, source: `const m = ${object}; export default m; ${exports.join(' ')}` };
      },
    });
    defineProperty(globalThis, HOST, { value: (name) => exposed.get(name) });
  };
  const run = {
    eval: evaluate,
    load: (path) => { require(resolve(path)); },
    require: (name) => { require(name); },
    import: async (name) => {
      load ??= evaluate('(name) => import(name)', resolve('[edgejs]'));
      modules.set(name, await load(name));
    },
    read: (how, name, path) => path.reduce((value, key) => value[key], root(how, name)),
    call: (how, name, path, args) => {
      let owner;
      let value = root(how, name);
      for (const key of path) [owner, value] = [value, value[key]];
      return apply(value, owner, args);
    },
    apply: (value, args) => apply(value, undefined, args),
    expose: (name, object) => {
      if (exposed.size === 0) hook();
      exposed.set(name, object);
    },
  };
  const serve = (kind, request) => {
    const slot = { done: false, failed: false, value: undefined };
    const finish = (value) => { slot.value = value; slot.done = true; };
    const fail = (error) => { slot.failed = true; finish(error); };
    try {
      if (require === undefined) start();
      const value = apply(run[kind], undefined, request);
      const later = isPromise(value) || ((typeof value === 'object' || typeof value === 'function') && typeof value?.then === 'function');
      if (later) (async () => value)().then(finish, fail);
      else finish(value);
    } catch (error) {
      fail(error);
    }
    return slot;
  };
  const wrapHost = (number, name) => {
    const wrapped = (...args) => callHost(number, args);
    return defineProperty(wrapped, 'name', { value: name, configurable: true });
  };
  const makeMap = (flat) => {
    const map = new Map();
    for (let index = 0; index < flat.length; index += 2) map.set(flat[index], flat[index + 1]);
    return map;
  };
  const makeSet = (members) => {
    const set = new Set();
    for (let index = 0; index < members.length; index++) set.add(members[index]);
    return set;
  };
  const makeError = (name, message, pythonType, code, cause, number) => {
    const error = cause === undefined ? new Error(message) : new Error(message, { cause });
    const put = (key, value) => {
      if (value !== undefined) defineProperty(error, key, { value, writable: true, configurable: true });
    };
    if (number !== 0) apply(weakSet, hostErrors, [error, number]);
    if (name !== 'Error') put('name', name);
    put('pythonType', pythonType);
    put('code', code);
    const { stack } = error;
    if (typeof stack === 'string' && stack.startsWith('Error')) put('stack', name + stack.slice(5));
    return error;
  };
  const hostError = (error) => apply(weakGet, hostErrors, [error]) ?? 0;
  return [serve, wrapHost, makeMap, makeSet, makeError, hostError, restored];
})";

/// Name under which the table is kept.
pub(super) const TOOLS: &str = "session.tools";

/// What the script gives, by its place in the table.
#[derive(Clone, Copy)]
pub(super) enum Tool {
    Serve = 0,
    WrapHost = 1,
    MakeMap = 2,
    MakeSet = 3,
    MakeError = 4,
    HostError = 5,
    Restored = 6,
}

pub(super) fn tool(environment: &Rc<Environment>, tool: Tool) -> Result<Value> {
    environment.env().get_index(environment.expect_root(TOOLS)?, tool as u32)
}
