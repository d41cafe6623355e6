//! `/users/me`: who is asking.

use axum::response::Response;
use flaneur_access::Visibility;
use serde_json::json;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{Api, ApiResult, Identity, PublicUrl, error::ErrorBody, respond::Reply};

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(me))
}

/// Who is asking
///
/// Clients call this to see whether a token works.
#[utoipa::path(
    get, path = "/users/me", tag = "Accounts",
    responses(
        (status = 200, description = "The account that is signed in", content_type = "application/json", body = Object,
            example = json!({"id": "52864614-8ee3-4e42-9578-9ffa0a554f1f", "name": "alice", "default_visibility": "anyone",
                "permissions": {"role": "user", "can_check_reports": false, "can_edit_excluded_areas": false, "can_edit_pages": false},
                "links": []})),
        (status = 401, description = "Nobody is signed in", body = ErrorBody,
            example = json!({"message": "Authentication is mandatory: send a token, or sign in", "status_code": 401})),
    )
)]
async fn me(identity: Identity, url: PublicUrl, reply: Reply) -> ApiResult<Response> {
    let account = identity.require()?;
    reply.json(&json!({
        "id": account.id,
        "name": account.name,
        "default_visibility": Visibility::default().as_str(),
        "permissions": {
            "role": if account.admin { "admin" } else { "user" },
            "can_check_reports": false,
            "can_edit_excluded_areas": account.admin,
            "can_edit_pages": false,
        },
        "links": super::links(account.id, &url),
    }))
}

#[cfg(test)]
mod tests {
    use crate::testing::fixture;

    #[tokio::test]
    async fn who_is_asking() {
        let fixture = fixture().await;
        let answer = fixture.get("/users/me").await;
        assert_eq!((answer.status, answer.header("www-authenticate")), (401, "Bearer"));
        for (viewer, name, role) in [(&fixture.owner, "owner", "user"), (&fixture.admin, "admin", "admin")] {
            let answer = fixture.request("GET", "/users/me").of(Some(viewer)).send().await;
            assert_eq!(answer.header("cache-control"), "private, no-cache");
            let body = answer.json();
            assert_eq!((&body["name"], &body["permissions"]["role"]), (&name.into(), &role.into()));
            assert_eq!(body["permissions"]["can_edit_excluded_areas"], role == "admin");
        }
    }
}
