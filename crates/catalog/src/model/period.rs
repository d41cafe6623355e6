//! Spans of time as clients ask for them: RFC 3339, and days.

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

/// A span of time, both ends included; none is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Period {
    /// Not before.
    pub since: Option<Timestamp>,
    /// Not after.
    pub until: Option<Timestamp>,
}

/// What was given as `datetime` is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnreadablePeriod {
    /// It is neither a time nor an interval.
    #[error(
        "`datetime` has to be a time as in RFC 3339, such as 2024-05-01T12:00:00Z, a day, or an interval such as \
         2024-05-01T00:00:00Z/.. (in a URL, write + as %2B)"
    )]
    Unknown,
    /// Its end is before its beginning.
    #[error("`datetime` ends before it begins")]
    Backwards,
}

impl Period {
    /// Reads a `datetime` parameter: an instant or a day, or an interval of these, of which one end may be left open by `..`
    /// or by nothing. A day stands for all of it, in UTC.
    pub fn read(text: &str) -> Result<Self, UnreadablePeriod> {
        let text = text.trim();
        let moment = |text| moment(text).ok_or(UnreadablePeriod::Unknown);
        let Some((begin, end)) = text.split_once('/') else {
            let (since, until) = moment(text)?;
            return Ok(Self { since: Some(since), until: Some(until) });
        };
        let open = |side: &str| side.is_empty() || side == "..";
        if open(begin) && open(end) {
            return Err(UnreadablePeriod::Unknown);
        }
        let since = if open(begin) { None } else { Some(moment(begin)?.0) };
        let until = if open(end) { None } else { Some(moment(end)?.1) };
        if let (Some(since), Some(until)) = (since, until)
            && since > until
        {
            return Err(UnreadablePeriod::Backwards);
        }
        Ok(Self { since, until })
    }

    /// Whether something that lasts from `first` to `last` has a moment of it.
    pub fn meets(self, first: Timestamp, last: Timestamp) -> bool {
        self.since.is_none_or(|since| last >= since) && self.until.is_none_or(|until| first <= until)
    }
}

/// The first and the last instant of what is named: a day, in UTC, or a time.
pub fn moment(text: &str) -> Option<(Timestamp, Timestamp)> {
    if let Some(day) = day(text) {
        let begin = TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok()?;
        let end = begin.checked_add(SignedDuration::from_hours(24) - SignedDuration::from_micros(1));
        return Some((begin, end.ok()?));
    }
    instant(text).map(|at| (at, at))
}

fn digits(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}

/// The day, if it is written as one.
pub fn day(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    let shape = bytes.len() == 10
        && digits(&bytes[..4])
        && bytes[4] == b'-'
        && digits(&bytes[5..7])
        && bytes[7] == b'-'
        && digits(&bytes[8..]);
    if shape { text.parse().ok() } else { None }
}

/// `date-time` of RFC 3339 section 5.6, and nothing of what else a lenient parser would take.
fn instant(text: &str) -> Option<Timestamp> {
    let (date, rest) = text.split_at_checked(10)?;
    day(date)?;
    let rest = rest.strip_prefix(['T', 't'])?;
    let (clock, rest) = rest.split_at_checked(8)?;
    let clock_bytes = clock.as_bytes();
    let shape = digits(&clock_bytes[..2])
        && clock_bytes[2] == b':'
        && digits(&clock_bytes[3..5])
        && clock_bytes[5] == b':'
        && digits(&clock_bytes[6..]);
    if !shape {
        return None;
    }
    let (fraction, zone) = rest.split_at(rest.find(['Z', 'z', '+', '-'])?);
    let fraction_fits = match fraction.as_bytes() {
        [] => true,
        [b'.', more @ ..] => digits(more) && more.len() <= 9,
        _ => false,
    };
    let zone_bytes = zone.as_bytes();
    let zone_fits = matches!(zone, "Z" | "z")
        || (zone_bytes.len() == 6 && digits(&zone_bytes[1..3]) && zone_bytes[3] == b':' && digits(&zone_bytes[4..]));
    if !(fraction_fits && zone_fits) {
        return None;
    }
    format!("{date}T{clock}{fraction}{}", zone.to_ascii_uppercase()).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let period = Period::read(text).unwrap();
        let side = |at: Option<Timestamp>| at.map_or("..".to_owned(), |at| at.to_string());
        format!("{} {}", side(period.since), side(period.until))
    }

    #[test]
    fn periods() {
        for (text, expected) in [
            ("2024-05-01T12:00:00Z", "2024-05-01T12:00:00Z 2024-05-01T12:00:00Z"),
            ("2024-05-01t12:00:00.5z", "2024-05-01T12:00:00.5Z 2024-05-01T12:00:00.5Z"),
            ("2024-05-01", "2024-05-01T00:00:00Z 2024-05-01T23:59:59.999999Z"),
            ("2024-05-01T12:00:00+02:00/..", "2024-05-01T10:00:00Z .."),
            ("../2024-05-01", ".. 2024-05-01T23:59:59.999999Z"),
            ("/2024-05-01T00:00:00Z", ".. 2024-05-01T00:00:00Z"),
            ("2024-05-01/", "2024-05-01T00:00:00Z .."),
            ("2024-05-01/2024-05-01", "2024-05-01T00:00:00Z 2024-05-01T23:59:59.999999Z"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn what_lasts_meets_a_period() {
        let period = Period::read("2024-05-01/2024-05-02").unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert!(period.meets(at("2024-04-30T00:00:00Z"), at("2024-05-01T00:00:00Z")));
        assert!(period.meets(at("2024-05-02T23:59:59Z"), at("2024-05-09T00:00:00Z")));
        assert!(!period.meets(at("2024-05-03T00:00:00Z"), at("2024-05-09T00:00:00Z")));
        assert!(!period.meets(at("2024-04-01T00:00:00Z"), at("2024-04-30T23:59:59Z")));
    }

    #[test]
    fn no_periods() {
        for bad in [
            "",
            "/",
            "../..",
            "yesterday",
            "2024",
            "2024-13-01",
            "2024-02-30",
            "2024-05-01T12:00Z",
            "2024-05-01T12:00:00",
            "2024-05-01 12:00:00Z",
            "2024-05-01T12:00:00,5Z",
            "2024-05-01T12:00:00.Z",
            "2024-05-01T12:00:00+0200",
            "2024-05-02/2024-05-01",
            "2024-05-01/2024-05-02/2024-05-03",
            "2024-05-01T25:00:00Z",
            "1985-04-12T23:20:50.5€",
            "2024-05-01T12:00:00Z[UTC]",
        ] {
            assert!(Period::read(bad).is_err(), "{bad}");
        }
    }
}
