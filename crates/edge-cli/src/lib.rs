//! The executable `edge-node`: a drop-in for `node` with no Python in it. It joins the silos (the Node layer, the engine, the
//! host's kernel) and holds no logic: options and their meaning live in `edge-node`.
//!
//! It is a library, so that the wheel's one native file (`crates/edge-python`) can be this executable too.

mod audit;
mod image;
mod info;
mod limits;
mod permission;
mod policy_command;
mod safe;
mod safe_options;

use edge_napi::{Engine, IsolateOptions};
use edge_node::Program;
use edge_quickjs::QuickJs;
use edge_wasix::audit::{AUDIT_ALL_VARIABLE, AUDIT_VARIABLE, AuditLog, Observer};
use edge_wasix::thread::{ThreadSpec, spawn};
use edge_wasix::{Handover, Kernel, Limits, Policy, Stdio};
use std::sync::Arc;

/// Bytes of stack for the thread that runs JavaScript, and how much of it JavaScript may use.
const STACK: usize = 64 << 20;
const STACK_LIMIT: usize = 56 << 20;
/// Node's code for a failure before any script ran.
const BOOT_FAILED: i32 = 10;
/// Node's code for a command line that cannot be.
const BAD_OPTION: i32 = 9;

/// The executable's whole life: reads the process's arguments, runs the program, ends the process with its status.
pub fn main() {
    edge_wasix::signal::reset_dispositions();
    let mut args = edge_wasix::host_args();
    let handover = safe::handover(&args);
    let audit = match audit::take(&mut args) {
        Ok(audit) => audit,
        Err(text) => edge_wasix::fail(&format!("edge-node: {text}\n"), BAD_OPTION),
    };
    let limits = match limits::take(&mut args) {
        Ok(limits) => limits.unwrap_or(Limits::NONE),
        Err(text) => edge_wasix::fail(&format!("edge-node: {text}\n"), BAD_OPTION),
    };
    let is_safe = handover.is_some() || safe_options::are_given(&args);
    if handover.is_some() || is_safe && !safe_options::ask_for_permissions_only(&args) {
        let kept = handover.as_ref().map(|handover| handover.fds.iter().copied().chain(handover.audit.map(|log| log.0)).collect());
        edge_wasix::close_inherited(&kept.unwrap_or_else(Vec::new));
    }
    let builder = Kernel::builder().policy(Policy::open()).args(args);
    // A sandbox gets the standard streams, and none of the other descriptors that a parent may have left open.
    let builder = if is_safe { builder.stdio(Stdio::Inherit) } else { builder.stdio(Stdio::Own).inherit_fds() };
    // A sandbox has a kernel of its own, which gets them.
    let builder = if is_safe { builder } else { builder.limits(limits) };
    let kernel = builder.build();
    let kernel = match kernel {
        Ok(kernel) => kernel,
        Err(errno) => edge_wasix::fail(&format!("edge-node: no kernel: {}\n", errno.message()), BOOT_FAILED),
    };
    let log = match &handover {
        // A program in a sandbox does not choose where its host writes.
        Some(Handover { audit: Some((fd, wants_all)), .. }) => {
            AuditLog::inherited(*fd, *wants_all).map(Some).map_err(|errno| errno.message().to_owned())
        }
        Some(_) => Ok(None),
        None => audit.or_else(audit::of_parent).map(|audit| audit.open()).transpose(),
    };
    let log: Option<Arc<dyn Observer>> = match log {
        Ok(log) => log.map(|log| Arc::new(log) as Arc<dyn Observer>),
        Err(text) => edge_wasix::fail(&format!("edge-node: {text}\n"), BAD_OPTION),
    };
    edge_wasix::host_stream::reserve();
    let for_exit = kernel.clone();
    let spec = ThreadSpec { name: "edge-main".to_owned(), stack_size: STACK };
    let code = match spawn(spec, move || run(kernel, is_safe, limits, handover, log)) {
        // A panic is a bug of ours; its text went to standard error.
        Ok(thread) => thread.join().unwrap_or(BOOT_FAILED),
        Err(_) => BOOT_FAILED,
    };
    for_exit.exit(code)
}

fn run(kernel: Arc<Kernel>, is_safe: bool, limits: Limits, handover: Option<Handover>, log: Option<Arc<dyn Observer>>) -> i32 {
    let mut args: Vec<String> = kernel.args().iter().map(|arg| String::from_utf8_lossy(arg).into_owned()).collect();
    let argv0 = if args.is_empty() { "edge-node".to_owned() } else { args.remove(0) };
    let exec_path = kernel.executable().map_or_else(|_| argv0.clone(), |path| String::from_utf8_lossy(&path).into_owned());
    let engine: &dyn Engine = &QuickJs;
    if is_safe {
        let image = image::open(engine, &kernel, &exec_path);
        let isolate = IsolateOptions { memory_limit: 4 << 30, stack_limit: STACK_LIMIT };
        return safe::run(engine, image, &kernel, isolate, limits, args, handover, log);
    }
    if args.first().map(String::as_str) == Some("--build-boot-image") {
        return image::build(engine, &kernel, args.get(1).map(String::as_str));
    }
    if args.first().map(String::as_str) == Some(policy_command::POLICY_OPTION) {
        return policy_command::run(&kernel, &args[1..]);
    }
    if args.first().map(String::as_str) == Some("--edge-info") {
        return info::print(&kernel, &exec_path);
    }
    let image = image::open(engine, &kernel, &exec_path);
    let isolate = IsolateOptions { memory_limit: 4 << 30, stack_limit: STACK_LIMIT };
    if let Some(log) = log {
        for name in [AUDIT_VARIABLE, AUDIT_ALL_VARIABLE] {
            kernel.unsetenv(name.as_bytes());
        }
        kernel.observe(log);
    }
    let missing_module_hint = String::new();
    edge_node::run_cli(Program { engine, image, kernel, exec_path, argv0, owns_process: true, missing_module_hint, isolate }, &args)
}
