//! Files that come piece by piece. The row of a file is locked before its parts, and after its set.

use std::collections::BTreeSet;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use sqlx::types::Json;
use uuid::Uuid;

use super::{
    Connection, Store, at_least_none, commit,
    dialect::{self, FOR_UPDATE},
    explain,
    statement::Values,
    upload_sets,
};
use crate::{
    Result, Uploads,
    model::{
        AccountId, NewUpload, PartId, PictureId, Upload, UploadId, UploadOutcome, UploadPart, UploadReceipt,
        UploadSetId,
    },
    stored::rows::{micros, time},
};

const UPLOAD: &str = "id, upload_set_id, account_id, picture_id, length, received, parts, created_at, expires_at,
    file_name, metadata, outcome";
const PART: &str = "name, upload_id, start, size";

#[derive(sqlx::FromRow)]
struct UploadRow {
    id: UploadId,
    upload_set_id: UploadSetId,
    account_id: AccountId,
    picture_id: PictureId,
    length: i64,
    received: i64,
    parts: i64,
    created_at: i64,
    expires_at: i64,
    file_name: String,
    metadata: String,
    outcome: Option<Json<UploadOutcome>>,
}

impl UploadRow {
    fn upload(self) -> Result<Upload> {
        Ok(Upload {
            received: self.received,
            parts: self.parts,
            outcome: self.outcome.map(|json| json.0),
            options: NewUpload {
                id: self.id,
                upload_set: self.upload_set_id,
                account: self.account_id,
                picture: self.picture_id,
                file_name: self.file_name,
                length: self.length,
                metadata: self.metadata,
                created_at: time(self.created_at)?,
                expires_at: time(self.expires_at)?,
            },
        })
    }
}

#[derive(sqlx::FromRow)]
struct PartRow {
    name: PartId,
    upload_id: UploadId,
    start: i64,
    size: i64,
}

impl From<PartRow> for UploadPart {
    fn from(row: PartRow) -> Self {
        Self { name: row.name, upload: row.upload_id, start: row.start, size: row.size }
    }
}

/// Has the open files of a set expire.
pub async fn expire(connection: &mut Connection, set: UploadSetId, now: Timestamp) -> Result<()> {
    sqlx::query("UPDATE uploads SET expires_at = $2 WHERE upload_set_id = $1 AND outcome IS NULL")
        .bind(set)
        .bind(micros(now))
        .execute(connection)
        .await?;
    Ok(())
}

/// Lets go of all files.
pub async fn release(connection: &mut Connection) -> Result<()> {
    sqlx::query("UPDATE uploads SET holder = NULL, held_until = NULL WHERE outcome IS NULL AND received = length")
        .execute(connection)
        .await?;
    Ok(())
}

/// Lists the parts from this byte on no more.
async fn forget_parts(connection: &mut Connection, id: UploadId, from: i64) -> Result<Vec<UploadPart>> {
    let sql = format!("DELETE FROM upload_parts WHERE upload_id = $1 AND start >= $2 RETURNING {PART}");
    let rows: Vec<PartRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).bind(from).fetch_all(connection).await?;
    Ok(rows.into_iter().map(UploadPart::from).collect())
}

#[async_trait]
impl Uploads for Store {
    async fn begin_upload(&self, new: NewUpload, most: i64) -> Result<UploadReceipt> {
        let mut tx = self.write().await?;
        // So that of two who begin at once the second counts the first.
        if !FOR_UPDATE.is_empty() {
            let sql = format!("SELECT id FROM accounts WHERE id = $1 {FOR_UPDATE}");
            sqlx::query(sqlx::AssertSqlSafe(sql)).bind(new.account).fetch_optional(&mut *tx).await?;
        }
        if upload_sets::find(&mut tx, new.upload_set).await?.is_none() {
            return Ok(UploadReceipt::NoSuchSet);
        }
        let open: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM uploads WHERE account_id = $1 AND outcome IS NULL AND expires_at > $2",
        )
        .bind(new.account)
        .bind(micros(new.created_at))
        .fetch_one(&mut *tx)
        .await?;
        if open >= most {
            return Ok(UploadReceipt::TooMany);
        }
        sqlx::query(
            "INSERT INTO uploads (id, upload_set_id, account_id, picture_id, length, created_at, expires_at, file_name, metadata)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(new.id)
        .bind(new.upload_set)
        .bind(new.account)
        .bind(new.picture)
        .bind(new.length)
        .bind(micros(new.created_at))
        .bind(micros(new.expires_at))
        .bind(&new.file_name)
        .bind(&new.metadata)
        .execute(&mut *tx)
        .await
        .map_err(|error| explain(error, "the upload's id", "the account"))?;
        commit(tx).await?;
        Ok(UploadReceipt::Begun)
    }

    async fn upload(&self, id: UploadId) -> Result<Option<Upload>> {
        let sql = format!("SELECT {UPLOAD} FROM uploads WHERE id = $1");
        let row: Option<UploadRow> =
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(&self.readers).await?;
        row.map(UploadRow::upload).transpose()
    }

    async fn open_uploads(&self, set: UploadSetId, limit: i64) -> Result<Vec<Upload>> {
        let sql = format!(
            "SELECT {UPLOAD} FROM uploads WHERE upload_set_id = $1 AND outcome IS NULL
             ORDER BY created_at, id LIMIT +$2",
        );
        let rows: Vec<UploadRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(set)
            .bind(at_least_none(limit))
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(UploadRow::upload).collect()
    }

    async fn append_parts(&self, parts: &[UploadPart], now: Timestamp, expires_at: Timestamp) -> Result<Option<i64>> {
        let Some(first) = parts.first() else { return Ok(None) };
        let mut end = first.start;
        for part in parts {
            if part.upload != first.upload || part.start != end || part.size < 1 {
                return Ok(None);
            }
            end = end.saturating_add(part.size);
        }
        let mut tx = self.write().await?;
        let received: Option<i64> = sqlx::query_scalar(
            "UPDATE uploads SET received = $3, parts = parts + $4, expires_at = $6
             WHERE id = $1 AND outcome IS NULL AND received = $2 AND length >= $3 AND expires_at > $5
             RETURNING received",
        )
        .bind(first.upload)
        .bind(first.start)
        .bind(end)
        .bind(parts.len() as i64)
        .bind(micros(now))
        .bind(micros(expires_at))
        .fetch_optional(&mut *tx)
        .await?;
        if received.is_none() {
            return Ok(None);
        }
        for part in parts {
            sqlx::query("INSERT INTO upload_parts (name, upload_id, start, size) VALUES ($1, $2, $3, $4)")
                .bind(part.name)
                .bind(part.upload)
                .bind(part.start)
                .bind(part.size)
                .execute(&mut *tx)
                .await
                .map_err(|error| explain(error, "the part's name", "the upload"))?;
        }
        commit(tx).await?;
        Ok(received)
    }

    async fn upload_parts(&self, id: UploadId) -> Result<Vec<UploadPart>> {
        let sql = format!("SELECT {PART} FROM upload_parts WHERE upload_id = $1 ORDER BY start");
        let rows: Vec<PartRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_all(&self.readers).await?;
        Ok(rows.into_iter().map(UploadPart::from).collect())
    }

    async fn hold_upload(&self, id: UploadId, holder: Uuid, hold: SignedDuration) -> Result<bool> {
        let now = dialect::NOW;
        let sql = format!(
            "UPDATE uploads SET holder = $2, held_until = COALESCE($3, {now}) + $4
             WHERE id = $1 AND outcome IS NULL AND received = length
                 AND (held_until IS NULL OR holder = $2 OR held_until <= COALESCE($3, {now}))",
        );
        let held = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(id)
            .bind(holder)
            .bind(self.given_time())
            .bind(hold.as_micros() as i64)
            .execute(&self.writer)
            .await?;
        Ok(held.rows_affected() == 1)
    }

    async fn release_upload(&self, id: UploadId, holder: Uuid) -> Result<()> {
        sqlx::query("UPDATE uploads SET holder = NULL, held_until = NULL WHERE id = $1 AND holder = $2")
            .bind(id)
            .bind(holder)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn end_upload(&self, id: UploadId, holder: Uuid, outcome: &UploadOutcome) -> Result<Option<Vec<UploadPart>>> {
        let mut tx = self.write().await?;
        let ended = sqlx::query(
            "UPDATE uploads SET outcome = $3, parts = 0, holder = NULL, held_until = NULL
             WHERE id = $1 AND holder = $2 AND outcome IS NULL",
        )
        .bind(id)
        .bind(holder)
        .bind(Json(outcome))
        .execute(&mut *tx)
        .await?;
        if ended.rows_affected() == 0 {
            return Ok(None);
        }
        let parts = forget_parts(&mut tx, id, 0).await?;
        commit(tx).await?;
        Ok(Some(parts))
    }

    async fn rewind_upload(&self, id: UploadId, holder: Uuid, to: i64) -> Result<Option<Vec<UploadPart>>> {
        let mut tx = self.write().await?;
        let rewound = sqlx::query(
            "UPDATE uploads SET received = $3, holder = NULL, held_until = NULL,
                 parts = (SELECT COUNT(*) FROM upload_parts p WHERE p.upload_id = uploads.id AND p.start < $3)
             WHERE id = $1 AND holder = $2 AND outcome IS NULL AND received >= $3",
        )
        .bind(id)
        .bind(holder)
        .bind(to)
        .execute(&mut *tx)
        .await?;
        if rewound.rows_affected() == 0 {
            return Ok(None);
        }
        let parts = forget_parts(&mut tx, id, to).await?;
        commit(tx).await?;
        Ok(Some(parts))
    }

    async fn drop_upload(&self, id: UploadId) -> Result<Option<Vec<UploadPart>>> {
        let mut tx = self.write().await?;
        let sql = format!(
            "SELECT id FROM uploads WHERE id = $1 AND (held_until IS NULL OR held_until <= COALESCE($2, {})) {FOR_UPDATE}",
            dialect::NOW,
        );
        let free =
            sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).bind(self.given_time()).fetch_optional(&mut *tx).await?;
        if free.is_none() {
            return Ok(None);
        }
        let parts = forget_parts(&mut tx, id, 0).await?;
        sqlx::query("DELETE FROM uploads WHERE id = $1").bind(id).execute(&mut *tx).await?;
        commit(tx).await?;
        Ok(Some(parts))
    }

    async fn full_uploads(&self, limit: i64) -> Result<Vec<UploadId>> {
        let sql = format!(
            "SELECT id FROM uploads WHERE outcome IS NULL AND received = length
                 AND (held_until IS NULL OR held_until <= COALESCE($1, {})) ORDER BY id LIMIT +$2",
            dialect::NOW,
        );
        Ok(sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(self.given_time())
            .bind(at_least_none(limit))
            .fetch_all(&self.readers)
            .await?)
    }

    async fn expire_uploads(&self, now: Timestamp, before: Timestamp, limit: i64) -> Result<Option<Vec<UploadPart>>> {
        let mut tx = self.write().await?;
        let sql = format!(
            "SELECT id, expires_at <= $2 FROM uploads
             WHERE expires_at <= $1 AND (outcome IS NOT NULL OR received < length) AND (parts > 0 OR expires_at <= $2)
             ORDER BY expires_at LIMIT +$3 {FOR_UPDATE}",
        );
        let expired: Vec<(UploadId, bool)> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(micros(now))
            .bind(micros(before))
            .bind(at_least_none(limit))
            .fetch_all(&mut *tx)
            .await?;
        if expired.is_empty() {
            return Ok(None);
        }
        let mut parts = Vec::new();
        for (id, old) in expired {
            parts.extend(forget_parts(&mut tx, id, 0).await?);
            let sql =
                if old { "DELETE FROM uploads WHERE id = $1" } else { "UPDATE uploads SET parts = 0 WHERE id = $1" };
            sqlx::query(sql).bind(id).execute(&mut *tx).await?;
        }
        commit(tx).await?;
        Ok(Some(parts))
    }

    async fn listed_parts(&self, names: &[PartId]) -> Result<BTreeSet<PartId>> {
        let mut values = Values::default();
        let list = values.ids(names.iter().map(|name| name.0))?;
        let sql = format!("SELECT name FROM upload_parts WHERE name IN ({list})");
        let rows: Vec<(PartId,)> = values.fetch_all(&mut *self.readers.acquire().await?, sql).await?;
        Ok(rows.into_iter().map(|(name,)| name).collect())
    }

    async fn parts(&self, after: Option<PartId>, limit: i64) -> Result<Vec<UploadPart>> {
        let sql = format!("SELECT {PART} FROM upload_parts WHERE name > $1 ORDER BY name LIMIT +$2");
        let rows: Vec<PartRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(after.map_or(Uuid::nil(), |name| name.0))
            .bind(at_least_none(limit))
            .fetch_all(&self.readers)
            .await?;
        Ok(rows.into_iter().map(UploadPart::from).collect())
    }
}
