//! `/pictures/{id}/{hd,sd,thumb}.jpg`: the files of a picture.

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use flaneur_access::Viewer;
use flaneur_catalog::{
    CatalogError,
    model::{Item, Objects, PictureId},
};
use flaneur_storage::PublicKey;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{no_item, send, unchanged, with_files};
use crate::{Api, ApiError, ApiResult, Identity, error::ErrorBody, extract::Path, respond::Reply};

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(hd)).routes(routes!(sd)).routes(routes!(thumb))
}

/// Which file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum File {
    /// Full resolution.
    Hd,
    /// At most 2048 pixels wide and high.
    Sd,
    /// 500 pixels wide.
    Thumb,
}

impl File {
    fn key(self, objects: &Objects) -> &str {
        match self {
            Self::Hd => &objects.master,
            Self::Sd => &objects.sd,
            Self::Thumb => &objects.thumb,
        }
    }
}

/// Sends a file of a picture, or the viewer to where it is.
pub(crate) async fn serve_file(
    api: &Api,
    identity: &Identity,
    reply: &Reply,
    method: &Method,
    headers: &HeaderMap,
    id: PictureId,
    file: File,
) -> ApiResult<Response> {
    let send = |item| send_file(api, identity, reply, method, headers, item, file);
    with_files(api, identity, id, send).await
}

/// Sends a file of a picture that the viewer was found to be allowed to see, or the viewer to where it is. None if the file
/// went away after the picture was looked up.
async fn send_file(
    api: &Api,
    identity: &Identity,
    reply: &Reply,
    method: &Method,
    headers: &HeaderMap,
    item: Item,
    file: File,
) -> ApiResult<Option<Response>> {
    let objects = item.picture.objects.as_ref().ok_or_else(no_item)?;
    let key = public_key(file.key(objects))?;
    let tag = entity_tag(key.content_hash())?;
    if let Some(response) = unchanged(reply, &tag) {
        return Ok(Some(response));
    }
    if let Some(cdn) = &api.settings.cdn_url
        && anyone_may_see(api, identity, item.picture.id).await?
    {
        return elsewhere(&cdn.address(&key)).map(Some);
    }
    send(api, reply, method, headers, &key, tag).await
}

/// Whether a picture that this viewer may see is one that anyone may see. What only some may see is never on a CDN, which
/// knows nobody.
async fn anyone_may_see(api: &Api, identity: &Identity, id: PictureId) -> ApiResult<bool> {
    Ok(identity.viewer() == Viewer::Anonymous || api.catalog.item(Viewer::Anonymous, id).await?.is_some())
}

/// Sends the client on. Nobody may keep that answer: tomorrow the picture may be hidden, or gone.
fn elsewhere(address: &str) -> ApiResult<Response> {
    let location = HeaderValue::from_str(address).map_err(|error| ApiError::internal(&error))?;
    let mut response = StatusCode::FOUND.into_response();
    response.headers_mut().insert(header::LOCATION, location);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// The key that the catalog has.
pub(in crate::routes) fn public_key(text: &str) -> ApiResult<PublicKey> {
    text.parse().map_err(|_| {
        ApiError::internal(&CatalogError::Corrupt { what: "key of a public object", text: text.to_owned() })
    })
}

/// A strong entity tag.
pub(in crate::routes) fn entity_tag(text: &str) -> ApiResult<HeaderValue> {
    HeaderValue::from_str(&format!("\"{text}\"")).map_err(|error| ApiError::internal(&error))
}

/// A picture at full resolution
///
/// Redacted, with only the metadata that may be shown. Answers a single `Range`, and 304 to `If-None-Match`.
#[utoipa::path(
    get, path = "/pictures/{id}/hd.jpg", tag = "Files",
    params(("id" = Uuid, Path, description = "The picture", example = "b8650662-1ef2-4d6f-8bc3-77f4a2896284")),
    responses(
        (status = 200, description = "The picture", content_type = "image/jpeg", body = [u8]),
        (status = 206, description = "The bytes that `Range` asks for", content_type = "image/jpeg", body = [u8]),
        (status = 302, description = "Anyone may see the picture, and it is at `Location`; not to be kept"),
        (status = 304, description = "It is as `If-None-Match` says"),
        (status = 404, description = "There is no such picture, as far as this viewer goes", body = ErrorBody,
            example = json!({"message": "Item doesn't exist", "status_code": 404})),
        (status = 416, description = "`Range` begins behind the end", body = ErrorBody,
            example = json!({"message": "the file has 3296119 bytes only", "status_code": 416})),
    )
)]
async fn hd(
    State(api): State<Api>,
    identity: Identity,
    reply: Reply,
    method: Method,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> ApiResult<Response> {
    serve_file(&api, &identity, &reply, &method, &headers, PictureId(id), File::Hd).await
}

/// A picture, at most 2048 pixels wide and high
#[utoipa::path(
    get, path = "/pictures/{id}/sd.jpg", tag = "Files",
    params(("id" = Uuid, Path, description = "The picture", example = "b8650662-1ef2-4d6f-8bc3-77f4a2896284")),
    responses(
        (status = 200, description = "The picture", content_type = "image/jpeg", body = [u8]),
        (status = 206, description = "The bytes that `Range` asks for", content_type = "image/jpeg", body = [u8]),
        (status = 302, description = "Anyone may see the picture, and it is at `Location`; not to be kept"),
        (status = 304, description = "It is as `If-None-Match` says"),
        (status = 404, description = "There is no such picture, as far as this viewer goes", body = ErrorBody,
            example = json!({"message": "Item doesn't exist", "status_code": 404})),
        (status = 416, description = "`Range` begins behind the end", body = ErrorBody,
            example = json!({"message": "the file has 201344 bytes only", "status_code": 416})),
    )
)]
async fn sd(
    State(api): State<Api>,
    identity: Identity,
    reply: Reply,
    method: Method,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> ApiResult<Response> {
    serve_file(&api, &identity, &reply, &method, &headers, PictureId(id), File::Sd).await
}

/// A picture, 500 pixels wide
#[utoipa::path(
    get, path = "/pictures/{id}/thumb.jpg", tag = "Files",
    params(("id" = Uuid, Path, description = "The picture", example = "b8650662-1ef2-4d6f-8bc3-77f4a2896284")),
    responses(
        (status = 200, description = "The picture", content_type = "image/jpeg", body = [u8]),
        (status = 206, description = "The bytes that `Range` asks for", content_type = "image/jpeg", body = [u8]),
        (status = 302, description = "Anyone may see the picture, and it is at `Location`; not to be kept"),
        (status = 304, description = "It is as `If-None-Match` says"),
        (status = 404, description = "There is no such picture, as far as this viewer goes", body = ErrorBody,
            example = json!({"message": "Item doesn't exist", "status_code": 404})),
        (status = 416, description = "`Range` begins behind the end", body = ErrorBody,
            example = json!({"message": "the file has 38529 bytes only", "status_code": 416})),
    )
)]
async fn thumb(
    State(api): State<Api>,
    identity: Identity,
    reply: Reply,
    method: Method,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> ApiResult<Response> {
    serve_file(&api, &identity, &reply, &method, &headers, PictureId(id), File::Thumb).await
}

#[cfg(test)]
mod tests {
    use crate::testing::{Fixture, FixtureBuilder, fixture};
    use flaneur_access::Visibility;

    #[tokio::test]
    async fn whole_parts_and_heads() {
        let fixture = fixture().await;
        let id = fixture.sequence().await.pictures[0];
        for name in ["hd", "sd", "thumb"] {
            let path = format!("/pictures/{id}/{name}.jpg");
            let whole = fixture.get(&path).await;
            let size = whole.body.len();
            assert_eq!((whole.status, whole.header("content-type")), (200, "image/jpeg"));
            assert_eq!(whole.header("content-length"), size.to_string());
            assert_eq!(whole.header("cache-control"), "no-cache");
            assert_eq!(whole.header("accept-ranges"), "bytes");
            assert!(!whole.header("etag").starts_with("W/"), "strong");

            let head = fixture.request("HEAD", &path).send().await;
            assert_eq!((head.status, head.body.len(), head.header("content-length")), (200, 0, &*size.to_string()));
            assert_eq!(head.header("etag"), whole.header("etag"));

            let part = fixture.request("GET", &path).header("range", "bytes=3-6").send().await;
            assert_eq!((part.status, &part.body[..]), (206, &whole.body[3..7]));
            assert_eq!(part.header("content-range"), format!("bytes 3-6/{size}"));
            assert_eq!(part.header("content-length"), "4");

            let beyond = fixture.request("GET", &path).header("range", "bytes=999999999-").send().await;
            assert_eq!((beyond.status, beyond.header("content-range")), (416, &*format!("bytes */{size}")));

            let two = fixture.request("GET", &path).header("range", "bytes=0-1,4-5").send().await;
            assert_eq!((two.status, two.body.len()), (200, size));
        }
    }

    #[tokio::test]
    async fn what_the_client_has_is_not_sent_again() {
        let fixture = fixture().await;
        let id = fixture.sequence().await.pictures[0];
        let path = format!("/pictures/{id}/sd.jpg");
        let tag = fixture.get(&path).await.header("etag").to_owned();
        let again = fixture.request("GET", &path).header("if-none-match", &tag).send().await;
        assert_eq!((again.status, again.body.len(), again.header("etag")), (304, 0, &*tag));
        let other = fixture.request("GET", &path).header("if-none-match", "\"other\"").send().await;
        assert_eq!(other.status, 200);

        let ranged = |if_range| fixture.request("GET", &path).header("range", "bytes=0-0").header("if-range", if_range);
        assert_eq!(ranged(&tag).send().await.status, 206);
        assert_eq!(ranged("\"other\"").send().await.status, 200, "the part would not fit what the client has");
    }

    #[tokio::test]
    async fn nothing_private_is_kept_by_shared_caches() {
        let fixture = fixture().await;
        let id = fixture.sequence().await.pictures[0];
        let answer = fixture.request("GET", &format!("/pictures/{id}/sd.jpg")).of(Some(&fixture.other)).send().await;
        assert_eq!(answer.header("cache-control"), "private, no-cache");
        assert_eq!(answer.header("vary"), "authorization, cookie");
    }

    #[tokio::test]
    async fn other_formats_and_other_pictures() {
        let fixture = fixture().await;
        let id = fixture.sequence().await.pictures[0];
        for path in [
            format!("/pictures/{id}/hd.webp"),
            format!("/pictures/{id}/original.jpg"),
            "/pictures/nope/hd.jpg".to_owned(),
            "/pictures/00000000-0000-0000-0000-000000000000/hd.jpg".to_owned(),
        ] {
            let answer = fixture.get(&path).await;
            assert_eq!((answer.status, &answer.json()["status_code"]), (404, &404.into()), "{path}");
        }
    }

    #[tokio::test]
    async fn an_object_that_is_gone_is_a_picture_that_is_gone() {
        let fixture = fixture().await;
        let id = fixture.sequence().await.pictures[0];
        for key in fixture.api.storage.public.list(100).await.unwrap() {
            fixture.api.storage.public.remove(&key).await.unwrap();
        }
        let answer = fixture.get(&format!("/pictures/{id}/hd.jpg")).await;
        assert_eq!((answer.status, &answer.json()["message"]), (404, &"Item doesn't exist".into()));
    }

    #[tokio::test]
    async fn what_anyone_may_see_is_at_the_cdn() {
        let fixture = behind_a_cdn().await;
        let sequence = fixture.sequence().await;
        let id = sequence.pictures[0];
        let objects = fixture.api.catalog.picture(id).await.unwrap().unwrap().objects.unwrap();
        for (name, key) in [("hd", &objects.master), ("sd", &objects.sd), ("thumb", &objects.thumb)] {
            let path = format!("/pictures/{id}/{name}.jpg");
            for viewer in [None, Some(&fixture.other), Some(&fixture.owner)] {
                for method in ["GET", "HEAD"] {
                    let answer = fixture.request(method, &path).of(viewer).send().await;
                    assert_eq!((answer.status, answer.body.len()), (302, 0));
                    assert_eq!(answer.header("location"), format!("https://cdn.example.org/pictures/{key}"));
                    assert_eq!(answer.header("cache-control"), "no-store");
                }
            }
            let held = format!("\"{}\"", key.parse::<flaneur_storage::PublicKey>().unwrap().content_hash());
            let answer = fixture.request("GET", &path).header("if-none-match", &held).send().await;
            assert_eq!((answer.status, answer.header("etag")), (304, &*held), "who has it is not sent around");
        }
        let thumb = fixture.get(&format!("/collections/{}/thumb.jpg", sequence.id)).await;
        assert_eq!(thumb.header("location"), format!("https://cdn.example.org/pictures/{}", objects.thumb));
        let tile = fixture.get(&format!("/pictures/{id}/tiled/0_0.jpg")).await;
        assert_eq!(tile.status, 200, "a tile is no object: a CDN knows nothing of it");
    }

    #[tokio::test]
    async fn what_only_some_may_see_is_served_from_here() {
        let fixture = behind_a_cdn().await;
        for visibility in [Visibility::LoggedOnly, Visibility::OwnerOnly] {
            let sequence = fixture.sequence_with(|recipe| recipe.visible_to(visibility)).await;
            let paths = ["hd", "sd", "thumb"].map(|name| format!("/pictures/{}/{name}.jpg", sequence.pictures[0]));
            for path in paths.iter().chain([&format!("/collections/{}/thumb.jpg", sequence.id)]) {
                for viewer in [None, Some(&fixture.other), Some(&fixture.owner), Some(&fixture.admin)] {
                    for method in ["GET", "HEAD"] {
                        let answer = fixture.request(method, path).of(viewer).send().await;
                        assert!(matches!(answer.status, 200 | 404), "{path}: {}", answer.status);
                        assert_eq!(answer.header("location"), "", "{path}");
                    }
                }
                let own = fixture.request("GET", path).of(Some(&fixture.owner)).send().await;
                assert_eq!((own.status, own.header("cache-control")), (200, "private, no-cache"));
                assert_eq!(fixture.get(path).await.status, 404);
            }
        }
    }

    async fn behind_a_cdn() -> Fixture {
        let cdn = "https://cdn.example.org/pictures/".parse().unwrap();
        FixtureBuilder::default().settings(|settings| settings.cdn_url = Some(cdn)).build().await
    }
}
