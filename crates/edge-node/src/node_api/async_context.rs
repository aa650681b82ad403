//! Async contexts of a module's own, and calls and scopes in them.

use super::async_resource::AsyncResource;
use super::registry::Registry;
use super::{Res, check, enter, enter_js, expect_function, put, resource_name, resource_object, status, to_object};
use crate::Environment;
use crate::callback_scope::{CallbackContext, OpenScope};
use edge_napi::types::napi_status::*;
use edge_napi::types::*;
use edge_napi::{Env, Value};
use std::rc::Rc;

/// The async contexts of an environment.
#[derive(Default)]
struct Contexts(Registry<Rc<AsyncResource>>);

/// The open callback scopes of an environment.
#[derive(Default)]
struct Scopes(Registry<Rc<OpenScope>>);

pub(super) unsafe extern "C" fn napi_async_init(
    env: napi_env,
    async_resource: napi_value,
    async_resource_name: napi_value,
    result: *mut napi_async_context,
) -> napi_status {
    enter(env, |environment, env| {
        if async_resource_name.is_null() {
            return Err(napi_invalid_arg);
        }
        check(result)?;
        let resource = resource_object(env, async_resource)?;
        let name = resource_name(env, async_resource_name)?;
        // An object of the module's own lives as long as the module wants.
        let weak = !async_resource.is_null();
        let made = AsyncResource::new(environment, resource, &name, weak).map_err(|error| status(env, error))?;
        put(result, napi_async_context(environment.state::<Contexts>().0.add(Rc::new(made))))
    })
}

pub(super) unsafe extern "C" fn napi_async_destroy(env: napi_env, async_context: napi_async_context) -> napi_status {
    enter(env, |environment, _| {
        let taken = environment.state::<Contexts>().0.take(async_context.0);
        taken.map(drop).ok_or(napi_invalid_arg)
    })
}

fn context_of(environment: &Rc<Environment>, env: Env, context: napi_async_context) -> Res<CallbackContext> {
    let found = environment.state::<Contexts>().0.get(context.0).ok_or(napi_invalid_arg)?;
    found.context(env).map_err(|error| status(env, error))
}

/// What the function throws stays pending. A null context: no async resource.
pub(super) unsafe extern "C" fn napi_make_callback(
    env: napi_env,
    async_context: napi_async_context,
    recv: napi_value,
    func: napi_value,
    argc: usize,
    argv: *const napi_value,
    result: *mut napi_value,
) -> napi_status {
    enter_js(env, |environment, env| {
        if recv.is_null() {
            return Err(napi_invalid_arg);
        }
        if argc > 0 {
            check(argv)?;
        }
        let recv = to_object(env, recv)?;
        let func = expect_function(env, func)?;
        let context = if async_context.is_null() {
            CallbackContext { resource: Some(recv), ..CallbackContext::NONE }
        } else {
            context_of(environment, env, async_context)?
        };
        let args: &[Value] = match argc {
            0 => &[],
            // SAFETY: Node-API's contract: that many handles, which live for the call. `Value` is `napi_value`, transparently.
            _ => unsafe { std::slice::from_raw_parts(argv.cast(), argc) },
        };
        let scope = environment.open_scope(context).map_err(|error| status(env, error))?;
        let called = env.call(func, recv, args);
        let closed = environment.close_scope(&scope);
        let value = called.and_then(|value| closed.map(|()| value)).map_err(|error| status(env, error))?;
        if result.is_null() { Ok(()) } else { put(result, value.0) }
    })
}

pub(super) unsafe extern "C" fn napi_open_callback_scope(
    env: napi_env,
    _resource_object: napi_value,
    context: napi_async_context,
    result: *mut napi_callback_scope,
) -> napi_status {
    enter(env, |environment, env| {
        check(result)?;
        let context = context_of(environment, env, context)?;
        let scope = environment.open_scope(context).map_err(|error| status(env, error))?;
        put(result, napi_callback_scope(environment.state::<Scopes>().0.add(Rc::new(scope))))
    })
}

/// Only the innermost open scope can be closed: any other is `napi_callback_scope_mismatch`.
pub(super) unsafe extern "C" fn napi_close_callback_scope(env: napi_env, scope: napi_callback_scope) -> napi_status {
    enter(env, |environment, env| {
        if scope.is_null() {
            return Err(napi_invalid_arg);
        }
        let scopes = environment.state::<Scopes>();
        let Some((innermost, open)) = scopes.0.last() else { return Err(napi_callback_scope_mismatch) };
        if innermost != scope.0 {
            return Err(napi_callback_scope_mismatch);
        }
        scopes.0.take(innermost);
        environment.close_scope(&open).map_err(|error| status(env, error))
    })
}
