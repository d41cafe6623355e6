//! Backups, restores, withdrawals and the doctor over real catalogs and folders. One program, so that it is linked once.
#![expect(clippy::unwrap_used, reason = "this is test code")]

mod backups;
mod doctor;
mod interruptions;
mod patches;
mod restores;
mod town;
mod withdrawals;
