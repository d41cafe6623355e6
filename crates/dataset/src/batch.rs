//! Rows as columns.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BinaryArray, Float64Array, Int32Array, Int64Array, ListArray, RecordBatch, StringArray, StructArray,
    TimestampMicrosecondArray,
};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{ArrowError, DataType, Fields};
use jiff::Timestamp;

use crate::{
    columns::{
        SCHEMA, asset_fields, assets_fields, bbox_fields, camera_fields, corner_fields, item_of, link_fields,
        mark_fields, model_fields, tag_fields,
    },
    row::{Asset, Mark, Row, Tag},
};

/// Version of STAC.
const STAC_VERSION: &str = "1.0.0";
/// What the columns go by, beyond STAC itself.
const EXTENSIONS: [&str; 2] = [
    "https://stac-extensions.github.io/view/v1.0.0/schema.json",
    "https://stac-extensions.github.io/file/v2.1.0/schema.json",
];

/// Rows as columns.
pub fn batch(rows: &[Row]) -> Result<RecordBatch, ArrowError> {
    let columns: Vec<ArrayRef> = vec![
        texts(rows.iter().map(|row| row.id.to_string())),
        texts(rows.iter().map(|_| "Feature")),
        texts(rows.iter().map(|_| STAC_VERSION)),
        list(rows.iter().map(|_| EXTENSIONS.len()), DataType::Utf8, texts(rows.iter().flat_map(|_| EXTENSIONS)))?,
        texts(rows.iter().map(|row| row.sequence.to_string())),
        times(rows.iter().map(|row| row.captured)),
        times(rows.iter().map(|row| row.created)),
        times(rows.iter().map(|row| row.updated)),
        texts(rows.iter().map(|row| row.license.as_str())),
        texts_or_null(rows.iter().map(|row| row.attribution.as_deref())),
        texts(rows.iter().map(|row| row.producer.as_str())),
        numbers(rows.iter().map(|row| row.azimuth)),
        texts(rows.iter().map(|row| row.heading_source)),
        numbers(rows.iter().map(|row| row.pitch)),
        numbers(rows.iter().map(|row| row.roll)),
        numbers(rows.iter().map(|row| row.yaw)),
        cameras(rows)?,
        numbers(rows.iter().map(|row| row.accuracy)),
        whole(rows.iter().map(|row| row.pixel_density)),
        numbers(rows.iter().map(|row| row.altitude)),
        texts(rows.iter().map(|row| row.projection)),
        whole(rows.iter().map(|row| row.rank)),
        tags(rows.iter().map(|row| row.semantics.as_slice()))?,
        marks(rows)?,
        whole(rows.iter().map(|row| Some(row.found.faces))),
        whole(rows.iter().map(|row| Some(row.found.plates))),
        models(rows)?,
        links(rows)?,
        assets(rows)?,
        Arc::new(BinaryArray::from_iter_values(rows.iter().map(|row| well_known(row.lon, row.lat)))),
        boxes(rows)?,
    ];
    RecordBatch::try_new(SCHEMA.clone(), columns)
}

/// A point in well-known binary: byte order (little), kind (point), x, y.
fn well_known(lon: f64, lat: f64) -> [u8; 21] {
    let mut bytes = [0; 21];
    bytes[0] = 1;
    bytes[1..5].copy_from_slice(&1_u32.to_le_bytes());
    bytes[5..13].copy_from_slice(&lon.to_le_bytes());
    bytes[13..].copy_from_slice(&lat.to_le_bytes());
    bytes
}

fn texts<T: AsRef<str>>(values: impl Iterator<Item = T>) -> ArrayRef {
    Arc::new(values.map(Some).collect::<StringArray>())
}

fn texts_or_null<'r>(values: impl Iterator<Item = Option<&'r str>>) -> ArrayRef {
    Arc::new(values.collect::<StringArray>())
}

fn numbers(values: impl Iterator<Item = Option<f64>>) -> ArrayRef {
    Arc::new(values.collect::<Float64Array>())
}

/// What does not fit (a rank beyond two thousand million) is null.
fn whole(values: impl Iterator<Item = Option<i64>>) -> ArrayRef {
    Arc::new(values.map(|value| value.and_then(|value| i32::try_from(value).ok())).collect::<Int32Array>())
}

fn times(values: impl Iterator<Item = Timestamp>) -> ArrayRef {
    Arc::new(TimestampMicrosecondArray::from_iter_values(values.map(Timestamp::as_microsecond)).with_timezone("UTC"))
}

/// Lists of so many items each, one after another in `items`.
fn list(lengths: impl Iterator<Item = usize>, kind: DataType, items: ArrayRef) -> Result<ArrayRef, ArrowError> {
    Ok(Arc::new(ListArray::try_new(item_of(kind), OffsetBuffer::from_lengths(lengths), items, None)?))
}

fn structs(fields: Fields, arrays: Vec<ArrayRef>) -> Result<ArrayRef, ArrowError> {
    Ok(Arc::new(StructArray::try_new(fields, arrays, None)?))
}

fn boxes(rows: &[Row]) -> Result<ArrayRef, ArrowError> {
    let lon = || numbers(rows.iter().map(|row| Some(row.lon)));
    let lat = || numbers(rows.iter().map(|row| Some(row.lat)));
    structs(bbox_fields(), vec![lon(), lat(), lon(), lat()])
}

fn cameras(rows: &[Row]) -> Result<ArrayRef, ArrowError> {
    let sizes = whole(rows.iter().flat_map(|row| row.size).map(Some));
    structs(
        camera_fields(),
        vec![
            texts_or_null(rows.iter().map(|row| row.camera_make.as_deref())),
            texts_or_null(rows.iter().map(|row| row.camera_model.as_deref())),
            numbers(rows.iter().map(|row| row.focal_length)),
            numbers(rows.iter().map(|row| row.field_of_view)),
            list(rows.iter().map(|row| row.size.len()), DataType::Int32, sizes)?,
        ],
    )
}

fn tags<'r>(lists: impl Iterator<Item = &'r [Tag]> + Clone) -> Result<ArrayRef, ArrowError> {
    let keys = texts(lists.clone().flatten().map(|tag| tag.key.as_str()));
    let values = texts(lists.clone().flatten().map(|tag| tag.value.as_str()));
    let items = structs(tag_fields(), vec![keys, values])?;
    list(lists.map(<[Tag]>::len), DataType::Struct(tag_fields()), items)
}

fn marks(rows: &[Row]) -> Result<ArrayRef, ArrowError> {
    let marks = rows.iter().flat_map(|row| &row.annotations);
    let corners = || marks.clone().flat_map(|mark: &Mark| &mark.shape);
    let shapes = structs(
        corner_fields(),
        vec![whole(corners().map(|corner| Some(corner[0]))), whole(corners().map(|corner| Some(corner[1])))],
    )?;
    let items = structs(
        mark_fields(),
        vec![
            texts(marks.clone().map(|mark| mark.id.to_string())),
            list(marks.clone().map(|mark| mark.shape.len()), DataType::Struct(corner_fields()), shapes)?,
            tags(marks.clone().map(|mark| mark.semantics.as_slice()))?,
        ],
    )?;
    list(rows.iter().map(|row| row.annotations.len()), DataType::Struct(mark_fields()), items)
}

fn models(rows: &[Row]) -> Result<ArrayRef, ArrowError> {
    let part = |at: usize| texts(rows.iter().flat_map(|row| &row.found.models).map(move |model| model[at].as_str()));
    let items = structs(model_fields(), vec![part(0), part(1), part(2)])?;
    list(rows.iter().map(|row| row.found.models.len()), DataType::Struct(model_fields()), items)
}

/// None: the address of a row as an item follows from its identifiers, and would take a tenth of the file.
fn links(rows: &[Row]) -> Result<ArrayRef, ArrowError> {
    let nothing = || texts(std::iter::empty::<&str>());
    let items = structs(link_fields(), vec![nothing(), nothing(), nothing()])?;
    list(rows.iter().map(|_| 0), DataType::Struct(link_fields()), items)
}

fn assets(rows: &[Row]) -> Result<ArrayRef, ArrowError> {
    let asset = |of: fn(&Row) -> &Asset, title: &'static str, role: &'static str| {
        let constant = |text: &'static str| texts(rows.iter().map(move |_| text));
        structs(
            asset_fields(),
            vec![
                texts(rows.iter().map(|row| of(row).href.as_str())),
                constant("image/jpeg"),
                constant(title),
                list(rows.iter().map(|_| 1), DataType::Utf8, constant(role))?,
                // A multihash: SHA-256 (0x12), 32 bytes (0x20).
                Arc::new(
                    rows.iter()
                        .map(|row| of(row).sha256.as_ref().map(|sum| format!("1220{sum}")))
                        .collect::<StringArray>(),
                ),
                Arc::new(rows.iter().map(|row| of(row).size).collect::<Int64Array>()),
            ],
        )
    };
    structs(
        assets_fields(),
        vec![
            asset(|row| &row.hd, "HD picture", "data")?,
            asset(|row| &row.sd, "SD picture", "visual")?,
            asset(|row| &row.thumb, "Thumbnail", "thumbnail")?,
        ],
    )
}
