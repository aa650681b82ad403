//! Who the program runs as. Without a look at the host (`Policy::closed`) it is user 1000 of a nameless machine.

use rustix::process::{getegid, geteuid, getgid, getgroups, getuid};

use super::Kernel;
use crate::audit::Subject;
use crate::{Errno, Result};

const GUEST_ID: u32 = 1000;

/// A line of the user database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserInfo {
    pub uid: u32,
    pub gid: u32,
    pub username: Vec<u8>,
    pub homedir: Vec<u8>,
    pub shell: Vec<u8>,
}

impl Kernel {
    fn id(&self, host: impl Fn() -> u32) -> u32 {
        if self.policy.grants_host_information() { host() } else { GUEST_ID }
    }

    pub fn uid(&self) -> u32 {
        self.id(|| getuid().as_raw())
    }

    pub fn euid(&self) -> u32 {
        self.id(|| geteuid().as_raw())
    }

    pub fn gid(&self) -> u32 {
        self.id(|| getgid().as_raw())
    }

    pub fn egid(&self) -> u32 {
        self.id(|| getegid().as_raw())
    }

    /// The supplementary groups.
    pub fn groups(&self) -> Result<Vec<u32>> {
        if !self.policy.grants_host_information() {
            return Ok(vec![GUEST_ID]);
        }
        Ok(getgroups()?.into_iter().map(|gid| gid.as_raw()).collect())
    }

    /// The user database's line for the effective user (`os.userInfo`). `ENOENT` when there is none.
    pub fn user_info(&self) -> Result<UserInfo> {
        if !self.policy.grants_host_information() {
            let homedir = self.getenv(b"HOME").unwrap_or_else(|| b"/".to_vec());
            let (uid, gid) = (GUEST_ID, GUEST_ID);
            return Ok(UserInfo { uid, gid, username: b"edge".to_vec(), homedir, shell: Vec::new() });
        }
        lookup_user(geteuid().as_raw())
    }

    /// The id of a user by name or by number as text (`process.setuid` and friends); `ENOENT` when unknown.
    pub fn user_id(&self, name: &[u8]) -> Result<u32> {
        lookup_id("/etc/passwd", name)
    }

    /// The id of a group by name or by number as text; `ENOENT` when unknown.
    pub fn group_id(&self, name: &[u8]) -> Result<u32> {
        lookup_id("/etc/group", name)
    }

    /// Changes ids of the host process: `EPERM` unless the policy grants host processes, and where the host says so.
    pub fn setuid(&self, id: u32) -> Result<()> {
        self.set_id(|| {
            // SAFETY: takes a number, touches no memory.
            unsafe { libc::setuid(id) }
        })
    }

    /// See [`Kernel::setuid`].
    pub fn seteuid(&self, id: u32) -> Result<()> {
        self.set_id(|| {
            // SAFETY: takes a number, touches no memory.
            unsafe { libc::seteuid(id) }
        })
    }

    /// See [`Kernel::setuid`].
    pub fn setgid(&self, id: u32) -> Result<()> {
        self.set_id(|| {
            // SAFETY: takes a number, touches no memory.
            unsafe { libc::setgid(id) }
        })
    }

    /// See [`Kernel::setuid`].
    pub fn setegid(&self, id: u32) -> Result<()> {
        self.set_id(|| {
            // SAFETY: takes a number, touches no memory.
            unsafe { libc::setegid(id) }
        })
    }

    /// Sets the supplementary groups. See [`Kernel::setuid`].
    pub fn setgroups(&self, groups: &[u32]) -> Result<()> {
        self.set_id(|| {
            // SAFETY: the pointer and length describe `groups`, which outlives the call.
            unsafe { libc::setgroups(groups.len(), groups.as_ptr()) }
        })
    }

    /// Sets the groups the user database gives `user`, and `group`. See [`Kernel::setuid`].
    pub fn initgroups(&self, user: &[u8], group: u32) -> Result<()> {
        let user = std::ffi::CString::new(user).map_err(|_| Errno::EINVAL)?;
        self.set_id(|| {
            // SAFETY: the pointer is to a C string that lives for the call.
            unsafe { libc::initgroups(user.as_ptr(), group) }
        })
    }

    fn set_id(&self, call: impl FnOnce() -> i32) -> Result<()> {
        if !self.policy.grants_host_processes() {
            return self.told_host("setuid", Subject::None, Err(Errno::EPERM));
        }
        if call() == 0 { Ok(()) } else { Err(Errno::last()) }
    }
}

/// Asks the C library, which knows directories beside `/etc/passwd`.
fn lookup_user(uid: u32) -> Result<UserInfo> {
    let mut buffer = vec![0u8; 4096];
    loop {
        // SAFETY: an all-zero passwd (null pointers, zero numbers) is a valid value of the C structure.
        let mut entry: libc::passwd = unsafe { std::mem::zeroed() };
        let mut found = std::ptr::null_mut();
        // SAFETY: the pointers are to live locals, the length is the buffer's.
        let error = unsafe { libc::getpwuid_r(uid, &mut entry, buffer.as_mut_ptr().cast(), buffer.len(), &mut found) };
        match error {
            libc::ERANGE if buffer.len() < 1 << 20 => buffer.resize(buffer.len() * 2, 0),
            libc::EINTR => {}
            0 if found.is_null() => return Err(Errno::ENOENT),
            0 => {
                let text = |field: *const libc::c_char| {
                    if field.is_null() {
                        return Vec::new();
                    }
                    // SAFETY: a non-null field of a found entry is a C string in `buffer`, which is still alive.
                    unsafe { std::ffi::CStr::from_ptr(field) }.to_bytes().to_vec()
                };
                return Ok(UserInfo {
                    uid: entry.pw_uid,
                    gid: entry.pw_gid,
                    username: text(entry.pw_name),
                    homedir: text(entry.pw_dir),
                    shell: text(entry.pw_shell),
                });
            }
            error => return Err(Errno::from_raw(error)),
        }
    }
}

fn lookup_id(database: &str, name: &[u8]) -> Result<u32> {
    if let Some(id) = std::str::from_utf8(name).ok().and_then(|name| name.parse().ok()) {
        return Ok(id);
    }
    let text = std::fs::read(database)?;
    for line in text.split(|&b| b == b'\n') {
        let mut fields = line.split(|&b| b == b':');
        if fields.next() == Some(name) {
            let id = fields.nth(1).and_then(|id| std::str::from_utf8(id).ok()).and_then(|id| id.parse().ok());
            return id.ok_or(Errno::ENOENT);
        }
    }
    Err(Errno::ENOENT)
}
