//! What the fuzz targets do with their input; `scripts/fuzz.sh` builds and runs them.
//!
//! An input of the targets for JPEG is a picture, and behind it a few bytes of choices ([`case`]). Bytes changed blindly are
//! refused by a strict reader at once, so most mutations know what a picture is ([`mutate`]): they change segments, bits of the
//! entropy-coded data, or coefficients, which libjpeg then writes in any coding.
//!
//! A check panics on what must not be: that is a finding.

pub mod case;
pub mod differential;
pub mod geotag;
pub mod intake;
pub mod libjpeg;
pub mod mutate;
pub mod pixels;
pub mod surgery;
pub mod task;
pub mod units;
