//! Notes: small objects that the server writes for itself beside the originals, such as what was deleted since a backup.

use bytes::Bytes;
use object_store::{Attributes, ObjectStoreExt as _, path::Path as Location};

use crate::{Listing, PrivateStore, StorageError, listing::listing};

/// What every note's key begins with. No original's does: theirs begin with two hexadecimal digits.
const FOLDER: &str = "notes";
/// Largest note, bytes.
const LARGEST: usize = 1 << 20;
/// Longest name, bytes.
const LONGEST: usize = 200;

/// Whether an object's name is a note's.
pub(crate) fn is_note(name: &str) -> bool {
    name.strip_prefix(FOLDER).is_some_and(|rest| rest.starts_with('/'))
}

/// Names are words of small letters, digits, `-`, `_` and `.`, with slashes between them.
fn is_name(name: &str) -> bool {
    let word = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte))
    };
    name.len() <= LONGEST && name.split('/').all(word)
}

fn location(name: &str) -> Result<Location, StorageError> {
    if is_name(name) {
        Ok(Location::from(format!("{FOLDER}/{name}")))
    } else {
        Err(StorageError::NoteName(name.to_owned()))
    }
}

impl PrivateStore {
    /// Writes a note durably, of at most 1 MiB, in place of an earlier one of that name.
    ///
    /// A name is at most 200 bytes: words of small letters, digits, `-`, `_` and `.`, with slashes between them.
    pub async fn put_note(&self, name: &str, bytes: Bytes) -> Result<(), StorageError> {
        let at = location(name)?;
        if bytes.len() > LARGEST {
            return Err(StorageError::TooLarge { limit: LARGEST as u64 });
        }
        self.backend.put(&at, bytes, Attributes::new()).await
    }

    /// Reads a note; [`StorageError::Missing`] if there is none of that name.
    pub async fn read_note(&self, name: &str) -> Result<Bytes, StorageError> {
        let found = self.backend.objects.get(&location(name)?).await?;
        // Whatever somebody else put there.
        if found.meta.size > LARGEST as u64 {
            return Err(StorageError::TooLarge { limit: LARGEST as u64 });
        }
        Ok(found.bytes().await?)
    }

    /// Names of all notes below a prefix, which ends where a word of the names ends; `""` for all. In bounded memory and in
    /// no order that one may rely on.
    pub fn notes(&self, prefix: &str) -> Listing<String> {
        let below = Location::from(format!("{FOLDER}/{prefix}"));
        listing(self.backend.objects.list(Some(&below)), |name| {
            let name = name.strip_prefix(FOLDER)?.strip_prefix('/')?;
            Some(if is_name(name) { Ok(name.to_owned()) } else { Err(()) })
        })
    }

    /// Removes a note. One that is not there is as good as removed.
    pub async fn delete_note(&self, name: &str) -> Result<(), StorageError> {
        self.backend.remove(&location(name)?).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for good in ["a", "deletions/2026-11-24/0001.json", "x_y-z.1"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "/a", "a/", "a//b", "../a", "a/..", ".a", "A", "a b", "ä", &"a".repeat(201)] {
            assert!(!is_name(bad), "{bad}");
        }
        assert!(is_note("notes/a") && !is_note("notes") && !is_note("notesa/b") && !is_note("ab/notes/c"));
    }
}
