//! Redacting published pictures again, and undoing it.

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::types::Json;

use super::{
    Connection, Store, at_least_none, commit, jobs,
    statement::Values,
    tombstones::{Of, disturb_sequence, hold_pictures},
};
use crate::{
    Redactions, Result,
    model::{
        AccountId, JobId, JobKind, Lease, Objects, Outline, Patch, PictureId, Redaction, RedactionId, RedactionOrigin,
        RedactionReceipt, RedactionState, Republication, SequenceId, Undo, UndoReceipt, UndoState,
    },
    request,
    signals::Topic,
    stored::{
        packed::Packed,
        rows::{micros, named, time},
    },
};

/// The columns of [`RedactionRow`]. The table is `r`.
pub const REDACTION: &str =
    "r.id, r.picture_id, r.origin, r.class, r.state, r.asked_by, r.asked_at, r.settled_at, r.message,
    r.undo_state, r.undo_by, r.undo_at, r.undo_reason, r.undo_answer, r.outlines";

#[derive(sqlx::FromRow)]
/// A redaction as it is stored.
pub struct RedactionRow {
    id: RedactionId,
    picture_id: PictureId,
    origin: String,
    class: String,
    state: String,
    asked_by: Option<AccountId>,
    asked_at: i64,
    settled_at: Option<i64>,
    message: Option<String>,
    undo_state: Option<String>,
    undo_by: Option<AccountId>,
    undo_at: Option<i64>,
    undo_reason: Option<String>,
    undo_answer: Option<String>,
    outlines: Json<Vec<Outline>>,
}

impl RedactionRow {
    pub fn redaction(self) -> Result<Redaction> {
        let (state, answer) = match (self.undo_state, self.undo_answer) {
            (Some(state), _) => (Some(named(&state)?), None),
            (None, Some(answer)) => (Some(UndoState::Rejected), Some(answer)),
            (None, None) => (None, None),
        };
        let undo = match (state, self.undo_by, self.undo_at) {
            (Some(state), Some(by), Some(at)) => {
                Some(Undo { state, by, at: time(at)?, reason: self.undo_reason.unwrap_or_default(), answer })
            }
            _ => None,
        };
        Ok(Redaction {
            id: self.id,
            picture: self.picture_id,
            origin: named(&self.origin)?,
            class: named(&self.class)?,
            outlines: self.outlines.0,
            state: named(&self.state)?,
            asked_by: self.asked_by,
            asked_at: time(self.asked_at)?,
            settled_at: self.settled_at.map(time).transpose()?,
            message: self.message,
            undo,
        })
    }
}

#[derive(sqlx::FromRow)]
struct PatchRow {
    key: String,
    picture_id: PictureId,
    created_at: i64,
    size: i64,
    covers: Json<Vec<RedactionId>>,
}

/// Lists a patch, unless it is listed.
pub async fn list_patch(connection: &mut Connection, patch: &Patch) -> Result<()> {
    sqlx::query(
        "INSERT INTO patches (key, picture_id, created_at, size, covers) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (key) DO NOTHING",
    )
    .bind(&patch.key)
    .bind(patch.picture)
    .bind(micros(patch.created_at))
    .bind(patch.size)
    .bind(Json(&patch.covers))
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets what a `Destroy` job has destroyed beside original and objects.
pub async fn forget_what_died(connection: &mut Connection, picture: PictureId) -> Result<()> {
    for (table, dead) in [("patches", "'deleted', 'duplicate', 'broken'"), ("superseded", "'deleted', 'duplicate'")] {
        let sql = format!(
            "DELETE FROM {table} WHERE picture_id IN (SELECT id FROM pictures WHERE id = $1 AND status IN ({dead}))"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(picture).execute(&mut *connection).await?;
    }
    Ok(())
}

async fn insert(connection: &mut Connection, redaction: &Redaction) -> Result<()> {
    sqlx::query(
        "INSERT INTO redactions (id, picture_id, origin, class, state, regions, asked_by, asked_at, request, outlines)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO NOTHING",
    )
    .bind(redaction.id)
    .bind(redaction.picture)
    .bind(redaction.origin.as_str())
    .bind(redaction.class.as_str())
    .bind(redaction.state.as_str())
    .bind(redaction.outlines.len() as i64)
    .bind(redaction.asked_by)
    .bind(micros(redaction.asked_at))
    .bind(request::current())
    .bind(Json(&redaction.outlines))
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether a picture has pixels that can be redacted.
async fn is_ready(connection: &mut Connection, picture: PictureId) -> Result<bool> {
    Ok(sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM pictures WHERE id = $1 AND status = 'ready' AND objects IS NOT NULL)",
    )
    .bind(picture)
    .fetch_one(connection)
    .await?)
}

async fn patches_of(connection: &mut Connection, pictures: &[PictureId]) -> Result<Vec<Patch>> {
    let mut values = Values::default();
    let list = values.ids(pictures.iter().map(|id| id.0))?;
    let sql = format!(
        "SELECT key, picture_id, created_at, size, covers FROM patches WHERE picture_id IN ({list})
         ORDER BY created_at, key"
    );
    let rows: Vec<PatchRow> = values.fetch_all(connection, sql).await?;
    rows.into_iter()
        .map(|row| {
            Ok(Patch {
                key: row.key,
                picture: row.picture_id,
                created_at: time(row.created_at)?,
                size: row.size,
                covers: row.covers.0,
            })
        })
        .collect()
}

/// Has redactions of a picture change their state.
async fn settle(connection: &mut Connection, new: &Republication) -> Result<()> {
    for (ids, sql) in [
        (
            &new.done,
            "UPDATE redactions SET state = 'done', settled_at = $3 WHERE id = $1 AND picture_id = $2 AND state = 'asked'",
        ),
        (
            &new.undone,
            "UPDATE redactions SET state = 'undone', settled_at = $3, undo_state = 'done'
             WHERE id = $1 AND picture_id = $2 AND state = 'done'",
        ),
    ] {
        for id in ids {
            sqlx::query(sql).bind(id).bind(new.picture).bind(micros(new.at)).execute(&mut *connection).await?;
        }
    }
    Ok(())
}

#[async_trait]
impl Redactions for Store {
    async fn ask_redaction(&self, redaction: Redaction, most: i64, job: JobId) -> Result<RedactionReceipt> {
        let picture = redaction.picture;
        let mut tx = self.write().await?;
        hold_pictures(&mut tx, Of::Picture(picture)).await?;
        if !is_ready(&mut tx, picture).await? {
            return Ok(RedactionReceipt::NotReady);
        }
        let drawn: i64 = sqlx::query_scalar(
            "SELECT CAST(COALESCE(SUM(regions), 0) AS BIGINT) FROM redactions WHERE picture_id = $1 AND origin = 'drawn'",
        )
        .bind(picture)
        .fetch_one(&mut *tx)
        .await?;
        if drawn + redaction.outlines.len() as i64 > most {
            return Ok(RedactionReceipt::TooMany);
        }
        let redaction = Redaction { origin: RedactionOrigin::Drawn, state: RedactionState::Asked, ..redaction };
        insert(&mut tx, &redaction).await?;
        jobs::ask(&mut tx, job, JobKind::Redact, picture.0, redaction.asked_at).await?;
        self.announce(tx, &[Topic::Jobs]).await?;
        Ok(RedactionReceipt::Taken)
    }

    async fn redactions(&self, picture: PictureId) -> Result<Vec<Redaction>> {
        let sql = format!("SELECT {REDACTION} FROM redactions r WHERE r.picture_id = $1 ORDER BY r.asked_at, r.id");
        let rows: Vec<RedactionRow> =
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(picture).fetch_all(&self.readers).await?;
        rows.into_iter().map(RedactionRow::redaction).collect()
    }

    async fn ask_undo(&self, redaction: Redaction, undo: Undo) -> Result<UndoReceipt> {
        let (id, picture) = (redaction.id, redaction.picture);
        let mut tx = self.write().await?;
        hold_pictures(&mut tx, Of::Picture(picture)).await?;
        if !is_ready(&mut tx, picture).await? {
            return Ok(UndoReceipt::Missing);
        }
        let is_sealed = patches_of(&mut tx, &[picture]).await?.iter().any(|patch| patch.covers.contains(&id));
        if redaction.origin == RedactionOrigin::Detected {
            if !is_sealed {
                return Ok(UndoReceipt::NotSealed);
            }
            insert(&mut tx, &Redaction { state: RedactionState::Done, ..redaction }).await?;
        }
        let found: Option<(String, Option<String>)> =
            sqlx::query_as("SELECT state, undo_state FROM redactions WHERE id = $1 AND picture_id = $2")
                .bind(id)
                .bind(picture)
                .fetch_optional(&mut *tx)
                .await?;
        let Some((state, undo_state)) = found else {
            return Ok(UndoReceipt::Missing);
        };
        let state: RedactionState = named(&state)?;
        if state != RedactionState::Done {
            return Ok(UndoReceipt::NotDone(state));
        }
        if undo_state.is_some() {
            return Ok(UndoReceipt::AskedBefore);
        }
        if !is_sealed {
            return Ok(UndoReceipt::NotSealed);
        }
        sqlx::query(
            "UPDATE redactions SET undo_state = $2, undo_by = $3, undo_at = $4, undo_reason = $5, undo_request = $6,
                undo_answer = NULL
             WHERE id = $1",
        )
        .bind(id)
        .bind(UndoState::Asked.as_str())
        .bind(undo.by)
        .bind(micros(undo.at))
        .bind(undo.reason)
        .bind(request::current())
        .execute(&mut *tx)
        .await?;
        commit(tx).await?;
        Ok(UndoReceipt::Taken)
    }

    async fn undo_requests(&self, limit: i64) -> Result<Vec<Redaction>> {
        let sql = format!(
            "SELECT {REDACTION} FROM redactions r WHERE r.undo_state = 'asked' ORDER BY r.undo_at, r.id LIMIT +$1"
        );
        let rows: Vec<RedactionRow> =
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(at_least_none(limit)).fetch_all(&self.readers).await?;
        rows.into_iter().map(RedactionRow::redaction).collect()
    }

    async fn reject_undo(&self, redaction: RedactionId, answer: &str) -> Result<bool> {
        let mut tx = self.write().await?;
        let rejected = sqlx::query(
            "UPDATE redactions SET undo_state = NULL, undo_answer = $2
             WHERE id = $1 AND state = 'done' AND undo_state = 'asked'",
        )
        .bind(redaction)
        .bind(answer)
        .execute(&mut *tx)
        .await?;
        commit(tx).await?;
        Ok(rejected.rows_affected() == 1)
    }

    async fn patches(&self, pictures: &[PictureId]) -> Result<Vec<Patch>> {
        patches_of(&mut *self.readers.acquire().await?, pictures).await
    }

    async fn superseded(&self, picture: PictureId) -> Result<Vec<String>> {
        Ok(sqlx::query_scalar("SELECT key FROM superseded WHERE picture_id = $1 ORDER BY key")
            .bind(picture)
            .fetch_all(&self.readers)
            .await?)
    }

    async fn republish_picture(&self, lease: &Lease, new: Republication, jobs: [JobId; 2]) -> Result<bool> {
        let [again, refresh] = jobs;
        let picture = new.picture;
        let mut tx = self.write().await?;
        hold_pictures(&mut tx, Of::Picture(picture)).await?;
        let before: Option<(Packed<Objects>, Option<SequenceId>)> = sqlx::query_as(
            "SELECT objects, sequence_id FROM pictures WHERE id = $1 AND status = 'ready' AND objects IS NOT NULL",
        )
        .bind(picture)
        .fetch_optional(&mut *tx)
        .await?;
        let Some((before, sequence)) = before.filter(|(before, _)| before.0.master == new.from) else {
            return Ok(false);
        };
        sqlx::query("UPDATE pictures SET objects = $2, updated_at = $3, served_revision = $4 WHERE id = $1")
            .bind(picture)
            .bind(Packed(&new.objects))
            .bind(micros(new.at))
            .bind(new.revision)
            .execute(&mut *tx)
            .await?;
        if let Some(sequence) = sequence {
            disturb_sequence(&mut tx, sequence, refresh, new.at).await?;
        }
        settle(&mut tx, &new).await?;
        if let Some(patch) = &new.patch {
            list_patch(&mut tx, patch).await?;
        }
        let kept = new.objects.keys();
        for key in before.0.keys().into_iter().filter(|key| !kept.contains(key)) {
            sqlx::query("INSERT INTO superseded (picture_id, key) VALUES ($1, $2) ON CONFLICT DO NOTHING")
                .bind(picture)
                .bind(key)
                .execute(&mut *tx)
                .await?;
        }
        // What comes back is not to be removed.
        for key in kept {
            sqlx::query("DELETE FROM superseded WHERE picture_id = $1 AND key = $2")
                .bind(picture)
                .bind(key)
                .execute(&mut *tx)
                .await?;
        }
        // Asked for while it is leased, the job is queued once more when it ends. Without the lease nothing is committed.
        jobs::ask(&mut tx, again, JobKind::Redact, picture.0, new.at).await?;
        if !jobs::end(&mut tx, lease, JobKind::Redact, picture.0).await? {
            return Ok(false);
        }
        self.announce(tx, &Topic::ALL).await?;
        Ok(true)
    }

    async fn refuse_redactions(&self, lease: &Lease, message: &str, now: Timestamp) -> Result<bool> {
        let mut tx = self.write().await?;
        hold_pictures(&mut tx, Of::Picture(PictureId(lease.subject))).await?;
        sqlx::query(
            "UPDATE redactions SET state = 'refused', message = $2, settled_at = $3
             WHERE picture_id = $1 AND state = 'asked'",
        )
        .bind(lease.subject)
        .bind(message)
        .bind(micros(now))
        .execute(&mut *tx)
        .await?;
        if !jobs::end(&mut tx, lease, JobKind::Redact, lease.subject).await? {
            return Ok(false);
        }
        commit(tx).await?;
        Ok(true)
    }

    async fn forget_superseded(&self, lease: &Lease, keys: &[String]) -> Result<bool> {
        let mut tx = self.write().await?;
        hold_pictures(&mut tx, Of::Picture(PictureId(lease.subject))).await?;
        for key in keys {
            sqlx::query("DELETE FROM superseded WHERE picture_id = $1 AND key = $2")
                .bind(lease.subject)
                .bind(key)
                .execute(&mut *tx)
                .await?;
        }
        if !jobs::end(&mut tx, lease, JobKind::Redact, lease.subject).await? {
            return Ok(false);
        }
        commit(tx).await?;
        Ok(true)
    }
}
