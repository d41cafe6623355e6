//! The objects of a picture, from bytes to keys.

use bytes::Bytes;
use flaneur_catalog::model::{Objects, PictureId, TileMatrix};
use flaneur_jpeg::TileGrid;
use flaneur_storage::{ObjectKind, PublicKey, Storage, StorageError};

/// What is made of a picture to be shown, verified.
#[derive(Debug, Clone)]
pub struct Made {
    /// Full resolution.
    pub master: Bytes,
    /// At most 2048 pixels wide and high; none where the master is no larger, and is served in its place.
    pub sd: Option<Bytes>,
    /// 500 pixels wide.
    pub thumb: Bytes,
    /// All tiles in one object, with their grid; panoramas only.
    pub tiles: Option<(Bytes, TileGrid)>,
    /// The coefficients that were removed, as [`crate::Surgery::restore`] takes them; none where they are not known.
    pub removed: Option<Vec<u8>>,
}

/// Stores what was made, each object read back. Answers what to tell the catalog, and every key.
pub async fn store(
    storage: &Storage,
    picture: PictureId,
    made: Made,
) -> Result<(Objects, Vec<PublicKey>), StorageError> {
    let public = &storage.public;
    let id = picture.0;
    let master_size = made.master.len() as i64;
    let master = public.put(id, ObjectKind::Master, made.master).await?;
    let sd = match made.sd {
        Some(sd) => Some(public.put(id, ObjectKind::Sd, sd).await?),
        None => None,
    };
    let thumb = public.put(id, ObjectKind::Thumb, made.thumb).await?;
    let tiles = match made.tiles {
        None => None,
        Some((bytes, grid)) => {
            let key = public.put(id, ObjectKind::Tiles, bytes).await?;
            let matrix = TileMatrix {
                columns: i64::from(grid.columns),
                rows: i64::from(grid.rows),
                tile_width: i64::from(grid.tile_width),
                tile_height: i64::from(grid.tile_height),
            };
            Some((key, matrix))
        }
    };
    let keys: Vec<PublicKey> = [Some(&master), sd.as_ref(), Some(&thumb), tiles.as_ref().map(|(key, _)| key)]
        .into_iter()
        .flatten()
        .cloned()
        .collect();
    let objects = Objects {
        sd: sd.unwrap_or_else(|| master.clone()).into(),
        master: master.into(),
        master_size,
        thumb: thumb.into(),
        tiles: tiles.map(|(key, matrix)| (key.into(), matrix)),
    };
    Ok((objects, keys))
}
