//! Engines and their instances, as the layers above see them: nobody asks which engine it talks to.

use crate::{Env, NativeTable};
use std::path::Path;
use std::sync::Arc;

/// What an engine instance may use.
#[derive(Clone, Copy, Debug)]
pub struct IsolateOptions {
    /// Bytes of heap at most.
    pub memory_limit: u64,
    /// Bytes of native stack that JavaScript may use on the thread that runs it.
    pub stack_limit: usize,
}

/// A JavaScript engine: makes isolates, from nothing or from an image.
pub trait Engine: Send + Sync + std::fmt::Debug {
    /// Name for `edge info`, e.g. `quickjs-ng`.
    fn name(&self) -> &'static str;
    /// Version for `process.versions`.
    fn version(&self) -> &'static str;
    /// A fresh isolate on the current thread.
    ///
    /// # Errors
    /// Text that says which resource was missing.
    fn create(&self, natives: &'static NativeTable, options: &IsolateOptions) -> Result<Box<dyn Isolate>, String>;
    /// Opens an image file and checks it (magic, format, engine, natives, target, hash of the content).
    ///
    /// # Errors
    /// What is wrong with the image.
    fn open_image(&self, path: &Path, natives: &'static NativeTable) -> Result<Arc<dyn Image>, ImageError>;
    /// Takes an image from bytes, which are copied, and checks it with all of its content.
    ///
    /// # Errors
    /// As [`Engine::open_image`].
    fn image_from_bytes(&self, bytes: &[u8], natives: &'static NativeTable) -> Result<Arc<dyn Image>, ImageError>;
    /// An isolate that continues from an image, on the current thread.
    ///
    /// # Errors
    /// Text that says which resource was missing, or that the image is another engine's.
    fn restore(&self, image: &Arc<dyn Image>, natives: &'static NativeTable, options: &IsolateOptions) -> Result<Box<dyn Isolate>, String>;
}

/// One engine instance. Stays on its thread, but for the way from [`Isolate::leave_thread`] to [`Isolate::join_thread`].
pub trait Isolate {
    /// Its environment.
    fn env(&self) -> Env;
    /// Writes an image of the heap with these named sections. JavaScript must not be running, no dynamic native function and no
    /// wrapped native object may be alive.
    ///
    /// # Errors
    /// What could not be captured.
    fn snapshot(&self, sections: &[(&str, &[u8])]) -> Result<Vec<u8>, String>;
    /// The bytes of `image`, from which this isolate was restored, with a note of the memory that the isolate has written
    /// since: a start from it brings that memory in at once instead of page by page. For the builder of an image, after a
    /// rehearsal of an empty program.
    ///
    /// # Errors
    /// Text: the image is another engine's.
    fn image_with_writes(&self, image: &dyn Image) -> Result<Vec<u8>, String>;
    /// A way to end what runs in the isolate from any thread.
    fn kill_handle(&self) -> Arc<dyn Kill>;
    /// Why the isolate is poisoned, if it is.
    fn poisoned(&self) -> Option<Poison>;
    /// No thread runs the isolate from now on: a kill only poisons it. Called on its thread, outside of all JavaScript.
    fn leave_thread(&self);
    /// The calling thread runs it from now on.
    ///
    /// # Errors
    /// Text: the thread's stack is not known, or it gets no signal stack.
    fn join_thread(&self) -> Result<(), String>;
    /// New seed for `Math.random` in every realm: before a program runs. Fresh isolates and images begin with the same one each time.
    fn reseed(&self);
}

/// Ends what runs in an isolate.
pub trait Kill: Send + Sync {
    /// JavaScript ends with an uncatchable error at the next check; the isolate survives (`vm` timeouts, Ctrl-C).
    fn terminate(&self);
    /// Takes a `terminate` back that has not struck.
    fn cancel_terminate(&self);
    /// The isolate is ended now, also inside loops that never check; it is poisoned.
    fn kill(&self);
}

/// Why an isolate can no longer be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Poison {
    /// Killed from outside.
    Killed,
    /// The heap reached its limit.
    OutOfMemory,
    /// The engine trapped: out of bounds, illegal index, unreachable code.
    Trap,
    /// A native function panicked (a bug of the host).
    Panic,
}

/// An opened, checked image.
pub trait Image: Send + Sync {
    /// Bytes of a named section.
    fn section(&self, name: &str) -> Option<&[u8]>;
    /// All of it, as it is in a file.
    fn bytes(&self) -> &[u8];
    /// Size of the captured heap in bytes.
    fn heap_size(&self) -> u64;
    /// Hash of the captured heap and the sections, which names the image.
    fn content_hash(&self) -> u128;
    /// For the provider to find its own type again.
    fn as_any(&self) -> &dyn std::any::Any;
}

/// Why an image was not taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ImageError {
    /// The file could not be read: errno.
    Io(i32),
    /// Made by another version of engine, natives or format, or for another machine: what differs.
    Stale(String),
    /// Cut short or changed: what was found.
    Damaged(String),
}

impl std::fmt::Display for ImageError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Io(errno) => write!(f, "cannot be read (errno {errno})"),
            Self::Stale(what) => write!(f, "is stale: {what}"),
            Self::Damaged(what) => write!(f, "is damaged: {what}"),
        }
    }
}

impl std::error::Error for ImageError {}
