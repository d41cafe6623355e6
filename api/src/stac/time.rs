//! Times as STAC writes and asks for them: RFC 3339.

pub use flaneur_catalog::model::Period;
use flaneur_catalog::model::period::day;
pub(crate) use flaneur_catalog::model::period::moment;
use jiff::Timestamp;

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

/// Reads a `datetime` parameter ([`Period::read`]).
pub fn parse_period(text: &str) -> ApiResult<Period> {
    Period::read(text).map_err(|error| ApiError::bad_request(error.to_string()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn searches_take_no_days() {
        assert!(parse_instants("2024-05-01").is_err() && parse_period("2024-05-01").is_ok());
        assert!(parse_instants("2024-05-01T00:00:00Z/..").is_ok());
    }

    #[test]
    fn utc_has_an_offset_old_parsers_know() {
        assert_eq!(utc("2021-07-29T09:16:54Z".parse().unwrap()), "2021-07-29T09:16:54+00:00");
        assert_eq!(utc("2021-07-29T09:16:54.125Z".parse().unwrap()), "2021-07-29T09:16:54.125+00:00");
    }
}
