//! The log: a file of JSON lines.

use std::os::fd::{AsFd, BorrowedFd, FromRawFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rustix::fs::{Mode, OFlags};

use super::json::{push_field, push_list};
use super::{Decision, Observer, Subject, origin};
use crate::net::Protocol;
use crate::{Errno, Result};

/// Tells an `edge-node` that runs open where to log what is denied; `=`, then the file. Its command line's words come before it.
pub const AUDIT_VARIABLE: &str = "EDGE_AUDIT";
/// The same for every decision.
pub const AUDIT_ALL_VARIABLE: &str = "EDGE_AUDIT_ALL";
/// What one process writes at most: a program that is denied something for ever must not fill the host's disk.
const MOST: u64 = 64 << 20;
/// Arguments of a command that are told.
const ARGUMENTS: usize = 32;
/// Frames of a stack.
const FRAMES: usize = 32;

/// Appends to a file, a line for each decision. Lines are written whole, so that several processes may share the file.
pub struct AuditLog {
    file: OwnedFd,
    path: Vec<u8>,
    wants_all: bool,
    written: AtomicU64,
    is_full: AtomicBool,
}

impl AuditLog {
    /// Opens or makes the host's file (mode 0600).
    ///
    /// # Errors
    /// What `open` answers.
    pub fn open(path: &[u8], wants_all: bool) -> Result<AuditLog> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::APPEND | OFlags::CLOEXEC | OFlags::NOCTTY;
        let file = rustix::fs::open(path, flags, Mode::RUSR | Mode::WUSR)?;
        // Children may be elsewhere.
        let path = std::fs::canonicalize(std::ffi::OsStr::from_bytes(path));
        let path = path.map(|path| path.into_os_string().into_vec()).unwrap_or_default();
        Ok(AuditLog::with(file, path, wants_all))
    }

    /// Goes on with the log at this descriptor, which this process was started with. Only right at a process's start.
    ///
    /// # Errors
    /// `EBADF`.
    pub fn inherited(fd: i32, wants_all: bool) -> Result<AuditLog> {
        // SAFETY: sets a flag of a number, touching no memory.
        if fd < 3 || unsafe { libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC) } < 0 {
            return Err(Errno::EBADF);
        }
        // SAFETY: the descriptor was inherited, so nothing in this process owns it yet; this takes it over.
        Ok(AuditLog::with(unsafe { OwnedFd::from_raw_fd(fd) }, Vec::new(), wants_all))
    }

    fn with(file: OwnedFd, path: Vec<u8>, wants_all: bool) -> AuditLog {
        AuditLog { file, path, wants_all, written: AtomicU64::new(0), is_full: AtomicBool::new(false) }
    }

    fn write(&self, line: &str) {
        if self.written.fetch_add(line.len() as u64, Ordering::Relaxed) + line.len() as u64 > MOST {
            if !self.is_full.swap(true, Ordering::Relaxed) {
                let last = format!("{{{},\"decision\":\"stopped\",\"reason\":\"{MOST} bytes were written\"}}\n", stamp());
                let _ = rustix::io::write(&self.file, last.as_bytes());
            }
            return;
        }
        let mut rest = line.as_bytes();
        while !rest.is_empty() {
            match rustix::io::write(&self.file, rest) {
                Ok(count) if count > 0 => rest = &rest[count..],
                Err(rustix::io::Errno::INTR) => {}
                _ => return,
            }
        }
    }
}

impl Observer for AuditLog {
    fn wants_allowed(&self) -> bool {
        self.wants_all
    }

    fn decided(&self, decision: &Decision<'_>) {
        if decision.is_denied || self.wants_all {
            let stack = origin();
            self.write(&line(decision, stack.as_deref().unwrap_or_default()));
        }
    }

    fn log_of_children(&self) -> Option<BorrowedFd<'_>> {
        Some(self.file.as_fd())
    }

    fn variables_of_children(&self) -> Vec<Vec<u8>> {
        let name = if self.wants_all { AUDIT_ALL_VARIABLE } else { AUDIT_VARIABLE };
        if self.path.is_empty() { Vec::new() } else { vec![[name.as_bytes(), b"=", &self.path].concat()] }
    }
}

/// Time and process.
fn stamp() -> String {
    let now = crate::clock::realtime_ns().max(0);
    let (seconds, millis) = ((now / 1_000_000_000) as i64, now / 1_000_000 % 1000);
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Days to a date of the Gregorian calendar, years beginning in March.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (year, month) = if month < 10 { (year + era * 400, month + 3) } else { (year + era * 400 + 1, month - 9) };
    format!(
        "\"time\":\"{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{millis:03}Z\",\"pid\":{}",
        second / 3600,
        second / 60 % 60,
        second % 60,
        std::process::id()
    )
}

/// One decision as a line, with the line's end.
fn line(decision: &Decision<'_>, stack: &[String]) -> String {
    let mut out = format!(
        "{{{},\"decision\":\"{}\",\"call\":\"{}\",\"access\":\"{}\"",
        stamp(),
        if decision.is_denied { "denied" } else { "allowed" },
        decision.call,
        decision.access.name()
    );
    match &decision.subject {
        Subject::Path { path, is_relative, real, is_dir } => {
            push_field(&mut out, "path", path);
            if *is_relative {
                out.push_str(",\"relative\":true");
            }
            if let Some(real) = real {
                push_field(&mut out, "real", real);
            }
            if *is_dir {
                out.push_str(",\"folder\":true");
            }
        }
        Subject::Address { protocol, address, hosts } => {
            let protocol = if *protocol == Protocol::Tcp { "tcp" } else { "udp" };
            out.push_str(&format!(",\"protocol\":\"{protocol}\",\"address\":\"{}\",\"port\":{}", address.ip(), address.port()));
            push_list(&mut out, "hosts", hosts.iter().take(ARGUMENTS).map(String::as_bytes));
        }
        Subject::UnixSocket(path) => push_field(&mut out, "socket", path),
        Subject::Host(name) => push_field(&mut out, "host", name),
        Subject::Variable(name) => push_field(&mut out, "variable", name),
        Subject::Command { file, args, real } => {
            push_field(&mut out, "command", file);
            push_list(&mut out, "args", args.iter().take(ARGUMENTS).map(|arg| &arg[..arg.len().min(256)]));
            if let Some(real) = real {
                push_field(&mut out, "real", real);
            }
        }
        Subject::Process(pid) => out.push_str(&format!(",\"process\":{pid}")),
        Subject::None => {}
    }
    match decision.field {
        Some(field) => out.push_str(&format!(",\"field\":\"{field}\"")),
        None => out.push_str(",\"field\":null"),
    }
    if let Err(errno) = decision.outcome {
        out.push_str(&format!(",\"errno\":\"{}\"", errno.name()));
    }
    push_list(&mut out, "stack", stack.iter().take(FRAMES).map(|frame| &frame.as_bytes()[..frame.len().min(1024)]));
    out.push_str("}\n");
    out
}
