//! One run.

use std::{collections::HashSet, ops::RangeInclusive};

use flaneur_catalog::{
    CatalogError,
    model::{DatasetPart, LOGGED_ZOOM, Lease, PictureId},
};
use flaneur_coverage::quadkey::{self, Bbox};
use flaneur_dataset::{DatasetError, Finished, PartWriter};
use flaneur_storage::{ObjectKind, PublicKey, StorageError};
use jiff::Timestamp;
use tokio::task::spawn_blocking;
use uuid::Uuid;

use super::{
    DatasetSettings, READABLE, REMOVED_AT_ONCE, is_old,
    plan::{MOST, plan},
    rows::row,
};
use crate::{Api, error::chain};

/// Pictures that are read at once. Few: they are the most of what a run holds in memory, and are held by each thread that it
/// comes to.
const PAGE: i64 = 250;
/// Under which name it is written down how the files were made.
const IDENTITY: &str = "dataset";
/// The layout of the files: another one has all of them written anew.
const LAYOUT: u32 = 1;
/// The namespace of the identifiers that the objects of parts have.
const PARTS: Uuid = Uuid::from_u128(0x9d3c_66e0_51b7_4bb4_a7f1_2c35_0f8e_6d21);

/// Why a run came to nothing.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("the catalog cannot be asked")]
    Catalog(#[from] CatalogError),
    #[error("the storage cannot be used")]
    Storage(#[from] StorageError),
    #[error("a file cannot be written")]
    File(#[from] DatasetError),
    #[error("writing panicked")]
    Panic(#[from] tokio::task::JoinError),
    #[error("the catalog has a key that is none: {0}")]
    Key(String),
}

/// How files are made now, if those that are there were made otherwise.
pub(super) async fn identity(api: &Api, settings: &DatasetSettings) -> Result<Option<String>, CatalogError> {
    let address = settings.address.as_deref().unwrap_or_default();
    let identity = format!("{LAYOUT} {} {address}", api.settings.license.id);
    Ok((api.catalog.chosen(IDENTITY).await?.as_ref() != Some(&identity)).then_some(identity))
}

/// Does what is due, and ends the job. Says why not, for the operator.
pub(super) async fn build(api: &Api, settings: &DatasetSettings, lease: &Lease) -> Result<(), String> {
    attempt(api, settings, lease).await.map_err(|trouble| chain(&trouble))
}

async fn attempt(api: &Api, settings: &DatasetSettings, lease: &Lease) -> Result<(), Trouble> {
    let (catalog, now) = (&*api.catalog, api.world.now());
    let parts = catalog.dataset_parts().await?;
    remove_old(api, &parts, now).await?;
    // What is committed by now is in whatever is read from here on.
    let number = catalog.last_change().await?;
    let identity = identity(api, settings).await?;
    let whole = identity.is_some() || parts.is_empty() || is_old(&parts, settings, now);
    let (tiles, changed): (Vec<_>, _) = if whole {
        // If all of them are written anew, it does not matter what changed.
        let oldest = parts.iter().map(|part| part.number).min().filter(|_| identity.is_none()).unwrap_or(number);
        let tiles = plan(catalog, &parts, MOST).await?;
        let named = tiles.into_iter().map(|tile| (tile.quadkey(), tile.keys()));
        (named.collect(), catalog.cells_changed(oldest, number).await?)
    } else {
        // Only what is withdrawn cannot wait.
        (parts.iter().map(|part| (part.tile.clone(), part.keys.clone())).collect(), Vec::new())
    };
    let planned: HashSet<_> = tiles.iter().map(|(_, keys)| keys).collect();
    let stays = |part: &&DatasetPart| {
        identity.is_none() && !part.withdrawn && !touches(&changed, &part.keys) && planned.contains(&part.keys)
    };
    let (kept, superseded): (Vec<_>, Vec<_>) = parts.iter().partition(stays);
    let kept: HashSet<_> = kept.into_iter().map(|part| &part.keys).collect();
    let superseded: Vec<String> = superseded.into_iter().map(|part| part.file.clone()).collect();
    let run = Run { api, address: api_address(settings), number, now };
    let mut new = Vec::new();
    for (tile, keys) in tiles.iter().filter(|(_, keys)| !kept.contains(keys)) {
        new.extend(run.write(tile, keys).await?);
    }
    let rest = whole.then_some((number, now));
    if catalog.publish_parts(lease, &new, &superseded, rest, now).await? {
        if let Some(identity) = &identity {
            catalog.choose(IDENTITY, identity, now).await?;
        }
        let pictures: i64 = new.iter().map(|part| part.pictures).sum();
        tracing::info!(written = new.len(), kept = kept.len(), pictures, number, "the dataset is up to date");
    }
    Ok(())
}

/// What addresses of the API begin with.
fn api_address(settings: &DatasetSettings) -> String {
    // Files are at /api/dataset/….parquet.
    settings.address.as_ref().map_or_else(|| "..".to_owned(), |address| format!("{address}/api"))
}

/// Whether a range has keys of one of these cells, which the change log told of.
fn touches(cells: &[i64], keys: &RangeInclusive<i64>) -> bool {
    let first = cells.partition_point(|cell| cell + quadkey::width(LOGGED_ZOOM) <= *keys.start());
    cells.get(first).is_some_and(|cell| cell <= keys.end())
}

/// Removes files that nobody reads any more.
async fn remove_old(api: &Api, current: &[DatasetPart], now: Timestamp) -> Result<(), Trouble> {
    let old = api.catalog.old_parts(now - READABLE, REMOVED_AT_ONCE).await?;
    for part in &old {
        // Equal content has equal keys.
        if !current.iter().any(|other| other.object == part.object) {
            let key: PublicKey = part.object.parse().map_err(|_| Trouble::Key(part.object.clone()))?;
            api.storage.public.remove(&key).await?;
        }
    }
    let files: Vec<String> = old.into_iter().map(|part| part.file).collect();
    Ok(api.catalog.forget_parts(&files).await?)
}

struct Run<'a> {
    api: &'a Api,
    address: String,
    number: i64,
    now: Timestamp,
}

impl Run<'_> {
    /// Writes the file of a tile; none if there is nothing in it.
    async fn write(&self, tile: &str, keys: &RangeInclusive<i64>) -> Result<Option<DatasetPart>, Trouble> {
        let mut writer = PartWriter::new()?;
        let mut after: Option<(i64, PictureId)> = None;
        loop {
            let page = self.api.catalog.dataset_items(keys.clone(), after, PAGE).await?;
            let Some(last) = page.last() else { break };
            let full = page.len() as i64 == PAGE;
            after = Some((quadkey::key(last.item.picture.lon, last.item.picture.lat), last.item.picture.id));
            let (address, license) = (self.address.clone(), self.api.settings.license.clone());
            writer = spawn_blocking(move || {
                let rows: Vec<_> = page.into_iter().filter_map(|item| row(item, &address, &license)).collect();
                writer.write(&rows).map(|()| writer)
            })
            .await??;
            if !full {
                break;
            }
        }
        let Some(finished) = spawn_blocking(move || writer.finish()).await?? else { return Ok(None) };
        let Finished { bytes, rows, bbox: [west, south, east, north], captured } = finished;
        let size = bytes.len() as i64;
        let id = Uuid::new_v5(&PARTS, tile.as_bytes());
        let key = self.api.storage.public.put(id, ObjectKind::Dataset, bytes.into()).await?;
        Ok(Some(DatasetPart {
            file: format!("{tile}-{}.parquet", &key.content_hash()[..16]),
            object: key.to_string(),
            tile: tile.to_owned(),
            keys: keys.clone(),
            pictures: rows,
            size,
            number: self.number,
            as_of: self.now,
            bbox: Bbox { west, south, east, north },
            captured,
            withdrawn: false,
        }))
    }
}
