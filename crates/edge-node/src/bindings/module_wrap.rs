//! `internalBinding('module_wrap')`: module records as the ESM loader and `vm.Module` use them.
//!
//! A wrap keeps its module in a private property, so the two live and die together, and both are in an image.

use super::contextify::code_cache;
use super::contextify::{context_global, host_option, offset, set_magic_comments, with_arrow};
use crate::{Binding, Environment, Target, fatal, natives};
use edge_napi::types::{napi_configurable, napi_enumerable};
use edge_napi::{CallInfo, Env, Error, JsHook, PromiseRejectEvent, PromiseState, Result, Source, Value};
use std::rc::Rc;

/// The binding.
pub const BINDING: Binding = Binding {
    name: "module_wrap",
    natives: natives!("module_wrap";
        "ModuleWrap" => new_module_wrap,
        "ModuleWrap#getModuleRequests" => get_module_requests,
        "ModuleWrap#link" => link,
        "ModuleWrap#instantiate" => instantiate,
        "ModuleWrap#evaluate" => evaluate,
        "ModuleWrap#evaluateSync" => evaluate_sync,
        "ModuleWrap#setExport" => set_export,
        "ModuleWrap#setModuleSourceObject" => set_module_source_object,
        "ModuleWrap#getModuleSourceObject" => get_module_source_object,
        "ModuleWrap#createCachedData" => create_cached_data,
        "ModuleWrap#getNamespace" => get_namespace,
        "ModuleWrap#getStatus" => get_status,
        "ModuleWrap#getError" => get_error,
        "ModuleWrap#get hasAsyncGraph" => has_async_graph,
        "setImportModuleDynamicallyCallback" => set_import_module_dynamically_callback,
        "setInitializeImportMetaObjectCallback" => set_initialize_import_meta_object_callback,
        "createRequiredModuleFacade" => create_required_module_facade,
        "throwIfPromiseRejected" => throw_if_promise_rejected,
    ),
    init,
};

const INSTANTIATED: u32 = 2;
const ERRORED: u32 = 5;

fn init(target: &Target<'_>) -> Result<()> {
    target.methods()?;
    target
        .class("module_wrap.ModuleWrap")?
        .methods(&[
            "link",
            "getModuleRequests",
            "instantiate",
            "evaluateSync",
            "evaluate",
            "setExport",
            "setModuleSourceObject",
            "getModuleSourceObject",
            "createCachedData",
            "getNamespace",
            "getStatus",
            "getError",
        ])?
        .install(target.object)?;
    target.constants(&[
        ("kUninstantiated", 0),
        ("kInstantiating", 1),
        ("kInstantiated", 2),
        ("kEvaluating", 3),
        ("kEvaluated", 4),
        ("kErrored", 5),
        ("kSourcePhase", 1),
        ("kEvaluationPhase", 2),
    ])
}

/// The private property that holds the module of a wrap.
fn module_symbol(environment: &Environment) -> Result<Value> {
    environment.private_symbol("module_wrap_module")
}

/// The module of a wrap.
fn module_of(environment: &Environment, wrap: Value) -> Result<Value> {
    let env = environment.env();
    let symbol = module_symbol(environment)?;
    if !env.is_object(wrap)? || !env.has_own_key(wrap, symbol)? {
        return Err(Error::type_error("ERR_INVALID_THIS", "Illegal invocation"));
    }
    env.get_key(wrap, symbol)
}

/// `new ModuleWrap(url, context, source, lineOffset, columnOffset[, hostDefinedOption or cachedData])` or
/// `new ModuleWrap(url, context, exportNames, evaluationSteps[, cjsModule])`.
fn new_module_wrap(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("ModuleWrap")?;
    let environment = Environment::of(env)?;
    let (this, url) = (info.this(), info.arg(0));
    let synthetic = env.is_array(info.arg(2))?;
    let context = context_global(&environment, info.arg(1))?;
    let option = match host_option(env, info.arg(5))? {
        Some(symbol) => symbol,
        None => env.symbol(&env.get_string(url)?)?,
    };
    env.set_key(this, environment.private_symbol("host_defined_option_symbol")?, option)?;
    env.set(this, "url", url)?;
    env.set(this, "synthetic", env.boolean(synthetic)?)?;
    let module = if synthetic {
        if !env.is_function(info.arg(3))? {
            return Err(Error::invalid_arg_type("The \"evaluationSteps\" argument must be of type function"));
        }
        if env.is_object(info.arg(4))? {
            env.set_key(this, environment.symbol("imported_cjs_symbol")?, info.arg(4))?;
        }
        env.module_synthetic(url, context, info.arg(2), info.arg(3), this)?
    } else {
        let source = Source {
            source: info.arg(2),
            filename: url,
            line_offset: offset(env, info.arg(3))?,
            column_offset: offset(env, info.arg(4))?,
            host_defined_option: Some(option),
            context,
        };
        if !env.is_string(info.arg(2))? {
            return Err(Error::invalid_arg_type("The \"source\" argument must be of type string"));
        }
        let module = with_arrow(&environment, || env.module_source(&source, this))?;
        if env.is_array_buffer_view(info.arg(5))? && !code_cache::accepts(&environment, source.source, info.arg(5))? {
            return Err(Error::error("ERR_VM_MODULE_CACHED_DATA_REJECTED", "cachedData buffer was rejected"));
        }
        if host_option(env, info.arg(5))?.is_none() {
            // One of `vm`'s, which can be asked for cached data; the loaders' are not.
            env.set_key(this, environment.private_symbol("module_wrap_text")?, source.source)?;
        }
        set_magic_comments(env, this, info.arg(2))?;
        env.set(this, "hasTopLevelAwait", env.boolean(env.module_async(module)?.0)?)?;
        module
    };
    env.set_key(this, module_symbol(&environment)?, module)?;
    let getter = env.native_id("module_wrap.ModuleWrap#get hasAsyncGraph")?;
    env.define_accessor(this, env.key("hasAsyncGraph")?, Some(getter), None, napi_enumerable | napi_configurable)?;
    Ok(this)
}

/// `getModuleRequests()` → frozen array of `{ specifier, attributes, phase }`, in source order.
fn get_module_requests(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let requests = env.module_requests(module_of(&environment, info.this())?)?;
    let result = env.array()?;
    for request in env.array_values(requests)? {
        let _scope = env.scope()?;
        let object = env.null_object()?;
        env.set(object, "specifier", env.get_index(request, 0)?)?;
        let attributes = env.get_index(request, 1)?;
        env.set_prototype(attributes, env.null()?)?;
        env.set(object, "attributes", attributes)?;
        env.set(object, "phase", env.get_index(request, 2)?)?;
        env.freeze(attributes)?;
        env.freeze(object)?;
        env.push(result, object)?;
    }
    Ok(result)
}

/// `link(wraps)`: what each request resolved to, in the order of the requests.
fn link(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let module = module_of(&environment, info.this())?;
    let wanted = env.array_length(env.module_requests(module)?)?;
    let wraps = env.array_values(info.arg(0))?;
    if wraps.len() as u32 != wanted {
        let url = env.to_string_lossy(env.get(info.this(), "url")?)?;
        return Err(Error::error("ERR_VM_MODULE_LINK_FAILURE", format!("linking error, expected a valid module request for '{url}'")));
    }
    // The linked wraps must live as long as this one, for import.meta and status questions.
    env.set_key(info.this(), environment.private_symbol("module_wrap_linked")?, info.arg(0))?;
    // A module without requests has nothing to link; it may be one of the library's, which are evaluated already.
    if wanted == 0 {
        return Ok(info.undefined());
    }
    let modules = wraps.into_iter().map(|wrap| module_of(&environment, wrap)).collect::<Result<Vec<_>>>()?;
    env.module_link(module, env.array_from(&modules)?)?;
    Ok(info.undefined())
}

fn instantiate(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let module = module_of(&environment, info.this())?;
    let linked = env.has_own_key(info.this(), environment.private_symbol("module_wrap_linked")?)?;
    if !linked && !env.truthy(env.get(info.this(), "synthetic")?)? {
        return Err(Error::error("ERR_VM_MODULE_LINK_FAILURE", "module is not linked"));
    }
    with_arrow(&environment, || env.module_instantiate(module))?;
    Ok(info.undefined())
}

/// `evaluate(timeout, breakOnSigint)` → promise.
fn evaluate(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let module = module_of(&environment, info.this())?;
    let timeout = if env.is_number(info.arg(0))? { env.get_i64(info.arg(0))? } else { -1 };
    let break_on_sigint = env.truthy(info.arg(1))?;
    super::contextify::limited(&environment, timeout, break_on_sigint, || env.module_evaluate(module))
}

/// `evaluateSync(filename, parentFilename)` → namespace; throws what the module threw.
fn evaluate_sync(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let module = module_of(&environment, info.this())?;
    let promise = env.module_evaluate(module)?;
    let (state, result) = env.promise_details(promise)?;
    match state {
        PromiseState::Rejected => {
            env.mark_promise_as_handled(promise)?;
            // The library has noted the rejection already; it is thrown instead.
            if let Some(callback) = environment.root("task_queue.promise_reject_callback")? {
                let event = env.uint32(PromiseRejectEvent::HandlerAddedAfterReject as u32)?;
                env.call(callback, env.undefined()?, &[event, promise, env.undefined()?])?;
            }
            fatal::decorate_error(&environment, result)?;
            Err(env.throw(result))
        }
        PromiseState::Pending if env.module_async(module)?.1 == Some(true) => Err(require_async_module(env, info)?),
        _ => env.module_namespace(module),
    }
}

/// Node's `ERR_REQUIRE_ASYNC_MODULE`.
fn require_async_module(env: Env, info: &CallInfo<'_>) -> Result<Error> {
    let mut message = String::from(
        "require() cannot be used on an ESM graph with top-level await. Use import() instead. To see where the top-level await comes from, \
         use --experimental-print-required-tla.",
    );
    for (v, label) in [(info.arg(1), "\n  From "), (info.arg(0), "\n  Requiring ")] {
        if env.is_string(v)? {
            message.push_str(&format!("{label}{} ", env.get_string(v)?));
        }
    }
    let environment = Environment::of(env)?;
    if environment.cli().flag("--experimental-print-required-tla") {
        for error in stalled_awaits(&environment, info.this())? {
            if let Some(arrow) = fatal::arrow_message(&environment, error, None)? {
                environment.print_error(&format!("Error: unexpected top-level await at {arrow}\n\n\n"));
            }
        }
    }
    Ok(Error::error("ERR_REQUIRE_ASYNC_MODULE", message))
}

fn set_export(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    env.module_set_export(module_of(&environment, info.this())?, info.arg(0), info.arg(1))?;
    Ok(info.undefined())
}

fn set_module_source_object(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    env.set_key(info.this(), environment.private_symbol("module_wrap_source")?, info.arg(0))?;
    Ok(info.undefined())
}

fn get_module_source_object(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let source = env.get_key(info.this(), environment.private_symbol("module_wrap_source")?)?;
    if env.is_undefined(source)? {
        let url = env.to_string_lossy(env.get(info.this(), "url")?)?;
        return Err(Error::error("ERR_SOURCE_PHASE_NOT_DEFINED", format!("Source phase import object is not defined for module {url}")));
    }
    Ok(source)
}

fn create_cached_data(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    module_of(&environment, info.this())?;
    let text = env.get_key(info.this(), environment.private_symbol("module_wrap_text")?)?;
    if !env.is_string(text)? {
        return Err(Error::error("ERR_VM_MODULE_CANNOT_CREATE_CACHED_DATA", "Cached data cannot be created for this module"));
    }
    code_cache::make(&environment, text)
}

fn get_namespace(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let module = module_of(&environment, info.this())?;
    if env.module_status(module)? < INSTANTIATED {
        return Err(Error::error("ERR_MODULE_NOT_INSTANTIATED", "Module is not instantiated"));
    }
    env.module_namespace(module)
}

fn get_status(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    env.uint32(env.module_status(module_of(&environment, info.this())?)?)
}

fn get_error(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let module = module_of(&environment, info.this())?;
    if env.module_status(module)? == ERRORED { env.module_error(module) } else { Ok(info.undefined()) }
}

/// Where the awaits stand that the graph of an unfinished module waits in: an Error for each, whose place is the await's.
pub fn stalled_awaits(environment: &Environment, wrap: Value) -> Result<Vec<Value>> {
    let env = environment.env();
    let found = env.module_stalled_awaits(module_of(environment, wrap)?)?;
    (0..env.array_length(found)?).map(|index| env.get_index(found, index)).collect()
}

fn has_async_graph(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    match env.module_async(module_of(&environment, info.this())?)?.1 {
        Some(is_async) => env.boolean(is_async),
        None => Err(Error::error("ERR_MODULE_NOT_INSTANTIATED", "Module is not instantiated")),
    }
}

fn set_import_module_dynamically_callback(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.set_js_hook(JsHook::ImportModuleDynamically, info.arg(0))?;
    Ok(info.undefined())
}

fn set_initialize_import_meta_object_callback(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.set_js_hook(JsHook::InitializeImportMeta, info.arg(0))?;
    Ok(info.undefined())
}

/// `createRequiredModuleFacade(wrap)` → namespace of a module that re-exports the wrap's and adds `__esModule`.
fn create_required_module_facade(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    const FACADE: &str = "export * from 'original'; export { default } from 'original'; export const __esModule = true;";
    let environment: Rc<Environment> = Environment::of(env)?;
    let original = module_of(&environment, info.arg(0))?;
    let source = Source::new(env.string(FACADE)?, env.string("node:internal/require_module_default_facade")?);
    let facade = env.module_source(&source, env.object()?)?;
    // Both lines name the same module; engines may count that as one request or as two.
    let requests = env.array_length(env.module_requests(facade)?)? as usize;
    env.module_link(facade, env.array_from(&vec![original; requests])?)?;
    env.module_instantiate(facade)?;
    env.module_evaluate(facade)?;
    env.module_namespace(facade)
}

/// `throwIfPromiseRejected(promise)`.
fn throw_if_promise_rejected(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    if env.is_promise(info.arg(0))? {
        let (state, reason) = env.promise_details(info.arg(0))?;
        if state == PromiseState::Rejected {
            return Err(env.throw(reason));
        }
    }
    Ok(info.undefined())
}
