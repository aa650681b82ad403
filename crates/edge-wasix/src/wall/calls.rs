//! seccomp: which system calls the process may make.
//!
//! Several filters, of which the strictest answer counts: one that lists what exists (the rest is `ENOSYS`, which the C library takes for an
//! older kernel), one for what is refused by its arguments (`EACCES`), one for what ends the process. Calls that are allowed whatever their
//! arguments cost next to nothing: the kernel remembers that.

use std::collections::BTreeMap;

use libc::c_int;
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, TargetArch,
    apply_filter_all_threads,
};

use super::{has_commands, numbers};
use crate::net::NetworkAccess;
use crate::{Policy, VolumeAccess};

type Rules = BTreeMap<i64, Vec<SeccompRule>>;
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
    let filters = filters(policy).map_err(|error| error.to_string())?;
    filters.iter().try_for_each(|filter| apply_filter_all_threads(filter)).map_err(|error| error.to_string())
}

/// The filters, in the order they are to be set: the list of what exists comes last, for setting filters is not on it.
fn filters(policy: &Policy) -> Built<Vec<BpfProgram>> {
    let deadly = numbers::DEADLY.iter().map(|&call| (call, Vec::new())).collect();
    if has_commands(policy) {
        // A program that was granted may try anything, and may need what is on no list of ours.
        let mut refused: Rules = deadly;
        refused.insert(libc::SYS_ioctl, input_of_terminals()?);
        refused.insert(libc::SYS_clone, NAMESPACES.iter().map(|&flag| when(0, masked(flag), flag)).collect::<Built<_>>()?);
        // Its arguments are out of a filter's sight; the C library then uses the older call.
        let unknown = Rules::from([(libc::SYS_clone3, Vec::new())]);
        return Ok(vec![deny(refused, libc::EPERM)?, deny(unknown, libc::ENOSYS)?]);
    }
    Ok(vec![build(deadly, SeccompAction::Allow, SeccompAction::KillProcess)?, deny(refused(policy)?, libc::EACCES)?, existing(policy)?])
}

/// What is refused by its arguments, or for want of a grant.
fn refused(policy: &Policy) -> Built<Rules> {
    let mut rules = Rules::new();
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
    if !families.is_empty() {
        let other = families.iter().map(|&family| condition(0, SeccompCmpOp::Ne, family)).collect::<Built<_>>()?;
        rules.insert(libc::SYS_socket, vec![SeccompRule::new(other)?]);
    } else {
        rules.extend(numbers::NETWORK.iter().chain(&[libc::SYS_socket]).map(|&call| (call, Vec::new())));
    }
    rules.insert(libc::SYS_socketpair, vec![when(0, SeccompCmpOp::Ne, libc::AF_UNIX)?]);
    rules.insert(libc::SYS_execve, Vec::new());
    rules.insert(libc::SYS_execveat, Vec::new());
    rules.insert(libc::SYS_ioctl, input_of_terminals()?);
    // Code comes from the files that were mapped at the start. The resolver loads modules.
    rules.insert(libc::SYS_mprotect, vec![when(2, masked(libc::PROT_EXEC), libc::PROT_EXEC)?]);
    let code = if has_network { libc::PROT_EXEC | libc::PROT_WRITE } else { libc::PROT_EXEC };
    rules.insert(libc::SYS_mmap, vec![when(2, masked(code), code)?]);
    // SAFETY: answers a number.
    let own = unsafe { libc::getpid() };
    for call in [libc::SYS_kill, libc::SYS_tgkill, libc::SYS_prlimit64] {
        let mut other = vec![condition(0, SeccompCmpOp::Ne, own)?];
        if call == libc::SYS_prlimit64 {
            other.push(condition(0, SeccompCmpOp::Ne, 0)?);
        }
        rules.insert(call, vec![SeccompRule::new(other)?]);
    }
    Ok(rules)
}

/// What exists at all.
fn existing(policy: &Policy) -> Built<BpfProgram> {
    let mut rules: Rules = numbers::ALWAYS.iter().chain(numbers::OLDER).map(|&call| (call, Vec::new())).collect();
    if policy.volumes().iter().any(|volume| volume.access == VolumeAccess::ReadWrite) {
        rules.extend(numbers::METADATA.iter().map(|&call| (call, Vec::new())));
    }
    // With arguments that the other filter judges.
    let judged = [
        libc::SYS_execve,
        libc::SYS_execveat,
        libc::SYS_ioctl,
        libc::SYS_mprotect,
        libc::SYS_mmap,
        libc::SYS_kill,
        libc::SYS_tgkill,
        libc::SYS_prlimit64,
    ];
    rules.extend(judged.map(|call| (call, Vec::new())));
    rules.insert(libc::SYS_clone, vec![when(0, masked(CLONE_KINDS), libc::CLONE_THREAD)?]);
    let prctl = [libc::PR_SET_NAME, libc::PR_GET_NAME, PR_SET_VMA, PR_GET_AUXV];
    rules.insert(libc::SYS_prctl, prctl.iter().map(|&option| when(0, SeccompCmpOp::Eq, option)).collect::<Built<_>>()?);
    build(rules, SeccompAction::Errno(libc::ENOSYS.unsigned_abs()), SeccompAction::Allow)
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

fn deny(rules: Rules, errno: c_int) -> Built<BpfProgram> {
    build(rules, SeccompAction::Allow, SeccompAction::Errno(errno.unsigned_abs()))
}

fn build(rules: Rules, otherwise: SeccompAction, matched: SeccompAction) -> Built<BpfProgram> {
    let arch: TargetArch = std::env::consts::ARCH.try_into()?;
    SeccompFilter::new(rules, otherwise, matched, arch)?.try_into()
}
