//! JPEG surgery: headers, allow-listed metadata, redaction, scaled copies, tiles and views.
//!
//! The way of a picture through this crate:
//!
//! 1. [`Intake`] is fed with the upload while it streams. It keeps the header, refuses what can't be worked on as early as
//!    possible, and proves that the end marker arrived.
//! 2. [`Source::open`] reads every bit of the entropy-coded data. What is not one interleaved sequential scan (progressive,
//!    arithmetic coding, a scan for each colour) first becomes one with the same coefficients. A file that two decoders could
//!    read differently is refused, so that nobody sees what the detector did not see. [`Source::small`], [`Source::part`] and
//!    [`Source::pixels`] are what detectors look at; they show what browsers show.
//! 3. [`Source::redact`] plans which coded units (MCUs) the regions touch, and what these are going to hold: a smooth fill of a
//!    few pooled colours. Everything else is made from the resulting [`Redacted`] only, which can't show what was there.
//! 4. [`Redacted::master`] codes the touched units anew and copies every other bit. [`Redacted::copies`] makes the scaled copy
//!    and the thumbnail. [`Redacted::removed`] is what was taken out, for [`restore`]; it must be sealed before it is kept.
//! 5. [`Redacted::prove`] reads the bytes that are going to be stored, and passes them only if they are the plan, and nothing
//!    else changed. [`Redacted::check_sd`] and [`Redacted::check_thumb`] hold the copies against the [`Proven`] master.
//! 6. [`Proven::tile_index`] says where in the master the parts of a panorama lie. Tiles and perspective views are made from it
//!    and a few byte ranges when they are asked for; none is stored.
//!
//! A master is stored as the camera stored it, and needs its EXIF orientation; copies are upright. Regions, sizes and pixels are
//! upright everywhere. Metadata of a served file is written from typed values ([`Metadata`], [`icc`]), never copied.
//!
//! All code is safe Rust, and untrusted bytes never reach a C library. Memory is bounded by [`Limits`]: from [`Source::open`] to
//! the end about the size of the file, once more for each file that is made of it; 6 to 10 bytes for each block of 64 samples;
//! and a copy of the samples of about [`SD_WIDTH`] pixels per row. Three kinds need more, for a while: files that are no single
//! sequential scan 2 bytes for each coefficient, [`Source::pixels`] and [`Source::part`] 3 bytes for each pixel asked for, and
//! pictures of colours other than luma and chroma, or hardly larger than the scaled copy, 6 to 9 bytes for each pixel while
//! copies are made.
#![forbid(unsafe_code)]
#![expect(clippy::inline_always, reason = "measured: bits and codes are read in the innermost loop")]

mod bits;
mod blocks;
mod codes;
mod copies;
mod cover;
mod cut;
mod encode;
mod error;
mod extras;
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
mod likeness;
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
pub use encode::{Metadata, Plane, Planes, encode_planes, encode_planes_in, encode_rgb};
pub use error::{JpegError, VerifyError};
pub use extras::Extra;
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
