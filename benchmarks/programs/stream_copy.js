const scale = Number(process.env.EDGE_BENCH_SCALE ?? 1);
const megabytes = Math.max(1, Math.round(256 * scale));
const fs = require('fs');
const { pipeline } = require('stream/promises');
(async () => {
  const folder = fs.mkdtempSync(`${require('os').tmpdir()}/edge-bench-`);
  const fd = fs.openSync(`${folder}/from`, 'w');
  const chunk = Buffer.alloc(1 << 20, 'x');
  for (let i = 0; i < megabytes; i++) fs.writeSync(fd, chunk);
  fs.closeSync(fd);
  const start = performance.now();
  await pipeline(fs.createReadStream(`${folder}/from`), fs.createWriteStream(`${folder}/to`));
  const ms = performance.now() - start;
  if (fs.statSync(`${folder}/to`).size !== megabytes << 20) throw new Error('wrong');
  fs.rmSync(folder, { recursive: true });
  console.log(`RESULT ${ms}`);
})();
