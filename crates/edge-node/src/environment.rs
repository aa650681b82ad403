//! [`Environment`]: one isolate with its loop, kernel, options and binding state.

use crate::async_context::AsyncHooks;
use crate::async_wrap::UvHandle;
use crate::options::Options;
use crate::{Aliased, AliasedElement, Binding, Target};
use edge_loop::Loop;
use edge_napi::types::napi_env;
use edge_napi::{Env, Error, Isolate, Kill, Reference, Result, Value};
use edge_wasix::Kernel;
use rustc_hash::FxHashMap;
use std::any::{Any, TypeId};
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::{Rc, Weak};
use std::sync::Arc;

thread_local! {
    /// The environments of this thread. Looked up by address, so that a pointer which is none is refused without looking at it; and
    /// Node-API's instance data stays free for native modules.
    static LIVE: RefCell<Vec<(napi_env, Weak<Environment>)>> = const { RefCell::new(Vec::new()) };
}

/// What an environment is made with.
#[derive(Clone, Debug, Default)]
pub struct EnvironmentOptions {
    /// Node's options, the script and its arguments.
    pub cli: Options,
    /// `process.execPath`.
    pub exec_path: String,
    /// `process.argv0`: the program's name as it was called.
    pub argv0: String,
    /// Ends the whole host process on `process.exit()` (the `edge-node` executable) instead of only this environment.
    pub owns_process: bool,
    /// What to print below an error about a module that is not there which nobody caught: the host's words, for a person. May be empty.
    pub missing_module_hint: String,
    /// Name and version of the engine, for `process.versions`.
    pub engine: (&'static str, &'static str),
}

/// One isolate with its loop, kernel, options and binding state. Lives on one thread; shared by `Rc`.
pub struct Environment {
    env: Env,
    uv: Loop,
    kernel: Arc<Kernel>,
    kill: Arc<dyn Kill>,
    options: EnvironmentOptions,
    /// Values kept by name; the names and numbers are part of an image.
    roots: RefCell<FxHashMap<String, Reference>>,
    states: RefCell<HashMap<TypeId, Rc<dyn Any>>>,
    async_hooks: OnceCell<AsyncHooks>,
    tick_info: OnceCell<Aliased<u8>>,
    /// How many callback scopes are open.
    pub(crate) callback_depth: Cell<usize>,
    /// Objects of open handles, by name, in the order they were opened.
    handles: RefCell<std::collections::BTreeMap<u64, (&'static str, Rc<dyn UvHandle>, Reference)>>,
    /// Monotonic nanoseconds when the environment was made.
    time_origin_ns: u64,
    /// Set once the program has asked to end, with its exit code.
    exit_code: Cell<Option<i32>>,
    /// Whether random bytes of the kernel are, or were, in the heap.
    drew_random: Cell<bool>,
}

impl Environment {
    /// Makes the environment of a fresh or restored isolate and ties it to it. `roots` are those of the image, or empty.
    pub fn new(
        isolate: &dyn Isolate,
        uv: Loop,
        kernel: Arc<Kernel>,
        options: EnvironmentOptions,
        roots: impl IntoIterator<Item = (String, Reference)>,
    ) -> Result<Rc<Self>> {
        let env = isolate.env();
        let environment = Rc::new(Self {
            env,
            uv,
            kernel,
            kill: isolate.kill_handle(),
            options,
            roots: RefCell::new(roots.into_iter().collect()),
            states: RefCell::default(),
            async_hooks: OnceCell::new(),
            tick_info: OnceCell::new(),
            callback_depth: Cell::new(0),
            handles: RefCell::default(),
            time_origin_ns: edge_wasix::clock::monotonic_ns(),
            exit_code: Cell::new(None),
            drew_random: Cell::new(false),
        });
        LIVE.with_borrow_mut(|live| live.push((env.raw(), Rc::downgrade(&environment))));
        Ok(environment)
    }

    /// The environment that a native function was called in.
    ///
    /// # Errors
    /// `Error::Closing` when it is gone.
    #[inline]
    pub fn of(env: Env) -> Result<Rc<Self>> {
        Self::of_raw(env.raw()).ok_or(Error::Closing)
    }

    /// The environment behind a pointer that a native module passed, if it is one of this thread's.
    #[inline]
    pub(crate) fn of_raw(env: napi_env) -> Option<Rc<Self>> {
        LIVE.with_borrow(|live| live.iter().rev().find(|(raw, _)| *raw == env).and_then(|(_, environment)| environment.upgrade()))
    }

    /// Takes the environment off this thread's list: another thread will run it.
    pub(crate) fn leave_thread(&self) {
        let raw = self.env.raw();
        LIVE.with_borrow_mut(|live| live.retain(|(env, _)| *env != raw));
    }

    /// Puts the environment on this thread's list.
    pub(crate) fn join_thread(self: &Rc<Self>) {
        self.leave_thread();
        LIVE.with_borrow_mut(|live| live.push((self.env.raw(), Rc::downgrade(self))));
    }

    /// All environments of this thread, the youngest first.
    pub(crate) fn of_thread() -> Vec<Rc<Self>> {
        LIVE.with_borrow(|live| live.iter().rev().filter_map(|(_, environment)| environment.upgrade()).collect())
    }

    /// The engine.
    #[must_use]
    pub const fn env(&self) -> Env {
        self.env
    }
    /// Node's options.
    #[must_use]
    pub const fn cli(&self) -> &Options {
        &self.options.cli
    }
    /// The event loop.
    #[must_use]
    pub const fn uv(&self) -> &Loop {
        &self.uv
    }
    /// The system-call layer.
    #[must_use]
    pub const fn kernel(&self) -> &Arc<Kernel> {
        &self.kernel
    }
    /// What the environment was made with.
    #[must_use]
    pub const fn options(&self) -> &EnvironmentOptions {
        &self.options
    }

    /// The state of type `T`, made anew on first use (also after a restore).
    #[must_use]
    pub fn state<T: Any + Default>(&self) -> Rc<T> {
        self.state_or(T::default)
    }
    /// The state of type `T`, made by `make` on first use.
    #[must_use]
    pub fn state_or<T: Any>(&self, make: impl FnOnce() -> T) -> Rc<T> {
        if let Some(state) = self.states.borrow().get(&TypeId::of::<T>()) {
            if let Ok(state) = state.clone().downcast::<T>() {
                return state;
            }
        }
        let state = Rc::new(make());
        self.states.borrow_mut().insert(TypeId::of::<T>(), state.clone());
        state
    }

    /// Drops all binding state and the list of handles: at the end, for they may hold the environment.
    pub(crate) fn clear_states(&self) {
        let states = std::mem::take(&mut *self.states.borrow_mut());
        let handles = std::mem::take(&mut *self.handles.borrow_mut());
        drop((states, handles));
    }

    /// Keeps a value alive under a name, in images too; replaces the value of that name.
    pub fn set_root(&self, name: &str, value: Value) -> Result<()> {
        let reference = self.env.reference(value)?;
        if let Some(old) = self.roots.borrow_mut().insert(name.to_owned(), reference) {
            self.env.drop_reference(old);
        }
        Ok(())
    }
    /// Forgets the value kept under a name.
    pub fn remove_root(&self, name: &str) {
        if let Some(reference) = self.roots.borrow_mut().remove(name) {
            self.env.drop_reference(reference);
        }
    }
    /// The value kept under a name.
    pub fn root(&self, name: &str) -> Result<Option<Value>> {
        let reference = self.roots.borrow().get(name).copied();
        reference.map_or(Ok(None), |reference| self.env.deref(reference))
    }
    /// The value kept under a name that the bootstrap has set.
    ///
    /// # Errors
    /// `ERR_INTERNAL_ASSERTION` that names it.
    pub fn expect_root(&self, name: &str) -> Result<Value> {
        self.root(name)?.ok_or_else(|| Error::error("ERR_INTERNAL_ASSERTION", format!("{name} is not set up yet")))
    }
    /// All roots, sorted by name: what an image records.
    #[must_use]
    pub fn roots(&self) -> Vec<(String, Reference)> {
        let mut roots: Vec<_> = self.roots.borrow().iter().map(|(name, reference)| (name.clone(), *reference)).collect();
        roots.sort_by(|a, b| a.0.cmp(&b.0));
        roots
    }

    /// A private symbol by Node's name (`contextify_context_private_symbol`, …); made on first use.
    pub fn private_symbol(&self, name: &str) -> Result<Value> {
        let key = format!("private:{name}");
        if let Some(symbol) = self.root(&key)? {
            return Ok(symbol);
        }
        let symbol = self.env.private_symbol(&format!("node:{}", name.trim_end_matches("_private_symbol")))?;
        self.set_root(&key, symbol)?;
        Ok(symbol)
    }
    /// A per-isolate symbol by Node's name (`async_id_symbol`, …); made on first use.
    pub fn symbol(&self, name: &str) -> Result<Value> {
        let key = format!("symbol:{name}");
        if let Some(symbol) = self.root(&key)? {
            return Ok(symbol);
        }
        let symbol = self.env.symbol(name)?;
        self.set_root(&key, symbol)?;
        Ok(symbol)
    }

    /// A typed array shared with native code, kept under the root `key`.
    pub fn create_aliased<T: AliasedElement>(&self, key: &str, length: usize) -> Result<(Value, Aliased<T>)> {
        let buffer = self.env.array_buffer(length * T::KIND.element_size())?;
        let array = self.env.typed_array(T::KIND, buffer, 0, length)?;
        self.set_root(key, array)?;
        Ok((array, self.aliased(key)?))
    }
    /// The native view of the typed array kept under the root `key`.
    pub fn aliased<T: AliasedElement>(&self, key: &str) -> Result<Aliased<T>> {
        let array = self.expect_root(key)?;
        let bytes = self.env.view_bytes(array)?;
        // SAFETY: the bytes lie in linear memory; the root keeps the array, and with it the memory, where it is.
        Ok(unsafe { Aliased::new(bytes.ptr.cast(), bytes.len / T::KIND.element_size()) })
    }

    /// The object of `internalBinding(name)`, made on first use; `None` for a name that there is no binding of.
    pub fn internal_binding(self: &Rc<Self>, name: &str) -> Result<Option<Value>> {
        let key = format!("binding:{name}");
        if let Some(object) = self.root(&key)? {
            return Ok(Some(object));
        }
        let Some(binding) = crate::bindings::ALL.iter().copied().find(|binding: &&'static Binding| binding.name == name) else {
            return Ok(None);
        };
        let object = self.env.object()?;
        self.set_root(&key, object)?;
        (binding.init)(&Target { environment: self, env: self.env, object, binding })?;
        Ok(Some(object))
    }

    /// Ids and stacks of async_hooks.
    pub fn async_hooks(&self) -> Result<&AsyncHooks> {
        if let Some(hooks) = self.async_hooks.get() {
            return Ok(hooks);
        }
        let hooks = AsyncHooks::load(self)?;
        Ok(self.async_hooks.get_or_init(|| hooks))
    }
    /// `task_queue.tickInfo`: 0 tick scheduled, 1 rejection to warn.
    pub fn tick_info(&self) -> Result<&Aliased<u8>> {
        if let Some(info) = self.tick_info.get() {
            return Ok(info);
        }
        let info = self.aliased("task_queue.tickInfo")?;
        Ok(self.tick_info.get_or_init(|| info))
    }

    /// Monotonic nanoseconds when the environment was made.
    #[must_use]
    pub const fn time_origin_ns(&self) -> u64 {
        self.time_origin_ns
    }
    /// Lists an open handle and its object (weak) for `process._getActiveHandles`.
    pub fn register_handle(&self, handle: Rc<dyn UvHandle>, name: &'static str, object: Value) -> Result<()> {
        let reference = self.env.weak_reference(object)?;
        self.handles.borrow_mut().insert(handle.id(), (name, handle, reference));
        Ok(())
    }
    /// Takes a closed handle off the list.
    pub fn unregister_handle(&self, id: u64) {
        let entry = self.handles.borrow_mut().remove(&id);
        if let Some((_, _, reference)) = entry {
            self.env.drop_reference(reference);
        }
    }
    /// Names of all listed handles.
    pub(crate) fn handle_names(&self) -> Vec<&'static str> {
        self.handles.borrow().values().map(|(name, ..)| *name).collect()
    }
    /// Names and objects of listed handles that are referenced, whether they are active or not, as in Node.
    pub fn active_handle_objects(&self) -> Result<Vec<(String, Value)>> {
        let listed: Vec<_> = self
            .handles
            .borrow()
            .values()
            .filter(|(_, handle, _)| handle.has_ref())
            .map(|(name, _, reference)| (*name, *reference))
            .collect();
        let mut objects = Vec::new();
        for (name, reference) in listed {
            if let Some(object) = self.env.deref(reference)? {
                objects.push((name.to_owned(), object));
            }
        }
        Ok(objects)
    }
    /// Notes that random bytes of the kernel come into the heap.
    pub(crate) fn note_random(&self) {
        self.drew_random.set(true);
    }
    /// Whether any have, in this environment's time.
    #[must_use]
    pub fn has_drawn_random(&self) -> bool {
        self.drew_random.get()
    }
    /// The program asked to end with this code (`process.reallyExit`).
    pub fn set_exit_code(&self, code: i32) {
        self.exit_code.set(Some(code));
    }
    /// The code that the program asked to end with.
    #[must_use]
    pub fn exit_code(&self) -> Option<i32> {
        self.exit_code.get()
    }
    /// Whether a fatal exception ends with the line `Node.js vX` (`--no-extra-info-on-fatal-exception` turns it off).
    #[must_use]
    pub fn print_version_on_fatal_exception(&self) -> bool {
        self.cli().flag("--extra-info-on-fatal-exception")
    }
    /// Unwinds the JavaScript that runs with an uncatchable error.
    pub(crate) fn terminate(&self) {
        self.kill.terminate();
    }
    /// Ends what runs in this environment, from any thread.
    #[must_use]
    pub fn kill_handle(&self) -> Arc<dyn Kill> {
        self.kill.clone()
    }
    /// Whether the engine is gone: out of memory, killed, trapped. Nothing can be asked of it any more.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.env.is_exception_pending().is_err()
    }
    /// Whether JavaScript may still be called.
    #[must_use]
    pub fn can_call_into_js(&self) -> bool {
        if self.exit_code.get().is_some() {
            return false;
        }
        // A termination under way, or an engine that is gone, answers every call with an error: whoever retries would never end.
        match self.env.is_exception_pending() {
            Ok(pending) => !pending || !self.env.is_terminating(),
            Err(_) => false,
        }
    }
}

impl Drop for Environment {
    fn drop(&mut self) {
        let raw = self.env.raw();
        // At the end of a thread the list may be gone already, and with it the entry.
        let _ = LIVE.try_with(|live| live.borrow_mut().retain(|(env, environment)| *env != raw || environment.strong_count() > 0));
    }
}
