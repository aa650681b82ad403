const scale = Number(process.env.EDGE_BENCH_SCALE ?? 1);
const files = Math.max(10, 10000 * scale);
const { mkdtemp, writeFile, readdir, readFile, stat, rm } = require('fs/promises');
(async () => {
  const folder = await mkdtemp(`${require('os').tmpdir()}/edge-bench-`);
  const start = performance.now();
  const batches = (work) => Promise.all(Array.from({ length: 50 }, async (_, lane) => {
    for (let i = lane; i < files; i += 50) await work(`${folder}/${i}`, i);
  }));
  await batches((name, i) => writeFile(name, `content of ${i}`));
  if ((await readdir(folder)).length !== files) throw new Error('wrong');
  await batches(async (name) => (await readFile(name, 'utf8')).length + (await stat(name)).size);
  const ms = performance.now() - start;
  await rm(folder, { recursive: true });
  console.log(`RESULT ${ms}`);
})();
