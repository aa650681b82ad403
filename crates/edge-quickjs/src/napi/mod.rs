//! Node-API over the shim: the functions of `js_native_api.h`, grouped by what they make or read. Their semantics (order of checks,
//! statuses, attributes, texts) are Node's, as its documentation and tests have them; the shim below knows only slots.

mod bigint_date;
pub(crate) mod buffer;
mod error;
mod function;
mod object;
mod primitive;
mod promise;
pub(crate) mod reference;
pub(crate) mod string;

use bigint_date::*;
use buffer::*;
use error::*;
use function::*;
use object::*;
use primitive::*;
use promise::*;
use reference::*;
use string::*;

/// Every function of the table.
pub(crate) const TABLE: edge_napi::JsTable = edge_napi::js_table_of_functions_in_scope!();
