async function chain(depth) {
  return depth === 0 ? 0 : 1 + (await chain(depth - 1));
}
(async () => {
  const start = performance.now();
  let sum = 0;
  for (let i = 0; i < 2000; i++) sum += await chain(50);
  sum += (await Promise.all(Array.from({ length: 50000 }, (_, i) => Promise.resolve(i).then((x) => x + 1)))).length;
  await new Promise((resolve) => {
    let left = 100000;
    (function tick() {
      if (--left) process.nextTick(tick);
      else resolve();
    })();
  });
  console.log(`RESULT ${performance.now() - start}`);
  if (sum !== 150000) throw new Error('wrong');
})();
