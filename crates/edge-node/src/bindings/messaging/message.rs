//! [`Message`]: a value in transit.
//!
//! The bytes are V8's format. Beside them travel the buffers that are handed over or shared, and the host objects: ports, native state
//! that clones share, and objects of the library, which say themselves what becomes of them (their `kTransfer` and `kClone`
//! methods; their data follows the value in the bytes).

use super::data_clone_error;
use super::native_clone::{self, NativeClone};
use super::port;
use super::port_data::PortData;
use crate::Environment;
use crate::serdes::{Primordials, ReadDelegate, ReadState, Reader, WriteDelegate, WriteState, Writer};
use edge_napi::{ClassKind, Env, Error, Reference, Result, Value};
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

const CANNOT_CLONE: &str = "Cannot clone object of unsupported type.";
const CANNOT_TRANSFER: &str = "Cannot transfer object of unsupported type.";
const MUST_TRANSFER: &str = "Object that needs transfer was found in message but not listed in transferList";

/// Bits of an object's transfer mode.
const TRANSFERABLE: u32 = 1;
const CLONEABLE: u32 = 2;

/// A host object in transit.
enum Transferable {
    Port(Rc<PortData>),
    Native(Box<dyn NativeClone>),
    /// An object of the library, made by `module:Class`.
    Library(String),
}

/// Buffers in transit: `[transferred, shared]`.
struct Buffers {
    environment: Weak<Environment>,
    reference: Reference,
}

impl Drop for Buffers {
    fn drop(&mut self) {
        if let Some(environment) = self.environment.upgrade() {
            environment.env().drop_reference(self.reference);
        }
    }
}

/// A value in transit.
pub struct Message {
    bytes: Vec<u8>,
    transferables: RefCell<Vec<Transferable>>,
    transfers_buffers: bool,
    buffers: Buffers,
}

/// What a message became.
pub struct Received {
    /// The value.
    pub value: Value,
    /// Array of the ports that came with it.
    pub ports: Value,
}

/// What an object can do.
enum Mode {
    None,
    Native { port: bool },
    Library(u32),
}

/// How an object of the main context travels.
fn mode_of(environment: &Rc<Environment>, object: Value) -> Result<Mode> {
    let env = environment.env();
    if port::is_port(environment, object)? {
        return Ok(Mode::Native { port: true });
    }
    if env.is_wrapped(object)? {
        return Ok(Mode::Native { port: false });
    }
    let mode = env.get_key(object, environment.private_symbol("transfer_mode_private_symbol")?)?;
    if env.is_number(mode)? { Ok(Mode::Library(env.get_u32(mode)?)) } else { Ok(Mode::None) }
}

/// Where an object is in an array.
fn position(env: Env, array: Value, object: Value) -> Result<Option<u32>> {
    for index in 0..env.array_length(array)? {
        if env.strict_equals(env.get_index(array, index)?, object)? {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

struct Sender {
    /// Array of the host objects met, those to be transferred first. (An array: handles made while writing end with their scopes.)
    hosts: Value,
    /// How many of them were listed for transfer.
    listed: Cell<u32>,
    /// Array of the SharedArrayBuffers met.
    shared: Value,
}

impl WriteDelegate for Sender {
    fn data_clone_error(&self, environment: &Rc<Environment>, message: &str) -> Error {
        data_clone_error(environment, message)
    }
    fn is_host_object(&self, environment: &Rc<Environment>, object: Value) -> Result<bool> {
        Ok(!matches!(mode_of(environment, object)?, Mode::None))
    }
    fn write_host_object(&self, writer: &Writer<'_>, object: Value) -> Result<()> {
        let (environment, env) = (writer.environment, writer.env);
        if let Some(index) = position(env, self.hosts, object)? {
            writer.state.varint(u64::from(index));
            return Ok(());
        }
        let refuse = match mode_of(environment, object)? {
            Mode::Native { port: true } if port::is_open(env, object)? => Some(MUST_TRANSFER),
            Mode::Native { .. } if native_clone::of(env, object)?.is_none() => Some(CANNOT_CLONE),
            Mode::Library(mode) if mode & CLONEABLE != 0 => None,
            Mode::Library(mode) if mode & TRANSFERABLE != 0 => Some(MUST_TRANSFER),
            Mode::Library(_) | Mode::None => Some(CANNOT_CLONE),
            Mode::Native { .. } => None,
        };
        if let Some(reason) = refuse {
            return Err(data_clone_error(environment, reason));
        }
        writer.state.varint(u64::from(env.array_length(self.hosts)?));
        env.push(self.hosts, object)
    }
    fn shared_array_buffer_id(&self, environment: &Rc<Environment>, buffer: Value) -> Result<Option<u32>> {
        let env = environment.env();
        if let Some(index) = position(env, self.shared, buffer)? {
            return Ok(Some(index));
        }
        env.push(self.shared, buffer)?;
        Ok(Some(env.array_length(self.shared)? - 1))
    }
}

impl Sender {
    /// Sorts the transfer list into buffers and host objects.
    fn list(&self, environment: &Rc<Environment>, list: Value, source: Option<Value>, buffers: Value) -> Result<()> {
        let env = environment.env();
        let untransferable = environment.private_symbol("untransferable_object_private_symbol")?;
        let refuse = |message: &str| Err(data_clone_error(environment, message));
        for index in 0..env.array_length(list)? {
            let entry = env.get_index(list, index)?;
            if !env.is_object(entry)? {
                return refuse("Found invalid value in transferList.");
            }
            if !env.is_undefined(env.get_key(entry, untransferable)?)? {
                return refuse(CANNOT_TRANSFER);
            }
            if env.class_kind(entry)? == ClassKind::ArrayBuffer {
                if env.is_detached(entry)? {
                    return refuse(CANNOT_TRANSFER);
                }
                if position(env, buffers, entry)?.is_some() {
                    return refuse("Transfer list contains duplicate ArrayBuffer");
                }
                env.push(buffers, entry)?;
                continue;
            }
            let transferable = match mode_of(environment, entry)? {
                Mode::Native { port: true } => {
                    if !port::is_open(env, entry)? {
                        return refuse("MessagePort in transfer list is already detached");
                    }
                    if let Some(source) = source {
                        if env.strict_equals(source, entry)? {
                            return refuse("Transfer list contains source port");
                        }
                    }
                    true
                }
                Mode::Library(mode) => mode & TRANSFERABLE != 0,
                Mode::Native { .. } | Mode::None => false,
            };
            if !transferable {
                return refuse("Found invalid value in transferList.");
            }
            if position(env, self.hosts, entry)?.is_some() {
                let name = env.get_string(env.constructor_name(entry)?)?;
                return refuse(&format!("Transfer list contains duplicate {name}"));
            }
            env.push(self.hosts, entry)?;
        }
        self.add_nested(environment)?;
        self.listed.set(env.array_length(self.hosts)?);
        Ok(())
    }

    /// Objects of the library may name others that go with them.
    fn add_nested(&self, environment: &Rc<Environment>) -> Result<()> {
        let env = environment.env();
        let symbol = environment.symbol("messaging_transfer_list_symbol")?;
        let mut index = 0;
        while index < env.array_length(self.hosts)? {
            let host = env.get_index(self.hosts, index)?;
            index += 1;
            if !matches!(mode_of(environment, host)?, Mode::Library(_)) {
                continue;
            }
            let method = env.get_key(host, symbol)?;
            if !env.is_function(method)? {
                continue;
            }
            let nested = env.call(method, host, &[])?;
            if !env.is_array(nested)? {
                continue;
            }
            for nested in env.array_values(nested)? {
                if env.is_object(nested)? && position(env, self.hosts, nested)?.is_none() {
                    env.push(self.hosts, nested)?;
                }
            }
        }
        Ok(())
    }

    /// Takes the host objects apart; writes the data of the library's own.
    fn finish(&self, writer: &Writer<'_>) -> Result<Vec<Transferable>> {
        let (environment, env) = (writer.environment, writer.env);
        let mut transferables = Vec::new();
        let mut index = 0;
        // What is written here may name more.
        while index < env.array_length(self.hosts)? {
            let _scope = env.scope()?;
            let host = env.get_index(self.hosts, index)?;
            let transfer = index < self.listed.get();
            index += 1;
            transferables.push(match mode_of(environment, host)? {
                Mode::Native { port: true } => match port::detach(env, host)? {
                    Some(data) => Transferable::Port(data),
                    None => return Err(data_clone_error(environment, CANNOT_TRANSFER)),
                },
                Mode::Native { port: false } => match if transfer { native_clone::take(env, host) } else { native_clone::of(env, host) }? {
                    Some(state) => Transferable::Native(state),
                    None => return Err(data_clone_error(environment, if transfer { CANNOT_TRANSFER } else { CANNOT_CLONE })),
                },
                Mode::Library(_) | Mode::None => Transferable::Library(write_library_object(writer, host, transfer)?),
            });
        }
        Ok(transferables)
    }
}

/// Asks an object of the library for its data, writes that, and answers what to make of it.
fn write_library_object(writer: &Writer<'_>, host: Value, transfer: bool) -> Result<String> {
    let (environment, env) = (writer.environment, writer.env);
    let symbols: &[&str] = if transfer { &["messaging_transfer_symbol", "messaging_clone_symbol"] } else { &["messaging_clone_symbol"] };
    for symbol in symbols {
        let method = env.get_key(host, environment.symbol(symbol)?)?;
        if !env.is_function(method)? {
            continue;
        }
        let result = env.call(method, host, &[])?;
        if !env.is_object(result)? {
            continue;
        }
        let info = env.get(result, "deserializeInfo")?;
        let info = env.to_string_lossy(info)?;
        writer.write(env.get(result, "data")?)?;
        return Ok(info);
    }
    Err(data_clone_error(environment, if transfer { CANNOT_TRANSFER } else { CANNOT_CLONE }))
}

struct Receiver {
    /// Array of the host objects made.
    hosts: Value,
    shared: Value,
}

impl ReadDelegate for Receiver {
    fn read_host_object(&self, reader: &Reader<'_>) -> Result<Value> {
        let index = reader.state.varint32();
        let host = match index {
            Some(index) => reader.env.get_index(self.hosts, index)?,
            None => reader.env.undefined()?,
        };
        if reader.env.is_undefined(host)? { Err(Error::error("", "Unable to deserialize cloned data.")) } else { Ok(host) }
    }
    fn shared_array_buffer(&self, environment: &Rc<Environment>, id: u32) -> Result<Option<Value>> {
        let env = environment.env();
        let buffer = env.get_index(self.shared, id)?;
        Ok(if env.is_object(buffer)? { Some(buffer) } else { None })
    }
}

impl Message {
    /// Takes a value apart. `list` is an array of what is handed over; `source` the port that sends it.
    pub fn serialize(environment: &Rc<Environment>, value: Value, list: Value, source: Option<Value>) -> Result<Self> {
        let env = environment.env();
        let buffers = env.array()?;
        let sender = Sender { hosts: env.array()?, listed: Cell::new(0), shared: env.array()? };
        sender.list(environment, list, source, buffers)?;
        let state = WriteState::default();
        let writer = Writer::new(environment, &state, &sender, Writer::new_ids(environment)?, Some(buffers))?;
        state.header();
        writer.write(value)?;
        // From here on the sender has lost what it handed over.
        let transferred = env.array()?;
        let transfer = Primordials::of(environment)?.get("ArrayBufferPrototypeTransfer")?;
        for index in 0..env.array_length(buffers)? {
            let buffer = env.get_index(buffers, index)?;
            if env.is_detached(buffer)? {
                return Err(data_clone_error(environment, CANNOT_TRANSFER));
            }
            env.push(transferred, env.call(transfer, env.undefined()?, &[buffer])?)?;
        }
        let transferables = sender.finish(&writer)?;
        let held = env.array_from(&[transferred, sender.shared])?;
        Ok(Self {
            bytes: state.release(),
            transferables: RefCell::new(transferables),
            transfers_buffers: env.array_length(transferred)? > 0,
            buffers: Buffers { environment: Rc::downgrade(environment), reference: env.reference(held)? },
        })
    }

    /// Whether only one receiver can have it.
    pub fn has_transferables(&self) -> bool {
        self.transfers_buffers || !self.transferables.borrow().is_empty()
    }

    /// Whether it carries this end of a channel.
    pub fn carries(&self, data: &Rc<PortData>) -> bool {
        self.transferables.borrow().iter().any(|transferable| matches!(transferable, Transferable::Port(port) if Rc::ptr_eq(port, data)))
    }

    /// Makes the value anew.
    pub fn deserialize(&self, environment: &Rc<Environment>) -> Result<Received> {
        let env = environment.env();
        let held = env.deref(self.buffers.reference)?.ok_or(Error::Closing)?;
        let (transferred, shared) = (env.get_index(held, 0)?, env.get_index(held, 1)?);
        let hosts = env.array()?;
        let ports = env.array()?;
        let mut library = Vec::new();
        for (index, transferable) in self.transferables.take().into_iter().enumerate() {
            let object = match transferable {
                Transferable::Port(data) => {
                    let object = port::create(environment, data)?;
                    env.push(ports, object)?;
                    object
                }
                Transferable::Native(state) => state.to_object(environment)?,
                Transferable::Library(info) => {
                    let create = environment.expect_root("messaging.deserializer_create_object")?;
                    let object = env.call(create, env.null()?, &[env.string(&info)?])?;
                    library.push(index as u32);
                    object
                }
            };
            env.push(hosts, object)?;
        }
        let receiver = Receiver { hosts, shared };
        let state = ReadState::new(self.bytes.clone());
        let reader = Reader::new(environment, &state, &receiver, env.array()?, transferred)?;
        reader.header()?;
        let value = reader.read_value()?;
        let symbol = environment.symbol("messaging_deserialize_symbol")?;
        for index in library {
            let object = env.get_index(hosts, index)?;
            let data = reader.read()?;
            let method = env.get_key(object, symbol)?;
            if env.is_function(method)? {
                env.call(method, object, &[data])?;
            }
        }
        Ok(Received { value, ports })
    }
}
