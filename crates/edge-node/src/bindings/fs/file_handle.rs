//! `FileHandle`: the object that owns a descriptor (`fs.promises`).

use super::Operation;
use super::file_stream::FileStream;
use crate::{AsyncWrap, Environment, Face, Target};
use edge_napi::{CallInfo, Env, Result, Value};
use edge_wasix::Kernel;
use std::cell::Cell;
use std::rc::{Rc, Weak};
use std::sync::Arc;

/// Root of the class, so that native code can make instances.
const CLASS: &str = "fs.FileHandle";
const METHODS: [&str; 12] = [
    "close",
    "releaseFD",
    "readStart",
    "readStop",
    "shutdown",
    "useUserBuffer",
    "writev",
    "writeBuffer",
    "writeAsciiString",
    "writeUtf8String",
    "writeUcs2String",
    "writeLatin1String",
];
const ACCESSORS: [&str; 5] = ["fd", "_externalStream", "bytesRead", "bytesWritten", "onread"];

/// The descriptor behind a `FileHandle`.
pub struct FileHandle {
    environment: Weak<Environment>,
    /// -1 once it is closed or given away.
    fd: Cell<i32>,
    closing: Cell<bool>,
    /// The file as a stream.
    pub stream: FileStream,
}

impl FileHandle {
    /// The descriptor; -1 once it is closed or given away.
    pub fn fd(&self) -> i32 {
        self.fd.get()
    }

    /// Whether there is a descriptor that is not being closed.
    pub fn is_open(&self) -> bool {
        self.fd.get() >= 0 && !self.closing.get()
    }

    /// The descriptor, which the caller closes; `None` when it is not open. [`Self::end_close`] follows.
    pub fn begin_close(&self) -> Option<i32> {
        let open = self.is_open();
        self.closing.set(true);
        open.then(|| self.fd.get())
    }

    /// The descriptor is closed.
    pub fn end_close(&self) {
        self.fd.set(-1);
        self.closing.set(false);
    }
}

impl Drop for FileHandle {
    /// Nobody closed it: Node closes it, and warns.
    fn drop(&mut self) {
        let (fd, Some(environment)) = (self.fd.get(), self.environment.upgrade()) else { return };
        if fd < 0 || self.closing.get() {
            return;
        }
        let closed = environment.kernel().close(fd);
        let weak = self.environment.clone();
        // The collector runs finalisers where no JavaScript may run.
        environment.uv().defer(move |_| {
            let Some(environment) = weak.upgrade() else { return };
            let env = environment.env();
            let Ok(_scope) = env.scope() else { return };
            environment.callback_scope(crate::CallbackContext::NONE, || {
                if let Err(errno) = closed {
                    return Err(Operation::new("close").error(&environment, errno));
                }
                let Some(process) = environment.root("process")? else { return Ok(()) };
                let text = env.string(&format!("Closing file descriptor {fd} on garbage collection"))?;
                env.call_method(process, "emitWarning", &[text])?;
                let state = environment.state::<DeprecationShown>();
                if state.0.replace(true) {
                    return Ok(());
                }
                let text = env.string(
                    "Closing a FileHandle object on garbage collection is deprecated. Please close FileHandle objects explicitly using \
                     FileHandle.prototype.close(). In the future, an error will be thrown if a file descriptor is closed during garbage \
                     collection.",
                )?;
                env.call_method(process, "emitWarning", &[text, env.string("DeprecationWarning")?, env.string("DEP0137")?])?;
                Ok(())
            });
        });
    }
}

/// A descriptor on its way from one `FileHandle` to another in a message; closed when nobody takes it.
pub struct FileHandleTransfer {
    kernel: Arc<Kernel>,
    fd: Cell<i32>,
}

impl FileHandleTransfer {
    /// Takes the descriptor out of a `FileHandle`; `None` for any other object and for one that has none to give.
    pub fn take(environment: &Rc<Environment>, object: Value) -> Result<Option<Self>> {
        let wrap = environment.env().try_unwrap::<AsyncWrap>(object)?;
        let handle = match wrap.map(|wrap| wrap.state::<FileHandle>()) {
            Some(Ok(handle)) if !handle.closing.get() && handle.fd.get() >= 0 => handle,
            _ => return Ok(None),
        };
        Ok(Some(Self { kernel: environment.kernel().clone(), fd: Cell::new(handle.fd.replace(-1)) }))
    }

    /// The `FileHandle` at the other end.
    pub fn to_object(&self, environment: &Rc<Environment>) -> Result<Value> {
        make(environment, self.fd.replace(-1))
    }
}

impl Drop for FileHandleTransfer {
    fn drop(&mut self) {
        if self.fd.get() >= 0 {
            // Nobody is there to be told of an error.
            let _ = self.kernel.close(self.fd.get());
        }
    }
}

/// Whether DEP0137 was reported.
#[derive(Default)]
struct DeprecationShown(Cell<bool>);

/// Makes the class.
pub fn init(target: &Target<'_>) -> Result<()> {
    let mut builder = target.async_class("fs.FileHandle")?.methods(&METHODS)?;
    for accessor in ACCESSORS {
        builder = builder.accessor(accessor)?;
    }
    let class = builder.install(target.object)?;
    target.env.set(class.prototype, "isStreamBase", target.env.boolean(true)?)?;
    target.root(CLASS, class.constructor)
}

/// A `FileHandle` that owns `fd`.
pub fn make(environment: &Rc<Environment>, fd: i32) -> Result<Value> {
    let env = environment.env();
    let made = environment.expect_root(CLASS).and_then(|class| env.construct(class, &[env.int32(fd)?]));
    if made.is_err() {
        // Nobody else knows the descriptor.
        let _ = environment.kernel().close(fd);
    }
    made
}

/// `new FileHandle(fd[, offset, length])`: the part is what is read as a stream.
pub fn construct(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("FileHandle")?;
    let environment = Environment::of(env)?;
    let fd = env.get_i32(info.arg(0))?;
    let part = |value: Value| if env.is_number(value)? { env.get_i64(value) } else { Ok(-1) };
    let stream = FileStream::new(part(info.arg(1))?, part(info.arg(2))?);
    let state = FileHandle { environment: Rc::downgrade(&environment), fd: Cell::new(fd), closing: Cell::new(false), stream };
    AsyncWrap::new(&environment, info.this(), "FileHandle", "FILEHANDLE", Rc::new(state))?;
    Ok(info.this())
}

fn of(env: Env, info: &CallInfo<'_>) -> Result<Rc<FileHandle>> {
    AsyncWrap::state_of::<FileHandle>(env, info.this())
}

/// `close()` → promise.
pub fn close(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let handle = of(env, info)?;
    let Some(fd) = handle.begin_close() else {
        let (deferred, promise) = env.promise()?;
        let error = env.create_error(edge_napi::ErrorKind::Error, "EBADF", "EBADF: bad file descriptor, close")?;
        env.set(error, "errno", env.int32(edge_wasix::Errno::EBADF.uv())?)?;
        env.set(error, "syscall", env.string("close")?)?;
        env.reject(deferred, error)?;
        return Ok(promise);
    };
    // The object lives until its descriptor is closed.
    let keep = env.reference(info.this())?;
    Operation::new("close").run(
        &environment,
        Face::Promise,
        move |kernel, _| Ok(kernel.close(fd)),
        move |environment, closed| {
            let env = environment.env();
            handle.end_close();
            env.drop_reference(keep);
            match closed {
                Ok(()) => env.undefined(),
                Err(errno) => Err(Operation::new("close").error(environment, errno)),
            }
        },
    )
}

/// `releaseFD()` → the descriptor, which the object does not own any more.
pub fn release_fd(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let handle = of(env, info)?;
    env.int32(handle.fd.replace(-1))
}

/// `fd`: `EINVAL` once closed.
pub fn get_fd(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    match AsyncWrap::state_of::<FileHandle>(env, info.this()) {
        Ok(handle) => env.int32(if handle.fd.get() < 0 { edge_wasix::Errno::EINVAL.uv() } else { handle.fd.get() }),
        Err(_) => Ok(info.undefined()),
    }
}
