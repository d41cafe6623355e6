//! The reference server's database, filled with what a simulated catalog shows to everybody.
//!
//! What it would have made of these pictures, had they been sent to it: rows are copied from database to database, and what
//! triggers and workers of it compute of them, one at a time, is computed of all at once, with its own functions.

use anyhow::{Context as _, Result, ensure};
use futures::TryStreamExt as _;
use sqlx::{Connection as _, PgConnection};

use crate::{database, reference::Instance};

/// A box of degrees: west, south, east, north.
pub type Bounds = [f64; 4];

/// How much there is of what everybody sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Counts {
    /// Pictures.
    pub pictures: i64,
    /// Sequences that have one.
    pub sequences: i64,
    /// Accounts that have one.
    pub accounts: i64,
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} pictures in {} sequences of {} accounts", self.pictures, self.sequences, self.accounts)
    }
}

/// What is copied: a table of the reference server with columns, and the query of our catalog that gives them. `shown` are the
/// pictures that everybody sees.
const COPIES: [(&str, &str); 9] = [
    (
        "accounts (id, name, created_at)",
        "SELECT id, name, 'epoch'::TIMESTAMPTZ + created_at * INTERVAL '1 microsecond'
        FROM accounts WHERE id IN (SELECT account_id FROM shown)",
    ),
    ("tokens (account_id, description)", "SELECT DISTINCT account_id, 'default token' FROM shown"),
    (
        "upload_sets (id, account_id, created_at, completed, dispatched, estimated_nb_files, sort_method, title, metadata, \
         user_agent, no_deduplication, no_split, relative_heading)",
        "SELECT id, account_id, 'epoch'::TIMESTAMPTZ + created_at * INTERVAL '1 microsecond', TRUE, TRUE, estimated_nb_files,
            sort_method, title, metadata, user_agent, no_deduplication, no_split, relative_heading::INTEGER
        FROM upload_sets WHERE id IN (SELECT upload_set_id FROM shown)",
    ),
    (
        "upload_sets_semantics (upload_set_id, key, value, account_id)",
        "SELECT DISTINCT id, tag ->> 'key', tag ->> 'value', account_id
        FROM upload_sets, json_array_elements(semantics) AS tag WHERE id IN (SELECT upload_set_id FROM shown)",
    ),
    (
        "sequences (id, status, metadata, account_id, inserted_at, updated_at, user_agent, upload_set_id)",
        "SELECT id, 'ready', jsonb_build_object('title', title), account_id,
            'epoch'::TIMESTAMPTZ + created_at * INTERVAL '1 microsecond',
            'epoch'::TIMESTAMPTZ + updated_at * INTERVAL '1 microsecond', user_agent, upload_set_id
        FROM sequences WHERE id IN (SELECT sequence_id FROM shown)",
    ),
    (
        "sequences_semantics (sequence_id, key, value)",
        "SELECT DISTINCT id, tag ->> 'key', tag ->> 'value'
        FROM sequences, json_array_elements(semantics) AS tag WHERE id IN (SELECT sequence_id FROM shown)",
    ),
    // What its reader of files keeps in `metadata`, empty members included.
    (
        "pictures (id, status, preparing_status, ts, heading, heading_computed, metadata, exif, geom, account_id, inserted_at, \
         processed_at, updated_at, original_content_md5, upload_set_id, gps_accuracy_m, h_pixel_density)",
        "SELECT id, 'ready', 'prepared', ts, round(heading)::INTEGER % 360, heading_computed,
            jsonb_build_object(
                'type', projection, 'make', camera_make, 'model', camera_model, 'focal_length', focal_length, 'crop', NULL,
                'altitude', altitude, 'pitch', pitch, 'roll', roll, 'yaw', yaw, 'sensor_width', NULL,
                'field_of_view', round(field_of_view)::INTEGER, 'width', width, 'height', height,
                'blurredByAuthor', FALSE, 'originalFileName', file_name, 'originalFileSize', size,
                'tz', 'UTC' || right(captured_local, 6), 'ts_gps', captured_local, 'ts_camera', captured_local)
            || CASE WHEN projection = 'flat' THEN '{}'
                ELSE jsonb_build_object('cols', columns, 'rows', columns / 2) END,
            (SELECT said.exif FROM said WHERE said.id = shown.id)::JSONB, format('SRID=4326;POINT(%s %s)', lon, lat), account_id,
            'epoch'::TIMESTAMPTZ + created_at * INTERVAL '1 microsecond', updated, updated, content_md5, upload_set_id,
            accuracy, round(width::FLOAT / round(field_of_view))::INTEGER
        FROM shown,
            LATERAL (SELECT 'epoch'::TIMESTAMPTZ + captured_at * INTERVAL '1 microsecond' AS ts,
                'epoch'::TIMESTAMPTZ + updated_at * INTERVAL '1 microsecond' AS updated,
                (SELECT max(each) FROM unnest(ARRAY[4, 8, 16, 32, 64]) AS each
                    WHERE each <= greatest(4, width / 1024 * 2)) AS columns) AS made",
    ),
    ("sequences_pictures (seq_id, rank, pic_id)", "SELECT sequence_id, rank, id FROM shown"),
    (
        "files (upload_set_id, picture_id, inserted_at, file_type, size, file_name, content_md5)",
        "SELECT upload_set_id, id, 'epoch'::TIMESTAMPTZ + created_at * INTERVAL '1 microsecond', 'picture', size, file_name,
            content_md5
        FROM shown",
    ),
];

/// What its workers and triggers compute of sequences: as `finalize` of it says it, for all of them.
const COMPUTED: [&str; 2] = [
    "ANALYZE",
    "UPDATE sequences SET
        nb_pictures = found.pictures, min_picture_ts = found.first, max_picture_ts = found.last,
        geom = compute_sequence_geom(id), bbox = compute_sequence_bbox(id), computed_capture_date = found.day,
        computed_type = CASE WHEN array_length(found.types, 1) = 1 THEN found.types[1] END,
        computed_model = CASE WHEN array_length(found.models, 1) = 1 THEN found.models[1] END,
        computed_h_pixel_density = CASE WHEN array_length(found.densities, 1) = 1 THEN found.densities[1] END,
        computed_gps_accuracy = found.accuracy
    FROM (
        SELECT sp.seq_id, count(*) AS pictures, min(p.ts) AS first, max(p.ts) AS last, min(p.ts::DATE) AS day,
            array_agg(DISTINCT p.metadata ->> 'type') AS types,
            array_agg(DISTINCT trim(concat(p.metadata ->> 'make', ' ', p.metadata ->> 'model'))) AS models,
            array_agg(DISTINCT p.h_pixel_density) AS densities,
            percentile_cont(0.9) WITHIN GROUP (ORDER BY p.gps_accuracy_m) AS accuracy
        FROM sequences_pictures sp JOIN pictures p ON p.id = sp.pic_id GROUP BY sp.seq_id
    ) AS found
    WHERE found.seq_id = id",
];

/// What our server asks for its own connections: its queries are short, and compiling them takes PostgreSQL longer than they do. The
/// reference server leaves that to whoever sets PostgreSQL up.
const UNCOMPILED: &str =
    "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET jit = off', current_database()); END $$; SET jit = off";

/// Fills an instance's database, which is empty, from our catalog at an address: with all that everybody sees, or with all
/// of the sequences that have a picture within bounds. Fails unless there is as much of it in the end.
pub async fn fill(instance: &Instance<'_>, catalog: &str, bounds: Option<Bounds>) -> Result<Counts> {
    let mut ours = PgConnection::connect(catalog).await?;
    let mut theirs = PgConnection::connect(instance.database()).await?;
    show(&mut ours, bounds).await?;
    let counted = "SELECT count(*) AS pictures, count(DISTINCT sequence_id) AS sequences,
            count(DISTINCT account_id) AS accounts FROM shown";
    let here: Counts = sqlx::query_as(counted).fetch_one(&mut ours).await?;
    ensure!(here.pictures > 0, "nobody may see any of the simulated pictures: simulate more");
    sqlx::raw_sql(UNCOMPILED).execute(&mut theirs).await?;
    // No trigger of it makes a job of each row, and no reference is looked up: all of them are copied.
    sqlx::query("SET session_replication_role = replica").execute(&mut theirs).await?;
    let mut transaction = theirs.begin().await?;
    for (into, query) in COPIES {
        copy(&mut ours, query, &mut transaction, into).await.with_context(|| format!("into {into}"))?;
    }
    #[expect(clippy::disallowed_methods, reason = "nobody goes away from a benchmark")]
    transaction.commit().await?;
    for computed in COMPUTED {
        sqlx::query(computed).execute(&mut theirs).await.context(computed)?;
    }
    instance.manage(&["db", "refresh", "--full"])?;
    database::settle(instance.database()).await?;
    let there = counts(&mut theirs).await?;
    ensure!(there == here, "the reference server has {there}, and our catalog {here}");
    Ok(there)
}

/// Makes a temporary table of the pictures that are meant: `shown`.
async fn show(ours: &mut PgConnection, bounds: Option<Bounds>) -> Result<()> {
    let within = "audience = 0 AND ($1 IS NULL OR sequence_id IN
        (SELECT sequence_id FROM pictures WHERE audience = 0 AND lon BETWEEN $1 AND $3 AND lat BETWEEN $2 AND $4))";
    let sql = format!("CREATE TEMPORARY TABLE shown AS SELECT * FROM pictures WHERE {within}");
    let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
    for side in 0..4 {
        query = query.bind(bounds.map(|bounds| bounds[side]));
    }
    query.execute(&mut *ours).await?;
    sqlx::query("ANALYZE shown").execute(&mut *ours).await?;
    unpack(ours).await
}

/// Makes a temporary table of what the files of these pictures say, as JSON: `said`.
async fn unpack(ours: &mut PgConnection) -> Result<()> {
    sqlx::query("CREATE TEMPORARY TABLE said (id UUID PRIMARY KEY, exif TEXT NOT NULL)").execute(&mut *ours).await?;
    let packed: Vec<(String, Vec<u8>)> =
        sqlx::query_as("SELECT id::TEXT, exif FROM shown").fetch_all(&mut *ours).await?;
    for some in packed.chunks(5_000) {
        let ids: Vec<&str> = some.iter().map(|(id, _)| id.as_str()).collect();
        let said = some.iter().map(|(_, exif)| Ok(String::from_utf8(flaneur_catalog::unpack(exif)?)?));
        sqlx::query("INSERT INTO said SELECT made.id::UUID, made.exif FROM unnest($1, $2) AS made (id, exif)")
            .bind(ids)
            .bind(said.collect::<Result<Vec<String>>>()?)
            .execute(&mut *ours)
            .await?;
    }
    Ok(())
}

/// Copies the rows of a query in one database into a table with columns in the other, as they come.
async fn copy(from: &mut PgConnection, query: &str, to: &mut PgConnection, into: &str) -> Result<()> {
    let mut rows = from.copy_out_raw(&format!("COPY ({query}) TO STDOUT")).await?;
    let mut copied = to.copy_in_raw(&format!("COPY {into} FROM STDIN")).await?;
    while let Some(bytes) = rows.try_next().await? {
        copied.send(bytes).await?;
    }
    copied.finish().await?;
    Ok(())
}

/// What of it everybody sees, by its own rules; its grid for the map has to have as many pictures.
async fn counts(theirs: &mut PgConnection) -> Result<Counts> {
    let counted =
        "SELECT count(*) AS pictures, count(DISTINCT s.id) AS sequences, count(DISTINCT p.account_id) AS accounts
        FROM pictures p JOIN sequences_pictures sp ON sp.pic_id = p.id JOIN sequences s ON s.id = sp.seq_id
            JOIN accounts a ON a.id = p.account_id
        WHERE is_picture_visible_by_user(p, NULL) AND is_sequence_visible_by_user(s, NULL)
            AND p.preparing_status = 'prepared' AND s.status = 'ready'";
    let there: Counts = sqlx::query_as(counted).fetch_one(&mut *theirs).await?;
    let drawn = "SELECT coalesce(sum(nb_pictures), 0)::BIGINT FROM pictures_aggregate_grid";
    let drawn: i64 = sqlx::query_scalar(drawn).fetch_one(theirs).await?;
    ensure!(
        drawn == there.pictures,
        "the reference server draws {drawn} pictures on its grid, and has {}",
        there.pictures
    );
    Ok(there)
}
