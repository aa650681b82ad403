//! `internalBinding('crypto')`: Node's crypto over [`edge_crypto`] (OpenSSL).
//!
//! There are digests, HMAC, random bytes and primes, key derivation, secret keys, ciphers, and of Web Crypto what these carry. Asymmetric
//! keys, signatures, key exchange, certificates and TLS are not there yet: their names exist, because the library takes them when it is
//! loaded, and throw when they are used ([`unavailable`]). `Argon2Job`, `KmacJob`, the key encapsulation jobs and the post-quantum key
//! types do not exist at all, which is how the library knows that a build is without them.
//!
//! Nothing of it is loaded or set up before a program asks for it.

mod aes;
mod bytes;
mod cipher;
mod cipher_info;
mod derive;
mod digest_lookup;
mod failure;
mod hash;
mod hash_job;
mod hmac;
mod job;
mod key_object;
mod prime;
mod random;
mod root_certificates;
mod run_apart;
mod state;
mod timing_safe_equal;
mod unavailable;

use crate::{Binding, Target, natives};
use edge_napi::Result;

/// The binding.
pub const BINDING: Binding = Binding {
    name: "crypto",
    natives: natives!("crypto";
        "Hash" => hash::construct,
        "Hash#update" => hash::update,
        "Hash#digest" => hash::digest,
        "getHashes" => hash::get_hashes,
        "getCachedAliases" => hash::get_cached_aliases,
        "oneShotDigest" => hash::one_shot_digest,
        "Hmac" => hmac::construct,
        "Hmac#init" => hmac::init,
        "Hmac#update" => hmac::update,
        "Hmac#digest" => hmac::digest,
        "HashJob" => hash_job::construct_hash,
        "HashJob#run" => job::run,
        "HmacJob" => hash_job::construct_hmac,
        "HmacJob#run" => job::run,
        "RandomBytesJob" => random::construct,
        "RandomBytesJob#run" => job::run,
        "RandomPrimeJob" => prime::construct_random,
        "RandomPrimeJob#run" => job::run,
        "CheckPrimeJob" => prime::construct_check,
        "CheckPrimeJob#run" => job::run,
        "PBKDF2Job" => derive::construct_pbkdf2,
        "PBKDF2Job#run" => job::run,
        "ScryptJob" => derive::construct_scrypt,
        "ScryptJob#run" => job::run,
        "HKDFJob" => derive::construct_hkdf,
        "HKDFJob#run" => job::run,
        "SecretKeyGenJob" => random::construct_secret_key,
        "SecretKeyGenJob#run" => job::run,
        "AESCipherJob" => aes::construct,
        "AESCipherJob#run" => job::run,
        "CipherBase" => cipher::construct,
        "CipherBase#update" => cipher::update,
        "CipherBase#final" => cipher::finish,
        "CipherBase#setAutoPadding" => cipher::set_auto_padding,
        "CipherBase#getAuthTag" => cipher::get_auth_tag,
        "CipherBase#setAuthTag" => cipher::set_auth_tag,
        "CipherBase#setAAD" => cipher::set_aad,
        "getCiphers" => cipher_info::get_ciphers,
        "getCipherInfo" => cipher_info::get_cipher_info,
        "getCurves" => cipher_info::get_curves,
        "KeyObjectHandle" => key_object::construct,
        "KeyObjectHandle#init" => key_object::init,
        "KeyObjectHandle#getSymmetricKeySize" => key_object::get_symmetric_key_size,
        "KeyObjectHandle#getAsymmetricKeyType" => unavailable::asymmetric,
        "KeyObjectHandle#checkEcKeyData" => unavailable::asymmetric,
        "KeyObjectHandle#export" => key_object::export,
        "KeyObjectHandle#exportJwk" => key_object::export_jwk,
        "KeyObjectHandle#initECRaw" => unavailable::asymmetric,
        "KeyObjectHandle#initEDRaw" => unavailable::asymmetric,
        "KeyObjectHandle#initPqcRaw" => unavailable::asymmetric,
        "KeyObjectHandle#rawPublicKey" => unavailable::asymmetric,
        "KeyObjectHandle#rawSeed" => unavailable::asymmetric,
        "KeyObjectHandle#initJwk" => key_object::init_jwk,
        "KeyObjectHandle#keyDetail" => key_object::key_detail,
        "KeyObjectHandle#equals" => key_object::equals,
        "NativeKeyObject" => key_object::construct_native,
        "createNativeKeyObjectClass" => key_object::create_native_key_object_class,
        "timingSafeEqual" => timing_safe_equal::timing_safe_equal,
        "secureBuffer" => state::secure_buffer,
        "secureHeapUsed" => state::secure_heap_used,
        "getFipsCrypto" => state::get_fips_crypto,
        "setFipsCrypto" => state::set_fips_crypto,
        "testFipsCrypto" => state::test_fips_crypto,
        "setEngine" => state::set_engine,
        "getOpenSSLSecLevelCrypto" => state::get_open_ssl_sec_level_crypto,
        "SecureContext" => unavailable::tls,
        "Sign" => unavailable::signatures,
        "Verify" => unavailable::signatures,
        "SignJob" => unavailable::signatures,
        "DiffieHellman" => unavailable::key_exchange,
        "DiffieHellmanGroup" => unavailable::key_exchange,
        "ECDH" => unavailable::key_exchange,
        "ECDHConvertKey" => unavailable::key_exchange,
        "DHBitsJob" => unavailable::key_exchange,
        "ECDHBitsJob" => unavailable::key_exchange,
        "DhKeyPairGenJob" => unavailable::asymmetric,
        "DsaKeyPairGenJob" => unavailable::asymmetric,
        "EcKeyPairGenJob" => unavailable::asymmetric,
        "NidKeyPairGenJob" => unavailable::asymmetric,
        "RsaKeyPairGenJob" => unavailable::asymmetric,
        "DHKeyExportJob" => unavailable::asymmetric,
        "ECKeyExportJob" => unavailable::asymmetric,
        "RSAKeyExportJob" => unavailable::asymmetric,
        "RSACipherJob" => unavailable::asymmetric,
        "ChaCha20Poly1305CipherJob" => unavailable::web_cipher,
        "publicEncrypt" => unavailable::asymmetric,
        "privateDecrypt" => unavailable::asymmetric,
        "privateEncrypt" => unavailable::asymmetric,
        "publicDecrypt" => unavailable::asymmetric,
        "parseX509" => unavailable::certificates,
        "certVerifySpkac" => unavailable::certificates,
        "certExportPublicKey" => unavailable::certificates,
        "certExportChallenge" => unavailable::certificates,
        "getBundledRootCertificates" => root_certificates::get_bundled_root_certificates,
        "getSystemCACertificates" => unavailable::certificates,
        "getExtraCACertificates" => unavailable::certificates,
        "getUserRootCertificates" => unavailable::certificates,
        "resetRootCertStore" => unavailable::certificates,
        "startLoadingCertificatesOffThread" => state::nothing_to_load,
        "getSSLCiphers" => unavailable::tls,
    ),
    init,
};

/// The library's names for kinds, formats and modes; the numbers mean nothing outside.
const CONSTANTS: &[(&str, i32)] = &[
    ("kKeyVariantAES_CTR_128", 0),
    ("kKeyVariantAES_CTR_192", 1),
    ("kKeyVariantAES_CTR_256", 2),
    ("kKeyVariantAES_CBC_128", 3),
    ("kKeyVariantAES_CBC_192", 4),
    ("kKeyVariantAES_CBC_256", 5),
    ("kKeyVariantAES_GCM_128", 6),
    ("kKeyVariantAES_GCM_192", 7),
    ("kKeyVariantAES_GCM_256", 8),
    ("kKeyVariantAES_KW_128", 9),
    ("kKeyVariantAES_KW_192", 10),
    ("kKeyVariantAES_KW_256", 11),
    ("kKeyVariantAES_OCB_128", 12),
    ("kKeyVariantAES_OCB_192", 13),
    ("kKeyVariantAES_OCB_256", 14),
    ("kWebCryptoCipherEncrypt", 0),
    ("kWebCryptoCipherDecrypt", 1),
    ("OPENSSL_EC_NAMED_CURVE", 1),
    ("OPENSSL_EC_EXPLICIT_CURVE", 0),
    ("kWebCryptoKeyFormatRaw", 0),
    ("kWebCryptoKeyFormatPKCS8", 1),
    ("kWebCryptoKeyFormatSPKI", 2),
    ("kWebCryptoKeyFormatJWK", 3),
    ("EVP_PKEY_ED25519", 1087),
    ("EVP_PKEY_ED448", 1088),
    ("EVP_PKEY_X25519", 1034),
    ("EVP_PKEY_X448", 1035),
    ("kKeyEncodingPKCS1", 0),
    ("kKeyEncodingPKCS8", 1),
    ("kKeyEncodingSPKI", 2),
    ("kKeyEncodingSEC1", 3),
    ("kKeyFormatDER", 0),
    ("kKeyFormatPEM", 1),
    ("kKeyFormatJWK", 2),
    ("kKeyTypeSecret", key_object::SECRET),
    ("kKeyTypePublic", 1),
    ("kKeyTypePrivate", 2),
    ("kSigEncDER", 0),
    ("kSigEncP1363", 1),
    ("kKeyVariantRSA_SSA_PKCS1_v1_5", 0),
    ("kKeyVariantRSA_PSS", 1),
    ("kKeyVariantRSA_OAEP", 2),
    ("kSignJobModeSign", hash_job::SIGN),
    ("kSignJobModeVerify", 1),
    ("RSA_PKCS1_PSS_PADDING", 6),
    ("kCryptoJobAsync", 0),
    ("kCryptoJobSync", job::SYNC),
    ("X509_CHECK_FLAG_ALWAYS_CHECK_SUBJECT", 1),
    ("X509_CHECK_FLAG_NO_WILDCARDS", 2),
    ("X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS", 4),
    ("X509_CHECK_FLAG_MULTI_LABEL_WILDCARDS", 8),
    ("X509_CHECK_FLAG_SINGLE_LABEL_SUBDOMAINS", 16),
    ("X509_CHECK_FLAG_NEVER_CHECK_SUBJECT", 32),
    ("kTypeArgon2d", 0),
    ("kTypeArgon2i", 1),
    ("kTypeArgon2id", 2),
];

/// Jobs: classes below `AsyncWrap` with the method `run`.
const JOBS: &[&str] = &[
    "crypto.HashJob",
    "crypto.HmacJob",
    "crypto.RandomBytesJob",
    "crypto.RandomPrimeJob",
    "crypto.CheckPrimeJob",
    "crypto.PBKDF2Job",
    "crypto.ScryptJob",
    "crypto.HKDFJob",
    "crypto.SecretKeyGenJob",
    "crypto.AESCipherJob",
];

/// Classes that throw when they are called.
const ABSENT: &[&str] = &[
    "crypto.SecureContext",
    "crypto.Sign",
    "crypto.Verify",
    "crypto.SignJob",
    "crypto.DiffieHellman",
    "crypto.DiffieHellmanGroup",
    "crypto.ECDH",
    "crypto.DHBitsJob",
    "crypto.ECDHBitsJob",
    "crypto.DhKeyPairGenJob",
    "crypto.DsaKeyPairGenJob",
    "crypto.EcKeyPairGenJob",
    "crypto.NidKeyPairGenJob",
    "crypto.RsaKeyPairGenJob",
    "crypto.DHKeyExportJob",
    "crypto.ECKeyExportJob",
    "crypto.RSAKeyExportJob",
    "crypto.RSACipherJob",
    "crypto.ChaCha20Poly1305CipherJob",
];

fn init(target: &Target<'_>) -> Result<()> {
    state::set_up();
    target.methods()?;
    target.env.set_method(target.object, "crypto.ECDHConvertKey", "ECDHConvertKey")?;
    target.plain_class("crypto.Hash", &["update", "digest"])?;
    target.plain_class("crypto.Hmac", &["init", "update", "digest"])?;
    target.plain_class("crypto.CipherBase", &["update", "final", "setAutoPadding", "getAuthTag", "setAuthTag", "setAAD"])?;
    key_object::install(target)?;
    for job in JOBS {
        target.async_class(job)?.methods(&["run"])?.install(target.object)?;
    }
    for class in ABSENT {
        target.plain_class(class, &[])?;
    }
    for (name, value) in CONSTANTS {
        target.number(name, f64::from(*value))?;
    }
    Ok(())
}
