//! The engine extensions: what Node's library needs of an engine and Node-API lacks. Small, documented, and the only way besides
//! [`crate::JsTable`] in which the rest of the runtime talks to an engine.
//!
//! Conventions: the same as Node-API's. `napi_value` arguments that may be absent take `napi_value::NULL`. Every function answers
//! `napi_pending_exception` when JavaScript threw, `napi_closing` in a poisoned environment. `context` arguments are the global
//! object of a context made by `make_context`, or NULL for the main one.

use crate::native::NativeId;
use crate::types::*;

/// Raw text of an engine string, in the engine's own representation. Valid until JavaScript runs again.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct RawStr {
    /// First code unit.
    pub ptr: *const u8,
    /// Length in code units.
    pub len: usize,
    /// `true`: UTF-16 code units; `false`: Latin-1 bytes.
    pub wide: bool,
}

/// What a value is, below what `typeof` tells: the classes that `node:util`'s `types` and structured clone tell apart.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum ClassKind {
    /// Not an object.
    Primitive = 0,
    Object,
    Array,
    Function,
    /// A function whose source is a class.
    ClassConstructor,
    BoundFunction,
    GeneratorFunction,
    AsyncFunction,
    AsyncGeneratorFunction,
    GeneratorObject,
    AsyncGeneratorObject,
    Error,
    BooleanObject,
    NumberObject,
    StringObject,
    SymbolObject,
    BigIntObject,
    Date,
    RegExp,
    Arguments,
    Promise,
    Proxy,
    Map,
    Set,
    WeakMap,
    WeakSet,
    WeakRef,
    FinalizationRegistry,
    MapIterator,
    SetIterator,
    ArrayIterator,
    StringIterator,
    RegExpStringIterator,
    IteratorHelper,
    ArrayBuffer,
    SharedArrayBuffer,
    DataView,
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    BigInt64Array,
    BigUint64Array,
    Float16Array,
    Float32Array,
    Float64Array,
    ModuleNamespace,
    /// The global object of a context.
    Global,
    /// A value made by `napi_create_external`.
    External,
}

/// Engine hooks that are JavaScript functions. They live in the engine's heap, and so in its image.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JsHook {
    /// `(globalThis, error, callSites) -> stack`, on the first read of `error.stack`.
    PrepareStackTrace = 0,
    /// `(type, promise, reason)`: type as in [`PromiseRejectEvent`].
    PromiseReject,
    /// `(referrerSymbol, specifier, phase, attributes, referrerName) -> promise`.
    ImportModuleDynamically,
    /// `(referrerSymbol, meta, wrap)`: fills in `import.meta`.
    InitializeImportMeta,
    /// `(promise, parent)`.
    PromiseInit,
    /// `(promise)`.
    PromiseBefore,
    /// `(promise)`.
    PromiseAfter,
    /// `(promise)`: settled either way.
    PromiseSettled,
    /// `(name, ...args)`: what `%name(...args)` calls in texts compiled from then on (`--allow-natives-syntax`).
    NativesSyntax,
}

/// First argument of [`JsHook::PromiseReject`], as `internalBinding('task_queue').promiseRejectEvents`.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum PromiseRejectEvent {
    RejectWithNoHandler = 0,
    HandlerAddedAfterReject = 1,
    RejectAfterResolved = 2,
    ResolveAfterResolved = 3,
}

/// State of a promise.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum PromiseState {
    Pending = 0,
    Fulfilled = 1,
    Rejected = 2,
}

/// Source text to compile, and where it stands.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SourceInfo {
    /// The text (a JS string).
    pub source: napi_value,
    /// Name for stack frames (a JS string), e.g. a path or `node:fs`.
    pub filename: napi_value,
    /// Lines before the text in its file.
    pub line_offset: i32,
    /// Columns before the text on its first line.
    pub column_offset: i32,
    /// What `import()` and `import.meta` in this code hand to their hooks (a symbol), or NULL.
    pub host_defined_option: napi_value,
    /// Global of the context to compile for, or NULL for the main one.
    pub context: napi_value,
}

/// Heap figures in bytes.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct HeapStatistics {
    /// Linear memory committed.
    pub total: u64,
    /// Allocated to live blocks.
    pub used: u64,
    /// Largest size that the heap may reach.
    pub limit: u64,
    /// Number of live blocks.
    pub blocks: u64,
    /// Bytes in array buffers.
    pub array_buffers: u64,
    /// Contexts alive.
    pub contexts: u64,
    /// Collections of cycles so far.
    pub collections: u64,
}

/// What went wrong where, for the lines that Node prints above a fatal error.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct ErrorPosition {
    /// File name (a JS string), or undefined.
    pub filename: napi_value,
    /// The line's text (a JS string), or undefined where the source is not known.
    pub source_line: napi_value,
    /// 1-based.
    pub line: i32,
    /// 0-based, inclusive.
    pub start_column: i32,
    /// 0-based, exclusive.
    pub end_column: i32,
}

macro_rules! ext_table {
    ($($(#[$doc:meta])* fn $name:ident($($arg:ident: $ty:ty),* $(,)?);)*) => {
        /// One pointer for each extension.
        pub struct ExtTable {
            $($(#[$doc])* pub $name: unsafe fn(env: napi_env $(, $arg: $ty)*) -> napi_status,)*
        }
        /// The names in the table's order.
        pub const EXT_TABLE_NAMES: &[&str] = &[$(stringify!($name)),*];
        /// Expands to an [`ExtTable`] of the functions of the same names that are in scope where it is used.
        #[macro_export]
        macro_rules! ext_table_of_functions_in_scope {
            () => { $crate::ExtTable { $($name,)* } };
        }
    };
}

ext_table! {
    // --- native functions that survive in an image -------------------------------------------------------------------------
    /// A function over entry `id` of the isolate's native table. `name` is its `name` property (JS string), `length` its `length`.
    /// As a constructor it behaves like a class when `constructor` is true (`new` required is up to the native).
    fn create_native_function(id: NativeId, name: napi_value, length: u32, constructor: bool, result: *mut napi_value);
    /// Defines an accessor over native entries (`None`: absent half). `attributes` as in Node-API.
    fn define_native_accessor(object: napi_value, key: napi_value, getter: Option<NativeId>, setter: Option<NativeId>, attributes: napi_property_attributes);
    /// Defines a data property with the given attributes on any object (like `Object.defineProperty`).
    fn define_value(object: napi_value, key: napi_value, value: napi_value, attributes: napi_property_attributes);
    /// `Object.setPrototypeOf(object, prototype)`; `prototype` may be null.
    fn set_prototype(object: napi_value, prototype: napi_value);
    /// Links a constructor's `prototype` object and itself below a parent class.
    fn class_extends(constructor: napi_value, parent: napi_value);

    // --- values ---------------------------------------------------------------------------------------------------------------
    /// The string's own bytes; flattens a rope first. Not a string: `napi_string_expected`.
    fn get_string_raw(value: napi_value, result: *mut RawStr);
    /// What the value is; never runs JavaScript.
    fn get_class_kind(value: napi_value, result: *mut ClassKind);
    /// Name of the class by walking prototypes, without running getters.
    fn get_constructor_name(object: napi_value, result: *mut napi_value);
    /// Own keys that are no array indices. `filter`: 0 all, 2 enumerable only (V8's `PropertyFilter`).
    fn get_own_non_index_properties(object: napi_value, filter: u32, result: *mut napi_value);
    /// Entries of a Map, Set, their weak kinds and iterators, flat; `is_key_value` for pairs. Undefined for anything else.
    fn preview_entries(object: napi_value, result: *mut napi_value, is_key_value: *mut bool);
    /// State and result of a promise. Not a promise: `napi_invalid_arg`.
    fn get_promise_details(promise: napi_value, state: *mut PromiseState, result: *mut napi_value);
    /// Target and handler of a proxy (null both when revoked). Not a proxy: `napi_invalid_arg`.
    fn get_proxy_details(proxy: napi_value, target: *mut napi_value, handler: *mut napi_value);
    /// A rejection of this promise is no longer reported.
    fn mark_promise_as_handled(promise: napi_value);
    /// A V8-style private symbol: own only, unlisted, passes proxies and frozen objects. `description` is a JS string.
    fn create_private_symbol(description: napi_value, result: *mut napi_value);
    /// A `SharedArrayBuffer` of `byte_length` zero bytes.
    fn create_shared_arraybuffer(byte_length: usize, data: *mut *mut u8, result: *mut napi_value);
    /// Bytes of an ArrayBuffer or SharedArrayBuffer; a detached one has length 0.
    fn get_any_arraybuffer_info(value: napi_value, data: *mut *mut u8, byte_length: *mut usize, max_byte_length: *mut usize, resizable: *mut bool);
    /// Bytes that a typed array, DataView, ArrayBuffer or SharedArrayBuffer shows. Others: `napi_arraybuffer_expected`.
    fn get_view_bytes(value: napi_value, data: *mut *mut u8, byte_length: *mut usize);
    /// `SameValueZero`-free raw identity: whether both handles name the same object or primitive (`Object.is`).
    fn same_value(a: napi_value, b: napi_value, result: *mut bool);
    /// New `RegExp`.
    fn create_regexp(source: napi_value, flags: napi_value, result: *mut napi_value);

    // --- code -----------------------------------------------------------------------------------------------------------------
    /// A function with these parameter names (JS strings) and the source as its body. `params` may be NULL when `nparams` is 0.
    fn compile_function(source: *const SourceInfo, params: *const napi_value, nparams: usize, result: *mut napi_value);
    /// A script, to be run any number of times with `run_script_in`. The result is an opaque object, fit for a reference.
    fn compile_script(source: *const SourceInfo, result: *mut napi_value);
    /// Runs a compiled script in a context; the completion value is the result.
    fn run_script_in(script: napi_value, context: napi_value, result: *mut napi_value);
    /// Bytecode of a compiled function or script as a new ArrayBuffer. `strip_source`: without the text for `toString`.
    fn write_bytecode(code: napi_value, strip_source: bool, result: *mut napi_value);
    /// The reverse of `write_bytecode`; only for bytes that this engine build wrote.
    fn read_bytecode(bytes: *const u8, length: usize, host_defined_option: napi_value, result: *mut napi_value);
    /// A new context. `sandbox`: the contextified object (global reads and writes go to it first), or NULL for a plain global.
    fn make_context(sandbox: napi_value, allow_strings: bool, allow_wasm: bool, own_microtask_queue: bool, result: *mut napi_value);
    /// Where the last error (or SyntaxError) arose. `napi_invalid_arg` where that is not known.
    fn get_error_position(error: napi_value, result: *mut ErrorPosition);
    /// Array of CallSite objects of the current stack, innermost first, at most `limit`.
    fn get_call_sites(limit: u32, result: *mut napi_value);

    // --- modules (section 16.2 of ECMA-262, as V8's Module) -----------------------------------------------------------------------
    /// A source text module. `wrap` is the object handed to import.meta's hook; the module lives as long as it.
    fn module_create_source(source: *const SourceInfo, wrap: napi_value, result: *mut napi_value);
    /// A synthetic module that exports `names` (array of strings); `steps` (function) is called with `this` = `wrap` on evaluation.
    fn module_create_synthetic(url: napi_value, context: napi_value, names: napi_value, steps: napi_value, wrap: napi_value, result: *mut napi_value);
    /// Array of `[specifier, attributes object, phase]` in source order.
    fn module_get_requests(module: napi_value, result: *mut napi_value);
    /// Sets what each request resolved to: an array of modules in the order of `module_get_requests`.
    fn module_link(module: napi_value, modules: napi_value);
    /// Instantiates the graph.
    fn module_instantiate(module: napi_value);
    /// Evaluates the graph; a promise.
    fn module_evaluate(module: napi_value, result: *mut napi_value);
    /// The namespace object.
    fn module_get_namespace(module: napi_value, result: *mut napi_value);
    /// V8's status: 0 uninstantiated, 1 instantiating, 2 instantiated, 3 evaluating, 4 evaluated, 5 errored.
    fn module_get_status(module: napi_value, result: *mut u32);
    /// The error of an errored module.
    fn module_get_error(module: napi_value, result: *mut napi_value);
    /// Array of Errors, one for each module in the graph of an unfinished one that waits for nothing but itself; the place of each
    /// (`get_error_position`) is its await.
    fn module_get_stalled_awaits(module: napi_value, result: *mut napi_value);
    /// Whether this module itself has a top-level await; whether its graph has (`None`: not instantiated yet).
    fn module_get_async(module: napi_value, has_top_level_await: *mut bool, graph_is_async: *mut Option<bool>);
    /// Sets an export of a synthetic module.
    fn module_set_export(module: napi_value, name: napi_value, value: napi_value);

    // --- jobs and hooks --------------------------------------------------------------------------------------------------------
    /// Runs queued jobs until none is left or one throws (then `napi_pending_exception`; call again to go on).
    fn run_microtasks();
    /// Queues a function.
    fn enqueue_microtask(function: napi_value);
    /// Whether a job is queued.
    fn has_microtasks(result: *mut bool);
    /// Sets one of the JavaScript hooks; undefined takes it away.
    fn set_js_hook(hook: JsHook, function: napi_value);
    /// The async-context slot that travels with promise jobs.
    fn get_continuation_data(result: *mut napi_value);
    /// See `get_continuation_data`.
    fn set_continuation_data(value: napi_value);

    // --- running, ending, memory -----------------------------------------------------------------------------------------------
    /// Whether the pending exception is a termination (uncatchable), and clears it when `clear` is set.
    fn check_termination(clear: bool, result: *mut bool);
    /// Collects cycles.
    fn collect_garbage();
    /// Heap figures.
    fn get_heap_statistics(result: *mut HeapStatistics);
    /// The local time zone: an IANA name or a POSIX `TZ` text (a JS string); what is neither is UTC. The engine starts in UTC.
    fn set_time_zone(name: napi_value);
    /// Runs the finalisers queued by collections (native ones; never from inside the collector). Called by the loop.
    fn run_finalizers();
    /// Records a status of the runtime's half of Node-API for `napi_get_last_error_info`, and answers it; `napi_closing` in a poisoned
    /// environment.
    fn record_status(status: napi_status);
    /// Source positions, name and text of a function: see `FunctionInfo`'s fields as an object {name, scriptName, line, column}.
    fn get_function_info(function: napi_value, result: *mut napi_value);
}
