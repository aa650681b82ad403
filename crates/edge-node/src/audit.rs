//! Where in its JavaScript a program is, for those who are told what it may do ([`edge_wasix::audit`]).

use crate::Environment;
use edge_napi::{Env, Result, Value};
use std::rc::Rc;

/// The root of CallSite's own `toString`, taken before the program runs, so that none of its own runs when its stack is read.
const TO_STRING: &str = "audit.call_site_to_string";
/// The most frames.
const FRAMES: u32 = 32;

impl Environment {
    /// Lets the kernel's observer know this thread's JavaScript stack, if there is one.
    ///
    /// # Errors
    /// What the engine throws.
    pub(crate) fn watch_stack(self: &Rc<Self>) -> Result<()> {
        if self.kernel().observer().is_none() {
            return Ok(());
        }
        let env = self.env();
        let _scope = env.scope()?;
        // Only what is called from JavaScript has call sites.
        let take = env.native_function("audit.take_to_string", "take")?;
        let caller = env.run_text("(take) => take()", "node:internal/audit")?;
        let to_string = env.call(caller, env.undefined()?, &[take])?;
        self.set_root(TO_STRING, to_string)?;
        edge_wasix::audit::set_stack_source(Some(stack));
        Ok(())
    }
}

/// `take()` → `CallSite.prototype.toString`.
fn take_to_string(env: Env, info: &edge_napi::CallInfo<'_>) -> Result<Value> {
    match env.array_values(env.call_sites(1)?)?.first() {
        Some(site) => env.get(*site, "toString"),
        None => Ok(info.undefined()),
    }
}

/// Natives of this file.
pub const NATIVES: &[edge_napi::Native] = crate::natives!("audit"; "take_to_string" => take_to_string);

/// The JavaScript stack of this thread, innermost frame first.
fn stack() -> Vec<String> {
    // A stack that cannot be had is one without frames: the decision is told all the same.
    Environment::of_thread().first().and_then(|environment| frames(environment).ok()).unwrap_or_default()
}

fn frames(environment: &Rc<Environment>) -> Result<Vec<String>> {
    let env = environment.env();
    let _scope = env.scope()?;
    let Some(to_string) = environment.root(TO_STRING)? else { return Ok(Vec::new()) };
    let mut frames = Vec::new();
    for site in env.array_values(env.call_sites(FRAMES)?)? {
        let _scope = env.scope()?;
        let text = env.call(to_string, site, &[])?;
        if env.is_string(text)? {
            frames.push(env.get_string(text)?);
        }
    }
    Ok(frames)
}
