//! The files of pictures, passed on from the storage.

use std::{collections::HashMap, fmt::Write as _};

use flaneur_catalog::{CatalogError, model::PictureId};
use flaneur_storage::{PublicKey, StorageError};
use jiff::Timestamp;

use super::{
    Takeout,
    archive::{Archive, Halt},
};

/// Pictures that the catalog is asked of once more right before their files are passed on.
const AT_ONCE: usize = 16;
/// What tells of files that are not there.
const MISSING: &str = "MISSING.txt";

/// A file that is to be in the archive.
pub struct File {
    pub picture: PictureId,
    /// Where in the archive.
    pub path: String,
    pub captured_at: Timestamp,
    /// Key of the master when its item was written.
    pub master: String,
}

/// Files of which items were written, and what is to be told of those that were not as the items have them.
#[derive(Default)]
pub struct Files {
    waiting: Vec<File>,
    told: String,
}

impl Extend<File> for Files {
    fn extend<I: IntoIterator<Item = File>>(&mut self, files: I) {
        self.waiting.extend(files);
    }
}

impl Files {
    fn tell(&mut self, path: &str, what: &str) {
        // Writing to a text does not fail.
        let _ = writeln!(self.told, "{path}: {what}");
    }

    /// Writes those that wait.
    pub async fn write(&mut self, takeout: &Takeout, archive: &mut Archive) -> Result<(), Halt> {
        let waiting = std::mem::take(&mut self.waiting);
        for some in waiting.chunks(AT_ONCE) {
            // Sending what came before may have taken long: what is gone or redacted again since is not given out as it was.
            let ids: Vec<PictureId> = some.iter().map(|file| file.picture).collect();
            let now = takeout.api.catalog.objects_of(&ids).await?;
            let mut now: HashMap<PictureId, String> =
                now.into_iter().map(|(id, objects)| (id, objects.master)).collect();
            for file in some {
                match now.remove(&file.picture) {
                    Some(key) => self.pass(takeout, archive, file, key).await?,
                    None => self.tell(&file.path, "not here: it was deleted, or taken out of its sequence, meanwhile"),
                }
            }
        }
        Ok(())
    }

    /// Passes one on. Where its object is gone, it was redacted again or deleted a moment ago: the catalog knows.
    async fn pass(&mut self, takeout: &Takeout, archive: &mut Archive, file: &File, key: String) -> Result<(), Halt> {
        let store = &takeout.api.storage.public;
        let mut key = key;
        for _ in 0..2 {
            let parsed = parse(&key)?;
            match store.stream(&parsed, None).await {
                Ok(object) => {
                    if key != file.master {
                        self.tell(
                            &file.path,
                            "replaced meanwhile: the file is newer than its item, which has another checksum",
                        );
                    }
                    let sum = archive.stream(&file.path, object.size, file.captured_at, object.bytes).await?;
                    if parsed != PublicKey::new(parsed.picture(), parsed.kind(), &sum) {
                        tracing::error!(key, "an object has other bytes than its key says");
                        self.tell(&file.path, "damaged: it is not what was stored; tell the operator");
                    }
                    return Ok(());
                }
                Err(StorageError::Missing(_)) => {
                    let now = takeout.api.catalog.objects_of(&[file.picture]).await?;
                    match now.into_iter().next() {
                        Some((_, objects)) if objects.master != key => key = objects.master,
                        Some(_) => {
                            tracing::warn!(key, "an object is missing");
                            self.tell(&file.path, "not here: the server has lost it; tell the operator");
                            return Ok(());
                        }
                        None => break,
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        self.tell(&file.path, "not here: it was deleted or replaced meanwhile");
        Ok(())
    }

    /// Says what is not as the items have it, if anything is.
    pub async fn tell_missing(self, archive: &mut Archive) -> Result<(), Halt> {
        if self.told.is_empty() {
            return Ok(());
        }
        let text = format!("Files that are not in this archive as pictures.ndjson has them:\n\n{}", self.told);
        archive.file(MISSING, vec![text.into()]).await
    }
}

fn parse(key: &str) -> Result<PublicKey, CatalogError> {
    key.parse().map_err(|_| CatalogError::Corrupt { what: "key of a public object", text: key.to_owned() })
}
