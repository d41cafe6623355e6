//! Domain types, repository traits, the job queue, and the SQLite implementation.
//!
//! [`model`] has the plain types, [`repository`] the traits over them; [`sqlite`] implements the traits. Whatever
//! implements them is held to `conformance`, the suite every database passes. Time and randomness come in as
//! parameters: [`world`] is where they come from.
#![forbid(unsafe_code)]

mod error;
pub mod model;
pub mod repository;
pub mod sqlite;
pub mod world;

#[cfg(feature = "conformance")]
pub mod conformance;

pub use error::{CatalogError, Result};
pub use repository::{Accounts, Catalog, Coverage, Jobs, Pictures, Sequences, UploadSets};
