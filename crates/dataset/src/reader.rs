//! Reads a file, batch by batch.

use std::fs::File;

use arrow_array::{
    Array, Float64Array, Int32Array, ListArray, RecordBatch, StringArray, StructArray, TimestampMicrosecondArray,
};
use arrow_schema::{ArrowError, Schema};
use jiff::Timestamp;
use parquet::{
    arrow::{
        ProjectionMask,
        arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder},
    },
    errors::ParquetError,
};
use uuid::Uuid;

use crate::columns::{SCHEMA, plain};

/// Rows in a batch.
const BATCH: usize = 1_000;
/// Most rows of a group, and most bytes that one of its columns may take unpacked: what is in memory at once. [`crate::PartWriter`]
/// stays far below both.
const LARGEST_GROUP: i64 = 1_000_000;
const LARGEST_CHUNK: i64 = 256 << 20;
/// Most columns.
const MOST_COLUMNS: usize = 1_000;
/// Columns that are read. The others are looked over: files' checksums alone take more room than all of these.
const READ: [&str; 21] = [
    "collection",
    "bbox",
    "datetime",
    "created",
    "updated",
    "license",
    "attribution",
    "geovisio:producer",
    "view:azimuth",
    "flaneur:heading_source",
    "pers:pitch",
    "pers:roll",
    "pers:interior_orientation",
    "quality:horizontal_accuracy",
    "flaneur:altitude",
    "flaneur:projection",
    "semantics",
    "annotations",
    "flaneur:faces",
    "flaneur:plates",
    "flaneur:models",
];

/// It cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is no Parquet file, or a broken one.
    #[error("it is no Parquet file that can be read: {0}")]
    File(#[from] ParquetError),
    /// Its rows cannot be unpacked.
    #[error("its rows cannot be read: {0}")]
    Rows(#[from] ArrowError),
    /// A column is missing or of another type.
    #[error("it has no column `{0}` as files of a dataset have it; another version may have written it")]
    Column(String),
    /// A row says what cannot be.
    #[error("a row has {0}")]
    Value(String),
    /// It asks for more memory than is given.
    #[error("it cannot be read in bounded memory: {0}")]
    TooLarge(&'static str),
}

/// A column that a file has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type, in a word that readers of any tool know.
    pub kind: String,
}

/// What a row says, as far as it can be summed up; borrowed from the columns.
#[derive(Debug, Clone, PartialEq)]
pub struct RowView<'a> {
    /// Its sequence.
    pub sequence: Uuid,
    /// Longitude, degrees.
    pub lon: f64,
    /// Latitude, degrees.
    pub lat: f64,
    /// Metres above sea level.
    pub altitude: Option<f64>,
    /// When it was taken.
    pub captured: Timestamp,
    /// When it was received.
    pub created: Timestamp,
    /// When anything about it last changed.
    pub updated: Timestamp,
    /// SPDX identifier.
    pub license: &'a str,
    /// Whom to name for it, if that is not just the account.
    pub attribution: Option<&'a str>,
    /// Name of the account.
    pub producer: &'a str,
    /// Whether a heading is known.
    pub has_heading: bool,
    /// Where that is from.
    pub heading_source: &'a str,
    /// Whether pitch and roll are known.
    pub has_tilt: bool,
    /// Make of the camera.
    pub camera_make: Option<&'a str>,
    /// Whether the horizontal field of view is known.
    pub has_field_of_view: bool,
    /// 95 % horizontal accuracy, metres.
    pub accuracy: Option<f64>,
    /// `flat` or `equirectangular`.
    pub projection: &'a str,
    /// Keys of its tags.
    pub tags: Vec<&'a str>,
    /// How many parts of it have tags.
    pub annotations: u64,
    /// Keys of their tags.
    pub annotation_tags: Vec<&'a str>,
    /// Faces that were found and redacted.
    pub faces: u64,
    /// Licence plates that were found and redacted.
    pub plates: u64,
    /// The models that found some: what they look for, their name and version.
    pub models: Vec<[&'a str; 3]>,
}

/// Reads a file. In memory are the pages that a batch lies in.
#[derive(Debug)]
pub struct PartReader {
    batches: ParquetRecordBatchReader,
    columns: Vec<Column>,
    rows: u64,
}

impl PartReader {
    /// Looks at what the file says of itself.
    ///
    /// # Errors
    /// If it is no file of a dataset, or would need more memory than is given.
    pub fn open(file: File) -> Result<Self, ReadError> {
        let builder = ParquetRecordBatchReaderBuilder::try_new(file)?;
        let metadata = builder.metadata();
        for group in metadata.row_groups() {
            if group.num_rows() > LARGEST_GROUP {
                return Err(ReadError::TooLarge("a group of rows has too many of them"));
            }
            if group.columns().iter().any(|column| column.uncompressed_size() > LARGEST_CHUNK) {
                return Err(ReadError::TooLarge("a column of a group of rows is too large"));
            }
        }
        let rows = u64::try_from(metadata.file_metadata().num_rows())
            .map_err(|_| ReadError::Value("a number that is none".to_owned()))?;
        let columns = columns_of(builder.schema())?;
        let fields = builder.parquet_schema().root_schema().get_fields();
        let mut wanted = Vec::with_capacity(READ.len());
        for name in READ {
            let at = fields.iter().position(|field| field.name() == name);
            wanted.push(at.ok_or_else(|| ReadError::Column(name.to_owned()))?);
        }
        let mask = ProjectionMask::roots(builder.parquet_schema(), wanted);
        let batches = builder.with_projection(mask).with_batch_size(BATCH).build()?;
        Ok(Self { batches, columns, rows })
    }

    /// How many rows its footer says that it has.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// All of its columns, in their order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The next rows; none at the end.
    ///
    /// # Errors
    /// If it is broken, or has other columns than files of a dataset have.
    pub fn next_rows(&mut self) -> Result<Option<Rows>, ReadError> {
        self.batches.next().transpose()?.map(|batch| Rows::of(&batch)).transpose()
    }
}

fn columns_of(schema: &Schema) -> Result<Vec<Column>, ReadError> {
    if schema.fields().len() > MOST_COLUMNS {
        return Err(ReadError::TooLarge("it has too many columns"));
    }
    let column = |field: &arrow_schema::FieldRef| Column { name: field.name().clone(), kind: plain(field.data_type()) };
    Ok(schema.fields().iter().map(column).collect())
}

/// Lists of structures with texts in them, such as tags.
#[derive(Debug)]
struct Lists<const N: usize> {
    offsets: ListArray,
    texts: [StringArray; N],
}

impl<const N: usize> Lists<N> {
    fn of(list: ListArray, name: &str, fields: [&str; N]) -> Result<Self, ReadError> {
        let items = list.values().as_any().downcast_ref::<StructArray>().ok_or_else(|| missing(name))?;
        let texts = fields.map(|field| needed::<StringArray>(items.column_by_name(field), field));
        let mut found = Vec::with_capacity(N);
        for text in texts {
            found.push(text?);
        }
        let texts = found.try_into().map_err(|_| missing(name))?;
        Ok(Self { offsets: list, texts })
    }

    fn get(&self, row: usize) -> impl Iterator<Item = [&str; N]> {
        span(&self.offsets, row).map(|at| self.texts.each_ref().map(|texts| texts.value(at)))
    }
}

/// Which items are a row's.
fn span(list: &ListArray, row: usize) -> std::ops::Range<usize> {
    let offsets = list.value_offsets();
    offsets[row] as usize..offsets[row + 1] as usize
}

/// Some rows.
#[derive(Debug)]
pub struct Rows {
    length: usize,
    sequences: StringArray,
    places: [Float64Array; 2],
    times: [TimestampMicrosecondArray; 3],
    licenses: StringArray,
    attributions: StringArray,
    producers: StringArray,
    azimuths: Float64Array,
    heading_sources: StringArray,
    tilts: [Float64Array; 2],
    makes: StringArray,
    fields_of_view: Float64Array,
    accuracies: Float64Array,
    altitudes: Float64Array,
    projections: StringArray,
    tags: Lists<1>,
    annotations: ListArray,
    annotation_tags: Lists<1>,
    faces: Int32Array,
    plates: Int32Array,
    models: Lists<3>,
}

impl Rows {
    fn of(batch: &RecordBatch) -> Result<Self, ReadError> {
        let text = |name: &str| needed::<StringArray>(batch.column_by_name(name), name);
        let number = |name: &str| optional::<Float64Array>(batch.column_by_name(name), name);
        let whole = |name: &str| needed::<Int32Array>(batch.column_by_name(name), name);
        let time = |name: &str| needed::<TimestampMicrosecondArray>(batch.column_by_name(name), name);
        let list = |name: &str| needed::<ListArray>(batch.column_by_name(name), name);
        let structure = |name: &str| needed::<StructArray>(batch.column_by_name(name), name);
        let (bbox, camera) = (structure("bbox")?, structure("pers:interior_orientation")?);
        let place = |name: &str| needed::<Float64Array>(bbox.column_by_name(name), name);
        let annotations = list("annotations")?;
        let marks = annotations.values().as_any().downcast_ref::<StructArray>().cloned();
        let marks = marks.ok_or_else(|| missing("annotations"))?;
        let mark_tags = needed::<ListArray>(marks.column_by_name("semantics"), "annotations.semantics")?;
        Ok(Self {
            length: batch.num_rows(),
            sequences: text("collection")?,
            places: [place("xmin")?, place("ymin")?],
            times: [time("datetime")?, time("created")?, time("updated")?],
            licenses: text("license")?,
            attributions: optional(batch.column_by_name("attribution"), "attribution")?,
            producers: text("geovisio:producer")?,
            azimuths: number("view:azimuth")?,
            heading_sources: text("flaneur:heading_source")?,
            tilts: [number("pers:pitch")?, number("pers:roll")?],
            makes: optional(camera.column_by_name("camera_manufacturer"), "camera_manufacturer")?,
            fields_of_view: optional(camera.column_by_name("field_of_view"), "field_of_view")?,
            accuracies: number("quality:horizontal_accuracy")?,
            altitudes: number("flaneur:altitude")?,
            projections: text("flaneur:projection")?,
            tags: Lists::of(list("semantics")?, "semantics", ["key"])?,
            annotations,
            annotation_tags: Lists::of(mark_tags, "annotations.semantics", ["key"])?,
            faces: whole("flaneur:faces")?,
            plates: whole("flaneur:plates")?,
            models: Lists::of(list("flaneur:models")?, "flaneur:models", ["class", "name", "version"])?,
        })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// One after another.
    pub fn iter(&self) -> impl Iterator<Item = Result<RowView<'_>, ReadError>> {
        (0..self.length).map(|row| self.get(row))
    }

    fn get(&self, row: usize) -> Result<RowView<'_>, ReadError> {
        let odd = |what: &str| ReadError::Value(what.to_owned());
        let [lon, lat] = self.places.each_ref().map(|values| values.value(row));
        if !((-180.0..=180.0).contains(&lon) && (-90.0..=90.0).contains(&lat)) {
            return Err(odd("a place outside of the world"));
        }
        let time = |values: &TimestampMicrosecondArray| {
            Timestamp::from_microsecond(values.value(row)).map_err(|_| odd("a time that is none"))
        };
        let count =
            |values: &Int32Array| u64::try_from(values.value(row)).map_err(|_| odd("less than none of something"));
        let sequence = self.sequences.value(row).parse().map_err(|_| odd("a sequence without an identifier"))?;
        let marks = span(&self.annotations, row);
        Ok(RowView {
            sequence,
            lon,
            lat,
            altitude: value(&self.altitudes, row),
            captured: time(&self.times[0])?,
            created: time(&self.times[1])?,
            updated: time(&self.times[2])?,
            license: self.licenses.value(row),
            attribution: text(&self.attributions, row),
            producer: self.producers.value(row),
            has_heading: value(&self.azimuths, row).is_some(),
            heading_source: self.heading_sources.value(row),
            has_tilt: self.tilts.iter().all(|tilt| value(tilt, row).is_some()),
            camera_make: text(&self.makes, row),
            has_field_of_view: value(&self.fields_of_view, row).is_some(),
            accuracy: value(&self.accuracies, row),
            projection: self.projections.value(row),
            tags: self.tags.get(row).map(|[key]| key).collect(),
            annotations: marks.len() as u64,
            annotation_tags: marks.flat_map(|mark| self.annotation_tags.get(mark).map(|[key]| key)).collect(),
            faces: count(&self.faces)?,
            plates: count(&self.plates)?,
            models: self.models.get(row).collect(),
        })
    }
}

fn value(values: &Float64Array, row: usize) -> Option<f64> {
    (!values.is_null(row)).then(|| values.value(row)).filter(|value| value.is_finite())
}

fn text(values: &StringArray, row: usize) -> Option<&str> {
    (!values.is_null(row)).then(|| values.value(row))
}

fn missing(name: &str) -> ReadError {
    ReadError::Column(name.to_owned())
}

/// A column of this type.
fn optional<T: Array + Clone + 'static>(column: Option<&arrow_array::ArrayRef>, name: &str) -> Result<T, ReadError> {
    column.and_then(|column| column.as_any().downcast_ref::<T>()).cloned().ok_or_else(|| missing(name))
}

/// The same, with a value in every row.
fn needed<T: Array + Clone + 'static>(column: Option<&arrow_array::ArrayRef>, name: &str) -> Result<T, ReadError> {
    optional::<T>(column, name)
        .and_then(|column| if column.null_count() == 0 { Ok(column) } else { Err(missing(name)) })
}

/// What a column says, if it is one of those that this version writes.
pub fn description(name: &str) -> Option<&'static str> {
    SCHEMA.field_with_name(name).ok()?;
    crate::columns().into_iter().find(|column| column.name == name).map(|column| column.description)
}
