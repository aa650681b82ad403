//! `internalBinding('blob')`: the bytes behind `Blob`, and the store of object URLs.
//!
//! A blob is a list of pieces. Pieces in memory are `Uint8Array`s that nobody else has (the library copies first), kept in an array of
//! the engine's, so they count as the program's memory; a piece of a file is read when it is wanted.

use super::fs::path;
use crate::{AsyncWrap, Binding, Environment, Target, natives};
use edge_loop::{RequestKind, WorkLane};
use edge_napi::{CallInfo, Env, Error, Reference, Result, Value};
use edge_wasix::fs::Timespec;
use edge_wasix::fs::constants::O_RDONLY;
use edge_wasix::{Errno, Kernel};
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "blob",
    natives: natives!("blob";
        "createBlob" => create_blob,
        "createBlobFromFilePath" => create_blob_from_file_path,
        "concat" => concat,
        "storeDataObject" => store_data_object,
        "getDataObject" => get_data_object,
        "revokeObjectURL" => revoke_object_url,
        "Blob" => construct,
        "Blob#getReader" => get_reader,
        "Blob#slice" => slice,
        "BlobReader" => construct,
        "BlobReader#pull" => pull,
    ),
    init,
};

/// Bytes read from a file at once.
const CHUNK: usize = 64 * 1024;
/// What a reader's callback is told: the end, or that there is more.
const STATUS_END: i32 = 0;
const STATUS_CONTINUE: i32 = 1;

/// A piece of a blob.
#[derive(Clone)]
enum Piece {
    /// Bytes `start..start + length` of the array's element `index`.
    Memory { index: u32, start: usize, length: usize },
    /// Bytes `start..start + length` of a file that must still be the one it was.
    File { path: Rc<Vec<u8>>, modified: Timespec, size: u64, start: u64, length: u64 },
}

impl Piece {
    fn length(&self) -> u64 {
        match self {
            Self::Memory { length, .. } => *length as u64,
            Self::File { length, .. } => *length,
        }
    }
    /// The part `from..from + count`, which lies inside.
    fn part(&self, from: u64, count: u64) -> Self {
        match self {
            Self::Memory { index, start, .. } => Self::Memory { index: *index, start: start + from as usize, length: count as usize },
            Self::File { path, modified, size, start, .. } => {
                Self::File { path: path.clone(), modified: *modified, size: *size, start: start + from, length: count }
            }
        }
    }
}

/// The array of the pieces in memory, alive as long as this.
struct Memory {
    environment: Weak<Environment>,
    array: Reference,
}

impl Memory {
    fn new(environment: &Rc<Environment>, array: Value) -> Result<Rc<Self>> {
        Ok(Rc::new(Self { environment: Rc::downgrade(environment), array: environment.env().reference(array)? }))
    }
    fn array(&self, env: Env) -> Result<Value> {
        env.deref(self.array)?.ok_or(Error::Closing)
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        if let Some(environment) = self.environment.upgrade() {
            environment.env().drop_reference(self.array);
        }
    }
}

/// What is behind a blob handle. Its contents never change, so a clone shares them.
#[derive(Clone)]
pub struct Blob {
    pieces: Vec<Piece>,
    memory: Rc<Memory>,
}

impl Blob {
    /// A new handle over it.
    pub fn to_object(&self, environment: &Rc<Environment>) -> Result<Value> {
        let env = environment.env();
        // The class is there: a handle was made before.
        let object = env.construct(environment.expect_root("blob.Blob")?, &[])?;
        env.wrap(object, Rc::new(self.clone()))?;
        Ok(object)
    }
}

/// What is behind a reader.
struct Reader {
    memory: Rc<Memory>,
    pieces: RefCell<std::collections::VecDeque<Piece>>,
    /// A file is being read.
    busy: Cell<bool>,
}

fn init(target: &Target<'_>) -> Result<()> {
    target.methods()?;
    let blob = target.plain_class("blob.Blob", &["getReader", "slice"])?.constructor;
    target.root("blob.Blob", blob)?;
    let reader = target.async_class("blob.BlobReader")?.methods(&["pull"])?.finish().constructor;
    target.root("blob.BlobReader", reader)?;
    // Node's binding shows no classes.
    target.env.delete_key(target.object, target.env.key("Blob")?)?;
    target.root("blob.store", target.env.null_object()?)
}

fn construct(_env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("Blob")?;
    Ok(info.this())
}

/// `createBlob(sources, length)`: each source is a `Uint8Array` or a blob handle.
fn create_blob(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let memory = env.array()?;
    let mut pieces = Vec::new();
    let mut count = 0;
    for source in env.array_values(info.arg(0))? {
        if let Some(blob) = env.try_unwrap::<Blob>(source)? {
            let theirs = blob.memory.array(env)?;
            for piece in &blob.pieces {
                pieces.push(match piece {
                    Piece::Memory { index, start, length } => {
                        env.set_index(memory, count, env.get_index(theirs, *index)?)?;
                        count += 1;
                        Piece::Memory { index: count - 1, start: *start, length: *length }
                    }
                    file => file.clone(),
                });
            }
            continue;
        }
        let length = env.view_bytes(source)?.len;
        if length > 0 {
            env.set_index(memory, count, source)?;
            pieces.push(Piece::Memory { index: count, start: 0, length });
            count += 1;
        }
    }
    Blob { pieces, memory: Memory::new(&environment, memory)? }.to_object(&environment)
}

/// `createBlobFromFilePath(path)` → `[handle, length]`, or `undefined` when there is no such file.
fn create_blob_from_file_path(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let path = path(env, info.arg(0))?;
    let stat = match environment.kernel().stat(&path) {
        Ok(stat) if stat.is_file() => stat,
        _ => return Ok(info.undefined()),
    };
    let piece = Piece::File { path: Rc::new(path), modified: stat.mtime, size: stat.size, start: 0, length: stat.size };
    // Also of an empty file: reading it says whether it still is.
    let handle = Blob { pieces: vec![piece], memory: Memory::new(&environment, env.array()?)? }.to_object(&environment)?;
    env.array_from(&[handle, env.number(stat.size as f64)?])
}

/// `slice(start, end)` → a handle of that part.
fn slice(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let blob = env.unwrap::<Blob>(info.this())?;
    let (start, end) = (env.get_f64(info.arg(0))?.max(0.0) as u64, env.get_f64(info.arg(1))?.max(0.0) as u64);
    let mut pieces = Vec::new();
    let mut at = 0;
    for piece in &blob.pieces {
        let (from, to) = (start.max(at), end.min(at + piece.length()));
        if from < to {
            pieces.push(piece.part(from - at, to - from));
        }
        at += piece.length();
    }
    Blob { pieces, memory: blob.memory.clone() }.to_object(&environment)
}

/// `getReader()` → `{ pull(callback) }`.
fn get_reader(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let blob = env.unwrap::<Blob>(info.this())?;
    let object = env.construct(environment.expect_root("blob.BlobReader")?, &[])?;
    let reader =
        Reader { memory: blob.memory.clone(), pieces: RefCell::new(blob.pieces.iter().cloned().collect()), busy: Cell::new(false) };
    AsyncWrap::new(&environment, object, "BlobReader", "BLOBREADER", Rc::new(reader))?;
    Ok(object)
}

/// `pull(callback)`: `callback(status, buffer)` with the next bytes; at once for bytes in memory, later for a file's.
fn pull(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let wrap = AsyncWrap::of(env, info.this())?;
    let reader = wrap.state::<Reader>()?;
    if !env.is_function(info.arg(0))? {
        return Err(Error::invalid_arg_type("The \"callback\" argument must be of type function"));
    }
    if reader.busy.get() {
        return Err(Error::error("ERR_INVALID_STATE", "Invalid state: the blob is being read"));
    }
    let piece = reader.pieces.borrow_mut().pop_front();
    let answer = match piece {
        None => vec![env.int32(STATUS_END)?, info.undefined()],
        Some(Piece::Memory { index, start, length }) => {
            let buffer = env.array_buffer(length)?;
            env.copy_range(env.get_index(reader.memory.array(env)?, index)?, start, buffer, 0, length)?;
            vec![env.int32(STATUS_CONTINUE)?, buffer]
        }
        Some(file) => {
            read_file(&environment, &wrap, reader, file, info)?;
            return Ok(info.undefined());
        }
    };
    env.call(info.arg(0), info.this(), &answer)?;
    Ok(info.undefined())
}

/// Reads the next bytes of a file on the pool.
fn read_file(environment: &Rc<Environment>, wrap: &Rc<AsyncWrap>, reader: Rc<Reader>, piece: Piece, info: &CallInfo<'_>) -> Result<()> {
    let env = environment.env();
    let Piece::File { path, modified, size, start, length } = &piece else { return Ok(()) };
    let count = (*length).min(CHUNK as u64);
    let (bytes_of, kernel) = (path.as_ref().clone(), environment.kernel().clone());
    let (modified, size, start) = (*modified, *size, *start);
    let (keep, callback) = (env.reference(info.this())?, env.reference(info.arg(0))?);
    let (weak, wrap) = (Rc::downgrade(environment), wrap.clone());
    reader.busy.set(true);
    let work = move || read_chunk(&kernel, &bytes_of, modified, size, start, count as usize);
    let queued = environment.uv().queue_work(RequestKind::Fs, WorkLane::Fast, work, move |_, answer| {
        let Some(environment) = weak.upgrade() else { return };
        let env = environment.env();
        let Ok(_scope) = env.scope() else { return };
        reader.busy.set(false);
        let called = (|| {
            let (object, function) = (env.deref(keep)?, env.deref(callback)?);
            env.drop_reference(keep);
            env.drop_reference(callback);
            let (Some(object), Some(function)) = (object, function) else { return Ok(()) };
            let args = match answer.unwrap_or(Err(Errno::ECANCELED)) {
                Ok(bytes) => {
                    let read = bytes.len() as u64;
                    if read < piece.length() {
                        reader.pieces.borrow_mut().push_front(piece.part(read, piece.length() - read));
                    }
                    [env.int32(STATUS_CONTINUE)?, env.array_buffer_from(&bytes)?]
                }
                Err(errno) => [env.int32(errno.uv())?, env.undefined()?],
            };
            environment.make_callback(wrap.context(&environment, object)?, function, object, &args);
            Ok(())
        })();
        if let Err(error) = called {
            environment.report_uncaught(error);
        }
    });
    queued.map(drop).map_err(|errno| Error::error("ERR_OPERATION_FAILED", format!("Operation failed: {errno}")))
}

fn read_chunk(kernel: &Kernel, path: &[u8], modified: Timespec, size: u64, start: u64, count: usize) -> edge_wasix::Result<Vec<u8>> {
    let file = kernel.open_file(path, O_RDONLY, 0)?;
    let stat = file.stat()?;
    if stat.mtime != modified || stat.size != size {
        return Err(Errno::EIO);
    }
    let mut bytes = vec![0; count];
    let read = file.read(&mut bytes, Some(start))?;
    if read == 0 && count > 0 {
        return Err(Errno::EIO);
    }
    bytes.truncate(read);
    Ok(bytes)
}

/// `concat(buffers)` → one ArrayBuffer.
fn concat(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let parts = env.array_values(info.arg(0))?;
    let mut length = 0;
    for part in &parts {
        length += env.view_bytes(*part)?.len;
    }
    let buffer = env.array_buffer(length)?;
    let mut at = 0;
    for part in &parts {
        at += env.copy_bytes(*part, buffer, at)?;
    }
    Ok(buffer)
}

/// `storeDataObject(id, handle, length, type)`.
fn store_data_object(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let store = Environment::of(env)?.expect_root("blob.store")?;
    let entry = env.array_from(&[info.arg(1), info.arg(2), info.arg(3)])?;
    env.set_key(store, info.arg(0), entry)?;
    Ok(info.undefined())
}

/// `getDataObject(id)` → `[handle, length, type]`, or `undefined`.
fn get_data_object(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.get_key(Environment::of(env)?.expect_root("blob.store")?, info.arg(0))
}

/// `revokeObjectURL(url)`: forgets the object of a `blob:nodedata:…` URL.
fn revoke_object_url(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let store = Environment::of(env)?.expect_root("blob.store")?;
    let url = env.to_string_lossy(info.arg(0))?;
    if let Some(id) = url.strip_prefix("blob:nodedata:") {
        env.delete_key(store, env.key(id)?)?;
    }
    Ok(info.undefined())
}
