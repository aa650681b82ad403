//! Callback scopes: every entry into JavaScript from the loop goes through one, so that async context, tick queue and microtasks
//! behave as in Node (`InternalCallbackScope`, `InternalMakeCallback`).

use crate::async_context::{AsyncIds, emit_after, emit_before, fields, pop_async_context, push_async_context};
use crate::bindings::limit_timers;
use crate::{Environment, fatal};
use edge_napi::{Error, Result, Value};
use std::rc::Rc;

/// What a callback belongs to.
#[derive(Clone, Copy)]
pub struct CallbackContext {
    /// The resource (`this` of an AsyncWrap), or `None`.
    pub resource: Option<Value>,
    /// Its ids; zero for none.
    pub ids: AsyncIds,
    /// The async-context frame that was current when the resource was made.
    pub frame: Option<Value>,
}

impl CallbackContext {
    /// No async resource.
    pub const NONE: Self = Self { resource: None, ids: AsyncIds { async_id: 0.0, trigger_async_id: 0.0 }, frame: None };
}

/// What has to be put back at a scope's end.
struct Entered {
    async_id: f64,
    hooked: bool,
    previous_frame: Option<Value>,
}

/// A scope between [`Environment::open_scope`] and [`Environment::close_scope`].
pub(crate) struct OpenScope {
    entered: Entered,
    depth: usize,
}

impl Environment {
    /// Runs `body` in a callback scope. An exception that nobody inside caught goes to `process._fatalException`, as Node does for a
    /// callback from the loop; the outermost scope then runs the tick queue and the microtasks, unless its body threw.
    ///
    /// Answers `None` when the body threw (already reported) or JavaScript may not run any more.
    pub fn callback_scope<T>(self: &Rc<Self>, context: CallbackContext, body: impl FnOnce() -> Result<T>) -> Option<T> {
        self.scope_with(context, false, body)
    }

    /// The same without `before` and `after` (Node's `kSkipAsyncHooks`).
    pub fn callback_scope_without_hooks<T>(self: &Rc<Self>, context: CallbackContext, body: impl FnOnce() -> Result<T>) -> Option<T> {
        self.scope_with(context, true, body)
    }

    /// Calls `function` in a callback scope (Node's `MakeCallback`), through async_hooks' trampoline when it is set.
    pub fn make_callback(self: &Rc<Self>, context: CallbackContext, function: Value, this: Value, args: &[Value]) -> Option<Value> {
        let env = self.env();
        let trampoline = match self.root("async_wrap.callback_trampoline") {
            Ok(value) => value,
            Err(_) => return None,
        };
        let Some(trampoline) = trampoline else {
            return self.scope_with(context, false, || env.call(function, this, args));
        };
        self.scope_with(context, true, || {
            let hooks = self.async_hooks()?;
            let used = hooks.fields.get(fields::BEFORE)
                + hooks.fields.get(fields::AFTER)
                + hooks.fields.get(fields::USES_EXECUTION_ASYNC_RESOURCE);
            if used == 0 {
                return env.call(function, this, args);
            }
            let resource = context.resource.map_or_else(|| env.undefined(), Ok)?;
            let mut all = vec![env.number(context.ids.async_id)?, resource, function];
            all.extend_from_slice(args);
            env.call(trampoline, this, &all)
        })
    }

    /// Calls `function` from native code that goes on afterwards, perhaps called by JavaScript itself: what is thrown is answered, not
    /// reported. With `ticks` the outermost scope runs the tick queue and the microtasks (Node's `MakeCallback`), without it does not
    /// (`kSkipTaskQueues`).
    pub fn call_in_scope(
        self: &Rc<Self>,
        context: CallbackContext,
        function: Value,
        this: Value,
        args: &[Value],
        ticks: bool,
    ) -> Result<Value> {
        if !self.can_call_into_js() {
            return Err(Error::Closing);
        }
        let depth = self.callback_depth.get();
        self.callback_depth.set(depth + 1);
        let result = self.run_in_scope(context, false, || self.env().call(function, this, args));
        if depth == 0 && ticks && result.is_ok() {
            if let Err(error) = self.drain_tick_queue() {
                self.report_uncaught(error);
            }
        }
        self.callback_depth.set(depth);
        result
    }

    fn scope_with<T>(self: &Rc<Self>, context: CallbackContext, skip_hooks: bool, body: impl FnOnce() -> Result<T>) -> Option<T> {
        if !self.can_call_into_js() {
            return None;
        }
        let depth = self.callback_depth.get();
        self.callback_depth.set(depth + 1);
        let result = self.run_in_scope(context, skip_hooks, body);
        let result = match result {
            Ok(value) => Some(value),
            Err(error) => {
                if self.is_gone() {
                    // No callback can do anything now: the loop shall not wait for more.
                    self.uv().stop();
                }
                self.report_uncaught(error);
                None
            }
        };
        // A failed scope leaves the queues to the next one; the handler of uncaught exceptions sees to it that there is one.
        if depth == 0 && result.is_some() {
            self.end_outermost();
        }
        self.callback_depth.set(depth);
        result
    }

    /// The end of the outermost scope: ticks, microtasks, and the finalisers of what was collected.
    fn end_outermost(self: &Rc<Self>) {
        if let Err(error) = self.drain_tick_queue() {
            self.report_uncaught(error);
        }
        if let Some(most) = self.kernel().limits().timers {
            limit_timers(self, most);
        }
        if self.can_call_into_js() {
            // A closing engine runs them when it ends.
            let _ = self.env().run_finalizers();
        }
    }

    fn run_in_scope<T>(self: &Rc<Self>, context: CallbackContext, skip_hooks: bool, body: impl FnOnce() -> Result<T>) -> Result<T> {
        let entered = self.enter(context, skip_hooks)?;
        let value = body()?;
        // With an exception on its way the stack is emptied by the fatal-exception path, as in Node.
        self.leave(&entered)?;
        Ok(value)
    }

    /// The first half of a scope: async context, and `before`.
    fn enter(self: &Rc<Self>, context: CallbackContext, skip_hooks: bool) -> Result<Entered> {
        let env = self.env();
        let previous_frame = match context.frame {
            Some(frame) => {
                let previous = env.continuation_data()?;
                env.set_continuation_data(frame)?;
                Some(previous)
            }
            None => None,
        };
        push_async_context(self, context.ids, context.resource)?;
        let hooked = context.ids.async_id != 0.0 && !skip_hooks;
        if hooked {
            emit_before(self, context.ids.async_id)?;
        }
        Ok(Entered { async_id: context.ids.async_id, hooked, previous_frame })
    }

    /// The second half: `after`, and the async context of before.
    fn leave(self: &Rc<Self>, entered: &Entered) -> Result<()> {
        if entered.hooked {
            emit_after(self, entered.async_id)?;
        }
        self.restore(entered)
    }

    fn restore(self: &Rc<Self>, entered: &Entered) -> Result<()> {
        pop_async_context(self, entered.async_id)?;
        match entered.previous_frame {
            Some(frame) => self.env().set_continuation_data(frame),
            None => Ok(()),
        }
    }

    /// Opens a scope that [`Self::close_scope`] closes: for native code whose call in between is not one closure. The scope must be
    /// closed before the handle scope that it was opened in.
    pub(crate) fn open_scope(self: &Rc<Self>, context: CallbackContext) -> Result<OpenScope> {
        let entered = self.enter(context, false)?;
        let depth = self.callback_depth.get();
        self.callback_depth.set(depth + 1);
        Ok(OpenScope { entered, depth })
    }

    /// Closes a scope. With an exception pending, which stays so, there is neither `after` nor a tick, as in Node.
    pub(crate) fn close_scope(self: &Rc<Self>, scope: &OpenScope) -> Result<()> {
        let env = self.env();
        let result = if env.is_exception_pending()? {
            let pending = env.error_value(Error::Pending);
            let restored = self.restore(&scope.entered);
            if let Some(pending) = pending {
                let _ = env.throw(pending);
            }
            restored
        } else {
            let left = self.leave(&scope.entered);
            if left.is_ok() && scope.depth == 0 {
                self.end_outermost();
            }
            left
        };
        self.callback_depth.set(scope.depth);
        result
    }

    /// The rule at the end of the outermost scope: microtasks first only when no tick is scheduled, then the library's tick callback.
    pub fn drain_tick_queue(self: &Rc<Self>) -> Result<()> {
        let env = self.env();
        let info = self.tick_info()?;
        if info.get(0) == 0 {
            self.run_microtasks();
        }
        if !self.can_call_into_js() || (info.get(0) == 0 && info.get(1) == 0) {
            return Ok(());
        }
        let _scope = env.scope()?;
        let (Some(callback), Some(process)) = (self.root("task_queue.tick_callback")?, self.root("process")?) else { return Ok(()) };
        env.call(callback, process, &[]).map(|_| ())
    }

    /// Runs microtasks; an exception of one is fatal as in Node, and the others still run.
    pub fn run_microtasks(self: &Rc<Self>) {
        while self.can_call_into_js() {
            match self.env().run_microtasks() {
                Ok(()) => return,
                Err(Error::Closing) => return,
                Err(error) => self.report_uncaught(error),
            }
        }
    }

    /// An exception that nobody caught.
    pub(crate) fn report_uncaught(self: &Rc<Self>, error: Error) {
        if !self.can_call_into_js() {
            return;
        }
        if let Some(value) = self.env().error_value(error) {
            fatal::trigger_uncaught_exception(self, value, false);
        }
    }
}
