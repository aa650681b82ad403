//! `internalBinding('async_wrap')`: the arrays and hooks of async_hooks.

use crate::async_context::{AsyncIds, clear_async_id_stack, emit_destroy, fields, pop_async_context, push_async_context, uid_fields};
use crate::binding::define_constants;
use crate::{Binding, Environment, Target, natives};
use edge_napi::{CallInfo, Env, JsHook, Result, Value};
use std::cell::Cell;
use std::rc::Rc;

/// The binding.
pub const BINDING: Binding = Binding {
    name: "async_wrap",
    natives: natives!("async_wrap";
        "setupHooks" => setup_hooks,
        "setCallbackTrampoline" => set_callback_trampoline,
        "pushAsyncContext" => push,
        "popAsyncContext" => pop,
        "executionAsyncResource" => execution_async_resource,
        "clearAsyncIdStack" => clear,
        "queueDestroyAsyncId" => queue_destroy_async_id,
        "setPromiseHooks" => set_promise_hooks,
        "getPromiseHooks" => get_promise_hooks,
        "registerDestroyHook" => register_destroy_hook,
    ),
    init,
};

/// Node's `AsyncWrap::ProviderType`, in its order.
pub const PROVIDERS: &[&str] = &[
    "NONE",
    "DIRHANDLE",
    "DNSCHANNEL",
    "ELDHISTOGRAM",
    "FILEHANDLE",
    "FILEHANDLECLOSEREQ",
    "BLOBREADER",
    "FSEVENTWRAP",
    "FSREQCALLBACK",
    "FSREQPROMISE",
    "GETADDRINFOREQWRAP",
    "GETNAMEINFOREQWRAP",
    "HEAPSNAPSHOT",
    "HTTP2SESSION",
    "HTTP2STREAM",
    "HTTP2PING",
    "HTTP2SETTINGS",
    "HTTPINCOMINGMESSAGE",
    "HTTPCLIENTREQUEST",
    "LOCKS",
    "JSSTREAM",
    "JSUDPWRAP",
    "MESSAGEPORT",
    "PIPECONNECTWRAP",
    "PIPESERVERWRAP",
    "PIPEWRAP",
    "PROCESSWRAP",
    "PROMISE",
    "QUERYWRAP",
    "QUIC_ENDPOINT",
    "QUIC_LOGSTREAM",
    "QUIC_PACKET",
    "QUIC_SESSION",
    "QUIC_STREAM",
    "QUIC_UDP",
    "SHUTDOWNWRAP",
    "SIGNALWRAP",
    "STATWATCHER",
    "STREAMPIPE",
    "TCPCONNECTWRAP",
    "TCPSERVERWRAP",
    "TCPWRAP",
    "TTYWRAP",
    "UDPSENDWRAP",
    "UDPWRAP",
    "SIGINTWATCHDOG",
    "WORKER",
    "WORKERCPUPROFILE",
    "WORKERCPUUSAGE",
    "WORKERHEAPPROFILE",
    "WORKERHEAPSNAPSHOT",
    "WORKERHEAPSTATISTICS",
    "WRITEWRAP",
    "ZLIB",
    "CHECKPRIMEREQUEST",
    "PBKDF2REQUEST",
    "KEYPAIRGENREQUEST",
    "KEYGENREQUEST",
    "KEYEXPORTREQUEST",
    "ARGON2REQUEST",
    "CIPHERREQUEST",
    "DERIVEBITSREQUEST",
    "HASHREQUEST",
    "RANDOMBYTESREQUEST",
    "RANDOMPRIMEREQUEST",
    "SCRYPTREQUEST",
    "SIGNREQUEST",
    "TLSWRAP",
    "VERIFYREQUEST",
];

/// Index of a provider's name; `NONE` for an unknown one.
#[must_use]
pub fn provider_index(name: &str) -> u32 {
    PROVIDERS.iter().position(|provider| *provider == name).unwrap_or(0) as u32
}

fn init(target: &Target<'_>) -> Result<()> {
    let env = target.env;
    target.methods()?;
    let hook_fields = target.aliased::<u32>("async_hook_fields", fields::COUNT)?;
    // Checks of the stack are on until `--no-force-async-hooks-checks`.
    hook_fields.set(fields::CHECK, 1);
    let ids = target.aliased::<f64>("async_id_fields", uid_fields::COUNT)?;
    ids.set(uid_fields::ASYNC_ID_COUNTER, 1.0);
    ids.set(uid_fields::DEFAULT_TRIGGER_ASYNC_ID, -1.0);
    target.aliased::<f64>("async_ids_stack", 32)?;
    let resources = env.array()?;
    target.root("async_wrap.execution_async_resources", resources)?;
    target.value("execution_async_resources", resources)?;
    let constants = env.object()?;
    define_constants(
        env,
        constants,
        &[
            ("kInit", fields::INIT as i32),
            ("kBefore", fields::BEFORE as i32),
            ("kAfter", fields::AFTER as i32),
            ("kDestroy", fields::DESTROY as i32),
            ("kPromiseResolve", fields::PROMISE_RESOLVE as i32),
            ("kTotals", fields::TOTALS as i32),
            ("kCheck", fields::CHECK as i32),
            ("kStackLength", fields::STACK_LENGTH as i32),
            ("kUsesExecutionAsyncResource", fields::USES_EXECUTION_ASYNC_RESOURCE as i32),
            ("kExecutionAsyncId", uid_fields::EXECUTION_ASYNC_ID as i32),
            ("kTriggerAsyncId", uid_fields::TRIGGER_ASYNC_ID as i32),
            ("kAsyncIdCounter", uid_fields::ASYNC_ID_COUNTER as i32),
            ("kDefaultTriggerAsyncId", uid_fields::DEFAULT_TRIGGER_ASYNC_ID as i32),
        ],
    )?;
    target.value("constants", constants)?;
    let providers = env.object()?;
    for (index, name) in PROVIDERS.iter().enumerate() {
        env.define_constant(providers, name, env.size(index)?)?;
    }
    target.value("Providers", providers)
}

/// `setupHooks({ init, before, after, destroy, promise_resolve })`.
fn setup_hooks(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    for name in ["init", "before", "after", "destroy", "promise_resolve"] {
        let function = env.get(info.arg(0), name)?;
        environment.set_root(&format!("async_wrap.hook.{name}"), function)?;
    }
    Ok(info.undefined())
}

/// `setCallbackTrampoline(function or undefined)`.
fn set_callback_trampoline(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    if env.is_function(info.arg(0))? {
        environment.set_root("async_wrap.callback_trampoline", info.arg(0))?;
    } else {
        environment.remove_root("async_wrap.callback_trampoline");
    }
    Ok(info.undefined())
}

/// `pushAsyncContext(asyncId, triggerAsyncId)`: the library's way when its stack array is full.
fn push(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let ids = AsyncIds { async_id: env.get_f64(info.arg(0))?, trigger_async_id: env.get_f64(info.arg(1))? };
    push_async_context(&Environment::of(env)?, ids, None)?;
    Ok(info.undefined())
}

/// Node's `FailWithCorruptedAsyncStack`: a program that leaves another execution context than the one it is in, ends.
fn check_async_stack(environment: &Rc<Environment>, async_id: f64) -> Result<()> {
    let hooks = environment.async_hooks()?;
    let actual = hooks.ids.get(uid_fields::EXECUTION_ASYNC_ID);
    if hooks.fields.get(fields::STACK_LENGTH) == 0 || hooks.fields.get(fields::CHECK) == 0 || actual == async_id {
        return Ok(());
    }
    environment.print_error(&format!("Error: async hook stack has become corrupted (actual: {actual}, expected: {async_id})\n"));
    if environment.options().owns_process && environment.cli().flag("--abort-on-uncaught-exception") {
        environment.kernel().abort();
    }
    Err(environment.exit(1))
}

/// `popAsyncContext(asyncId)`.
fn pop(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let async_id = env.get_f64(info.arg(0))?;
    check_async_stack(&environment, async_id)?;
    let more = pop_async_context(&environment, async_id)?;
    env.boolean(more)
}

/// `executionAsyncResource(index)`: the resource that native code pushed at that depth.
fn execution_async_resource(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let resources = environment.expect_root("async_wrap.execution_async_resources")?;
    env.get_index(resources, env.get_u32(info.arg(0))?)
}

fn clear(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    clear_async_id_stack(&Environment::of(env)?)?;
    Ok(info.undefined())
}

/// `queueDestroyAsyncId(asyncId)`.
fn queue_destroy_async_id(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    queue_destroy(&environment, env.get_f64(info.arg(0))?);
    Ok(info.undefined())
}

/// Calls the `destroy` hook for an id in the loop's next turn (Node queues ids and drains them from an immediate).
pub fn queue_destroy(environment: &Rc<Environment>, async_id: f64) {
    let weak = Rc::downgrade(environment);
    environment.uv().defer(move |_| {
        let Some(environment) = weak.upgrade() else { return };
        if !environment.can_call_into_js() {
            return;
        }
        if let Err(error) = emit_destroy(&environment, async_id) {
            environment.report_uncaught(error);
        }
    });
}

const PROMISE_HOOKS: [JsHook; 4] = [JsHook::PromiseInit, JsHook::PromiseBefore, JsHook::PromiseAfter, JsHook::PromiseSettled];

/// `setPromiseHooks(init, before, after, settled)`.
fn set_promise_hooks(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    for (index, hook) in PROMISE_HOOKS.into_iter().enumerate() {
        env.set_js_hook(hook, info.arg(index))?;
        environment.set_root(&format!("async_wrap.promise_hook.{index}"), info.arg(index))?;
    }
    Ok(info.undefined())
}

/// `getPromiseHooks()` → the four functions as set.
fn get_promise_hooks(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let mut hooks = Vec::with_capacity(4);
    for index in 0..4 {
        hooks.push(environment.root(&format!("async_wrap.promise_hook.{index}"))?.unwrap_or(info.undefined()));
    }
    env.array_from(&hooks)
}

/// What is behind a resource with a destroy hook: emits `destroy` when the resource is collected, unless it was emitted by hand.
struct DestroyHook {
    environment: std::rc::Weak<Environment>,
    async_id: f64,
    destroyed: Option<edge_napi::Reference>,
    done: Cell<bool>,
}

impl Drop for DestroyHook {
    fn drop(&mut self) {
        let Some(environment) = self.environment.upgrade() else { return };
        let env = environment.env();
        let by_hand = self.destroyed.is_some_and(|reference| {
            let destroyed = env.scope().ok().and_then(|_scope| {
                let object = env.deref(reference).ok()??;
                let flag = env.get(object, "destroyed").ok()?;
                env.truthy(flag).ok()
            });
            env.drop_reference(reference);
            destroyed.unwrap_or(false)
        });
        if !by_hand && !self.done.get() {
            queue_destroy(&environment, self.async_id);
        }
    }
}

/// `registerDestroyHook(resource, asyncId, destroyed?)`.
fn register_destroy_hook(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let destroyed = match info.optional(env, 2)? {
        Some(object) => Some(env.reference(object)?),
        None => None,
    };
    let hook =
        DestroyHook { environment: Rc::downgrade(&environment), async_id: env.get_f64(info.arg(1))?, destroyed, done: Cell::new(false) };
    env.add_finalizer(info.arg(0), Rc::new(hook))?;
    Ok(info.undefined())
}
