//! `/pictures/{id}`: one picture, whatever its sequence.

use axum::{extract::State, response::Response};
use flaneur_catalog::model::PictureId;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::asked_for;
use crate::{Api, ApiResult, Identity, PublicUrl, error::ErrorBody, extract::Path, respond::Reply, stac::Item};

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(picture))
}

/// One picture, by its id alone
///
/// The same document as below its sequence.
#[utoipa::path(
    get, path = "/pictures/{id}", tag = "Pictures",
    params(("id" = Uuid, Path, description = "The picture", example = "b8650662-1ef2-4d6f-8bc3-77f4a2896284")),
    responses(
        (status = 200, description = "A STAC Item", content_type = "application/geo+json", body = Item),
        (status = 304, description = "It is as `If-None-Match` says"),
        (status = 404, description = "There is no such picture, as far as this viewer goes. Who sent it is told if it is still being processed", body = ErrorBody,
            example = json!({"message": "Item doesn't exist", "status_code": 404})),
    )
)]
async fn picture(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    reply: Reply,
    Path(id): Path<Uuid>,
) -> ApiResult<Response> {
    reply.geojson(&asked_for(&api, &identity, &url, PictureId(id)).await?)
}

#[cfg(test)]
mod tests {
    use crate::testing::{fixture, link};

    #[tokio::test]
    async fn it_is_the_item_of_its_sequence() {
        let fixture = fixture().await;
        let sequence = fixture.sequence().await;
        let alone = fixture.get(&format!("/pictures/{}", sequence.pictures[0])).await;
        let within = fixture.get(&format!("/collections/{}/items/{}", sequence.id, sequence.pictures[0])).await;
        assert_eq!(alone.json(), within.json());
    }

    #[tokio::test]
    async fn who_may_redact_it_is_told_where() {
        let fixture = fixture().await;
        let sequence = fixture.sequence().await;
        let path = format!("/pictures/{}", sequence.pictures[0]);
        for (who, may) in
            [(None, false), (Some(&fixture.other), false), (Some(&fixture.owner), true), (Some(&fixture.admin), true)]
        {
            let document = fixture.request("GET", &path).of(who).send().await.json();
            let Some(address) = link(&document, "redactions") else {
                assert!(!may, "{path}");
                continue;
            };
            let listed = fixture.request("GET", &address).of(who).send().await;
            assert_eq!((may, listed.status), (true, 200), "{}", listed.text());
            let size = &document["properties"]["pers:interior_orientation"]["sensor_array_dimensions"];
            assert_eq!(size, &serde_json::json!([listed.json()["width"], listed.json()["height"]]));
        }
    }

    #[tokio::test]
    async fn who_sent_it_is_told_how_far_it_is() {
        let fixture = fixture().await;
        let waiting = fixture.waiting_picture().await;
        let path = format!("/pictures/{waiting}");
        let never = "/pictures/00000000-0000-0000-0000-000000000000";
        for viewer in [None, Some(&fixture.other)] {
            let as_viewer = |path| fixture.request("GET", path).of(viewer);
            let (hidden, absent) = (as_viewer(&path).send().await, as_viewer(never).send().await);
            assert_eq!((hidden.status, hidden.text()), (404, absent.text()), "the same as of what never was");
        }
        for viewer in [&fixture.owner, &fixture.admin] {
            let told = fixture.request("GET", &path).of(Some(viewer)).send().await;
            assert_eq!(told.status, 404);
            assert!(told.text().contains("still being processed"));
        }
    }
}
