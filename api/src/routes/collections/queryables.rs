//! `/queryables`, `/collections/queryables` and `/collections/{id}/queryables`: what filters may ask for.

use axum::{extract::State, response::Response};
use flaneur_catalog::model::{PictureProperty, SequenceId, SequenceProperty};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    Api, ApiResult, Identity, PublicUrl, cql2::Vocabulary as _, error::ErrorBody, extract::Path, links::QUERYABLES,
    respond::Reply,
};

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(of_pictures)).routes(routes!(of_sequences)).routes(routes!(within_sequence))
}

/// What filters of pictures may ask for
#[utoipa::path(
    get, path = "/queryables", tag = "Catalog",
    responses((status = 200, description = "A JSON Schema", content_type = "application/schema+json", body = Object,
        example = json!({"$schema": "https://json-schema.org/draft/2019-09/schema", "$id": "https://pics.example.org/api/queryables",
            "type": "object", "properties": {"make": {"type": "string", "description": "Manufacturer of the camera"}}})))
)]
async fn of_pictures(url: PublicUrl, reply: Reply) -> ApiResult<Response> {
    reply.document(QUERYABLES, &PictureProperty::queryables(&url.api("/queryables")))
}

/// What filters of sequences may ask for
#[utoipa::path(
    get, path = "/collections/queryables", tag = "Catalog",
    responses((status = 200, description = "A JSON Schema", content_type = "application/schema+json", body = Object,
        example = json!({"$schema": "https://json-schema.org/draft/2019-09/schema",
            "$id": "https://pics.example.org/api/collections/queryables", "type": "object",
            "properties": {"title": {"type": "string", "description": "Its title"}}})))
)]
async fn of_sequences(url: PublicUrl, reply: Reply) -> ApiResult<Response> {
    reply.document(QUERYABLES, &SequenceProperty::queryables(&url.api("/collections/queryables")))
}

/// What filters of the pictures of a sequence may ask for: the same as of all
#[utoipa::path(
    get, path = "/collections/{id}/queryables", tag = "Sequences",
    params(("id" = Uuid, Path, description = "The sequence", example = "f6a2f13d-0676-4f8c-81c6-c7ec5ef10e72")),
    responses(
        (status = 200, description = "A JSON Schema", content_type = "application/schema+json", body = Object,
            example = json!({"$schema": "https://json-schema.org/draft/2019-09/schema", "type": "object"})),
        (status = 404, description = "There is no such sequence, as far as this viewer goes", body = ErrorBody,
            example = json!({"message": "Collection doesn't exist", "status_code": 404})),
    )
)]
async fn within_sequence(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    reply: Reply,
    Path(id): Path<Uuid>,
) -> ApiResult<Response> {
    super::one::find_sequence(&api, &identity, SequenceId(id)).await?;
    reply.document(QUERYABLES, &PictureProperty::queryables(&url.api(format_args!("/collections/{id}/queryables"))))
}

#[cfg(test)]
mod tests {
    use crate::testing::fixture;

    #[tokio::test]
    async fn what_there_is() {
        let fixture = fixture().await;
        let sequence = fixture.sequence().await;
        for path in [
            "/queryables".to_owned(),
            "/collections/queryables".to_owned(),
            format!("/collections/{}/queryables", sequence.id),
        ] {
            let answer = fixture.get(&path).await;
            assert_eq!(answer.header("content-type"), "application/schema+json", "{path}");
            let schema = answer.json();
            assert_eq!(schema["$id"], format!("https://pics.example.org/api{path}"));
            assert!(schema["properties"]["semantics"].is_object() && schema["patternProperties"].is_object(), "{path}");
            // Whatever is named can be asked for.
            let filtered = if path == "/collections/queryables" { "/collections" } else { "/search" };
            for name in schema["properties"].as_object().unwrap().keys().filter(|name| *name != "geometry") {
                let answer = fixture.get(&format!("{filtered}?filter=%22{name}%22%20IS%20NOT%20NULL")).await;
                assert_eq!(answer.status, 200, "{path} {name}: {}", answer.text());
            }
        }
        assert_eq!(fixture.get("/collections/nope/queryables").await.status, 404);
    }
}
