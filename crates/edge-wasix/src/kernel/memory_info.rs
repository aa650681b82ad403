//! Memory and resource figures.

use super::Kernel;
use crate::{Errno, Result};

/// `getrusage(2)` with libuv's units.
#[derive(Clone, Copy, Debug, Default)]
pub struct ResourceUsage {
    /// Microseconds of user time.
    pub user_micros: u64,
    /// Microseconds of system time.
    pub system_micros: u64,
    /// Kilobytes.
    pub max_rss: u64,
    pub ixrss: u64,
    pub idrss: u64,
    pub isrss: u64,
    pub minor_faults: u64,
    pub major_faults: u64,
    pub swaps: u64,
    pub in_blocks: u64,
    pub out_blocks: u64,
    pub messages_sent: u64,
    pub messages_received: u64,
    pub signals: u64,
    pub voluntary_switches: u64,
    pub involuntary_switches: u64,
}

impl ResourceUsage {
    /// The 16 numbers of Node's `process.resourceUsage` array, in its order.
    pub fn node_fields(&self) -> [f64; 16] {
        [
            self.user_micros,
            self.system_micros,
            self.max_rss,
            self.ixrss,
            self.idrss,
            self.isrss,
            self.minor_faults,
            self.major_faults,
            self.swaps,
            self.in_blocks,
            self.out_blocks,
            self.messages_sent,
            self.messages_received,
            self.signals,
            self.voluntary_switches,
            self.involuntary_switches,
        ]
        .map(|n| n as f64)
    }
}

impl Kernel {
    /// The host process's resource use so far.
    pub fn resource_usage(&self) -> Result<ResourceUsage> {
        usage(libc::RUSAGE_SELF)
    }

    /// The calling thread's.
    pub fn thread_resource_usage(&self) -> Result<ResourceUsage> {
        usage(libc::RUSAGE_THREAD)
    }

    /// The host process's resident memory, in bytes.
    pub fn resident_memory(&self) -> Result<u64> {
        let statm = std::fs::read_to_string("/proc/self/statm")?;
        let pages: u64 = statm.split_whitespace().nth(1).and_then(|n| n.parse().ok()).ok_or(Errno::EIO)?;
        Ok(pages * rustix::param::page_size() as u64)
    }

    /// The machine's memory in bytes; 0 without a look at the host.
    pub fn total_memory(&self) -> u64 {
        self.meminfo("MemTotal:")
    }

    /// Memory that could be had without swapping, in bytes (libuv's "free").
    pub fn free_memory(&self) -> u64 {
        self.meminfo("MemAvailable:")
    }

    /// The control group's memory limit in bytes; `u64::MAX` when it sets none, 0 when nothing is known.
    pub fn constrained_memory(&self) -> u64 {
        if !self.policy.grants_host_information() {
            return 0;
        }
        let hard = cgroup_number("memory.max", "memory.limit_in_bytes");
        let soft = cgroup_number("memory.high", "memory.soft_limit_in_bytes");
        match (hard, soft) {
            (None, None) => 0,
            (hard, soft) => hard.unwrap_or(u64::MAX).min(soft.unwrap_or(u64::MAX)),
        }
    }

    /// What the process can still take: the control group's rest where it has a limit, else the machine's.
    pub fn available_memory(&self) -> u64 {
        let limit = self.constrained_memory();
        if limit == 0 || limit > self.total_memory() {
            return self.free_memory();
        }
        let used = cgroup_number("memory.current", "memory.usage_in_bytes").unwrap_or(0);
        limit.saturating_sub(used)
    }

    fn meminfo(&self, key: &str) -> u64 {
        if !self.policy.grants_host_information() {
            return 0;
        }
        let info = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let line = info.lines().find_map(|line| line.strip_prefix(key));
        let kilobytes = line.and_then(|rest| rest.split_whitespace().next()).and_then(|n| n.parse::<u64>().ok());
        kilobytes.unwrap_or(0) * 1024
    }
}

/// A figure of this process's control group, version 2 or 1; "no limit" in either's words is `u64::MAX`.
fn cgroup_number(v2: &str, v1: &str) -> Option<u64> {
    let groups = std::fs::read_to_string("/proc/self/cgroup").ok()?;
    let read = |path: String| {
        let text = std::fs::read_to_string(path).ok()?;
        let text = text.trim();
        // Version 1 has no word for it: the largest page-aligned number stands for none.
        let none = text == "max" || text.parse::<u64>().is_ok_and(|n| n >= i64::MAX as u64 & !0xffff);
        if none { Some(u64::MAX) } else { text.parse().ok() }
    };
    for line in groups.lines() {
        let mut fields = line.splitn(3, ':').skip(1);
        let (controllers, path) = (fields.next()?, fields.next()?);
        let path = path.trim_end_matches('/');
        if controllers.is_empty() {
            if let Some(n) = read(format!("/sys/fs/cgroup{path}/{v2}")) {
                return Some(n);
            }
        } else if controllers.split(',').any(|name| name == "memory") {
            return read(format!("/sys/fs/cgroup/memory{path}/{v1}")).or_else(|| read(format!("/sys/fs/cgroup/memory/{v1}")));
        }
    }
    None
}

fn usage(who: libc::c_int) -> Result<ResourceUsage> {
    // SAFETY: an all-zero rusage is a valid value of the C structure.
    let mut raw: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: the pointer is to a live local of the right type.
    if unsafe { libc::getrusage(who, &mut raw) } != 0 {
        return Err(Errno::last());
    }
    let micros = |t: libc::timeval| t.tv_sec as u64 * 1_000_000 + t.tv_usec as u64;
    Ok(ResourceUsage {
        user_micros: micros(raw.ru_utime),
        system_micros: micros(raw.ru_stime),
        max_rss: raw.ru_maxrss as u64,
        ixrss: raw.ru_ixrss as u64,
        idrss: raw.ru_idrss as u64,
        isrss: raw.ru_isrss as u64,
        minor_faults: raw.ru_minflt as u64,
        major_faults: raw.ru_majflt as u64,
        swaps: raw.ru_nswap as u64,
        in_blocks: raw.ru_inblock as u64,
        out_blocks: raw.ru_oublock as u64,
        messages_sent: raw.ru_msgsnd as u64,
        messages_received: raw.ru_msgrcv as u64,
        signals: raw.ru_nsignals as u64,
        voluntary_switches: raw.ru_nvcsw as u64,
        involuntary_switches: raw.ru_nivcsw as u64,
    })
}
