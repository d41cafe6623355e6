//! Cuts tiles and views out of the masters of panoramas, and keeps for a while what was just asked for.
//!
//! Nothing here knows who may see what: a handler asks the catalog first, on each request, and comes here only with the keys of
//! what its viewer may see.

mod lanes;

use std::sync::Arc;

use bytes::Bytes;
use flaneur_jpeg::{JpegError, MAX_INDEX, PerspectiveView, TileIndex, Window};
use flaneur_storage::{PublicKey, PublicStore, StorageError};
use futures::{FutureExt as _, TryStreamExt as _};
use moka::future::Cache;

use lanes::Lanes;

/// The part of the memory that indexes get, of so many parts.
const INDEX_SHARE: u64 = 4;
/// Bytes that a parsed index takes for each byte of its object, at most: a stop of 7 bytes becomes one of 24.
const PARSED: u64 = 4;
/// Hexadecimal digits of an index's hash that tell it from other indexes of the same master.
const SHORT_HASH: usize = 16;

/// Makes what is served of panoramas without being stored.
///
/// What is made is kept, up to a number of bytes. What several ask for at once is made once. A panic or an error is told to all
/// who waited, and nothing of it is kept.
pub struct Cutter {
    indexes: Cache<PublicKey, Kept>,
    files: Cache<String, Bytes>,
    lanes: Lanes,
}

/// An index, and the bytes that it takes.
#[derive(Clone)]
struct Kept {
    index: Arc<TileIndex>,
    bytes: u32,
}

/// The objects of a panorama.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Panorama {
    /// The picture.
    pub master: PublicKey,
    /// Where its parts lie in it.
    pub index: PublicKey,
}

impl Panorama {
    /// A name of a part: other content has another one.
    pub(crate) fn part(&self, name: &str) -> String {
        let index = self.index.content_hash();
        format!("{}-{}-{name}", self.master.content_hash(), index.get(..SHORT_HASH).unwrap_or(index))
    }
}

/// Why nothing was cut.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CutError {
    /// An object can't be read.
    #[error("cannot read the panorama")]
    Storage(#[from] StorageError),
    /// The index or the master is not what it has to be.
    #[error("cannot cut the panorama")]
    Picture(#[from] JpegError),
    /// The index is larger than one can be.
    #[error("the index of the panorama has {0} bytes")]
    LargeIndex(u64),
    /// The work panicked, or the process ends.
    #[error("the work on the panorama did not end")]
    Interrupted,
}

type CutResult<T> = Result<T, Arc<CutError>>;

impl std::fmt::Debug for Cutter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cutter").field("lanes", &self.lanes).finish_non_exhaustive()
    }
}

impl Cutter {
    /// Keeps files and indexes of `memory` bytes. Works on as many processor cores as there are; views get half of them, so
    /// that tiles need not wait for them.
    pub fn new(memory: u64) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let for_indexes = memory / INDEX_SHARE;
        Self {
            indexes: Cache::builder().max_capacity(for_indexes).weigher(|_, kept: &Kept| kept.bytes).build(),
            files: Cache::builder()
                .max_capacity(memory - for_indexes)
                .weigher(|name: &String, file: &Bytes| u32::try_from(name.len() + file.len()).unwrap_or(u32::MAX))
                .build(),
            lanes: Lanes::new(cores),
        }
    }

    /// The file of a tile; `None` if the index has no such tile.
    pub(crate) async fn tile(
        &self,
        store: &PublicStore,
        panorama: &Panorama,
        (column, row): (u32, u32),
    ) -> CutResult<Option<Bytes>> {
        let index = self.index(store, panorama).await?;
        let Some(window) = index.tile_window(column, row) else { return Ok(None) };
        let make = async { Ok(self.cut_tile(store, &panorama.master, index, &window, (column, row)).await?) }.boxed();
        self.once(panorama.part(&format!("{column}_{row}")), make).await.map(Some)
    }

    /// The file of a view. `name` tells it from all other views of the panorama.
    pub(crate) async fn view(
        &self,
        store: &PublicStore,
        panorama: &Panorama,
        name: &str,
        view: PerspectiveView,
    ) -> CutResult<Bytes> {
        let make = async {
            let index = self.index(store, panorama).await?;
            Ok(self.make_view(store, &panorama.master, index, view).await?)
        }
        .boxed();
        self.once(panorama.part(name), make).await
    }

    /// A file that is kept, or is being made, or is made now.
    async fn once(&self, name: String, make: impl Future<Output = CutResult<Bytes>>) -> CutResult<Bytes> {
        self.files.try_get_with(name, make).await.map_err(Arc::unwrap_or_clone)
    }

    async fn cut_tile(
        &self,
        store: &PublicStore,
        master: &PublicKey,
        index: Arc<TileIndex>,
        window: &Window,
        (column, row): (u32, u32),
    ) -> Result<Bytes, CutError> {
        let _lane = self.lanes.tile().await?;
        let data = store.read_ranges(master, &index.ranges(window)).await?;
        Ok(self.lanes.on_a_core(move || index.tile(column, row, &data)).await??.into())
    }

    async fn make_view(
        &self,
        store: &PublicStore,
        master: &PublicKey,
        index: Arc<TileIndex>,
        view: PerspectiveView,
    ) -> Result<Bytes, CutError> {
        let _lane = self.lanes.view().await?;
        let windows = index.view_windows(&view)?;
        let data = read_windows(store, master, &index, &windows).await?;
        Ok(self.lanes.on_a_core(move || index.view(&view, &data)).await??.into())
    }

    async fn index(&self, store: &PublicStore, panorama: &Panorama) -> CutResult<Arc<TileIndex>> {
        let key = &panorama.index;
        let make = async {
            let object = store.stream(key, None).await?;
            if object.size > MAX_INDEX as u64 {
                return Err(CutError::LargeIndex(object.size));
            }
            let mut bytes = Vec::with_capacity(object.size as usize);
            let mut parts = object.bytes;
            while let Some(part) = parts.try_next().await? {
                bytes.extend_from_slice(&part);
            }
            let size = u32::try_from(bytes.len() as u64 * PARSED).unwrap_or(u32::MAX);
            let index = self.lanes.on_a_core(move || TileIndex::parse(&bytes)).await??;
            Ok(Kept { index: Arc::new(index), bytes: size })
        }
        .boxed();
        self.indexes.try_get_with_by_ref(key, make).await.map(|kept| kept.index)
    }
}

/// What a view needs of the master, window by window.
async fn read_windows(
    store: &PublicStore,
    master: &PublicKey,
    index: &TileIndex,
    windows: &[Window],
) -> Result<Vec<Vec<Bytes>>, CutError> {
    let ranges: Vec<_> = windows.iter().map(|window| index.ranges(window)).collect();
    let mut read = match store.read_ranges(master, &ranges.concat()).await {
        Err(StorageError::TooLarge { .. }) => return Err(JpegError::ViewTooLarge.into()),
        read => read?.into_iter(),
    };
    Ok(ranges.iter().map(|ranges| read.by_ref().take(ranges.len()).collect()).collect())
}

#[cfg(test)]
mod tests;
