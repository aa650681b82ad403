//! Questions and answers on the wire, by `hickory-proto`.

use hickory_proto::op::{Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::{Name, Record, RecordType};

/// c-ares' name of what went wrong, as the library wants it.
pub type Code = &'static str;

/// What a server said.
pub enum Reply {
    /// Its records.
    Records(Vec<Record>),
    /// The reply did not fit: ask over TCP.
    Truncated,
    /// This server will not say; another may.
    Unwilling(Code),
    /// There is no such name, or what was sent is no answer.
    Failed(Code),
    /// Not for this question.
    Foreign,
}

/// A name as c-ares takes it: labels of 63 bytes at most, none empty.
///
/// # Errors
/// `EBADNAME`.
pub fn name(text: &str) -> Result<Name, Code> {
    let mut name = Name::from_ascii(text).map_err(|_| "EBADNAME")?;
    name.set_fqdn(true);
    Ok(name)
}

/// A recursive question.
///
/// # Errors
/// `EBADNAME`.
pub fn question(id: u16, name: &Name, kind: RecordType) -> Result<Vec<u8>, Code> {
    let mut message = Message::new(id, MessageType::Query, OpCode::Query);
    message.metadata.recursion_desired = true;
    message.add_query(Query::query(name.clone(), kind));
    message.to_vec().map_err(|_| "EBADNAME")
}

/// Reads a reply to the question with this id.
pub fn reply(id: u16, bytes: &[u8]) -> Reply {
    if bytes.len() < 2 || bytes[..2] != id.to_be_bytes() {
        return Reply::Foreign;
    }
    let Ok(message) = Message::from_vec(bytes) else { return Reply::Failed("EBADRESP") };
    if message.metadata.message_type != MessageType::Response {
        return Reply::Foreign;
    }
    if message.metadata.truncation {
        return Reply::Truncated;
    }
    match message.metadata.response_code {
        ResponseCode::NoError if message.answers.is_empty() => Reply::Failed("ENODATA"),
        ResponseCode::NoError => Reply::Records(message.answers),
        ResponseCode::NXDomain => Reply::Failed("ENOTFOUND"),
        ResponseCode::FormErr => Reply::Failed("EFORMERR"),
        ResponseCode::NotImp => Reply::Unwilling("ENOTIMP"),
        ResponseCode::Refused => Reply::Unwilling("EREFUSED"),
        _ => Reply::Unwilling("ESERVFAIL"),
    }
}
