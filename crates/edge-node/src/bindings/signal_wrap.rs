//! `internalBinding('signal_wrap')`: what is behind `process.on('SIGINT', …)`.

use super::stream_base::status;
use crate::{AsyncWrap, Binding, Environment, Target, natives};
use edge_loop::Signal;
use edge_napi::{CallInfo, Env, Result, Value};
use std::rc::Rc;

/// The binding.
pub const BINDING: Binding = Binding {
    name: "signal_wrap",
    natives: natives!("signal_wrap";
        "Signal" => construct,
        "Signal#start" => start,
        "Signal#stop" => stop,
    ),
    init,
};

/// What is behind a `Signal`.
struct SignalWrap(Signal);

fn init(target: &Target<'_>) -> Result<()> {
    target.handle_class("signal_wrap.Signal")?.methods(&["start", "stop"])?.install(target.object)?;
    Ok(())
}

fn construct(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("Signal")?;
    let environment = Environment::of(env)?;
    let signal = Signal::new(environment.uv());
    let wrap = AsyncWrap::new(&environment, info.this(), "SignalWrap", "SIGNALWRAP", Rc::new(SignalWrap(signal.clone())))?;
    wrap.set_handle(Rc::new(signal))?;
    Ok(info.this())
}

/// `start(signum)` → 0 or an error number: `onsignal(signum)` is called for each such signal.
fn start(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let wrap = AsyncWrap::of(env, info.this())?;
    let signal = wrap.state::<SignalWrap>()?;
    let weak = Rc::downgrade(&wrap);
    let started = signal.0.start(env.get_i32(info.arg(0))?, move |_, signum| {
        if let Some(wrap) = weak.upgrade() {
            wrap.make_callback("onsignal", |env| Ok(vec![env.int32(signum)?]));
        }
    });
    status(env, started)
}

/// `stop()` → 0.
fn stop(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    AsyncWrap::state_of::<SignalWrap>(env, info.this())?.0.stop();
    status(env, Ok(()))
}
