// Strict equality of every pair of kinds, as a value and as a condition.
const s = Symbol('s');
const f = () => {};
const o = {};
const long = 'x'.repeat(3);
const values = [0, -0, 1, 1.5, NaN, Infinity, 2 ** 31, -(2 ** 31), '', '0', '1', 'abc', `${long}y`, 'xxxy', true, false, null, undefined,
  s, Symbol('s'), f, () => {}, o, {}, [], 0n, 1n, 2n ** 70n, 2n ** 70n + 0n, -1n, new Number(1), new String('abc')];
for (const a of values) {
  let line = '';
  for (const b of values) {
    let branch = '-';
    if (a === b) branch = '+';
    let other = '-';
    if (a !== b) other = '+';
    const value = a === b;
    const not = a !== b;
    line += branch + other === (value ? '+-' : '-+') && value !== not ? Number(value) : '?';
  }
  print(line);
}
let n = 0;
do n++; while (n !== 5);
while (n === 5) n++;
for (; n !== 9; n++);
print(n, n === 9 ? 'yes' : 'no', (n === 9) + 1, !(n !== 9), n === 9 && 'and', n !== 9 || 'or');
