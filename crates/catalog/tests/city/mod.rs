//! A catalog with many pictures, written past the repository: receiving and processing each would take minutes.

#![expect(clippy::unwrap_used, reason = "this is test code")]

use std::path::Path;

use flaneur_catalog::{
    model::{AccountId, SequenceId, UploadSetId},
    sqlite::SqliteCatalog,
};
use flaneur_coverage::quadkey;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use sqlx::{ConnectOptions as _, SqliteConnection, sqlite::SqliteConnectOptions};
use uuid::Uuid;

/// The owner of it all.
pub const ADA: AccountId = AccountId(Uuid::from_u128(1));
/// The set that all of it came in.
pub const SET: UploadSetId = UploadSetId(Uuid::from_u128(2));
/// Pictures of a sequence, 10 m apart.
pub const LENGTH: usize = 100;
/// Microseconds since 1970 of the first picture.
pub const START: i64 = 1_600_000_000_000_000;

/// The id of a sequence, counted from 0.
pub fn sequence(n: usize) -> SequenceId {
    SequenceId(Uuid::from_u128((1 << 64) + n as u128))
}

/// A connection of its own, for what the repository does not do.
pub async fn connect(path: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(path).connect().await.unwrap()
}

/// Fills a new file with sequences of published pictures within 0.1° of Paris, and some all over the world. The later
/// a picture in the table, the later it was taken.
pub async fn build(path: &Path, sequences: usize) -> SqliteCatalog {
    let catalog = SqliteCatalog::open(path).await.unwrap();
    let mut connection = connect(path).await;
    let fixed = "BEGIN; PRAGMA foreign_keys = ON;
        INSERT INTO accounts (id, name, name_key, admin, created_at)
        VALUES (x'00000000000000000000000000000001', 'ada', 'ada', FALSE, 0);
        INSERT INTO upload_sets (id, account_id, title, sort_method, no_split, no_deduplication, visibility, created_at,
            semantics, metadata)
        VALUES (x'00000000000000000000000000000002', x'00000000000000000000000000000001', 'A walk', 'time-asc', FALSE,
            FALSE, 'anyone', 0, '[]', '{}');";
    sqlx::raw_sql(fixed).execute(&mut connection).await.unwrap();
    let mut random = StdRng::seed_from_u64(1);
    for n in 0..sequences {
        sqlx::query(
            "INSERT INTO sequences (id, account_id, upload_set_id, place, status, visibility, created_at, updated_at,
                 nb_pictures, west, south, east, north, title, semantics)
             VALUES ($1, $2, $3, $4, 'ready', 'anyone', $4, $4, 100, 2.0, 48.0, 3.0, 49.0, 'A walk', '[]')",
        )
        .bind(sequence(n))
        .bind(ADA)
        .bind(SET)
        .bind(n as i64)
        .execute(&mut connection)
        .await
        .unwrap();
        let (mut lon, mut lat): (f64, f64) = if n % 10 == 0 {
            (random.random_range(-180.0..179.0), random.random_range(-60.0..60.0))
        } else {
            (2.35 + random.random_range(-0.1..0.1), 48.85 + random.random_range(-0.1..0.1))
        };
        let (east, north) = (random.random_range(-0.0001..0.0001), random.random_range(-0.0001..0.0001));
        for rank in 0..LENGTH {
            lon += east;
            lat += north;
            picture(&mut connection, n, rank, lon, lat).await;
        }
        for cell in [quadkey::Tile::at(14, lon, lat)] {
            sqlx::query("INSERT INTO sequence_cells (cell, sequence_id) VALUES ($1, $2)")
                .bind(*cell.keys().start())
                .bind(sequence(n))
                .execute(&mut connection)
                .await
                .unwrap();
        }
    }
    // One picture of each sequence shows a sign, and all sequences were made by car.
    let tagged = r#"UPDATE pictures SET audience = 0;
        UPDATE pictures SET semantics = '[{"key":"osm|traffic_sign","value":"stop"}]' WHERE rank = 50;
        UPDATE sequences SET semantics = '[{"key":"transport","value":"car"}]';
        COMMIT"#;
    sqlx::raw_sql(tagged).execute(&mut connection).await.unwrap();
    catalog
}

async fn picture(connection: &mut SqliteConnection, n: usize, rank: usize, lon: f64, lat: f64) {
    let number = n * LENGTH + rank;
    sqlx::query(
        "INSERT INTO pictures (id, account_id, upload_set_id, sequence_id, rank, status, visibility, lon, lat,
             quadkey, captured_at, captured_local, heading, heading_computed, projection, width, height, camera_make,
             field_of_view, file_name, content_md5, content_sha256, size, claimed_blurred, created_at, updated_at,
             objects, exif, overrides)
         VALUES ($1, $2, $3, $4, $5, 'ready', 'anyone', $6, $7, $8, $9, '2020-09-13T12:26:40+00:00', 90.0, FALSE,
             'flat', 4000, 3000, 'Make', 80.0, $10, $10, $10, 1000000, FALSE, 0, 0, $11, $12, 'null')",
    )
    .bind(Uuid::from_u128((2 << 64) + number as u128))
    .bind(ADA)
    .bind(SET)
    .bind(sequence(n))
    .bind(rank as i64 + 1)
    .bind(lon)
    .bind(lat)
    .bind(quadkey::key(lon, lat))
    .bind(START + number as i64 * 1_000_000)
    .bind(format!("{number:064}"))
    .bind(r#"{"master":"m","master_size":1,"sd":"s","thumb":"t","tiles":null}"#)
    .bind(format!(r#"{{"Exif.Image.Make":"{}"}}"#, "x".repeat(1500)))
    .execute(connection)
    .await
    .unwrap();
}
