//! `/users/search`: accounts by name.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Api, ApiError, ApiResult, PublicUrl,
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

/// Search users by name
///
/// Exact matches come first.
#[utoipa::path(
    get, path = "/users/search", tag = "Accounts",
    params(Parameters),
    responses(
        (status = 200, description = "Users; `name` and `label` are the same", content_type = "application/json", body = Object,
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
    let features: Vec<Value> = accounts
        .iter()
        .map(|account| {
            json!({
                "id": account.id,
                "name": account.name,
                "label": account.name,
                "links": super::links(account.id, &url),
            })
        })
        .collect();
    reply.json(&json!({ "features": features }))
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
