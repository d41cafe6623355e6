//! How much there is.

use async_trait::async_trait;
use flaneur_access::{Viewer, Visibility};
use jiff::{SignedDuration, Timestamp};

use super::{Connection, Store, coverage::of_account, sequences::has_something_to_show, statement::Values};
use crate::{
    Counting, Result,
    model::{AccountId, Lately, PictureStatus, Published, PublishedMonth, SequenceStatus, Statistics},
    stored::rows::{micros, named, time},
};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// The moments that [`Lately`] counts from, microseconds.
fn since(now: Timestamp) -> [i64; 3] {
    [1, 7, 30].map(|days| micros(now.checked_sub(DAY * days).unwrap_or(Timestamp::MIN)))
}

/// Counts rows by the time in `column`. `latest` is what of the table they are among.
async fn lately(connection: &mut Connection, column: &str, latest: &str, now: Timestamp) -> Result<Lately> {
    let [day, week, month] = since(now);
    let sql = format!(
        "SELECT COUNT(CASE WHEN {column} >= $1 THEN 1 END), COUNT(CASE WHEN {column} >= $2 THEN 1 END), COUNT(*)
         FROM {latest} AND {column} >= $3"
    );
    let (day, week, month) =
        sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(day).bind(week).bind(month).fetch_one(connection).await?;
    Ok(Lately { day, week, month })
}

#[async_trait]
impl Counting for Store {
    async fn statistics(&self, now: Timestamp) -> Result<Statistics> {
        let mut tx = self.read().await?;
        let accounts = sqlx::query_scalar("SELECT COUNT(*) FROM accounts WHERE erased_at IS NULL");
        let accounts = accounts.fetch_one(&mut *tx).await?;
        let new_accounts = lately(&mut tx, "created_at", "accounts WHERE erased_at IS NULL", now).await?;
        let pictures: Vec<(String, i64)> =
            sqlx::query_as("SELECT status, COUNT(*) FROM pictures GROUP BY status ORDER BY status")
                .fetch_all(&mut *tx)
                .await?;
        // Files are numbered as they come: what came lately is read from the end.
        let latest = "files WHERE picture_id IS NOT NULL AND id > (
            SELECT COALESCE(MAX(o.id), 0) FROM (
                SELECT f.id FROM files f WHERE f.inserted_at < $3 ORDER BY f.id DESC LIMIT 1) o)";
        let new_pictures = lately(&mut tx, "inserted_at", latest, now).await?;
        let last: Option<i64> =
            sqlx::query_scalar("SELECT inserted_at FROM files WHERE picture_id IS NOT NULL ORDER BY id DESC LIMIT 1")
                .fetch_optional(&mut *tx)
                .await?;
        let sequences: Vec<(String, String, i64)> = sqlx::query_as(
            "SELECT status, visibility, COUNT(*) FROM sequences GROUP BY status, visibility ORDER BY status, visibility",
        )
        .fetch_all(&mut *tx)
        .await?;
        let mut found = Statistics { accounts, new_accounts, new_pictures, ..Statistics::default() };
        found.last_picture = last.map(time).transpose()?;
        for (status, count) in pictures {
            found.pictures.push((named::<PictureStatus>(&status)?, count));
        }
        for (status, visibility, count) in sequences {
            let (status, visibility) = (named::<SequenceStatus>(&status)?, named::<Visibility>(&visibility)?);
            add(&mut found.sequences, status, count);
            if status != SequenceStatus::Deleted {
                add(&mut found.visibilities, visibility, count);
            }
        }
        Ok(found)
    }

    async fn published(&self, account: Option<AccountId>) -> Result<Published> {
        let mut tx = self.read().await?;
        let mut values = Values::default();
        let whose = of_account(&mut values, "p", account)?;
        let seen = values.seen(Viewer::Anonymous, "p")?;
        // Of the levels that are counted, the one with the fewest cells.
        let counted = format!(
            "SELECT CAST(SUM(p.pictures) AS BIGINT), CAST(SUM(p.panoramas) AS BIGINT) FROM coverage_counts p
             WHERE p.zoom = 6 AND {seen}{whose} GROUP BY p.account_id HAVING SUM(p.pictures) > 0"
        );
        let rows: Vec<(i64, i64)> = values.fetch_all(&mut tx, counted).await?;
        let mut found = Published::default();
        for (pictures, panoramas) in rows {
            found.pictures += pictures;
            found.panoramas += panoramas;
            found.contributors += 1;
        }
        let mut values = Values::default();
        let whose = of_account(&mut values, "s", account)?;
        let shown = has_something_to_show(&mut values, Viewer::Anonymous)?;
        let by_month = format!(
            "SELECT SUBSTR(s.capture_date, 1, 7) AS month, CAST(SUM(s.nb_pictures) AS BIGINT), COUNT(*), SUM(s.length_m)
             FROM sequences s WHERE {shown}{whose} GROUP BY SUBSTR(s.capture_date, 1, 7) ORDER BY month"
        );
        let rows: Vec<(Option<String>, i64, i64, f64)> = values.fetch_all(&mut tx, by_month).await?;
        for (month, pictures, sequences, length_m) in rows {
            found.sequences += sequences;
            found.length_m += length_m;
            found.months.extend(month.map(|month| PublishedMonth { month, pictures, sequences, length_m }));
        }
        Ok(found)
    }
}

fn add<T: PartialEq>(counts: &mut Vec<(T, i64)>, what: T, count: i64) {
    match counts.iter_mut().find(|(other, _)| *other == what) {
        Some((_, sum)) => *sum += count,
        None => counts.push((what, count)),
    }
}
