//! Dates, times and offsets as cameras write them.

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;

use crate::exiv2;

/// What a clock showed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Clock {
    /// Date and time of day.
    pub civil: DateTime,
    /// Whether fractions of a second are known.
    pub fraction: bool,
    /// The clock's offset from UTC, if it was told.
    pub offset: Option<Offset>,
}

/// Values that mean "unknown" (CIPA DC-008 4.6.5: blanks between the separators; cameras also write 0).
pub(super) fn is_blank(text: &str) -> bool {
    text.chars().all(|c| matches!(c, ' ' | ':' | '-' | '/' | '0' | 'T' | '.'))
}

/// Date and time: `2022:10:19 09:56:34`, also with `-`, `/` or `.` in the date, `T` or several spaces
/// before the time, no seconds, a fraction behind them and an offset at the end.
pub(crate) fn clock(text: &str) -> Option<Clock> {
    let mut rest = text.trim().get(..40.min(text.trim().len()))?;
    let mut groups = [0_u32; 6];
    let mut count = 0;
    while let Some((value, after)) = digits(rest) {
        groups[count] = value;
        count += 1;
        rest = after;
        if count == 6 {
            break;
        }
        let separators: &[char] = match count {
            1 | 2 => &[':', '-', '/', '.'],
            3 => &[' ', 'T', 't'],
            _ => &[':'],
        };
        let Some(stripped) = rest.strip_prefix(separators) else {
            break;
        };
        rest = if count == 3 { stripped.trim_start() } else { stripped };
    }
    if count < 5 {
        return None;
    }
    let mut nanos = None;
    if let Some(after) = rest.strip_prefix(['.', ',']) {
        let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        nanos = fraction(&after[..end]);
        rest = &after[end..];
    }
    let rest = rest.trim();
    let offset = if rest.is_empty() { None } else { Some(offset(rest)?) };
    let [year, month, day, hour, minute, second] = groups;
    let civil = DateTime::new(
        i16::try_from(year).ok().filter(|&year| year > 99)?,
        small(month)?,
        small(day)?,
        small(hour)?,
        small(minute)?,
        // A leap second.
        small(second.min(if second == 60 { 59 } else { second }))?,
        nanos.unwrap_or(0),
    );
    Some(Clock { civil: civil.ok()?, fraction: nanos.is_some(), offset })
}

/// A date: `2022:10:19`, `2022-10-19`, `2022/10/19`, `20221019`; what follows it is not looked at.
pub(super) fn date(text: &str) -> Option<Date> {
    let text = text.trim();
    let (year, month, day) = if text.bytes().take_while(u8::is_ascii_digit).count() == 8 {
        (text.get(..4)?, text.get(4..6)?, text.get(6..8)?)
    } else {
        let mut groups = text.split(|c: char| !c.is_ascii_digit());
        (groups.next()?, groups.next()?, groups.next()?)
    };
    let year = year.parse::<i16>().ok().filter(|&year| year > 99)?;
    Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()
}

/// Time since midnight: `7/1 56/1 34/1`, `07:56:34.5`, `07:56`.
pub(super) fn time_of_day(text: &str) -> Option<SignedDuration> {
    let parts: Vec<f64> = text
        .trim_end_matches(['Z', 'z'])
        .split([' ', ':'])
        .filter(|part| !part.is_empty())
        .take(4)
        // Some locales write the fraction of the seconds with a comma.
        .map(|part| exiv2::number(&part.replace(',', ".")))
        .collect::<Option<_>>()?;
    let (hour, minute, second) = match parts[..] {
        [hour, minute] => (hour, minute, 0.0),
        [hour, minute, second] => (hour, minute, second),
        _ => return None,
    };
    let fits = (0.0..24.0).contains(&hour) && (0.0..60.0).contains(&minute) && (0.0..=60.0).contains(&second);
    // Microseconds: what a rational of seconds can hold without noise.
    let micros = ((hour * 3600.0 + minute * 60.0 + second) * 1e6).round() as i64;
    fits.then(|| SignedDuration::from_micros(micros))
}

/// Whether a date has the form that EXIF prescribes: `2022:10:19`.
pub(crate) fn is_exif_date(text: &str) -> bool {
    text.len() == 10 && text.as_bytes()[4] == b':' && text.as_bytes()[7] == b':' && date(text).is_some()
}

/// Whether a text is a time since midnight.
pub(crate) fn is_time_of_day(text: &str) -> bool {
    time_of_day(text).is_some()
}

/// Nanoseconds of the digits behind the decimal point of the seconds.
pub(super) fn fraction(digits: &str) -> Option<i32> {
    let digits = digits.trim();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    format!("{digits:0<9}").get(..9)?.parse().ok()
}

/// An offset from UTC: `+02:00`, `-0330`, `+02`, `Z`.
pub(super) fn offset(text: &str) -> Option<Offset> {
    let text = text.trim();
    if matches!(text, "Z" | "z" | "UTC") {
        return Some(Offset::UTC);
    }
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = match rest.split_once(':') {
        Some((hours, minutes)) => (hours, minutes),
        None if rest.len() == 4 => rest.split_at_checked(2)?,
        None => (rest, "0"),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()) && (1..=2).contains(&text.len());
    if !digits(hours) || !digits(minutes) {
        return None;
    }
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    // Zones reach from -12:00 to +14:00.
    if hours > 14 || minutes > 59 {
        return None;
    }
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}

/// The digits at the start, at most four, as a number, and what follows them.
fn digits(text: &str) -> Option<(u32, &str)> {
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    if !(1..=4).contains(&end) {
        return None;
    }
    Some((text.get(..end)?.parse().ok()?, text.get(end..)?))
}

fn small(value: u32) -> Option<i8> {
    i8::try_from(value).ok()
}
