//! `/pictures/{id}/tiled/{col}_{row}.jpg`: tiles of a panorama.

use axum::{extract::State, response::Response};
use flaneur_catalog::model::{Item, PictureId};
use http::{HeaderMap, Method};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    files::entity_tag,
    panorama::{made, other_grid, panorama_of},
    send, with_files,
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
    let send = |item| send_tile(&api, &reply, &method, &headers, item, (column, row));
    with_files(&api, &identity, PictureId(id), send).await
}

/// None if the files of the panorama went away after it was looked up.
async fn send_tile(
    api: &Api,
    reply: &Reply,
    method: &Method,
    headers: &HeaderMap,
    item: Item,
    (column, row): (u32, u32),
) -> ApiResult<Option<Response>> {
    let (panorama, matrix) =
        panorama_of(&item)?.ok_or_else(|| ApiError::not_found("Tiles are not available for flat pictures"))?;
    if i64::from(column) >= matrix.columns || i64::from(row) >= matrix.rows {
        let (columns, rows) = (matrix.columns, matrix.rows);
        let sentence = format!("The picture has {columns} columns and {rows} rows of tiles, counted from 0");
        return Err(ApiError::not_found(sentence));
    }
    let tag = entity_tag(&panorama.part(&format!("{column}_{row}")))?;
    if let Some(response) = send::unchanged(reply, &tag) {
        return Ok(Some(response));
    }
    let Some(tile) = made(api.cutter.tile(&api.storage.public, &panorama, (column, row)).await)? else {
        return Ok(None);
    };
    let file = tile.ok_or_else(other_grid)?;
    Ok(Some(send::send_made(reply, method, headers, &file, tag)))
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

#[cfg(test)]
mod tests {
    use super::*;
    use flaneur_storage::{ObjectKind, PublicKey};

    use crate::testing::{Recipe, crop, fixture, pixels};

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
    async fn every_tile_shows_its_part_of_the_picture() {
        let fixture = fixture().await;
        let id = fixture.sequence().await.pictures[0];
        let whole = pixels(&fixture.get(&format!("/pictures/{id}/hd.jpg")).await.body);
        for row in 0..2 {
            for column in 0..4 {
                let answer = fixture.get(&format!("/pictures/{id}/tiled/{column}_{row}.jpg")).await;
                assert_eq!((answer.status, answer.header("content-type")), (200, "image/jpeg"));
                assert!(pixels(&answer.body) == crop(&whole, (column * 64, row * 64), (64, 64)), "{column} {row}");
                assert_eq!(answer.header("content-length"), answer.body.len().to_string());
                assert_eq!(answer.header("cache-control"), "no-cache");
                assert_eq!(answer.header("accept-ranges"), "bytes");
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
        let head = fixture.request("HEAD", &path).send().await;
        assert_eq!((head.status, head.body.len(), head.header("etag")), (200, 0, whole.header("etag")));
        assert_eq!(head.header("content-length"), whole.body.len().to_string());
        let beyond = fixture.request("GET", &path).header("range", "bytes=9999999-").send().await;
        assert_eq!((beyond.status, beyond.header("content-range")), (416, &*format!("bytes */{}", whole.body.len())));
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

    #[tokio::test]
    async fn what_cannot_be_read_is_our_fault_and_what_is_gone_is_gone() {
        let fixture = fixture().await;
        let ids = fixture.sequence().await.pictures;
        let store = &fixture.api.storage.public;
        let folder = fixture.public_folder();
        let key = |text: String| text.parse::<PublicKey>().unwrap();
        let mut objects = Vec::new();
        for id in &ids {
            objects.push(fixture.api.catalog.picture(*id).await.unwrap().unwrap().objects.unwrap());
        }
        let index = objects[0].tiles.clone().unwrap().0;
        std::fs::write(folder.join(&index), b"FLNTILES\x01\0\x04\0\x02\0\0\0").unwrap();
        let damaged = fixture.get(&format!("/pictures/{}/tiled/0_0.jpg", ids[0])).await;
        assert_eq!(damaged.status, 500, "{}", damaged.text());
        assert!(!damaged.text().contains("index"), "{}", damaged.text());
        let master = key(objects[1].master.clone());
        assert_eq!(master.kind(), ObjectKind::Master);
        store.remove(&master).await.unwrap();
        let gone = fixture.get(&format!("/pictures/{}/tiled/0_0.jpg", ids[1])).await;
        assert_eq!((gone.status, &gone.json()["message"]), (404, &"Item doesn't exist".into()));
    }
}
