// Microseconds of one call each, in a folder of a hundred small files.
const fs = require('fs');
const scale = Number(process.env.EDGE_BENCH_SCALE ?? 1);
const rounds = Math.max(20, 20000 * scale);
const folder = fs.mkdtempSync(`${require('os').tmpdir()}/edge-bench-`);
const names = Array.from({ length: 100 }, (_, i) => `${folder}/${i}`);
for (const name of names) fs.writeFileSync(name, 'x'.repeat(1000));
const measure = (name, rounds, call) => {
  const start = performance.now();
  for (let i = 0; i < rounds; i++) call(names[i % names.length]);
  console.log(`RESULT ${name} ${(performance.now() - start) * 1000 / rounds}`);
};
measure('readFileSync', rounds, (name) => fs.readFileSync(name));
measure('statSync', rounds, (name) => fs.statSync(name));
measure('readdirSync', rounds / 10, () => fs.readdirSync(folder));
// New files: to truncate one that has contents makes some file systems wait for the disk.
let made = 0;
measure('writeFileSync', rounds, () => fs.writeFileSync(`${folder}/new${made++}`, 'written'));
fs.rmSync(folder, { recursive: true });
