//! Terminals.

use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::sync::{Mutex, PoisonError};

use rustix::termios::{
    ControlModes, InputModes, LocalModes, OptionalActions, OutputModes, SpecialCodeIndex, Termios, tcgetattr, tcgetwinsize, tcsetattr,
};

use super::{Fd, Kernel, tty_restore};
use crate::host::retry;
use crate::{Errno, Result};

/// libuv's terminal modes, with its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum TtyMode {
    Normal = 0,
    Raw = 1,
    /// Raw for a program that reads binary data; no signals from keys either way.
    Io = 2,
}

/// The terminal's settings before the first raw mode, with the host descriptor they belong to. One per process, as
/// a process has one controlling terminal.
static ORIGINAL: Mutex<Option<(OwnedTty, Termios)>> = Mutex::new(None);

/// A duplicate of the terminal's descriptor, so that the reset works whatever was closed since.
struct OwnedTty(OwnedFd);

impl Kernel {
    /// Columns and rows of the terminal's window. `ENOTTY` when it is none.
    pub fn tty_window_size(&self, fd: Fd) -> Result<(u16, u16)> {
        let file = self.file(fd)?;
        let size = retry(|| tcgetwinsize(file.host_fd().ok_or(rustix::io::Errno::NOTTY)?))?;
        Ok((size.ws_col, size.ws_row))
    }

    /// Switches a terminal between line and raw mode.
    pub fn tty_set_mode(&self, fd: Fd, mode: TtyMode) -> Result<()> {
        let file = self.file(fd)?;
        let tty = file.host_fd().ok_or(Errno::ENOTTY)?;
        let mut original = ORIGINAL.lock().unwrap_or_else(PoisonError::into_inner);
        if original.is_none() {
            if mode == TtyMode::Normal {
                return Ok(());
            }
            let copy = duplicate(tty)?;
            tty_restore::remember(&copy.0);
            *original = Some((copy, retry(|| tcgetattr(tty))?));
        }
        let Some((_, saved)) = original.as_ref() else {
            return Err(Errno::ENOTTY);
        };
        let mut termios = saved.clone();
        match mode {
            TtyMode::Normal => {}
            TtyMode::Raw => {
                termios.input_modes -= InputModes::BRKINT | InputModes::ICRNL | InputModes::INPCK | InputModes::ISTRIP | InputModes::IXON;
                termios.output_modes |= OutputModes::ONLCR;
                termios.control_modes |= ControlModes::CS8;
                termios.local_modes -= LocalModes::ECHO | LocalModes::ICANON | LocalModes::IEXTEN | LocalModes::ISIG;
                termios.special_codes[SpecialCodeIndex::VMIN] = 1;
                termios.special_codes[SpecialCodeIndex::VTIME] = 0;
            }
            TtyMode::Io => termios.make_raw(),
        }
        retry(|| tcsetattr(tty, OptionalActions::Drain, &termios))
    }

    /// Puts the terminal back as it was before the first raw mode (`uv_tty_reset_mode`); called at exit.
    pub fn tty_reset_mode(&self) {
        let original = ORIGINAL.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((tty, termios)) = original.as_ref() {
            let _ = retry(|| tcsetattr(&tty.0, OptionalActions::Now, termios));
        }
    }
}

fn duplicate(fd: BorrowedFd<'_>) -> Result<OwnedTty> {
    let raw: RawFd = fd.as_raw_fd();
    // SAFETY: duplicates an open descriptor, close-on-exec, touching no memory.
    let copy = unsafe { libc::fcntl(raw, libc::F_DUPFD_CLOEXEC, 3) };
    if copy < 0 {
        return Err(Errno::last());
    }
    // SAFETY: the descriptor was just made and has no other owner.
    Ok(OwnedTty(unsafe { OwnedFd::from_raw_fd(copy) }))
}
