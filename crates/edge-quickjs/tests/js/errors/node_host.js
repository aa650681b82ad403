// The few host functions that the cases use, for settling their expected output with
// Node: node node_host.js case.js > case.out
'use strict';
const vm = require('vm');
globalThis.print = (...args) => process.stdout.write(args.map(String).join(' ') + '\n');
globalThis.runScript = (source, filename) => vm.runInThisContext(source, { filename });
const file = process.argv[2];
vm.runInThisContext(require('fs').readFileSync(file, 'utf8'), { filename: require('path').basename(file) });
