// Stands in for the WebAssembly module with llhttp that undici brings along: the same parser is linked in (crates/edge-llhttp). This has the
// exports that undici calls. Memory is one buffer: a reason's text below INPUT, the input from there on.
const WebAssembly = (() => {
  const { LLHttp } = internalBinding('undici_llhttp');
  const { ArrayBuffer, SafeMap, TypedArrayPrototypeSet, Uint8Array } = primordials;
  const REASON = 16;
  const INPUT = 4096;
  class Module {}
  class Instance {
    constructor(module, { env }) {
      const parsers = new SafeMap();
      const memory = { buffer: new ArrayBuffer(INPUT) };
      let last = 0;
      this.exports = {
        memory,
        malloc(size) {
          memory.buffer = new ArrayBuffer(INPUT + size);
          return INPUT;
        },
        free() {},
        llhttp_alloc(type) {
          parsers.set(++last, new LLHttp(type, last, env));
          return last;
        },
        llhttp_free(id) {
          parsers.delete(id);
        },
        llhttp_resume(id) {
          parsers.get(id).resume();
        },
        llhttp_execute(id, at, length) {
          return parsers.get(id).execute(new Uint8Array(memory.buffer, at, length), at);
        },
        llhttp_get_error_pos(id) {
          return parsers.get(id).errorPosition();
        },
        llhttp_get_error_reason(id) {
          const reason = parsers.get(id).errorReason();
          TypedArrayPrototypeSet(new Uint8Array(memory.buffer, REASON, INPUT - REASON), reason);
          return reason.length > 1 ? REASON : 0;
        },
      };
    }
  }
  return { Module, Instance };
})();
