//! What the tiler asks for. Only published pictures, and of these only what the viewer may see.

use std::{collections::HashSet, ops::RangeInclusive};

use async_trait::async_trait;
use flaneur_access::Viewer;
use flaneur_coverage::quadkey::Tile;
use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    Result,
    model::{AccountId, DrawnTile, GridCell, PictureMark, PicturePlace, SequenceMark, SequenceMarkPlace, Sight},
};

/// The zoom level of the cells by which [`Coverage::covered`] tells where there is something: 2.4 km wide at the equator.
pub const COVERED_ZOOM: u8 = crate::stored::cells::ZOOM;

/// The coverage map. A range of keys is one tile (see [`flaneur_coverage::quadkey::Tile::keys`]); `account` narrows to
/// what is that account's.
#[async_trait]
pub trait Coverage: Send + Sync {
    /// Pictures counted per cell of the zoom level `zoom` (at most [`flaneur_coverage::quadkey::ZOOM`]). Cells without
    /// pictures are left out.
    async fn grid(
        &self,
        viewer: Viewer,
        account: Option<AccountId>,
        keys: RangeInclusive<i64>,
        zoom: u8,
    ) -> Result<Vec<GridCell>>;
    /// Sequences whose track may touch the tile (it touches a cell that does), the newest capture date first: at most `limit`,
    /// those behind `after`.
    async fn sequence_marks(
        &self,
        viewer: Viewer,
        account: Option<AccountId>,
        keys: RangeInclusive<i64>,
        after: Option<SequenceMarkPlace>,
        limit: i64,
    ) -> Result<Vec<SequenceMark>>;
    /// Pictures in the tile, the newest first: at most `limit`, those behind `after`.
    async fn picture_marks(
        &self,
        viewer: Viewer,
        account: Option<AccountId>,
        keys: RangeInclusive<i64>,
        after: Option<PicturePlace>,
        limit: i64,
    ) -> Result<Vec<PictureMark>>;
    /// Which of these pictures (in themselves or in a part of them) and sequences have a tag of this key, and, if it is given,
    /// of this value.
    async fn tagged(&self, ids: &[Uuid], key: &str, value: Option<&str>) -> Result<HashSet<Uuid>>;
    /// Cells of the zoom level [`COVERED_ZOOM`] that the viewer sees a picture in or a track cross, by their first keys, in
    /// order: at most `limit`, those behind `after`. Tiles up to that zoom level show something only where these are.
    async fn covered(&self, viewer: Viewer, after: Option<i64>, limit: i64) -> Result<Vec<i64>>;
    /// The tile as it was kept last, with what changed in it since. Its bytes are left out where `held` is their tag.
    async fn kept_tile(&self, tile: Tile, held: Option<&str>) -> Result<Option<DrawnTile>>;
    /// What is to be seen now: for whoever is about to look, and then to keep a tile of what was seen.
    async fn sight(&self) -> Result<Sight>;
    /// Keeps a tile for anonymous viewers, drawn at `now` from what was looked up after `sight`, in place of one that was
    /// drawn before. Must follow within a minute.
    async fn keep_tile(&self, tile: Tile, sight: &Sight, tag: &str, body: &[u8], now: Timestamp) -> Result<()>;
}
