//! The English names of time zones, as `Date.prototype.toString` ends: those of the zones that most people live in. The database has
//! abbreviations only; a zone that is not here has no name, and its dates end with the offset.

use crate::time_zone::instant;
use jiff::tz::TimeZone;

/// How the zone's name begins, its abbreviation at the time, the English name. The first that fits counts.
const NAMES: &[(&str, &str, &str)] = &[
    ("", "UTC", "Coordinated Universal Time"),
    ("", "GMT", "Greenwich Mean Time"),
    ("Europe/London", "BST", "British Summer Time"),
    ("Europe/Dublin", "IST", "Irish Standard Time"),
    ("Europe/", "WET", "Western European Standard Time"),
    ("Europe/", "WEST", "Western European Summer Time"),
    ("Europe/", "CET", "Central European Standard Time"),
    ("Europe/", "CEST", "Central European Summer Time"),
    ("", "EET", "Eastern European Standard Time"),
    ("", "EEST", "Eastern European Summer Time"),
    ("Europe/Moscow", "MSK", "Moscow Standard Time"),
    ("Europe/Istanbul", "+03", "GMT+03:00"),
    ("Asia/Shanghai", "CST", "China Standard Time"),
    ("Asia/Taipei", "CST", "Taiwan Standard Time"),
    ("Asia/Manila", "PST", "Philippine Standard Time"),
    ("Asia/Hong_Kong", "HKT", "Hong Kong Standard Time"),
    ("Asia/Tokyo", "JST", "Japan Standard Time"),
    ("Asia/Seoul", "KST", "Korean Standard Time"),
    ("Asia/Kolkata", "IST", "India Standard Time"),
    ("Asia/Calcutta", "IST", "India Standard Time"),
    ("Asia/Jerusalem", "IST", "Israel Standard Time"),
    ("Asia/Jerusalem", "IDT", "Israel Daylight Time"),
    ("Asia/Karachi", "PKT", "Pakistan Standard Time"),
    ("Asia/Jakarta", "WIB", "Western Indonesia Time"),
    ("Asia/Singapore", "+08", "Singapore Standard Time"),
    ("Asia/Bangkok", "+07", "Indochina Time"),
    ("Asia/Ho_Chi_Minh", "+07", "Indochina Time"),
    ("Asia/Dubai", "+04", "Gulf Standard Time"),
    ("Asia/Dhaka", "+06", "Bangladesh Standard Time"),
    ("", "EST", "Eastern Standard Time"),
    ("", "EDT", "Eastern Daylight Time"),
    ("America/", "CST", "Central Standard Time"),
    ("America/", "CDT", "Central Daylight Time"),
    ("US/", "CST", "Central Standard Time"),
    ("US/", "CDT", "Central Daylight Time"),
    ("", "MST", "Mountain Standard Time"),
    ("", "MDT", "Mountain Daylight Time"),
    ("", "PST", "Pacific Standard Time"),
    ("", "PDT", "Pacific Daylight Time"),
    ("America/", "AKST", "Alaska Standard Time"),
    ("America/", "AKDT", "Alaska Daylight Time"),
    ("America/", "AST", "Atlantic Standard Time"),
    ("America/", "ADT", "Atlantic Daylight Time"),
    ("America/St_Johns", "NST", "Newfoundland Standard Time"),
    ("America/St_Johns", "NDT", "Newfoundland Daylight Time"),
    ("America/Sao_Paulo", "-03", "Brasilia Standard Time"),
    ("America/Argentina/Buenos_Aires", "-03", "Argentina Standard Time"),
    ("America/Bogota", "-05", "Colombia Standard Time"),
    ("America/Lima", "-05", "Peru Standard Time"),
    ("Pacific/Honolulu", "HST", "Hawaii-Aleutian Standard Time"),
    ("Pacific/Auckland", "NZST", "New Zealand Standard Time"),
    ("Pacific/Auckland", "NZDT", "New Zealand Daylight Time"),
    ("Australia/", "AEST", "Australian Eastern Standard Time"),
    ("Australia/", "AEDT", "Australian Eastern Daylight Time"),
    ("Australia/", "ACST", "Australian Central Standard Time"),
    ("Australia/", "ACDT", "Australian Central Daylight Time"),
    ("Australia/", "AWST", "Australian Western Standard Time"),
    ("Africa/", "SAST", "South Africa Standard Time"),
    ("Africa/", "WAT", "West Africa Standard Time"),
    ("Africa/", "EAT", "East Africa Time"),
];

/// The name of local time at an instant; empty where there is none.
pub(crate) fn name(zone: &TimeZone, epoch_ms: i64) -> &'static str {
    let info = zone.to_offset_info(instant(epoch_ms));
    let abbreviation = info.abbreviation();
    let iana = zone.iana_name().unwrap_or_default();
    NAMES.iter().find(|(begins, short, _)| *short == abbreviation && iana.starts_with(begins)).map_or("", |(_, _, name)| name)
}

#[cfg(test)]
mod tests {
    use super::name;
    use crate::time_zone::named;

    #[test]
    fn winter_and_summer() {
        for (zone, winter, summer) in [
            ("", "Coordinated Universal Time", "Coordinated Universal Time"),
            ("Europe/Paris", "Central European Standard Time", "Central European Summer Time"),
            ("Europe/London", "Greenwich Mean Time", "British Summer Time"),
            ("America/Chicago", "Central Standard Time", "Central Daylight Time"),
            ("Asia/Shanghai", "China Standard Time", "China Standard Time"),
            ("Asia/Kathmandu", "", ""),
        ] {
            let zone_of = named(zone);
            assert_eq!((name(&zone_of, 1_700_000_000_000), name(&zone_of, 1_720_000_000_000)), (winter, summer), "{zone}");
        }
        assert_eq!(name(&named("UTC"), i64::MIN), "Coordinated Universal Time");
    }
}
