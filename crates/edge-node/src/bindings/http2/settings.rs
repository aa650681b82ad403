//! Settings: the buffer that they are passed in, those that wait for the peer's answer, `Http2Settings`.

use super::session::Http2Session;
use super::state_arrays::SETTINGS;
use super::{SETTINGS_CLASS, statistics};
use crate::bindings::buffer::new_buffer;
use crate::keep::Keep;
use crate::{Aliased, AsyncWrap, Environment};
use edge_napi::{CallInfo, Env, Error, Result, Value};
use edge_nghttp2::Setting;
use std::cell::RefCell;
use std::rc::Rc;

/// Settings in the order of the library's buffer, and after them the bits of those that are set, the count of further ones, these.
const COUNT: usize = 7;
const FLAGS: usize = COUNT;
const MORE: usize = COUNT + 1;
const MOST_MORE: usize = 10;
/// Elements of `settingsBuffer`.
pub const LENGTH: usize = MORE + 1 + 2 * MOST_MORE;
/// Where in the buffer, and RFC 9113's number, in the order that they are sent in.
const SENT: [(usize, u16); COUNT] = [
    (0, Setting::HEADER_TABLE_SIZE),
    (1, Setting::ENABLE_PUSH),
    (4, Setting::MAX_CONCURRENT_STREAMS),
    (2, Setting::INITIAL_WINDOW_SIZE),
    (3, Setting::MAX_FRAME_SIZE),
    (5, Setting::MAX_HEADER_LIST_SIZE),
    (6, Setting::ENABLE_CONNECT_PROTOCOL),
];
const DEFAULTS: [u32; COUNT] = [4096, 1, 65_535, 16_384, u32::MAX, 65_535, 0];

/// Numbers from here on are for programs to give a meaning to.
const FIRST_CUSTOM: u16 = COUNT as u16;

/// `refreshDefaultSettings()`: fills `settingsBuffer`.
pub fn refresh_default_settings(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let settings = Environment::of(env)?.aliased::<u32>(SETTINGS)?;
    settings.set_all(&DEFAULTS);
    settings.set(FLAGS, (1 << COUNT) - 1);
    Ok(info.undefined())
}

/// What is set in `settingsBuffer`.
fn read(buffer: &Aliased<u32>) -> Vec<Setting> {
    let flags = buffer.get(FLAGS);
    let known = SENT.into_iter().filter(|(index, _)| flags & (1 << index) != 0);
    let mut settings: Vec<Setting> = known.map(|(index, id)| Setting { id, value: buffer.get(index) }).collect();
    for index in 0..(buffer.get(MORE) as usize).min(MOST_MORE) {
        settings.push(Setting { id: buffer.get(MORE + 1 + 2 * index) as u16, value: buffer.get(MORE + 2 + 2 * index) });
    }
    settings
}

/// `packSettings()` → a Buffer of what is set in `settingsBuffer`; undefined for values that are not allowed.
pub fn pack_settings(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let settings = read(&Environment::of(env)?.aliased::<u32>(SETTINGS)?);
    match edge_nghttp2::pack_settings(&settings) {
        Some(packed) => new_buffer(env, &packed),
        None => Ok(info.undefined()),
    }
}

/// Settings that nghttp2 knows nothing of, of one end. Those of the peer are kept only when the program asked for them.
#[derive(Default)]
pub struct CustomSettings(RefCell<Vec<(u16, Option<u32>)>>);

impl CustomSettings {
    /// Those that the program wants to see of the peer's, which the library has put into the buffer before it makes a session.
    pub fn wanted(buffer: &Aliased<u32>) -> Self {
        let count = (buffer.get(MORE) as usize).min(MOST_MORE);
        Self(RefCell::new((0..count).map(|index| (buffer.get(MORE + 1 + 2 * index) as u16, None)).collect()))
    }

    /// Of the peer's: takes those that are wanted.
    pub fn received(&self, settings: &[Setting]) {
        let mut wanted = self.0.borrow_mut();
        for setting in settings.iter().filter(|setting| setting.id >= FIRST_CUSTOM) {
            if let Some(entry) = wanted.iter_mut().find(|(id, _)| *id == setting.id) {
                entry.1 = Some(setting.value);
            }
        }
    }

    /// Of this end: takes all.
    fn sent(&self, settings: &[Setting]) {
        let mut sent = self.0.borrow_mut();
        for setting in settings.iter().filter(|setting| setting.id >= FIRST_CUSTOM) {
            let room = sent.len() < MOST_MORE;
            match sent.iter_mut().find(|(id, _)| *id == setting.id) {
                Some(entry) => entry.1 = Some(setting.value),
                None if room => sent.push((setting.id, Some(setting.value))),
                None => {}
            }
        }
    }

    /// Puts those that have a value behind the known ones.
    fn write(&self, buffer: &Aliased<u32>) {
        let known = self.0.borrow();
        let set = known.iter().filter_map(|(id, value)| value.map(|value| (*id, value)));
        let mut count = 0;
        for (id, value) in set.take(MOST_MORE) {
            buffer.set(MORE + 1 + 2 * count, id.into());
            buffer.set(MORE + 2 + 2 * count, value);
            count += 1;
        }
        buffer.set(MORE, count as u32);
    }
}

/// `session.localSettings()`: fills `settingsBuffer`.
pub fn local_settings(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let session = AsyncWrap::state_of::<Http2Session>(env, info.this())?;
    let buffer = Environment::of(env)?.aliased::<u32>(SETTINGS)?;
    for (index, id) in SENT {
        buffer.set(index, session.nghttp2.local_setting(id));
    }
    session.local_custom.write(&buffer);
    Ok(info.undefined())
}

/// `session.remoteSettings()`: fills `settingsBuffer`.
pub fn remote_settings(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let session = AsyncWrap::state_of::<Http2Session>(env, info.this())?;
    let buffer = Environment::of(env)?.aliased::<u32>(SETTINGS)?;
    for (index, id) in SENT {
        buffer.set(index, session.nghttp2.remote_setting(id));
    }
    session.remote_custom.write(&buffer);
    Ok(info.undefined())
}

/// Only native code makes them.
pub fn construct(_env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("Http2Settings")?;
    Ok(info.this())
}

/// Settings that wait for the peer's answer.
pub struct PendingSettings {
    wrap: Rc<AsyncWrap>,
    keep: Keep,
    callback: Keep,
    start: u64,
}

impl PendingSettings {
    /// What one costs of a session's memory.
    pub const SIZE: u64 = 256;

    fn new(environment: &Rc<Environment>, callback: Value) -> Result<Self> {
        let class = environment.expect_root(SETTINGS_CLASS)?;
        let object = environment.env().construct(class, &[])?;
        let wrap = AsyncWrap::new(environment, object, "Http2Settings", "HTTP2SETTINGS", Rc::new(()))?;
        let keep = Keep::new(environment, object)?;
        Ok(Self { wrap, keep, callback: Keep::new(environment, callback)?, start: statistics::now() })
    }

    /// Calls the library's function: `callback(ack, duration)`, in milliseconds.
    pub fn done(self, ack: bool) {
        let Some(environment) = self.wrap.environment() else { return };
        let env = environment.env();
        let Ok(_scope) = env.scope() else { return };
        let called = (|| {
            let (Some(object), Some(callback)) = (self.keep.object()?, self.callback.object()?) else { return Ok(()) };
            let args = [env.boolean(ack)?, env.number(statistics::milliseconds_since(self.start))?];
            environment.make_callback(self.wrap.context(&environment, object)?, callback, object, &args);
            Ok(())
        })();
        if let Err(error) = called {
            environment.report_uncaught(error);
        }
        self.wrap.emit_destroy();
    }
}

/// `session.settings(callback)` → whether those in `settingsBuffer` were sent; not when too many wait for an answer.
pub fn settings(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let session = AsyncWrap::state_of::<Http2Session>(env, info.this())?;
    if !env.is_function(info.arg(0))? {
        return Err(Error::invalid_arg_type("The \"callback\" argument must be of type function"));
    }
    let settings = read(&environment.aliased::<u32>(SETTINGS)?);
    let pending = PendingSettings::new(&environment, info.arg(0))?;
    if session.outstanding_settings.borrow().len() >= session.limits.outstanding_settings {
        pending.done(false);
        return env.boolean(false);
    }
    session.outstanding_settings.borrow_mut().push_back(pending);
    session.memory.add(PendingSettings::SIZE);
    session.local_custom.sent(&settings);
    session.scoped(|| {
        // The library has checked the values; what it let through is the peer's to refuse.
        let _ = session.nghttp2.submit_settings(&settings);
    });
    env.boolean(true)
}
