//! Coverage tiles that were drawn, kept until something touches them.
//!
//! Whoever draws a tile first notes what is to be seen ([`sight`]), then looks things up. So the tile shows at least what was
//! to be seen, and whatever was not leaves a touch that says so, however transactions overlap: no lock is taken.

use flaneur_coverage::quadkey::Tile;
use jiff::{SignedDuration, Timestamp};

use super::{Connection, Store, commit, dialect};
use crate::{
    Result,
    model::{DrawnTile, SequenceId, Sight},
    stored::rows::{micros, time},
};

/// How long touches are noted at least. Transactions must be shorter, and drawing a tile much shorter.
const TOUCHES_LAST: SignedDuration = SignedDuration::from_mins(10);
/// Longest from looking up what a tile shows to keeping it.
const LONGEST_DRAWING: SignedDuration = SignedDuration::from_mins(1);
/// Tiles that nobody wanted drawn anew for so long are dropped; who asks has them drawn.
const TILES_LAST: SignedDuration = SignedDuration::from_hours(24 * 30);
/// The first zoom level whose tiles have touches of their own: those before have all of theirs.
const NOTED_FIRST_ZOOM: i64 = 6;
/// Most touches or tiles that are dropped in one transaction.
const BATCH: i64 = 5_000;

#[derive(sqlx::FromRow)]
struct TileRow {
    tag: String,
    body: Option<Vec<u8>>,
    drawn_at: i64,
    touched: bool,
    taken: bool,
}

fn name(tile: Tile) -> (i64, i64) {
    (i64::from(tile.z), *tile.keys().start())
}

pub async fn kept(connection: &mut Connection, tile: Tile, held: Option<&str>) -> Result<Option<DrawnTile>> {
    let sql = format!(
        "SELECT t.tag, CASE WHEN t.tag = $3 THEN NULL ELSE t.body END AS body, t.drawn_at,
             EXISTS (SELECT 1 FROM coverage_touches x
                     WHERE x.zoom = $4 AND x.cell BETWEEN $2 AND $5 AND {UNSEEN}) AS touched,
             EXISTS (SELECT 1 FROM coverage_touches x
                     WHERE x.zoom = $4 AND x.cell BETWEEN $2 AND $5 AND {UNSEEN} AND x.takes) AS taken
         FROM coverage_tiles t WHERE t.zoom = $1 AND t.cell = $2",
        UNSEEN = dialect::TOUCH_UNSEEN,
    );
    let (zoom, cell) = name(tile);
    let row: Option<TileRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(zoom)
        .bind(cell)
        .bind(held.unwrap_or_default())
        .bind(zoom.max(NOTED_FIRST_ZOOM))
        .bind(*tile.keys().end())
        .fetch_optional(connection)
        .await?;
    row.map(|row| {
        let TileRow { tag, body, drawn_at, touched, taken } = row;
        Ok(DrawnTile { tag, body, drawn_at: time(drawn_at)?, touched, taken })
    })
    .transpose()
}

pub async fn sight(connection: &mut Connection) -> Result<Sight> {
    Ok(Sight(sqlx::query_scalar(dialect::SIGHT).fetch_one(connection).await?))
}

/// Notes that every tile is touched that the sequence may be in.
pub async fn touch_sequence(connection: &mut Connection, id: SequenceId, now: Timestamp) -> Result<()> {
    sqlx::query(
        "INSERT INTO coverage_touches (zoom, cell, takes, at)
         SELECT DISTINCT t.zoom, t.cell, FALSE, $2 FROM sequence_tiles t WHERE t.sequence_id = $1",
    )
    .bind(id)
    .bind(micros(now))
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets old touches with the tiles that they are of, and tiles that nobody wants.
pub async fn tidy(store: &Store) -> Result<()> {
    loop {
        let mut tx = store.write().await?;
        let now = store.time(&mut tx).await?;
        let before = |age: SignedDuration| now - age.as_micros() as i64;
        let mut dropped = 0;
        for sql in dialect::FORGET_TOUCHES.iter().copied() {
            let forget = sqlx::query(sql).bind(before(TOUCHES_LAST)).bind(BATCH);
            dropped = dropped.max(forget.execute(&mut *tx).await?.rows_affected());
        }
        let sql = "DELETE FROM coverage_tiles WHERE (zoom, cell) IN (
                       SELECT zoom, cell FROM coverage_tiles WHERE drawn_at < $1 ORDER BY drawn_at LIMIT +$2)";
        let old = sqlx::query(sql).bind(before(TILES_LAST)).bind(BATCH).execute(&mut *tx).await?.rows_affected();
        commit(tx).await?;
        if dropped.max(old) < BATCH as u64 {
            return Ok(());
        }
    }
}

impl Store {
    /// The time that touches and tiles are dated by, microseconds since 1970.
    async fn time(&self, connection: &mut Connection) -> Result<i64> {
        if let Some(now) = self.given_time() {
            return Ok(now);
        }
        let sql = format!("SELECT {}", dialect::NOW);
        Ok(sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(connection).await?)
    }

    pub(super) async fn keep(&self, tile: Tile, sight: &Sight, tag: &str, body: &[u8], now: Timestamp) -> Result<()> {
        let mut tx = self.write().await?;
        let clock = self.time(&mut tx).await?;
        if clock - micros(now) > LONGEST_DRAWING.as_micros() as i64 {
            return Ok(());
        }
        let (zoom, cell) = name(tile);
        let sql = format!(
            "INSERT INTO coverage_tiles (zoom, cell, seen, drawn_at, tag, body) VALUES ($1, $2, {}, $4, $5, $6)
             ON CONFLICT (zoom, cell) DO UPDATE SET
                 seen = excluded.seen, drawn_at = excluded.drawn_at, tag = excluded.tag, body = excluded.body
             WHERE excluded.drawn_at >= coverage_tiles.drawn_at",
            dialect::SEEN_OF_TEXT,
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(zoom)
            .bind(cell)
            .bind(&sight.0)
            .bind(micros(now))
            .bind(tag)
            .bind(body)
            .execute(&mut *tx)
            .await?;
        commit(tx).await?;
        Ok(())
    }
}
