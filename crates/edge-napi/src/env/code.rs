//! Compiling and running source text; contexts.

use super::{call, value};
use crate::ext_table::{ErrorPosition, SourceInfo};
use crate::types::*;
use crate::{Env, Result, Value};

/// Source text to compile, and where it stands.
#[derive(Clone, Copy)]
pub struct Source {
    /// The text.
    pub source: Value,
    /// Name for stack frames.
    pub filename: Value,
    /// Lines before the text in its file.
    pub line_offset: i32,
    /// Columns before the text on its first line.
    pub column_offset: i32,
    /// Symbol for `import()` and `import.meta`.
    pub host_defined_option: Option<Value>,
    /// Global of the context; `None`: the main one.
    pub context: Option<Value>,
}

impl Source {
    /// Text at the start of a file, for the main context.
    #[must_use]
    pub const fn new(source: Value, filename: Value) -> Self {
        Self { source, filename, line_offset: 0, column_offset: 0, host_defined_option: None, context: None }
    }
    pub(super) fn raw(&self) -> SourceInfo {
        SourceInfo {
            source: self.source.0,
            filename: self.filename.0,
            line_offset: self.line_offset,
            column_offset: self.column_offset,
            host_defined_option: self.host_defined_option.map_or(napi_value::NULL, |v| v.0),
            context: self.context.map_or(napi_value::NULL, |v| v.0),
        }
    }
}

impl Env {
    /// A function with these parameter names and the source as its body.
    pub fn compile_function(self, source: &Source, params: &[Value]) -> Result<Value> {
        value!(self, ext.compile_function(&source.raw(), params.as_ptr().cast(), params.len()))
    }
    /// A script to be run any number of times.
    pub fn compile_script(self, source: &Source) -> Result<Value> {
        value!(self, ext.compile_script(&source.raw()))
    }
    /// Runs a script in a context (`None`: the main one).
    pub fn run_script(self, script: Value, context: Option<Value>) -> Result<Value> {
        value!(self, ext.run_script_in(script.0, context.map_or(napi_value::NULL, |v| v.0)))
    }
    /// Bytecode of a function or script, as a new ArrayBuffer.
    pub fn write_bytecode(self, code: Value, strip_source: bool) -> Result<Value> {
        value!(self, ext.write_bytecode(code.0, strip_source))
    }
    /// Code from bytes that this engine build wrote.
    ///
    /// # Safety
    /// The bytes must come from `write_bytecode` of the same build: the engine trusts them (its sandbox does not).
    pub unsafe fn read_bytecode(self, bytes: &[u8], host_defined_option: Option<Value>) -> Result<Value> {
        value!(self, ext.read_bytecode(bytes.as_ptr(), bytes.len(), host_defined_option.map_or(napi_value::NULL, |v| v.0)))
    }
    /// A new context; answers its global.
    pub fn make_context(self, sandbox: Option<Value>, allow_strings: bool, allow_wasm: bool, own_microtask_queue: bool) -> Result<Value> {
        value!(self, ext.make_context(sandbox.map_or(napi_value::NULL, |v| v.0), allow_strings, allow_wasm, own_microtask_queue))
    }
    /// Where an error arose; `None` where that is not known.
    pub fn error_position(self, error: Value) -> Result<Option<ErrorPosition>> {
        let mut position =
            ErrorPosition { filename: napi_value::NULL, source_line: napi_value::NULL, line: 0, start_column: 0, end_column: 0 };
        // SAFETY: a live environment; the out pointer lives for the call.
        match unsafe { (self.ext().get_error_position)(self.raw(), error.0, &mut position) } {
            napi_status::napi_ok => Ok(Some(position)),
            napi_status::napi_invalid_arg => Ok(None),
            other => Err(other.into()),
        }
    }
    /// Array of CallSite objects, innermost first.
    pub fn call_sites(self, limit: u32) -> Result<Value> {
        value!(self, ext.get_call_sites(limit))
    }
    /// `globalThis` text evaluation for the host's own small scripts (never guest text with a privileged scope).
    pub fn run_text(self, text: &str, filename: &str) -> Result<Value> {
        let source = Source::new(self.string(text)?, self.string(filename)?);
        let script = self.compile_script(&source)?;
        self.run_script(script, None)
    }
    /// Sets a JavaScript hook of the engine.
    pub fn set_js_hook(self, hook: crate::JsHook, function: Value) -> Result<()> {
        call!(self, ext.set_js_hook(hook, function.0));
        Ok(())
    }
}
