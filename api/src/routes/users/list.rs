//! `/users`: all accounts.

use axum::{extract::State, response::Response};
use flaneur_catalog::model::Account;
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::User;
use crate::{
    Api, ApiResult, Link, PublicUrl,
    error::ErrorBody,
    extract::{Query, cut, given, page_size},
    respond::Reply,
    stac::{CONFORMANCE, STAC_VERSION},
};

/// Most accounts on a page, and as many as there are without saying.
const MOST: i64 = 1000;

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Parameters {
    /// At most so many; more than 1000 is read as 1000.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 1000, default = 1000)]
    limit: Option<String>,
    /// Where the page before ended: taken from its `next` link.
    page: Option<String>,
}

/// Users as a STAC Catalog.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[expect(clippy::struct_field_names, reason = "as it stands in the answer")]
struct Users {
    /// Always `Catalog`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// Always `1.0.0`.
    stac_version: &'static str,
    /// Always `flaneur:users`.
    id: &'static str,
    /// Title.
    title: &'static str,
    /// For people.
    description: &'static str,
    /// The standards that the API keeps to.
    #[serde(rename = "conformsTo")]
    #[schema(value_type = Vec<String>)]
    conforms_to: [&'static str; CONFORMANCE.len()],
    /// The users, in the order of their names.
    users: Vec<User>,
    /// Where to go from here: `child` leads to a user's sequences, `next` to more users.
    links: Vec<Link>,
}

/// All users
///
/// A STAC Catalog whose links with `rel=child` are the users' collections; in the order of their names.
#[utoipa::path(
    get, path = "/users", tag = "Accounts",
    params(Parameters),
    responses(
        (status = 200, description = "Users", content_type = "application/json", body = Users,
            example = json!({"type": "Catalog", "id": "flaneur:users", "users": [{"id": "52864614-8ee3-4e42-9578-9ffa0a554f1f", "name": "alice", "links": []}], "links": []})),
        (status = 304, description = "It is as `If-None-Match` says"),
        (status = 400, description = "A parameter makes no sense", body = ErrorBody),
    )
)]
async fn list(
    State(api): State<Api>,
    url: PublicUrl,
    reply: Reply,
    Query(parameters): Query<Parameters>,
) -> ApiResult<Response> {
    let limit = page_size(parameters.limit.as_deref(), MOST, MOST)?;
    let found = api.catalog.accounts(given(parameters.page.as_ref()), limit + 1).await?;
    let (accounts, has_more) = cut(found, limit);
    let own = url.api("/users");
    let mut links = vec![
        Link::json("self", own.clone()),
        Link::json("root", url.api("")).titled("Instance catalog"),
        Link::json("parent", url.api("")).titled("Instance catalog"),
        Link::json("user-search", url.api("/users/search")).titled("Search users"),
    ];
    let child = |account: &Account| {
        Link::json("child", url.api(format_args!("/users/{}/collection", account.id)))
            .titled(format!("Sequences of {}", account.name))
    };
    links.extend(accounts.iter().map(child));
    if let Some(last) = accounts.last().filter(|_| has_more) {
        let mut next = url::form_urlencoded::Serializer::new(format!("{own}?"));
        next.append_pair("limit", &limit.to_string()).append_pair("page", &last.name);
        links.push(Link::json("next", next.finish()));
    }
    reply.json(&Users {
        kind: "Catalog",
        stac_version: STAC_VERSION,
        id: "flaneur:users",
        title: "Users",
        description: "Whoever sends pictures to this instance",
        conforms_to: CONFORMANCE,
        users: accounts.into_iter().map(|account| User::of(account, &url)).collect(),
        links,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::{fixture, link};

    #[tokio::test]
    async fn everybody_is_on_it_once() {
        let fixture = fixture().await;
        let all = fixture.get("/users").await.json();
        let names = |page: &Value| -> Vec<Value> {
            page["users"].as_array().unwrap().iter().map(|user| user["name"].clone()).collect()
        };
        assert_eq!(names(&all), ["admin", "other", "owner"]);
        assert_eq!((&all["type"], &all["stac_version"]), (&json!("Catalog"), &json!("1.0.0")));
        assert_eq!(link(&all, "next"), None);
        assert!(fixture.get(&link(&all, "child").unwrap()).await.status == 200);
        let (mut paged, mut next) = (Vec::new(), "/users?limit=1".to_owned());
        loop {
            let page = fixture.get(&next).await.json();
            paged.extend(names(&page));
            let Some(href) = link(&page, "next") else { break };
            next = href;
        }
        assert_eq!(paged, names(&all));
        assert_eq!(fixture.get("/users?limit=0").await.status, 400);
        assert_eq!(names(&fixture.get("/users?page=zzz").await.json()), Vec::<Value>::new());
    }
}
