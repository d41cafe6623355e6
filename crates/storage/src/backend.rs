//! A place for objects: a folder or a bucket, and what differs between the two.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use bytes::Bytes;
use futures::StreamExt as _;
use object_store::{
    Attributes, ObjectStore, ObjectStoreExt as _, PutMultipartOptions, PutOptions, PutPayload, local::LocalFileSystem,
    path::Path as Location,
};
use sha2::{Digest as _, Sha256};

use crate::{StorageError, StorageUrl, Variables, s3};

/// Bytes of a part of a large object: no less than the 5 MiB that S3 demands, and no more than a slow line carries before
/// the server seems to be gone. Every part but the last has just this size, as some servers want it.
pub(crate) const PART: usize = 5 << 20;
/// Larger objects are sent in parts, so that what fails and is sent again is one part.
const WHOLE: usize = 16 << 20;
/// How deep below its folder a store is looked through; keys of objects make two folders.
const DEPTH: usize = 8;
/// Name of the object with which a store is probed. Listings pass it over.
const PROBE: &str = ".flaneur-probe";

/// A folder or a bucket.
#[derive(Debug, Clone)]
pub(crate) struct Backend {
    pub(crate) objects: Arc<dyn ObjectStore>,
    folder: Option<PathBuf>,
}

/// A backend, and where exactly it is.
pub(crate) struct Opened {
    pub(crate) backend: Backend,
    /// With every symbolic link of a folder followed.
    pub(crate) place: StorageUrl,
    /// The server of a bucket, where it is not Amazon's.
    pub(crate) endpoint: Option<String>,
}

impl Opened {
    /// Whether two stores would see each other's objects.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.endpoint == other.endpoint && self.place.overlaps(&other.place)
    }
}

impl Backend {
    /// A folder on this machine whose writes are synced to disk; made if it is missing.
    pub(crate) fn folder(path: &Path, owner_only: bool) -> Result<Opened, StorageError> {
        let refuse = |source| StorageError::Folder { path: path.display().to_string(), source };
        std::fs::create_dir_all(path).map_err(refuse)?;
        #[cfg(unix)]
        if owner_only {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700)).map_err(refuse)?;
        }
        let path = path.canonicalize().map_err(refuse)?;
        let objects = LocalFileSystem::new_with_prefix(&path)?.with_automatic_cleanup(true).with_fsync(true);
        let backend = Self { objects: Arc::new(objects), folder: Some(path.clone()) };
        Ok(Opened { backend, place: StorageUrl::Folder(path), endpoint: None })
    }

    /// Opens what the address names. `private`: with the private store's variables, and for its owner's eyes only.
    pub(crate) fn open(place: &StorageUrl, variables: &Variables, private: bool) -> Result<Opened, StorageError> {
        match place {
            StorageUrl::Folder(path) => Self::folder(path, private),
            StorageUrl::S3 { bucket, prefix } => {
                let settings = if private { variables.private() } else { variables.public() };
                let objects = s3::open(bucket, prefix, &settings)?;
                let endpoint = s3::endpoint(&settings).map(str::to_owned);
                Ok(Opened { backend: Self { objects, folder: None }, place: place.clone(), endpoint })
            }
        }
    }

    /// Whether this is a folder, where a request costs next to nothing and objects have no headers.
    pub(crate) fn is_folder(&self) -> bool {
        self.folder.is_some()
    }

    /// Stores an object durably; large ones in parts.
    pub(crate) async fn put(&self, at: &Location, bytes: Bytes, headers: Attributes) -> Result<(), StorageError> {
        let attributes = if self.is_folder() { Attributes::new() } else { headers };
        if self.is_folder() || bytes.len() <= WHOLE {
            let options = PutOptions { attributes, ..PutOptions::default() };
            self.objects.put_opts(at, PutPayload::from(bytes), options).await?;
            return Ok(());
        }
        let options = PutMultipartOptions { attributes, ..PutMultipartOptions::default() };
        let mut upload = self.objects.put_multipart_opts(at, options).await?;
        let sent = async {
            for from in (0..bytes.len()).step_by(PART) {
                let part = bytes.slice(from..bytes.len().min(from + PART));
                upload.put_part(PutPayload::from(part)).await?;
            }
            upload.complete().await
        };
        if let Err(error) = sent.await {
            if let Err(left) = upload.abort().await {
                tracing::warn!(object = %at, error = %left, "parts of an upload that failed are left in the bucket");
            }
            return Err(error.into());
        }
        Ok(())
    }

    /// The hash of what is stored, read in pieces.
    pub(crate) async fn hash(&self, at: &Location) -> Result<[u8; 32], StorageError> {
        let mut stored = self.objects.get(at).await?.into_stream();
        let mut hash = Sha256::new();
        while let Some(piece) = stored.next().await {
            hash.update(piece?);
        }
        Ok(hash.finalize().into())
    }

    /// Bytes of an object; `None` if there is none.
    pub(crate) async fn size(&self, at: &Location) -> Result<Option<u64>, StorageError> {
        match self.objects.head(at).await {
            Ok(meta) => Ok(Some(meta.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes an object. One that is not there is as good as removed.
    pub(crate) async fn remove(&self, at: &Location) -> Result<(), StorageError> {
        match self.objects.delete(at).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether the store can be reached and lets us in: a folder must be there and take a file; of a bucket one request
    /// is made that reads, the cheapest there is.
    pub(crate) async fn ping(&self) -> Result<(), StorageError> {
        if let Some(folder) = &self.folder {
            // A folder that is not there is made again by the next write: a disk that is not mounted would go unnoticed.
            tokio::fs::metadata(folder)
                .await
                .map_err(|source| StorageError::Folder { path: folder.display().to_string(), source })?;
            return self.probe().await;
        }
        self.size(&Location::from(PROBE)).await.map(drop)
    }

    /// What the store's clock shows, seconds since 1970: the clock by which [`crate::Entry::modified`] goes.
    pub(crate) async fn time(&self) -> Result<i64, StorageError> {
        let at = Location::from(PROBE);
        let mut tries = 3;
        loop {
            self.put(&at, Bytes::from_static(b"flaneur"), Attributes::new()).await?;
            match self.objects.head(&at).await {
                Ok(meta) => {
                    self.remove(&at).await?;
                    return Ok(meta.last_modified.timestamp());
                }
                // Another process probed at the same time, and was the first to remove it.
                Err(object_store::Error::NotFound { .. }) if tries > 1 => tries -= 1,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Removes files that were being written when their process was killed, if they were last written before `before`
    /// (seconds since 1970, by the store's clock). No listing shows them. Answers how many there were. In a bucket there are
    /// none: it has its own rule for uploads that did not end.
    pub(crate) async fn clear_unfinished(&self, before: i64) -> Result<usize, StorageError> {
        let Some(folder) = self.folder.clone() else { return Ok(0) };
        let cleared = tokio::task::spawn_blocking(move || clear(&folder, before)).await;
        cleared.map_err(std::io::Error::other)?.map_err(StorageError::Io)
    }

    /// Writes, reads and removes a small object: whether everything is permitted that a store needs.
    pub(crate) async fn probe(&self) -> Result<(), StorageError> {
        let (at, content) = (Location::from(PROBE), Bytes::from_static(b"flaneur"));
        self.put(&at, content.clone(), Attributes::new()).await?;
        match self.objects.get(&at).await {
            Ok(stored) => {
                if stored.bytes().await? != content {
                    return Err(StorageError::Altered(PROBE.to_owned()));
                }
            }
            // Another process probed at the same time, and was the first to remove it.
            Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        self.remove(&at).await
    }
}

/// Removes unfinished files below a folder. What goes away meanwhile is as good as removed.
fn clear(folder: &Path, before: i64) -> std::io::Result<usize> {
    let mut cleared = 0;
    let mut folders = vec![(folder.to_path_buf(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let entries = match std::fs::read_dir(&folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let Ok(meta) = entry.metadata() else { continue };
            if meta.is_dir() && depth < DEPTH {
                folders.push((entry.path(), depth + 1));
            } else if meta.is_file() && is_unfinished(&entry.file_name().to_string_lossy()) && is_before(&meta, before)
            {
                match std::fs::remove_file(entry.path()) {
                    Ok(()) => cleared += 1,
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                    Err(error) => return Err(error),
                }
            }
        }
    }
    Ok(cleared)
}

fn is_before(meta: &std::fs::Metadata, before: i64) -> bool {
    let Ok(modified) = meta.modified() else { return false };
    let since = modified.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).is_ok_and(|modified| modified < before)
}

/// Whether a file is one that was being written: the object's name, `#`, and a number.
fn is_unfinished(name: &str) -> bool {
    name.rsplit_once('#')
        .is_some_and(|(_, number)| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether a listing has come upon a probe.
pub(crate) fn is_probe(name: &str) -> bool {
    name == PROBE
}
