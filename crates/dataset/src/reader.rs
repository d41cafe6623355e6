//! Reads a file, batch by batch.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom},
};

use arrow_schema::{ArrowError, Schema};
use parquet::{
    arrow::{
        ProjectionMask,
        arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder},
    },
    errors::ParquetError,
};

use crate::{
    columns::{SCHEMA, plain},
    view::Rows,
};

/// Rows in a batch.
const BATCH: usize = 1_000;
/// Most rows of a group, and most bytes that one of its columns may take unpacked: what is in memory at once. [`crate::PartWriter`]
/// stays far below both.
const LARGEST_GROUP: i64 = 100_000;
const LARGEST_CHUNK: i64 = 32 << 20;
/// Longest footer, bytes: it is read as a whole, and takes several times as much memory.
const LARGEST_FOOTER: u32 = 8 << 20;
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
    pub fn open(mut file: File) -> Result<Self, ReadError> {
        if footer(&mut file).map_err(ParquetError::from)? > LARGEST_FOOTER {
            return Err(ReadError::TooLarge("its footer is too long"));
        }
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

/// How long the footer is, as the last bytes of the file say; 0 if they do not.
fn footer(file: &mut File) -> io::Result<u32> {
    let mut end = [0; 8];
    if file.seek(SeekFrom::End(0))? < end.len() as u64 {
        return Ok(0);
    }
    file.seek(SeekFrom::End(-(end.len() as i64)))?;
    file.read_exact(&mut end)?;
    file.rewind()?;
    Ok(u32::from_le_bytes([end[0], end[1], end[2], end[3]]))
}

fn columns_of(schema: &Schema) -> Result<Vec<Column>, ReadError> {
    if schema.fields().len() > MOST_COLUMNS {
        return Err(ReadError::TooLarge("it has too many columns"));
    }
    let column = |field: &arrow_schema::FieldRef| Column { name: field.name().clone(), kind: plain(field.data_type()) };
    Ok(schema.fields().iter().map(column).collect())
}

/// What a column says, if it is one of those that this version writes.
pub fn description(name: &str) -> Option<&'static str> {
    SCHEMA.field_with_name(name).ok()?;
    crate::columns().into_iter().find(|column| column.name == name).map(|column| column.description)
}
