//! Quadkeys, tiles, simplification and vector tile layers: pure functions.
#![forbid(unsafe_code)]

pub mod quadkey;
