//! What the rows that were read say.

use arrow_array::{
    Array, ArrayRef, Float64Array, Int32Array, ListArray, RecordBatch, StringArray, StructArray,
    TimestampMicrosecondArray,
};
use jiff::Timestamp;
use uuid::Uuid;

use crate::reader::ReadError;

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
    pub(crate) fn of(batch: &RecordBatch) -> Result<Self, ReadError> {
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
fn optional<T: Array + Clone + 'static>(column: Option<&ArrayRef>, name: &str) -> Result<T, ReadError> {
    column.and_then(|column| column.as_any().downcast_ref::<T>()).cloned().ok_or_else(|| missing(name))
}

/// The same, with a value in every row.
fn needed<T: Array + Clone + 'static>(column: Option<&ArrayRef>, name: &str) -> Result<T, ReadError> {
    optional::<T>(column, name)
        .and_then(|column| if column.null_count() == 0 { Ok(column) } else { Err(missing(name)) })
}
