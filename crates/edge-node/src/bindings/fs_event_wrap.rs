//! `internalBinding('fs_event_wrap')`: `fs.watch`.

use super::encode_bytes::encode_bytes_as;
use super::fs::path;
use crate::text::parse_encoding;
use crate::{AsyncWrap, Binding, Environment, Target, natives};
use edge_encoding::Encoding;
use edge_loop::{FsEvent, Handle};
use edge_napi::{CallInfo, Env, Result, Value};
use edge_wasix::{Errno, WatchKind};
use std::rc::Rc;

/// The binding.
pub const BINDING: Binding = Binding {
    name: "fs_event_wrap",
    natives: natives!("fs_event_wrap";
        "FSEvent" => construct,
        "FSEvent#start" => start,
        "FSEvent#get initialized" => initialized,
    ),
    init,
};

/// What is behind an `FSEvent`: the handle is made by `start`.
struct FsEventWrap;

fn init(target: &Target<'_>) -> Result<()> {
    target.handle_class("fs_event_wrap.FSEvent")?.methods(&["start"])?.accessor("initialized")?.install(target.object)?;
    Ok(())
}

fn construct(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("FSEvent")?;
    AsyncWrap::new(&Environment::of(env)?, info.this(), "FSEvent", "FSEVENTWRAP", Rc::new(FsEventWrap))?;
    Ok(info.this())
}

/// `initialized`: started and not closed.
fn initialized(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let Some(wrap) = env.try_unwrap::<AsyncWrap>(info.this())? else { return Ok(info.undefined()) };
    env.boolean(wrap.handle().is_some_and(|handle| !handle.is_closing()))
}

/// `start(path, persistent, recursive, encoding)` → 0 or an error number. `onchange(status, 'rename' or 'change', name)` is called for
/// each change. Recursion is the library's on Linux.
fn start(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let wrap = AsyncWrap::of(env, info.this())?;
    wrap.state::<FsEventWrap>()?;
    if wrap.handle().is_some() {
        return env.int32(Errno::EINVAL.uv());
    }
    let path = path(env, info.arg(0))?;
    let persistent = env.truthy(info.arg(1))?;
    let encoding = parse_encoding(env, info.arg(3), Encoding::Utf8)?;
    let event = FsEvent::new(environment.uv());
    let weak = Rc::downgrade(&wrap);
    let started = event.start(environment.kernel(), &path, move |_, change| {
        let Some(wrap) = weak.upgrade() else { return };
        wrap.make_callback("onchange", |env| {
            let environment = Environment::of(env)?;
            let (status, kind, name) = match change {
                Ok((WatchKind::Rename, name)) => (0, "rename", name),
                Ok((WatchKind::Change, name)) => (0, "change", name),
                Err(errno) => (errno.uv(), "", &[][..]),
            };
            let name = if name.is_empty() { env.null()? } else { encode_bytes_as(&environment, name, encoding)? };
            Ok(vec![env.int32(status)?, env.string(kind)?, name])
        });
    });
    if let Err(errno) = started {
        event.close_quietly();
        return env.int32(errno.uv());
    }
    if !persistent {
        event.unref();
    }
    wrap.set_handle(Rc::new(event))?;
    env.int32(0)
}
