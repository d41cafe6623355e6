//! Bounds how much an account, or who has none, does in a minute, or of what takes long in an hour or a day, at one process.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use flaneur_catalog::model::AccountId;
use http::StatusCode;
use jiff::Timestamp;

use crate::{ApiError, ApiResult};

/// Accounts and addresses counted at most. So many do not send in one minute; if they do, those beyond are not held back.
const MOST: usize = 100_000;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Doing {
    /// Sending files.
    Files,
    /// Editing.
    Edits,
    /// Reporting what is wrong.
    Reports,
    /// Coming back from a login provider.
    Logins,
    /// Beginning transfers.
    Transfers,
    /// Writing lines in batches.
    Lines,
    /// Making, trying and resuming webhooks.
    Webhooks,
    /// Taking along all that an account has. Counted by the hour.
    Takeouts,
    /// Asking to be written to at an address, which may be anybody's. Counted by the day.
    Addresses,
}

/// Who is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Whom {
    /// An account.
    Account(AccountId),
    /// Whoever is not signed in, by the network they come from; none: it is not known.
    Address(Option<IpAddr>),
    /// Whoever reads mails at an e-mail address, which stands here as its SHA-256.
    Mailbox([u8; 32]),
}

impl Doing {
    fn name(self) -> &'static str {
        match self {
            Self::Files => "files",
            Self::Edits => "edits",
            Self::Reports => "reports",
            Self::Logins => "logins",
            Self::Transfers => "transfers",
            Self::Lines => "lines",
            Self::Webhooks => "webhooks",
            Self::Takeouts => "archives",
            Self::Addresses => "addresses",
        }
    }

    /// By what it is counted: the seconds, and what they are called.
    fn span(self) -> (i64, &'static str) {
        match self {
            Self::Takeouts => (3600, "an hour"),
            Self::Addresses => (86_400, "a day"),
            _ => (60, "a minute"),
        }
    }
}

/// What was begun in the present minute, hour and day.
#[derive(Debug, Default)]
pub struct Pace(Mutex<HashMap<i64, Span>>);

/// A minute, an hour or a day.
#[derive(Debug, Default)]
struct Span {
    number: i64,
    begun: HashMap<(Whom, Doing), u32>,
}

impl Pace {
    /// Counts one more, or refuses it with 429 if they have begun `most` in this minute, or in the hour or day that it is counted by.
    pub fn count(&self, whom: Whom, doing: Doing, most: u32, now: Timestamp) -> ApiResult<()> {
        self.count_many(whom, doing, 1, most, now)
    }

    /// The same of so many at once: all or none.
    pub fn count_many(&self, whom: Whom, doing: Doing, many: u32, most: u32, now: Timestamp) -> ApiResult<()> {
        let (seconds, called) = doing.span();
        let mut spans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let span = spans.entry(seconds).or_default();
        let number = now.as_second().div_euclid(seconds);
        if span.number != number {
            *span = Span { number, begun: HashMap::new() };
        }
        if span.begun.len() >= MOST && !span.begun.contains_key(&(whom, doing)) {
            return Ok(());
        }
        let begun = span.begun.entry((whom, doing)).or_default();
        if begun.saturating_add(many) > most {
            return Err(ApiError::new(
                StatusCode::TOO_MANY_REQUESTS,
                format!(
                    "{most} {} in {called} are as many as are taken from one account or address: wait until it is over, and go on",
                    doing.name()
                ),
            )
            .for_reason("too_many")
            .come_back_in(seconds - now.as_second().rem_euclid(seconds)));
        }
        *begun += many;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn account(number: u128) -> Whom {
        Whom::Account(AccountId(Uuid::from_u128(number)))
    }

    #[test]
    fn each_account_has_its_minute() {
        let (pace, ada, bob) = (Pace::default(), account(1), account(2));
        let at = |second| Timestamp::from_second(second).unwrap();
        for _ in 0..3 {
            pace.count(ada, Doing::Files, 3, at(0)).unwrap();
        }
        let refused = pace.count(ada, Doing::Files, 3, at(59)).unwrap_err();
        assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
        pace.count(ada, Doing::Edits, 3, at(59)).unwrap();
        pace.count(bob, Doing::Files, 3, at(59)).unwrap();
        pace.count(Whom::Address(None), Doing::Files, 3, at(59)).unwrap();
        pace.count(ada, Doing::Files, 3, at(60)).unwrap();
        // What is counted by the hour goes on over the minutes.
        pace.count(ada, Doing::Takeouts, 1, at(60)).unwrap();
        let refused = pace.count(ada, Doing::Takeouts, 1, at(3599)).unwrap_err();
        assert!(refused.message().contains("in an hour"), "{}", refused.message());
        pace.count(ada, Doing::Takeouts, 1, at(3600)).unwrap();
        // A clock that was turned back begins another minute.
        pace.count(ada, Doing::Files, 1, at(-1)).unwrap();
        assert!(pace.count(ada, Doing::Files, 1, at(-60)).is_err());
    }
}
