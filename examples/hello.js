// The first program of README.md: `edge run examples/hello.js`.
const os = require('node:os');
const path = require('node:path');

console.log(`Hello from Node ${process.version} on ${os.platform()}`);
console.log({ program: path.basename(__filename), args: process.argv.slice(2), nested: { list: [1, 2, 3], map: new Map([['a', 1]]) } });
