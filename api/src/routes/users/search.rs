//! `/users/search`: accounts by name.

use axum::{extract::State, response::Response};
use flaneur_catalog::model::AccountId;
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Api, ApiError, ApiResult, Link, PublicUrl,
    error::ErrorBody,
    extract::{Query, page_size},
    respond::Reply,
};

/// Longest text that is searched for, bytes.
const LONGEST: usize = 200;

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(search))
}

/// Whom to search for.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Parameters {
    /// A part of the name, in small or capital letters.
    #[param(required, value_type = String, example = "alic")]
    q: Option<String>,
    /// At most so many; more than 100 is read as 100.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100, default = 20)]
    limit: Option<String>,
}

/// The users that were found.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct FoundUsers {
    /// The users, exact matches first.
    features: Vec<FoundUser>,
}

/// A user that was found.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct FoundUser {
    /// Identifier.
    #[schema(value_type = Uuid)]
    id: AccountId,
    /// Name.
    name: String,
    /// The same, to be shown.
    label: String,
    /// Where to go from here: `user-info`, `collection`, `user-xyz`.
    links: Vec<Link>,
}

/// Search users by name
///
/// Exact matches come first.
#[utoipa::path(
    get, path = "/users/search", tag = "Accounts",
    params(Parameters),
    responses(
        (status = 200, description = "Users; `name` and `label` are the same", content_type = "application/json", body = FoundUsers,
            example = json!({"features": [{"id": "52864614-8ee3-4e42-9578-9ffa0a554f1f", "name": "alice", "label": "alice", "links": []}]})),
        (status = 400, description = "Nothing to search for", body = ErrorBody,
            example = json!({"message": "say whom to search for: `q` is a part of the name", "status_code": 400})),
    )
)]
async fn search(
    State(api): State<Api>,
    url: PublicUrl,
    reply: Reply,
    Query(parameters): Query<Parameters>,
) -> ApiResult<Response> {
    let text = parameters.q.as_deref().map(str::trim).filter(|text| !text.is_empty() && text.len() <= LONGEST);
    let text = text.ok_or_else(|| ApiError::bad_request("say whom to search for: `q` is a part of the name"))?;
    let limit = page_size(parameters.limit.as_deref(), 20, 100)?;
    let accounts = api.catalog.search_accounts(text, limit).await?;
    let features = accounts.into_iter().map(|account| FoundUser {
        id: account.id,
        label: account.name.clone(),
        links: super::links(account.id, &url),
        name: account.name,
    });
    reply.json(&FoundUsers { features: features.collect() })
}

#[cfg(test)]
mod tests {
    use crate::testing::fixture;

    #[tokio::test]
    async fn by_a_part_of_the_name() {
        let fixture = fixture().await;
        let found = fixture.get("/users/search?q=OWN").await.json();
        let owner = &fixture.owner.account;
        assert_eq!(found["features"].as_array().unwrap().len(), 1);
        let first = &found["features"][0];
        assert_eq!(
            (&first["id"], &first["name"], &first["label"]),
            (&owner.id.to_string().into(), &"owner".into(), &"owner".into())
        );
        assert!(fixture.get("/users/search?q=%25").await.json()["features"].as_array().unwrap().is_empty());
    }

    #[tokio::test]
    async fn nothing_to_search_for() {
        let fixture = fixture().await;
        for query in ["", "?q=", "?q=%20", "?q=a&limit=0", &format!("?q={}", "x".repeat(1000))] {
            assert_eq!(fixture.get(&format!("/users/search{query}")).await.status, 400, "{query}");
        }
    }
}
