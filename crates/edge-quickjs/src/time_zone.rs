//! Local time for `Date`, from the time zone database that is built in: no file of the system is read, and a sandboxed program gets
//! the same answers everywhere.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The zone of an IANA name (`Europe/Paris`) or a POSIX text (`CET-1CEST,M3.5.0,M10.5.0/3`), as `TZ` has them; anything else is UTC.
pub(crate) fn named(name: &str) -> TimeZone {
    let name = name.strip_prefix(':').unwrap_or(name);
    TimeZone::get(name).or_else(|_| TimeZone::posix(name)).unwrap_or(TimeZone::UTC)
}

/// Minutes to add to UTC at an instant (east is positive). Offsets with seconds, of before zones were uniform, are rounded down as
/// the engine counts in minutes.
pub(crate) fn offset_minutes(zone: &TimeZone, epoch_ms: i64) -> i32 {
    zone.to_offset(instant(epoch_ms)).seconds().div_euclid(60)
}

/// The instant, or the nearest end of the database: JavaScript's time is wider, and its ends go on for ever.
pub(crate) fn instant(epoch_ms: i64) -> Timestamp {
    Timestamp::from_millisecond(epoch_ms).unwrap_or(if epoch_ms < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_by_name_and_by_rule() {
        let winter = 1_700_000_000_000;
        let summer = 1_720_000_000_000;
        for (name, at_winter, at_summer) in [
            ("UTC", 0, 0),
            ("Europe/Paris", 60, 120),
            (":America/New_York", -300, -240),
            ("Asia/Kolkata", 330, 330),
            ("CET-1CEST,M3.5.0,M10.5.0/3", 60, 120),
            ("EST5", -300, -300),
            ("Nowhere/At_All", 0, 0),
            ("", 0, 0),
        ] {
            let zone = named(name);
            assert_eq!((offset_minutes(&zone, winter), offset_minutes(&zone, summer)), (at_winter, at_summer), "{name}");
        }
        let paris = named("Europe/Paris");
        assert_eq!(offset_minutes(&paris, i64::MAX / 2), 60);
        assert_eq!(offset_minutes(&paris, i64::MIN / 2), 9);
    }
}
