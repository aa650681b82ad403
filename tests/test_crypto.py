"""node:crypto: the same bytes, results and errors as Node's, over fixed questions and over random inputs."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.comparison import Comparison, run_node

QUESTIONS = Path(__file__).parent / "bindings" / "crypto.js"

# Runs the tasks it reads from tasks.json and prints each result, or the error as a program sees it. `pick` is taken modulo what there is.
DRIVER = r"""
const crypto = require('crypto');
const bytes = (hex) => Buffer.from(hex, 'hex');
const hashes = crypto.getHashes();
const ciphers = crypto.getCiphers();
const kinds = {
  hash(pick, parts, encoding, outputLength) {
    const name = hashes[pick % hashes.length];
    const hash = crypto.createHash(name, outputLength < 0 ? undefined : { outputLength });
    for (const part of parts) hash.update(bytes(part));
    const copy = hash.copy();
    return [name, hash.digest(encoding), copy.update('more').digest('hex'), crypto.hash(name, bytes(parts.join('')), encoding)];
  },
  hmac(pick, key, parts) {
    const name = hashes[pick % hashes.length];
    const hmac = crypto.createHmac(name, bytes(key));
    for (const part of parts) hmac.update(bytes(part));
    return [name, hmac.digest('hex')];
  },
  text(text, encoding) {
    return [crypto.createHash('sha256').update(text, encoding).digest('hex'), crypto.createHmac('sha1', text).update(text).digest('base64')];
  },
  pbkdf2: (pick, password, salt, iterations, length) => [
    hashes[pick % hashes.length],
    crypto.pbkdf2Sync(bytes(password), bytes(salt), iterations, length, hashes[pick % hashes.length]).toString('hex'),
  ],
  hkdf: (pick, key, salt, info, length) => [
    hashes[pick % hashes.length],
    Buffer.from(crypto.hkdfSync(hashes[pick % hashes.length], bytes(key), bytes(salt), bytes(info), length)).toString('hex'),
  ],
  scrypt: (password, salt, length, n, r, p) => crypto.scryptSync(bytes(password), bytes(salt), length, { N: 2 ** n, r, p }).toString('hex'),
  cipher(pick, seed, parts, aad, ivLength, authTagLength, padding) {
    const name = ciphers[pick % ciphers.length];
    const info = crypto.getCipherInfo(name);
    const material = (length, salt) => Buffer.from(crypto.hkdfSync('sha256', bytes(seed), salt, '', length));
    const key = material(info.keyLength, 'key');
    const own = info.ivLength ?? 0;
    const length = ['gcm', 'ocb', 'ccm'].includes(info.mode) && ivLength ? ivLength : own;
    const iv = length ? material(length, 'iv') : null;
    const authenticated = ['gcm', 'ocb', 'ccm'].includes(info.mode) || name === 'chacha20-poly1305';
    const options = authenticated && authTagLength ? { authTagLength } : undefined;
    const whole = bytes(parts.join(''));
    const pieces = info.mode === 'ccm' || info.mode === 'wrap' || info.mode === 'xts' ? [whole] : parts.map(bytes);
    const run = (cipher) => {
      cipher.setAutoPadding(padding);
      return Buffer.concat([...pieces.map((piece) => cipher.update(piece)), cipher.final()]);
    };
    const encrypter = crypto.createCipheriv(name, key, iv, options);
    if (authenticated && aad) encrypter.setAAD(bytes(aad), { plaintextLength: whole.length });
    const encrypted = run(encrypter);
    const tag = authenticated ? encrypter.getAuthTag() : null;
    const decrypter = crypto.createDecipheriv(name, key, iv, options ?? (tag ? { authTagLength: tag.length } : undefined));
    if (tag) decrypter.setAuthTag(tag);
    if (authenticated && aad) decrypter.setAAD(bytes(aad), { plaintextLength: encrypted.length });
    decrypter.setAutoPadding(padding);
    const decrypted = Buffer.concat([decrypter.update(encrypted), decrypter.final()]);
    // Wrapping with triple DES draws its own vector.
    const shown = /3-?wrap|3DESwrap/i.test(name) ? encrypted.length : encrypted.toString('hex');
    return [name, shown, tag?.toString('hex'), decrypted.equals(whole)];
  },
};
for (const [kind, ...args] of JSON.parse(require('fs').readFileSync(process.argv[2], 'utf8'))) {
  try {
    console.log(kind, JSON.stringify(kinds[kind](...args)));
  } catch (error) {
    console.log(kind, '!!', JSON.stringify(args), error.name, error.code, error.message);
  }
}
"""

HEX = st.one_of(st.binary(max_size=40), st.binary(min_size=120, max_size=300)).map(bytes.hex)
PARTS = st.lists(HEX, max_size=3)
PICK = st.integers(0, 1000)
ENCODING = st.sampled_from(["hex", "base64", "base64url", "latin1", "utf8", "ucs2", "buffer"])


def _task(kind: str, *args: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.tuples(st.just(kind), *args).map(list)


TASKS = st.one_of(
    _task("hash", PICK, PARTS, ENCODING, st.sampled_from([-1, -1, -1, 0, 1, 32, 64, 200])),
    _task("hmac", PICK, HEX, PARTS),
    _task("text", st.text(max_size=50), ENCODING),
    _task("pbkdf2", PICK, HEX, HEX, st.integers(1, 20), st.integers(0, 100)),
    _task("hkdf", PICK, HEX, HEX, HEX, st.sampled_from([0, 1, 20, 64, 255, 6000])),
    _task("scrypt", HEX, HEX, st.integers(0, 70), st.integers(1, 6), st.integers(1, 4), st.integers(1, 3)),
    *[
        _task("cipher", PICK, HEX, PARTS, HEX, st.sampled_from([0, 7, 12, 13, 16]), st.sampled_from([0, 4, 8, 12, 16, 17]), st.booleans())
        for _ in range(4)
    ],
)


def test_answers_are_nodes(compare: Comparison) -> None:
    ended = compare(["--no-warnings", "questions.js"], {"questions.js": QUESTIONS.read_text(encoding="utf-8")})
    assert ended.stdout.count("\n") > 1_000


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(tasks=st.lists(TASKS, min_size=40, max_size=120))
def test_random_inputs(edge_node: Path, tasks: list[list[Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = {"driver.js": DRIVER, "tasks.json": json.dumps(tasks)}
        Comparison(edge_node, Path(folder) / "place")(["--no-warnings", "driver.js", "tasks.json"], files)


def test_every_algorithm(compare: Comparison) -> None:
    """All hashes and ciphers once, so that none is left to chance."""
    tasks = [
        task
        for pick in range(160)
        for task in (
            ["hash", pick, ["616263"], "hex", -1],
            ["hmac", pick, "6b6579", ["616263"]],
            ["cipher", pick, "07", ["00" * 32], "aabb", 0, 8, True],
        )
    ]
    compare(["--no-warnings", "driver.js", "tasks.json"], {"driver.js": DRIVER, "tasks.json": json.dumps(tasks)})


def test_what_is_not_there_says_so(edge_node: Path, tmp_path: Path) -> None:
    """Law 7: the parts that come later load, and throw a clear error when they are used."""
    script = """
    const crypto = require('crypto');
    const uses = [
      () => crypto.createSign('sha256'), () => crypto.generateKeyPairSync('rsa', { modulusLength: 2048 }), () => crypto.createECDH('secp256k1'),
      () => crypto.createPrivateKey('x'), () => new crypto.X509Certificate('x'), () => require('tls').createSecureContext(),
    ];
    for (const use of uses) {
      try { use(); console.log('no error'); } catch (error) { console.log(error.code); }
    }
    """
    (tmp_path / "absent.js").write_text(script, encoding="utf-8")
    ended = run_node(edge_node, ["absent.js"], tmp_path)
    assert ended.stdout == "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM\n" * 6, ended.stderr
