//! Compares what is here with the list.

use std::{fs, io, os::unix::fs::MetadataExt as _};

use crate::{Done, Entry, FetchError, Verified, disk::sha256, folder::Folder, journal::Journal};

/// What has to be done for a picture.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Nothing.
    Nothing,
    /// Only the journal does not know it yet.
    Note(Box<Done>),
    /// Its file has to come; if it is `as_before` at the server, it need not.
    File {
        /// The entity tag of what is here.
        as_before: Option<String>,
    },
    /// Something else lies in its place, which is not ours to replace.
    Foreign,
}

/// What has to be done for a picture on the list.
pub(crate) fn need(folder: &Folder, journal: &Journal, entry: &Entry) -> Result<Need, FetchError> {
    let path = folder.picture(&entry.id);
    let doing = |error| FetchError::disk("read", &path)(error);
    let there = match path.symlink_metadata() {
        Ok(metadata) => Some(metadata),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(doing(error)),
    };
    let known = journal.done(&entry.id);
    let Some(metadata) = there else { return Ok(Need::File { as_before: None }) };
    let Some(known) = known else {
        // A journal that the disk lost the end of; or somebody's own file.
        if metadata.is_file()
            && let Some(stated) = entry.sha256()
            && stated == sha256(&path).map_err(doing)?
        {
            return Ok(Need::Note(Box::new(Done {
                id: entry.id.clone(),
                file: Folder::picture_name(&entry.id),
                sha256: stated.to_owned(),
                size: metadata.len(),
                mtime: mtime(&metadata),
                verified: Verified::Checksum,
                updated: entry.updated,
                checksum: entry.checksum.clone(),
                etag: None,
            })));
        }
        return Ok(Need::Foreign);
    };
    let mut now = known.clone();
    if !is_as_left(&metadata, &known) {
        // Touched, or copied to another disk: the content decides.
        if !metadata.is_file() || metadata.len() != known.size || sha256(&path).map_err(doing)? != known.sha256 {
            return Ok(Need::File { as_before: None });
        }
        now.mtime = mtime(&metadata);
    }
    let same = match entry.sha256() {
        Some(stated) => stated == known.sha256,
        None if entry.size.is_some_and(|size| size != known.size) => false,
        None if entry.checksum.is_some() && entry.checksum == known.checksum => true,
        None => entry.updated == known.updated,
    };
    if !same {
        let as_before = known.etag.filter(|_| entry.sha256().is_none());
        return Ok(Need::File { as_before });
    }
    now.updated = entry.updated;
    now.checksum.clone_from(&entry.checksum);
    if entry.sha256().is_some() {
        now.verified = Verified::Checksum;
    }
    Ok(if now == known { Need::Nothing } else { Need::Note(Box::new(now)) })
}

/// Whether a file is as this program left it, by its size and the time of its last change.
pub(crate) fn is_as_left(metadata: &fs::Metadata, done: &Done) -> bool {
    metadata.is_file() && metadata.len() == done.size && mtime(metadata) == done.mtime
}

/// When a file was last changed, nanoseconds since 1970.
pub(crate) fn mtime(metadata: &fs::Metadata) -> i64 {
    metadata.mtime().saturating_mul(1_000_000_000).saturating_add(metadata.mtime_nsec())
}
