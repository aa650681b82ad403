//! How a native call fails, and how a failure becomes a JavaScript exception.

use crate::Value;
use crate::types::napi_status;

/// Which constructor makes the exception.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum ErrorKind {
    Error,
    TypeError,
    RangeError,
    SyntaxError,
}

/// Why a native function did not return a value.
#[derive(Clone, Debug)]
pub enum Error {
    /// JavaScript threw; the exception is pending in the engine.
    Pending,
    /// The environment is ending (killed, trapped): unwind without touching it.
    Closing,
    /// To be thrown: a value made already.
    Value(Value),
    /// To be thrown: kind, Node's `code` (may be empty) and message.
    Js {
        /// Constructor.
        kind: ErrorKind,
        /// `ERR_…`, or empty for none. Put on the object as `code`.
        code: &'static str,
        /// Text.
        message: String,
    },
    /// A Node-API call was made wrongly, or with a value of another type than it asks for.
    Status(napi_status),
}

/// Result of anything that may throw.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A plain `Error`.
    #[must_use]
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self::Js { kind: ErrorKind::Error, code, message: message.into() }
    }

    /// A `TypeError`.
    #[must_use]
    pub fn type_error(code: &'static str, message: impl Into<String>) -> Self {
        Self::Js { kind: ErrorKind::TypeError, code, message: message.into() }
    }

    /// A `RangeError`.
    #[must_use]
    pub fn range_error(code: &'static str, message: impl Into<String>) -> Self {
        Self::Js { kind: ErrorKind::RangeError, code, message: message.into() }
    }

    /// `ERR_INVALID_ARG_TYPE` with Node's wording: `The "name" argument must be of type …`.
    #[must_use]
    pub fn invalid_arg_type(message: impl Into<String>) -> Self {
        Self::type_error("ERR_INVALID_ARG_TYPE", message)
    }

    /// What a part of Node that is not there yet throws (law 7).
    #[must_use]
    pub fn unavailable(feature: &str) -> Self {
        Self::error(
            "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM",
            format!("{feature} is unavailable on the current platform, which is being used to run Edge.js"),
        )
    }
}

impl From<napi_status> for Error {
    fn from(status: napi_status) -> Self {
        match status {
            napi_status::napi_pending_exception => Self::Pending,
            napi_status::napi_closing => Self::Closing,
            other => Self::Status(other),
        }
    }
}
