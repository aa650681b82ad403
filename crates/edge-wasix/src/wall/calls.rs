//! seccomp: which system calls the process may make.
//!
//! One table of verdicts ([`dispatch`](super::dispatch) makes the program of it): what exists, what is refused, what ends the process.
//! Calls that are allowed whatever their arguments cost next to nothing: the kernel remembers that.

use libc::c_int;
use seccompiler::{BackendError, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompRule, apply_filter_all_threads};

use super::dispatch::{Table, Verdict};
use super::{has_commands, numbers};
use crate::net::NetworkAccess;
use crate::{Policy, VolumeAccess};

type Built<T> = Result<T, BackendError>;

/// What a thread is made with, and nothing that gives it another view of the machine.
const CLONE_KINDS: c_int = libc::CLONE_THREAD
    | libc::CLONE_NEWNS
    | libc::CLONE_NEWCGROUP
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET;
const NAMESPACES: &[c_int] = &[
    libc::CLONE_NEWNS,
    libc::CLONE_NEWCGROUP,
    libc::CLONE_NEWUTS,
    libc::CLONE_NEWIPC,
    libc::CLONE_NEWUSER,
    libc::CLONE_NEWPID,
    libc::CLONE_NEWNET,
];
/// Names a mapping, for debuggers (the C library does).
const PR_SET_VMA: c_int = 0x5356_4d41;
/// The machine's page size and the like (rustix asks).
const PR_GET_AUXV: c_int = 0x4155_5856;

/// Restricts all threads of the process.
///
/// # Errors
/// Why not, for a person.
pub fn restrict(policy: &Policy) -> Result<(), String> {
    let program = table(policy).and_then(Table::program).map_err(|error| error.to_string())?;
    apply_filter_all_threads(&program).map_err(|error| error.to_string())
}

fn table(policy: &Policy) -> Built<Table> {
    if has_commands(policy) { of_commands() } else { confined(policy) }
}

/// What holds where commands are granted: such a program may try anything, and may need what is on no list of ours.
fn of_commands() -> Built<Table> {
    let refused = errno(libc::EPERM);
    let mut table = Table::new(SeccompAction::Allow);
    table.set_all(numbers::DEADLY, &refused);
    table.set(libc::SYS_ioctl, unless(input_of_terminals()?, libc::EPERM));
    table.set(libc::SYS_clone, unless(NAMESPACES.iter().map(|&flag| when(0, masked(flag), flag)).collect::<Built<_>>()?, libc::EPERM));
    // Its arguments are out of a filter's sight; the C library then uses the older call.
    table.set(libc::SYS_clone3, Verdict::Always(errno(libc::ENOSYS)));
    Ok(table)
}

/// What holds where none are: a list of what exists (the rest is `ENOSYS`, which the C library takes for an older kernel), less what is
/// refused by its arguments or for want of a grant (`EACCES`). Later verdicts are the stricter ones.
fn confined(policy: &Policy) -> Built<Table> {
    let mut table = Table::new(errno(libc::ENOSYS));
    table.set_all(numbers::ALWAYS, &SeccompAction::Allow);
    table.set_all(numbers::OLDER, &SeccompAction::Allow);
    if policy.volumes().iter().any(|volume| volume.access == VolumeAccess::ReadWrite) {
        table.set_all(numbers::METADATA, &SeccompAction::Allow);
    }
    only_if(&mut table, libc::SYS_clone, vec![when(0, masked(CLONE_KINDS), libc::CLONE_THREAD)?]);
    let prctl = [libc::PR_SET_NAME, libc::PR_GET_NAME, PR_SET_VMA, PR_GET_AUXV];
    only_if(&mut table, libc::SYS_prctl, prctl.iter().map(|&option| when(0, SeccompCmpOp::Eq, option)).collect::<Built<_>>()?);
    refuse(&mut table, policy)?;
    table.set_all(numbers::DEADLY, &SeccompAction::KillProcess);
    Ok(table)
}

/// What is refused by its arguments, or for want of a grant.
fn refuse(table: &mut Table, policy: &Policy) -> Built<()> {
    let has_network = *policy.network_access() != NetworkAccess::Closed;
    let mut families = Vec::new();
    if has_network {
        // The resolver talks to a local daemon, if there is one.
        families.extend([libc::AF_INET, libc::AF_INET6, libc::AF_UNIX]);
    } else if policy.unix_paths().next().is_some() {
        families.push(libc::AF_UNIX);
    }
    if has_network || policy.grants_host_information() {
        // The list of interfaces.
        families.push(libc::AF_NETLINK);
    }
    // Without any there is nothing to connect.
    if families.is_empty() {
        table.set_all(numbers::NETWORK, &errno(libc::EACCES));
        table.set_all(&[libc::SYS_socket], &errno(libc::EACCES));
    } else {
        let other = families.iter().map(|&family| condition(0, SeccompCmpOp::Ne, family)).collect::<Built<_>>()?;
        table.set(libc::SYS_socket, unless(vec![SeccompRule::new(other)?], libc::EACCES));
    }
    table.set(libc::SYS_socketpair, unless(vec![when(0, SeccompCmpOp::Ne, libc::AF_UNIX)?], libc::EACCES));
    table.set_all(&[libc::SYS_execve, libc::SYS_execveat], &errno(libc::EACCES));
    table.set(libc::SYS_ioctl, unless(input_of_terminals()?, libc::EACCES));
    // Code comes from the files that were mapped at the start. The resolver loads modules.
    table.set(libc::SYS_mprotect, unless(vec![when(2, masked(libc::PROT_EXEC), libc::PROT_EXEC)?], libc::EACCES));
    let code = if has_network { libc::PROT_EXEC | libc::PROT_WRITE } else { libc::PROT_EXEC };
    table.set(libc::SYS_mmap, unless(vec![when(2, masked(code), code)?], libc::EACCES));
    // SAFETY: answers a number.
    let own = unsafe { libc::getpid() };
    for call in [libc::SYS_kill, libc::SYS_tgkill, libc::SYS_prlimit64] {
        let mut other = vec![condition(0, SeccompCmpOp::Ne, own)?];
        if call == libc::SYS_prlimit64 {
            other.push(condition(0, SeccompCmpOp::Ne, 0)?);
        }
        table.set(call, unless(vec![SeccompRule::new(other)?], libc::EACCES));
    }
    Ok(())
}

/// Allowed, but for what the rules match.
fn unless(rules: Vec<SeccompRule>, error: c_int) -> Verdict {
    Verdict::Judged { rules, matched: errno(error), otherwise: SeccompAction::Allow }
}

/// Exists only as the rules match.
fn only_if(table: &mut Table, call: libc::c_long, rules: Vec<SeccompRule>) {
    table.set(call, Verdict::Judged { rules, matched: SeccompAction::Allow, otherwise: errno(libc::ENOSYS) });
}

fn errno(error: c_int) -> SeccompAction {
    SeccompAction::Errno(error.unsigned_abs())
}

/// Typing into the terminal as if the user did.
fn input_of_terminals() -> Built<Vec<SeccompRule>> {
    const TIOCLINUX: c_int = 0x541c;
    // The C library's type of the number differs.
    [libc::TIOCSTI as c_int, TIOCLINUX].map(|request| when(1, SeccompCmpOp::Eq, request)).into_iter().collect()
}

fn masked(bits: c_int) -> SeccompCmpOp {
    SeccompCmpOp::MaskedEq(u64::from(bits.cast_unsigned()))
}

fn condition(argument: u8, op: SeccompCmpOp, value: c_int) -> Built<SeccompCondition> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, op, u64::from(value.cast_unsigned()))
}

fn when(argument: u8, op: SeccompCmpOp, value: c_int) -> Built<SeccompRule> {
    SeccompRule::new(vec![condition(argument, op, value)?])
}
