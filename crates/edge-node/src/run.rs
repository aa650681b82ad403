//! Running a program: the main script, the loop until nothing is left, `beforeExit` and `exit` (Node's `SpinEventLoop`).

use crate::async_context::{AsyncIds, fields};
use crate::bindings::{Milestone, install_permission, mark_milestone, set_natives_syntax, stalled_awaits};
use crate::callback_scope::CallbackContext;
use crate::fatal::{arrow_message, exit_code};
use crate::stack_frames::LateSync;
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
        if self.cli().natives_syntax {
            // Without it a text that uses the syntax does not compile, which says enough.
            let _ = set_natives_syntax(self, true);
        }
        if !self.cli().flag("--force-async-hooks-checks") {
            // Without it the checks are made, which only a wrong program notices.
            let _ = self.skip_async_hooks_checks();
        }
        if let Some(limit) = self.cli().stack_trace_limit {
            // Without it stacks have the usual length.
            let _ = self.set_stack_trace_limit(limit);
        }
        // Without it decisions are told without a stack.
        let _ = self.watch_stack();
        // Without it the program cannot ask what it may do; what it may do stays the same.
        let _ = install_permission(self);
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

    /// `Error.stackTraceLimit`.
    fn set_stack_trace_limit(self: &Rc<Self>, limit: i32) -> Result<()> {
        let env = self.env();
        let _scope = env.scope()?;
        env.set(env.get(env.global()?, "Error")?, "stackTraceLimit", env.int32(limit)?)
    }

    /// `--no-force-async-hooks-checks`.
    fn skip_async_hooks_checks(self: &Rc<Self>) -> Result<()> {
        self.async_hooks()?.fields.set(fields::CHECK, 0);
        Ok(())
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
        let traces_sync = self.cli().traces.sync_io;
        if traces_sync {
            self.state::<LateSync>().0.set(true);
        }
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
        if traces_sync {
            self.state::<LateSync>().0.set(false);
        }
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
        let mut code = self.process_exit_code().ok().flatten().unwrap_or(0);
        let unsettled = code == 0 && self.unsettled_top_level_await().unwrap_or(false);
        if unsettled {
            code = exit_code::UNSETTLED_TOP_LEVEL_AWAIT;
            // What cannot be told leaves the exit code, which says it too.
            if self.cli().flag("--warnings") {
                let _ = self.warn_of_stalled_awaits();
            }
        }
        if let Ok(info) = self.aliased::<i32>("process.exit_info") {
            info.set(EXITING, 1);
            if unsettled {
                info.set(HAS_EXIT_CODE, 1);
                info.set(EXIT_CODE, code);
            }
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

    /// Node's `CheckUnsettledTopLevelAwait`.
    fn warn_of_stalled_awaits(self: &Rc<Self>) -> Result<()> {
        let env = self.env();
        let _scope = env.scope()?;
        let wrap = env.get_key(env.global()?, self.private_symbol("entry_point_module_private_symbol")?)?;
        if !env.is_object(wrap)? {
            return Ok(());
        }
        for error in stalled_awaits(self, wrap)? {
            if let Some(arrow) = arrow_message(self, error, None)? {
                self.print_error(&format!("Warning: Detected unsettled top-level await at {arrow}\n\n\n"));
            }
        }
        Ok(())
    }

    /// Ends the program with this code: at once, without returning, when the environment owns its process; else JavaScript unwinds
    /// with an uncatchable error and the loop stops.
    pub fn exit(self: &Rc<Self>, code: i32) -> Error {
        self.trace_exit(code);
        self.set_exit_code(code);
        if self.options().owns_process {
            self.kernel().exit(code);
        }
        self.uv().stop();
        self.terminate();
        Error::Pending
    }
}
