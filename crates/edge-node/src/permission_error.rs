//! `ERR_ACCESS_DENIED` of Node's permission model: with `--permission`, what the kernel refuses because of the policy is told as Node tells it.

use crate::Environment;
use edge_napi::{Env, Error, ErrorKind, Result, Value};
use edge_wasix::Errno;

/// System calls that change what their path names.
const WRITING: &[&str] = &[
    "mkdir",
    "mkdtemp",
    "rmdir",
    "unlink",
    "rename",
    "symlink",
    "link",
    "chmod",
    "lchmod",
    "chown",
    "lchown",
    "utime",
    "lutime",
    "copyfile",
    "rm",
    "cp",
    "cpSyncCheckPaths",
];
/// Those that read the first of their two paths.
const READING_FIRST: &[&str] = &["copyfile", "link", "cp", "cpSyncCheckPaths"];

/// The error for a failed call on a path that is not granted; `None` where the failure has another reason, or without `--permission`.
///
/// # Errors
/// What making the error throws.
pub fn denied_path(env: Env, errno: Errno, syscall: &str, path: Option<&[u8]>, dest: Option<&[u8]>) -> Result<Option<Value>> {
    let Some(path) = path.filter(|_| matches!(errno, Errno::ENOENT | Errno::EROFS | Errno::EACCES | Errno::EXDEV | Errno::EPERM)) else {
        return Ok(None);
    };
    let environment = Environment::of(env)?;
    if !environment.cli().flag("--permission") || !environment.kernel().is_confined() {
        return Ok(None);
    }
    let kernel = environment.kernel();
    let is_denied = |scope: &str, path: &[u8]| !kernel.has_permission(scope, Some(path));
    let writes = WRITING.contains(&syscall);
    let first_is_read = !writes || READING_FIRST.contains(&syscall);
    if first_is_read && is_denied("fs.read", path) {
        return denied(env, "FileSystemRead", path).map(Some);
    }
    if (writes && (!first_is_read || dest.is_none()) || errno == Errno::EROFS && dest.is_none()) && is_denied("fs.write", path) {
        return denied(env, "FileSystemWrite", path).map(Some);
    }
    match dest {
        Some(dest) if writes && is_denied("fs.write", dest) => denied(env, "FileSystemWrite", dest).map(Some),
        _ => Ok(None),
    }
}

/// Throws where a program may not be started, with `--permission`.
///
/// # Errors
/// `ERR_ACCESS_DENIED`.
pub fn check_child(env: Env, file: &[u8]) -> Result<()> {
    let environment = Environment::of(env)?;
    if environment.cli().flag("--permission") && !environment.kernel().has_permission("child", None) {
        return Err(Error::Value(denied(env, "ChildProcess", file)?));
    }
    Ok(())
}

/// `ERR_ACCESS_DENIED` with `permission` and `resource`.
fn denied(env: Env, permission: &str, resource: &[u8]) -> Result<Value> {
    let flag = match permission {
        "FileSystemRead" => "--allow-fs-read",
        "FileSystemWrite" => "--allow-fs-write",
        _ => "--allow-child-process",
    };
    let message = format!("Access to this API has been restricted. Use {flag} to manage permissions.");
    let error = env.create_error(ErrorKind::Error, "ERR_ACCESS_DENIED", &message)?;
    env.set(error, "permission", env.string(permission)?)?;
    env.set(error, "resource", env.string_from_utf8_lossy(resource)?)?;
    Ok(error)
}
