//! Domain types, repository traits, the job queue, and their implementation on SQLite and PostgreSQL.
//!
//! [`model`] has the plain types, [`repository`] the traits over them; [`open`] gives whatever implements them for a
//! database. Each implementation is held to `conformance`, the suite every database passes. Time and randomness come in as
//! parameters: [`world`] is where they come from.
#![forbid(unsafe_code)]

pub mod archive;
mod error;
mod location;
mod migrations;
pub mod model;
pub mod postgres;
pub mod repository;
pub mod request;
pub mod signals;
pub mod sqlite;
mod stored;
pub use stored::packed::unpack;
pub mod summary;
pub mod world;

#[cfg(feature = "conformance")]
pub mod conformance;

pub use error::{CatalogError, Result};
pub use location::{DatabaseUrl, UnreadableUrl, open, pending_migrations};
pub use repository::{
    Accounts, Addresses, Archive, Areas, Beginning, COVERED_ZOOM, Catalog, Changes, Counting, Coverage, Dataset, Edits,
    Erasure, Import, Inspection, Jobs, Logins, Notices, Pages, Pictures, Quotas, Redactions, Reports, Sequences,
    Settings, Snapshot, Takeout, Transfers, Upkeep, UploadSets, Uploads, Webhooks,
};
