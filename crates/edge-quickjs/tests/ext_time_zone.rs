//! Local time follows the zone that the host sets, at once and for all dates.

mod isolate;

use isolate::{isolate, text};

#[test]
fn dates_follow_the_zone() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    assert_eq!(text(env, "new Date(1700000000000).getTimezoneOffset()"), "0");
    env.set_time_zone("Europe/Paris").unwrap();
    assert_eq!(text(env, "new Date(1700000000000).getTimezoneOffset()"), "-60");
    assert_eq!(text(env, "new Date(1720000000000).getTimezoneOffset()"), "-120");
    assert_eq!(text(env, "new Date(2024, 6, 1, 12).toISOString()"), "2024-07-01T10:00:00.000Z");
    // 02:30 happens twice: the first of the two; 02:30 that never happens is moved on.
    assert_eq!(text(env, "new Date(2024, 9, 27, 2, 30).toISOString()"), "2024-10-27T00:30:00.000Z");
    assert_eq!(text(env, "new Date(2024, 2, 31, 2, 30).toISOString()"), "2024-03-31T01:30:00.000Z");
    env.set_time_zone("America/New_York").unwrap();
    assert_eq!(text(env, "new Date(1700000000000).getHours()"), "17");
    env.set_time_zone("no zone").unwrap();
    assert_eq!(text(env, "new Date(1700000000000).getHours()"), "22");
}
