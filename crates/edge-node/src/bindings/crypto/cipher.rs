//! The class `CipherBase` behind `Cipheriv` and `Decipheriv`: what may be called when, as Node has it.

use super::bytes::{copied, secret, with_data};
use super::failure::{invalid_key_length, thrown_of_cipher};
use crate::bindings::buffer::new_buffer;
use edge_crypto::{Cipher, CipherContext, CipherMode, OpenSslErrors};
use edge_napi::types::napi_valuetype;
use edge_napi::{CallInfo, Env, Error, Result, Value};
use std::cell::RefCell;
use std::rc::Rc;

/// Where the tag of a text to decrypt is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TagState {
    Unknown,
    Known,
    /// OpenSSL has it.
    Passed,
}

/// The largest tag there is.
const LARGEST_TAG: usize = 16;

struct State {
    /// `None` once it was finished.
    context: Option<CipherContext>,
    encrypts: bool,
    authenticated: bool,
    mode: CipherMode,
    /// `None`: not said yet.
    tag_length: Option<usize>,
    tag: Vec<u8>,
    tag_state: TagState,
    /// CCM finds out while it decrypts, and tells at the end.
    failed: bool,
    /// The longest text (CCM).
    longest: usize,
}

/// What is behind a `CipherBase`.
struct CipherBase(RefCell<State>);

fn invalid_iv() -> Error {
    Error::type_error("ERR_CRYPTO_INVALID_IV", "Invalid initialization vector")
}

fn invalid_tag_length(length: usize) -> Error {
    Error::type_error("ERR_CRYPTO_INVALID_AUTH_TAG", format!("Invalid authentication tag length: {length}"))
}

fn is_gcm_tag_length(length: usize) -> bool {
    matches!(length, 4 | 8 | 12..=16)
}

/// `new CipherBase(encrypt, name, key, iv | null, tagLength | -1)`
pub fn construct(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("CipherBase")?;
    let encrypts = env.truthy(info.arg(0))?;
    let name = env.to_string_lossy(info.arg(1))?;
    let key = secret(env, info.arg(2))?;
    let iv = match env.type_of(info.arg(3))? {
        napi_valuetype::napi_null | napi_valuetype::napi_undefined => None,
        _ => Some(copied(env, info.arg(3))?),
    };
    let wanted = usize::try_from(env.get_i64(info.arg(4))?).ok();
    let cipher = Cipher::find(&name).ok_or_else(|| Error::error("ERR_CRYPTO_UNKNOWN_CIPHER", "Unknown cipher"))?;
    let iv = iv.unwrap_or_default();
    check_iv(cipher, &iv)?;
    let failed = |errors| thrown_of_cipher(env, errors, "Failed to initialize cipher");
    let mut context = CipherContext::new(cipher, encrypts).map_err(failed)?;
    let mut state = State {
        context: None,
        encrypts,
        authenticated: cipher.is_authenticated(),
        mode: cipher.mode(),
        tag_length: None,
        tag: Vec::new(),
        tag_state: TagState::Unknown,
        failed: false,
        longest: usize::MAX,
    };
    if state.authenticated {
        start_authenticated(&mut state, &mut context, &name, iv.len(), wanted)?;
    }
    if !context.set_key_length(key.len()) {
        return Err(invalid_key_length());
    }
    context.start(&key, (!iv.is_empty()).then_some(&iv[..])).map_err(failed)?;
    state.context = Some(context);
    env.wrap(info.this(), Rc::new(CipherBase(RefCell::new(state))))?;
    Ok(info.this())
}

fn check_iv(cipher: Cipher, iv: &[u8]) -> Result<()> {
    let expected = cipher.iv_length();
    let missing = iv.is_empty() && expected != 0;
    let wrong = !cipher.is_authenticated() && !iv.is_empty() && iv.len() != expected;
    // OpenSSL takes longer ones, and does not use them well.
    let too_long = cipher.is_chacha20_poly1305() && iv.len() > 12;
    if missing || wrong || too_long { Err(invalid_iv()) } else { Ok(()) }
}

fn start_authenticated(state: &mut State, context: &mut CipherContext, name: &str, iv: usize, wanted: Option<usize>) -> Result<()> {
    if !context.set_iv_length(iv) {
        return Err(invalid_iv());
    }
    if state.mode == CipherMode::Gcm {
        if let Some(length) = wanted.filter(|length| !is_gcm_tag_length(*length)) {
            return Err(invalid_tag_length(length));
        }
        state.tag_length = wanted;
        return Ok(());
    }
    let length = match wanted {
        Some(length) => length,
        None if context.cipher().is_chacha20_poly1305() => LARGEST_TAG,
        None => return Err(Error::type_error("ERR_CRYPTO_INVALID_AUTH_TAG", format!("authTagLength required for {name}"))),
    };
    if length > LARGEST_TAG || !context.set_tag_length(length) {
        return Err(invalid_tag_length(length));
    }
    state.tag_length = Some(length);
    if state.mode == CipherMode::Ccm {
        // The longer the vector, the shorter the field for the text's length.
        state.longest = match iv {
            12 => (1 << 24) - 1,
            13 => (1 << 16) - 1,
            _ => i32::MAX as usize,
        };
    }
    Ok(())
}

impl State {
    /// Gives OpenSSL the tag to look for, if there is one and it has not got it.
    fn pass_tag(&mut self) -> bool {
        if self.tag_state != TagState::Known {
            return true;
        }
        let Some(context) = &mut self.context else { return false };
        if !context.set_tag(&self.tag) {
            return false;
        }
        self.tag_state = TagState::Passed;
        true
    }

    fn check_length(&self, length: usize) -> Result<()> {
        if self.mode == CipherMode::Ccm && length > self.longest {
            return Err(Error::range_error("ERR_CRYPTO_INVALID_MESSAGELEN", "Invalid message length"));
        }
        Ok(())
    }

    fn update(&mut self, bytes: &[u8]) -> std::result::Result<Vec<u8>, OpenSslErrors> {
        if self.context.is_none() {
            return Err(OpenSslErrors::default());
        }
        if !self.encrypts && self.authenticated && !self.pass_tag() {
            return Err(OpenSslErrors::default());
        }
        let Some(context) = &mut self.context else { return Err(OpenSslErrors::default()) };
        match context.update(bytes) {
            Err(_) if !self.encrypts && self.mode == CipherMode::Ccm => {
                self.failed = true;
                Ok(Vec::new())
            }
            other => other,
        }
    }

    fn finish(&mut self) -> std::result::Result<Vec<u8>, OpenSslErrors> {
        if !self.encrypts && self.authenticated {
            self.pass_tag();
        }
        let Some(mut context) = self.context.take() else { return Err(OpenSslErrors::default()) };
        if !self.encrypts && self.mode == CipherMode::Ccm {
            return if self.failed { Err(OpenSslErrors::default()) } else { Ok(Vec::new()) };
        }
        let bytes = context.finish()?;
        if self.encrypts && self.authenticated {
            let length = *self.tag_length.get_or_insert(LARGEST_TAG);
            self.tag = context.tag(length)?;
        }
        Ok(bytes)
    }
}

/// `update(data, encoding)` → a Buffer.
pub fn update(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let base = env.unwrap::<CipherBase>(info.this())?;
    let updated = with_data(env, info.arg(0), info.arg(1), |bytes| {
        let mut state = base.0.borrow_mut();
        if state.context.is_some() {
            state.check_length(bytes.len())?;
        }
        Ok::<_, Error>(state.update(bytes))
    })??;
    // Not OpenSSL's words: Node forgets them here.
    new_buffer(env, &updated.map_err(|_| Error::error("", "Trying to add data in unsupported state"))?)
}

/// `final()` → a Buffer.
pub fn finish(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let base = env.unwrap::<CipherBase>(info.this())?;
    let mut state = base.0.borrow_mut();
    if state.context.is_none() {
        return Err(Error::error("ERR_CRYPTO_INVALID_STATE", "Invalid state"));
    }
    let message = if state.authenticated { "Unsupported state or unable to authenticate data" } else { "Unsupported state" };
    new_buffer(env, &state.finish().map_err(|errors| thrown_of_cipher(env, errors, message))?)
}

/// `setAutoPadding(on)` → whether it was in time.
pub fn set_auto_padding(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let base = env.unwrap::<CipherBase>(info.this())?;
    let on = info.is_empty() || env.truthy(info.arg(0))?;
    let done = base.0.borrow_mut().context.as_mut().is_some_and(|context| context.set_padding(on));
    env.boolean(done)
}

/// `getAuthTag()` → a Buffer, or undefined before the end.
pub fn get_auth_tag(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let base = env.unwrap::<CipherBase>(info.this())?;
    let state = base.0.borrow();
    if state.context.is_some() || !state.encrypts || state.tag_length.is_none() {
        return Ok(info.undefined());
    }
    new_buffer(env, &state.tag)
}

/// `setAuthTag(tag)` → whether it was in time.
pub fn set_auth_tag(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let base = env.unwrap::<CipherBase>(info.this())?;
    let tag = copied(env, info.arg(0))?;
    let unannounced = {
        let mut state = base.0.borrow_mut();
        if state.context.is_none() || !state.authenticated || state.encrypts || state.tag_state != TagState::Unknown {
            return env.boolean(false);
        }
        let as_announced = state.tag_length.is_none_or(|length| length == tag.len());
        if !as_announced || (state.mode == CipherMode::Gcm && !is_gcm_tag_length(tag.len())) {
            return Err(invalid_tag_length(tag.len()));
        }
        state.tag_length.replace(tag.len()).is_none() && tag.len() != LARGEST_TAG
    };
    if unannounced {
        warn_of_short_tag(env)?;
    }
    let mut state = base.0.borrow_mut();
    state.tag = tag;
    state.tag_state = TagState::Known;
    env.boolean(true)
}

/// DEP0182, once per environment.
fn warn_of_short_tag(env: Env) -> Result<()> {
    #[derive(Default)]
    struct Shown(std::cell::Cell<bool>);
    let environment = crate::Environment::of(env)?;
    if environment.state::<Shown>().0.replace(true) {
        return Ok(());
    }
    let Some(process) = environment.root("process")? else { return Ok(()) };
    let text = "Using AES-GCM authentication tags of less than 128 bits without specifying the authTagLength option when initializing \
                decryption is deprecated.";
    env.call_method(process, "emitWarning", &[env.string(text)?, env.string("DeprecationWarning")?, env.string("DEP0182")?])?;
    Ok(())
}

/// `setAAD(data, textLength | -1)` → whether it was in time.
pub fn set_aad(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let base = env.unwrap::<CipherBase>(info.this())?;
    let text_length = env.get_i32(info.arg(1))?;
    let data = copied(env, info.arg(0))?;
    let mut state = base.0.borrow_mut();
    if state.context.is_none() || !state.authenticated {
        return env.boolean(false);
    }
    if state.mode == CipherMode::Ccm {
        let Ok(length) = usize::try_from(text_length) else {
            return Err(Error::type_error("ERR_MISSING_ARGS", "options.plaintextLength required for CCM mode with AAD"));
        };
        state.check_length(length)?;
        if !state.encrypts && !state.pass_tag() {
            return env.boolean(false);
        }
        if !state.context.as_mut().is_some_and(|context| context.set_text_length(text_length)) {
            return env.boolean(false);
        }
    }
    let done = state.context.as_mut().is_some_and(|context| context.add_associated_data(&data));
    env.boolean(done)
}
