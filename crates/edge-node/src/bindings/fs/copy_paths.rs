//! `cpSyncCheckPaths`: what may be copied where.

use super::args;
use crate::{Environment, uv_exception};
use edge_napi::{CallInfo, Env, Error, Result, Value};
use edge_wasix::Kernel;
use edge_wasix::fs::EntryKind;

/// The directory above a path, as text; the root is above itself, and the empty path above a single name.
pub fn parent(path: &[u8]) -> &[u8] {
    match path.iter().rposition(|&byte| byte == b'/') {
        Some(0) => b"/",
        Some(slash) => &path[..slash],
        None => b"",
    }
}

fn same(kernel: &Kernel, a: &[u8], b: &[u8]) -> Option<bool> {
    let (a, b) = (kernel.stat(a).ok()?, kernel.stat(b).ok()?);
    Some((a.dev, a.ino) == (b.dev, b.ino))
}

/// `cpSyncCheckPaths(source, destination, dereference, recursive)`: throws where the copy cannot be; makes the directories above the
/// destination.
pub fn cp_sync_check_paths(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let kernel = environment.kernel();
    let source = args::path(env, info.arg(0))?;
    let target = args::path(env, info.arg(1))?;
    let dereference = env.truthy(info.arg(2))?;
    let recursive = env.truthy(info.arg(3))?;
    // Node looks at a source's link itself when it is told to dereference, and through it when it is not.
    let from = if dereference { kernel.lstat(&source) } else { kernel.stat(&source) };
    let from = from.map_err(|errno| uv_exception(env, errno, if dereference { "stat" } else { "lstat" }, Some(&source)))?;
    let to = if dereference { kernel.stat(&target) } else { kernel.lstat(&target) }.ok();
    let from_dir = from.is_dir() || (dereference && from.is_symlink());
    let source_text = String::from_utf8_lossy(&source).into_owned();
    let target_text = String::from_utf8_lossy(&target).into_owned();
    if let Some(to) = to {
        if same(kernel, &source, &target) == Some(true) {
            return Err(Error::error("ERR_FS_CP_EINVAL", format!("src and dest cannot be the same {target_text}")));
        }
        if from_dir && !to.is_dir() {
            return Err(Error::error(
                "ERR_FS_CP_DIR_TO_NON_DIR",
                format!("Cannot overwrite non-directory {target_text} with directory {source_text}"),
            ));
        }
        if !from_dir && to.is_dir() {
            return Err(Error::error(
                "ERR_FS_CP_NON_DIR_TO_DIR",
                format!("Cannot overwrite directory {target_text} with non-directory {source_text}"),
            ));
        }
    }
    let mut folder = source.clone();
    if !folder.ends_with(b"/") {
        folder.push(b'/');
    }
    let inside = || {
        let text = format!("Cannot copy {} to a subdirectory of self {target_text}", String::from_utf8_lossy(&folder));
        Err(Error::error("ERR_FS_CP_EINVAL", text))
    };
    if from_dir && target.starts_with(&folder) {
        return inside();
    }
    let mut above = parent(&target);
    while parent(&source) != above && !above.is_empty() && parent(above) != above {
        match same(kernel, &source, above) {
            Some(true) => return inside(),
            // Node goes no further up; a copy through links would not end then.
            Some(false) if dereference => above = parent(above),
            _ => break,
        }
    }
    if from_dir && !recursive {
        let text = format!("Recursive option not enabled, cannot copy a directory: {}", String::from_utf8_lossy(&folder));
        return Err(Error::error("ERR_FS_EISDIR", text));
    }
    match EntryKind::from_mode(from.mode) {
        EntryKind::Socket => return Err(Error::error("ERR_FS_CP_SOCKET", format!("Cannot copy a socket file: {target_text}"))),
        EntryKind::Fifo => return Err(Error::error("ERR_FS_CP_FIFO_PIPE", format!("Cannot copy a FIFO pipe: {target_text}"))),
        EntryKind::Unknown => return Err(Error::error("ERR_FS_CP_UNKNOWN", format!("Cannot copy an unknown file type: {target_text}"))),
        _ => {}
    }
    let above = parent(&target);
    if !above.is_empty() {
        // What is wrong with the directories shows when the copy is made.
        let _ = kernel.mkdir_all(above, 0o777);
    }
    Ok(info.undefined())
}
