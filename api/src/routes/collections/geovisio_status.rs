//! `/collections/{id}/geovisio_status`: how far a sequence's pictures are.

use axum::{extract::State, response::Response};
use flaneur_access::{Action, Subject, decide};
use flaneur_catalog::model::{Item, PictureId, PictureStatus, SequenceId};
use serde::Serialize;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    Api, ApiResult, Identity,
    error::ErrorBody,
    extract::Path,
    respond::Reply,
    routes::pictures::unfinished_status,
    stac::{collection::status_name, utc},
};

/// Most pictures listed: more than any sequence that walks and drives make.
const MOST: i64 = 10_000;

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(geovisio_status))
}

/// How far a sequence is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct SequenceProgress {
    /// `ready`, or `preparing` while pictures are missing.
    status: &'static str,
    /// The pictures, in order.
    items: Vec<PictureProgress>,
}

/// How far a picture is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct PictureProgress {
    #[schema(value_type = Uuid)]
    id: PictureId,
    /// Place in the sequence, from 1.
    rank: Option<i64>,
    /// `ready`, `waiting-for-process` or `broken`.
    status: &'static str,
    /// When it last changed.
    processed_at: String,
    processing_in_progress: bool,
    nb_errors: i64,
}

/// How far a sequence's pictures are
///
/// Lists the pictures that are ready; for who may manage the sequence also those that are not, or could not be made ready.
#[utoipa::path(
    get, path = "/collections/{id}/geovisio_status", tag = "Sequences",
    params(("id" = Uuid, Path, description = "The sequence", example = "f6a2f13d-0676-4f8c-81c6-c7ec5ef10e72")),
    responses(
        (status = 200, description = "The state of the sequence and its pictures", body = SequenceProgress),
        (status = 404, description = "There is no such sequence, as far as this viewer goes", body = ErrorBody,
            example = json!({"message": "Collection doesn't exist", "status_code": 404})),
    )
)]
async fn geovisio_status(
    State(api): State<Api>,
    identity: Identity,
    reply: Reply,
    Path(id): Path<Uuid>,
) -> ApiResult<Response> {
    let sequence = super::one::find_sequence(&api, &identity, SequenceId(id)).await?;
    let items = api.catalog.sequence_items(identity.viewer(), sequence.id, 0, MOST).await?;
    let progress = |item: Item, status| PictureProgress {
        id: item.picture.id,
        rank: item.picture.rank,
        status,
        processed_at: utc(item.picture.updated_at),
        processing_in_progress: item.picture.status == PictureStatus::Waiting,
        nb_errors: i64::from(item.picture.status == PictureStatus::Broken),
    };
    let mut items: Vec<PictureProgress> = items.into_iter().map(|item| progress(item, "ready")).collect();
    let subject = Subject { owner: sequence.account.0, visibility: sequence.visibility, published: true };
    if decide(identity.viewer(), Action::Manage, subject).is_ok() {
        let unfinished = api.catalog.unfinished_items(sequence.id, MOST).await?;
        items.extend(unfinished.into_iter().map(|item| {
            let status = unfinished_status(item.picture.status);
            progress(item, status)
        }));
        items.sort_by_key(|item| item.rank);
    }
    reply.json(&SequenceProgress { status: status_name(sequence.status), items })
}

#[cfg(test)]
mod tests {
    use crate::testing::fixture;

    #[tokio::test]
    async fn a_sequence_that_is_ready() {
        let fixture = fixture().await;
        let sequence = fixture.sequence().await;
        let status = fixture.get(&format!("/collections/{}/geovisio_status", sequence.id)).await.json();
        assert_eq!(status["status"], "ready");
        let items = status["items"].as_array().unwrap();
        assert_eq!(items.len(), 3);
        assert_eq!((&items[1]["id"], &items[1]["rank"]), (&sequence.pictures[1].to_string().into(), &2.into()));
    }
}
