//! A simulation as rows of the catalog's tables.

use flaneur_access::Visibility;
use flaneur_catalog::{
    CatalogError,
    archive::{Column, Row, Table, Value, stored},
    model::{AreaShape, Exclusion, PictureId, Projection, Rights, Shape, Summarised, SummaryPoint},
    summary::summarise,
};
use flaneur_coverage::quadkey;
use serde_json::{json, value::RawValue};
use uuid::Uuid;

use crate::{
    Set,
    camera::Looks,
    moment,
    people::{Account, Hidden},
    picture::Picture,
    set::{Kind, Sequence},
};

/// From the moment when a picture is ready until one that is deleted is, microseconds.
const REGRET: i64 = 3_600_000_000;

/// Names and values of a row.
type Named<const N: usize> = [(&'static str, Value); N];

/// Rows of one table that are written together.
#[derive(Debug)]
pub struct Batch {
    /// The table.
    pub table: &'static Table,
    /// Columns for which the rows have values, once there is a row.
    pub columns: Vec<&'static Column>,
    /// The rows.
    pub rows: Vec<Row>,
}

impl Batch {
    /// For a table, which there has to be.
    pub fn of(table: &str) -> Result<Self, CatalogError> {
        let table = Table::named(table).ok_or_else(|| missing(table))?;
        Ok(Self { table, columns: Vec::new(), rows: Vec::new() })
    }

    /// Adds a row. All of a table have the same columns in the same order.
    fn add<const N: usize>(&mut self, row: Named<N>) -> Result<(), CatalogError> {
        if self.columns.is_empty() {
            let column = |name: &str| self.table.columns.iter().find(|column| column.name == name);
            self.columns =
                row.iter().map(|(name, _)| column(name).ok_or_else(|| missing(name))).collect::<Result<_, _>>()?;
        }
        self.rows.push(row.into_iter().map(|(_, value)| value).collect());
        Ok(())
    }
}

fn missing(name: &str) -> CatalogError {
    CatalogError::Corrupt { what: "name of a table or column", text: name.to_owned() }
}

fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

fn real(number: Option<f64>) -> Value {
    number.map_or(Value::Null, Value::Real)
}

fn whole(number: Option<i64>) -> Value {
    number.map_or(Value::Null, Value::Integer)
}

fn document(text: String) -> Result<Value, CatalogError> {
    let corrupt = |error: serde_json::Error| CatalogError::Corrupt { what: "document", text: error.to_string() };
    Ok(Value::Json(RawValue::from_string(text).map_err(corrupt)?))
}

fn json(value: &impl serde::Serialize) -> Result<Value, CatalogError> {
    let written = serde_json::value::to_raw_value(value);
    written.map(Value::Json).map_err(|error| CatalogError::Corrupt { what: "document", text: error.to_string() })
}

/// Adds an account.
pub fn account(batch: &mut Batch, account: &Account) -> Result<(), CatalogError> {
    batch.add([
        ("id", Value::Uuid(account.id)),
        ("name", text(&account.name)),
        ("name_key", text(&account.name)),
        ("admin", Value::Boolean(false)),
        ("created_at", Value::Integer(account.created_at)),
    ])
}

/// Adds an excluded area.
pub fn area(batch: &mut Batch, hidden: &Hidden, accounts: &[Account]) -> Result<(), CatalogError> {
    let (low, high) = (hidden.low, hidden.high);
    let corners =
        [(low.lon, low.lat), (high.lon, low.lat), (high.lon, high.lat), (low.lon, high.lat), (low.lon, low.lat)];
    let ring = corners.map(|(lon, lat)| vec![lon, lat]).to_vec();
    let shape = AreaShape::new(&[vec![ring]])
        .map_err(|error| CatalogError::Corrupt { what: "shape of an area", text: error.to_string() })?;
    let bbox = shape.bbox();
    let owner = hidden.owner.and_then(|owner| accounts.get(owner));
    batch.add([
        ("id", Value::Uuid(hidden.id)),
        ("account_id", owner.map_or(Value::Null, |owner| Value::Uuid(owner.id))),
        ("allowed", Value::Boolean(false)),
        ("is_public", Value::Boolean(owner.is_none())),
        ("west", Value::Real(bbox.west)),
        ("south", Value::Real(bbox.south)),
        ("east", Value::Real(bbox.east)),
        ("north", Value::Real(bbox.north)),
        ("positions", Value::Integer(shape.positions() as i64)),
        ("created_at", Value::Integer(hidden.created_at)),
        ("label", text("simulated")),
        ("shape", Value::Bytes(stored::shape(&shape))),
    ])
}

/// Adds an upload set.
pub fn upload_set(batch: &mut Batch, set: &Set<'_>) -> Result<(), CatalogError> {
    let relative = match set.camera.looks {
        Looks::Aside(angle) => Some(f64::from(angle)),
        Looks::Around | Looks::Ahead => None,
    };
    batch.add([
        ("id", Value::Uuid(set.id)),
        ("account_id", Value::Uuid(account_of(set))),
        ("title", text(set.title())),
        ("estimated_nb_files", Value::Integer(set.pictures() as i64)),
        ("sort_method", text("time-asc")),
        ("no_split", Value::Boolean(false)),
        ("split_distance", Value::Null),
        ("split_time", Value::Null),
        // Walkers stand still now and then, and nothing here is left out.
        ("no_deduplication", Value::Boolean(true)),
        ("duplicate_distance", Value::Null),
        ("duplicate_rotation", Value::Null),
        ("relative_heading", real(relative)),
        ("visibility", text(set.visibility.as_str())),
        ("user_agent", text(user_agent(set))),
        ("created_at", Value::Integer(set.created_at)),
        ("received", Value::Integer(set.pictures() as i64)),
        ("completed", Value::Boolean(true)),
        ("dispatched", Value::Boolean(true)),
        ("deleted", Value::Boolean(false)),
        ("semantics", semantics(set)?),
        ("metadata", json(&json!({}))?),
        ("notices", json(&json!([]))?),
    ])
}

fn account_of(set: &Set<'_>) -> Uuid {
    set.simulation.accounts()[set.account].id
}

fn user_agent(set: &Set<'_>) -> &'static str {
    if set.kind == Kind::Foot { "Flaneur site" } else { "panoramax_cli/1.2.0" }
}

fn semantics(set: &Set<'_>) -> Result<Value, CatalogError> {
    let tags: Vec<_> = set.tags.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
    json(&tags)
}

/// Sums a sequence up as the worker does: what is hidden is not told of, and breaks the line.
fn summary(set: &Set<'_>, pictures: &[Picture]) -> Summarised {
    let camera = set.camera;
    let density = Shape { width: camera.size.0, height: camera.size.1 }.density(camera.field_of_view);
    let (mut points, mut apart) = (Vec::new(), false);
    for picture in pictures.iter().filter(|picture| !picture.deleted) {
        if picture.exclusion.is_some() {
            apart = !points.is_empty();
            continue;
        }
        points.push(SummaryPoint {
            id: PictureId(picture.id),
            lon: picture.place.lon,
            lat: picture.place.lat,
            captured_at: moment(picture.captured_at),
            captured_local: picture.captured_local.clone(),
            apart: std::mem::take(&mut apart),
            camera: (Some(camera.make.to_owned()), Some(camera.model.to_owned())),
            projection: projection(set),
            field_of_view: camera.field_of_view,
            focal_length: Some(camera.focal_length),
            accuracy: Some(picture.accuracy),
            pixel_density: density,
            // The instance's.
            rights: Rights::default(),
        });
    }
    summarise(&points)
}

fn projection(set: &Set<'_>) -> Projection {
    if set.camera.is_panoramic() { Projection::Equirectangular } else { Projection::Flat }
}

/// Adds a sequence, and the cells that it covers.
pub fn sequence(
    batch: &mut Batch,
    cells: &mut Batch,
    set: &Set<'_>,
    sequence: &Sequence,
    pictures: &[Picture],
) -> Result<(), CatalogError> {
    let Summarised { summary, lines } = summary(set, pictures);
    let kept = |value: Value| if sequence.deleted { Value::Null } else { value };
    let bbox = summary.bbox;
    let title = if set.sequences.len() > 1 { format!("{}-{}", set.title(), sequence.place + 1) } else { set.title() };
    batch.add([
        ("id", Value::Uuid(sequence.id)),
        ("account_id", Value::Uuid(account_of(set))),
        ("upload_set_id", Value::Uuid(set.id)),
        ("place", Value::Integer(sequence.place as i64)),
        ("status", text(if sequence.deleted { "deleted" } else { "ready" })),
        ("visibility", text(set.visibility.as_str())),
        ("created_at", Value::Integer(set.ready_at())),
        ("updated_at", Value::Integer(set.ready_at() + if sequence.deleted { REGRET } else { 0 })),
        ("nb_pictures", Value::Integer(summary.nb_pictures)),
        ("west", real(bbox.map(|bbox| bbox.west))),
        ("south", real(bbox.map(|bbox| bbox.south))),
        ("east", real(bbox.map(|bbox| bbox.east))),
        ("north", real(bbox.map(|bbox| bbox.north))),
        ("first_captured_at", whole(summary.interval.map(|(first, _)| first.as_microsecond()))),
        ("last_captured_at", whole(summary.interval.map(|(_, last)| last.as_microsecond()))),
        ("length_m", Value::Real(summary.length_m)),
        ("capture_date", summary.capture_date.map_or(Value::Null, Value::Text)),
        ("projection", summary.projection.map_or(Value::Null, |projection| text(projection.as_str()))),
        ("field_of_view", real(summary.field_of_view)),
        ("focal_length", real(summary.focal_length)),
        ("accuracy", real(summary.accuracy)),
        ("pixel_density", whole(summary.pixel_density)),
        ("title", text(title)),
        ("user_agent", text(user_agent(set))),
        ("camera", summary.camera.map_or(Ok(Value::Null), |camera| json(&camera))?),
        ("semantics", semantics(set)?),
        ("lines", kept(Value::Bytes(stored::lines(&lines)))),
        ("outline", kept(Value::Bytes(stored::lines(&flaneur_coverage::outline(&lines))))),
    ])?;
    for cell in stored::cells(&lines) {
        cells.add([("cell", Value::Integer(cell)), ("sequence_id", Value::Uuid(sequence.id))])?;
    }
    Ok(())
}

/// Who may see a picture, as the column `audience` says it; none if nobody.
pub fn audience(set: &Set<'_>, picture: &Picture) -> Option<i64> {
    let all = [set.visibility, picture.visibility];
    if picture.deleted {
        None
    } else if picture.exclusion.is_some() || all.contains(&Visibility::OwnerOnly) {
        Some(2)
    } else {
        Some(i64::from(all.contains(&Visibility::LoggedOnly)))
    }
}

/// Adds a picture. What is deleted is a tombstone without what was read from the file.
pub fn picture(batch: &mut Batch, set: &Set<'_>, sequence: &Sequence, picture: Picture) -> Result<(), CatalogError> {
    let camera = set.camera;
    let deleted = picture.deleted;
    let audience = audience(set, &picture);
    let at = if deleted { set.ready_at() + REGRET } else { set.ready_at() };
    let unless_deleted = |value: Value| if deleted { Value::Null } else { value };
    batch.add([
        ("id", Value::Uuid(picture.id)),
        ("account_id", Value::Uuid(account_of(set))),
        ("upload_set_id", Value::Uuid(set.id)),
        ("sequence_id", Value::Uuid(sequence.id)),
        ("rank", Value::Integer(picture.rank as i64)),
        ("status", text(if deleted { "deleted" } else { "ready" })),
        ("visibility", text(picture.visibility.as_str())),
        ("audience", whole(audience)),
        ("exclusion", unless_deleted(picture.exclusion.map_or(Value::Null, |found: Exclusion| text(found.as_str())))),
        ("lon", Value::Real(picture.place.lon)),
        ("lat", Value::Real(picture.place.lat)),
        ("quadkey", Value::Integer(quadkey::key(picture.place.lon, picture.place.lat))),
        ("altitude", Value::Real(picture.altitude)),
        ("accuracy", Value::Real(picture.accuracy)),
        ("captured_at", Value::Integer(picture.captured_at)),
        ("captured_local", text(picture.captured_local)),
        ("heading", Value::Real(picture.heading)),
        ("heading_computed", Value::Boolean(picture.sensor_heading.is_none())),
        ("sensor_heading", real(picture.sensor_heading)),
        ("pitch", real(picture.held.map(|(pitch, _)| pitch))),
        ("roll", real(picture.held.map(|(_, roll)| roll))),
        ("yaw", Value::Null),
        ("projection", text(projection(set).as_str())),
        ("width", Value::Integer(camera.size.0)),
        ("height", Value::Integer(camera.size.1)),
        ("camera_make", text(camera.make)),
        ("camera_model", text(camera.model)),
        ("camera_artist", Value::Null),
        ("focal_length", Value::Real(camera.focal_length)),
        ("field_of_view", real(camera.field_of_view)),
        ("file_name", text(picture.file_name)),
        ("content_md5", text(picture.md5)),
        ("content_sha256", text(picture.sha256)),
        ("size", Value::Integer(picture.size)),
        ("claimed_blurred", Value::Boolean(false)),
        ("original", Value::Null),
        ("created_at", Value::Integer(picture.received_at)),
        ("updated_at", Value::Integer(at)),
        // Its objects were destroyed, too.
        ("objects", if deleted { Value::Null } else { json(&picture.objects)? }),
        ("exif", document(if deleted { "{}".to_owned() } else { picture.exif })?),
        ("overrides", overrides(deleted)?),
        ("detections", if deleted { Value::Null } else { json(&picture.detections)? }),
    ])
}

/// Nothing was asked to be used instead of what the file says, in the form in which the API keeps that.
fn overrides(deleted: bool) -> Result<Value, CatalogError> {
    let none = r#"{"latitude":null,"longitude":null,"captured":null,"tags":{}}"#;
    document(if deleted { "null" } else { none }.to_owned())
}

/// Adds the line of a picture's file, unless it was deleted with the picture.
pub fn file(batch: &mut Batch, id: i64, set: &Set<'_>, picture: &Picture) -> Result<(), CatalogError> {
    if picture.deleted {
        return Ok(());
    }
    batch.add([
        ("id", Value::Integer(id)),
        ("upload_set_id", Value::Uuid(set.id)),
        ("file_name", text(&picture.file_name)),
        ("picture_id", Value::Uuid(picture.id)),
        ("content_md5", text(&picture.md5)),
        ("size", Value::Integer(picture.size)),
        ("inserted_at", Value::Integer(picture.received_at)),
        ("rejection", Value::Null),
    ])
}

/// Adds to the change log what became of a sequence, or of a picture in it: it was published, and some were deleted.
/// `number` is the last number given, and goes on.
pub fn changes(
    batch: &mut Batch,
    number: &mut i64,
    set: &Set<'_>,
    sequence: &Sequence,
    picture: Option<&Picture>,
) -> Result<(), CatalogError> {
    let deleted = picture.map_or(sequence.deleted, |picture| picture.deleted);
    let visibilities = [Some(set.visibility), picture.map(|picture| picture.visibility)];
    let public = visibilities.into_iter().flatten().all(|visibility| visibility == Visibility::Anyone);
    let published = Some(("published", set.ready_at()));
    let deleted = deleted.then(|| ("deleted", set.ready_at() + REGRET));
    for (kind, at) in [published, deleted].into_iter().flatten() {
        *number += 1;
        batch.add([
            ("number", Value::Integer(*number)),
            ("at", Value::Integer(at)),
            ("kind", text(kind)),
            ("picture_id", picture.map_or(Value::Null, |picture| Value::Uuid(picture.id))),
            ("sequence_id", Value::Uuid(sequence.id)),
            ("account_id", Value::Uuid(account_of(set))),
            ("public", Value::Boolean(public)),
        ])?;
    }
    Ok(())
}
