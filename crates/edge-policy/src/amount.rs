//! Amounts as people write them: bytes with a unit, seconds.

/// Units and what they are in bytes: those with an `i` are powers of 1024, the others of 1000.
const UNITS: &[(&str, u64)] = &[
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
    ("t", 1_000_000_000_000),
    ("tb", 1_000_000_000_000),
    ("tib", 1 << 40),
];

/// `64MB`, `1.5 GiB`, `1000`: a number of bytes, rounded down.
///
/// # Errors
/// What is wrong, for a person.
pub fn bytes(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit = unit.trim().to_ascii_lowercase();
    let Some((_, factor)) = UNITS.iter().find(|known| known.0 == unit) else {
        return Err(format!("{text:?} is no number of bytes: write 1000, \"64MB\" or \"64MiB\""));
    };
    let number: f64 = number.parse().map_err(|_| format!("{text:?} is no number of bytes: write 1000, \"64MB\" or \"64MiB\""))?;
    let product = number * *factor as f64;
    if product >= u64::MAX as f64 {
        return Err(format!("{text:?} is more bytes than there can be"));
    }
    Ok(product as u64)
}

/// `2`, `1.5`, `2s`, `100ms`: a number of seconds, more than 0.
///
/// # Errors
/// What is wrong, for a person.
pub fn seconds(text: &str) -> Result<f64, String> {
    let text = text.trim();
    let (number, factor) = match text.strip_suffix("ms") {
        Some(number) => (number, 0.001),
        None => (text.strip_suffix('s').unwrap_or(text), 1.0),
    };
    match number.trim().parse::<f64>() {
        Ok(number) if number.is_finite() && number > 0.0 => Ok(number * factor),
        Ok(_) => Err(format!("{text:?} must be more than 0")),
        Err(_) => Err(format!("{text:?} is no number of seconds: write 2, 1.5 or \"100ms\"")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_units() {
        assert_eq!(bytes("1000"), Ok(1000));
        assert_eq!(bytes("64MB"), Ok(64_000_000));
        assert_eq!(bytes(" 64 MiB "), Ok(64 << 20));
        assert_eq!(bytes("1.5k"), Ok(1500));
        for bad in ["", "MB", "-1", "1XB", "1..5", "1e3", "99999999999TB", "٣"] {
            assert!(bytes(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn seconds_are_positive() {
        assert_eq!(seconds("2"), Ok(2.0));
        assert_eq!(seconds("1.5s"), Ok(1.5));
        assert_eq!(seconds("100ms"), Ok(0.1));
        for bad in ["", "s", "0", "-1", "inf", "NaN", "1m"] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
    }
}
