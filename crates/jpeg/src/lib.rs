//! JPEG surgery: headers, allow-listed metadata, redaction, scaled copies and tiles.
//!
//! The way of a picture through this crate:
//!
//! 1. [`Intake`] is fed with the upload while it streams. It keeps the header, refuses what can't be
//!    worked on as early as possible, and proves that the end marker arrived.
//! 2. [`Source::open`] checks every bit of the entropy-coded data, then decodes it. A file that two
//!    decoders could read differently is refused, so that nobody sees what the detector did not see.
//! 3. [`Source::redact`] replaces what is in the detected regions by a smooth fill of a few pooled
//!    colours. Everything else is made from the resulting [`Redacted`] only: the master, the scaled
//!    copies, the tiles.
//! 4. [`verify`] reads the bytes that are going to be served, and compares them with the plan.
//!
//! Metadata of a served file is written from typed values ([`Metadata`], [`icc`]), never copied.
//!
//! All code is safe Rust, untrusted bytes never reach a C library, and memory is bounded by
//! [`Limits`]: per pixel 3 bytes for the picture, 3 more while it is turned upright, and, for
//! files that are not one interleaved sequential scan (progressive ones, for example), up to 6 for the coefficients.
#![forbid(unsafe_code)]

mod bits;
mod blocks;
mod codes;
mod copies;
mod cover;
mod cut;
mod encode;
mod error;
mod frame;
mod head;
mod header;
mod huffman;
pub mod icc;
mod index;
mod intake;
mod intervals;
#[cfg(test)]
mod judged;
mod marker;
mod orient;
mod pixels;
mod proof;
mod redact;
mod reduced;
mod removed;
mod segments;
mod served;
mod source;
mod stream;
mod tiles;
mod tokens;
mod transcode;
mod window;

pub use cover::{GROW, MAX_POINTS, Region, RegionKind, Shape};
pub use encode::{Metadata, Plane, Planes, encode_planes, encode_rgb};
pub use error::{JpegError, VerifyError};
pub use frame::{Component, Frame, Process};
pub use header::Limits;
pub use index::{MAX_INDEX, TileIndex, Window};
pub use intake::{Header, Intake};
pub use pixels::perspective::PerspectiveView;
pub use redact::{Copies, Proven, Redacted, SD_QUALITY, SD_WIDTH, THUMB_QUALITY};
pub use removed::restore;
pub use segments::{Segment, list_segments};
pub use source::{Chroma, Pixels, Source};
pub use tiles::TileGrid;
