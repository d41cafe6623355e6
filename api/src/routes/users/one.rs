//! `/users/{id}`: one account.

use axum::{extract::State, response::Response};
use flaneur_catalog::model::AccountId;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::User;
use crate::{Api, ApiResult, PublicUrl, error::ErrorBody, extract::Path, respond::Reply};

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(user))
}

/// One user
#[utoipa::path(
    get, path = "/users/{id}", tag = "Accounts",
    params(("id" = Uuid, Path, description = "The account", example = "52864614-8ee3-4e42-9578-9ffa0a554f1f")),
    responses(
        (status = 200, description = "The user", content_type = "application/json", body = User,
            example = json!({"id": "52864614-8ee3-4e42-9578-9ffa0a554f1f", "name": "alice", "links": []})),
        (status = 404, description = "There is no such user", body = ErrorBody,
            example = json!({"message": "User doesn't exist", "status_code": 404})),
    )
)]
async fn user(State(api): State<Api>, url: PublicUrl, reply: Reply, Path(id): Path<Uuid>) -> ApiResult<Response> {
    let account = super::find(&api, AccountId(id)).await?;
    reply.json(&User::of(account, &url))
}

#[cfg(test)]
mod tests {
    use crate::testing::fixture;

    #[tokio::test]
    async fn one_user() {
        let fixture = fixture().await;
        let id = fixture.owner.account.id;
        assert_eq!(fixture.get(&format!("/users/{id}")).await.json()["name"], "owner");
        for id in ["00000000-0000-0000-0000-000000000000", "nope"] {
            assert_eq!(fixture.get(&format!("/users/{id}")).await.status, 404, "{id}");
        }
    }
}
