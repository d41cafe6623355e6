//! Writes a file.

use jiff::Timestamp;
use parquet::{
    arrow::{ArrowWriter, arrow_writer::ArrowWriterOptions},
    basic::{Compression, Encoding, ZstdLevel},
    errors::ParquetError,
    file::{
        metadata::KeyValue,
        properties::{EnabledStatistics, WriterProperties},
    },
    schema::types::ColumnPath,
};
use serde_json::json;

use crate::{batch::batch, columns::SCHEMA, row::Row};

/// Rows in a group. Who looks for a town reads whole groups: small ones leave more out, and each costs some 4 kB in the
/// footer, which everybody reads.
const GROUP: usize = 5_000;
/// Columns that are asked for by value, for which each group says what is in it. Of the others that would only make the footer
/// long.
const ASKED_FOR: [&[&str]; 11] = [
    &["bbox", "xmin"],
    &["bbox", "ymin"],
    &["bbox", "xmax"],
    &["bbox", "ymax"],
    &["datetime"],
    &["created"],
    &["updated"],
    &["collection"],
    &["license"],
    &["geovisio:producer"],
    &["flaneur:projection"],
];
/// Columns of numbers that differ in every row: their first bytes are alike, so they are compressed byte by byte.
const SPLIT: [&[&str]; 4] = [&["bbox", "xmin"], &["bbox", "ymin"], &["bbox", "xmax"], &["bbox", "ymax"]];
/// How hard zstd tries.
const LEVEL: i32 = 6;

/// It cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum DatasetError {
    /// Rows do not fit together.
    #[error("rows cannot be made into columns")]
    Columns(#[from] arrow_schema::ArrowError),
    /// Parquet refuses.
    #[error("the file cannot be written")]
    File(#[from] ParquetError),
}

/// A file that is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Finished {
    /// The file.
    pub bytes: Vec<u8>,
    /// Rows in it.
    pub rows: i64,
    /// Where the pictures are: west, south, east, north, degrees.
    pub bbox: [f64; 4],
    /// When the first and the last one were taken.
    pub captured: [Timestamp; 2],
}

/// Writes one file. In memory are the file, compressed, and the rows of one group.
pub struct PartWriter {
    writer: ArrowWriter<Vec<u8>>,
    rows: i64,
    bbox: [f64; 4],
    captured: [Timestamp; 2],
}

impl std::fmt::Debug for PartWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PartWriter").field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl PartWriter {
    /// An empty file.
    pub fn new() -> Result<Self, DatasetError> {
        let path = |parts: &[&str]| ColumnPath::new(parts.iter().map(|part| (*part).to_owned()).collect());
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(LEVEL)?))
            .set_max_row_group_row_count(Some(GROUP))
            .set_statistics_enabled(EnabledStatistics::None)
            // What is different in every row is not looked up in a dictionary.
            .set_column_dictionary_enabled(path(&["id"]), false)
            .set_column_dictionary_enabled(path(&["geometry"]), false)
            .set_created_by(concat!("flaneur ", env!("CARGO_PKG_VERSION")).to_owned());
        for column in ASKED_FOR {
            properties = properties.set_column_statistics_enabled(path(column), EnabledStatistics::Chunk);
        }
        for column in SPLIT {
            properties = properties
                .set_column_dictionary_enabled(path(column), false)
                .set_column_encoding(path(column), Encoding::BYTE_STREAM_SPLIT);
        }
        // Readers of Arrow's own would take the schema that it can leave in the footer, which knows nothing of geometries. What
        // stands in the file says the same.
        let options = ArrowWriterOptions::new().with_properties(properties.build()).with_skip_arrow_metadata(true);
        Ok(Self {
            writer: ArrowWriter::try_new_with_options(Vec::new(), SCHEMA.clone(), options)?,
            rows: 0,
            bbox: [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY],
            captured: [Timestamp::MAX, Timestamp::MIN],
        })
    }

    /// Adds rows, in the order of a space-filling curve.
    pub fn write(&mut self, rows: &[Row]) -> Result<(), DatasetError> {
        self.writer.write(&batch(rows)?)?;
        self.rows += rows.len() as i64;
        for row in rows {
            let [west, south, east, north] = self.bbox;
            self.bbox = [west.min(row.lon), south.min(row.lat), east.max(row.lon), north.max(row.lat)];
            self.captured = [self.captured[0].min(row.captured), self.captured[1].max(row.captured)];
        }
        Ok(())
    }

    /// Ends the file; none if there is nothing in it.
    pub fn finish(mut self) -> Result<Option<Finished>, DatasetError> {
        if self.rows == 0 {
            return Ok(None);
        }
        // GeoParquet 1.1.0: what the geometry is, and which columns are its box. Without a reference system it is OGC:CRS84.
        let geo = json!({
            "version": "1.1.0",
            "primary_column": "geometry",
            "columns": { "geometry": {
                "encoding": "WKB",
                "geometry_types": ["Point"],
                "bbox": self.bbox,
                "covering": { "bbox": {
                    "xmin": ["bbox", "xmin"], "ymin": ["bbox", "ymin"],
                    "xmax": ["bbox", "xmax"], "ymax": ["bbox", "ymax"],
                } },
            } },
        });
        let stac = json!({ "version": "1.0.0" });
        for (key, value) in [("geo", geo), ("stac-geoparquet", stac)] {
            self.writer.append_key_value_metadata(KeyValue::new(key.to_owned(), value.to_string()));
        }
        let bytes = self.writer.into_inner()?;
        Ok(Some(Finished { bytes, rows: self.rows, bbox: self.bbox, captured: self.captured }))
    }
}
