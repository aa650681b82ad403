//! [`AsyncWrap`]: native state behind a JavaScript object that is an async resource, and the classes `AsyncWrap` and `HandleWrap` whose
//! prototypes all such objects share (Node's `AsyncWrap` and `HandleWrap`).
//!
//! Every object is wrapped with an `AsyncWrap`, whatever its class; the class's own state lies inside it ([`AsyncWrap::state`]). So the
//! shared methods work on all of them, and a method called on an object of another class is an error.
//!
//! An object with a loop handle ([`AsyncWrap::set_handle`]) stays alive until the handle is closed; any other lives as long as the
//! program keeps it.

use crate::async_context::{AsyncIds, emit_init, fields};
use crate::callback_scope::CallbackContext;
use crate::{Environment, bindings};
use edge_loop::Handle;
use edge_napi::{CallInfo, ClassBuilder, Env, Error, Native, Reference, Result, Value};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

/// The natives of the two classes; part of [`crate::native_table`].
pub const NATIVES: &[Native] = crate::natives!("async_wrap_classes";
    "AsyncWrap" => illegal_constructor,
    "AsyncWrap#getAsyncId" => get_async_id,
    "AsyncWrap#asyncReset" => async_reset,
    "AsyncWrap#getProviderType" => get_provider_type,
    "AsyncWrap#getAsyncContextFrameForDebuggingOnly" => get_async_context_frame,
    "HandleWrap" => illegal_constructor,
    "HandleWrap#close" => close,
    "HandleWrap#hasRef" => has_ref,
    "HandleWrap#ref" => add_ref,
    "HandleWrap#unref" => unref,
);

/// A loop handle of any kind, as [`AsyncWrap`] keeps it.
pub trait UvHandle {
    /// The loop's number.
    fn id(&self) -> u64;
    /// See [`Handle::close`].
    fn close(&self, callback: Box<dyn FnOnce()>);
    /// See [`Handle::add_ref`].
    fn add_ref(&self);
    /// See [`Handle::unref`].
    fn unref(&self);
    /// See [`Handle::has_ref`].
    fn has_ref(&self) -> bool;
    /// See [`Handle::is_active`].
    fn is_active(&self) -> bool;
    /// See [`Handle::is_closing`].
    fn is_closing(&self) -> bool;
}

impl<T: Handle + 'static> UvHandle for T {
    fn id(&self) -> u64 {
        Handle::id(self)
    }
    fn close(&self, callback: Box<dyn FnOnce()>) {
        Handle::close(self, callback);
    }
    fn add_ref(&self) {
        Handle::add_ref(self);
    }
    fn unref(&self) {
        Handle::unref(self);
    }
    fn has_ref(&self) -> bool {
        Handle::has_ref(self)
    }
    fn is_active(&self) -> bool {
        Handle::is_active(self)
    }
    fn is_closing(&self) -> bool {
        Handle::is_closing(self)
    }
}

/// The handle of a wrap, and the reference that keeps its object alive until it is closed.
struct WrappedHandle {
    uv: Rc<dyn UvHandle>,
    keep: Reference,
}

/// Native state behind an async resource.
pub struct AsyncWrap {
    environment: Weak<Environment>,
    /// Node's name of the class, `FSReqCallback`.
    class: &'static str,
    /// Node's name of the provider, `FSREQCALLBACK`.
    provider: Cell<&'static str>,
    ids: Cell<AsyncIds>,
    /// The async-context frame that was current when the resource was made.
    frame: Cell<Option<Reference>>,
    /// The object, weak.
    object: Reference,
    destroyed: Cell<bool>,
    handle: RefCell<Option<WrappedHandle>>,
    /// Its handle has been closed; the program is perhaps just hearing of it.
    closed: Cell<bool>,
    state: Rc<dyn Any>,
}

impl AsyncWrap {
    /// Makes `object` an async resource with `state` behind it. `class` is its class's name, whose upper case is the provider.
    pub fn new<T: Any>(
        environment: &Rc<Environment>,
        object: Value,
        class: &'static str,
        provider: &'static str,
        state: Rc<T>,
    ) -> Result<Rc<Self>> {
        let wrap = Self::new_idle(environment, object, class, provider, state)?;
        wrap.start(environment, object)?;
        Ok(wrap)
    }

    /// The same for an object that becomes a resource only with its first [`Self::reset`]; until then its id is -1.
    pub fn new_idle<T: Any>(
        environment: &Rc<Environment>,
        object: Value,
        class: &'static str,
        provider: &'static str,
        state: Rc<T>,
    ) -> Result<Rc<Self>> {
        let env = environment.env();
        let wrap = Rc::new(Self {
            environment: Rc::downgrade(environment),
            class,
            provider: Cell::new(provider),
            ids: Cell::default(),
            frame: Cell::new(None),
            object: env.weak_reference(object)?,
            destroyed: Cell::new(true),
            handle: RefCell::new(None),
            closed: Cell::new(false),
            state,
        });
        wrap.ids.set(AsyncIds { async_id: -1.0, trigger_async_id: -1.0 });
        env.wrap(object, wrap.clone())?;
        Ok(wrap)
    }

    /// Changes what kind of resource it is, from the next [`Self::reset`] on.
    pub fn set_provider(&self, provider: &'static str) {
        self.provider.set(provider);
    }

    /// Gives the resource new ids and the present async context (Node's `AsyncReset`), and tells async_hooks.
    pub fn reset(&self, environment: &Rc<Environment>, resource: Value) -> Result<()> {
        let env = environment.env();
        // The library shows this one in the place of the object.
        if let Some(object) = self.object()?
            && env.is_object(resource)?
            && !env.strict_equals(object, resource)?
        {
            env.set_key(object, environment.symbol("resource_symbol")?, resource)?;
        }
        self.start(environment, resource)
    }

    fn start(&self, environment: &Rc<Environment>, resource: Value) -> Result<()> {
        self.emit_destroy();
        let env = environment.env();
        let hooks = environment.async_hooks()?;
        let ids = AsyncIds { async_id: hooks.new_async_id(), trigger_async_id: hooks.default_trigger_async_id() };
        self.ids.set(ids);
        self.destroyed.set(false);
        let frame = env.continuation_data()?;
        let frame = if env.is_undefined(frame)? { None } else { Some(env.reference(frame)?) };
        if let Some(old) = self.frame.replace(frame) {
            env.drop_reference(old);
        }
        emit_init(environment, resource, self.provider.get(), ids)
    }

    /// The wrap of an object.
    ///
    /// # Errors
    /// `TypeError: Illegal invocation`.
    pub fn of(env: Env, object: Value) -> Result<Rc<Self>> {
        env.unwrap::<Self>(object)
    }

    /// The state that an object's class keeps.
    ///
    /// # Errors
    /// `TypeError: Illegal invocation` for an object of another class.
    pub fn state_of<T: Any>(env: Env, object: Value) -> Result<Rc<T>> {
        Self::of(env, object)?.state()
    }

    /// The state that the class keeps.
    ///
    /// # Errors
    /// `TypeError: Illegal invocation` for another class.
    pub fn state<T: Any>(&self) -> Result<Rc<T>> {
        self.state.clone().downcast::<T>().map_err(|_| Error::type_error("ERR_INVALID_THIS", "Illegal invocation"))
    }

    /// The environment, while it lives.
    #[must_use]
    pub fn environment(&self) -> Option<Rc<Environment>> {
        self.environment.upgrade()
    }

    /// The object; `None` when it was collected.
    pub fn object(&self) -> Result<Option<Value>> {
        match self.environment() {
            Some(environment) => environment.env().deref(self.object),
            None => Ok(None),
        }
    }

    /// The ids of the resource.
    #[must_use]
    pub fn ids(&self) -> AsyncIds {
        self.ids.get()
    }

    /// Node's name of the class.
    #[must_use]
    pub const fn class(&self) -> &'static str {
        self.class
    }

    /// What a callback of this resource runs in.
    pub fn context(&self, environment: &Rc<Environment>, object: Value) -> Result<CallbackContext> {
        let env = environment.env();
        let frame = match self.frame.get() {
            Some(frame) => env.deref(frame)?.map_or_else(|| env.undefined(), Ok)?,
            None => env.undefined()?,
        };
        Ok(CallbackContext { resource: Some(object), ids: self.ids.get(), frame: Some(frame) })
    }

    /// Calls `object[name](...args)` from the loop, in a callback scope (Node's `AsyncWrap::MakeCallback`). `args` makes the arguments
    /// in a handle scope of its own. Does nothing when the object is gone or has no such function; what is thrown is reported.
    pub fn make_callback(&self, name: &str, args: impl FnOnce(Env) -> Result<Vec<Value>>) {
        let Some(environment) = self.environment() else { return };
        let env = environment.env();
        let Ok(_scope) = env.scope() else { return };
        let prepared = (|| {
            let Some(object) = self.object()? else { return Ok(None) };
            let function = env.get(object, name)?;
            if !env.is_function(function)? {
                return Ok(None);
            }
            Ok(Some((self.context(&environment, object)?, function, object, args(env)?)))
        })();
        match prepared {
            Ok(Some((context, function, object, args))) => {
                environment.make_callback(context, function, object, &args);
            }
            Ok(None) => {}
            Err(error) => environment.report_uncaught(error),
        }
    }

    /// Tells async_hooks, once, that the resource is gone.
    pub fn emit_destroy(&self) {
        if self.destroyed.replace(true) {
            return;
        }
        let Some(environment) = self.environment() else { return };
        let wanted = environment.async_hooks().is_ok_and(|hooks| hooks.fields.get(fields::DESTROY) > 0);
        if wanted {
            bindings::queue_destroy(&environment, self.ids.get().async_id);
        }
    }

    /// Ties a loop handle to the object, which stays alive until the handle is closed, and lists it as active handle.
    pub fn set_handle(&self, handle: Rc<dyn UvHandle>) -> Result<()> {
        let Some(environment) = self.environment() else { return Err(Error::Closing) };
        let Some(object) = self.object()? else { return Ok(()) };
        let env = environment.env();
        environment.register_handle(handle.clone(), self.class, object)?;
        let keep = env.reference(object)?;
        let old = self.handle.borrow_mut().replace(WrappedHandle { uv: handle, keep });
        if let Some(old) = old {
            environment.unregister_handle(old.uv.id());
            env.drop_reference(old.keep);
        }
        Ok(())
    }

    /// The loop handle; `None` before [`Self::set_handle`] and after it was closed.
    #[must_use]
    pub fn handle(&self) -> Option<Rc<dyn UvHandle>> {
        self.handle.borrow().as_ref().map(|handle| handle.uv.clone())
    }

    /// Closes the handle; in the closing phase calls `object[handle_onclose]()`, if it is there, and lets go of the object.
    pub fn close(self: &Rc<Self>) {
        self.close_after(|| {});
    }

    /// [`Self::close`], with `first` called in the closing phase before the program hears of it.
    pub fn close_after(self: &Rc<Self>, first: impl FnOnce() + 'static) {
        let Some(handle) = self.handle() else { return };
        if handle.is_closing() {
            return;
        }
        let wrap = self.clone();
        handle.close(Box::new(move || {
            wrap.closed.set(true);
            first();
            wrap.after_close();
        }));
    }

    fn after_close(&self) {
        let Some(environment) = self.environment() else { return };
        let env = environment.env();
        let Ok(_scope) = env.scope() else { return };
        let called = (|| {
            let Some(object) = self.object()? else { return Ok(()) };
            let key = environment.symbol("handle_onclose")?;
            // On the object or, as for message ports, on its class.
            let function = env.get_key(object, key)?;
            if env.is_function(function)? {
                environment.make_callback(self.context(&environment, object)?, function, object, &[]);
            }
            Ok(())
        })();
        if let Err(error) = called {
            environment.report_uncaught(error);
        }
        let closed = self.handle.borrow_mut().take();
        if let Some(closed) = closed {
            environment.unregister_handle(closed.uv.id());
            env.drop_reference(closed.keep);
        }
        self.emit_destroy();
    }
}

impl Drop for AsyncWrap {
    fn drop(&mut self) {
        self.emit_destroy();
        if let Some(environment) = self.environment() {
            environment.env().drop_reference(self.object);
            if let Some(frame) = self.frame.take() {
                environment.env().drop_reference(frame);
            }
        }
    }
}

impl Environment {
    /// The class `AsyncWrap`, made on first use.
    pub fn async_wrap_class(self: &Rc<Self>) -> Result<Value> {
        if let Some(class) = self.root("class.AsyncWrap")? {
            return Ok(class);
        }
        let methods = ["getAsyncId", "asyncReset", "getProviderType", "getAsyncContextFrameForDebuggingOnly"];
        let class = self.env().class("async_wrap_classes.AsyncWrap")?.methods(&methods)?.finish().constructor;
        self.set_root("class.AsyncWrap", class)?;
        Ok(class)
    }

    /// The class `HandleWrap`, made on first use.
    pub fn handle_wrap_class(self: &Rc<Self>) -> Result<Value> {
        if let Some(class) = self.root("class.HandleWrap")? {
            return Ok(class);
        }
        let builder = self.env().class("async_wrap_classes.HandleWrap")?.extends(self.async_wrap_class()?)?;
        let class = builder.methods(&["close", "hasRef", "ref", "unref"])?.finish().constructor;
        self.set_root("class.HandleWrap", class)?;
        Ok(class)
    }
}

impl crate::Target<'_> {
    /// Begins a class below `AsyncWrap`.
    pub fn async_class(&self, registered: &'static str) -> Result<ClassBuilder> {
        self.class(registered)?.extends(self.environment.async_wrap_class()?)
    }
    /// Begins a class below `HandleWrap`.
    pub fn handle_class(&self, registered: &'static str) -> Result<ClassBuilder> {
        self.class(registered)?.extends(self.environment.handle_wrap_class()?)
    }
}

fn illegal_constructor(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::type_error("ERR_ILLEGAL_CONSTRUCTOR", "Illegal constructor"))
}

/// `getAsyncId()`: -1 for an object that never became a resource, as in Node.
fn get_async_id(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let wrap = env.try_unwrap::<AsyncWrap>(info.this())?;
    env.number(wrap.map_or(-1.0, |wrap| wrap.ids().async_id))
}

/// `asyncReset([resource])`: for an object that is used again.
fn async_reset(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let wrap = AsyncWrap::of(env, info.this())?;
    let resource = if env.is_object(info.arg(0))? { info.arg(0) } else { info.this() };
    wrap.reset(&Environment::of(env)?, resource)?;
    Ok(info.undefined())
}

/// `getProviderType()` → index into the providers.
fn get_provider_type(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.uint32(bindings::provider_index(AsyncWrap::of(env, info.this())?.provider.get()))
}

fn get_async_context_frame(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    match AsyncWrap::of(env, info.this())?.frame.get() {
        Some(frame) => env.deref(frame)?.map_or_else(|| env.undefined(), Ok),
        None => Ok(info.undefined()),
    }
}

/// `close([callback])`.
fn close(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let Some(wrap) = env.try_unwrap::<AsyncWrap>(info.this())? else { return Ok(info.undefined()) };
    if wrap.handle().is_some_and(|handle| !handle.is_closing()) && env.is_function(info.arg(0))? {
        let key = Environment::of(env)?.symbol("handle_onclose")?;
        env.set_key(info.this(), key, info.arg(0))?;
    }
    wrap.close();
    Ok(info.undefined())
}

/// Whether the handle keeps the loop alive; false before there is one and while its end is announced, undefined after.
fn has_ref(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let wrap = AsyncWrap::of(env, info.this())?;
    match wrap.handle() {
        Some(handle) => env.boolean(!wrap.closed.get() && handle.has_ref()),
        None if wrap.closed.get() => Ok(info.undefined()),
        None => env.boolean(false),
    }
}

fn add_ref(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    if let Some(handle) = env.try_unwrap::<AsyncWrap>(info.this())?.and_then(|wrap| wrap.handle()) {
        handle.add_ref();
    }
    Ok(info.undefined())
}

fn unref(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    if let Some(handle) = env.try_unwrap::<AsyncWrap>(info.this())?.and_then(|wrap| wrap.handle()) {
        handle.unref();
    }
    Ok(info.undefined())
}
