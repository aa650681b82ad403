//! File times.

/// A point in time: seconds since the epoch and nanoseconds in `0..1_000_000_000`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timespec {
    pub sec: i64,
    pub nsec: u32,
}

impl Timespec {
    /// From seconds as a double, the way libuv reads `fs.utimes` arguments: cut to whole microseconds.
    /// NaN is the epoch; out-of-range values saturate.
    pub fn from_secs_f64(secs: f64) -> Timespec {
        // libuv's own steps in its own order, so that the same double gives the same time.
        let mut sec = secs as i64;
        let mut nsec = ((secs - sec as f64) * 1e9) as i64;
        nsec -= nsec % 1000;
        if nsec < 0 {
            nsec += 1_000_000_000;
            sec = sec.saturating_sub(1);
        }
        Timespec { sec, nsec: nsec.clamp(0, 999_999_000) as u32 }
    }

    /// The time now, by the host's real-time clock.
    pub fn now() -> Timespec {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::Realtime);
        Timespec { sec: now.tv_sec, nsec: now.tv_nsec as u32 }
    }
}

/// What to do with one of a file's two settable times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetTime {
    /// Leave it.
    Omit,
    /// Set it to the time of the call.
    Now,
    /// Set it to this time.
    At(Timespec),
}

impl SetTime {
    /// From seconds as a double with libuv's conventions: infinity is "now", NaN is "leave it".
    pub fn from_secs_f64(secs: f64) -> SetTime {
        if secs.is_nan() {
            SetTime::Omit
        } else if secs.is_infinite() {
            SetTime::Now
        } else {
            SetTime::At(Timespec::from_secs_f64(secs))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_are_cut_to_microseconds() {
        assert_eq!(Timespec::from_secs_f64(1.123456789), Timespec { sec: 1, nsec: 123_456_000 });
        assert_eq!(Timespec::from_secs_f64(-0.25), Timespec { sec: -1, nsec: 750_000_000 });
        assert_eq!(SetTime::from_secs_f64(f64::NAN), SetTime::Omit);
        assert_eq!(SetTime::from_secs_f64(f64::INFINITY), SetTime::Now);
    }
}
