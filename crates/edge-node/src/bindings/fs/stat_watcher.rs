//! `StatWatcher`: `fs.watchFile`.

use super::{args, stat::fill_shared};
use crate::{AsyncWrap, Environment};
use edge_loop::FsPoll;
use edge_napi::{CallInfo, Env, Result, Value};
use edge_wasix::fs::Stat;
use std::rc::Rc;

/// What is behind a `StatWatcher`.
struct StatWatcher {
    poll: FsPoll,
    bigint: bool,
}

/// `new StatWatcher(bigint)`.
pub fn construct(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("StatWatcher")?;
    let environment = Environment::of(env)?;
    let poll = FsPoll::new(environment.uv());
    let state = Rc::new(StatWatcher { poll: poll.clone(), bigint: env.truthy(info.arg(0))? });
    let wrap = AsyncWrap::new(&environment, info.this(), "StatWatcher", "STATWATCHER", state)?;
    wrap.set_handle(Rc::new(poll))?;
    Ok(info.this())
}

/// `start(path, interval)` → 0 or an error number. `onchange(status, statuses)` is called for each change.
pub fn start(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let wrap = AsyncWrap::of(env, info.this())?;
    let watcher = wrap.state::<StatWatcher>()?;
    let path = args::path(env, info.arg(0))?;
    let interval = env.get_u32(info.arg(1))?;
    let kernel = environment.kernel().clone();
    let bigint = watcher.bigint;
    let weak = Rc::downgrade(&wrap);
    let started = watcher.poll.start(
        u64::from(interval),
        move || kernel.stat(&path),
        move |_, now, before| {
            let (Some(wrap), zero) = (weak.upgrade(), Stat::default()) else { return };
            let (status, now) = now.map_or_else(|errno| (errno.uv(), &zero), |now| (0, now));
            wrap.make_callback("onchange", |env| {
                let environment = Environment::of(env)?;
                fill_shared(&environment, bigint, 18, before.unwrap_or(&zero))?;
                Ok(vec![env.int32(status)?, fill_shared(&environment, bigint, 0, now)?])
            });
        },
    );
    env.int32(started.err().map_or(0, edge_wasix::Errno::uv))
}
