//! `internalBinding('string_decoder')`: text that arrives in chunks. The state is seven bytes that the library allocates.

use crate::bindings::buffer::args;
use crate::text::{decode_view_with, string_value};
use crate::{Binding, Target, natives};
use edge_encoding::{Encoding, StringDecoder};
use edge_napi::{CallInfo, Env, Error, Result, Value};

/// The binding.
pub const BINDING: Binding =
    Binding { name: "string_decoder", natives: natives!("string_decoder"; "decode" => decode, "flush" => flush), init };

fn init(target: &Target<'_>) -> Result<()> {
    for (name, value) in [
        ("kIncompleteCharactersStart", StringDecoder::INCOMPLETE_CHARACTERS_START),
        ("kIncompleteCharactersEnd", StringDecoder::INCOMPLETE_CHARACTERS_END),
        ("kMissingBytes", StringDecoder::MISSING_BYTES),
        ("kBufferedBytes", StringDecoder::BUFFERED_BYTES),
        ("kEncodingField", StringDecoder::ENCODING_FIELD),
        ("kNumFields", StringDecoder::NUM_FIELDS),
        ("kSize", StringDecoder::SIZE),
    ] {
        target.number(name, value as f64)?;
    }
    let names = target.env.array()?;
    for encoding in Encoding::ALL {
        target.env.set_index(names, encoding as u32, target.env.string(encoding.name())?)?;
    }
    target.value("encodings", names)?;
    target.methods()
}

/// `decode(state, chunk)`.
fn decode(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let (state, chunk) = (info.arg(0), info.arg(1));
    let mut fields = read_state(env, state)?;
    args::expect_view(env, chunk)?;
    let mut decoder = decoder(&mut fields)?;
    let text = decode_view_with(env, chunk, |bytes| Ok(decoder.decode(bytes)))?;
    write_state(env, state, fields)?;
    Ok(text)
}

/// `flush(state)`.
fn flush(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let state = info.arg(0);
    let mut fields = read_state(env, state)?;
    let text = decoder(&mut fields)?.flush();
    write_state(env, state, fields)?;
    string_value(env, &text)
}

type Fields = [u8; StringDecoder::SIZE];

fn decoder(fields: &mut Fields) -> Result<StringDecoder<'_>> {
    StringDecoder::new(fields).ok_or_else(illegal_state)
}

// The state is copied out and in: it is the program's memory, and may even be the chunk itself.
fn read_state(env: Env, state: Value) -> Result<Fields> {
    args::expect_view(env, state)?;
    env.with_bytes(state, |bytes| bytes.first_chunk().copied())?.ok_or_else(illegal_state)
}

fn write_state(env: Env, state: Value, fields: Fields) -> Result<()> {
    env.with_bytes(state, |bytes| {
        if let Some(to) = bytes.first_chunk_mut() {
            *to = fields;
        }
    })
}

fn illegal_state() -> Error {
    Error::type_error("ERR_INVALID_ARG_VALUE", "argument must be the state of a StringDecoder")
}
