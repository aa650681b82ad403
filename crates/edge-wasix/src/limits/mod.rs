//! [`Limits`]: how much a program may use, and the texts that people write them in.
//!
//! A limit that is not set is none. What happens over a limit depends on what is counted ([`Limit`]): where Linux has an errno for it the
//! call fails with that errno and the program goes on; where it has none the program is ended, and whoever ran it is told which limit it was.

mod helping;
mod meter;
mod watchdog;

use std::fmt;
use std::time::Duration;

pub use helping::Helping;
pub use meter::{Charge, EnderGuard, Meter};
pub use watchdog::{CpuClock, Running};

/// How much the programs of one kernel may use. `None` is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the engine's linear memory: its heap, array buffers and strings, and what it starts with (about 12 MB).
    /// Over it: a RangeError where JavaScript has one (an array buffer, a string), else the program ends.
    pub memory: Option<u64>,
    /// Bytes that the host holds for the program outside of the engine: files in memory, data waiting to be written, contexts of
    /// compression, copies for the thread pool. Without it each folder of files in memory has room for [`Limits::memory`], or 512 MiB.
    /// Over it: `ENOSPC` for files in memory, `ENOBUFS` for streams, `ENOMEM` else.
    pub host_memory: Option<u64>,
    /// Processor time, user and system. Over it the program ends. `edge-node` counts its whole process from its start, an embedded
    /// environment the time of its thread and of those that work for it (its pool), each request anew.
    pub cpu_time: Option<Duration>,
    /// Time by the clock on the wall (monotonic: a suspended machine or a set clock do not count). Over it the program ends.
    /// `edge-node` counts the whole run, an embedded environment each request anew.
    pub wall_time: Option<Duration>,
    /// Open descriptors of any kind, the standard ones included, as `RLIMIT_NOFILE` counts; open directories, watches and children that
    /// still have handles are some. Over it: `EMFILE`.
    pub open_files: Option<u64>,
    /// Descriptors among these that are sockets. Over it: `EMFILE`.
    pub sockets: Option<u64>,
    /// Timers and immediates of JavaScript that are active and referenced, looked at after each callback. Over it the program ends.
    pub timers: Option<u64>,
    /// Threads and child processes that the program has made and that still run, as `RLIMIT_NPROC` counts both. Over it: `EAGAIN`.
    pub threads: Option<u64>,
    /// Bytes written to files, all together, whether they were overwritten or deleted since. Over it: `EDQUOT`.
    pub bytes_written: Option<u64>,
    /// Bytes written to standard output and standard error together. What fits is written; over it the program ends.
    pub output: Option<u64>,
    /// Bytes of one value that crosses between an embedder and the environment, as JSON or the bytes of a buffer, either way.
    /// Over it that request fails, and the environment goes on.
    pub message_size: Option<u64>,
}

/// One of the limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Limit {
    Memory = 1,
    HostMemory,
    CpuTime,
    WallTime,
    OpenFiles,
    Sockets,
    Timers,
    Threads,
    BytesWritten,
    Output,
    MessageSize,
}

impl Limit {
    /// All of them, in the order of the fields of [`Limits`].
    pub const ALL: [Limit; 11] = [
        Limit::Memory,
        Limit::HostMemory,
        Limit::CpuTime,
        Limit::WallTime,
        Limit::OpenFiles,
        Limit::Sockets,
        Limit::Timers,
        Limit::Threads,
        Limit::BytesWritten,
        Limit::Output,
        Limit::MessageSize,
    ];

    /// The name of its field: in policy files, in Python, and with `-` for `_` on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Limit::Memory => "memory",
            Limit::HostMemory => "host_memory",
            Limit::CpuTime => "cpu_time",
            Limit::WallTime => "wall_time",
            Limit::OpenFiles => "open_files",
            Limit::Sockets => "sockets",
            Limit::Timers => "timers",
            Limit::Threads => "threads",
            Limit::BytesWritten => "bytes_written",
            Limit::Output => "output",
            Limit::MessageSize => "message_size",
        }
    }

    /// The limit of that name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Limit> {
        Limit::ALL.into_iter().find(|limit| limit.name() == name)
    }

    /// The limit of that number (`limit as u8`).
    pub(crate) fn of_number(number: u8) -> Option<Limit> {
        Limit::ALL.into_iter().find(|limit| *limit as u8 == number)
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A limit that is none: which field, and what is wrong with it, for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitError {
    /// The name as it was given.
    pub field: String,
    /// What is wrong.
    pub reason: String,
}

impl fmt::Display for LimitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.reason)
    }
}

impl std::error::Error for LimitError {}

impl Limits {
    /// No limits.
    pub const NONE: Limits = Limits {
        memory: None,
        host_memory: None,
        cpu_time: None,
        wall_time: None,
        open_files: None,
        sockets: None,
        timers: None,
        threads: None,
        bytes_written: None,
        output: None,
        message_size: None,
    };

    /// Sets the limit called `name` from its text: bytes as [`parse_bytes`], times as [`parse_seconds`], counts as digits.
    ///
    /// # Errors
    /// An unknown name; a text that is no such number; 0 for memory and times, which nothing could run with.
    pub fn set(&mut self, name: &str, text: &str) -> Result<(), LimitError> {
        let failed = |reason: String| LimitError { field: name.to_owned(), reason };
        let limit = Limit::of_name(name).ok_or_else(|| failed("there is no such limit".to_owned()))?;
        match limit {
            Limit::CpuTime => self.cpu_time = Some(parse_seconds(text).map_err(failed)?),
            Limit::WallTime => self.wall_time = Some(parse_seconds(text).map_err(failed)?),
            Limit::Memory => self.memory = Some(positive(parse_bytes(text).map_err(failed)?).map_err(failed)?),
            Limit::HostMemory => self.host_memory = Some(parse_bytes(text).map_err(failed)?),
            Limit::BytesWritten => self.bytes_written = Some(parse_bytes(text).map_err(failed)?),
            Limit::Output => self.output = Some(parse_bytes(text).map_err(failed)?),
            Limit::MessageSize => self.message_size = Some(parse_bytes(text).map_err(failed)?),
            Limit::OpenFiles => self.open_files = Some(parse_count(text).map_err(failed)?),
            Limit::Sockets => self.sockets = Some(parse_count(text).map_err(failed)?),
            Limit::Timers => self.timers = Some(parse_count(text).map_err(failed)?),
            Limit::Threads => self.threads = Some(parse_count(text).map_err(failed)?),
        }
        Ok(())
    }

    /// The number of a limit that counts things or bytes; `None` for times and for what is not limited.
    #[must_use]
    pub const fn amount(&self, limit: Limit) -> Option<u64> {
        match limit {
            Limit::Memory => self.memory,
            Limit::HostMemory => self.host_memory,
            Limit::OpenFiles => self.open_files,
            Limit::Sockets => self.sockets,
            Limit::Timers => self.timers,
            Limit::Threads => self.threads,
            Limit::BytesWritten => self.bytes_written,
            Limit::Output => self.output,
            Limit::MessageSize => self.message_size,
            Limit::CpuTime | Limit::WallTime => None,
        }
    }

    /// The limit as a person reads it: `64 MB`, `1.5 s`, `100`.
    #[must_use]
    pub fn text(&self, limit: Limit) -> String {
        let seconds = |time: Option<Duration>| time.map_or_else(|| "none".to_owned(), |time| format!("{} s", time.as_secs_f64()));
        match limit {
            Limit::CpuTime => seconds(self.cpu_time),
            Limit::WallTime => seconds(self.wall_time),
            Limit::OpenFiles | Limit::Sockets | Limit::Timers | Limit::Threads => {
                self.amount(limit).map_or_else(|| "none".to_owned(), |count| count.to_string())
            }
            _ => self.amount(limit).map_or_else(|| "none".to_owned(), bytes_text),
        }
    }

    /// The stricter of the two, limit by limit: what a child of a limited program gets.
    #[must_use]
    pub fn min(&self, other: &Limits) -> Limits {
        fn least<T: Ord>(a: Option<T>, b: Option<T>) -> Option<T> {
            match (a, b) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            }
        }
        Limits {
            memory: least(self.memory, other.memory),
            host_memory: least(self.host_memory, other.host_memory),
            cpu_time: least(self.cpu_time, other.cpu_time),
            wall_time: least(self.wall_time, other.wall_time),
            open_files: least(self.open_files, other.open_files),
            sockets: least(self.sockets, other.sockets),
            timers: least(self.timers, other.timers),
            threads: least(self.threads, other.threads),
            bytes_written: least(self.bytes_written, other.bytes_written),
            output: least(self.output, other.output),
            message_size: least(self.message_size, other.message_size),
        }
    }
}

fn positive(number: u64) -> Result<u64, String> {
    if number == 0 { Err("must be more than 0".to_owned()) } else { Ok(number) }
}

/// The units of bytes. Upper and lower case mean the same; `MB` is a million, `MiB` is 2^20, as the standards have it.
const BYTE_UNITS: [(&str, u64); 12] = [
    ("", 1),
    ("b", 1),
    ("k", 1000),
    ("kb", 1000),
    ("kib", 1 << 10),
    ("m", 1_000_000),
    ("mb", 1_000_000),
    ("mib", 1 << 20),
    ("g", 1_000_000_000),
    ("gb", 1_000_000_000),
    ("gib", 1 << 30),
    ("tib", 1 << 40),
];

/// Number and unit of a text such as `1.5MB` or `2 s`.
fn split(text: &str) -> (&str, String) {
    let text = text.trim();
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_')).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    (number, unit.trim().to_ascii_lowercase())
}

/// Bytes from a text: `67108864`, `64MB`, `64 MiB`, `1.5GB`. `_` may stand between digits.
///
/// # Errors
/// What is wrong with the text.
pub fn parse_bytes(text: &str) -> Result<u64, String> {
    let wrong = || format!("{text:?} is no number of bytes (write 1000000, \"64MB\" or \"64MiB\")");
    let (number, unit) = split(text);
    let factor = BYTE_UNITS.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor).ok_or_else(wrong)?;
    let number = number.replace('_', "");
    let bytes = match number.parse::<u64>() {
        Ok(whole) => whole.checked_mul(factor),
        Err(_) => {
            let value = number.parse::<f64>().map_err(|_| wrong())? * factor as f64;
            // Beyond 2^63 a float has no bytes to round to.
            (value.is_finite() && value < 9.2e18).then_some(value.round() as u64)
        }
    };
    bytes.ok_or_else(|| format!("{text:?} is too large"))
}

/// A time from a text: seconds (`2`, `0.5`), or with a unit `ms`, `s`, `m`, `h`.
///
/// # Errors
/// What is wrong with the text; 0; more than 30,000 years.
pub fn parse_seconds(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is no time (write seconds: 2, 0.5, \"500ms\", \"2m\")");
    let (number, unit) = split(text);
    let factor = match unit.as_str() {
        "" | "s" => 1.0,
        "ms" => 0.001,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => return Err(wrong()),
    };
    let value = number.replace('_', "").parse::<f64>().map_err(|_| wrong())? * factor;
    seconds(value)
}

/// A time from a number of seconds.
///
/// # Errors
/// What is wrong with the number: not finite, not above 0, more than 30,000 years.
pub fn seconds(value: f64) -> Result<Duration, String> {
    if !value.is_finite() || value <= 0.0 {
        return Err("must be more than 0 seconds".to_owned());
    }
    if value > 1e12 {
        return Err("is too long".to_owned());
    }
    // At least a nanosecond, so that a limit never becomes none.
    Ok(Duration::from_secs_f64(value).max(Duration::from_nanos(1)))
}

/// A number of things from a text of digits.
///
/// # Errors
/// What is wrong with the text.
pub fn parse_count(text: &str) -> Result<u64, String> {
    text.trim().replace('_', "").parse().map_err(|_| format!("{text:?} is no whole number"))
}

/// Bytes as a person reads them: exact, in the largest unit that leaves a whole number.
fn bytes_text(bytes: u64) -> String {
    let units = [("GiB", 1u64 << 30), ("GB", 1_000_000_000), ("MiB", 1 << 20), ("MB", 1_000_000), ("KiB", 1 << 10), ("kB", 1000)];
    match units.iter().find(|(_, size)| bytes >= *size && bytes % size == 0) {
        Some((name, size)) => format!("{} {name}", bytes / size),
        None => format!("{bytes} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Limit, Limits, parse_bytes, parse_seconds};
    use std::time::Duration;

    #[test]
    fn bytes_have_decimal_and_binary_units() {
        for (text, bytes) in [
            ("0", 0),
            ("64MB", 64_000_000),
            ("64 mib", 64 << 20),
            ("1.5k", 1500),
            ("1_000", 1000),
            ("2GiB", 2 << 30),
            ("4g", 4_000_000_000),
        ] {
            assert_eq!(parse_bytes(text), Ok(bytes), "{text}");
        }
        for text in ["", "MB", "-1", "1.2.3MB", "64XB", "1e9", "99999999999999999999", "99999999999GiB", "inf", "nan", "0x10"] {
            assert!(parse_bytes(text).is_err(), "{text}");
        }
    }

    #[test]
    fn times_are_seconds_above_zero() {
        for (text, ms) in [("2", 2000), ("0.5", 500), ("250ms", 250), ("1 m", 60_000), ("1h", 3_600_000)] {
            assert_eq!(parse_seconds(text), Ok(Duration::from_millis(ms)), "{text}");
        }
        for text in ["0", "-1", "", "s", "1d", "nan", "inf", "1e400", "9999999999999"] {
            assert!(parse_seconds(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_wrong_limit_names_its_field() {
        let mut limits = Limits::NONE;
        assert_eq!(limits.set("memory", "0").unwrap_err().to_string(), "memory: must be more than 0");
        assert_eq!(limits.set("fire", "1").unwrap_err().field, "fire");
        assert!(limits.set("sockets", "1.5").is_err());
        for limit in Limit::ALL {
            limits.set(limit.name(), "7").unwrap();
            assert_eq!(Limit::of_number(limit as u8), Some(limit));
        }
        assert_eq!(limits.min(&Limits::NONE), limits);
        assert_eq!(limits.text(Limit::Memory), "7 bytes");
        assert_eq!(limits.text(Limit::WallTime), "7 s");
        limits.set("memory", "64MB").unwrap();
        assert_eq!(limits.text(Limit::Memory), "64 MB");
    }
}
