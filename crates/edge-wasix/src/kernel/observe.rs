//! Telling an observer what the policy decided. Nothing here decides anything.

use std::net::SocketAddr;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;
use std::sync::Arc;

use super::spawn::ChildProgram;
use super::{Kernel, View};
use crate::audit::{Access, Decision, Observer, Subject, whole_asking};
use crate::net::{Direction, NetworkAccess, Protocol, SocketAddress};
use crate::{Errno, Result};

impl Kernel {
    /// Tells `observer` of every decision from now on. Only the first one is heard.
    pub fn observe(&self, observer: Arc<dyn Observer>) {
        let _ = self.observer.set(observer);
    }

    /// Who is told of decisions.
    pub fn observer(&self) -> Option<&Arc<dyn Observer>> {
        self.observer.get()
    }

    /// Whether what is granted is to be told, too.
    pub(super) fn tells_all(&self) -> bool {
        self.observer.get().is_some_and(|observer| observer.wants_allowed())
    }

    /// Tells of a call on a path; answers its result.
    pub(super) fn told<R>(&self, call: &'static str, access: Access, path: &[u8], result: Result<R>) -> Result<R> {
        if let Some(observer) = self.observer.get() {
            self.tell_path(observer, call, access, path, result.as_ref().err().copied());
        }
        result
    }

    #[cold]
    fn tell_path(&self, observer: &Arc<dyn Observer>, call: &'static str, access: Access, path: &[u8], errno: Option<Errno>) {
        whole_asking(|| {
            let granted = || if access == Access::Read { self.may_read(Some(path)) } else { self.may_write(Some(path)) };
            let by_policy =
                |errno| matches!(errno, Errno::ENOENT | Errno::EROFS | Errno::EACCES | Errno::EXDEV | Errno::EPERM | Errno::ELOOP);
            let is_denied = errno.is_some_and(by_policy) && !granted();
            if !is_denied && !observer.wants_allowed() {
                return;
            }
            let is_relative = !path.starts_with(b"/");
            let mut whole = Vec::new();
            if is_relative {
                whole = self.cwd().unwrap_or_default();
                whole.push(b'/');
            }
            whole.extend_from_slice(path);
            let (real, is_dir) = match &self.view {
                View::Host(_) if observer.wants_allowed() && errno.is_none() => real_path(&whole),
                _ => (None, false),
            };
            observer.decided(&Decision {
                call,
                access,
                subject: Subject::Path { path: &whole, is_relative, real, is_dir },
                is_denied,
                outcome: errno.map_or(Ok(()), Err),
                field: Some("volumes"),
            });
        });
    }

    fn tell(&self, decision: &Decision<'_>) {
        if let Some(observer) = self.observer.get()
            && (decision.is_denied || observer.wants_allowed())
        {
            whole_asking(|| observer.decided(decision));
        }
    }

    /// Tells of an address.
    pub(super) fn tell_address(
        &self,
        call: &'static str,
        access: Access,
        protocol: impl FnOnce() -> Protocol,
        address: SocketAddr,
        field: Option<&'static str>,
        outcome: Result<()>,
    ) {
        if self.observer.get().is_none() {
            return;
        }
        let subject = Subject::Address { protocol: protocol(), address, hosts: self.resolved.names(address.ip()) };
        self.tell(&Decision { call, access, subject, is_denied: outcome.is_err(), outcome, field });
    }

    /// Tells of what a socket is to be used for.
    pub(super) fn tell_socket(
        &self,
        call: &'static str,
        direction: Direction,
        protocol: impl FnOnce() -> Protocol,
        address: &SocketAddress,
        outcome: Result<()>,
    ) {
        if self.observer.get().is_none() {
            return;
        }
        let (access, field) = match direction {
            Direction::Connect => (Access::Connect, "connect"),
            Direction::Bind => (Access::Listen, "listen"),
        };
        match address {
            SocketAddress::Inet(address) => {
                let protocol = protocol();
                // A port to send from comes with what may be sent to.
                let is_for_sending = protocol == Protocol::Udp && address.port() == 0 && address.ip().is_unspecified();
                let field = if is_for_sending { "connect" } else { field };
                self.tell_address(call, access, || protocol, *address, Some(field), outcome);
            }
            SocketAddress::Unix(path) => self.tell_unix(call, access, path, outcome),
        }
    }

    /// Tells of a local socket.
    fn tell_unix(&self, call: &'static str, access: Access, path: &[u8], outcome: Result<()>) {
        if self.observer.get().is_some() {
            let subject = Subject::UnixSocket(path);
            self.tell(&Decision { call, access, subject, is_denied: outcome.is_err(), outcome, field: Some("unix_sockets") });
        }
    }

    /// Tells of a look-up.
    pub(super) fn tell_name(&self, call: &'static str, name: &[u8], outcome: Result<()>) {
        if self.observer.get().is_some() {
            let field = Some("dns");
            self.tell(&Decision {
                call,
                access: Access::Resolve,
                subject: Subject::Host(name),
                is_denied: outcome.is_err(),
                outcome,
                field,
            });
        }
    }

    /// Tells of a program that is to be started.
    pub(super) fn tell_command(&self, call: &'static str, program: &ChildProgram, outcome: Result<()>) {
        if self.observer.get().is_none() {
            return;
        }
        let real = if matches!(self.view, View::Host(_)) { self.found_program(program) } else { None };
        let subject = Subject::Command { file: &program.file, args: &program.args, real };
        self.tell(&Decision { call, access: Access::Run, subject, is_denied: outcome.is_err(), outcome, field: Some("commands") });
    }

    /// Where the host has a program that is named as `execvp` names it.
    fn found_program(&self, program: &ChildProgram) -> Option<Vec<u8>> {
        if program.file.contains(&b'/') {
            let mut whole = if program.file.starts_with(b"/") { Vec::new() } else { [self.cwd().ok()?, b"/".to_vec()].concat() };
            whole.extend_from_slice(&program.file);
            return Some(whole);
        }
        let own = || self.getenv(b"PATH");
        let path = match &program.env {
            Some(entries) => entries.iter().find_map(|entry| entry.strip_prefix(b"PATH=").map(<[u8]>::to_vec)),
            None => own(),
        };
        let is_program = |path: &Path| {
            use std::os::unix::fs::PermissionsExt;
            path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
        };
        let path = path.unwrap_or_else(|| b"/bin:/usr/bin".to_vec());
        let folders = path.split(|&byte| byte == b':').filter(|folder| folder.starts_with(b"/"));
        let mut found =
            folders.map(|folder| Path::new(std::ffi::OsStr::from_bytes(folder)).join(std::ffi::OsStr::from_bytes(&program.file)));
        found.find(|path| is_program(path)).map(|path| path.into_os_string().into_vec())
    }

    /// Tells that the program looked at a variable, where the host has one of that name: `found` says whether this kernel has it.
    pub fn tell_variable(&self, name: &[u8], found: bool) {
        let Some(observer) = self.observer.get() else { return };
        if found && !observer.wants_allowed() || name.is_empty() || name.contains(&0) || name.contains(&b'=') {
            return;
        }
        if std::env::var_os(std::ffi::OsStr::from_bytes(name)).is_none() {
            return;
        }
        let is_denied = !found && !self.policy.grants_host_environment();
        if found || is_denied {
            let (call, access, field) = ("getenv", Access::Env, Some("env"));
            self.tell(&Decision { call, access, subject: Subject::Variable(name), is_denied, outcome: Ok(()), field });
        }
    }

    /// Tells that native code was not loaded.
    pub fn tell_addon(&self, path: &[u8]) {
        if self.observer.get().is_some() {
            let subject = Subject::Path { path, is_relative: !path.starts_with(b"/"), real: None, is_dir: false };
            let outcome = Err(Errno::EACCES);
            let decision =
                Decision { call: "dlopen", access: Access::Addon, subject, is_denied: true, outcome, field: Some("native_addons") };
            self.tell(&decision);
        }
    }

    /// Tells of a call that no field of a policy grants.
    pub(super) fn told_host<R>(&self, call: &'static str, subject: Subject<'_>, result: Result<R>) -> Result<R> {
        if self.observer.get().is_some() && !self.policy.grants_host_processes() {
            let outcome = result.as_ref().map(|_| ()).map_err(|errno| *errno);
            self.tell(&Decision { call, access: Access::Host, subject, is_denied: outcome.is_err(), outcome, field: None });
        }
        result
    }

    /// Remembers under an open policy what a name led to, for an observer that is told of addresses.
    pub(super) fn remember(&self, name: &[u8], addresses: &[std::net::IpAddr]) {
        if self.observer.get().is_some()
            && *self.policy.network_access() == NetworkAccess::Open
            && let Some(name) = crate::net::normal_name(name)
        {
            self.resolved.record(&name, addresses);
        }
    }
}

/// A path without links, as far as it exists, and whether it is a folder's.
fn real_path(path: &[u8]) -> (Option<Vec<u8>>, bool) {
    let path = Path::new(std::ffi::OsStr::from_bytes(path));
    match std::fs::canonicalize(path) {
        Ok(real) => {
            let is_dir = real.is_dir();
            (Some(real.into_os_string().into_vec()), is_dir)
        }
        // A name that was removed, or a link that leads nowhere: its folder is what counts.
        Err(_) => {
            let real = path.parent().and_then(|folder| std::fs::canonicalize(folder).ok()).zip(path.file_name());
            (real.map(|(folder, name)| folder.join(name).into_os_string().into_vec()), false)
        }
    }
}
