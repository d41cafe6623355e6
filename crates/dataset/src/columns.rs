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
    let describe = |(field, description): &'static (Field, &'static str)| ColumnDescription {
        name: field.name(),
        kind: plain(field.data_type()),
        description,
    };
    COLUMNS.iter().map(describe).collect()
}

/// A type in a word that readers of any tool know.
pub(crate) fn plain(kind: &DataType) -> String {
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

/// Every column in its order, and what it says.
///
/// The order is for GDAL, with which QGIS reads them. Releases 3.12.1 to 3.13.0 take the first column of a name for the one, however
/// deep it lies, and crash when it is another: what has the name of a member stands before it. And where only some columns are asked
/// for, others count on the geometry as the last.
static COLUMNS: LazyLock<Vec<(Field, &'static str)>> = LazyLock::new(|| {
    vec![
        (field("id", DataType::Utf8), "Identifier of the picture"),
        (field("type", DataType::Utf8), "Always Feature"),
        (field("stac_version", DataType::Utf8), "Version of STAC that the row keeps to"),
        (field("stac_extensions", list(DataType::Utf8)), "Extensions of STAC that it keeps to"),
        (field("collection", DataType::Utf8), "Identifier of the sequence"),
        (field("datetime", time()), "When it was taken"),
        (field("created", time()), "When it was received"),
        (field("updated", time()), "When anything about it last changed"),
        (field("license", DataType::Utf8), "Licence, SPDX identifier"),
        (or_null("attribution", DataType::Utf8), "Whom to name for it, if that is not just the producer"),
        (field("geovisio:producer", DataType::Utf8), "Name of the account that it is of"),
        (or_null("view:azimuth", DataType::Float64), "Heading, degrees clockwise from north"),
        (
            field("flaneur:heading_source", DataType::Utf8),
            "Where the heading is from: file, track (computed from the sequence), edited or none",
        ),
        (or_null("pers:pitch", DataType::Float64), "Degrees, up is positive"),
        (or_null("pers:roll", DataType::Float64), "Degrees, clockwise is positive"),
        (or_null("pers:yaw", DataType::Float64), "Degrees, of a panorama's middle against the heading"),
        (
            field("pers:interior_orientation", DataType::Struct(camera_fields())),
            "The camera: make, model, focal length (mm), horizontal field of view (degrees), size of the picture (pixels)",
        ),
        (or_null("quality:horizontal_accuracy", DataType::Float64), "95 % horizontal accuracy, metres"),
        (or_null("panoramax:horizontal_pixel_density", DataType::Int32), "Pixels per degree of view across"),
        (or_null("flaneur:altitude", DataType::Float64), "Metres above sea level"),
        (field("flaneur:projection", DataType::Utf8), "flat or equirectangular"),
        (or_null("geovisio:rank_in_collection", DataType::Int32), "Place in the sequence, from 1"),
        (field("semantics", list(DataType::Struct(tag_fields()))), "Tags of the picture"),
        (
            field("annotations", list(DataType::Struct(mark_fields()))),
            "Parts of the picture that have tags: outline in pixels of the full resolution",
        ),
        (field("flaneur:faces", DataType::Int32), "Faces that were found and redacted"),
        (field("flaneur:plates", DataType::Int32), "Licence plates that were found and redacted"),
        (field("flaneur:models", list(DataType::Struct(model_fields()))), "Models that found them"),
        (
            field("links", list(DataType::Struct(link_fields()))),
            "Always empty: the picture is the STAC Item at /api/collections/{collection}/items/{id}",
        ),
        (
            field("assets", DataType::Struct(assets_fields())),
            "The files; of hd and sd the SHA-256 (as multihash), of hd the bytes",
        ),
        (
            field("geometry", DataType::Binary),
            "Where it was taken: a point in WKB, longitude and latitude in degrees (OGC:CRS84)",
        ),
        (field("bbox", DataType::Struct(bbox_fields())), "The same as a box, for statistics of row groups"),
    ]
});

/// The schema of every file.
pub static SCHEMA: LazyLock<Arc<Schema>> = LazyLock::new(|| {
    let fields: Vec<Field> = COLUMNS.iter().map(|(field, _)| field.clone()).collect();
    Arc::new(Schema::new(fields))
});

#[cfg(test)]
mod tests {
    use super::*;

    /// Names of all members, however deep.
    fn members(kind: &DataType) -> Vec<String> {
        let of = |field: &Arc<Field>| [vec![field.name().clone()], members(field.data_type())].concat();
        match kind {
            DataType::Struct(fields) => fields.iter().flat_map(of).collect(),
            DataType::List(item) => members(item.data_type()),
            _ => Vec::new(),
        }
    }

    #[test]
    fn no_member_takes_the_name_of_a_column_behind_it() {
        let mut before: Vec<String> = Vec::new();
        for (field, _) in COLUMNS.iter() {
            assert!(!before.contains(field.name()), "a member is called {} and stands before the column", field.name());
            before.extend(members(field.data_type()));
        }
        assert!(before.iter().any(|name| name == "type"), "{before:?}");
    }

    #[test]
    fn the_geometry_and_its_box_are_last() {
        let names: Vec<&str> = COLUMNS.iter().map(|(field, _)| field.name().as_str()).collect();
        assert_eq!(names[names.len() - 2..], ["geometry", "bbox"]);
    }
}
