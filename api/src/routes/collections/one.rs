//! `/collections/{id}`: one sequence.

use axum::{extract::State, response::Response};
use flaneur_access::Subject;
use flaneur_catalog::model::{Sequence, SequenceId};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    Api, ApiError, ApiResult, Identity, PublicUrl, error::ErrorBody, extract::Path, respond::Reply,
    routes::edits::permission_links, stac::Collection,
};

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(collection))
}

/// One sequence
///
/// Its owner also sees it while its pictures are still being processed.
#[utoipa::path(
    get, path = "/collections/{id}", tag = "Sequences",
    params(("id" = Uuid, Path, description = "The sequence", example = "f6a2f13d-0676-4f8c-81c6-c7ec5ef10e72")),
    responses(
        (status = 200, description = "A STAC Collection", body = Collection),
        (status = 304, description = "It is as `If-None-Match` says"),
        (status = 404, description = "There is no such sequence, as far as this viewer goes", body = ErrorBody,
            example = json!({"message": "Collection doesn't exist", "status_code": 404})),
    )
)]
async fn collection(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    reply: Reply,
    Path(id): Path<Uuid>,
) -> ApiResult<Response> {
    let sequence = find_sequence(&api, &identity, SequenceId(id)).await?;
    reply.json(&collection_document(&api, &identity, &url, sequence).await?)
}

/// A sequence asked for by its id: who is signed in gets links to what they may do with it.
pub(crate) async fn collection_document(
    api: &Api,
    identity: &Identity,
    url: &PublicUrl,
    sequence: Sequence,
) -> ApiResult<Collection> {
    let subject = Subject { owner: sequence.account.0, visibility: sequence.visibility, published: true };
    let own = url.api(format_args!("/collections/{}", sequence.id));
    let mut document = Collection::new(sequence, url, &api.settings.license);
    document.links.extend(permission_links(api, identity, subject, &own, false).await?);
    Ok(document)
}

/// A sequence that the viewer may see, or 404.
pub(crate) async fn find_sequence(api: &Api, identity: &Identity, id: SequenceId) -> ApiResult<Sequence> {
    let sequence = api.catalog.sequence(identity.viewer(), id).await?;
    sequence.ok_or_else(|| ApiError::not_found("Collection doesn't exist"))
}

#[cfg(test)]
mod tests {
    use crate::testing::{fixture, link, redacted};

    #[tokio::test]
    async fn a_collection() {
        let fixture = fixture().await;
        let sequence = fixture.sequence().await;
        let answer = fixture.get(&format!("/collections/{}", sequence.id)).await;
        assert_eq!(answer.header("content-type"), "application/json");
        insta::assert_json_snapshot!("collection", redacted(&answer.json(), &sequence));
    }

    #[tokio::test]
    async fn who_may_delete_it_gets_the_link() {
        let fixture = fixture().await;
        let sequence = fixture.sequence().await;
        for path in [
            format!("/collections/{}", sequence.id),
            format!("/collections/{}/items/{}", sequence.id, sequence.pictures[0]),
        ] {
            for (viewer, may) in [
                (None, false),
                (Some(&fixture.other), false),
                (Some(&fixture.owner), true),
                (Some(&fixture.admin), true),
            ] {
                let answer = fixture.request("GET", &path).of(viewer).send().await.json();
                assert_eq!(link(&answer, "delete").is_some(), may, "{path}");
            }
        }
    }

    #[tokio::test]
    async fn what_is_no_sequence() {
        let fixture = fixture().await;
        for id in ["00000000-0000-0000-0000-000000000000", "nope", "%00"] {
            let answer = fixture.get(&format!("/collections/{id}")).await;
            assert_eq!(answer.status, 404, "{id}");
            assert_eq!(answer.json()["status_code"], 404, "{id}");
        }
    }

    #[tokio::test]
    async fn it_is_not_sent_twice() {
        let fixture = fixture().await;
        let path = format!("/collections/{}", fixture.sequence().await.id);
        let first = fixture.get(&path).await;
        let again = fixture.request("GET", &path).header("if-none-match", first.header("etag")).send().await;
        assert_eq!((again.status, again.body.len()), (304, 0));
        assert_eq!(again.header("vary"), "authorization, cookie");
    }
}
