//! Pages of sequences: where one ends, in which order it is, and the links from it. What is in `page` is opaque to clients.

use flaneur_catalog::model::{SequenceId, SequenceKey, SequenceList, SequenceOrder, SequencePlace};
use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{ApiError, ApiResult, Link};

/// Where a page begins: beside a sequence, in an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// The order of the list.
    pub order: SequenceOrder,
    /// Whether the page is what comes before it.
    pub backwards: bool,
    /// The sequence.
    pub place: SequencePlace,
}

const KEYS: [(SequenceKey, char); 4] =
    [(SequenceKey::Created, 'c'), (SequenceKey::Updated, 'u'), (SequenceKey::Captured, 'd'), (SequenceKey::Id, 'i')];

impl Cursor {
    /// Reads what [`std::fmt::Display`] wrote, if it is of this order.
    pub(crate) fn parse(text: &str, order: SequenceOrder) -> ApiResult<Self> {
        let parse = || {
            let mut letters = text.chars();
            let (key, direction, side) = (letters.next()?, letters.next()?, letters.next()?);
            let (by, _) = KEYS.into_iter().find(|(_, letter)| *letter == key)?;
            let (micros, id) = letters.as_str().split_once('.')?;
            let at = Timestamp::from_microsecond(micros.parse().ok()?).ok()?;
            let read = SequenceOrder { by, descending: direction == 'd' };
            let cursor =
                Self { order: read, backwards: side == 'p', place: SequencePlace { at, id: id.parse().ok()? } };
            (cursor.to_string() == text && read == order).then_some(cursor)
        };
        parse().ok_or_else(|| {
            ApiError::bad_request(
                "`page` has to be taken from a link as it is, and `sortby` and `filter` be as they were",
            )
        })
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let key = KEYS.into_iter().find(|(by, _)| *by == self.order.by).map_or('c', |(_, letter)| letter);
        let direction = if self.order.descending { 'd' } else { 'a' };
        let side = if self.backwards { 'p' } else { 'n' };
        write!(f, "{key}{direction}{side}{}.{}", self.place.at.as_microsecond(), SequenceId(self.place.id.0))
    }
}

/// The links to the pages around: `first`, `prev` and `next`, as far as there are any. `kept` are the parameters of all.
pub(crate) fn page_links(
    base: &str,
    kept: &[(&str, Option<&str>)],
    order: SequenceOrder,
    asked: Option<Cursor>,
    list: &SequenceList,
) -> Vec<Link> {
    let page = |rel: &'static str, backwards: bool, place: SequencePlace| {
        let cursor = Cursor { order, backwards, place }.to_string();
        Link::json(rel, with_query(base, kept.iter().copied().chain([("page", Some(cursor.as_str()))])))
    };
    let (begin, end) = (list.listed.first().map(|first| first.place), list.listed.last().map(|last| last.place));
    let backwards = asked.is_some_and(|cursor| cursor.backwards);
    // In the direction asked for the list says whether it goes on; in the other one it does: there, the asker came from.
    let came_from = asked.map(|cursor| cursor.place);
    let (prev, next) =
        if backwards { (list.next, end.or(came_from)) } else { (asked.and(begin.or(came_from)), list.next) };
    let mut links = Vec::new();
    if asked.is_some() {
        links.push(Link::json("first", with_query(base, kept.iter().copied())));
    }
    links.extend(prev.map(|place| page("prev", true, place)));
    links.extend(next.map(|place| page("next", false, place)));
    links
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
        let place = SequencePlace {
            at: "2026-11-23T16:52:24.302725Z".parse().unwrap(),
            id: SequenceId(uuid::Uuid::from_u128(7)),
        };
        for (by, _) in KEYS {
            for (descending, backwards) in [(false, false), (false, true), (true, false), (true, true)] {
                let order = SequenceOrder { by, descending };
                let cursor = Cursor { order, backwards, place };
                assert_eq!(Cursor::parse(&cursor.to_string(), order).unwrap(), cursor);
                let other = SequenceOrder { by, descending: !descending };
                assert!(Cursor::parse(&cursor.to_string(), other).is_err());
            }
        }
        for bad in [
            "",
            "can",
            "can1.2",
            "canx.00000000-0000-0000-0000-000000000007",
            "xan1.00000000-0000-0000-0000-000000000007",
            "cxn1.00000000-0000-0000-0000-000000000007",
            "can99999999999999999999.0",
            "can1.' OR 1=1",
        ] {
            assert!(Cursor::parse(bad, SequenceOrder::default()).is_err(), "{bad}");
        }
    }

    #[test]
    fn parameters_are_encoded() {
        let address = with_query("/x", [("a", Some("1,2")), ("b", None), ("c", Some("é&d=1"))].into_iter());
        assert_eq!(address, "/x?a=1%2C2&c=%C3%A9%26d%3D1");
    }
}
