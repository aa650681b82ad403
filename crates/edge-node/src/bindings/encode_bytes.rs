//! Bytes from the system (paths, names) as the program asked for them.

use super::buffer::new_buffer;
use crate::Environment;
use crate::text::{decode_bytes, parse_encoding};
use edge_encoding::Encoding;
use edge_napi::{Result, Value};
use std::rc::Rc;

/// `bytes` as a value: a `Buffer` for the encoding `'buffer'`, else a string in the encoding (UTF-8 where none is named).
pub fn encode_bytes(environment: &Rc<Environment>, bytes: &[u8], encoding: Value) -> Result<Value> {
    let env = environment.env();
    encode_bytes_as(environment, bytes, parse_encoding(env, encoding, Encoding::Utf8)?)
}

/// The same with an encoding that was read before.
pub fn encode_bytes_as(environment: &Rc<Environment>, bytes: &[u8], encoding: Encoding) -> Result<Value> {
    let env = environment.env();
    if encoding == Encoding::Buffer { new_buffer(env, bytes) } else { decode_bytes(env, bytes, encoding) }
}
