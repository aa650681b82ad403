'use strict';
const a = 1;
function outer(a) {
  {
    const outer = a
    while (true) { debugger; }
  }
  return
  a = 2;
}
const obj = { x: 1, x: 2, 'y': 3 };
a = obj.hasOwnProperty("x");
if (a = 2) { }
for (let i = 0; i < 10; i--) { void i; }
label: for (const k in obj) { if (k !== k) break label; }
try { outer(); } catch (e) { }
export default typeof a === 'strnig';
/* eslint-disable no-console */
console.log(`${a}`, /  /, [,], NaN === a);
