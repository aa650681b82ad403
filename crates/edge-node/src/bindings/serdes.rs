//! `internalBinding('serdes')`: `Serializer` and `Deserializer` of `node:v8`.

use crate::serdes::{ReadDelegate, ReadState, Reader, WriteDelegate, WriteState, Writer};
use crate::{Binding, Environment, Target, natives};
use edge_napi::{CallInfo, ClassKind, Env, Error, Result, Value};
use std::rc::Rc;

/// The binding.
pub const BINDING: Binding = Binding {
    name: "serdes",
    natives: natives!("serdes";
        "Serializer" => new_serializer,
        "Serializer#writeHeader" => write_header,
        "Serializer#writeValue" => write_value,
        "Serializer#releaseBuffer" => release_buffer,
        "Serializer#transferArrayBuffer" => transfer_array_buffer,
        "Serializer#writeUint32" => write_uint32,
        "Serializer#writeUint64" => write_uint64,
        "Serializer#writeDouble" => write_double,
        "Serializer#writeRawBytes" => write_raw_bytes,
        "Serializer#_setTreatArrayBufferViewsAsHostObjects" => set_views_are_host_objects,
        "Deserializer" => new_deserializer,
        "Deserializer#readHeader" => read_header,
        "Deserializer#readValue" => read_value,
        "Deserializer#getWireFormatVersion" => get_wire_format_version,
        "Deserializer#transferArrayBuffer" => receive_array_buffer,
        "Deserializer#readUint32" => read_uint32,
        "Deserializer#readUint64" => read_uint64,
        "Deserializer#readDouble" => read_double,
        "Deserializer#_readRawBytes" => read_raw_bytes,
    ),
    init,
};

fn init(target: &Target<'_>) -> Result<()> {
    target.plain_class(
        "serdes.Serializer",
        &[
            "writeHeader",
            "writeValue",
            "releaseBuffer",
            "transferArrayBuffer",
            "writeUint32",
            "writeUint64",
            "writeDouble",
            "writeRawBytes",
            "_setTreatArrayBufferViewsAsHostObjects",
        ],
    )?;
    target.plain_class(
        "serdes.Deserializer",
        &[
            "readHeader",
            "readValue",
            "getWireFormatVersion",
            "transferArrayBuffer",
            "readUint32",
            "readUint64",
            "readDouble",
            "_readRawBytes",
        ],
    )?;
    Ok(())
}

/// What a serializer or deserializer holds of JavaScript, under private symbols of its object: the collector sees it there.
fn held(environment: &Environment, object: Value, name: &str, make: impl FnOnce() -> Result<Value>) -> Result<Value> {
    let env = environment.env();
    let key = environment.private_symbol(name)?;
    let value = env.get_key(object, key)?;
    if !env.is_undefined(value)? {
        return Ok(value);
    }
    let value = make()?;
    env.set_key(object, key, value)?;
    Ok(value)
}

const IDS: &str = "serdes_ids";
const TRANSFERRED: &str = "serdes_transferred";
const SHARED: &str = "serdes_shared";

/// Methods of the JavaScript object decide.
struct Delegate {
    object: Value,
}

impl WriteDelegate for Delegate {
    fn data_clone_error(&self, environment: &Rc<Environment>, message: &str) -> Error {
        let env = environment.env();
        let make = || -> Result<Value> {
            let function = env.get(self.object, "_getDataCloneError")?;
            env.call(function, self.object, &[env.string(message)?])
        };
        // Thrown at once: the value's handle does not outlive the scopes that end on the way out.
        make().map_or_else(|error| error, |error| env.throw(error))
    }
    fn is_host_object(&self, environment: &Rc<Environment>, object: Value) -> Result<bool> {
        environment.env().is_wrapped(object)
    }
    fn write_host_object(&self, writer: &Writer<'_>, object: Value) -> Result<()> {
        let env = writer.env;
        let function = env.get(self.object, "_writeHostObject")?;
        if !env.is_function(function)? {
            let text = crate::serdes::describe(writer.environment, object)?;
            return Err(self.data_clone_error(writer.environment, &format!("{text} could not be cloned.")));
        }
        env.call(function, self.object, &[object])?;
        Ok(())
    }
    fn shared_array_buffer_id(&self, environment: &Rc<Environment>, buffer: Value) -> Result<Option<u32>> {
        let env = environment.env();
        let function = env.get(self.object, "_getSharedArrayBufferId")?;
        if !env.is_function(function)? {
            return Ok(None);
        }
        let id = env.call(function, self.object, &[buffer])?;
        uint32(env, id).map(Some)
    }
}

impl ReadDelegate for Delegate {
    fn read_host_object(&self, reader: &Reader<'_>) -> Result<Value> {
        let env = reader.env;
        let function = env.get(self.object, "_readHostObject")?;
        if !env.is_function(function)? {
            return Err(Error::error("", "Unable to deserialize cloned data."));
        }
        let object = env.call(function, self.object, &[])?;
        if env.is_object(object)? || env.is_function(object)? {
            Ok(object)
        } else {
            Err(Error::type_error("", "readHostObject must return an object"))
        }
    }
    fn shared_array_buffer(&self, environment: &Rc<Environment>, id: u32) -> Result<Option<Value>> {
        let env = environment.env();
        let shared = held(environment, self.object, SHARED, || env.array())?;
        let buffer = env.get_index(shared, id)?;
        Ok(if env.is_object(buffer)? { Some(buffer) } else { None })
    }
}

/// `ToUint32`
fn uint32(env: Env, value: Value) -> Result<u32> {
    let number = env.get_f64(env.to_number(value)?)?;
    let whole = if number.is_finite() { number.trunc() } else { 0.0 };
    Ok(whole.rem_euclid(4_294_967_296.0) as u32)
}

fn expect_construct(info: &CallInfo<'_>, class: &str) -> Result<()> {
    if info.new_target().is_some() {
        return Ok(());
    }
    Err(Error::type_error("ERR_CONSTRUCT_CALL_REQUIRED", format!("Class constructor {class} cannot be invoked without 'new'")))
}

fn new_serializer(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    expect_construct(info, "Serializer")?;
    env.wrap(info.this(), Rc::new(WriteState::default()))?;
    Ok(info.this())
}

fn writer_state(env: Env, info: &CallInfo<'_>) -> Result<Rc<WriteState>> {
    env.unwrap::<WriteState>(info.this())
}

fn write_header(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    writer_state(env, info)?.header();
    Ok(info.undefined())
}

/// `writeValue(value)` → true
fn write_value(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let state = writer_state(env, info)?;
    let ids = held(&environment, info.this(), IDS, || Writer::new_ids(&environment))?;
    let transferred = env.get_key(info.this(), environment.private_symbol(TRANSFERRED)?)?;
    let transferred = if env.is_undefined(transferred)? { None } else { Some(transferred) };
    let delegate = Delegate { object: info.this() };
    Writer::new(&environment, &state, &delegate, ids, transferred)?.write(info.arg(0))?;
    env.boolean(true)
}

/// `releaseBuffer()` → what is written, as a Buffer.
fn release_buffer(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let bytes = writer_state(env, info)?.release();
    super::buffer::new_buffer(env, &bytes)
}

/// `transferArrayBuffer(id, arrayBuffer)`: the buffer is written as its number.
fn transfer_array_buffer(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    writer_state(env, info)?;
    let id = uint32(env, info.arg(0))?;
    if env.class_kind(info.arg(1))? != ClassKind::ArrayBuffer {
        return Err(Error::invalid_arg_type("arrayBuffer must be an ArrayBuffer"));
    }
    let transferred = held(&environment, info.this(), TRANSFERRED, || env.array())?;
    env.set_index(transferred, id, info.arg(1))?;
    Ok(info.undefined())
}

fn write_uint32(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let value = uint32(env, info.arg(0))?;
    writer_state(env, info)?.varint(u64::from(value));
    Ok(info.undefined())
}

/// `writeUint64(high, low)`
fn write_uint64(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let (high, low) = (uint32(env, info.arg(0))?, uint32(env, info.arg(1))?);
    writer_state(env, info)?.varint(u64::from(high) << 32 | u64::from(low));
    Ok(info.undefined())
}

fn write_double(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let value = env.get_f64(env.to_number(info.arg(0))?)?;
    writer_state(env, info)?.double(value);
    Ok(info.undefined())
}

fn write_raw_bytes(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    if !env.is_array_buffer_view(info.arg(0))? {
        return Err(Error::invalid_arg_type("source must be a TypedArray or a DataView"));
    }
    let state = writer_state(env, info)?;
    env.with_bytes(info.arg(0), |bytes| state.raw(bytes))?;
    Ok(info.undefined())
}

fn set_views_are_host_objects(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    writer_state(env, info)?.set_views_are_host_objects(env.truthy(info.arg(0))?);
    Ok(info.undefined())
}

/// `new Deserializer(view)`. The bytes are copied: JavaScript may change them while they are read.
fn new_deserializer(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    expect_construct(info, "Deserializer")?;
    if !env.is_array_buffer_view(info.arg(0))? {
        return Err(Error::invalid_arg_type("buffer must be a TypedArray or a DataView"));
    }
    env.set(info.this(), "buffer", info.arg(0))?;
    env.wrap(info.this(), Rc::new(ReadState::new(env.bytes_to_vec(info.arg(0))?)))?;
    Ok(info.this())
}

fn reader_state(env: Env, info: &CallInfo<'_>) -> Result<Rc<ReadState>> {
    env.unwrap::<ReadState>(info.this())
}

fn with_reader<R>(env: Env, info: &CallInfo<'_>, f: impl FnOnce(&Reader<'_>) -> Result<R>) -> Result<R> {
    let environment = Environment::of(env)?;
    let state = reader_state(env, info)?;
    let objects = held(&environment, info.this(), IDS, || env.array())?;
    let transferred = held(&environment, info.this(), TRANSFERRED, || env.array())?;
    let delegate = Delegate { object: info.this() };
    f(&Reader::new(&environment, &state, &delegate, objects, transferred)?)
}

/// `readHeader()` → true
fn read_header(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    with_reader(env, info, |reader| reader.header())?;
    env.boolean(true)
}

fn read_value(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    with_reader(env, info, |reader| reader.read_value())
}

fn get_wire_format_version(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.uint32(reader_state(env, info)?.version())
}

/// `transferArrayBuffer(id, buffer)`: what a written number stands for.
fn receive_array_buffer(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    reader_state(env, info)?;
    let id = uint32(env, info.arg(0))?;
    let name = match env.class_kind(info.arg(1))? {
        ClassKind::ArrayBuffer => TRANSFERRED,
        ClassKind::SharedArrayBuffer => SHARED,
        _ => return Err(Error::invalid_arg_type("arrayBuffer must be an ArrayBuffer or SharedArrayBuffer")),
    };
    env.set_index(held(&environment, info.this(), name, || env.array())?, id, info.arg(1))?;
    Ok(info.undefined())
}

fn failed(what: &str) -> Error {
    Error::error("", format!("{what}() failed"))
}

fn read_uint32(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let value = reader_state(env, info)?.varint32().ok_or_else(|| failed("ReadUint32"))?;
    env.uint32(value)
}

/// `readUint64()` → `[high, low]`
fn read_uint64(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let value = reader_state(env, info)?.varint().ok_or_else(|| failed("ReadUint64"))?;
    env.array_from(&[env.uint32((value >> 32) as u32)?, env.uint32(value as u32)?])
}

fn read_double(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let value = reader_state(env, info)?.double().ok_or_else(|| failed("ReadDouble"))?;
    env.number(value)
}

/// `_readRawBytes(length)` → where they begin.
fn read_raw_bytes(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let length = env.get_f64(env.to_number(info.arg(0))?)?;
    let state = reader_state(env, info)?;
    let start = state.position();
    if !(0.0..=u32::MAX as f64).contains(&length) || state.raw(length as usize).is_none() {
        return Err(failed("ReadRawBytes"));
    }
    env.size(start)
}
