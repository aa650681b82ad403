//! `internalBinding('http_parser')`: the names that `http` reads when it is loaded; there is no parser yet.

use crate::binding::define_constants;
use crate::{Binding, Target, natives};
use edge_napi::{CallInfo, Env, Error, Result, Value};

/// The binding.
pub const BINDING: Binding =
    Binding { name: "http_parser", natives: natives!("http_parser"; "HTTPParser" => unavailable, "ConnectionsList" => unavailable), init };

/// Methods of HTTP, in the order of their numbers.
const METHODS: &[&str] = &[
    "DELETE",
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "CONNECT",
    "OPTIONS",
    "TRACE",
    "COPY",
    "LOCK",
    "MKCOL",
    "MOVE",
    "PROPFIND",
    "PROPPATCH",
    "SEARCH",
    "UNLOCK",
    "BIND",
    "REBIND",
    "UNBIND",
    "ACL",
    "REPORT",
    "MKACTIVITY",
    "CHECKOUT",
    "MERGE",
    "M-SEARCH",
    "NOTIFY",
    "SUBSCRIBE",
    "UNSUBSCRIBE",
    "PATCH",
    "PURGE",
    "MKCALENDAR",
    "LINK",
    "UNLINK",
    "SOURCE",
];
/// Methods of RTSP and of the HTTP/2 preface, which follow them.
const OTHER_METHODS: &[&str] =
    &["PRI", "DESCRIBE", "ANNOUNCE", "SETUP", "PLAY", "PAUSE", "TEARDOWN", "GET_PARAMETER", "SET_PARAMETER", "REDIRECT", "RECORD", "FLUSH"];

fn init(target: &Target<'_>) -> Result<()> {
    let env = target.env;
    let strings = |lists: &[&[&str]]| -> Result<Value> {
        let values: Result<Vec<Value>> = lists.iter().flat_map(|list| list.iter()).map(|name| env.string(name)).collect();
        env.array_from(&values?)
    };
    // QUERY came last and has the last number in both.
    target.value("methods", strings(&[METHODS, &["QUERY"]])?)?;
    target.value("allMethods", strings(&[METHODS, OTHER_METHODS, &["QUERY"]])?)?;
    target.plain_class("http_parser.ConnectionsList", &[])?;
    let parser = target.plain_class("http_parser.HTTPParser", &[])?;
    define_constants(
        env,
        parser.constructor,
        &[
            ("REQUEST", 1),
            ("RESPONSE", 2),
            ("kOnMessageBegin", 0),
            ("kOnHeaders", 1),
            ("kOnHeadersComplete", 2),
            ("kOnBody", 3),
            ("kOnMessageComplete", 4),
            ("kOnExecute", 5),
            ("kOnTimeout", 6),
            ("kLenientNone", 0),
            ("kLenientHeaders", 1),
            ("kLenientChunkedLength", 2),
            ("kLenientKeepAlive", 4),
            ("kLenientTransferEncoding", 8),
            ("kLenientVersion", 16),
            ("kLenientDataAfterClose", 32),
            ("kLenientOptionalLFAfterCR", 64),
            ("kLenientOptionalCRLFAfterChunk", 128),
            ("kLenientOptionalCRBeforeLF", 256),
            ("kLenientSpacesAfterChunkSize", 512),
            ("kLenientAll", 1023),
        ],
    )
}

fn unavailable(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::unavailable("HTTP"))
}
