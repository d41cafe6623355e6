//! Opens the catalog and the storage where the settings say.

use std::{path::Path, sync::Arc};

use anyhow::{Context as _, Result, bail};
use flaneur_backup::{
    backup,
    stores::{Notes, Stores},
    withdrawals::Follower,
};
use flaneur_catalog::{Catalog, DatabaseUrl, world::World};
use flaneur_storage::{Purger, Storage, StorageUrl, Variables};

use crate::options::{Cdn, Place};

/// Opens the catalog, and brings its schema up to date. One that is being filled is nobody's to work with.
pub async fn catalog(place: &Place) -> Result<Arc<dyn Catalog>> {
    let catalog = any_catalog(place).await?;
    if catalog.unfinished_restore().await?.is_some() {
        bail!(
            "the catalog is being restored or simulated: wait for `flaneur restore` or `flaneur simulate`, or run it again \
             if it did not end"
        );
    }
    Ok(catalog)
}

/// The same, whether or not it is being filled.
pub async fn any_catalog(place: &Place) -> Result<Arc<dyn Catalog>> {
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

/// Opens one store for notes, or for reading those of an instance that is gone.
pub fn notes(place: &Place, url: &StorageUrl) -> Result<Arc<dyn Notes>> {
    let (public, _) = place.stores()?;
    let storage = Storage::open(&public, url, &Variables::of_process());
    Ok(Arc::new(storage.with_context(|| format!("cannot use {url} for withdrawals"))?.private))
}

/// Both stores, and where withdrawals are noted.
pub fn stores(place: &Place, storage: Arc<Storage>) -> Result<Stores> {
    let mut stores = Stores::from(storage);
    if let Some(url) = place.withdrawals()? {
        stores.notes = notes(place, &url)?;
    }
    Ok(stores)
}

/// Whoever notes what is withdrawn from now on.
pub async fn follower(
    place: &Place,
    catalog: &Arc<dyn Catalog>,
    storage: &Arc<Storage>,
    world: &World,
) -> Result<Follower> {
    let instance = backup::instance(catalog.as_ref(), world).await.context("cannot read the instance's identifier")?;
    Ok(Follower::new(catalog.clone(), stores(place, storage.clone())?.notes, instance))
}
