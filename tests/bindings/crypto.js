// Questions to node:crypto whose answers (results, error names, codes, texts, keys of errors) must be Node's.
'use strict';
const crypto = require('crypto');
const ask = (name, question) => {
  try {
    console.log(name, '->', question());
  } catch (error) {
    console.log(name, '!!', error.name, error.code, JSON.stringify(error.message), JSON.stringify(Object.entries(error)));
  }
};
const zeros = (length) => Buffer.alloc(length);
const after = (cipher, ...steps) => steps.map((step) => step(cipher)).at(-1);

for (const name of ['xyz', 'null', '', 'sha1\0x', 'RSA-SHA256', 'SHA2-256', 'Sha-512', 'sha512/256', 'ssl3-md5', 'SHAKE256', 'toString']) {
  ask(`createHash ${name}`, () => crypto.createHash(name).update('a').digest('hex'));
  ask(`hash ${name}`, () => crypto.hash(name, 'a'));
  ask(`createHmac ${name}`, () => crypto.createHmac(name, 'k').update('a').digest('hex'));
  ask(`pbkdf2 ${name}`, () => crypto.pbkdf2Sync('a', 'b', 2, 10, name));
  ask(`hkdf ${name}`, () => Buffer.from(crypto.hkdfSync(name, 'a', 'b', 'c', 10)));
  ask(`getCipherInfo ${name}`, () => crypto.getCipherInfo(name));
}
for (const outputLength of [0, 5, 16, 32, 300, -1, 1.5, '5']) {
  for (const name of ['sha256', 'shake128', 'shake256', 'blake2b512']) {
    ask(`createHash ${name} ${outputLength}`, () => crypto.createHash(name, { outputLength }).digest('hex'));
    ask(`hash ${name} ${outputLength}`, () => crypto.hash(name, 'a', { outputLength }));
    ask(`copy ${name} ${outputLength}`, () => crypto.createHash(name).update('a').copy({ outputLength }).digest('base64url'));
  }
}
for (const encoding of ['hex', 'base64', 'base64url', 'latin1', 'utf8', 'ucs2', 'ascii', 'buffer', 'nope', undefined, null, 5]) {
  ask(`digest ${encoding}`, () => crypto.createHash('md5').update('a', encoding).digest(encoding));
  ask(`hmac digest ${encoding}`, () => crypto.createHmac('md5', 'k').update('00ff', encoding).digest(encoding));
  ask(`hash ${encoding}`, () => crypto.hash('md5', 'a', encoding));
}
ask('finalised', () => after(crypto.createHash('md5'), (h) => h.digest(), (h) => h.update('a')));
ask('finalised hmac', () => after(crypto.createHmac('md5', 'k'), (h) => h.digest(), (h) => h.digest('hex')));
ask('finalised copy', () => after(crypto.createHash('md5'), (h) => h.digest(), (h) => h.copy()));
ask('pbkdf2 0', () => crypto.pbkdf2Sync('a', 'b', 1, 0, 'sha1'));
ask('hkdf long', () => crypto.hkdfSync('sha1', 'a', 'b', 'c', 255 * 20 + 1));
ask('hkdf 0', () => crypto.hkdfSync('sha1', 'a', 'b', 'c', 0));
ask('hkdf info', () => crypto.hkdfSync('sha1', 'a', 'b', zeros(1025), 5));
for (const options of [{ N: 3 }, { N: 1 << 20 }, { N: 1024, maxmem: 1000 }, { r: 1 << 30 }, { cost: 2, N: 2 }]) {
  ask(`scrypt ${JSON.stringify(options)}`, () => crypto.scryptSync('a', 'b', 10, options));
}
ask('scrypt 0', () => crypto.scryptSync('a', 'b', 0));
ask('timingSafeEqual length', () => crypto.timingSafeEqual(zeros(1), zeros(2)));
ask('timingSafeEqual string', () => crypto.timingSafeEqual('a', 'b'));
ask('timingSafeEqual number', () => crypto.timingSafeEqual(new Uint16Array(1), 1));
ask('timingSafeEqual kinds', () => crypto.timingSafeEqual(new Uint16Array(1), new ArrayBuffer(2)));

for (const name of ['xyz', 'aes-128-cbc', 'aes-128-ecb', 'aes-128-gcm', 'aes-128-ccm', 'aes-128-ocb', 'aes-128-xts', 'chacha20-poly1305', 'aes128-wrap', 'des3', 'AES-256-CTR']) {
  for (const key of [zeros(16), zeros(15), zeros(32), zeros(24)]) {
    for (const iv of [null, zeros(0), zeros(6), zeros(8), zeros(12), zeros(13), zeros(16)]) {
      for (const authTagLength of [undefined, 3, 4, 16, 17]) {
        ask(`${name} ${key.length} ${iv?.length} ${authTagLength}`, () => {
          const cipher = crypto.createCipheriv(name, key, iv, { authTagLength });
          return cipher.update('0123456789abcdef', 'latin1', 'hex') + cipher.final('hex');
        });
      }
    }
  }
}
const decipher = (name, options) => crypto.createDecipheriv(name, zeros(16), zeros(name.endsWith('ccm') ? 13 : 16), options);
ask('bad decrypt', () => after(decipher('aes-128-cbc'), (d) => d.update(zeros(16)), (d) => d.final()));
ask('wrong length', () => after(decipher('aes-128-cbc'), (d) => d.update(zeros(15)), (d) => d.final()));
ask('no padding', () => after(decipher('aes-128-cbc'), (d) => d.setAutoPadding(false).update(zeros(15)), (d) => d.final()));
ask('gcm no tag', () => after(decipher('aes-128-gcm'), (d) => d.update(zeros(15)), (d) => d.final()));
ask('gcm wrong tag', () => after(decipher('aes-128-gcm'), (d) => d.setAuthTag(zeros(16)).update(zeros(15)), (d) => d.final()));
ask('gcm tag length', () => decipher('aes-128-gcm').setAuthTag(zeros(3)));
ask('gcm other tag length', () => decipher('aes-128-gcm', { authTagLength: 12 }).setAuthTag(zeros(16)));
ask('gcm tag twice', () => decipher('aes-128-gcm').setAuthTag(zeros(16)).setAuthTag(zeros(16)));
ask('cbc tag', () => decipher('aes-128-cbc').setAuthTag(zeros(16)));
ask('cbc aad', () => decipher('aes-128-cbc').setAAD(zeros(16)));
ask('tag early', () => crypto.createCipheriv('aes-128-gcm', zeros(16), zeros(16)).getAuthTag());
ask('final twice', () => after(crypto.createCipheriv('aes-128-gcm', zeros(16), zeros(16)), (c) => c.final(), (c) => c.final()));
ask('update late', () => after(crypto.createCipheriv('aes-128-gcm', zeros(16), zeros(16)), (c) => c.final(), (c) => c.update('a')));
ask('padding late', () => after(crypto.createCipheriv('aes-128-cbc', zeros(16), zeros(16)), (c) => c.final(), (c) => c.setAutoPadding()));
const ccm = () => crypto.createCipheriv('aes-128-ccm', zeros(16), zeros(13), { authTagLength: 8 });
ask('ccm aad', () => ccm().setAAD(zeros(3)));
ask('ccm long', () => ccm().update(zeros(70000)));
ask('ccm nothing', () => ccm().final());
ask('ccm wrong tag', () => after(decipher('aes-128-ccm', { authTagLength: 8 }), (d) => d.setAuthTag(zeros(8)).update(zeros(70)), (d) => d.final()));
ask('ccm no tag', () => after(decipher('aes-128-ccm', { authTagLength: 8 }), (d) => d.update(zeros(70)), (d) => d.final()));
ask('wrap', () => after(crypto.createCipheriv('aes128-wrap', zeros(16), zeros(8)), (c) => c.update(zeros(16), null, 'hex') + c.final('hex')));
ask('wrap length', () => crypto.createCipheriv('aes128-wrap', zeros(16), zeros(8)).update(zeros(15)));
ask('xts', () => crypto.createCipheriv('aes-128-xts', Buffer.from(Array(32).keys()), zeros(16)).update(zeros(33), null, 'hex'));

for (const name of crypto.getCiphers()) ask(`info ${name}`, () => JSON.stringify(crypto.getCipherInfo(name)));
for (const options of [{ ivLength: 14 }, { ivLength: 13 }, { keyLength: 16 }, { keyLength: 17 }]) {
  for (const name of ['aes-128-ccm', 'aes-128-gcm', 'aes-128-ocb', 'chacha20', 'aes-128-ecb']) {
    ask(`info ${name} ${JSON.stringify(options)}`, () => JSON.stringify(crypto.getCipherInfo(name, options)));
  }
}
ask('info 1018', () => JSON.stringify(crypto.getCipherInfo(1018)));
ask('info -5', () => crypto.getCipherInfo(-5));
ask('hashes', () => crypto.getHashes().join());
ask('ciphers', () => crypto.getCiphers().join());
ask('curves', () => crypto.getCurves().join());
ask('constants', () => JSON.stringify(crypto.constants));

const key = crypto.createSecretKey(Buffer.from('abc'));
ask('key', () => key);
ask('key size', () => [key.type, key.symmetricKeySize, crypto.createSecretKey(zeros(0)).symmetricKeySize]);
ask('key jwk', () => JSON.stringify(key.export({ format: 'jwk' })));
ask('key export', () => key.export());
ask('key equals', () => [key.equals(crypto.createSecretKey('616263', 'hex')), key.equals(crypto.createSecretKey('abd'))]);
ask('key equals other', () => key.equals(5));
ask('key hmac', () => crypto.createHmac('sha256', key).update('x').digest('hex'));
ask('key bad', () => crypto.createSecretKey(5));
ask('key class', () => new crypto.KeyObject('secret', {}));
ask('generateKey', () => [crypto.generateKeySync('hmac', { length: 65 }).symmetricKeySize, crypto.generateKeySync('aes', { length: 128 }).export().length]);
ask('generateKey bad', () => crypto.generateKeySync('aes', { length: 129 }));
ask('prime small', () => crypto.generatePrimeSync(1));
ask('prime', () => [32, 33, 64].map((bits) => crypto.generatePrimeSync(bits, { bigint: true }).toString(2).length));
ask('prime add', () => crypto.generatePrimeSync(3, { add: 16n }));
ask('prime rem', () => crypto.generatePrimeSync(32, { add: 16n, rem: 17n }));
ask('prime mod', () => crypto.generatePrimeSync(32, { add: 16n, rem: 5n, bigint: true }) % 16n);
ask('safe prime', () => crypto.checkPrimeSync((crypto.generatePrimeSync(32, { safe: true, bigint: true }) - 1n) / 2n));
ask('checkPrime', () => [0n, 1n, 2n, 7n, 9n, 2n ** 89n - 1n].map((n) => crypto.checkPrimeSync(n)));
ask('getFips', () => crypto.getFips());
ask('setFips', () => crypto.setFips(false));
ask('setEngine', () => crypto.setEngine('xyz'));
ask('secureHeapUsed', () => crypto.secureHeapUsed());
ask('randomUUID', () => /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID()));
ask('randomUUIDs', () => new Set(Array.from({ length: 1000 }, () => crypto.randomUUID())).size);
ask('randomInt', () => [crypto.randomInt(1, 2), crypto.randomInt(5, 10) < 10, crypto.randomInt(2 ** 48 - 1) >= 0]);
ask('randomInt bad', () => crypto.randomInt(2 ** 48, 0));
ask('randomBytes', () => [crypto.randomBytes(0), crypto.randomBytes(100).some(Boolean)]);
ask('randomBytes bad', () => crypto.randomBytes(-1));
ask('randomFill', () => {
  const bytes = crypto.randomFillSync(new Uint8Array(300), 100, 100);
  return [bytes.subarray(0, 100).some(Boolean), bytes.subarray(100, 200).some(Boolean), bytes.subarray(200).some(Boolean)];
});
ask('getRandomValues', () => globalThis.crypto.getRandomValues(new Uint32Array(8)).some(Boolean));
ask('getRandomValues bad', () => globalThis.crypto.getRandomValues(new Float32Array(8)));
ask('crypto', () => [globalThis.crypto, typeof globalThis.crypto.subtle, crypto.webcrypto === globalThis.crypto]);
ask('loads', () => [typeof require('https').request, typeof require('tls').connect]);

const { subtle } = globalThis.crypto;
const hex = (bytes) => Buffer.from(bytes).toString('hex');
const answered = (name) => (error, result) => console.log(name, error, hex(result ?? ''));
(async () => {
  const tasks = {
    pbkdf2: (done) => crypto.pbkdf2('a', 'b', 3, 10, 'sha512', done),
    scrypt: (done) => crypto.scrypt('a', 'b', 10, done),
    hkdf: (done) => crypto.hkdf('sha256', 'a', 'b', 'c', 10, done),
    hkdfKey: (done) => crypto.hkdf('sha256', key, 'b', 'c', 10, done),
    pbkdf2Fails: (done) => crypto.pbkdf2('a', 'b', 3, 10, 'shake128', done),
    randomBytes: (done) => crypto.randomBytes(10, (error, bytes) => done(error, [bytes.length])),
    randomFill: (done) => crypto.randomFill(new Uint32Array(10), (error, view) => done(error, [view.length])),
    randomInt: (done) => crypto.randomInt(1, (error, number) => done(error, [number])),
    generateKey: (done) => crypto.generateKey('hmac', { length: 64 }, (error, made) => done(error, [made.symmetricKeySize])),
    checkPrime: (done) => crypto.checkPrime(97n, (error, prime) => done(error, [Number(prime)])),
    generatePrime: (done) => crypto.generatePrime(16, (error, prime) => done(error, [prime.byteLength])),
  };
  for (const [name, start] of Object.entries(tasks)) {
    await new Promise((resolve) => {
      start((...result) => {
        answered(name)(...result);
        resolve();
      });
    });
  }
  for (const name of ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512', 'SHA3-256', 'MD5', 'cSHAKE128']) {
    await subtle.digest({ name, length: 64 }, Buffer.from('a')).then((d) => console.log(name, hex(d)), (e) => console.log(name, e.name, e.message));
  }
  const raw = await subtle.importKey('raw', Buffer.from('key'), { name: 'HMAC', hash: 'SHA-256' }, true, ['sign', 'verify']);
  const signature = await subtle.sign('HMAC', raw, Buffer.from('data'));
  console.log(raw, hex(signature), await subtle.exportKey('jwk', raw), hex(await subtle.exportKey('raw', raw)));
  console.log(await subtle.verify('HMAC', raw, signature, Buffer.from('data')), await subtle.verify('HMAC', raw, zeros(32), Buffer.from('data')));
  console.log(await subtle.importKey('jwk', { kty: 'oct', k: 'a2V5' }, { name: 'HMAC', hash: 'SHA-1' }, false, ['sign']));
  console.log((await subtle.generateKey({ name: 'HMAC', hash: 'SHA-512' }, true, ['sign'])).algorithm);
  const password = await subtle.importKey('raw', Buffer.from('pw'), 'PBKDF2', false, ['deriveBits', 'deriveKey']);
  console.log(hex(await subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt: zeros(8), iterations: 10 }, password, 256)));
  const secret = await subtle.importKey('raw', Buffer.from('pw'), 'HKDF', false, ['deriveBits', 'deriveKey']);
  console.log(hex(await subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: zeros(8), info: zeros(3) }, secret, 256)));
  const derived = await subtle.deriveKey({ name: 'HKDF', hash: 'SHA-256', salt: zeros(8), info: zeros(3) }, secret, { name: 'AES-GCM', length: 128 }, true, ['encrypt']);
  console.log(hex(await subtle.exportKey('raw', derived)));
  for (const bits of [128, 192, 256]) {
    for (const params of [
      { name: 'AES-GCM', iv: zeros(12) },
      { name: 'AES-GCM', iv: zeros(7), additionalData: Buffer.from('aad'), tagLength: 96 },
      { name: 'AES-CBC', iv: zeros(16) },
      { name: 'AES-CTR', counter: Buffer.alloc(16, 255), length: 8 },
      { name: 'AES-CTR', counter: Buffer.from('ffffffffffffffffffffffffffffff03', 'hex'), length: 3 },
      { name: 'AES-CTR', counter: Buffer.alloc(16, 255), length: 128 },
      { name: 'AES-CTR', counter: zeros(16), length: 1 },
    ]) {
      const aes = await subtle.importKey('raw', Buffer.alloc(bits / 8, 1), params.name, true, ['encrypt', 'decrypt']);
      for (const length of [0, 5, 16, 70]) {
        try {
          const encrypted = await subtle.encrypt(params, aes, Buffer.alloc(length, 7));
          console.log(params.name, bits, length, hex(encrypted), hex(await subtle.decrypt(params, aes, encrypted)));
        } catch (error) {
          console.log(params.name, bits, length, error.name, error.message, error.cause?.message);
        }
      }
      await subtle.decrypt(params, aes, zeros(20)).then(hex, (error) => [error.name, error.message, error.cause?.message]).then(console.log);
    }
  }
  const wrapping = await subtle.importKey('raw', zeros(16), 'AES-KW', true, ['wrapKey', 'unwrapKey']);
  const wrapped = await subtle.wrapKey('raw', await subtle.importKey('raw', zeros(16), 'AES-CBC', true, ['encrypt']), wrapping, 'AES-KW');
  console.log(hex(wrapped), await subtle.unwrapKey('raw', wrapped, wrapping, 'AES-KW', 'AES-CBC', true, ['encrypt']));
})();
