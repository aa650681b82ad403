// Writes node.tsv: what Node itself answers, for tests/node_vectors.rs. Run with the pinned Node:
//   node --expose-internals --no-warnings tests/vectors/generate.mjs > tests/vectors/node.tsv
// Fields are separated by tabs; bytes are hex, strings are hex of their UTF-16 code units (big-endian).
import { createRequire } from 'node:module';
import { StringDecoder } from 'node:string_decoder';
const { internalBinding } = createRequire(import.meta.url)('internal/test/binding');
const { atob, btoa } = internalBinding('buffer');
const { transcode } = internalBinding('icu');

let seed = 12345;
const random = (n) => { seed = (Math.imul(seed, 1103515245) + 12345) >>> 0; return Math.floor((seed >>> 8) / 0x1000000 * n); };
const pick = (list) => list[random(list.length)];
const bytes = (b) => Buffer.from(b).toString('hex');
const units = (s) => Array.from({ length: s.length }, (_, i) => s.charCodeAt(i).toString(16).padStart(4, '0')).join('');
const line = (...fields) => console.log(fields.join('\t'));
const encodings = ['ascii', 'utf8', 'base64', 'utf16le', 'latin1', 'hex', 'base64url'];

const edges = [0, 0x20, 0x41, 0x7f, 0x80, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xf8, 0xff, 0x9f, 0xa0, 0x8f, 0x90, 0xd8, 0xdc];
const someBytes = (n) => Buffer.from(Array.from({ length: n }, () => random(3) ? pick(edges) : random(256)));
const alphabet = ['a', 'Z', '0', '9', '+', '/', '-', '_', '=', ' ', '\n', '!', 'é', '\xff', 'ř', '€', '\ud83d', '\ude00', '😀', 'f', 'B', '\0', '\u0130'];
const someString = (n, from = alphabet) => Array.from({ length: n }, () => pick(from)).join('');
const digits = [...'ABCDabcd0129+/-_'];

for (let i = 0; i < 160; i++) {
  const b = someBytes(random(24));
  for (const encoding of encodings) line('decode', encoding, bytes(b), units(b.toString(encoding)));
}
for (let i = 0; i < 160; i++) {
  const s = i % 2 ? someString(random(20)) : someString(random(20), digits) + someString(random(4), [...'=', ...' \n', 'A']);
  for (const encoding of encodings) {
    const room = Buffer.alloc(random(20));
    const written = room.write(s, encoding);
    line('encode', encoding, units(s), bytes(Buffer.from(s, encoding)), Buffer.byteLength(s, encoding), room.length, bytes(room.subarray(0, written)));
  }
  const into = new Uint8Array(random(20));
  const { read, written } = new TextEncoder().encodeInto(s, into);
  line('encodeInto', units(s), into.length, read, bytes(into.subarray(0, written)));
}
for (let i = 0; i < 200; i++) {
  const s = someString(random(9), i % 2 ? [...'AYQb+/', ...'= ='] : [...'AYQb', '=', '=', ' ', '!', '\u0100', '\v', '\f']);
  const result = atob(s);
  line('atob', units(s), typeof result === 'number' ? String(result) : 's' + units(result));
}
for (let i = 0; i < 300; i++) {
  const encoding = pick(encodings);
  const decoder = new StringDecoder(encoding);
  const text = pick([someBytes(random(12)), Buffer.from(someString(random(6)), pick(['utf8', 'utf16le']))]);
  const chunks = [];
  for (let at = 0; at < text.length;) { const n = 1 + random(4); chunks.push(text.subarray(at, at + n)); at += n; }
  line('decoder', encoding, chunks.map(bytes).join(','), chunks.map((c) => units(decoder.write(c))).join(','), units(decoder.end()));
}
for (let i = 0; i < 300; i++) {
  const encoding = pick(['latin1', 'utf16le']);
  // Node answers the length minus one for a ucs2 needle that an odd haystack does not hold; that is not copied.
  const hay = Buffer.from(Array.from({ length: encoding === 'latin1' ? random(14) : 2 * random(7) }, () => random(2)));
  const needle = Buffer.from(Array.from({ length: random(4) }, () => random(2)));
  const offset = random(40) - 20;
  line('search', encoding, bytes(hay), bytes(needle), offset, hay.indexOf(needle, offset, encoding), hay.lastIndexOf(needle, offset, encoding));
}
for (let i = 0; i < 200; i++) {
  const [from, to] = [pick(['ascii', 'latin1', 'ucs2', 'utf8', 'hex']), pick(['ascii', 'latin1', 'ucs2', 'utf8', 'hex'])];
  const source = pick([someBytes(1 + random(8)), Buffer.from(someString(1 + random(5)), 'utf8'), Buffer.from(someString(1 + random(5)), 'utf16le')]);
  const result = transcode(source, from, to);
  line('transcode', from, to, bytes(source), typeof result === 'number' ? 'e' + result : bytes(result));
}
// Not the labels where ICU's tables leave the Encoding Standard (ibm866, koi8-u, macintosh, windows-874).
const labels = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1251', 'iso-8859-2'];
for (let i = 0; i < 300; i++) {
  const label = pick(labels), fatal = random(2) === 1, ignoreBOM = random(2) === 1;
  const decoder = new TextDecoder(label, { fatal, ignoreBOM });
  const bom = pick([[], [0xef, 0xbb, 0xbf], [0xff, 0xfe], [0xfe, 0xff]]);
  const text = Buffer.concat([Buffer.from(bom), pick([someBytes(random(8)), Buffer.from(someString(random(5)), 'utf8'), Buffer.from(someString(random(5)), 'utf16le')])]);
  const cut = random(text.length + 1);
  const chunks = [text.subarray(0, cut), text.subarray(cut)];
  const results = [];
  try {
    results.push(units(decoder.decode(chunks[0], { stream: true })));
    results.push(units(decoder.decode(chunks[1])));
  } catch (error) {
    if (error.code !== 'ERR_ENCODING_INVALID_ENCODED_DATA') throw error;
    results.push('!');
  }
  line('text', label, fatal, ignoreBOM, chunks.map(bytes).join(','), results.join(','));
}
