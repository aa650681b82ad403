//! What a native function is called with.

use crate::{Env, Error, Result, Value};

/// Receiver and arguments of one call.
pub struct CallInfo<'a> {
    this: Value,
    new_target: Option<Value>,
    args: &'a [Value],
    undefined: Value,
}

impl<'a> CallInfo<'a> {
    /// For the provider of the tables.
    #[must_use]
    pub const fn new(this: Value, new_target: Option<Value>, args: &'a [Value], undefined: Value) -> Self {
        Self { this, new_target, args, undefined }
    }

    /// The receiver; in a constructor call the object under construction.
    #[must_use]
    pub const fn this(&self) -> Value {
        self.this
    }

    /// `new.target`, or `None` for a plain call.
    #[must_use]
    pub const fn new_target(&self) -> Option<Value> {
        self.new_target
    }

    /// Refuses a plain call of a class.
    ///
    /// # Errors
    /// `TypeError` in V8's wording.
    pub fn expect_construct(&self, class: &str) -> Result<()> {
        if self.new_target.is_some() {
            return Ok(());
        }
        Err(Error::type_error("", format!("Class constructor {class} cannot be invoked without 'new'")))
    }

    /// Argument `index`, or `undefined` past the end.
    #[must_use]
    pub fn arg(&self, index: usize) -> Value {
        self.args.get(index).copied().unwrap_or(self.undefined)
    }

    /// Argument `index`, or `None` past the end or when it is `undefined`.
    ///
    /// # Errors
    /// When the environment is closing.
    pub fn optional(&self, env: Env, index: usize) -> Result<Option<Value>> {
        match self.args.get(index) {
            Some(value) if !env.is_undefined(*value)? => Ok(Some(*value)),
            _ => Ok(None),
        }
    }

    /// Number of arguments.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.args.len()
    }

    /// Whether there is no argument.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.args.is_empty()
    }

    /// All arguments.
    #[must_use]
    pub const fn args(&self) -> &'a [Value] {
        self.args
    }

    /// The value `undefined`.
    #[must_use]
    pub const fn undefined(&self) -> Value {
        self.undefined
    }
}
