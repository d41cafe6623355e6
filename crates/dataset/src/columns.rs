//! The columns, and what they mean.

use std::sync::{Arc, LazyLock};

use arrow_schema::{DataType, Field, Fields, Schema, TimeUnit};

/// A column, described as STAC's table extension has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnDescription {
    /// Its name.
    pub name: &'static str,
    /// Its type, in Arrow's words.
    pub kind: String,
    /// What it says.
    pub description: &'static str,
}

/// Every column in its order.
pub fn columns() -> Vec<ColumnDescription> {
    DESCRIBED
        .iter()
        .zip(SCHEMA.fields())
        .map(|((name, description), field)| ColumnDescription { name, kind: plain(field.data_type()), description })
        .collect()
}

/// A type in a word that readers of any tool know.
fn plain(kind: &DataType) -> String {
    match kind {
        DataType::Utf8 => "string".to_owned(),
        DataType::Float64 => "double".to_owned(),
        DataType::Int32 => "int32".to_owned(),
        DataType::Int64 => "int64".to_owned(),
        DataType::Binary => "binary".to_owned(),
        DataType::Timestamp(..) => "timestamp(us, UTC)".to_owned(),
        DataType::List(item) => format!("list<{}>", plain(item.data_type())),
        DataType::Struct(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|field| format!("{} {}", field.name(), plain(field.data_type()))).collect();
            format!("struct<{}>", fields.join(", "))
        }
        other => other.to_string(),
    }
}

const DESCRIBED: [(&str, &str); 31] = [
    ("id", "Identifier of the picture"),
    ("stac_version", "Version of STAC that the row keeps to"),
    ("stac_extensions", "Extensions of STAC that it keeps to"),
    ("collection", "Identifier of the sequence"),
    ("geometry", "Where it was taken: a point in WKB, longitude and latitude in degrees (OGC:CRS84)"),
    ("bbox", "The same as a box, for statistics of row groups"),
    ("datetime", "When it was taken"),
    ("created", "When it was received"),
    ("updated", "When anything about it last changed"),
    ("license", "Licence, SPDX identifier"),
    ("attribution", "Whom to name for it, if that is not just the producer"),
    ("geovisio:producer", "Name of the account that it is of"),
    ("view:azimuth", "Heading, degrees clockwise from north"),
    ("flaneur:heading_source", "Where the heading is from: file, track (computed from the sequence), edited or none"),
    ("pers:pitch", "Degrees, up is positive"),
    ("pers:roll", "Degrees, clockwise is positive"),
    ("pers:yaw", "Degrees, of a panorama's middle against the heading"),
    (
        "pers:interior_orientation",
        "The camera: make, model, focal length (mm), horizontal field of view (degrees), size of the picture (pixels)",
    ),
    ("quality:horizontal_accuracy", "95 % horizontal accuracy, metres"),
    ("panoramax:horizontal_pixel_density", "Pixels per degree of view across"),
    ("flaneur:altitude", "Metres above sea level"),
    ("flaneur:projection", "flat or equirectangular"),
    ("geovisio:rank_in_collection", "Place in the sequence, from 1"),
    ("semantics", "Tags of the picture"),
    ("annotations", "Parts of the picture that have tags: outline in pixels of the full resolution"),
    ("flaneur:faces", "Faces that were found and redacted"),
    ("flaneur:plates", "Licence plates that were found and redacted"),
    ("flaneur:models", "Models that found them"),
    ("links", "Always empty: the picture is the STAC Item at /api/collections/{collection}/items/{id}"),
    ("assets", "The files; of hd and sd the SHA-256 (as multihash), of hd the bytes"),
    ("type", "Always Feature"),
];

fn field(name: &str, kind: DataType) -> Field {
    Field::new(name, kind, false)
}

fn or_null(name: &str, kind: DataType) -> Field {
    Field::new(name, kind, true)
}

fn list(item: DataType) -> DataType {
    DataType::List(item_of(item))
}

/// The field of a list's items, as other writers of Parquet name it.
pub fn item_of(item: DataType) -> Arc<Field> {
    Arc::new(field("element", item))
}

fn time() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

/// Key and value.
pub fn tag_fields() -> Fields {
    Fields::from(vec![field("key", DataType::Utf8), field("value", DataType::Utf8)])
}

/// A corner, pixels.
pub fn corner_fields() -> Fields {
    Fields::from(vec![field("x", DataType::Int32), field("y", DataType::Int32)])
}

/// An annotation.
pub fn mark_fields() -> Fields {
    Fields::from(vec![
        field("id", DataType::Utf8),
        field("shape", list(DataType::Struct(corner_fields()))),
        field("semantics", list(DataType::Struct(tag_fields()))),
    ])
}

/// A model.
pub fn model_fields() -> Fields {
    Fields::from(vec![field("class", DataType::Utf8), field("name", DataType::Utf8), field("version", DataType::Utf8)])
}

/// A link.
pub fn link_fields() -> Fields {
    Fields::from(vec![field("href", DataType::Utf8), field("rel", DataType::Utf8), field("type", DataType::Utf8)])
}

/// A box, degrees.
pub fn bbox_fields() -> Fields {
    Fields::from(["xmin", "ymin", "xmax", "ymax"].map(|name| field(name, DataType::Float64)).to_vec())
}

/// The camera.
pub fn camera_fields() -> Fields {
    Fields::from(vec![
        or_null("camera_manufacturer", DataType::Utf8),
        or_null("camera_model", DataType::Utf8),
        or_null("focal_length", DataType::Float64),
        or_null("field_of_view", DataType::Float64),
        field("sensor_array_dimensions", list(DataType::Int32)),
    ])
}

/// A file.
pub fn asset_fields() -> Fields {
    Fields::from(vec![
        field("href", DataType::Utf8),
        field("type", DataType::Utf8),
        field("title", DataType::Utf8),
        field("roles", list(DataType::Utf8)),
        or_null("file:checksum", DataType::Utf8),
        or_null("file:size", DataType::Int64),
    ])
}

/// The files.
pub fn assets_fields() -> Fields {
    Fields::from(["hd", "sd", "thumb"].map(|name| field(name, DataType::Struct(asset_fields()))).to_vec())
}

/// The schema of every file.
pub static SCHEMA: LazyLock<Arc<Schema>> = LazyLock::new(|| {
    let kinds = [
        (DataType::Utf8, false),
        (DataType::Utf8, false),
        (list(DataType::Utf8), false),
        (DataType::Utf8, false),
        (DataType::Binary, false),
        (DataType::Struct(bbox_fields()), false),
        (time(), false),
        (time(), false),
        (time(), false),
        (DataType::Utf8, false),
        (DataType::Utf8, true),
        (DataType::Utf8, false),
        (DataType::Float64, true),
        (DataType::Utf8, false),
        (DataType::Float64, true),
        (DataType::Float64, true),
        (DataType::Float64, true),
        (DataType::Struct(camera_fields()), false),
        (DataType::Float64, true),
        (DataType::Int32, true),
        (DataType::Float64, true),
        (DataType::Utf8, false),
        (DataType::Int32, true),
        (list(DataType::Struct(tag_fields())), false),
        (list(DataType::Struct(mark_fields())), false),
        (DataType::Int32, false),
        (DataType::Int32, false),
        (list(DataType::Struct(model_fields())), false),
        (list(DataType::Struct(link_fields())), false),
        (DataType::Struct(assets_fields()), false),
        (DataType::Utf8, false),
    ];
    let fields: Vec<Field> =
        DESCRIBED.iter().zip(kinds).map(|((name, _), (kind, nullable))| Field::new(*name, kind, nullable)).collect();
    Arc::new(Schema::new(fields))
});
