//! `/collections/{collection}/items/{id}`: one picture, as part of its sequence.

use axum::{extract::State, response::Response};
use flaneur_catalog::model::{PictureId, SequenceId};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    Api, ApiResult, Identity, PublicUrl,
    error::ErrorBody,
    extract::Path,
    respond::Reply,
    routes::pictures::{asked_for, no_item},
    stac::Item,
};

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(item))
}

/// One picture
///
/// Who may manage it also sees it before it is ready (`geovisio:status`). Its links lead to the pictures before and after it and to those close by in other sequences.
#[utoipa::path(
    get, path = "/collections/{collection}/items/{id}", tag = "Pictures",
    params(
        ("collection" = Uuid, Path, description = "The sequence", example = "f6a2f13d-0676-4f8c-81c6-c7ec5ef10e72"),
        ("id" = Uuid, Path, description = "The picture", example = "b8650662-1ef2-4d6f-8bc3-77f4a2896284"),
    ),
    responses(
        (status = 200, description = "A STAC Item", content_type = "application/geo+json", body = Item),
        (status = 304, description = "It is as `If-None-Match` says"),
        (status = 404, description = "There is no such picture in this sequence, as far as this viewer goes", body = ErrorBody,
            example = json!({"message": "Item doesn't exist", "status_code": 404})),
    )
)]
async fn item(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    reply: Reply,
    Path((sequence, picture)): Path<(Uuid, Uuid)>,
) -> ApiResult<Response> {
    let item = asked_for(&api, &identity, &url, PictureId(picture)).await?;
    if item.collection != Some(SequenceId(sequence)) {
        return Err(no_item());
    }
    reply.geojson(&item)
}

#[cfg(test)]
mod tests {
    use crate::testing::{Recipe, fixture, redacted};

    #[tokio::test]
    async fn a_panorama() {
        let fixture = fixture().await;
        let sequence = fixture.sequence().await;
        let path = format!("/collections/{}/items/{}", sequence.id, sequence.pictures[1]);
        let answer = fixture.get(&path).await;
        assert_eq!(answer.header("content-type"), "application/geo+json");
        insta::assert_json_snapshot!("item_panorama", redacted(&answer.json(), &sequence));
        assert!(answer.text().contains("\"field_of_view\":360,"), "a whole number, as harvesters compare it");
    }

    #[tokio::test]
    async fn a_flat_picture_of_unknown_heading() {
        let fixture = fixture().await;
        let sequence = fixture.sequence_with(Recipe::flat).await;
        let path = format!("/collections/{}/items/{}", sequence.id, sequence.pictures[0]);
        let item = fixture.get(&path).await.json();
        assert_eq!(item["properties"]["view:azimuth"], 0);
        assert_eq!(item["properties"]["flaneur:heading_source"], "none");
        assert!(item["properties"].get("tiles:tile_matrix_sets").is_none());
        assert!(item.get("asset_templates").is_none());
    }

    #[tokio::test]
    async fn only_in_its_own_sequence() {
        let fixture = fixture().await;
        let (sequence, other) = (fixture.sequence().await, fixture.sequence().await);
        for (collection, picture) in [
            (other.id.to_string(), sequence.pictures[0].to_string()),
            (sequence.id.to_string(), sequence.id.to_string()),
            (sequence.id.to_string(), "nope".to_owned()),
        ] {
            let answer = fixture.get(&format!("/collections/{collection}/items/{picture}")).await;
            assert_eq!(answer.status, 404, "{collection} {picture}");
        }
    }
}
