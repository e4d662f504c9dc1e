//! Times as files spell them: RFC 3339 in UTC, to the millisecond.

use jiff::Timestamp;

/// Spells milliseconds since 1970; what no calendar holds is cut to the nearest time that one does.
pub fn format(wall_ms: i64) -> String {
    let limit = if wall_ms < 0 { Timestamp::MIN } else { Timestamp::MAX };
    let time = Timestamp::from_millisecond(wall_ms).unwrap_or(limit);
    format!("{time:.3}")
}

/// Reads an RFC 3339 time as milliseconds since 1970.
pub fn parse(text: &str) -> Option<i64> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips() {
        assert_eq!(format(1_700_000_000_123), "2023-11-14T22:13:20.123Z");
        for ms in [0, 1, -1, 1_700_000_000_000, 253_402_207_200_000] {
            assert_eq!(parse(&format(ms)), Some(ms));
        }
        assert_eq!(parse("yesterday"), None);
    }
}
