//! `internalBinding('buffer')`: the native half of `Buffer`.
//!
//! The methods `…Slice` and `…Write` become methods of `Buffer.prototype`, so their receiver is whatever the program likes; every
//! function checks its own arguments. Arguments are read before any byte is looked at, because reading one may run the program's
//! `valueOf`, which may detach or resize the buffer.

pub mod args;
mod base64;
mod compare;
mod copy;
mod create;
mod fill;
mod search;
mod slice;
mod swap;
mod validate;
mod write;

use crate::text::STRING_MAX_LENGTH;
use crate::{Binding, Target, natives};
use edge_napi::Result;

pub use create::{new_buffer, view_as_buffer};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "buffer",
    natives: natives!("buffer";
        "setBufferPrototype" => create::set_buffer_prototype,
        "getZeroFillToggle" => create::get_zero_fill_toggle,
        "atob" => base64::atob,
        "btoa" => base64::btoa,
        "byteLengthUtf8" => write::byte_length_utf8,
        "copy" => copy::copy,
        "copyArrayBuffer" => copy::copy_array_buffer,
        "compare" => compare::compare,
        "compareOffset" => compare::compare_offset,
        "fill" => fill::fill,
        "indexOfBuffer" => search::index_of_buffer,
        "indexOfNumber" => search::index_of_number,
        "indexOfString" => search::index_of_string,
        "swap16" => swap::swap16,
        "swap32" => swap::swap32,
        "swap64" => swap::swap64,
        "isUtf8" => validate::is_utf8,
        "isAscii" => validate::is_ascii,
        "asciiSlice" => slice::ascii_slice,
        "base64Slice" => slice::base64_slice,
        "base64urlSlice" => slice::base64url_slice,
        "latin1Slice" => slice::latin1_slice,
        "hexSlice" => slice::hex_slice,
        "ucs2Slice" => slice::ucs2_slice,
        "utf8Slice" => slice::utf8_slice,
        "base64Write" => write::base64_write,
        "base64urlWrite" => write::base64url_write,
        "hexWrite" => write::hex_write,
        "ucs2Write" => write::ucs2_write,
        "asciiWriteStatic" => write::ascii_write_static,
        "latin1WriteStatic" => write::latin1_write_static,
        "utf8WriteStatic" => write::utf8_write_static,
    ),
    init,
};

/// `buffer.constants.MAX_LENGTH`: V8's 2^53 - 1, which no buffer can have; the engine answers its own limit with the RangeError that
/// V8 has for a lack of memory.
const MAX_LENGTH: f64 = 9_007_199_254_740_991.0;

fn init(target: &Target<'_>) -> Result<()> {
    target.methods()?;
    target.number("kMaxLength", MAX_LENGTH)?;
    target.number("kStringMaxLength", STRING_MAX_LENGTH as f64)
}
