//! How domain types are stored, whatever the database: names, times, tracks, cells, key ranges, documents.

pub mod areas;
pub mod cells;
pub mod lines;
pub mod packed;
pub mod rows;
pub mod shapes;
