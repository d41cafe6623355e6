//! `/collections/{id}/thumb.jpg`: what a sequence looks like.

use axum::{extract::State, response::Response};
use flaneur_catalog::model::SequenceId;
use http::{HeaderMap, Method};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    Api, ApiError, ApiResult, Identity,
    error::ErrorBody,
    extract::Path,
    respond::Reply,
    routes::pictures::{File, serve_file},
};

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(thumb))
}

/// The thumbnail of a sequence's first picture
#[utoipa::path(
    get, path = "/collections/{id}/thumb.jpg", tag = "Sequences",
    params(("id" = Uuid, Path, description = "The sequence", example = "f6a2f13d-0676-4f8c-81c6-c7ec5ef10e72")),
    responses(
        (status = 200, description = "The picture, 500 pixels wide", content_type = "image/jpeg", body = [u8]),
        (status = 302, description = "Anyone may see the picture, and it is at `Location`; not to be kept"),
        (status = 304, description = "It is as `If-None-Match` says"),
        (status = 404, description = "There is no such sequence, as far as this viewer goes, or nothing to show", body = ErrorBody,
            example = json!({"message": "Collection doesn't exist", "status_code": 404})),
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
    let first = api.catalog.sequence_items(identity.viewer(), SequenceId(id), 0, 1).await?;
    let first = first.into_iter().next().ok_or_else(|| ApiError::not_found("Collection doesn't exist"))?;
    serve_file(&api, &identity, &reply, &method, &headers, first.picture.id, File::Thumb).await
}

#[cfg(test)]
mod tests {
    use crate::testing::fixture;

    #[tokio::test]
    async fn it_is_the_first_picture_s() {
        let fixture = fixture().await;
        let sequence = fixture.sequence().await;
        let answer = fixture.get(&format!("/collections/{}/thumb.jpg", sequence.id)).await;
        assert_eq!(answer.header("content-type"), "image/jpeg");
        let picture = fixture.get(&format!("/pictures/{}/thumb.jpg", sequence.pictures[0])).await;
        assert_eq!(answer.body, picture.body);
        assert_eq!(fixture.get(&format!("/collections/{}/thumb.jpg", sequence.pictures[0])).await.status, 404);
    }
}
