//! What was withdrawn since a backup must not come back with it.
//!
//! Each deletion, hiding and redaction is noted within a second, apart from catalog and public storage: a small object
//! that says which picture or sequence, what happened, and when. A restore reads the notes that are later than its
//! snapshot and withdraws the same again before anybody may see anything. Notes hold nothing personal.
//! That an account was erased is noted as well.
//!
//! What was hidden may be shown again: the note of it goes when it is. Of sequences only deletions are noted; what hides a
//! sequence hides each of its pictures.

mod follower;

use bytes::Bytes;
use flaneur_catalog::model::{AccountId, Change, ChangeKind, PictureId, SequenceId};
use futures::{StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use follower::Follower;

use crate::{Result, manifest::Manifest, stores::Notes};

/// Folder of the notes.
const NOTES: &str = "withdrawals";
/// Folder of how far each instance has noted its changes.
const CURSORS: &str = "withdrawal-cursors";
/// Notes read at once.
const AT_ONCE: usize = 16;

/// What was withdrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// It is gone.
    Deleted,
    /// Fewer people may see it.
    Hidden,
    /// More of it was made unrecognisable: the objects of before must not be shown.
    Redacted,
}

/// A note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// Which instance noted it.
    pub instance: String,
    /// Number of the change in that instance's log.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub what: What,
    /// To which picture; none if it happened to the sequence.
    pub picture: Option<PictureId>,
    /// To which sequence; none if it happened to the account.
    pub sequence: Option<SequenceId>,
    /// To which account, if it is that which was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
}

impl Withdrawal {
    /// The note of a change, if it is a withdrawal.
    fn of(change: &Change, instance: &str) -> Option<Self> {
        let what = match (change.kind, change.picture) {
            (ChangeKind::Deleted, _) => What::Deleted,
            (ChangeKind::Hidden, Some(_)) => What::Hidden,
            (ChangeKind::Redacted, Some(_)) => What::Redacted,
            // A sequence that is hidden only waits for late pictures.
            (ChangeKind::Hidden | ChangeKind::Redacted, None) | (ChangeKind::Published | ChangeKind::Edited, _) => {
                return None;
            }
        };
        Some(Self {
            instance: instance.to_owned(),
            number: change.number,
            at: change.at,
            what,
            picture: change.picture,
            sequence: change.sequence,
            account: (change.picture.is_none() && change.sequence.is_none()).then_some(change.account),
        })
    }

    fn name(&self) -> String {
        let Self { instance, number, .. } = self;
        match (self.what, self.picture) {
            (What::Hidden, Some(picture)) => format!("{}/{number:020}.json", hidden(instance, picture)),
            _ => format!("{NOTES}/{instance}/{number:020}.json"),
        }
    }

    /// Whether it happened after a snapshot was taken. Numbers tell for the instance that the snapshot is of; for those
    /// that were restored from it, time does.
    pub fn is_after(&self, snapshot: &Manifest) -> bool {
        if self.instance == snapshot.instance {
            self.number > snapshot.last_change
        } else {
            self.at >= snapshot.taken_at
        }
    }
}

/// Folder of the notes of what hid a picture.
fn hidden(instance: &str, picture: PictureId) -> String {
    format!("{NOTES}/{instance}/hidden/{picture}")
}

/// The instance and number that a note's name tells.
fn parts(name: &str) -> Option<(&str, i64)> {
    let (instance, rest) = name.strip_prefix(NOTES)?.strip_prefix('/')?.split_once('/')?;
    let file = rest.rsplit('/').next()?;
    Some((instance, file.strip_suffix(".json")?.parse().ok()?))
}

fn as_json(value: &impl Serialize) -> Bytes {
    // Texts and numbers can always be written.
    Bytes::from(serde_json::to_vec(value).unwrap_or_default())
}

/// Writes a note durably. Writing it again changes nothing.
pub async fn note(notes: &dyn Notes, withdrawal: &Withdrawal) -> Result<()> {
    Ok(notes.put(&withdrawal.name(), as_json(withdrawal)).await?)
}

/// Forgets what hid a picture before this change, which shows it again.
async fn shown(notes: &dyn Notes, instance: &str, change: &Change) -> Result<()> {
    let Some(picture) = change.picture else { return Ok(()) };
    let mut names = notes.names(&hidden(instance, picture));
    while let Some(name) = names.try_next().await? {
        if parts(&name).is_some_and(|(_, number)| number < change.number) {
            notes.remove(&name).await?;
        }
    }
    Ok(())
}

/// The withdrawals that are later than a snapshot, in the order in which they happened.
pub async fn later_than(notes: &dyn Notes, snapshot: &Manifest) -> Result<Vec<Withdrawal>> {
    let wanted = notes.names(NOTES).try_filter(|name| {
        let later = parts(name)
            .is_some_and(|(instance, number)| instance != snapshot.instance || number > snapshot.last_change);
        std::future::ready(later)
    });
    let read = wanted.map(|name| async {
        let name = name?;
        Ok::<_, crate::BackupError>((notes.read(&name).await?, name))
    });
    let mut found: Vec<Withdrawal> = Vec::new();
    let mut read = std::pin::pin!(read.buffer_unordered(AT_ONCE));
    while let Some((note, name)) = read.try_next().await? {
        // Forgotten meanwhile.
        let Some(note) = note else { continue };
        let note: Withdrawal = serde_json::from_slice(&note).map_err(|error| crate::BackupError::Damaged {
            path: format!("the note {name}"),
            why: error.to_string(),
        })?;
        if note.is_after(snapshot) {
            found.push(note);
        }
    }
    found.sort_by(|one, other| (one.at, &one.instance, one.number).cmp(&(other.at, &other.instance, other.number)));
    Ok(found)
}

/// Forgets notes up to a number of this instance, and those of any other, that are older than a time. Answers how many.
pub async fn forget(notes: &dyn Notes, instance: &str, up_to: i64, before: Timestamp) -> Result<u64> {
    let mut names = notes.names(NOTES);
    let mut forgotten = 0;
    while let Some(name) = names.try_next().await? {
        let Some((of, number)) = parts(&name) else { continue };
        if of == instance && number > up_to {
            continue;
        }
        let Some(note) = notes.read(&name).await? else { continue };
        let old = serde_json::from_slice::<Withdrawal>(&note).is_ok_and(|note| note.at < before);
        if old {
            notes.remove(&name).await?;
            forgotten += 1;
        }
    }
    Ok(forgotten)
}

#[derive(Serialize, Deserialize)]
struct Cursor {
    number: i64,
}

/// How far an instance has noted its changes.
pub async fn cursor(notes: &dyn Notes, instance: &str) -> Result<i64> {
    let cursor = notes.read(&format!("{CURSORS}/{instance}.json")).await?;
    // One that cannot be read is as good as none: the log is read from its beginning.
    Ok(cursor.and_then(|text| serde_json::from_slice::<Cursor>(&text).ok()).map_or(0, |cursor| cursor.number))
}

/// Says how far an instance has noted its changes.
pub async fn set_cursor(notes: &dyn Notes, instance: &str, number: i64) -> Result<()> {
    Ok(notes.put(&format!("{CURSORS}/{instance}.json"), as_json(&Cursor { number })).await?)
}
