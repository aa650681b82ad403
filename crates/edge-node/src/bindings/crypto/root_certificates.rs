//! The authorities that TLS will trust. The module `tls` lists them when it is imported, long before anyone connects.

use edge_napi::{CallInfo, Env, Result, Value};

/// `getBundledRootCertificates()` → an array of PEM texts: `tls.rootCertificates`, those of the pinned release.
pub fn get_bundled_root_certificates(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    let certificates = edge_node_lib::root_certificates();
    let values = certificates.iter().map(|pem| env.string(pem)).collect::<Result<Vec<_>>>()?;
    env.array_from(&values)
}
