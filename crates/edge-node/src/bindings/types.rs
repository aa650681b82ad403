//! `internalBinding('types')`: what a value is, asked of the engine, never of its prototype.

use crate::{Binding, Environment, natives};
use edge_napi::{CallInfo, ClassKind, Env, Result, Value};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "types",
    natives: natives!("types";
        "isExternal" => is_external,
        "isDate" => is_date,
        "isArgumentsObject" => is_arguments_object,
        "isBigIntObject" => is_bigint_object,
        "isBooleanObject" => is_boolean_object,
        "isNumberObject" => is_number_object,
        "isStringObject" => is_string_object,
        "isSymbolObject" => is_symbol_object,
        "isBoxedPrimitive" => is_boxed_primitive,
        "isNativeError" => is_native_error,
        "isRegExp" => is_regexp,
        "isAsyncFunction" => is_async_function,
        "isGeneratorFunction" => is_generator_function,
        "isGeneratorObject" => is_generator_object,
        "isPromise" => is_promise,
        "isMap" => is_map,
        "isSet" => is_set,
        "isMapIterator" => is_map_iterator,
        "isSetIterator" => is_set_iterator,
        "isWeakMap" => is_weak_map,
        "isWeakSet" => is_weak_set,
        "isArrayBuffer" => is_array_buffer,
        "isDataView" => is_data_view,
        "isSharedArrayBuffer" => is_shared_array_buffer,
        "isProxy" => is_proxy,
        "isModuleNamespaceObject" => is_module_namespace_object,
        "isAnyArrayBuffer" => is_any_array_buffer,
    ),
    init: |target| target.methods(),
};

/// A predicate over the class kind of the first argument.
macro_rules! predicates {
    ($($name:ident: $($kind:ident)|+;)*) => {$(
        fn $name(env: Env, info: &CallInfo<'_>) -> Result<Value> {
            env.boolean(matches!(env.class_kind(info.arg(0))?, $(ClassKind::$kind)|+))
        }
    )*};
}

predicates! {
    is_external: External;
    is_date: Date;
    is_arguments_object: Arguments;
    is_bigint_object: BigIntObject;
    is_boolean_object: BooleanObject;
    is_number_object: NumberObject;
    is_string_object: StringObject;
    is_symbol_object: SymbolObject;
    is_boxed_primitive: BigIntObject | BooleanObject | NumberObject | StringObject | SymbolObject;
    is_native_error: Error;
    is_regexp: RegExp;
    is_async_function: AsyncFunction | AsyncGeneratorFunction;
    is_generator_function: GeneratorFunction | AsyncGeneratorFunction;
    is_generator_object: GeneratorObject | AsyncGeneratorObject;
    is_promise: Promise;
    is_map: Map;
    is_set: Set;
    is_map_iterator: MapIterator;
    is_set_iterator: SetIterator;
    is_weak_map: WeakMap;
    is_weak_set: WeakSet;
    is_array_buffer: ArrayBuffer;
    is_data_view: DataView;
    is_shared_array_buffer: SharedArrayBuffer;
    is_module_namespace_object: ModuleNamespace;
    is_any_array_buffer: ArrayBuffer | SharedArrayBuffer;
}

/// `process.env` is an exotic object in Node, not a proxy; ours is a proxy that says so to nobody.
fn is_proxy(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let proxy = env.class_kind(info.arg(0))? == ClassKind::Proxy && !Environment::of(env)?.is_env_proxy(info.arg(0))?;
    env.boolean(proxy)
}
