// Milliseconds for a child process: started, its output read, its end heard of.
const { spawn } = require('child_process');
const scale = Number(process.env.EDGE_BENCH_SCALE ?? 1);
const count = Math.max(3, Math.round(100 * scale));
const once = () => new Promise((resolve, reject) => {
  const child = spawn('/bin/echo', ['hello']);
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (piece) => text += piece);
  child.on('error', reject);
  child.on('close', (code) => code === 0 && text === 'hello\n' ? resolve() : reject(new Error(`${code} ${text}`)));
});
(async () => {
  await once();
  const start = performance.now();
  for (let i = 0; i < count; i++) await once();
  console.log(`RESULT ${(performance.now() - start) / count}`);
})();
