//! Backups of a running instance, restoring them into any other, and finding what is wrong with an instance.
//!
//! [`backup`] copies one state of the catalog and the public objects that it names, while the server runs; [`restore`]
//! brings them into an empty catalog and storage of any kind; [`withdrawals`] keeps apart what was withdrawn since, so
//! that a restore does not bring it back; [`doctor`] compares the catalog with the storage. What a backup looks like on
//! the disk is in `docs/backup-format.md`.
#![forbid(unsafe_code)]

pub mod backup;
pub mod doctor;
mod durable;
mod error;
pub mod folder;
mod hash;
pub mod manifest;
pub mod originals;
mod parts;
pub mod progress;
mod prune;
pub mod restore;
mod rows;
pub mod stores;
pub mod withdrawals;

pub use error::{BackupError, Result};
