//! How much an account may have here, and what it has.
//!
//! What it has is counted out of the catalog, which takes a while where there is very much. So it is counted now and then, and what
//! is taken in meanwhile is added. Several processes, and files that come at once, may together take in a little more than an
//! account may have.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Instant,
};

use flaneur_catalog::model::{Account, AccountId, Usage};
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};

use crate::{Api, ApiError, ApiResult};

/// What was counted holds so long, and a hundred times as long as counting took.
const HOLDS: SignedDuration = SignedDuration::from_mins(1);
/// Where it leaves no room, what was counted holds so long, and ten times as long as counting took: something may be deleted.
const FULL_HOLDS: SignedDuration = SignedDuration::from_secs(2);
/// Accounts of which is known what they have, at most.
const MOST: usize = 10_000;

/// How much an account may have; none: as much as it likes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// Pictures.
    pub pictures: Option<i64>,
    /// Bytes of the files that they came in.
    pub bytes: Option<i64>,
}

impl Limits {
    /// Whether a file of so many bytes is one too many, or does not fit.
    fn exceeded(self, usage: Usage, coming: i64) -> bool {
        self.pictures.is_some_and(|most| usage.pictures >= most)
            || self.bytes.is_some_and(|most| usage.bytes >= most || usage.bytes.saturating_add(coming) > most)
    }

    fn refusal(self, usage: Usage) -> ApiError {
        let told = match self {
            Self { pictures: Some(most), .. } if usage.pictures >= most => {
                format!("{} pictures of yours are here, and an account may have {most}", usage.pictures)
            }
            Self { bytes, .. } => format!(
                "{:.1} GB of your files are here, and an account may have {:.1} GB: there is no room for this one",
                gigabytes(usage.bytes),
                gigabytes(bytes.unwrap_or_default())
            ),
        };
        let told = format!("{told}. Delete what is not needed, or ask those who run this instance for more room");
        ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, told).for_reason("quota")
    }
}

fn gigabytes(bytes: i64) -> f64 {
    bytes as f64 / 1e9
}

/// How much an account may have. Who runs the instance may have all there is room for.
pub async fn limits(api: &Api, account: &Account) -> ApiResult<Limits> {
    if account.admin {
        return Ok(Limits::default());
    }
    let said = api.catalog.quota(account.id).await?;
    let limit = |said: Option<i64>, usual: i64| Some(said.unwrap_or(usual)).filter(|most| *most > 0);
    Ok(Limits {
        pictures: limit(said.pictures, api.settings.most_pictures),
        bytes: limit(said.bytes, api.settings.most_bytes),
    })
}

/// Refuses a file of so many bytes (0: it is not known yet) for which an account has no room.
pub async fn admit(api: &Api, account: &Account, coming: i64) -> ApiResult<()> {
    let limits = limits(api, account).await?;
    if limits == Limits::default() {
        return Ok(());
    }
    let usage = usage(api, account.id, |usage| limits.exceeded(usage, coming)).await?;
    if limits.exceeded(usage, coming) { Err(limits.refusal(usage)) } else { Ok(()) }
}

/// Notes that an account has one picture more, or has it on its way.
pub fn add(api: &Api, account: AccountId, bytes: i64) {
    let mut known = api.usages.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(Known { usage, .. }) = known.get_mut(&account) {
        *usage = Usage { pictures: usage.pictures + 1, bytes: usage.bytes.saturating_add(bytes) };
    }
}

/// What an account has, as it was counted lately. `full`: whether that leaves no room.
pub async fn usage(api: &Api, account: AccountId, full: impl Fn(Usage) -> bool) -> ApiResult<Usage> {
    let now = api.world.now();
    if let Some(usage) = api.usages.lately(account, now, full) {
        return Ok(usage);
    }
    let began = Instant::now();
    let usage = api.catalog.usage(account).await?;
    let took = SignedDuration::try_from(began.elapsed()).unwrap_or(SignedDuration::MAX);
    api.usages.note(account, Known { usage, at: now, took });
    Ok(usage)
}

/// What accounts have, as it was counted lately.
#[derive(Debug, Default)]
pub struct Usages(Mutex<HashMap<AccountId, Known>>);

#[derive(Debug, Clone, Copy)]
struct Known {
    usage: Usage,
    at: Timestamp,
    /// How long counting took.
    took: SignedDuration,
}

impl Usages {
    fn lately(&self, account: AccountId, now: Timestamp, full: impl Fn(Usage) -> bool) -> Option<Usage> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Known { usage, at, took } = known.get_mut(&account)?;
        let holds =
            if full(*usage) { FULL_HOLDS.max(took.saturating_mul(10)) } else { HOLDS.max(took.saturating_mul(100)) };
        if now.duration_since(*at).abs() < holds {
            return Some(*usage);
        }
        // Whoever asks while this one counts goes by what was.
        *at = now;
        None
    }

    fn note(&self, account: AccountId, lately: Known) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(account, lately);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_file_is_too_many_or_does_not_fit() {
        let usage = |pictures, bytes| Usage { pictures, bytes };
        let none = Limits::default();
        assert!(!none.exceeded(usage(i64::MAX, i64::MAX), i64::MAX));
        let pictures = Limits { pictures: Some(2), ..none };
        assert_eq!([1, 2, 3].map(|number| pictures.exceeded(usage(number, 0), 0)), [false, true, true]);
        let bytes = Limits { bytes: Some(100), ..none };
        let cases = [(0, 100), (1, 100), (99, 0), (100, 0), (50, i64::MAX)];
        assert_eq!(cases.map(|(has, coming)| bytes.exceeded(usage(0, has), coming)), [false, true, false, true, true]);
        assert!(bytes.refusal(usage(0, 90)).message().contains("GB"), "the files, not the pictures");
    }

    #[test]
    fn what_was_counted_holds_for_a_while() {
        let (usages, account) = (Usages::default(), AccountId(Uuid::from_u128(1)));
        let at = |second| Timestamp::from_second(second).unwrap();
        let usage = Usage { pictures: 2, bytes: 9 };
        let lately = |second, full: bool| usages.lately(account, at(second), |_| full);
        let note = |took| usages.note(account, Known { usage, at: at(0), took });
        assert_eq!(lately(0, false), None, "it was never counted");
        note(SignedDuration::from_millis(3));
        assert_eq!([lately(59, false), lately(1, true)], [Some(usage); 2]);
        assert_eq!(lately(60, false), None);
        assert_eq!(lately(60, false), Some(usage), "one counts");
        note(SignedDuration::ZERO);
        assert_eq!(lately(2, true), None, "something may have been deleted");
        note(SignedDuration::from_secs(10));
        assert_eq!([lately(999, false), lately(99, true)], [Some(usage); 2], "who has very much is counted seldom");
        assert_eq!(lately(100, true), None);
    }

    #[test]
    fn few_are_remembered() {
        let usages = Usages::default();
        let known = Known { usage: Usage::default(), at: Timestamp::UNIX_EPOCH, took: SignedDuration::ZERO };
        for number in 0..=MOST {
            usages.note(AccountId(Uuid::from_u128(number as u128)), known);
        }
        assert_eq!(usages.0.lock().unwrap().len(), 1);
    }
}
