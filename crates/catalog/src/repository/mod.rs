//! The repository traits: all that the rest of Flaneur knows of a database.
//!
//! Lookups answer `Option`; time comes in as a parameter; every change is one transaction, and a job is enqueued in
//! the transaction of what it is for. Methods that end a job take its [`Lease`](crate::model::Lease) and answer `false` without changing
//! anything if the lease is no longer held (fencing).
//!
//! To add a method: write it here with its rules in the doc comment, prove the rules in `conformance`, implement it.

mod accounts;
mod addresses;
mod archive;
mod areas;
mod changes;
mod coverage;
mod dataset;
mod edits;
mod erasure;
mod inspection;
mod jobs;
mod logins;
mod notices;
mod pages;
mod pictures;
mod quotas;
mod redactions;
mod reports;
mod sequences;
mod settings;
mod statistics;
mod takeout;
mod transfers;
mod upkeep;
mod upload_sets;
mod uploads;
mod webhooks;

pub use accounts::Accounts;
pub use addresses::Addresses;
pub use archive::{Archive, Beginning, Import, Snapshot};
pub use areas::Areas;
pub use changes::Changes;
pub use coverage::{COVERED_ZOOM, Coverage};
pub use dataset::Dataset;
pub use edits::Edits;
pub use erasure::Erasure;
pub use inspection::Inspection;
pub use jobs::{Jobs, LONGEST_WAIT};
pub use logins::Logins;
pub use notices::Notices;
pub use pages::Pages;
pub use pictures::Pictures;
pub use quotas::Quotas;
pub use redactions::Redactions;
pub use reports::Reports;
pub use sequences::Sequences;
pub use settings::Settings;
pub use statistics::Counting;
pub use takeout::Takeout;
pub use transfers::Transfers;
pub use upkeep::Upkeep;
pub use upload_sets::UploadSets;
pub use uploads::Uploads;
pub use webhooks::Webhooks;

/// The whole catalog.
pub trait Catalog:
    Accounts
    + Addresses
    + Logins
    + Notices
    + Pages
    + Areas
    + UploadSets
    + Uploads
    + Pictures
    + Quotas
    + Redactions
    + Reports
    + Sequences
    + Jobs
    + Coverage
    + Changes
    + Dataset
    + Edits
    + Erasure
    + Settings
    + Counting
    + Takeout
    + Transfers
    + Webhooks
    + Upkeep
    + Archive
    + Inspection
{
}

impl<T> Catalog for T where
    T: Accounts
        + Addresses
        + Logins
        + Notices
        + Pages
        + Areas
        + UploadSets
        + Uploads
        + Pictures
        + Quotas
        + Redactions
        + Reports
        + Sequences
        + Jobs
        + Coverage
        + Changes
        + Dataset
        + Edits
        + Erasure
        + Settings
        + Counting
        + Takeout
        + Transfers
        + Webhooks
        + Upkeep
        + Archive
        + Inspection
{
}
