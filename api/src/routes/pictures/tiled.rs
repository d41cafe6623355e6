//! `/pictures/{id}/tiled/{col}_{row}.jpg`: tiles of a panorama.

use axum::{extract::State, response::Response};
use flaneur_catalog::{
    CatalogError,
    model::{PictureId, TileMatrix},
};
use flaneur_jpeg::TilePack;
use http::{HeaderMap, Method};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    files::{entity_tag, public_key},
    find_item, no_item, send,
};
use crate::{Api, ApiError, ApiResult, Identity, error::ErrorBody, extract::Path, respond::Reply};

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(tile))
}

/// A tile of a panorama
///
/// The grid stands in the item's `tiles:tile_matrix_sets`.
#[utoipa::path(
    get, path = "/pictures/{id}/tiled/{tile}", tag = "Files",
    params(
        ("id" = Uuid, Path, description = "The picture", example = "b8650662-1ef2-4d6f-8bc3-77f4a2896284"),
        ("tile" = String, Path, description = "Column and row, from 0, as `{col}_{row}.jpg`", example = "3_1.jpg"),
    ),
    responses(
        (status = 200, description = "The tile", content_type = "image/jpeg", body = [u8]),
        (status = 206, description = "The bytes that `Range` asks for", content_type = "image/jpeg", body = [u8]),
        (status = 304, description = "It is as `If-None-Match` says"),
        (status = 404, description = "There is no such picture, as far as this viewer goes, or no such tile", body = ErrorBody,
            example = json!({"message": "The picture has 8 columns and 4 rows of tiles, counted from 0", "status_code": 404})),
    )
)]
async fn tile(
    State(api): State<Api>,
    identity: Identity,
    reply: Reply,
    method: Method,
    headers: HeaderMap,
    Path((id, name)): Path<(Uuid, String)>,
) -> ApiResult<Response> {
    let (column, row) = parse_name(&name)
        .ok_or_else(|| ApiError::not_found("Tiles are named after their column and row, such as 3_1.jpg"))?;
    let item = find_item(&api, &identity, PictureId(id)).await?;
    let objects = item.picture.objects.as_ref().ok_or_else(no_item)?;
    let (key, matrix) =
        objects.tiles.as_ref().ok_or_else(|| ApiError::not_found("Tiles are not available for flat pictures"))?;
    if i64::from(column) >= matrix.columns || i64::from(row) >= matrix.rows {
        let (columns, rows) = (matrix.columns, matrix.rows);
        let sentence = format!("The picture has {columns} columns and {rows} rows of tiles, counted from 0");
        return Err(ApiError::not_found(sentence));
    }
    let key = public_key(key)?;
    let tag = entity_tag(&format!("{}-{column}_{row}", key.content_hash()))?;
    if let Some(response) = send::unchanged(&reply, &tag) {
        return Ok(response);
    }
    let header = api.storage.public.read(&key, Some(0..header_len(*matrix)?)).await.map_err(send::gone)?;
    let index = TilePack::parse_index(&header).map_err(|error| ApiError::internal(&error))?;
    let within = index.range(column, row).ok_or_else(|| unreadable("its index has another grid than the catalog"))?;
    send::send(&api, &reply, &method, &headers, &key, Some(within), tag).await
}

/// `3_1.jpg`: column 3, row 1; written in one way only.
fn parse_name(name: &str) -> Option<(u32, u32)> {
    let (column, row) = name.strip_suffix(".jpg")?.split_once('_')?;
    let number = |text: &str| {
        let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let canonical = text == "0" || !text.starts_with('0');
        if plain && canonical { text.parse().ok() } else { None }
    };
    Some((number(column)?, number(row)?))
}

/// Bytes of the index in front of the tiles.
fn header_len(matrix: TileMatrix) -> ApiResult<u64> {
    let side = |tiles: i64| u32::try_from(tiles).ok().filter(|tiles| (1..=64).contains(tiles));
    match (side(matrix.columns), side(matrix.rows)) {
        (Some(columns), Some(rows)) => Ok(TilePack::header_len(columns, rows) as u64),
        _ => Err(unreadable("a grid of more than 64 by 64")),
    }
}

fn unreadable(why: &str) -> ApiError {
    ApiError::internal(&CatalogError::Corrupt { what: "grid of tiles", text: why.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Recipe, fixture, tile_bytes};

    #[test]
    fn names() {
        assert_eq!(parse_name("0_0.jpg"), Some((0, 0)));
        assert_eq!(parse_name("31_15.jpg"), Some((31, 15)));
        for bad in
            ["", "0_0", "0_0.webp", "00_0.jpg", "-1_0.jpg", "+1_0.jpg", "0_0_0.jpg", "99999999999_0.jpg", "_.jpg"]
        {
            assert_eq!(parse_name(bad), None, "{bad}");
        }
    }

    #[tokio::test]
    async fn every_tile_is_cut_out_of_the_pack() {
        let fixture = fixture().await;
        let id = fixture.sequence().await.pictures[0];
        for row in 0..2 {
            for column in 0..4 {
                let answer = fixture.get(&format!("/pictures/{id}/tiled/{column}_{row}.jpg")).await;
                assert_eq!((answer.status, answer.header("content-type")), (200, "image/jpeg"));
                assert_eq!(answer.body, tile_bytes(column, row));
                assert_eq!(answer.header("content-length"), answer.body.len().to_string());
            }
        }
    }

    #[tokio::test]
    async fn tags_and_ranges() {
        let fixture = fixture().await;
        let id = fixture.sequence().await.pictures[0];
        let path = format!("/pictures/{id}/tiled/2_1.jpg");
        let whole = fixture.get(&path).await;
        let part = fixture.request("GET", &path).header("range", "bytes=-2").send().await;
        assert_eq!((part.status, &part.body[..]), (206, &whole.body[whole.body.len() - 2..]));
        let again = fixture.request("GET", &path).header("if-none-match", whole.header("etag")).send().await;
        assert_eq!(again.status, 304);
        let neighbour = fixture.get(&format!("/pictures/{id}/tiled/1_1.jpg")).await;
        assert_ne!(neighbour.header("etag"), whole.header("etag"));
    }

    #[tokio::test]
    async fn there_is_no_such_tile() {
        let fixture = fixture().await;
        let id = fixture.sequence().await.pictures[0];
        let flat = fixture.sequence_with(Recipe::flat).await.pictures[0];
        for (path, message) in [
            (format!("/pictures/{id}/tiled/4_0.jpg"), "4 columns and 2 rows"),
            (format!("/pictures/{id}/tiled/0_2.jpg"), "4 columns and 2 rows"),
            (format!("/pictures/{id}/tiled/0_0.webp"), "such as 3_1.jpg"),
            (format!("/pictures/{flat}/tiled/0_0.jpg"), "flat pictures"),
        ] {
            let answer = fixture.get(&path).await;
            assert_eq!(answer.status, 404, "{path}");
            assert!(answer.text().contains(message), "{path}: {}", answer.text());
        }
    }
}
