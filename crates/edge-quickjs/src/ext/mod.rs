//! The extension table over the shim, grouped as the table is: values, code, modules, jobs, memory.

mod code;
mod job;
mod memory;
mod module;
mod native;
mod value;

use code::*;
use job::*;
use memory::*;
use module::*;
use native::*;
use value::*;

/// Every function of the table.
pub(crate) const TABLE: edge_napi::ExtTable = edge_napi::ext_table_of_functions_in_scope!();
