//! The machine: name, processors, load, uptime. Without a look at the host (`Policy::closed`) a machine of one
//! nameless processor.

use super::Kernel;
use crate::{Errno, Result};

/// `uname(2)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OsInformation {
    pub sysname: Vec<u8>,
    pub version: Vec<u8>,
    pub release: Vec<u8>,
    pub machine: Vec<u8>,
}

/// One processor. Times are milliseconds since boot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CpuInfo {
    pub model: Vec<u8>,
    /// MHz.
    pub speed: u32,
    pub user: u64,
    pub nice: u64,
    pub sys: u64,
    pub idle: u64,
    pub irq: u64,
}

impl Kernel {
    /// The host's name.
    pub fn hostname(&self) -> Vec<u8> {
        if !self.policy.grants_host_information() {
            return b"edge".to_vec();
        }
        rustix::system::uname().nodename().to_bytes().to_vec()
    }

    /// System name, version, release and machine, as `uname` says.
    pub fn os_information(&self) -> OsInformation {
        let uname = rustix::system::uname();
        let granted = self.policy.grants_host_information();
        let text = |text: &std::ffi::CStr| {
            if granted { text.to_bytes().to_vec() } else { Vec::new() }
        };
        OsInformation {
            sysname: uname.sysname().to_bytes().to_vec(),
            version: text(uname.version()),
            release: text(uname.release()),
            machine: uname.machine().to_bytes().to_vec(),
        }
    }

    /// Seconds since boot.
    pub fn uptime(&self) -> f64 {
        if !self.policy.grants_host_information() {
            return 0.0;
        }
        let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        now.tv_sec as f64 + (now.tv_nsec / 10_000_000) as f64 / 100.0
    }

    /// The load averages over 1, 5 and 15 minutes.
    pub fn loadavg(&self) -> [f64; 3] {
        let mut averages = [0.0; 3];
        if self.policy.grants_host_information() {
            let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
            for (average, word) in averages.iter_mut().zip(text.split_whitespace()) {
                *average = word.parse().unwrap_or(0.0);
            }
        }
        averages
    }

    /// The processors this process may run on.
    pub fn available_parallelism(&self) -> usize {
        if !self.policy.grants_host_information() {
            return 1;
        }
        std::thread::available_parallelism().map_or(1, usize::from)
    }

    /// All processors with their times.
    pub fn cpus(&self) -> Result<Vec<CpuInfo>> {
        if !self.policy.grants_host_information() {
            return Ok(vec![CpuInfo::default()]);
        }
        let stat = std::fs::read_to_string("/proc/stat")?;
        let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let ticks = rustix::param::clock_ticks_per_second().max(1);
        let value = |line: &str| line.split_once(':').map(|(_, value)| value.trim().to_string());
        let models: Vec<String> = info.lines().filter(|l| l.starts_with("model name")).filter_map(value).collect();
        let mut cpus = Vec::new();
        for line in stat.lines() {
            let Some((name, times)) = line.split_once(' ') else {
                continue;
            };
            let Some(number) = name.strip_prefix("cpu").filter(|n| !n.is_empty()) else {
                continue;
            };
            let times: Vec<u64> = times.split_whitespace().map(|n| n.parse::<u64>().unwrap_or(0).saturating_mul(1000) / ticks).collect();
            let time = |index: usize| times.get(index).copied().unwrap_or(0);
            let number: usize = number.parse().map_err(|_| Errno::EIO)?;
            let index = cpus.len();
            cpus.push(CpuInfo {
                model: models.get(index).map_or(b"unknown".to_vec(), |model| model.clone().into_bytes()),
                speed: cpu_speed(number).unwrap_or(0),
                user: time(0),
                nice: time(1),
                sys: time(2),
                idle: time(3),
                irq: time(5),
            });
        }
        Ok(cpus)
    }

    /// `HOME`, else the user database's home directory.
    pub fn homedir(&self) -> Result<Vec<u8>> {
        let home = self.getenv(b"HOME");
        self.tell_variable(b"HOME", home.is_some());
        match home {
            Some(home) if !home.is_empty() => Ok(home),
            _ => Ok(self.user_info()?.homedir),
        }
    }
}

fn cpu_speed(number: usize) -> Option<u32> {
    let path = format!("/sys/devices/system/cpu/cpu{number}/cpufreq/scaling_cur_freq");
    Some(std::fs::read_to_string(path).ok()?.trim().parse::<u32>().ok()? / 1000)
}
