//! What the tiler asks for. Only published pictures, and of these only what the viewer may see.

use std::ops::RangeInclusive;

use async_trait::async_trait;
use flaneur_access::Viewer;

use crate::{
    Result,
    model::{AccountId, GridCell, PictureMark, SequenceMark},
};

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
    /// Sequences whose track may touch the tile (it touches a cell that does), the newest capture date first.
    async fn sequence_marks(
        &self,
        viewer: Viewer,
        account: Option<AccountId>,
        keys: RangeInclusive<i64>,
        limit: i64,
    ) -> Result<Vec<SequenceMark>>;
    /// Pictures in the tile, the newest first.
    async fn picture_marks(
        &self,
        viewer: Viewer,
        account: Option<AccountId>,
        keys: RangeInclusive<i64>,
        limit: i64,
    ) -> Result<Vec<PictureMark>>;
}
