const scale = Number(process.env.EDGE_BENCH_SCALE ?? 1);
const rounds = Math.max(100, 100000 * scale);
const start = performance.now();
let sum = 0;
for (let i = 0; i < rounds; i++) {
  const buffer = Buffer.allocUnsafe(64).fill(i & 255);
  buffer.writeUInt32LE(i, 4);
  buffer.writeDoubleBE(i / 3, 8);
  sum += buffer.readUInt32LE(4) + buffer.subarray(8, 16)[3] + buffer.indexOf(i & 255) + buffer.compare(buffer);
}
for (let i = 0; i < rounds / 50; i++) sum += Buffer.concat([Buffer.alloc(1000, 1), Buffer.alloc(500, 2)]).length;
console.log(`RESULT ${performance.now() - start}`);
if (!sum) throw new Error('wrong');
