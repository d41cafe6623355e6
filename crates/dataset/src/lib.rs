//! Pictures as [GeoParquet](https://geoparquet.org/releases/v1.1.0/), laid out as
//! [stac-geoparquet](https://github.com/stac-utils/stac-geoparquet/blob/main/spec/stac-geoparquet-spec.md) has it: a row is a
//! STAC Item, its properties are columns.
//!
//! Who reads a town out of a country's file reads the footer, which says for each group of rows where they lie, and then only
//! the columns and groups that matter. So rows come in the order of a space-filling curve, and groups are small.
//!
//! This crate knows of neither database, storage nor network: it is given rows, and gives bytes, or it is given a file, and gives
//! what its rows say.
#![forbid(unsafe_code)]

mod batch;
mod columns;
mod reader;
mod row;
mod view;
mod writer;

pub use columns::{ColumnDescription, columns};
pub use reader::{Column, PartReader, ReadError, description};
pub use row::{Asset, Found, Mark, Row, Tag};
pub use view::{RowView, Rows};
pub use writer::{DatasetError, Finished, PartWriter};
