// Asks the native half of Buffer, StringDecoder, TextDecoder, URL and URLPattern the same questions, at random but the same each
// time, and prints one line for each answer. Run with --expose-internals, under Node and under edge-node.
'use strict';
const { internalBinding } = require('internal/test/binding');
const buffer = internalBinding('buffer');
const stringDecoder = internalBinding('string_decoder');
const encoding = internalBinding('encoding_binding');
const icu = internalBinding('icu');
const url = internalBinding('url');

let seed = 7;
const random = (n) => {
  seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
  return Math.floor((seed >>> 8) / 0x1000000 * n);
};
const pick = (list) => list[random(list.length)];

function show(value) {
  if (typeof value === 'string') return JSON.stringify(value).replace(/[^ -~]/g, (c) => '\\u' + c.charCodeAt(0).toString(16));
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return `${Object.prototype.toString.call(value)}[${bytes.join()}]`;
  }
  if (Array.isArray(value)) return `[${value.map(show).join()}]`;
  if (value && typeof value === 'object') {
    const members = Object.keys(value).map((key) => `${key}:${show(value[key])}`);
    return `${Object.getPrototypeOf(value) === null ? 'null' : ''}{${members.join()}}`;
  }
  return Object.is(value, -0) ? '-0' : String(value);
}
function ask(question, answer) {
  let line;
  try {
    line = show(answer());
  } catch (error) {
    line = `threw ${error.name} ${error.code} ${error.message} ${show(error.input)} ${show(error.base)}`;
  }
  console.log(`${question}: ${line}`);
}

const EDGES = [0, 0x20, 0x41, 0x7f, 0x80, 0xbf, 0xc2, 0xdf, 0xe0, 0xe2, 0xed, 0xf0, 0xf4, 0xff, 0x9f, 0xa0, 0xd8, 0xdc];
const CHARACTERS = [...'aZ09+/-_= \n!fB\0', 'é', '\xff', 'ř', '€', '\ud83d', '\ude00', '😀', '\u0130'];
const bytes = (n) => Uint8Array.from({ length: n }, () => random(3) ? pick(EDGES) : random(256));
const bits = (n) => Uint8Array.from({ length: n }, () => random(2));
const text = (n) => Array.from({ length: n }, () => pick(CHARACTERS)).join('');

const SLICES = ['asciiSlice', 'base64Slice', 'base64urlSlice', 'latin1Slice', 'hexSlice', 'ucs2Slice', 'utf8Slice'];
const WRITES = ['base64Write', 'base64urlWrite', 'hexWrite', 'ucs2Write'];
const STATIC_WRITES = ['asciiWriteStatic', 'latin1WriteStatic', 'utf8WriteStatic'];
const INDEXES = [undefined, 0, 1, 2, 3, 5, 1.9, -0.5, '2', NaN, null, true];

for (let round = 0; round < 150; round++) {
  const source = bytes(random(20)), slice = pick(SLICES), from = pick(INDEXES), to = pick([undefined, source.length, pick(INDEXES)]);
  ask(`${slice} ${show([source, from, to])}`, () => buffer[slice].call(source, from, to));

  const string = text(random(14)), target = bytes(random(16)), write = pick(WRITES), offset = pick([undefined, 0, 1, 3]);
  const length = pick([undefined, 2, 5, 99]);
  ask(`${write} ${show([target, string, offset, length])}`, () => [buffer[write].call(target, string, offset, length), target]);
  const large = new Uint8Array(40), staticWrite = pick(STATIC_WRITES), room = pick([2, 5, 20]);
  ask(`${staticWrite} ${show([string, room])}`, () => [buffer[staticWrite](large, string, 1, room), large]);

  for (const name of ['byteLengthUtf8', 'btoa', 'atob']) ask(`${name} ${show(string)}`, () => buffer[name](string));

  const filled = bytes(12), pattern = pick([text(1 + random(4)), bytes(random(5)), random(1000), -3.7]);
  const fillArgs = [filled, pattern, random(8), random(14), pick(['utf8', 'ucs2', 'latin1', 'hex', 'base64', 'ascii', undefined])];
  ask(`fill ${show(fillArgs)}`, () => [buffer.fill(...fillArgs), filled]);

  // An even haystack: in an odd one Node finds needles that are not there.
  const haystack = bits(2 * random(9)), needle = bits(random(4)), forward = random(2) === 1, at = random(30) - 15, kind = pick([1, 3, 4]);
  const searched = show([haystack, needle, at, kind, forward]);
  ask(`indexOfBuffer ${searched}`, () => buffer.indexOfBuffer(haystack, needle, at, kind, forward));
  ask(`indexOfString ${searched}`, () => buffer.indexOfString(haystack, String.fromCharCode(...needle), at, kind, forward));
  ask(`indexOfNumber ${searched}`, () => buffer.indexOfNumber(haystack, needle.length, at, forward));
  ask(`compare ${searched}`, () => buffer.compare(haystack, needle));
  ask(`compareOffset ${searched}`, () => buffer.compareOffset(haystack, needle, 0, 0, needle.length, haystack.length));

  const a = bytes(10), b = bytes(10), aStart = random(10), bStart = random(10), count = Math.min(random(10), 10 - aStart, 10 - bStart);
  ask('copy', () => [buffer.copy(a, b, bStart, aStart, count), b]);
  ask('copy onto itself', () => [buffer.copy(a, a, bStart, aStart, count), a]);
  ask('copyArrayBuffer', () => [buffer.copyArrayBuffer(b.buffer, bStart, a.buffer, aStart, count), b]);
  for (const [name, unit] of [['swap16', 2], ['swap32', 4], ['swap64', 8]]) ask(name, () => buffer[name](bytes(unit * random(4))));

  const checked = pick([bytes(random(9)), Uint8Array.of(65, 66), new Uint16Array([0xa9c3, 0x41])]);
  ask(`isUtf8 ${show(checked)}`, () => buffer.isUtf8(checked));
  ask(`isAscii ${show(checked)}`, () => buffer.isAscii(checked));

  const state = new Uint8Array(7);
  state[6] = pick([0, 1, 2, 3, 4, 5, 7]);
  ask(`string_decoder ${state[6]}`, () => {
    const answers = [];
    for (let chunk = 0; chunk < 5; chunk++) answers.push(stringDecoder.decode(state, bytes(random(6))), state.slice());
    if (state[5] > 0) answers.push(stringDecoder.flush(state));
    return answers;
  });

  const into = new Uint8Array(random(12));
  ask(`encodeInto ${show(string)}`, () => [encoding.encodeInto(string, into), into, [...encoding.encodeIntoResults]]);
  ask(`encodeUtf8String ${show(string)}`, () => encoding.encodeUtf8String(string));
  const input = pick([bytes(random(8)), Uint8Array.of(0xef, 0xbb, 0xbf, 0x41), Uint8Array.of(0xff, 0x41), new DataView(bytes(6).buffer, 1, 3)]);
  const flags = [random(2) === 1, random(2) === 1];
  ask(`decodeUTF8 ${show([input, flags])}`, () => encoding.decodeUTF8(input, ...flags));
  ask(`decodeLatin1 ${show([input, flags])}`, () => encoding.decodeLatin1(input, ...flags));
  const converter = icu.getConverter(pick(['utf-8', 'utf-16le', 'windows-1251']), pick([0, 2, 4, 6]));
  ask(`decode ${show(input)}`, () => [icu.decode(converter, input, 0, 'some'), icu.decode(converter, input, 1, 'some')]);
  const even = bytes(2 + 2 * random(3)), names = [pick(['utf8', 'latin1', 'ascii', 'ucs2', 'hex']), pick(['utf8', 'latin1', 'ascii', 'ucs2'])];
  ask(`transcode ${show([even, names])}`, () => {
    const result = icu.transcode(even, ...names);
    return typeof result === 'number' ? result : [...result];
  });
}

for (const wrong of [
  () => buffer.utf8Slice.call(1),
  () => buffer.utf8Slice.call(new Uint8Array(3), 4, 9),
  () => buffer.utf8Slice.call(new Uint8Array(3), -1),
  () => buffer.utf8Slice.call(new Uint8Array(3), 2 ** 40, 1.9),
  () => buffer.utf8Slice.call(new Uint8Array(0), 5, 9),
  () => buffer.utf8Slice.call(new Uint8Array(3), { valueOf() { throw new RangeError('mine'); } }),
  () => buffer.base64Write.call(new Uint8Array(3), 3),
  () => buffer.base64Write.call(new Uint8Array(3), 'aaa', 9),
  () => buffer.utf8WriteStatic(new Uint8Array(3), 3),
  () => buffer.compareOffset(new Uint8Array(3), new Uint8Array(3), 9, 0, 10, 1),
  () => buffer.compareOffset(new Uint8Array(3), new Uint8Array(3), 0, 9, 1, 10),
  () => buffer.fill(new Uint8Array(3), 'ab', -1, 1, 'utf8'),
  () => buffer.fill(new Uint8Array(3), 'zz', 0, 3, 'hex'),
  () => encoding.decodeUTF8(1),
  () => encoding.decodeLatin1(1),
  () => [icu.hasConverter('utf-8'), icu.hasConverter('nope'), icu.getConverter('nope', 0), icu.icuErrName(1), icu.icuErrName(10)],
  () => [icu.getStringWidth('漢字é😀\t'), icu.getStringWidth('abc')],
  () => Object.entries(stringDecoder).filter(([, value]) => typeof value !== 'function').map(String).sort(),
]) ask(wrong.toString().slice(6), wrong);

const URLS = [
  'http://a.b/c?d#e', 'x', '/x', 'HTTP://U:P@EXAMPLE.com:80/../a b?q#f', 'file:///a/b', 'mailto:x@y', 'http://español.com/é',
  'ws://[::1]:8080/', 'http://1.2.3/', 'data:x,y#z', 'http://a/\ud800', 'blob:http://a/b', 'https://user@h/p', '//h/p', '?q', '#f',
  'http://a b/', 'http://xn--iñvalid.com',
];
const components = () => [...url.urlComponents];
for (const given of URLS) {
  ask(`canParse ${show(given)}`, () => url.canParse(given));
  ask(`parse ${show(given)}`, () => [url.parse(given, undefined, false), components()]);
  ask(`parse or throw ${show(given)}`, () => url.parse(given, undefined, true));
  for (const base of ['http://base/x/y?z#w', 'nope', 'file:///d/']) {
    ask(`parse ${show(given)} on ${base}`, () => [url.parse(given, base, true), components()]);
    ask(`canParse ${show(given)} on ${base}`, () => url.canParse(given, base));
  }
  if (!url.canParse(given)) continue;
  const href = url.parse(given, undefined, true);
  ask(`getOrigin ${href}`, () => url.getOrigin(given));
  for (let mask = 0; mask < 16; mask++) {
    ask(`format ${href} ${mask}`, () => url.format(href, ...[1, 2, 4, 8].map((bit) => (mask & bit) > 0)));
  }
  for (let action = 0; action < 10; action++) {
    for (const value of ['', 'x', ':99', '99', 'h:81', '/p q', '?s=é', '#h', 'https', 'http://new/', 'xn--fiq228c.com']) {
      // A protocol that cannot be is false or no change, by ada's version; to the library it is the same.
      ask(`update ${href} ${action} ${value}`, () => url.update(href, action, value) || (action === 0 && href));
    }
  }
}
for (const path of ['/a b/?#%\\é\t', '/x~y', '/[|]^"', '/\n\r']) {
  for (const rest of [[false], [true], [true, 'server']]) {
    ask(`pathToFileURL ${show([path, ...rest])}`, () => [url.pathToFileURL(path, ...rest), components()]);
  }
}
for (const domain of ['español.com', 'xn--iñvalid.com', 'a b', '', '1.2.3', 'xn--fiq228c.com', 'EXAMPLE.com', '[::1]', 'a..b', '中文.com']) {
  ask(`domain ${domain}`, () => [url.domainToASCII(domain), url.domainToUnicode(domain), encoding.toASCII(domain), encoding.toUnicode(domain)]);
}

const PATTERNS = [
  [{ pathname: '/:b/x' }], ['https://*.x.com/foo/:id'], ['/a', 'https://b/c'], [{ pathname: '/A' }, { ignoreCase: true }], ['/a'], [3],
  [{ pathname: '/:a((' }], ['https://a/:x', 3], ['https://a/:x', 'https://b', 3], [{ pathname: '/A' }, { ignoreCase: 3 }],
  [{ search: 'q=*', hash: '(x|y)' }], [{ protocol: 'http{s}?', hostname: 'a.b', port: '8{0,1}1' }], [{ pathname: '/foo{/:a}?/(\\d+)' }],
  ['https://h/p?*#:f'], [{ baseURL: 'https://q/r', search: 'z' }],
];
const MATCHED = [
  ['https://y.x.com/foo/7'], [{ pathname: '/1/x' }], ['/x', 'https://b'], [], [{ pathname: '/a' }], ['nope'],
  [{ pathname: '/a' }, 'https://x'], ['https://b/a'], [{ search: 'q=1', hash: 'x' }], ['https://a.b:81/'], [{ pathname: '/foo/bar/12' }],
  [{ pathname: '/foo/12' }], ['https://h/p?s#t'], [3], ['a', 3],
];
const { URLPattern } = internalBinding('url_pattern');
for (const given of PATTERNS) {
  let pattern;
  ask(`URLPattern ${show(given)}`, () => {
    pattern = new URLPattern(...given);
    const { protocol, username, password, hostname, port, pathname, search, hash, hasRegExpGroups } = pattern;
    return [protocol, username, password, hostname, port, pathname, search, hash, hasRegExpGroups];
  });
  if (pattern === undefined) continue;
  for (const input of MATCHED) {
    ask(`test ${show([given, input])}`, () => pattern.test(...input));
    ask(`exec ${show([given, input])}`, () => pattern.exec(...input));
  }
}
ask('URLPattern without new', () => URLPattern());
ask('URLPattern on another receiver', () => URLPattern.prototype.test.call({}));
ask('URLPattern.prototype', () => Object.entries(Object.getOwnPropertyDescriptors(URLPattern.prototype)).map(
  ([name, { get, enumerable, configurable, writable }]) => [name, typeof get, enumerable, configurable, writable].join(' ')).sort());
