//! async_hooks' native half: ids, the stack of execution contexts, and the before/after/destroy events.

use crate::{Aliased, Environment};
use edge_napi::{Env, Result, Value};
use std::cell::RefCell;
use std::rc::Rc;

/// Indexes of `async_hook_fields`.
pub mod fields {
    pub const INIT: usize = 0;
    pub const BEFORE: usize = 1;
    pub const AFTER: usize = 2;
    pub const DESTROY: usize = 3;
    pub const PROMISE_RESOLVE: usize = 4;
    pub const TOTALS: usize = 5;
    pub const CHECK: usize = 6;
    pub const STACK_LENGTH: usize = 7;
    pub const USES_EXECUTION_ASYNC_RESOURCE: usize = 8;
    pub const COUNT: usize = 9;
}

/// Indexes of `async_id_fields`.
pub mod uid_fields {
    pub const EXECUTION_ASYNC_ID: usize = 0;
    pub const TRIGGER_ASYNC_ID: usize = 1;
    pub const ASYNC_ID_COUNTER: usize = 2;
    pub const DEFAULT_TRIGGER_ASYNC_ID: usize = 3;
    pub const COUNT: usize = 4;
}

/// Execution id and trigger id of a context.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct AsyncIds {
    /// `asyncId`.
    pub async_id: f64,
    /// `triggerAsyncId`.
    pub trigger_async_id: f64,
}

/// Native view of the shared arrays.
pub struct AsyncHooks {
    /// `async_hook_fields`.
    pub fields: Aliased<u32>,
    /// `async_id_fields`.
    pub ids: Aliased<f64>,
    /// `async_ids_stack`; a larger array takes its place when it is full.
    stack: RefCell<Aliased<f64>>,
}

impl AsyncHooks {
    pub(crate) fn load(environment: &Environment) -> Result<Self> {
        Ok(Self {
            fields: environment.aliased("async_wrap.async_hook_fields")?,
            ids: environment.aliased("async_wrap.async_id_fields")?,
            stack: RefCell::new(environment.aliased("async_wrap.async_ids_stack")?),
        })
    }
    /// A new async id.
    #[must_use]
    pub fn new_async_id(&self) -> f64 {
        let id = self.ids.get(uid_fields::ASYNC_ID_COUNTER) + 1.0;
        self.ids.set(uid_fields::ASYNC_ID_COUNTER, id);
        id
    }
    /// The id of what runs now.
    #[must_use]
    pub fn execution_async_id(&self) -> f64 {
        self.ids.get(uid_fields::EXECUTION_ASYNC_ID)
    }
    /// The default trigger id: the one set for a new resource, else the id of what runs now.
    #[must_use]
    pub fn default_trigger_async_id(&self) -> f64 {
        let id = self.ids.get(uid_fields::DEFAULT_TRIGGER_ASYNC_ID);
        if id < 0.0 { self.execution_async_id() } else { id }
    }
}

/// Node's `push_async_context`: the current ids go on the stack, `ids` become current, `resource` the execution resource.
pub fn push_async_context(environment: &Rc<Environment>, ids: AsyncIds, resource: Option<Value>) -> Result<()> {
    let env = environment.env();
    let hooks = environment.async_hooks()?;
    let offset = hooks.fields.get(fields::STACK_LENGTH) as usize;
    let mut entries = hooks.stack.borrow().clone();
    if offset * 2 >= entries.len() {
        // The library reads the array through the binding each time, so a larger one may take its place.
        let old: Vec<f64> = (0..entries.len()).map(|index| entries.get(index)).collect();
        let (value, grown) = environment.create_aliased::<f64>("async_wrap.async_ids_stack", old.len() * 3)?;
        grown.set_all(&old);
        if let Some(binding) = environment.root("binding:async_wrap")? {
            env.set(binding, "async_ids_stack", value)?;
        }
        hooks.stack.replace(grown.clone());
        entries = grown;
    }
    entries.set(offset * 2, hooks.ids.get(uid_fields::EXECUTION_ASYNC_ID));
    entries.set(offset * 2 + 1, hooks.ids.get(uid_fields::TRIGGER_ASYNC_ID));
    hooks.fields.set(fields::STACK_LENGTH, offset as u32 + 1);
    hooks.ids.set(uid_fields::EXECUTION_ASYNC_ID, ids.async_id);
    hooks.ids.set(uid_fields::TRIGGER_ASYNC_ID, ids.trigger_async_id);
    if let Some(resource) = resource {
        let resources = environment.expect_root("async_wrap.execution_async_resources")?;
        env.set_index(resources, offset as u32, resource)?;
    }
    Ok(())
}

/// Node's `pop_async_context`: whether entries are left. A wrong id means corrupted bookkeeping; it is answered by emptying the stack,
/// for guest code can write these arrays too.
pub fn pop_async_context(environment: &Rc<Environment>, async_id: f64) -> Result<bool> {
    let env = environment.env();
    let hooks = environment.async_hooks()?;
    let length = hooks.fields.get(fields::STACK_LENGTH) as usize;
    if length == 0 {
        return Ok(false);
    }
    if hooks.fields.get(fields::CHECK) > 0 && hooks.ids.get(uid_fields::EXECUTION_ASYNC_ID) != async_id {
        clear_async_id_stack(environment)?;
        return Ok(false);
    }
    let offset = length - 1;
    let entries = hooks.stack.borrow().clone();
    if offset * 2 + 1 < entries.len() {
        hooks.ids.set(uid_fields::EXECUTION_ASYNC_ID, entries.get(offset * 2));
        hooks.ids.set(uid_fields::TRIGGER_ASYNC_ID, entries.get(offset * 2 + 1));
    }
    hooks.fields.set(fields::STACK_LENGTH, offset as u32);
    let resources = environment.expect_root("async_wrap.execution_async_resources")?;
    if env.array_length(resources)? as usize > offset {
        env.set(resources, "length", env.size(offset)?)?;
    }
    Ok(offset > 0)
}

/// Node's `clear_async_id_stack`.
pub fn clear_async_id_stack(environment: &Rc<Environment>) -> Result<()> {
    let env = environment.env();
    let hooks = environment.async_hooks()?;
    hooks.ids.set(uid_fields::EXECUTION_ASYNC_ID, 0.0);
    hooks.ids.set(uid_fields::TRIGGER_ASYNC_ID, 0.0);
    hooks.fields.set(fields::STACK_LENGTH, 0);
    let resources = environment.expect_root("async_wrap.execution_async_resources")?;
    env.set(resources, "length", env.int32(0)?)
}

/// Calls one of the hook functions (`init`, `before`, `after`, `destroy`, `promise_resolve`) when it is wanted.
fn emit(environment: &Rc<Environment>, field: usize, name: &str, args: impl FnOnce(Env) -> Result<Vec<Value>>) -> Result<()> {
    if environment.async_hooks()?.fields.get(field) == 0 {
        return Ok(());
    }
    let env = environment.env();
    let _scope = env.scope()?;
    let Some(function) = environment.root(&format!("async_wrap.hook.{name}"))? else { return Ok(()) };
    let undefined = env.undefined()?;
    env.call(function, undefined, &args(env)?).map(|_| ())
}

/// Node's `AsyncWrap::EmitAsyncInit`.
pub fn emit_init(environment: &Rc<Environment>, resource: Value, provider: &str, ids: AsyncIds) -> Result<()> {
    emit(environment, fields::INIT, "init", |env| {
        Ok(vec![env.number(ids.async_id)?, env.string(provider)?, env.number(ids.trigger_async_id)?, resource])
    })
}
/// Node's `AsyncWrap::EmitBefore`.
pub fn emit_before(environment: &Rc<Environment>, async_id: f64) -> Result<()> {
    emit(environment, fields::BEFORE, "before", |env| Ok(vec![env.number(async_id)?]))
}
/// Node's `AsyncWrap::EmitAfter`.
pub fn emit_after(environment: &Rc<Environment>, async_id: f64) -> Result<()> {
    emit(environment, fields::AFTER, "after", |env| Ok(vec![env.number(async_id)?]))
}
/// Node's `AsyncWrap::EmitDestroy`: the hook queues, so it may be called at any time JavaScript may run.
pub fn emit_destroy(environment: &Rc<Environment>, async_id: f64) -> Result<()> {
    emit(environment, fields::DESTROY, "destroy", |env| Ok(vec![env.number(async_id)?]))
}
