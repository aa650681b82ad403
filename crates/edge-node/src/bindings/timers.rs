//! `internalBinding('timers')`: one loop timer for all of the library's timers, and the check handle of immediates.

use crate::callback_scope::CallbackContext;
use crate::{Aliased, Binding, Environment, Target, natives};
use edge_loop::{Check, Handle, Idle, Timer};
use edge_napi::{CallInfo, Env, Result, Value};
use edge_wasix::Limit;
use std::cell::OnceCell;
use std::rc::{Rc, Weak};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "timers",
    natives: natives!("timers";
        "setupTimers" => setup_timers,
        "getLibuvNow" => get_libuv_now,
        "scheduleTimer" => schedule_timer,
        "toggleTimerRef" => toggle_timer_ref,
        "toggleImmediateRef" => toggle_immediate_ref,
    ),
    init,
};

/// Indexes of `immediateInfo`.
const COUNT: usize = 0;
const REF_COUNT: usize = 1;
const HAS_OUTSTANDING: usize = 2;

fn init(target: &Target<'_>) -> Result<()> {
    target.methods()?;
    target.aliased::<u32>("immediateInfo", 3)?;
    target.aliased::<i32>("timeoutInfo", 1)?;
    Ok(())
}

/// The loop's handles for timers and immediates; made on first use, so that an image holds none.
struct Timers {
    timer: Timer,
    check: Check,
    idle: Idle,
    base: u64,
    immediate_info: OnceCell<Aliased<u32>>,
}

impl Timers {
    fn of(environment: &Rc<Environment>) -> Rc<Self> {
        environment.state_or(|| {
            let uv = environment.uv();
            let timers =
                Self { timer: Timer::new(uv), check: Check::new(uv), idle: Idle::new(uv), base: uv.now(), immediate_info: OnceCell::new() };
            let weak = Rc::downgrade(environment);
            timers.timer.set_callback(move |_| run_timers(&weak));
            timers.timer.unref();
            let weak = Rc::downgrade(environment);
            timers.check.start(move || check_immediate(&weak));
            timers.check.unref();
            timers
        })
    }

    fn immediate_info(&self, environment: &Environment) -> Result<&Aliased<u32>> {
        if let Some(info) = self.immediate_info.get() {
            return Ok(info);
        }
        let info = environment.aliased("timers.immediateInfo")?;
        Ok(self.immediate_info.get_or_init(|| info))
    }

    fn now(&self, environment: &Environment) -> f64 {
        environment.uv().now().saturating_sub(self.base) as f64
    }

    /// The idle handle keeps the loop from waiting while a referenced immediate is queued.
    fn toggle_immediate_ref(&self, on: bool) {
        if on {
            self.idle.start(|| {});
        } else {
            self.idle.stop();
        }
    }
}

/// Sees to it that the check phase comes to [`check_immediate`].
pub fn ensure_check(environment: &Rc<Environment>) {
    Timers::of(environment);
}

/// How many immediates are queued.
pub fn immediates(environment: &Rc<Environment>) -> u32 {
    environment.aliased::<u32>("timers.immediateInfo").map_or(0, |info| info.get(COUNT))
}

/// Ends the program when it has more than `most` timers and immediates ([`Limit::Timers`]).
pub fn limit_timers(environment: &Rc<Environment>, most: u64) {
    let count = || -> Result<u64> {
        let timeouts = environment.aliased::<i32>("timers.timeoutInfo")?.get(0);
        let immediates = Timers::of(environment).immediate_info(environment)?.get(COUNT);
        Ok(u64::from(timeouts.max(0).cast_unsigned()) + u64::from(immediates))
    };
    // An engine that is gone has none.
    if count().is_ok_and(|count| count > most) {
        environment.kernel().meter().end(Limit::Timers);
    }
}

fn setup_timers(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    environment.set_root("timers.immediate_callback", info.arg(0))?;
    environment.set_root("timers.timers_callback", info.arg(1))?;
    Ok(info.undefined())
}

fn get_libuv_now(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    environment.uv().update_time();
    env.number(Timers::of(&environment).now(&environment))
}

fn schedule_timer(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let timeout = env.get_f64(info.arg(0))?;
    Timers::of(&environment).timer.restart(if timeout >= 1.0 { timeout as u64 } else { 1 }, 0);
    Ok(info.undefined())
}

fn toggle_timer_ref(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let timers = Timers::of(&environment);
    if env.truthy(info.arg(0))? {
        timers.timer.add_ref()
    } else {
        timers.timer.unref()
    }
    Ok(info.undefined())
}

fn toggle_immediate_ref(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    Timers::of(&environment).toggle_immediate_ref(env.truthy(info.arg(0))?);
    Ok(info.undefined())
}

/// Node's `Environment::RunTimers`.
fn run_timers(environment: &Weak<Environment>) {
    let Some(environment) = environment.upgrade() else { return };
    let env = environment.env();
    let Ok(_scope) = env.scope() else { return };
    environment.callback_scope(CallbackContext::NONE, || {
        let timers = Timers::of(&environment);
        let (Some(callback), Some(process)) = (environment.root("timers.timers_callback")?, environment.root("process")?) else {
            return Ok(());
        };
        let now = env.number(timers.now(&environment))?;
        // A list whose callback threw goes on where it stopped, after the exception was reported.
        let next = loop {
            match env.call(callback, process, &[now]) {
                Ok(value) => break env.get_f64(value)?,
                Err(error) => {
                    environment.report_uncaught(error);
                    if !environment.can_call_into_js() {
                        return Ok(());
                    }
                }
            }
        };
        if next == 0.0 {
            timers.timer.unref();
            return Ok(());
        }
        let due = next.abs() - timers.now(&environment);
        timers.timer.restart(if due >= 1.0 { due as u64 } else { 1 }, 0);
        if next > 0.0 {
            timers.timer.add_ref()
        } else {
            timers.timer.unref()
        }
        Ok(())
    });
}

/// Node's `Environment::CheckImmediate`.
fn check_immediate(environment: &Weak<Environment>) {
    let Some(environment) = environment.upgrade() else { return };
    let env = environment.env();
    let Ok(_scope) = env.scope() else { return };
    // A scope even when there are none: what one that failed has left in the queues comes before immediates.
    environment.callback_scope(CallbackContext::NONE, || {
        environment.run_native_immediates();
        Ok(())
    });
    let timers = Timers::of(&environment);
    let Ok(info) = timers.immediate_info(&environment) else { return };
    if info.get(COUNT) == 0 || !environment.can_call_into_js() {
        return;
    }
    let (Ok(Some(callback)), Ok(Some(process))) = (environment.root("timers.immediate_callback"), environment.root("process")) else {
        return;
    };
    loop {
        environment.make_callback(CallbackContext { resource: Some(process), ..CallbackContext::NONE }, callback, process, &[]);
        if info.get(HAS_OUTSTANDING) == 0 || !environment.can_call_into_js() {
            break;
        }
    }
    if info.get(REF_COUNT) == 0 {
        timers.toggle_immediate_ref(false);
    }
}
