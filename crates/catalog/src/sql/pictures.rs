//! Pictures: processing them, and asking for them.

use std::collections::BTreeSet;

use async_trait::async_trait;
use flaneur_access::Viewer;
use jiff::Timestamp;
use sqlx::types::Json;

use super::{
    Connection, Store, areas, at_least_none,
    dialect::FOR_UPDATE,
    hits, items, jobs,
    picture_rows::{PICTURE, PictureRow},
    redactions, related, search,
    statement::Values,
    tombstones::{self, Of, disturb_sequence, hold_pictures},
};
use crate::{
    Pictures, Result,
    model::{
        AccountId, Detection, Exclusion, Found, Item, JobId, JobKind, Lease, Picture, PictureId, Publication,
        Rejection, SearchQuery, SequenceId,
    },
    signals::Topic,
    stored::{packed::Packed, rows::micros},
};

/// Works out who may see a picture after its state, its sequence, its position, a visibility, an area or a report changed. The rule is
/// [`Picture::subject`]. The caller has called [`areas::share`].
pub async fn settle_audience(connection: &mut Connection, id: PictureId) -> Result<()> {
    let published: Option<(AccountId, f64, f64)> = sqlx::query_as(
        "SELECT account_id, lon, lat FROM pictures
         WHERE id = $1 AND status = 'ready' AND sequence_id IS NOT NULL AND objects IS NOT NULL",
    )
    .bind(id)
    .fetch_optional(&mut *connection)
    .await?;
    let exclusion = match published {
        Some((account, lon, lat)) => areas::exclusion(connection, account, lon, lat).await?,
        None => None,
    };
    set_audience(connection, id, exclusion).await
}

/// As [`settle_audience`], by what areas say of a picture at its place.
pub async fn set_audience(connection: &mut Connection, id: PictureId, exclusion: Option<Exclusion>) -> Result<()> {
    sqlx::query(
        "UPDATE pictures SET
             exclusion = CASE WHEN status = 'ready' AND sequence_id IS NOT NULL AND objects IS NOT NULL THEN $2 END,
             audience = (
             SELECT CASE WHEN $2 IS NOT NULL OR 'owner-only' IN (pictures.visibility, s.visibility)
                     OR EXISTS (SELECT 1 FROM withheld w WHERE w.picture_id = pictures.id) THEN 2
                 WHEN 'logged-only' IN (pictures.visibility, s.visibility) THEN 1 ELSE 0 END
             FROM sequences s
             WHERE s.id = pictures.sequence_id AND pictures.status = 'ready' AND pictures.objects IS NOT NULL)
         WHERE id = $1",
    )
    .bind(id)
    .bind(exclusion.map(Exclusion::as_str))
    .execute(connection)
    .await?;
    Ok(())
}

/// Settles anew who sees pictures, because of what is not in their rows. Those that are not published are left out.
pub async fn resettle(
    connection: &mut Connection,
    pictures: &BTreeSet<PictureId>,
    fresh: &(dyn Fn() -> JobId + Send + Sync),
    now: Timestamp,
) -> Result<()> {
    if !FOR_UPDATE.is_empty() && !pictures.is_empty() {
        let mut values = Values::default();
        let list = values.ids(pictures.iter().map(|id| id.0))?;
        let sql = format!("SELECT id FROM pictures WHERE id IN ({list}) ORDER BY id {FOR_UPDATE}");
        values.fetch_all::<(PictureId,)>(connection, sql).await?;
    }
    let mut sequences = BTreeSet::new();
    for id in pictures {
        let touched: Option<Option<SequenceId>> = sqlx::query_scalar(
            "UPDATE pictures SET updated_at = $2 WHERE id = $1 AND audience IS NOT NULL RETURNING sequence_id",
        )
        .bind(id)
        .bind(micros(now))
        .fetch_optional(&mut *connection)
        .await?;
        if let Some(sequence) = touched {
            settle_audience(connection, *id).await?;
            sequences.extend(sequence);
        }
    }
    for sequence in sequences {
        disturb_sequence(connection, sequence, fresh(), now).await?;
    }
    Ok(())
}

/// Puts the rejection on the line of the picture's file, or takes it off.
pub async fn reject_file(connection: &mut Connection, id: PictureId, rejection: Option<&Rejection>) -> Result<()> {
    sqlx::query("UPDATE files SET rejection = $2 WHERE picture_id = $1")
        .bind(id)
        .bind(rejection.map(Json))
        .execute(connection)
        .await?;
    Ok(())
}

/// The sequence of a picture that is not deleted: none if there is no such picture.
async fn whereabouts(connection: &mut Connection, id: PictureId) -> Result<Option<Option<SequenceId>>> {
    Ok(sqlx::query_scalar("SELECT sequence_id FROM pictures WHERE id = $1 AND status <> 'deleted'")
        .bind(id)
        .fetch_optional(connection)
        .await?)
}

/// Deletes a picture; a tombstone remains. `jobs` destroys its objects, and refreshes its sequence. False if there is none.
pub async fn delete(connection: &mut Connection, id: PictureId, jobs: [JobId; 2], now: Timestamp) -> Result<bool> {
    let [destroy, refresh] = jobs;
    hold_pictures(connection, Of::Picture(id)).await?;
    let Some(sequence) = whereabouts(connection, id).await? else { return Ok(false) };
    tombstones::bury_pictures(connection, Of::Picture(id), &|| destroy, now).await?;
    if let Some(sequence) = sequence {
        disturb_sequence(connection, sequence, refresh, now).await?;
    }
    Ok(true)
}

/// In a sequence, and not published.
const UNFINISHED: &str = "p.status IN ('waiting', 'broken')";

#[async_trait]
impl Pictures for Store {
    async fn picture(&self, id: PictureId) -> Result<Option<Picture>> {
        let sql = format!("SELECT {PICTURE} FROM pictures p WHERE p.id = $1 AND p.status <> 'deleted'");
        sqlx::query_as::<_, PictureRow>(sqlx::AssertSqlSafe(sql))
            .bind(id)
            .fetch_optional(&self.readers)
            .await?
            .map(PictureRow::picture)
            .transpose()
    }

    async fn picture_to_destroy(&self, id: PictureId) -> Result<Option<Picture>> {
        let sql = format!("SELECT {PICTURE} FROM pictures p WHERE p.id = $1 AND p.status IN ('deleted', 'duplicate')");
        sqlx::query_as::<_, PictureRow>(sqlx::AssertSqlSafe(sql))
            .bind(id)
            .fetch_optional(&self.readers)
            .await?
            .map(PictureRow::picture)
            .transpose()
    }

    async fn detections(&self, id: PictureId) -> Result<Vec<Detection>> {
        let detections: Option<Option<Packed<Vec<Detection>>>> =
            sqlx::query_scalar("SELECT detections FROM pictures WHERE id = $1 AND status <> 'deleted'")
                .bind(id)
                .fetch_optional(&self.readers)
                .await?;
        Ok(detections.flatten().map(|packed| packed.0).unwrap_or_default())
    }

    // Each statement of these sees one state, and decides by itself what may be seen: a transaction around them would say no more,
    // and is handed over three times.

    async fn item(&self, viewer: Viewer, id: PictureId) -> Result<Option<Item>> {
        let mut reader = self.readers.acquire().await?;
        let mut values = Values::default();
        let seen = values.seen(viewer, "p")?;
        let hits = format!("SELECT p.id FROM pictures p WHERE p.id = {} AND {seen} LIMIT 1", values.bind(id)?);
        let mut found = items::items(&mut reader, values, viewer, &hits, "p.id").await?;
        related::relate(&mut reader, viewer, &mut found).await?;
        Ok(found.pop())
    }

    async fn unfinished_item(&self, id: PictureId) -> Result<Option<Item>> {
        let mut reader = self.readers.acquire().await?;
        let mut values = Values::default();
        let hits = format!("SELECT p.id FROM pictures p WHERE p.id = {} AND {UNFINISHED}", values.bind(id)?);
        Ok(items::items(&mut reader, values, Viewer::Anonymous, &hits, "p.id").await?.pop())
    }

    async fn unfinished_items(&self, sequence: SequenceId, limit: i64) -> Result<Vec<Item>> {
        let mut reader = self.readers.acquire().await?;
        let mut values = Values::default();
        let hits = format!(
            "SELECT p.id FROM pictures p WHERE p.sequence_id = {} AND {UNFINISHED} ORDER BY p.rank LIMIT +{}",
            values.bind(sequence)?,
            values.bind(at_least_none(limit))?,
        );
        items::items(&mut reader, values, Viewer::Anonymous, &hits, "p.rank").await
    }

    async fn search(&self, query: &SearchQuery) -> Result<Found> {
        search::search(&mut *self.readers.acquire().await?, query).await
    }

    async fn sequence_items_found(
        &self,
        sequence: SequenceId,
        query: &SearchQuery,
        after_rank: i64,
    ) -> Result<Vec<Item>> {
        hits::by_rank(&mut *self.readers.acquire().await?, sequence, query, after_rank).await
    }

    async fn last_rank(&self, viewer: Viewer, sequence: SequenceId) -> Result<Option<i64>> {
        let mut reader = self.readers.acquire().await?;
        let mut values = Values::default();
        let seen = values.seen(viewer, "p")?;
        let sql = format!(
            "SELECT p.rank FROM pictures p WHERE p.sequence_id = {} AND {seen} ORDER BY p.rank DESC LIMIT 1",
            values.bind(sequence)?,
        );
        let ranks: Vec<(i64,)> = values.fetch_all(&mut reader, sql).await?;
        Ok(ranks.first().map(|(rank,)| *rank))
    }

    async fn first_items(&self, viewer: Viewer, sequences: &[SequenceId]) -> Result<Vec<Item>> {
        let mut reader = self.readers.acquire().await?;
        let mut values = Values::default();
        let seen = values.seen(viewer, "f")?;
        let hits = format!(
            "SELECT (SELECT f.id FROM pictures f WHERE f.sequence_id = w.id AND {seen} ORDER BY f.rank LIMIT 1) AS id
             FROM sequences w WHERE w.id IN ({})",
            values.ids(sequences.iter().map(|id| id.0))?,
        );
        items::items(&mut reader, values, viewer, &hits, "p.id").await
    }

    async fn publish_picture(&self, lease: &Lease, publication: Publication, jobs: [JobId; 3]) -> Result<bool> {
        let Publication { picture, objects, shape, detections, patch, revision, at } = publication;
        let [destroy, refresh, redact] = jobs;
        let mut tx = self.write().await?;
        areas::share(&mut tx).await?;
        hold_pictures(&mut tx, Of::Picture(picture)).await?;
        if !jobs::end(&mut tx, lease, JobKind::Process, picture.0).await? {
            return Ok(false);
        }
        let published: Option<(Option<SequenceId>, i64)> = sqlx::query_as(
            "UPDATE pictures SET status = 'ready', objects = $2, width = $3, height = $4, detections = $5, updated_at = $6,
                 served_revision = $7
             WHERE id = $1 AND status IN ('waiting', 'ready', 'broken') RETURNING sequence_id, metadata_revision",
        )
        .bind(picture)
        .bind(Packed(objects))
        .bind(shape.width)
        .bind(shape.height)
        .bind(Packed(detections))
        .bind(micros(at))
        .bind(revision)
        .fetch_optional(&mut *tx)
        .await?;
        // Without the picture there is nothing to publish, and the job stays as it was.
        let Some((sequence, corrected)) = published else {
            return Ok(false);
        };
        settle_audience(&mut tx, picture).await?;
        if let Some(sequence) = sequence {
            disturb_sequence(&mut tx, sequence, refresh, at).await?;
        }
        reject_file(&mut tx, picture, None).await?;
        if let Some(patch) = &patch {
            redactions::list_patch(&mut tx, patch).await?;
        }
        jobs::ask(&mut tx, destroy, JobKind::Destroy, picture.0, at).await?;
        if revision < corrected {
            jobs::ask(&mut tx, redact, JobKind::Redact, picture.0, at).await?;
        }
        self.announce(tx, &Topic::ALL).await?;
        Ok(true)
    }

    async fn break_picture(
        &self,
        lease: &Lease,
        picture: PictureId,
        rejection: Rejection,
        jobs: [JobId; 2],
        now: Timestamp,
    ) -> Result<bool> {
        let [destroy, refresh] = jobs;
        let mut tx = self.write().await?;
        hold_pictures(&mut tx, Of::Picture(picture)).await?;
        if !jobs::end(&mut tx, lease, JobKind::Process, picture.0).await? {
            return Ok(false);
        }
        let sequence: Option<Option<SequenceId>> = sqlx::query_scalar(
            "UPDATE pictures SET status = 'broken', audience = NULL, updated_at = $2
             WHERE id = $1 AND status IN ('waiting', 'ready', 'broken') RETURNING sequence_id",
        )
        .bind(picture)
        .bind(micros(now))
        .fetch_optional(&mut *tx)
        .await?;
        let Some(sequence) = sequence else {
            return Ok(false);
        };
        if let Some(sequence) = sequence {
            disturb_sequence(&mut tx, sequence, refresh, now).await?;
        }
        reject_file(&mut tx, picture, Some(&rejection)).await?;
        jobs::ask(&mut tx, destroy, JobKind::Destroy, picture.0, now).await?;
        self.announce(tx, &Topic::ALL).await?;
        Ok(true)
    }

    async fn destroyed(&self, lease: &Lease, picture: PictureId) -> Result<bool> {
        let mut tx = self.write().await?;
        hold_pictures(&mut tx, Of::Picture(picture)).await?;
        if !jobs::end(&mut tx, lease, JobKind::Destroy, picture.0).await? {
            return Ok(false);
        }
        sqlx::query(
            "UPDATE pictures SET original = NULL,
                 objects = CASE WHEN status IN ('deleted', 'duplicate') THEN NULL ELSE objects END
             WHERE id = $1",
        )
        .bind(picture)
        .execute(&mut *tx)
        .await?;
        redactions::forget_what_died(&mut tx, picture).await?;
        self.announce(tx, &Topic::ALL).await?;
        Ok(true)
    }

    async fn delete_picture(&self, id: PictureId, jobs: [JobId; 2], now: Timestamp) -> Result<bool> {
        let mut tx = self.write().await?;
        let deleted = delete(&mut tx, id, jobs, now).await?;
        self.announce(tx, &Topic::ALL).await?;
        Ok(deleted)
    }

    async fn with_original(&self, ids: &[PictureId]) -> Result<BTreeSet<PictureId>> {
        let mut values = Values::default();
        let list = values.ids(ids.iter().map(|id| id.0))?;
        let sql =
            format!("SELECT id FROM pictures WHERE id IN ({list}) AND original IS NOT NULL AND status = 'waiting'");
        let rows: Vec<(PictureId,)> = values.fetch_all(&mut *self.readers.acquire().await?, sql).await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }
}
