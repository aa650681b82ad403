'use strict';
// What node:zlib answers: round trips through every format, both ways of calling, with what breaks streams. Compressed bytes are not
// compared (another library may find other matches), but what both sides of the comparison make of a given stream is.
const zlib = require('node:zlib');
const { Buffer } = require('node:buffer');

let state = 12345;
const random = () => { state = (state * 1103515245 + 12345) & 0x7fffffff; return state; };
const noise = (n) => Buffer.from(Array.from({ length: n }, () => random() >> 16 & 255));
const text = (n) => Buffer.from('the quick brown fox jumps over the lazy dog; '.repeat(Math.ceil(n / 45)).slice(0, n));
const inputs = { empty: Buffer.alloc(0), one: Buffer.from('x'), text: text(5000), noise: noise(3000), zeros: Buffer.alloc(300_000), large: Buffer.concat([text(400_000), noise(50_000)]) };

const pairs = [
  ['deflate', 'inflate'], ['deflateRaw', 'inflateRaw'], ['gzip', 'gunzip'], ['gzip', 'unzip'], ['deflate', 'unzip'],
  ['brotliCompress', 'brotliDecompress'], ['zstdCompress', 'zstdDecompress'],
];
const show = (what, value) => console.log(what, value);
// zlib-rs loses what its fast path found wrong and says this instead; zlib says which of three things it was.
const lost = ['repeated call with bad state', 'invalid distance too far back', 'invalid distance code', 'invalid literal/length code'];
const told = (error) => `${error.name} ${error.code} ${error.errno} ${lost.includes(error.message) ? 'bad data' : error.message}`;
const attempt = (what, f) => { try { show(what, f()); } catch (error) { show(what, told(error)); } };

for (const [compress, expand] of pairs) {
  for (const [name, input] of Object.entries(inputs)) {
    const packed = zlib[`${compress}Sync`](input);
    show(`${compress} ${expand} ${name}`, zlib[`${expand}Sync`](packed).equals(input));
    if (packed.length > 4) {
      attempt(`${expand} ${name} cut`, () => zlib[`${expand}Sync`](packed.subarray(0, packed.length - 3)).length);
      attempt(`${expand} ${name} cut, flushed`, () => {
        const finishFlush = compress.startsWith('brotli') ? zlib.constants.BROTLI_OPERATION_FLUSH :
          compress.startsWith('zstd') ? zlib.constants.ZSTD_e_flush : zlib.constants.Z_SYNC_FLUSH;
        return zlib[`${expand}Sync`](packed.subarray(0, packed.length - 3), { finishFlush }).length <= input.length;
      });
    }
    for (const chunkSize of [64, 100, 1000, 1 << 20]) {
      show(`${compress} ${name} in ${chunkSize}`, zlib[`${expand}Sync`](zlib[`${compress}Sync`](input.subarray(0, 20_000), { chunkSize }), { chunkSize }).equals(input.subarray(0, 20_000)));
    }
  }
  for (const bad of [Buffer.from('this is no stream'), Buffer.from([0x1f, 0x8b, 9, 9]), Buffer.from([0x78, 0x9c, 1, 2, 3, 4]), noise(50), Buffer.alloc(20), Buffer.alloc(0)]) {
    attempt(`${expand} ${bad.toString('hex').slice(0, 12)}`, () => zlib[`${expand}Sync`](bad).length);
  }
}

// Streams that this file carries: what comes out of them is the same wherever.
const given = {
  gunzip: 'H4sIAAAAAAAAA8tIzcnJVyjPL8pJAQCFEUoNCwAAAA==',
  inflate: 'eJzLSM3JyVcozy/KSQEAGgsEXQ==',
  inflateRaw: 'y0jNyclXKM8vykkBAA==',
  brotliDecompress: 'CwWAaGVsbG8gd29ybGQD',
  zstdDecompress: 'KLUv/SALWQAAaGVsbG8gd29ybGQ=',
};
for (const [expand, packed] of Object.entries(given)) {
  attempt(`given ${expand}`, () => zlib[`${expand}Sync`](Buffer.from(packed, 'base64')).toString());
  attempt(`given ${expand} with a byte changed`, () => {
    const bytes = Buffer.from(packed, 'base64');
    bytes[bytes.length >> 1] ^= 0x55;
    return zlib[`${expand}Sync`](bytes).toString('latin1');
  });
}
attempt('members', () => zlib.gunzipSync(Buffer.concat([zlib.gzipSync('abc'), zlib.gzipSync('def')])).toString());
attempt('members and zeros', () => zlib.gunzipSync(Buffer.concat([zlib.gzipSync('abc'), Buffer.alloc(10)])).toString());
attempt('members and junk', () => zlib.gunzipSync(Buffer.concat([zlib.gzipSync('abc'), Buffer.alloc(10, 7)])).toString());
attempt('too long', () => zlib.inflateSync(zlib.deflateSync(Buffer.alloc(5000)), { maxOutputLength: 100 }));
const dictionary = Buffer.from('lazy dog quick fox');
for (const [compress, expand] of pairs.slice(0, 2)) {
  const packed = zlib[`${compress}Sync`](inputs.text, { dictionary });
  attempt(`${expand} dictionary`, () => zlib[`${expand}Sync`](packed, { dictionary }).equals(inputs.text));
  attempt(`${expand} no dictionary`, () => zlib[`${expand}Sync`](packed).length);
  attempt(`${expand} wrong dictionary`, () => zlib[`${expand}Sync`](packed, { dictionary: Buffer.from('wrong') }).length);
}
attempt('zstd dictionary', () => zlib.zstdDecompressSync(zlib.zstdCompressSync(inputs.text, { dictionary }), { dictionary }).equals(inputs.text));
for (const level of [-1, 0, 1, 6, 9]) {
  for (const strategy of [0, 1, 2, 3, 4]) {
    for (const windowBits of [8, 9, 15]) {
      for (const memLevel of [1, 9]) {
        const options = { level, strategy, windowBits, memLevel };
        attempt(`deflate ${JSON.stringify(options)}`, () => zlib.inflateSync(zlib.deflateSync(inputs.text, options)).equals(inputs.text));
      }
    }
  }
}
for (const options of [{ level: 10 }, { windowBits: 7 }, { memLevel: 0 }, { strategy: 9 }, { chunkSize: 5 }, { flush: 10 }, { dictionary: 'text' }, { params: { 99: 1 } }]) {
  for (const make of ['createDeflate', 'createGzip', 'createBrotliCompress', 'createZstdCompress', 'createInflate']) {
    attempt(`${make} ${JSON.stringify(options)}`, () => typeof zlib[make](options));
  }
}
for (const params of [{ [zlib.constants.BROTLI_PARAM_QUALITY]: 0 }, { [zlib.constants.BROTLI_PARAM_QUALITY]: 5 }, { [zlib.constants.BROTLI_PARAM_MODE]: 1 },
  { [zlib.constants.BROTLI_PARAM_LGWIN]: 10 }, { [zlib.constants.BROTLI_PARAM_LARGE_WINDOW]: true, [zlib.constants.BROTLI_PARAM_LGWIN]: 24 },
  { [zlib.constants.BROTLI_PARAM_DISABLE_LITERAL_CONTEXT_MODELING]: 7 }, { [zlib.constants.BROTLI_PARAM_NPOSTFIX]: 1, [zlib.constants.BROTLI_PARAM_NDIRECT]: 12 }]) {
  attempt(`brotli ${JSON.stringify(params)}`, () => zlib.brotliDecompressSync(zlib.brotliCompressSync(inputs.text, { params })).equals(inputs.text));
}
for (const params of [{ [zlib.constants.ZSTD_c_compressionLevel]: 1 }, { [zlib.constants.ZSTD_c_compressionLevel]: 19 }, { [zlib.constants.ZSTD_c_checksumFlag]: 1 },
  { [zlib.constants.ZSTD_c_windowLog]: 99 }, { [zlib.constants.ZSTD_c_strategy]: 9 }]) {
  attempt(`zstd ${JSON.stringify(params)}`, () => zlib.zstdDecompressSync(zlib.zstdCompressSync(inputs.text, { params })).equals(inputs.text));
}
// The reference implementation makes the same bytes everywhere.
show('zstd bytes', zlib.zstdCompressSync(inputs.large).toString('hex').slice(0, 200));
show('zstd size', zlib.zstdCompressSync(inputs.large).length);
attempt('zstd pledged', () => zlib.zstdCompressSync('abc', { pledgedSrcSize: 3 }).toString('hex'));
attempt('zstd pledged wrong', () => zlib.zstdCompressSync('abc', { pledgedSrcSize: 4 }).toString('hex'));
attempt('zstd pledged negative', () => zlib.zstdCompressSync('abc', { pledgedSrcSize: -4 }).toString('hex'));
for (const data of ['', 'hello', 'caf\u00e9 \u{1f980}', inputs.noise, new Uint16Array(inputs.text.buffer.slice(0, 100))]) {
  for (const value of [0, 1, 0xffffffff]) show('crc32', zlib.crc32(data, value));
}

// Sizes stay near Node's: the table has a tolerance, so print only whether they do.
const near = (packed, wanted) => packed <= wanted * 1.15 + 16;
show('size', [near(zlib.gzipSync(inputs.large).length, 15_495), near(zlib.brotliCompressSync(inputs.large).length, 13_239)]);

(async () => {
  // Streams, piece by piece, with flushes, params, reset, close.
  for (const [compress, expand] of pairs) {
    const name = (verb) => `create${verb[0].toUpperCase()}${verb.slice(1)}`;
    const packer = zlib[name(compress)](), opener = zlib[name(expand)]();
    packer.pipe(opener);
    const got = [];
    opener.on('data', (chunk) => got.push(chunk));
    const ended = new Promise((resolve, reject) => opener.on('end', resolve).on('error', reject));
    for (let at = 0; at < inputs.large.length; at += 70_001) packer.write(inputs.large.subarray(at, at + 70_001));
    await new Promise((resolve) => packer.flush(resolve));
    packer.end();
    await ended;
    show(`stream ${compress} ${expand}`, [Buffer.concat(got).equals(inputs.large), packer.bytesWritten, opener.bytesWritten > 0]);
    await new Promise((resolve) => zlib[expand](Buffer.from('garbage!'), (error, out) => { show(`async ${expand}`, error ? told(error) : out.length); resolve(); }));
    const closed = zlib[name(compress)]();
    closed.write(inputs.text);
    await new Promise((resolve) => closed.close(resolve));
    attempt('written after close', () => { closed.on('error', (error) => show('error', told(error))); return closed.write('x'); });
    attempt('reset', () => { const stream = zlib[name(expand)](); stream.reset(); return typeof stream._handle; });
  }
  const changing = zlib.createDeflate({ level: 9 });
  const out = [];
  changing.on('data', (chunk) => out.push(chunk));
  changing.write(inputs.text);
  await new Promise((resolve) => changing.params(0, zlib.constants.Z_DEFAULT_STRATEGY, resolve));
  changing.end(inputs.text);
  await new Promise((resolve) => changing.on('end', resolve));
  show('params', zlib.inflateSync(Buffer.concat(out)).length);
  // Several at once on the pool.
  const all = await Promise.all(Array.from({ length: 40 }, (_, i) => new Promise((resolve, reject) =>
    zlib.gzip(inputs.text.subarray(i), (error, packed) => error ? reject(error) : zlib.gunzip(packed, (e, out) => e ? reject(e) : resolve(out.length))))));
  show('at once', all.join());
  // async_hooks see the streams.
  const hooks = require('node:async_hooks');
  const seen = [];
  hooks.createHook({ init(id, type) { if (type === 'ZLIB') seen.push(type); } }).enable();
  await new Promise((resolve) => zlib.deflate('x', resolve));
  show('hooks', seen.join());
  // What a stream writes into may go away meanwhile.
  const gone = zlib.createInflate();
  gone.on('error', () => {}).on('close', () => show('closed', true));
  gone.write(zlib.deflateSync(inputs.zeros));
  gone.destroy();
})();
