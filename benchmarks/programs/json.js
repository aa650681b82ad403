const rows = Array.from({ length: 5000 }, (_, i) => ({ id: i, name: `row ${i}`, tags: ['a', 'b', `t${i % 7}`], deep: { x: i / 3, y: null, z: i % 2 === 0 } }));
const start = performance.now();
let size = 0;
for (let round = 0; round < 10; round++) size += JSON.stringify(JSON.parse(JSON.stringify(rows))).length;
const ms = performance.now() - start;
if (size < 1e6) throw new Error('wrong');
console.log(`RESULT ${ms}`);
