//! Quadkeys, tiles, simplification and vector tile layers: pure functions.
//!
//! [`quadkey`] names places by the keys that the catalog is scanned by. [`mvt`] encodes what was found there as a vector
//! tile, with lines cut to the tile by [`clip`] and thinned by [`mod@simplify`].
#![forbid(unsafe_code)]

pub mod cell;
pub mod clip;
mod frame;
pub mod mvt;
pub mod quadkey;
pub mod simplify;

pub use mvt::{CoverageError, GridPoint, PicturePoint, SequenceLine, encode, encode_account};
