//! Quadkeys, tiles, simplification and vector tile layers: pure functions.
//!
//! [`quadkey`] names places by the keys that the catalog is scanned by. [`mvt`] encodes what was found there as a vector
//! tile, with lines cut to the tile by [`clip`] and made simpler by [`mod@simplify`]. Where a place is so dense that its tile
//! would be too large, [`mvt::encode`] leaves out what is drawn over anyway.
#![forbid(unsafe_code)]

pub mod cell;
pub mod clip;
mod frame;
pub mod mvt;
pub mod quadkey;
pub mod simplify;
mod thin;

pub use mvt::{CoverageError, GridPoint, PicturePoint, SequenceLine, encode, encode_account};
pub use simplify::outline;
