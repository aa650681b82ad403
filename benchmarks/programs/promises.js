const scale = Number(process.env.EDGE_BENCH_SCALE ?? 1);
const chains = Math.max(2, Math.round(2000 * scale));
async function chain(depth) {
  return depth === 0 ? 0 : 1 + (await chain(depth - 1));
}
(async () => {
  const start = performance.now();
  let sum = 0;
  for (let i = 0; i < chains; i++) sum += await chain(50);
  sum += (await Promise.all(Array.from({ length: chains * 25 }, (_, i) => Promise.resolve(i).then((x) => x + 1)))).length;
  await new Promise((resolve) => {
    let left = chains * 50;
    (function tick() {
      if (--left) process.nextTick(tick);
      else resolve();
    })();
  });
  console.log(`RESULT ${performance.now() - start}`);
  if (sum !== chains * 75) throw new Error('wrong');
})();
