//! Domain types, repository traits, the job queue, and their implementation on SQLite and PostgreSQL.
//!
//! [`model`] has the plain types, [`repository`] the traits over them; [`open`] gives whatever implements them for a
//! database. Each implementation is held to `conformance`, the suite every database passes. Time and randomness come in as
//! parameters: [`world`] is where they come from.
#![forbid(unsafe_code)]

pub mod archive;
mod error;
mod location;
pub mod model;
pub mod repository;
pub mod sqlite;
mod stored;
pub mod world;

#[cfg(feature = "conformance")]
pub mod conformance;

pub use error::{CatalogError, Result};
pub use location::{DatabaseUrl, UnreadableUrl, open};
pub use repository::{
    Accounts, Archive, Beginning, Catalog, Coverage, Import, Inspection, Jobs, Pictures, Sequences, Snapshot, Upkeep,
    UploadSets,
};
