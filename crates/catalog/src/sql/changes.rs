//! The change log.
//!
//! Whoever writes a change cannot know its number where transactions run side by side: one that began earlier may be
//! committed later. So lines are numbered when they are read, one reader at a time, those that are committed by then
//! after all that were numbered before, among themselves by the order in which they were written. That is the order of
//! commits as far as anyone can tell: if one change came after another was committed (two changes of one picture always
//! do, since its row is locked in between), whoever sees the later one sees the earlier one, too, which was written
//! before it. A transaction that takes long holds nobody up, which is what numbering by the oldest running transaction
//! would do. Where writers stand in line, lines are born with their numbers.

use async_trait::async_trait;

use super::{Store, at_least_none, commit, dialect};
use crate::{
    Changes, Result,
    model::{AccountId, Change, PictureId, SequenceId},
    signals::{Listener, Topic},
    stored::rows::{named, time},
};

/// How a database numbers lines that are born without.
#[derive(Debug, Clone, Copy)]
pub struct Numbering {
    /// Whether there are any.
    pub waiting: &'static str,
    /// Takes the lock under which it is done, until the end of the transaction; false if somebody else has it.
    pub alone: &'static str,
    /// Numbers some.
    pub number: &'static str,
}

#[derive(sqlx::FromRow)]
struct ChangeRow {
    number: i64,
    at: i64,
    kind: String,
    picture_id: Option<PictureId>,
    sequence_id: Option<SequenceId>,
    account_id: AccountId,
    public: bool,
}

impl ChangeRow {
    fn change(self) -> Result<Change> {
        Ok(Change {
            number: self.number,
            at: time(self.at)?,
            kind: named(&self.kind)?,
            picture: self.picture_id,
            sequence: self.sequence_id,
            account: self.account_id,
            public: self.public,
        })
    }
}

impl Store {
    /// Numbers what is committed, unless somebody else is at it.
    pub(super) async fn number_changes(&self) -> Result<()> {
        let Some(numbering) = dialect::NUMBERING else { return Ok(()) };
        loop {
            let waiting: bool = sqlx::query_scalar(numbering.waiting).fetch_one(&self.readers).await?;
            if !waiting {
                return Ok(());
            }
            let mut tx = self.write().await?;
            // The lock is asked for by a statement of its own: the next one sees all that was numbered under it before.
            let alone: bool = sqlx::query_scalar(numbering.alone).fetch_one(&mut *tx).await?;
            if !alone {
                return Ok(());
            }
            sqlx::query(numbering.number).execute(&mut *tx).await?;
            commit(tx).await?;
        }
    }
}

#[async_trait]
impl Changes for Store {
    async fn changes(&self, after: i64, limit: i64) -> Result<Vec<Change>> {
        self.number_changes().await?;
        sqlx::query_as::<_, ChangeRow>(
            "SELECT number, at, kind, picture_id, sequence_id, account_id, public FROM changes
             WHERE number > $1 ORDER BY number LIMIT +$2",
        )
        .bind(after)
        .bind(at_least_none(limit))
        .fetch_all(&self.readers)
        .await?
        .into_iter()
        .map(ChangeRow::change)
        .collect()
    }

    async fn last_change(&self) -> Result<i64> {
        self.number_changes().await?;
        Ok(sqlx::query_scalar("SELECT COALESCE(MAX(number), 0) FROM changes").fetch_one(&self.readers).await?)
    }

    fn listen(&self, topic: Topic) -> Listener {
        self.bells.listen(topic)
    }
}
