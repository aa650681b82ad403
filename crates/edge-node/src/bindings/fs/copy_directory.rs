//! `cpSyncCopyDir` and `cpSyncOverrideFile`.

use super::{args, copy_paths::parent};
use crate::{Environment, errno_exception, strerror, uv_exception, uv_exception_two_paths};
use edge_napi::{CallInfo, Env, Error, Result, Value};
use edge_wasix::fs::{COPYFILE_EXCL, SetTime};
use edge_wasix::{Errno, Kernel};

/// `cpSyncOverrideFile(source, destination, mode, preserveTimestamps)`.
pub fn cp_sync_override_file(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let kernel = environment.kernel();
    let (source, target) = (args::path(env, info.arg(0))?, args::path(env, info.arg(1))?);
    let mode = args::small_mode(env, info.arg(2))?;
    let preserve = env.truthy(info.arg(3))?;
    // As C++'s `remove`, which takes an empty directory too and has nothing against a name that is not there.
    match kernel.unlink(&target).or_else(|errno| if errno == Errno::EISDIR { kernel.rmdir(&target) } else { Err(errno) }) {
        Ok(()) | Err(Errno::ENOENT) => {}
        Err(errno) => return Err(errno_exception(env, errno, "unlink", &strerror(errno), Some(&target))),
    }
    kernel.copy_file(&source, &target, mode).map_err(|errno| {
        if mode == 0 {
            errno_exception(env, errno, "cp", &strerror(errno), Some(&target))
        } else {
            uv_exception_two_paths(env, errno, "cp", Some(&source), Some(&target))
        }
    })?;
    if preserve {
        copy_times(env, kernel, &source, &target)?;
    }
    Ok(info.undefined())
}

fn copy_times(env: Env, kernel: &Kernel, source: &[u8], target: &[u8]) -> Result<()> {
    let stat = kernel.stat(source).map_err(|errno| uv_exception(env, errno, "stat", Some(source)))?;
    kernel.utimes(target, SetTime::At(stat.atime), SetTime::At(stat.mtime)).map_err(|errno| uv_exception(env, errno, "utime", Some(target)))
}

struct Options {
    force: bool,
    dereference: bool,
    error_on_exist: bool,
    verbatim_symlinks: bool,
    preserve_timestamps: bool,
}

/// What is left to do; a stack, since the depth is the guest's.
enum Step {
    Enter { source: Vec<u8>, target: Vec<u8> },
    Leave { source: Vec<u8>, target: Vec<u8>, created: bool },
}

/// `cpSyncCopyDir(source, destination, force, dereference, errorOnExist, verbatimSymlinks, preserveTimestamps)`.
pub fn cp_sync_copy_dir(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let kernel = environment.kernel();
    let (source, target) = (args::path(env, info.arg(0))?, args::path(env, info.arg(1))?);
    let flag = |index| env.truthy(info.arg(index));
    let options = Options {
        force: flag(2)?,
        dereference: flag(3)?,
        error_on_exist: flag(4)?,
        verbatim_symlinks: flag(5)?,
        preserve_timestamps: flag(6)?,
    };
    let failed = |errno: Errno, path: &[u8]| errno_exception(env, errno, "cp", &strerror(errno), Some(path));
    let existed = kernel.stat(&target).is_ok();
    kernel.mkdir_all(&target, 0o777).map_err(|errno| failed(errno, &target))?;
    let mut steps = vec![Step::Leave { source: source.clone(), target: target.clone(), created: !existed }, Step::Enter { source, target }];
    while let Some(step) = steps.pop() {
        let (source, target) = match step {
            Step::Leave { source, target, created } => {
                if created {
                    let mode = kernel.stat(&source).map_err(|errno| failed(errno, &target))?.mode & 0o7777;
                    kernel.chmod(&target, mode).map_err(|errno| failed(errno, &target))?;
                }
                if options.preserve_timestamps {
                    copy_times(env, kernel, &source, &target)?;
                }
                continue;
            }
            Step::Enter { source, target } => (source, target),
        };
        for entry in kernel.readdir(&source).map_err(|errno| failed(errno, &source))? {
            let (from, to) = (child(&source, &entry.name), child(&target, &entry.name));
            let stat = if options.dereference { kernel.stat(&from) } else { kernel.lstat(&from) };
            let stat = stat.map_err(|errno| uv_exception(env, errno, "stat", Some(&from)))?;
            if stat.is_symlink() {
                copy_link(env, kernel, &options, &source, &from, &to)
                    .map_err(|error| error.unwrap_or_else(|errno| failed(errno, &target)))?;
            } else if stat.is_dir() {
                let created = match kernel.mkdir(&to, 0o777) {
                    Ok(()) => true,
                    Err(Errno::EEXIST) if kernel.stat(&to).is_ok_and(|stat| stat.is_dir()) => false,
                    Err(errno) => return Err(failed(errno, &to)),
                };
                steps.push(Step::Leave { source: from.clone(), target: to.clone(), created });
                steps.push(Step::Enter { source: from, target: to });
            } else if stat.is_file() {
                let flags = if options.force { 0 } else { COPYFILE_EXCL };
                match kernel.copy_file(&from, &to, flags) {
                    Ok(()) => {}
                    Err(Errno::EEXIST) if !options.force && !options.error_on_exist => continue,
                    Err(Errno::EEXIST) => {
                        let text = format!(
                            "[ERR_FS_CP_EEXIST]: Target already exists: cp returned EEXIST ({} already exists)",
                            String::from_utf8_lossy(&to)
                        );
                        return Err(Error::error("ERR_FS_CP_EEXIST", text));
                    }
                    Err(errno) => return Err(failed(errno, &target)),
                }
                if options.preserve_timestamps {
                    copy_times(env, kernel, &from, &to)?;
                }
            }
        }
    }
    Ok(info.undefined())
}

fn child(folder: &[u8], name: &[u8]) -> Vec<u8> {
    let mut path = folder.to_vec();
    if !path.ends_with(b"/") {
        path.push(b'/');
    }
    path.extend_from_slice(name);
    path
}

/// A failure: an error made already, or an errno for the caller to show.
struct LinkError(std::result::Result<Error, Errno>);

impl LinkError {
    fn unwrap_or_else(self, show: impl FnOnce(Errno) -> Error) -> Error {
        self.0.unwrap_or_else(show)
    }
}

impl From<Errno> for LinkError {
    fn from(errno: Errno) -> Self {
        Self(Err(errno))
    }
}

fn copy_link(env: Env, kernel: &Kernel, options: &Options, folder: &[u8], from: &[u8], to: &[u8]) -> std::result::Result<(), LinkError> {
    let link = kernel.readlink(from)?;
    if options.verbatim_symlinks {
        return Ok(kernel.symlink(&link, to)?);
    }
    let resolved = absolute(kernel, folder, &link)?;
    match kernel.lstat(to) {
        Ok(stat) if stat.is_symlink() => {
            let there = absolute(kernel, parent(to), &kernel.readlink(to)?)?;
            let is_dir = |path: &[u8]| kernel.stat(path).is_ok_and(|stat| stat.is_dir());
            let show = String::from_utf8_lossy;
            if is_dir(&resolved) && is_inside(&resolved, &there) {
                let text = format!("Cannot copy {} to a subdirectory of self {}", show(&resolved), show(&there));
                return Err(LinkError(Ok(Error::error("ERR_FS_CP_EINVAL", text))));
            }
            // What the link leads to must not be removed while it is copied.
            if is_dir(to) && is_inside(&there, &resolved) {
                let text = format!("cannot overwrite {} with {}", show(&there), show(&resolved));
                return Err(LinkError(Ok(Error::error("ERR_FS_CP_SYMLINK_TO_SUBDIRECTORY", text))));
            }
            kernel.unlink(to)?;
        }
        Ok(stat) if stat.is_file() => {
            return Err(LinkError(Ok(errno_exception(env, Errno::EEXIST, "cp", &strerror(Errno::EEXIST), Some(to)))));
        }
        _ => {}
    }
    Ok(kernel.symlink(&resolved, to)?)
}

/// `link` seen from `folder`, absolute and without `.` and `..`; links on the way are resolved as far as they lead anywhere.
fn absolute(kernel: &Kernel, folder: &[u8], link: &[u8]) -> std::result::Result<Vec<u8>, Errno> {
    let mut path = if link.starts_with(b"/") {
        Vec::new()
    } else if folder.starts_with(b"/") {
        folder.to_vec()
    } else {
        child(&kernel.cwd()?, folder)
    };
    path.push(b'/');
    path.extend_from_slice(link);
    if let Ok(real) = kernel.realpath(&path) {
        return Ok(real);
    }
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in path.split(|&byte| byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let mut normal = vec![b'/'];
    normal.extend(parts.join(&b'/'));
    Ok(normal)
}

/// Whether `path` is `folder` or below it.
fn is_inside(folder: &[u8], path: &[u8]) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/") || folder.ends_with(b"/"))
}
