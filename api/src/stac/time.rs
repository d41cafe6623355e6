//! Times as STAC writes and asks for them: RFC 3339.

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

use crate::{ApiError, ApiResult};

/// A time in UTC, with the offset written `+00:00`: older date parsers do not know `Z`.
pub fn utc(at: Timestamp) -> String {
    let mut text = at.to_string();
    if text.ends_with('Z') {
        text.truncate(text.len() - 1);
        text.push_str("+00:00");
    }
    text
}

/// A span of time, both ends included; none is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Period {
    /// Not before.
    pub since: Option<Timestamp>,
    /// Not after.
    pub until: Option<Timestamp>,
}

/// Reads a `datetime` parameter: an instant or a day, or an interval of these, of which one end may be left open by `..`
/// or by nothing. A day stands for all of it, in UTC.
pub fn parse_period(text: &str) -> ApiResult<Period> {
    let text = text.trim();
    let Some((begin, end)) = text.split_once('/') else {
        let (since, until) = moment(text).ok_or_else(refuse)?;
        return Ok(Period { since: Some(since), until: Some(until) });
    };
    let open = |side: &str| side.is_empty() || side == "..";
    if open(begin) && open(end) {
        return Err(refuse());
    }
    let since = if open(begin) { None } else { Some(moment(begin).ok_or_else(refuse)?.0) };
    let until = if open(end) { None } else { Some(moment(end).ok_or_else(refuse)?.1) };
    if let (Some(since), Some(until)) = (since, until)
        && since > until
    {
        return Err(ApiError::bad_request("`datetime` ends before it begins"));
    }
    Ok(Period { since, until })
}

/// The same without days: searches take times as in RFC 3339 only.
pub fn parse_instants(text: &str) -> ApiResult<Period> {
    if text.split('/').any(|part| day(part.trim()).is_some()) {
        return Err(refuse_day());
    }
    parse_period(text)
}

fn refuse_day() -> ApiError {
    ApiError::bad_request(
        "`datetime` has to be a time as in RFC 3339, such as 2024-05-01T12:00:00Z, or an interval of these; a day is \
         2024-05-01T00:00:00Z/2024-05-01T23:59:59.999999Z",
    )
}

fn refuse() -> ApiError {
    ApiError::bad_request(
        "`datetime` has to be a time as in RFC 3339, such as 2024-05-01T12:00:00Z, a day, or an interval such as \
         2024-05-01T00:00:00Z/.. (in a URL, write + as %2B)",
    )
}

/// The first and the last instant of what is named: a day, in UTC, or a time.
pub(crate) fn moment(text: &str) -> Option<(Timestamp, Timestamp)> {
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

fn day(text: &str) -> Option<Date> {
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
        let period = parse_period(text).unwrap();
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
            assert!(parse_period(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn utc_has_an_offset_old_parsers_know() {
        assert_eq!(utc("2021-07-29T09:16:54Z".parse().unwrap()), "2021-07-29T09:16:54+00:00");
        assert_eq!(utc("2021-07-29T09:16:54.125Z".parse().unwrap()), "2021-07-29T09:16:54.125+00:00");
    }
}
