// Gives real Node the `edge` object of edgesh, so that one test runs in both:
// node --expose-internals -r ./node_prelude.js js/<topic>.js
const { internalBinding } = require('internal/test/binding');
const u = internalBinding('util');
const vm = require('vm');
const aw = internalBinding('async_wrap');
const acf = internalBinding('async_context_frame');
const priv = Object.values(u.privateSymbols).slice(-4);
globalThis.print = (...a) => process.stdout.write(a.map(String).join(' ') + '\n');
globalThis.edge = {
  newPrivateSymbol: () => priv.pop(),
  setPromiseHooks: (a, b, c, d) => aw.setPromiseHooks(a, b, c, d),
  getPromiseDetails: u.getPromiseDetails,
  previewEntries: u.previewEntries,
  getProxyDetails: (v) => u.getProxyDetails(v, true),
  getOwnNonIndexProperties: u.getOwnNonIndexProperties,
  getConstructorName: u.getConstructorName,
  getContinuationData: () => acf.getContinuationPreservedEmbedderData(),
  setContinuationData: (v) => acf.setContinuationPreservedEmbedderData(v),
  enqueueMicrotask: internalBinding('task_queue').enqueueMicrotask,
  runMicrotasks: internalBinding('task_queue').runMicrotasks,
  gc: () => {},
  newContext: (s) => vm.createContext(s === undefined ? vm.constants.DONT_CONTEXTIFY : s),
  compileScript: (src, name) => new vm.Script(src, { filename: name }),
  runScriptIn: (s, c) => s.runInContext(c),
  globalOf: (c) => vm.runInContext('globalThis', c),
};
