//! What a schema still lacks.

use std::collections::BTreeMap;

use sqlx::migrate::{MigrateError, Migrator};

use crate::Result;

/// Version and checksum of a migration that was applied.
pub type Applied = (i64, Vec<u8>);

/// Names of migrations that were not applied, in order. One that was applied with another text is an error.
pub fn pending(known: &Migrator, applied: &[Applied]) -> Result<Vec<String>> {
    let applied: BTreeMap<i64, &[u8]> =
        applied.iter().map(|(version, checksum)| (*version, checksum.as_slice())).collect();
    let mut pending = Vec::new();
    for migration in known.iter() {
        match applied.get(&migration.version) {
            None => pending.push(format!("{:04} {}", migration.version, migration.description)),
            Some(checksum) if *checksum != migration.checksum.as_ref() => {
                return Err(MigrateError::VersionMismatch(migration.version).into());
            }
            Some(_) => {}
        }
    }
    Ok(pending)
}
