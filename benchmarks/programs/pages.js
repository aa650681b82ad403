// Pages of 4 KiB that this process alone has written by the time an empty program would end.
const rollup = require('fs').readFileSync('/proc/self/smaps_rollup', 'latin1');
console.log(`RESULT ${Number(/Private_Dirty:\s+(\d+)/.exec(rollup)[1]) / 4}`);
