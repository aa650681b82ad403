//! The options of `new DatabaseSync(path, options)`, and reading options at all.

use edge_napi::{Env, Error, Result, Value};

/// What a database is opened with; the last four are what its statements begin with.
#[derive(Clone, Copy)]
pub struct DatabaseOptions {
    pub open: bool,
    pub read_only: bool,
    pub foreign_keys: bool,
    pub double_quoted_strings: bool,
    pub defensive: bool,
    pub allow_extension: bool,
    /// Milliseconds.
    pub timeout: i32,
    pub statement: StatementOptions,
}

/// How a statement takes parameters and answers rows.
#[derive(Clone, Copy)]
pub struct StatementOptions {
    pub read_big_ints: bool,
    pub return_arrays: bool,
    pub bare_named_parameters: bool,
    pub unknown_named_parameters: bool,
}

/// `The "options.name" argument must be …`
pub fn wrong(name: &str, what: &str) -> Error {
    Error::invalid_arg_type(format!("The \"{name}\" argument must be {what}."))
}

/// The `options` argument itself.
pub fn expect_object(env: Env, value: Value) -> Result<()> {
    if env.is_object(value)? || env.is_function(value)? { Ok(()) } else { Err(wrong("options", "an object")) }
}

/// `options[name]`, a boolean.
pub fn boolean(env: Env, options: Value, name: &str, default: bool) -> Result<bool> {
    let value = env.get(options, name)?;
    if env.is_undefined(value)? {
        return Ok(default);
    }
    env.get_bool(value).map_err(|error| closing_or(error, || wrong(&format!("options.{name}"), "a boolean")))
}

/// A boolean argument.
pub fn boolean_argument(env: Env, value: Value, name: &str) -> Result<bool> {
    env.get_bool(value).map_err(|error| closing_or(error, || wrong(name, "a boolean")))
}

/// `options[name]`, a 32-bit integer.
pub fn integer(env: Env, options: Value, name: &str, default: i32) -> Result<i32> {
    let value = env.get(options, name)?;
    if env.is_undefined(value)? {
        return Ok(default);
    }
    let wrong = || wrong(&format!("options.{name}"), "an integer");
    if !env.is_number(value)? {
        return Err(wrong());
    }
    let number = env.get_f64(value)?;
    if f64::from(number as i32) == number { Ok(number as i32) } else { Err(wrong()) }
}

/// `options[name]`, a string.
pub fn string(env: Env, options: Value, name: &str) -> Result<Option<String>> {
    let value = env.get(options, name)?;
    if env.is_undefined(value)? {
        return Ok(None);
    }
    if env.is_string(value)? { env.to_string_lossy(value).map(Some) } else { Err(wrong(&format!("options.{name}"), "a string")) }
}

/// `options[name]`, a function.
pub fn function(env: Env, options: Value, name: &str) -> Result<Option<Value>> {
    let value = env.get(options, name)?;
    if env.is_undefined(value)? {
        return Ok(None);
    }
    if env.is_function(value)? { Ok(Some(value)) } else { Err(wrong(&format!("options.{name}"), "a function")) }
}

fn closing_or(error: Error, wrong: impl FnOnce() -> Error) -> Error {
    if matches!(error, Error::Status(_)) { wrong() } else { error }
}

impl DatabaseOptions {
    /// Reads the argument; undefined is all defaults.
    pub fn read(env: Env, options: Option<Value>) -> Result<Self> {
        let mut read = Self {
            open: true,
            read_only: false,
            foreign_keys: true,
            double_quoted_strings: false,
            defensive: false,
            allow_extension: false,
            timeout: 0,
            statement: StatementOptions {
                read_big_ints: false,
                return_arrays: false,
                bare_named_parameters: true,
                unknown_named_parameters: false,
            },
        };
        let Some(options) = options else { return Ok(read) };
        expect_object(env, options)?;
        let of = |name, default| boolean(env, options, name, default);
        read.open = of("open", true)?;
        read.read_only = of("readOnly", false)?;
        read.foreign_keys = of("enableForeignKeyConstraints", true)?;
        read.double_quoted_strings = of("enableDoubleQuotedStringLiterals", false)?;
        read.allow_extension = of("allowExtension", false)?;
        read.timeout = integer(env, options, "timeout", 0)?;
        read.statement.read_big_ints = of("readBigInts", false)?;
        read.statement.return_arrays = of("returnArrays", false)?;
        read.statement.bare_named_parameters = of("allowBareNamedParameters", true)?;
        read.statement.unknown_named_parameters = of("allowUnknownNamedParameters", false)?;
        read.defensive = of("defensive", false)?;
        Ok(read)
    }
}
