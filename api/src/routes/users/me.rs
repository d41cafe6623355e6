//! `/users/me`: who is asking, and what they chose.

use axum::{extract::State, response::Response};
use flaneur_access::Visibility;
use flaneur_catalog::model::{Account, AccountId};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Api, ApiError, ApiResult, Identity, Link, PublicUrl, error::ErrorBody, extract, respond::Reply, rights, words,
};

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(me, choose))
}

/// The account that is signed in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Me {
    /// Identifier.
    #[schema(value_type = Uuid)]
    id: AccountId,
    /// Name.
    name: String,
    /// Who sees its pictures if nothing is said when they are sent.
    #[schema(value_type = words::Visibility)]
    default_visibility: &'static str,
    /// Whether others may correct place, time and direction of its pictures; null: as the instance has it.
    #[schema(required)]
    collaborative_metadata: Option<bool>,
    /// The licence of what it sends from now on; null: the instance's.
    #[schema(required)]
    license: Option<String>,
    /// Whom to name for what it sends from now on; null: the account.
    #[schema(required)]
    attribution: Option<String>,
    /// What it may do.
    permissions: Permissions,
    /// Where to go from here: `user-info`, `collection`, `user-xyz`.
    links: Vec<Link>,
    /// Whether it agreed to the terms of service, where there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    tos_accepted: Option<bool>,
    /// Whether it read their latest change, where there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    tos_latest_change_read: Option<bool>,
}

/// What an account may do.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Permissions {
    /// What it is.
    role: Role,
    /// Whether it decides about reports.
    can_check_reports: bool,
    /// Whether it says where no pictures are to be taken.
    can_edit_excluded_areas: bool,
    /// Whether it writes pages.
    can_edit_pages: bool,
}

/// What an account is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = AccountRole)]
#[serde(rename_all = "lowercase")]
enum Role {
    Admin,
    User,
}

/// What an account chooses. What is not there stays; null gives it back to the instance.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it documents what is read field by field: what is null is not what is missing")]
struct Choices {
    /// Whether others may correct place, time and direction of my pictures.
    collaborative_metadata: Option<bool>,
    /// Who sees them if nothing is said when they are sent.
    default_visibility: Option<words::Visibility>,
    /// The licence of pictures sent from now on, one that the configuration offers.
    license: Option<String>,
    /// Whom to name for them: at most 200 characters.
    #[schema(max_length = 200)]
    attribution: Option<String>,
}

/// Who is asking
///
/// Clients call this to see whether a token works. `tos_accepted` and `tos_latest_change_read` are there where the instance has
/// terms of service.
#[utoipa::path(
    get, path = "/users/me", tag = "Accounts",
    responses(
        (status = 200, description = "The account that is signed in", content_type = "application/json", body = Me,
            example = json!({"id": "52864614-8ee3-4e42-9578-9ffa0a554f1f", "name": "alice", "default_visibility": "anyone",
                "collaborative_metadata": null,
                "permissions": {"role": "user", "can_check_reports": false, "can_edit_excluded_areas": false, "can_edit_pages": false},
                "links": []})),
        (status = 304, description = "It is as `If-None-Match` says"),
        (status = 401, description = "Nobody is signed in", body = ErrorBody,
            example = json!({"message": "Authentication is mandatory: send a token, or sign in", "status_code": 401})),
    )
)]
async fn me(State(api): State<Api>, identity: Identity, url: PublicUrl, reply: Reply) -> ApiResult<Response> {
    let account = identity.require()?;
    reply.json(&document(&api, account, &url).await?)
}

/// Choose
///
/// What is not there stays; null gives it back to the instance.
#[utoipa::path(
    patch, path = "/users/me", tag = "Accounts",
    request_body(content = Choices,
        example = json!({"collaborative_metadata": false, "default_visibility": "anyone"})),
    responses(
        (status = 200, description = "The account as it is now", body = Me),
        (status = 400, description = "A value makes no sense", body = ErrorBody),
        (status = 401, description = "Nobody is signed in", body = ErrorBody),
        (status = 415, description = "The body is not JSON", body = ErrorBody),
    )
)]
async fn choose(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    reply: Reply,
    extract::Json(body): extract::Json<Map<String, Value>>,
) -> ApiResult<Response> {
    let account = identity.require()?;
    let mut choices = api.catalog.choices(account.id).await?;
    for (name, value) in &body {
        match (name.as_str(), value) {
            ("collaborative_metadata", Value::Null) => choices.collaborative_metadata = None,
            ("collaborative_metadata", Value::Bool(yes)) => choices.collaborative_metadata = Some(*yes),
            ("default_visibility", Value::Null) => choices.default_visibility = None,
            ("default_visibility", Value::String(name)) if name.parse::<Visibility>().is_ok() => {
                choices.default_visibility = name.parse().ok();
            }
            ("license" | "attribution", _) => {}
            _ => {
                return Err(ApiError::bad_request(
                    "what can be chosen is `collaborative_metadata` (true, false or null), `default_visibility` (anyone, \
                     logged-only, owner-only or null), `license` and `attribution`",
                ));
            }
        }
    }
    if let Some(rights) = rights::spoken_of(&api.settings, &body, &choices.rights)? {
        choices.rights = rights;
    }
    api.catalog.set_choices(account.id, choices).await?;
    reply.json(&document(&api, account, &url).await?)
}

/// The account as it is told of itself.
pub async fn document(api: &Api, account: &Account, url: &PublicUrl) -> ApiResult<Me> {
    let choices = api.catalog.choices(account.id).await?;
    let terms = api.catalog.terms(account.id).await?;
    let has_terms = terms.version > 0;
    Ok(Me {
        id: account.id,
        name: account.name.clone(),
        default_visibility: choices.default_visibility.unwrap_or_default().as_str(),
        collaborative_metadata: choices.collaborative_metadata,
        license: choices.rights.license,
        attribution: choices.rights.attribution,
        permissions: Permissions {
            role: if account.admin { Role::Admin } else { Role::User },
            can_check_reports: account.admin,
            can_edit_excluded_areas: account.admin,
            can_edit_pages: account.admin,
        },
        links: super::links(account.id, url),
        tos_accepted: has_terms.then_some(terms.accepted > 0),
        tos_latest_change_read: has_terms.then_some(terms.read == terms.version),
    })
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

    #[tokio::test]
    async fn what_was_chosen_stays() {
        let fixture = fixture().await;
        let owner = Some(&fixture.owner);
        let choose = |body: serde_json::Value| fixture.request("PATCH", "/users/me").of(owner).json(&body).send();
        let chosen = choose(serde_json::json!({ "collaborative_metadata": false })).await;
        assert_eq!((chosen.status, &chosen.json()["collaborative_metadata"]), (200, &false.into()));
        let chosen = choose(serde_json::json!({ "default_visibility": "owner-only" })).await.json();
        assert_eq!(
            (&chosen["collaborative_metadata"], &chosen["default_visibility"]),
            (&false.into(), &"owner-only".into())
        );
        let set =
            fixture.request("POST", "/upload_sets").of(owner).json(&serde_json::json!({ "title": "x" })).send().await;
        assert_eq!(set.json()["visibility"], "owner-only");
        let back =
            choose(serde_json::json!({ "collaborative_metadata": null, "default_visibility": null })).await.json();
        assert_eq!(
            (&back["collaborative_metadata"], &back["default_visibility"]),
            (&serde_json::Value::Null, &"anyone".into())
        );
        for bad in ["{\"admin\":true}", "{\"default_visibility\":\"all\"}", "{\"collaborative_metadata\":1}", "[]"] {
            let refused =
                fixture.request("PATCH", "/users/me").of(owner).json(&serde_json::from_str(bad).unwrap()).send().await;
            assert_eq!(refused.status, 400, "{bad}");
        }
        assert_eq!(fixture.request("PATCH", "/users/me").json(&serde_json::json!({})).send().await.status, 401);
    }
}
