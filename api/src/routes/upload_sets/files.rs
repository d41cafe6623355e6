//! `GET /upload_sets/{id}/files`.

use axum::{Json, extract::State};
use flaneur_catalog::model::UploadSetId;
use serde::Deserialize;

use super::{told::UploadSetFiles, view};
use crate::{
    Api, ApiResult, Identity, Link, PublicUrl,
    extract::{Path, Query},
    uploader::{missing, own_upload_set},
};

/// Files answered at once. `panoramax_cli` does not follow pages, so a page holds as many as a set may have.
const PAGE: i64 = 100_000;

/// Which part of the list.
#[derive(Debug, Deserialize)]
pub struct Part {
    offset: Option<i64>,
    limit: Option<i64>,
}

/// What became of each file, in the order in which they came. For the set's owner.
#[utoipa::path(
    get, path = "/upload_sets/{id}/files", tag = "Upload",
    params(
        ("id" = String, Path, description = "The set's id"),
        ("offset" = Option<i64>, Query, description = "Files to pass over"),
        ("limit" = Option<i64>, Query, description = "Files at most"),
    ),
    responses(
        (status = 200, description = "The files, refused ones with `rejected: {reason, severity, message}`", body = UploadSetFiles),
        (status = 401, description = "Sign in first", body = crate::error::ErrorBody),
        (status = 403, description = "It belongs to another account", body = crate::error::ErrorBody),
        (status = 404, description = "There is no such set", body = crate::error::ErrorBody),
    )
)]
pub async fn list(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    Path(id): Path<String>,
    Query(part): Query<Part>,
) -> ApiResult<Json<UploadSetFiles>> {
    let id: UploadSetId = id.parse().map_err(|_| missing())?;
    let (set, account) = own_upload_set(&api, &identity, id).await?;
    let offset = part.offset.unwrap_or(0).max(0);
    let limit = part.limit.unwrap_or(PAGE).clamp(1, PAGE);
    let files = api.catalog.files(id, offset, limit).await?;
    let own = url.api(format_args!("/upload_sets/{id}/files"));
    let mut links = vec![Link::json("self", own.clone())];
    if files.len() as i64 == limit {
        links.push(Link::json("next", format!("{own}?offset={}&limit={limit}", offset + limit)));
    }
    let files = files.iter().map(|file| view::file(file, &set, account.id, &url)).collect();
    Ok(Json(UploadSetFiles { files, links }))
}
