//! `internalBinding('symbols')`: the per-isolate symbols that the library and the bindings share.

use crate::{Binding, Environment, Target};
use edge_napi::{Result, Value};
use std::rc::Rc;

/// The binding.
pub const BINDING: Binding = Binding { name: "symbols", natives: &[], init };

/// Node's names; each is the symbol's description too.
const NAMES: &[&str] = &[
    "fs_use_promises_symbol",
    "async_id_symbol",
    "handle_onclose",
    "no_message_symbol",
    "messaging_deserialize_symbol",
    "messaging_transfer_symbol",
    "messaging_clone_symbol",
    "messaging_transfer_list_symbol",
    "oninit",
    "owner_symbol",
    "onpskexchange",
    "resource_symbol",
    "trigger_async_id_symbol",
    "source_text_module_default_hdo",
    "vm_context_no_contextify",
    "vm_dynamic_import_default_internal",
    "vm_dynamic_import_main_context_default",
    "vm_dynamic_import_missing_flag",
    "vm_dynamic_import_no_callback",
    "constructor_key_symbol",
    "imported_cjs_symbol",
];

/// An object of all of them, under Node's names.
pub fn per_isolate_symbols(environment: &Rc<Environment>) -> Result<Value> {
    let env = environment.env();
    let object = env.null_object()?;
    for name in NAMES {
        env.set(object, name, environment.symbol(name)?)?;
    }
    Ok(object)
}

fn init(target: &Target<'_>) -> Result<()> {
    for name in NAMES {
        target.value(name, target.environment.symbol(name)?)?;
    }
    Ok(())
}
