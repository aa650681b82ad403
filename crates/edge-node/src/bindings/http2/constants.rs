//! The binding's `constants`, `nameForErrorCode` and numbers: those of the pinned release, and those that it has but does not list.

use crate::Target;
use crate::bindings::constants::put;
use edge_napi::Result;
use edge_napi::types::napi_property_attributes;
use edge_node_lib::{Constant, HTTP2};

/// Kinds of blocks of header fields, flags of fields, errors of nghttp2's and options of streams that the library looks at.
const UNLISTED: [(&str, i32); 13] = [
    ("NGHTTP2_HCAT_REQUEST", 0),
    ("NGHTTP2_HCAT_RESPONSE", 1),
    ("NGHTTP2_HCAT_PUSH_RESPONSE", 2),
    ("NGHTTP2_HCAT_HEADERS", 3),
    ("NGHTTP2_NV_FLAG_NONE", 0),
    ("NGHTTP2_NV_FLAG_NO_INDEX", 1),
    ("NGHTTP2_ERR_DEFERRED", -508),
    ("NGHTTP2_ERR_STREAM_ID_NOT_AVAILABLE", -509),
    ("NGHTTP2_ERR_INVALID_ARGUMENT", -501),
    ("NGHTTP2_ERR_STREAM_CLOSED", -510),
    ("NGHTTP2_ERR_NOMEM", -901),
    ("STREAM_OPTION_EMPTY_PAYLOAD", super::stream::OPTION_EMPTY_PAYLOAD),
    ("STREAM_OPTION_GET_TRAILERS", super::stream::OPTION_GET_TRAILERS),
];

/// Sets them on the binding's object.
pub fn define(target: &Target<'_>) -> Result<()> {
    let env = target.env;
    let names = env.array()?;
    for (path, value) in HTTP2 {
        let _scope = env.scope()?;
        match (path.strip_prefix("names."), value) {
            (Some(_), Constant::Text(name)) => env.push(names, env.string(name)?)?,
            _ => put(env, target.object, path, value)?,
        }
    }
    let constants = env.get(target.object, "constants")?;
    for (name, value) in UNLISTED {
        env.define(constants, env.key(name)?, env.int32(value)?, HIDDEN)?;
    }
    target.value("nameForErrorCode", names)
}

/// Neither written, nor deleted, nor listed.
const HIDDEN: napi_property_attributes = 0;
