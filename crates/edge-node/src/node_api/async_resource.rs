//! [`AsyncResource`]: ids and object of something asynchronous whose object is not the runtime's own (Node's `AsyncResource` and
//! `AsyncContext`).

use crate::async_context::{AsyncIds, emit_init, fields};
use crate::callback_scope::CallbackContext;
use crate::{Environment, bindings};
use edge_napi::{Env, Reference, Result, Value};
use std::cell::Cell;
use std::rc::{Rc, Weak};

/// Ids, object and async context of an asynchronous resource. Dropping it tells async_hooks' `destroy`.
pub struct AsyncResource {
    environment: Weak<Environment>,
    ids: AsyncIds,
    /// The object: what `executionAsyncResource()` answers.
    resource: Cell<Reference>,
    /// The async-context frame that was current when the resource was made.
    frame: Option<Reference>,
}

impl AsyncResource {
    /// Makes a resource and tells async_hooks' `init`. A `weak` one does not keep its object alive: a new one takes its place when it is
    /// gone.
    pub fn new(environment: &Rc<Environment>, resource: Value, name: &str, weak: bool) -> Result<Self> {
        let env = environment.env();
        let hooks = environment.async_hooks()?;
        let ids = AsyncIds { async_id: hooks.new_async_id(), trigger_async_id: hooks.default_trigger_async_id() };
        let frame = env.continuation_data()?;
        let made = Self {
            environment: Rc::downgrade(environment),
            ids,
            resource: Cell::new(if weak { env.weak_reference(resource)? } else { env.reference(resource)? }),
            frame: if env.is_undefined(frame)? { None } else { Some(env.reference(frame)?) },
        };
        emit_init(environment, resource, name, ids)?;
        Ok(made)
    }

    /// What callbacks of this resource run in.
    pub fn context(&self, env: Env) -> Result<CallbackContext> {
        let resource = match env.deref(self.resource.get())? {
            Some(resource) => resource,
            None => {
                let resource = env.object()?;
                env.drop_reference(self.resource.replace(env.reference(resource)?));
                resource
            }
        };
        let frame = match self.frame {
            Some(frame) => env.deref(frame)?.map_or_else(|| env.undefined(), Ok)?,
            None => env.undefined()?,
        };
        Ok(CallbackContext { resource: Some(resource), ids: self.ids, frame: Some(frame) })
    }
}

impl Drop for AsyncResource {
    fn drop(&mut self) {
        let Some(environment) = self.environment.upgrade() else { return };
        environment.env().drop_reference(self.resource.get());
        if let Some(frame) = self.frame {
            environment.env().drop_reference(frame);
        }
        if environment.async_hooks().is_ok_and(|hooks| hooks.fields.get(fields::DESTROY) > 0) {
            bindings::queue_destroy(&environment, self.ids.async_id);
        }
    }
}
