//! Running a program: the main script, the loop until nothing is left, `beforeExit` and `exit` (Node's `SpinEventLoop`).

use crate::async_context::AsyncIds;
use crate::bindings::{Milestone, mark_milestone};
use crate::callback_scope::CallbackContext;
use crate::fatal::exit_code;
use crate::{Environment, bootstrap};
use edge_loop::RunMode;
use edge_napi::types::napi_default_method;
use edge_napi::{Error, PromiseState, Result};
use std::rc::Rc;

/// Indexes of `process[exit_info]`.
const EXITING: usize = 0;
const EXIT_CODE: usize = 1;
const HAS_EXIT_CODE: usize = 2;

impl Environment {
    /// Runs one of `internal/main/*` (async id 1, as Node does) and then the loop to its end; the exit code.
    pub fn run_main(self: &Rc<Self>, id: &str) -> i32 {
        if self.cli().flag("--expose-gc") {
            // Without the function the program still runs, and says itself what it misses.
            let _ = self.define_gc();
        }
        let env = self.env();
        let scope = env.scope();
        // The main script has a resource of its own, for `executionAsyncResource()`.
        let context = CallbackContext {
            resource: env.object().ok(),
            ids: AsyncIds { async_id: 1.0, trigger_async_id: 0.0 },
            ..CallbackContext::NONE
        };
        self.callback_scope_without_hooks(context, || bootstrap::run_main_script(self, id).map(|_| ()));
        drop(scope);
        self.spin()
    }

    /// `globalThis.gc`.
    fn define_gc(self: &Rc<Self>) -> Result<()> {
        let env = self.env();
        let _scope = env.scope()?;
        let gc = env.native_function("builtins.gc#collect", "gc")?;
        env.define(env.global()?, env.key("gc")?, gc, napi_default_method)
    }

    /// Runs the loop until nothing keeps it alive, with `beforeExit` and `exit`; the exit code.
    pub fn spin(self: &Rc<Self>) -> i32 {
        self.spin_unless(|| false).unwrap_or(exit_code::GENERIC_USER_ERROR)
    }

    /// The same; `None` when a turn of the loop ended with `stopped` true ([`edge_loop::LoopHandle::stop`] ends a turn), or with the
    /// engine gone.
    pub fn spin_unless(self: &Rc<Self>, stopped: impl Fn() -> bool) -> Option<i32> {
        mark_milestone(self, Milestone::LoopStart);
        loop {
            if self.exit_code().is_some() {
                break;
            }
            self.uv().run(RunMode::Default);
            if self.exit_code().is_some() {
                break;
            }
            if stopped() || self.is_gone() {
                return None;
            }
            if self.uv().alive() {
                continue;
            }
            self.emit_before_exit();
            if !self.uv().alive() {
                break;
            }
        }
        mark_milestone(self, Milestone::LoopExit);
        Some(match self.exit_code() {
            Some(code) => code,
            None => self.emit_exit(),
        })
    }

    fn emit_before_exit(self: &Rc<Self>) {
        let code = self.process_exit_code().ok().flatten().unwrap_or(0);
        self.process_emit("beforeExit", code);
    }

    /// Node's `EmitProcessExit`, and the check for a main module that never finished.
    fn emit_exit(self: &Rc<Self>) -> i32 {
        let unsettled = self.unsettled_top_level_await().unwrap_or(false);
        let code = self.process_exit_code().ok().flatten();
        let code = match code {
            Some(code) => code,
            None if unsettled => exit_code::UNSETTLED_TOP_LEVEL_AWAIT,
            None => 0,
        };
        if let Ok(info) = self.aliased::<i32>("process.exit_info") {
            info.set(EXITING, 1);
        }
        self.process_emit("exit", code);
        if let Some(code) = self.exit_code() {
            return code;
        }
        self.process_exit_code().ok().flatten().unwrap_or(code)
    }

    fn process_emit(self: &Rc<Self>, event: &str, code: i32) {
        let env = self.env();
        let Ok(_scope) = env.scope() else { return };
        self.callback_scope(CallbackContext::NONE, || {
            let process = self.expect_root("process")?;
            let emit = env.get(process, "emit")?;
            env.call(emit, process, &[env.string(event)?, env.int32(code)?])
        });
    }

    /// `process.exitCode` as set so far.
    pub fn process_exit_code(&self) -> Result<Option<i32>> {
        let info = self.aliased::<i32>("process.exit_info")?;
        Ok((info.get(HAS_EXIT_CODE) != 0).then(|| info.get(EXIT_CODE)))
    }

    fn unsettled_top_level_await(&self) -> Result<bool> {
        let env = self.env();
        let _scope = env.scope()?;
        let promise = env.get_key(env.global()?, self.private_symbol("entry_point_promise_private_symbol")?)?;
        Ok(env.is_promise(promise)? && env.promise_details(promise)?.0 == PromiseState::Pending)
    }

    /// Ends the program with this code: at once, without returning, when the environment owns its process; else JavaScript unwinds
    /// with an uncatchable error and the loop stops.
    pub fn exit(&self, code: i32) -> Error {
        self.set_exit_code(code);
        if self.options().owns_process {
            self.kernel().exit(code);
        }
        self.uv().stop();
        self.terminate();
        Error::Pending
    }
}
