//! OpenSSL as Node's `crypto` uses it: digests, HMAC, key derivation, ciphers, primes, as safe Rust over bytes.
//!
//! * It knows neither JavaScript nor the loop: `edge-node` calls it from bindings and from the thread pool, and makes exceptions of
//!   [`OpenSslError`].
//! * It reads no configuration file and no environment variable, loads no module, and takes its random bytes from the function given to
//!   [`initialise`], never from the operating system.
//! * Every failure is a value: a call leaves OpenSSL's error queue of its thread empty.
//! * It is a crate of its own because OpenSSL takes minutes to compile and this rarely changes.

mod bignum;
mod cipher;
mod constant_time;
mod digest;
mod ec_curves;
mod error;
mod ffi;
mod hmac;
mod init;
mod kdf;

pub use bignum::{PrimeOptions, bit_length, generate_prime, is_prime, less_than};
pub use cipher::{Cipher, CipherContext, CipherMode};
pub use constant_time::equal_in_constant_time;
pub use digest::{Digest, Hasher, digest_names, known_digests};
pub use ec_curves::curve_names;
pub use error::{OpenSslError, OpenSslErrors};
pub use hmac::Hmac;
pub use init::{initialise, version};
pub use kdf::{hkdf, pbkdf2, scrypt};
