//! What a limit does to a program: exit status and message of a process, the end of an environment among others.
//!
//! Counting is the kernel's ([`edge_wasix::limits::Meter`]); time is its watchdog's. Here stands what their alarms do. They come on other
//! threads, at any time: a process that is nothing but the program ends on the spot, whatever its threads are in; an environment is
//! killed (the engine's landing), its loop stopped, its kernel's blocking calls interrupted and its children ended.

use edge_loop::LoopHandle;
use edge_napi::Kill;
use edge_wasix::limits::{CpuClock, EnderGuard, Running};
use edge_wasix::{Kernel, Limit};
use std::sync::Arc;

/// Exit status of a process that a limit ended: `timeout(1)`'s for wall time, what a shell says of SIGXCPU for processor time and of
/// SIGXFSZ for bytes written, V8's for the heap; the others count from 70.
#[must_use]
pub const fn limit_status(limit: Limit) -> i32 {
    match limit {
        Limit::WallTime => 124,
        Limit::CpuTime => 152,
        Limit::Memory => 134,
        Limit::BytesWritten => 153,
        Limit::HostMemory => 70,
        Limit::Output => 71,
        Limit::Timers => 72,
        Limit::OpenFiles => 73,
        Limit::Sockets => 74,
        Limit::Threads => 75,
        Limit::MessageSize => 76,
    }
}

/// What keeps a program under its limits; they end with it.
#[must_use]
pub struct UnderLimits {
    _ender: EnderGuard,
    _running: Running,
}

/// Puts a process that is nothing but `kernel`'s program under its limits. Over one that ends programs: one line on standard error and
/// [`limit_status`]. Processor time is that of the whole process.
///
/// # Errors
/// The watchdog could not start: the program must not run.
pub fn limit_process(kernel: &Arc<Kernel>) -> std::io::Result<UnderLimits> {
    let weak = Arc::downgrade(kernel);
    let ender = kernel.meter().on_end(move |limit| {
        let Some(kernel) = weak.upgrade() else { return };
        kernel.last_words(&format!("edge-node: limit exceeded: {limit} ({})\n", kernel.limits().text(limit)));
        // Right before the end: who waits for them would go on.
        kernel.kill_children();
        kernel.exit_now(limit_status(limit));
    });
    Ok(UnderLimits { _running: kernel.meter().run(CpuClock::Process)?, _ender: ender })
}

/// Has the limits of `kernel` end one environment among others in this process. Times are counted while [`edge_wasix::Meter::run`]'s
/// result lives.
pub fn limit_environment(kernel: &Arc<Kernel>, kill: Arc<dyn Kill>, uv: LoopHandle) -> EnderGuard {
    let weak = Arc::downgrade(kernel);
    kernel.meter().on_end(move |_| {
        kill.kill();
        uv.terminate();
        if let Some(kernel) = weak.upgrade() {
            kernel.kill_children();
        }
    })
}
