//! What tiles and views of panoramas have in common.

use std::sync::Arc;

use flaneur_catalog::{
    CatalogError,
    model::{Item, TileMatrix},
};
use flaneur_jpeg::JpegError;
use flaneur_storage::StorageError;
use http::StatusCode;

use super::{files::public_key, no_item};
use crate::{
    ApiError, ApiResult,
    cutter::{CutError, Panorama},
};

/// The objects of a panorama that the viewer was found to be allowed to see, and its grid; `None` for a flat picture.
pub(super) fn panorama_of(item: &Item) -> ApiResult<Option<(Panorama, TileMatrix)>> {
    let objects = item.picture.objects.as_ref().ok_or_else(no_item)?;
    let Some((index, matrix)) = &objects.tiles else { return Ok(None) };
    Ok(Some((Panorama { master: public_key(&objects.master)?, index: public_key(index)? }, *matrix)))
}

/// What was cut; none if an object of the panorama went away after it was looked up. Fails with what a client is told if
/// nothing was cut.
pub(super) fn made<T>(cut: Result<T, Arc<CutError>>) -> ApiResult<Option<T>> {
    match cut {
        Ok(made) => Ok(Some(made)),
        Err(error) if matches!(*error, CutError::Storage(StorageError::Missing(_))) => Ok(None),
        Err(error) => Err(refusal(&error)),
    }
}

fn refusal(error: &CutError) -> ApiError {
    match error {
        CutError::Storage(error) => error.into(),
        CutError::Picture(JpegError::ViewTooLarge) => ApiError::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "That view shows too much of a panorama of this size; choose a smaller `fov`, or look less far up or down",
        ),
        other => ApiError::internal(other),
    }
}

/// The catalog and the index do not agree.
pub(super) fn other_grid() -> ApiError {
    let text = "its index has another grid than the catalog".to_owned();
    ApiError::internal(&CatalogError::Corrupt { what: "grid of tiles", text })
}
