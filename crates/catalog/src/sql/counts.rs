//! The counts that the map of large areas is drawn from, counted anew. Triggers keep them; this is for pictures that were
//! not changed but came all at once, and for whoever doubts the triggers.

use super::{Connection, dialect};
use crate::Result;

/// Zoom levels that are counted, and how many keys a cell of each is wide.
const LEVELS: [(i64, i64); 3] = [(6, 1 << 48), (9, 1 << 42), (12, 1 << 36)];

/// What one level should hold.
fn level(zoom: i64, width: i64) -> String {
    format!(
        "SELECT {zoom} AS zoom, quadkey - quadkey % {width} AS cell, audience, account_id, COUNT(*) AS pictures,
             COUNT(*) FILTER (WHERE projection = 'equirectangular') AS panoramas
         FROM pictures WHERE audience IS NOT NULL GROUP BY quadkey - quadkey % {width}, audience, account_id"
    )
}

/// Lets the statements of a transaction take long, such as those that read every published picture.
pub async fn take_time(connection: &mut Connection) -> Result<()> {
    if let Some(sql) = dialect::LET_TAKE_LONG {
        sqlx::query(sql).execute(connection).await?;
    }
    Ok(())
}

/// Counts anew.
pub async fn recount(connection: &mut Connection) -> Result<()> {
    take_time(connection).await?;
    if let Some(sql) = dialect::HOLD_COUNTS {
        sqlx::query(sql).execute(&mut *connection).await?;
    }
    sqlx::query("DELETE FROM coverage_counts").execute(&mut *connection).await?;
    for (zoom, width) in LEVELS {
        let sql = format!(
            "INSERT INTO coverage_counts (zoom, cell, audience, account_id, pictures, panoramas) {}",
            level(zoom, width)
        );
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut *connection).await?;
    }
    Ok(())
}

/// How many cells do not hold what the pictures say. To be asked in one state of the database.
pub async fn drift(connection: &mut Connection) -> Result<i64> {
    take_time(connection).await?;
    let mut cells = 0;
    for (zoom, width) in LEVELS {
        let held = format!(
            "SELECT zoom, cell, audience, account_id, CAST(SUM(pictures) AS BIGINT) AS pictures,
                 CAST(SUM(panoramas) AS BIGINT) AS panoramas
             FROM coverage_counts WHERE zoom = {zoom} GROUP BY zoom, cell, audience, account_id HAVING SUM(pictures) <> 0"
        );
        let due = level(zoom, width);
        let sql = format!(
            "SELECT COUNT(*) FROM (
                 SELECT cell, audience, account_id FROM (SELECT * FROM ({held}) AS h EXCEPT SELECT * FROM ({due}) AS d) AS a
                 UNION
                 SELECT cell, audience, account_id FROM (SELECT * FROM ({due}) AS d EXCEPT SELECT * FROM ({held}) AS h) AS b
             ) AS differing"
        );
        let differing: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&mut *connection).await?;
        cells += differing;
    }
    Ok(cells)
}
