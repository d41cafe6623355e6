//! Copies the originals of waiting pictures, encrypted to the operator.

use std::path::Path;

use bytes::BytesMut;
use flaneur_catalog::model::{PictureId, PictureStatus};
use flaneur_storage::{OriginalKey, StorageError};
use futures::TryStreamExt as _;

use super::{Options, Source, catalog::WANTED_ORIGINALS};
use crate::{
    BackupError, Result, durable,
    folder::{Folder, ORIGINALS},
    hash,
    manifest::{Gone, Objects, OriginalLine},
    parts::{Lines, Part, PartWriter},
};

/// What was copied.
pub struct Copied {
    pub part: Part,
    pub count: Objects,
}

/// Copies originals one after another, if there is a key to encrypt them to. In memory there is one of them.
pub async fn copy(source: &Source<'_>, folder: &Folder, draft: &Path, options: &Options) -> Result<Option<Copied>> {
    if options.originals_to.is_empty() {
        return Ok(None);
    }
    let mut part = PartWriter::create(draft, ORIGINALS)?;
    let mut count = Objects::default();
    let stage = source.watch.stage("encrypting originals", None);
    let below = options.originals_to.fingerprint();
    for line in Lines::open(draft, WANTED_ORIGINALS)?.values::<OriginalLine>() {
        let mut line = line?;
        let id = line.picture.to_string();
        let file = format!("{below}/{}/{id}.age", &id[id.len() - 2..]);
        let path = folder.originals_folder().join(&file);
        match one(source, &line, &path, options).await? {
            Ok(()) => {
                let (size, sha256) = hash::of_file(&path)?;
                count.number += 1;
                count.bytes += size;
                line = OriginalLine { file: Some(file), size: Some(size), sha256: Some(sha256), ..line };
            }
            Err(why) => {
                *match why {
                    Gone::Deleted => &mut count.deleted,
                    Gone::Missing => &mut count.missing,
                    Gone::Altered => &mut count.altered,
                } += 1;
                line.gone = Some(why);
            }
        }
        part.line(&line)?;
        stage.did(1)?;
    }
    Ok(Some(Copied { part: part.finish()?, count }))
}

async fn one(source: &Source<'_>, line: &OriginalLine, to: &Path, options: &Options) -> Result<Result<(), Gone>> {
    if to.exists() {
        return Ok(Ok(()));
    }
    let plain = match read(source, OriginalKey(line.picture)).await {
        Ok(plain) => plain,
        Err(StorageError::Missing(_)) => {
            let files = source.catalog.picture_files(&[PictureId(line.picture)]).await?;
            let waits = files.iter().any(|files| files.status == PictureStatus::Waiting);
            return Ok(Err(if waits { Gone::Missing } else { Gone::Deleted }));
        }
        Err(error) => return Err(error.into()),
    };
    if flaneur_storage::sha256(&plain) != line.content {
        return Ok(Err(Gone::Altered));
    }
    let recipients = options.originals_to.clone();
    let sealed = tokio::task::spawn_blocking(move || recipients.encrypt(&plain)).await;
    let sealed = sealed.map_err(|_| BackupError::Key("encrypting an original failed".to_owned()))??;
    if let Some(folder) = to.parent() {
        durable::make_folder(folder)?;
    }
    durable::write(to, &sealed)?;
    Ok(Ok(()))
}

async fn read(source: &Source<'_>, key: OriginalKey) -> Result<BytesMut, StorageError> {
    let mut content = source.stores.originals.stream(key).await?;
    let mut plain = BytesMut::new();
    while let Some(piece) = content.try_next().await? {
        plain.extend_from_slice(&piece);
    }
    Ok(plain)
}
