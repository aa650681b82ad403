const scale = Number(process.env.EDGE_BENCH_SCALE ?? 1);
const start = performance.now();
const count = Math.max(100, 100000 * scale);
let left = count;
let immediates = 0;
const done = () => {
  if (--left === 0) setImmediate(function again() {
    if (++immediates < count / 2) setImmediate(again);
    else console.log(`RESULT ${performance.now() - start}`);
  });
};
for (let i = 0; i < count; i++) {
  setTimeout(done, i % 5);
  clearTimeout(setTimeout(done, 1000));
}
