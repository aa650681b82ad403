'use strict';

// Stands in for internal/deps/amaro/dist/index, which compiles a WebAssembly module: the same code is linked in (crates/edge-typescript).
const { transformSync } = internalBinding('typescript');

module.exports = { transformSync };
