//! What a snapshot says of itself.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{BackupError, Result, parts::Part};

/// What the file begins with, so that nothing else is taken for a backup.
pub const FORMAT: &str = "flaneur-backup";
/// Version of the format that this program writes; it reads this and every earlier one.
pub const VERSION: u32 = 1;

/// Objects, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Objects {
    /// How many are in the backup (or, with the catalog alone, in the storage).
    pub number: u64,
    /// Their bytes.
    pub bytes: u64,
    /// How many were deleted while the backup was made.
    pub deleted: u64,
    /// How many the catalog names and the storage does not have.
    pub missing: u64,
    /// How many are not what their keys say.
    pub altered: u64,
}

/// The manifest of a snapshot. It is written last: a folder with a manifest is whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// Version of Flaneur that wrote it.
    pub software: String,
    /// Name of the snapshot, in the order of which snapshots follow each other.
    pub name: String,
    /// Which instance it is of; see `docs/backup-format.md`.
    pub instance: String,
    /// The moment of the catalog that it holds.
    pub taken_at: Timestamp,
    /// When it was complete.
    pub finished_at: Timestamp,
    /// Number of the last change of the catalog that it holds; 0 if there was none.
    pub last_change: i64,
    /// Newest migration of the catalog.
    pub schema: i64,
    /// Rows of each table.
    pub rows: BTreeMap<String, u64>,
    /// Whether the objects are in the backup, or only listed.
    pub with_objects: bool,
    /// Public objects.
    pub objects: Objects,
    /// Originals, encrypted; none if they were left out.
    pub originals: Option<Objects>,
    /// Sealed patches; none in a backup of a version that knew of none.
    #[serde(default)]
    pub patches: Option<Objects>,
    /// Pictures that were waiting to be processed.
    pub waiting: u64,
    /// The files beside this one.
    pub parts: Vec<Part>,
}

impl Manifest {
    /// Reads a manifest; `what` is its path, for errors.
    pub fn parse(text: &[u8], what: &std::path::Path) -> Result<Self> {
        #[derive(Deserialize)]
        struct Beginning {
            format: String,
            version: u32,
        }
        let beginning: Beginning = serde_json::from_slice(text).map_err(|error| BackupError::damaged(what, error))?;
        if beginning.format != FORMAT {
            return Err(BackupError::damaged(what, "it is no manifest of a Flaneur backup"));
        }
        if beginning.version > VERSION {
            return Err(BackupError::Refused(format!(
                "{} is of version {} of the format and this program reads up to {VERSION}: use a newer one",
                what.display(),
                beginning.version
            )));
        }
        serde_json::from_slice(text).map_err(|error| BackupError::damaged(what, error))
    }

    /// The part of a name.
    pub fn part(&self, name: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.name == name)
    }
}

/// A line of the list of objects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectLine {
    /// The object's key; the content's SHA-256 is a part of it.
    pub key: String,
    /// Bytes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub size: Option<u64>,
    /// Why it is not in the backup.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub gone: Option<Gone>,
}

/// A line of the list of originals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OriginalLine {
    /// The picture.
    pub picture: uuid::Uuid,
    /// SHA-256 of the original, 64 hexadecimal digits.
    pub content: String,
    /// Where it is, below the folder of originals.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub file: Option<String>,
    /// Bytes of the encrypted file.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub size: Option<u64>,
    /// SHA-256 of the encrypted file, 64 hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sha256: Option<String>,
    /// Why it is not in the backup.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub gone: Option<Gone>,
}

/// Why something is not in a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Gone {
    /// It was deleted (an original: processed) after the catalog was read.
    Deleted,
    /// The storage does not have it.
    Missing,
    /// It is not what its key says.
    Altered,
}
