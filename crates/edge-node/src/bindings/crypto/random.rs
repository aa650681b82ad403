//! `RandomBytesJob` and `SecretKeyGenJob`: bytes that nobody can guess, from the kernel.

use super::job::{self, Kind};
use super::key_object;
use crate::Environment;
use edge_crypto::OpenSslErrors;
use edge_napi::{CallInfo, Env, Error, Result, Value};

const BYTES: Kind = Kind { class: "RandomBytesJob", provider: "RANDOMBYTESREQUEST", failure: "Random bytes failed" };
const KEY: Kind = Kind { class: "SecretKeyGenJob", provider: "KEYGENREQUEST", failure: "Key generation job failed" };

/// The work of both: `size` random bytes.
fn random(env: Env, size: usize) -> Result<impl FnOnce() -> job::Outcome + Send + 'static> {
    let environment = Environment::of(env)?;
    environment.note_random();
    let kernel = environment.kernel().clone();
    Ok(move || {
        let mut bytes = vec![0; size];
        kernel.random_fill(&mut bytes).map_err(|_| OpenSslErrors::default())?;
        Ok(bytes)
    })
}

/// `new RandomBytesJob(mode, view, offset, size)`: fills that part of the view.
pub fn construct(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let (view, offset, size) = (info.arg(1), env.get_u32(info.arg(2))? as usize, env.get_u32(info.arg(3))? as usize);
    let length = env.view_bytes(view)?.len;
    if offset > length || size > length - offset {
        return Err(Error::range_error("ERR_OUT_OF_RANGE", "buffer is too large"));
    }
    let kept = Kept::new(env, view)?;
    job::plan(env, info, &BYTES, random(env, size)?, move |environment, bytes| {
        let env = environment.env();
        if let Some(view) = kept.view(env)? {
            // What the program has cut off meanwhile is not filled.
            env.with_bytes(view, |target| {
                let start = offset.min(target.len());
                let count = size.min(target.len() - start);
                target[start..start + count].copy_from_slice(&bytes[..count]);
            })?;
        }
        env.undefined()
    })
}

/// `new SecretKeyGenJob(mode, bits)` → a `KeyObjectHandle`.
pub fn construct_secret_key(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let size = env.get_u32(info.arg(1))? as usize / 8;
    job::plan(env, info, &KEY, random(env, size)?, |environment, bytes| key_object::new_handle(environment, bytes.into()))
}

/// A view kept alive until its job is done or forgotten.
struct Kept {
    environment: std::rc::Weak<Environment>,
    reference: edge_napi::Reference,
}

impl Kept {
    fn new(env: Env, view: Value) -> Result<Self> {
        let environment = Environment::of(env)?;
        Ok(Self { environment: std::rc::Rc::downgrade(&environment), reference: env.reference(view)? })
    }

    fn view(&self, env: Env) -> Result<Option<Value>> {
        env.deref(self.reference)
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if let Some(environment) = self.environment.upgrade() {
            environment.env().drop_reference(self.reference);
        }
    }
}
