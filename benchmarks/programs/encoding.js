const scale = Number(process.env.EDGE_BENCH_SCALE ?? 1);
const ascii = 'The quick brown fox jumps over the lazy dog. '.repeat(2000);
const mixed = 'naïve café — 日本語 🙂 '.repeat(2000);
const start = performance.now();
let sum = 0;
for (let i = 0; i < 100 * scale; i++) {
  for (const text of [ascii, mixed]) {
    const bytes = Buffer.from(text, 'utf8');
    sum += bytes.toString('utf8').length + bytes.toString('base64').length + bytes.toString('hex').length + bytes.toString('latin1').length;
    sum += Buffer.byteLength(text) + Buffer.from(bytes.toString('base64'), 'base64').length + new TextDecoder().decode(new TextEncoder().encode(text)).length;
  }
}
console.log(`RESULT ${performance.now() - start}`);
if (!sum) throw new Error('wrong');
