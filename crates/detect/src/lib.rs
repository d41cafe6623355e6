//! Finds faces and plates with ONNX models described by manifests.
//!
//! A directory of models holds, for each, an `.onnx` file and a `.toml` [manifest] that says how the
//! network wants its pixels and what its numbers mean; so an operator's own network needs a
//! manifest, not code. A picture is looked at in overlapping tiles at its own resolution and once as
//! a whole at a small size ([`tiling`]), because networks miss what is small in a shrunken picture
//! and what is cut by a tile. Everything that any model finds in any view counts: boxes of one
//! object are merged into the box around them ([`geometry::merge`]), never chosen between, since
//! what is left out stays readable in public.
//!
//! ```no_run
//! use flaneur_detect::{Detector, Options};
//! # fn main() -> Result<(), flaneur_detect::DetectError> {
//! let detector = Detector::load(&Options::new("models"))?;
//! let grey = vec![128; 640 * 480 * 3];
//! for found in detector.detect(&grey, 640, 480, false)? {
//!     println!("{:?} at {}, {}", found.class, found.x0, found.y0);
//! }
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

mod canvas;
mod decode;
mod detector;
mod error;
pub mod geometry;
pub mod manifest;
mod pool;
mod priors;
mod runtime;
pub mod tiling;

pub use canvas::{Canvas, Rgb};
pub use detector::{Detection, Detector, MAX_PIXELS, ModelInfo, Options};
pub use error::DetectError;
pub use manifest::Class;
