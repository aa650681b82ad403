//! `internalBinding('contextify')`: scripts, functions from text, contexts.

mod cjs;
pub mod code_cache;
mod compile;
mod context;
mod script;
mod sigint;
mod watchdog;

pub use compile::{context_global, host_option, offset, set_magic_comments, with_arrow};
pub use watchdog::limited;

use crate::binding::define_constants;
use crate::{Binding, Target, natives};
use edge_napi::Result;

/// The binding.
pub const BINDING: Binding = Binding {
    name: "contextify",
    natives: natives!("contextify";
        "makeContext" => context::make_context,
        "measureMemory" => context::measure_memory,
        "compileFunction" => compile::compile_function,
        "compileFunctionForCJSLoader" => cjs::compile_function_for_cjs_loader,
        "containsModuleSyntax" => cjs::contains_module_syntax,
        "shouldRetryAsESM" => cjs::contains_module_syntax,
        "startSigintWatchdog" => sigint::start_sigint_watchdog,
        "stopSigintWatchdog" => sigint::stop_sigint_watchdog,
        "watchdogHasPendingSigint" => sigint::watchdog_has_pending_sigint,
        "ContextifyScript" => script::new_script,
        "ContextifyScript#runInContext" => script::run_in_context,
        "ContextifyScript#createCachedData" => script::create_cached_data,
    ),
    init,
};

fn init(target: &Target<'_>) -> Result<()> {
    let env = target.env;
    target.methods()?;
    target.plain_class("contextify.ContextifyScript", &["runInContext", "createCachedData"])?;
    let constants = env.null_object()?;
    let measure = env.null_object()?;
    for (name, values) in [("mode", [("SUMMARY", 0), ("DETAILED", 1)]), ("execution", [("DEFAULT", 0), ("EAGER", 1)])] {
        let object = env.null_object()?;
        define_constants(env, object, &values)?;
        env.set(measure, name, object)?;
    }
    env.set(constants, "measureMemory", measure)?;
    target.value("constants", constants)
}
