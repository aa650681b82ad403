//! `rmSync`.

use super::args;
use crate::{Environment, errno_exception, strerror, unknown_exception};
use edge_napi::{CallInfo, Env, Error, Result, Value};
use edge_wasix::{Errno, Kernel};
use std::time::Duration;

/// `rmSync(path, maxRetries, recursive, retryDelay)`: removes a file, or a directory and what is in it.
pub fn rm_sync(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let kernel = environment.kernel();
    let path = args::path(env, info.arg(0))?;
    let retries = env.get_u32(info.arg(1))?;
    let recursive = env.truthy(info.arg(2))?;
    let delay = env.get_u32(info.arg(3))?;
    let stat = match kernel.lstat(&path) {
        Ok(stat) => stat,
        // Nothing there, or not any more: nothing is left to be done.
        Err(Errno::ENOENT | Errno::ENOTDIR) => return Ok(info.undefined()),
        Err(errno) => return Err(unknown_exception(env, errno, "rm", &path)),
    };
    // A link to a directory is refused as the directory would be, but only the link is ever removed.
    let is_directory = stat.is_dir() || (stat.is_symlink() && kernel.stat(&path).is_ok_and(|stat| stat.is_dir()));
    if is_directory && !recursive {
        let text = format!("Path is a directory: {}", String::from_utf8_lossy(&path));
        return Err(Error::error("ERR_FS_EISDIR", text));
    }
    let mut attempt = 0;
    loop {
        let removed = if stat.is_dir() { remove_tree(kernel, &path) } else { ignore_missing(kernel.unlink(&path)) };
        match removed {
            Ok(()) => return Ok(info.undefined()),
            Err(Errno::EBUSY | Errno::EMFILE | Errno::ENFILE | Errno::ENOTEMPTY | Errno::EPERM) if attempt < retries => {
                attempt += 1;
                edge_wasix::clock::sleep(Duration::from_millis(u64::from(delay) * u64::from(attempt)));
            }
            Err(errno) => {
                if !matches!(errno, Errno::EPERM | Errno::ENOTEMPTY | Errno::ENOTDIR | Errno::EACCES) {
                    return Err(unknown_exception(env, errno, "rm", &path));
                }
                let text = format!("{}: {}", strerror(errno), String::from_utf8_lossy(&path));
                return Err(errno_exception(env, errno, "rm", &text, Some(&path)));
            }
        }
    }
}

fn ignore_missing(done: edge_wasix::Result<()>) -> edge_wasix::Result<()> {
    match done {
        Err(Errno::ENOENT) => Ok(()),
        done => done,
    }
}

/// Removes a directory and everything below it, without recursion: the depth is the guest's.
fn remove_tree(kernel: &Kernel, path: &[u8]) -> edge_wasix::Result<()> {
    // Each directory is listed once, then removed when it comes up again, after what it held.
    let mut todo = vec![(path.to_vec(), false)];
    while let Some((path, emptied)) = todo.pop() {
        if emptied {
            ignore_missing(kernel.rmdir(&path))?;
            continue;
        }
        let entries = match kernel.readdir(&path) {
            Err(Errno::ENOENT) => continue,
            entries => entries?,
        };
        todo.push((path.clone(), true));
        for entry in entries {
            let mut child = path.clone();
            child.push(b'/');
            child.extend_from_slice(&entry.name);
            match kernel.unlink(&child) {
                Ok(()) | Err(Errno::ENOENT) => {}
                Err(Errno::EISDIR | Errno::EPERM) if kernel.lstat(&child).is_ok_and(|stat| stat.is_dir()) => todo.push((child, false)),
                Err(errno) => return Err(errno),
            }
        }
    }
    Ok(())
}
