//! `internalBinding('fs_dir')`: directories read in portions (`fs.Dir`).

use super::encode_bytes::encode_bytes_as;
use super::fs::{Operation, path};
use crate::text::parse_encoding;
use crate::{AsyncWrap, Binding, Environment, Face, Target, natives};
use edge_encoding::Encoding;
use edge_napi::{CallInfo, Env, Result, Value};
use edge_wasix::{Directory, Errno};
use std::cell::RefCell;
use std::rc::{Rc, Weak};
use std::sync::Arc;

/// The binding.
pub const BINDING: Binding = Binding {
    name: "fs_dir",
    natives: natives!("fs_dir";
        "opendir" => opendir,
        "opendirSync" => opendir_sync,
        "DirHandle" => construct,
        "DirHandle#read" => read,
        "DirHandle#close" => close,
    ),
    init,
};

/// Root of the class.
const CLASS: &str = "fs_dir.DirHandle";
/// The most entries of one portion: what a program asks for is only a wish.
const MAX_ENTRIES: u32 = 1 << 16;

/// What is behind a `DirHandle`.
struct DirHandle {
    environment: Weak<Environment>,
    /// `None` once closed.
    directory: RefCell<Option<Arc<Directory>>>,
}

impl Drop for DirHandle {
    /// Nobody closed it: Node closes it, and warns.
    fn drop(&mut self) {
        let (Some(_), Some(environment)) = (self.directory.take(), self.environment.upgrade()) else { return };
        let weak = self.environment.clone();
        // The collector runs finalisers where no JavaScript may run.
        environment.uv().defer(move |_| {
            let Some(environment) = weak.upgrade() else { return };
            let env = environment.env();
            let Ok(_scope) = env.scope() else { return };
            environment.callback_scope(crate::CallbackContext::NONE, || {
                let Some(process) = environment.root("process")? else { return Ok(()) };
                env.call_method(process, "emitWarning", &[env.string("Closing directory handle on garbage collection")?])?;
                Ok(())
            });
        });
    }
}

fn init(target: &Target<'_>) -> Result<()> {
    target.methods()?;
    let class = target.async_class("fs_dir.DirHandle")?.methods(&["read", "close"])?.install(target.object)?;
    target.root(CLASS, class.constructor)
}

fn construct(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("DirHandle")?;
    let environment = Environment::of(env)?;
    let state = DirHandle { environment: Rc::downgrade(&environment), directory: RefCell::default() };
    AsyncWrap::new(&environment, info.this(), "DirHandle", "DIRHANDLE", Rc::new(state))?;
    Ok(info.this())
}

fn make(environment: &Rc<Environment>, directory: Directory) -> Result<Value> {
    let env = environment.env();
    let object = env.construct(environment.expect_root(CLASS)?, &[])?;
    *AsyncWrap::state_of::<DirHandle>(env, object)?.directory.borrow_mut() = Some(Arc::new(directory));
    Ok(object)
}

/// `opendir(path, encoding, req)` → `DirHandle`.
fn opendir(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let op = Operation::on("opendir", path(env, info.arg(0))?);
    op.run(&environment, Face::of(&environment, info.arg(2))?, |kernel, op| kernel.opendir(op.path()), make)
}

/// `opendirSync(path)` → `DirHandle`. Its error names no path, as Node's.
fn opendir_sync(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let path = path(env, info.arg(0))?;
    match environment.kernel().opendir(&path) {
        Ok(directory) => make(&environment, directory),
        Err(errno) => Err(Operation::new("opendir").error(&environment, errno)),
    }
}

/// `read(encoding, count, req)` → `[name, type, …]`, or `null` at the end.
fn read(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let handle = AsyncWrap::state_of::<DirHandle>(env, info.this())?;
    let encoding = parse_encoding(env, info.arg(0), Encoding::Utf8)?;
    let count = env.get_u32(info.arg(1))?.clamp(1, MAX_ENTRIES) as usize;
    let directory = handle.directory.borrow().clone();
    Operation::new("readdir").run(
        &environment,
        Face::of(&environment, info.arg(2))?,
        move |_, _| directory.ok_or(Errno::EBADF)?.read(count),
        move |environment, entries| {
            let env = environment.env();
            if entries.is_empty() {
                return env.null();
            }
            let result = env.array()?;
            for (index, entry) in entries.iter().enumerate() {
                let _scope = env.scope()?;
                let index = 2 * index as u32;
                env.set_index(result, index, encode_bytes_as(environment, &entry.name, encoding)?)?;
                env.set_index(result, index + 1, env.int32(entry.kind as i32)?)?;
            }
            Ok(result)
        },
    )
}

/// `close(req)`.
fn close(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let handle = AsyncWrap::state_of::<DirHandle>(env, info.this())?;
    let directory = handle.directory.take();
    Operation::new("closedir")
        .run_void(&environment, Face::of(&environment, info.arg(0))?, move |_, _| directory.map(drop).ok_or(Errno::EBADF))
}
