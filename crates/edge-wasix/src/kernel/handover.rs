//! What a sandboxed program's child is told by the kernel that starts it: its policy, its folder, its variables, its descriptors. It travels
//! in a sealed memory file that the child inherits, so that neither program can change it, and nothing of it is in the child's host
//! environment, which the loader and the C library would heed.

use std::io::{Read, Write};
use std::os::fd::{FromRawFd, OwnedFd};

use rustix::fs::{MemfdFlags, SealFlags};

use crate::{Errno, Result};

/// The first word of a child's command line, before the number of the descriptor that the handover is in.
pub const HANDOVER_OPTION: &str = "--edge-sandbox=";
/// No handover is larger: the script in it is.
const MOST: u64 = 512 << 20;

/// What a child gets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Handover {
    /// The policy, in the words of whoever made it ([`crate::Policy::node_children`]).
    pub document: Vec<u8>,
    /// The guest's folder to start in.
    pub cwd: Vec<u8>,
    /// Its variables, `NAME=value`.
    pub env: Vec<Vec<u8>>,
    /// The descriptors from 3 up that are meant for it.
    pub fds: Vec<i32>,
    /// The descriptor of the log of what is denied, or (true) of every decision.
    pub audit: Option<(i32, bool)>,
}

fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
    out.extend_from_slice(bytes);
}

fn take<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8]> {
    let (length, after) = rest.split_first_chunk::<8>().ok_or(Errno::EINVAL)?;
    let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| Errno::EINVAL)?;
    let (bytes, after) = after.split_at_checked(length).ok_or(Errno::EINVAL)?;
    *rest = after;
    Ok(bytes)
}

impl Handover {
    fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put(&mut out, &self.document);
        put(&mut out, &self.cwd);
        put(&mut out, &self.fds.iter().flat_map(|fd| fd.to_le_bytes()).collect::<Vec<u8>>());
        let audit = self.audit.map(|(fd, wants_all)| [fd.to_le_bytes(), i32::from(wants_all).to_le_bytes()].concat());
        put(&mut out, &audit.unwrap_or_default());
        for entry in &self.env {
            put(&mut out, entry);
        }
        out
    }

    fn from_bytes(mut rest: &[u8]) -> Result<Handover> {
        let document = take(&mut rest)?.to_vec();
        let cwd = take(&mut rest)?.to_vec();
        let fds = take(&mut rest)?.as_chunks::<4>().0.iter().map(|fd| i32::from_le_bytes(*fd)).collect();
        let audit: Vec<i32> = take(&mut rest)?.as_chunks::<4>().0.iter().map(|number| i32::from_le_bytes(*number)).collect();
        let audit = if let [fd, wants_all] = audit[..] { Some((fd, wants_all != 0)) } else { None };
        let mut env = Vec::new();
        while !rest.is_empty() {
            env.push(take(&mut rest)?.to_vec());
        }
        Ok(Handover { document, cwd, env, fds, audit })
    }

    /// A sealed memory file of it.
    pub(super) fn to_fd(&self) -> Result<OwnedFd> {
        let fd = rustix::fs::memfd_create(c"edge-sandbox", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
        let mut file = std::fs::File::from(fd);
        file.write_all(&self.to_bytes())?;
        let fd = OwnedFd::from(file);
        rustix::fs::fcntl_add_seals(&fd, SealFlags::WRITE | SealFlags::GROW | SealFlags::SHRINK | SealFlags::SEAL)?;
        Ok(fd)
    }

    /// Reads the handover that this process was started with and closes its descriptor. Only right at a process's start.
    ///
    /// # Errors
    /// `EBADF`, `EINVAL` for what is none.
    pub fn inherited(fd: i32) -> Result<Handover> {
        // SAFETY: F_GETFD only asks about a number and touches no memory.
        if fd < 3 || unsafe { libc::fcntl(fd, libc::F_GETFD) } < 0 {
            return Err(Errno::EBADF);
        }
        // SAFETY: the descriptor was inherited, so nothing in this process owns it yet; this takes it over.
        let mut file = std::fs::File::from(unsafe { OwnedFd::from_raw_fd(fd) });
        let mut bytes = Vec::new();
        // Its position is where the writer left it.
        std::io::Seek::rewind(&mut file)?;
        Read::by_ref(&mut file).take(MOST).read_to_end(&mut bytes)?;
        Handover::from_bytes(&bytes)
    }
}

/// Closes all descriptors from 3 up but those named, which a child of this process would inherit otherwise. Only right at a process's
/// start, before anything was opened.
pub fn close_inherited(keep: &[i32]) {
    let mut keep: Vec<u32> = keep.iter().filter_map(|fd| u32::try_from(*fd).ok()).filter(|fd| *fd > 2).collect();
    keep.sort_unstable();
    let mut first = 3;
    for fd in keep.into_iter().chain([u32::MAX]) {
        if fd > first {
            // SAFETY: closes descriptors that nothing in this process owns yet: it was just started, with them open.
            if unsafe { libc::syscall(libc::SYS_close_range, first, fd - 1, 0) } != 0 {
                close_by_hand(first, fd);
            }
        }
        first = fd.saturating_add(1);
    }
}

/// For kernels without `close_range`.
fn close_by_hand(first: u32, end: u32) {
    let Ok(listing) = std::fs::read_dir("/proc/self/fd") else { return };
    let open: Vec<u32> = listing.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    for fd in open.into_iter().filter(|fd| (first..end).contains(fd)) {
        // SAFETY: as above; the listing's own is closed already, and closing a number that is not open does nothing.
        unsafe { libc::close(fd.cast_signed()) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let handover = Handover {
            document: b"{}".to_vec(),
            cwd: b"/app".to_vec(),
            env: vec![b"A=\xff".to_vec(), Vec::new()],
            fds: vec![3, 7],
            audit: Some((9, true)),
        };
        assert_eq!(Handover::from_bytes(&handover.to_bytes()), Ok(handover.clone()));
        let bytes = handover.to_bytes();
        assert_eq!(Handover::from_bytes(&bytes[..bytes.len() - 1]), Err(Errno::EINVAL));
        assert_eq!(Handover::from_bytes(&[0xff; 16]), Err(Errno::EINVAL));
        let fd = handover.to_fd().unwrap();
        assert!(rustix::io::write(&fd, b"x").is_err());
    }
}
