//! Opens the catalog and the storage where the settings say.

use std::{path::Path, sync::Arc};

use anyhow::{Context as _, Result};
use flaneur_catalog::{Catalog, DatabaseUrl};
use flaneur_storage::{Purger, Storage, Variables};

use crate::options::{Cdn, Place};

/// Opens the catalog, and brings its schema up to date.
pub async fn catalog(place: &Place) -> Result<Arc<dyn Catalog>> {
    let url = place.database()?;
    if let DatabaseUrl::Sqlite(path) = &url {
        folder_of(path)?;
    }
    flaneur_catalog::open(&url).await.with_context(|| format!("cannot open the catalog {url}"))
}

/// Makes the folder of a file.
pub fn folder_of(file: &Path) -> Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let Some(folder) = folder else { return Ok(()) };
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make the data folder {}", folder.display()))
}

/// Opens both stores. `cdn`: who is told to forget what is removed.
pub fn storage(place: &Place, cdn: Option<&Cdn>) -> Result<Arc<Storage>> {
    let (public, private) = place.stores()?;
    let storage = Storage::open(&public, &private, &Variables::of_process()).context("cannot use the storage")?;
    let purger = cdn.map(Cdn::purged).transpose()?.flatten().map(Purger::new).transpose()?;
    Ok(Arc::new(storage.with_purger(purger)))
}
