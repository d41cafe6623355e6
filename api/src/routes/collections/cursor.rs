//! Where a page of sequences ended: an opaque text in `page`.

use flaneur_catalog::model::{Sequence, SequenceId};
use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{ApiError, ApiResult, Link};

/// The last sequence of the page before, in the order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cursor(pub Timestamp, pub SequenceId);

impl Cursor {
    /// Reads what [`std::fmt::Display`] wrote.
    pub(crate) fn parse(text: &str) -> ApiResult<Self> {
        let parts = text.split_once('.').and_then(|(micros, id)| {
            let at = Timestamp::from_microsecond(micros.parse().ok()?).ok()?;
            Some(Self(at, id.parse().ok()?))
        });
        parts.ok_or_else(|| ApiError::bad_request("`page` has to be taken from a `next` link as it is"))
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.0.as_microsecond(), self.1)
    }
}

/// The `next` link: the same request, of which `kept` are the parameters, from behind `last` on.
pub(crate) fn next_page(base: &str, kept: &[(&str, Option<&str>)], last: &Sequence) -> Link {
    let page = Cursor(last.created_at, last.id).to_string();
    Link::json("next", with_query(base, kept.iter().copied().chain([("page", Some(page.as_str()))])))
}

/// An address with those parameters that have a value.
pub(crate) fn with_query<'a>(base: &str, parameters: impl Iterator<Item = (&'a str, Option<&'a str>)>) -> String {
    let mut address = base.to_owned();
    let mut separator = '?';
    for (name, value) in parameters {
        if let Some(value) = value {
            address.push(separator);
            address.push_str(name);
            address.push('=');
            address.extend(utf8_percent_encode(value, NON_ALPHANUMERIC));
            separator = '&';
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_round_trip() {
        let cursor = Cursor("2026-11-23T16:52:24.302725Z".parse().unwrap(), SequenceId(uuid::Uuid::from_u128(7)));
        assert_eq!(Cursor::parse(&cursor.to_string()).unwrap(), cursor);
        for bad in ["", "1", "1.2", "x.00000000-0000-0000-0000-000000000007", "99999999999999999999.0", "1.' OR 1=1"] {
            assert!(Cursor::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn parameters_are_encoded() {
        let address = with_query("/x", [("a", Some("1,2")), ("b", None), ("c", Some("é&d=1"))].into_iter());
        assert_eq!(address, "/x?a=1%2C2&c=%C3%A9%26d%3D1");
    }
}
