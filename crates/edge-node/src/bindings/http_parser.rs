//! `internalBinding('http_parser')`: llhttp as the class `HTTPParser` (`methods.rs` what the library calls, `parser.rs` what it is
//! called with), and the lists of a server's connections (`connections.rs`).

mod connections;
mod headers;
mod methods;
mod parser;

use crate::binding::define_constants;
use crate::{Binding, Target, natives};
use edge_napi::{Result, Value};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "http_parser",
    natives: natives!("http_parser";
        "HTTPParser" => methods::construct,
        "HTTPParser#close" => methods::close,
        "HTTPParser#free" => methods::free,
        "HTTPParser#remove" => methods::remove,
        "HTTPParser#execute" => methods::execute,
        "HTTPParser#finish" => methods::finish,
        "HTTPParser#initialize" => methods::initialize,
        "HTTPParser#pause" => methods::pause,
        "HTTPParser#resume" => methods::resume,
        "HTTPParser#consume" => methods::consume,
        "HTTPParser#unconsume" => methods::unconsume,
        "HTTPParser#getCurrentBuffer" => methods::get_current_buffer,
        "ConnectionsList" => connections::construct,
        "ConnectionsList#all" => connections::all,
        "ConnectionsList#idle" => connections::idle,
        "ConnectionsList#active" => connections::active,
        "ConnectionsList#expired" => connections::expired,
    ),
    init,
};

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
    target.plain_class("http_parser.ConnectionsList", &["all", "idle", "active", "expired"])?;
    let parser = target.async_class("http_parser.HTTPParser")?.methods(&PARSER_METHODS)?.install(target.object)?;
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

const PARSER_METHODS: [&str; 11] =
    ["close", "free", "remove", "execute", "finish", "initialize", "pause", "resume", "consume", "unconsume", "getCurrentBuffer"];
