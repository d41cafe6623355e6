//! Pictures in their table.

use std::sync::LazyLock;

use flaneur_coverage::quadkey;
use sqlx::types::Json;

use super::{Connection, Db, explain};
use crate::{
    Result,
    model::{
        AccountId, Camera, Edited, Exif, Objects, Orientation, Picture, PictureId, PictureStatus, Revisions, Rights,
        Semantic, SequenceId, Shape, UploadSetId,
    },
    stored::{
        packed::Packed,
        rows::{micros, named, time},
    },
};

/// The columns of [`PictureRow`]. The table is `p`.
pub const PICTURE: &str = "p.id, p.account_id, p.upload_set_id, p.sequence_id, p.rank, p.status, p.visibility,
    p.exclusion, EXISTS (SELECT 1 FROM withheld w WHERE w.picture_id = p.id) AS withheld, p.lon, p.lat, p.altitude, p.accuracy, p.captured_at, p.captured_local, p.heading, p.heading_computed, p.pitch, p.roll,
    p.yaw, p.sensor_heading, p.metadata_revision, p.served_revision, p.projection, p.width, p.height, p.camera_make, p.camera_model, p.camera_artist, p.focal_length,
    p.field_of_view, p.exif, p.overrides, p.file_name, p.content_md5, p.content_sha256, p.size, p.claimed_blurred,
    p.original, p.objects, p.created_at, p.updated_at, p.edited, p.semantics, p.annotation_changes, p.license, p.attribution";

/// The same without EXIF and XMP values, which are half of a row: it has none, for who reads many and tells nothing of them.
pub static PICTURE_WITHOUT_EXIF: LazyLock<String> =
    LazyLock::new(|| PICTURE.replace("p.exif", "CASE WHEN FALSE THEN p.exif ELSE '{}' END AS exif"));

/// A picture as it is stored.
#[derive(sqlx::FromRow)]
pub struct PictureRow {
    id: PictureId,
    account_id: AccountId,
    upload_set_id: UploadSetId,
    sequence_id: Option<SequenceId>,
    rank: Option<i64>,
    status: String,
    visibility: String,
    exclusion: Option<String>,
    withheld: bool,
    lon: f64,
    lat: f64,
    altitude: Option<f64>,
    accuracy: Option<f64>,
    captured_at: i64,
    captured_local: String,
    heading: Option<f64>,
    heading_computed: bool,
    pitch: Option<f64>,
    roll: Option<f64>,
    yaw: Option<f64>,
    sensor_heading: Option<f64>,
    metadata_revision: i64,
    served_revision: i64,
    projection: String,
    width: i64,
    height: i64,
    camera_make: Option<String>,
    camera_model: Option<String>,
    camera_artist: Option<String>,
    focal_length: Option<f64>,
    field_of_view: Option<f64>,
    exif: Packed<Exif>,
    overrides: Packed<serde_json::Value>,
    file_name: String,
    content_md5: String,
    content_sha256: String,
    size: i64,
    claimed_blurred: bool,
    original: Option<String>,
    objects: Option<Packed<Objects>>,
    created_at: i64,
    updated_at: i64,
    edited: i64,
    semantics: Json<Vec<Semantic>>,
    annotation_changes: i64,
    #[sqlx(flatten)]
    rights: Rights,
}

impl PictureRow {
    pub fn picture(self) -> Result<Picture> {
        Ok(Picture {
            id: self.id,
            account: self.account_id,
            upload_set: self.upload_set_id,
            sequence: self.sequence_id,
            rank: self.rank,
            status: named(&self.status)?,
            visibility: named(&self.visibility)?,
            exclusion: self.exclusion.as_deref().map(named).transpose()?,
            withheld: self.withheld,
            lon: self.lon,
            lat: self.lat,
            altitude: self.altitude,
            accuracy: self.accuracy,
            captured_at: time(self.captured_at)?,
            captured_local: self.captured_local,
            orientation: Orientation {
                heading: self.heading,
                heading_computed: self.heading_computed,
                sensor_heading: self.sensor_heading,
                pitch: self.pitch,
                roll: self.roll,
                yaw: self.yaw,
            },
            projection: named(&self.projection)?,
            shape: Shape { width: self.width, height: self.height },
            camera: Camera {
                make: self.camera_make,
                model: self.camera_model,
                focal_length: self.focal_length,
                field_of_view: self.field_of_view,
                artist: self.camera_artist,
            },
            exif: self.exif.0,
            overrides: self.overrides.0,
            revisions: Revisions { metadata: self.metadata_revision, served: self.served_revision },
            edited: Edited::of_bits(self.edited),
            rights: self.rights,
            semantics: self.semantics.0,
            annotation_changes: self.annotation_changes,
            file_name: self.file_name,
            content_md5: self.content_md5,
            content_sha256: self.content_sha256,
            size: self.size,
            claimed_blurred: self.claimed_blurred,
            original: self.original,
            objects: self.objects.map(|packed| packed.0),
            created_at: time(self.created_at)?,
            updated_at: time(self.updated_at)?,
        })
    }
}

/// What a picture says of place, time and the like, in the order in which [`bind_said`] takes it, and the placeholders for it
/// behind `$1`.
pub const SAID: &str = "lon, lat, quadkey, altitude, accuracy, captured_at, captured_local, heading, heading_computed,
    sensor_heading, pitch, roll, yaw, projection, camera_make, camera_model, camera_artist, focal_length, field_of_view, exif,
    overrides";
/// See [`SAID`].
pub const SAID_VALUES: &str =
    "$2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22";

type Query<'q> = sqlx::query::Query<'q, Db, <Db as sqlx::Database>::Arguments>;

/// Binds the values of [`SAID`].
pub fn bind_said<'q>(query: Query<'q>, picture: &'q Picture) -> Query<'q> {
    query
        .bind(picture.lon)
        .bind(picture.lat)
        .bind(quadkey::key(picture.lon, picture.lat))
        .bind(picture.altitude)
        .bind(picture.accuracy)
        .bind(micros(picture.captured_at))
        .bind(&picture.captured_local)
        .bind(picture.orientation.heading)
        .bind(picture.orientation.heading_computed)
        .bind(picture.orientation.sensor_heading)
        .bind(picture.orientation.pitch)
        .bind(picture.orientation.roll)
        .bind(picture.orientation.yaw)
        .bind(picture.projection.as_str())
        .bind(&picture.camera.make)
        .bind(&picture.camera.model)
        .bind(&picture.camera.artist)
        .bind(picture.camera.focal_length)
        .bind(picture.camera.field_of_view)
        .bind(Packed(&picture.exif))
        .bind(Packed(&picture.overrides))
}

/// Stores a picture as waiting, in no sequence, without objects. False if another picture has the same bytes.
pub async fn insert_picture(
    connection: &mut Connection,
    upload_set: UploadSetId,
    file_name: &str,
    picture: &Picture,
) -> Result<bool> {
    let sql = format!(
        "INSERT INTO pictures (id, {SAID}, account_id, upload_set_id, status, visibility, width, height, file_name,
             content_md5, content_sha256, size, claimed_blurred, original, created_at, updated_at, license, attribution,
             semantics)
         VALUES ($1, {SAID_VALUES}, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39)
         ON CONFLICT (content_sha256) WHERE status <> 'deleted' DO NOTHING"
    );
    let stored = bind_said(sqlx::query(sqlx::AssertSqlSafe(sql)).bind(picture.id), picture)
        .bind(picture.account)
        .bind(upload_set)
        .bind(PictureStatus::Waiting.as_str())
        .bind(picture.visibility.as_str())
        .bind(picture.shape.width)
        .bind(picture.shape.height)
        .bind(file_name)
        .bind(&picture.content_md5)
        .bind(&picture.content_sha256)
        .bind(picture.size)
        .bind(picture.claimed_blurred)
        .bind(&picture.original)
        .bind(micros(picture.created_at))
        .bind(micros(picture.updated_at))
        .bind(&picture.rights.license)
        .bind(&picture.rights.attribution)
        .bind(Json(&picture.semantics))
        .execute(connection)
        .await
        .map_err(|error| explain(error, "the picture's id", "the picture's account"))?;
    Ok(stored.rows_affected() == 1)
}
