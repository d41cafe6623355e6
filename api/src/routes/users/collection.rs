//! `/users/{id}/collection` and `/users/me/collection`: an account's sequences, as links of one STAC Collection.

use axum::{extract::State, response::Response};
use flaneur_catalog::model::{Account, AccountId, Sequence, SequenceId, SequenceList, SequenceStatus};
use flaneur_coverage::quadkey::Bbox;
use http::HeaderMap;
use serde::Serialize;
use serde_json::json;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    Api, ApiError, ApiResult, Identity, Link, PublicUrl,
    error::ErrorBody,
    extract::{Path, Query},
    respond::Reply,
    routes::collections::{Format, ListParameters, page_links},
    stac::{
        Catalog, Count, Extent, Provider, STAC_VERSION,
        collection::{kilometres, length_km, license_link, status_name},
        utc,
    },
};

/// Most sequences on a page, and as many as there are without saying.
const MOST: i64 = 1000;

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(of_user))
        .routes(routes!(my_own))
        .routes(routes!(catalog_of_user))
        .routes(routes!(my_catalog))
}

/// A user's sequences
///
/// A STAC Collection whose links with `rel=child` are the sequences, with title, extent and number of pictures. The
/// sums `stats:collections`, `stats:items` and `extent` are of what is on the page; follow the `next` link for more. As CSV it
/// is a table of all.
#[utoipa::path(
    get, path = "/users/{id}/collection", tag = "Accounts",
    params(("id" = Uuid, Path, description = "The account", example = "52864614-8ee3-4e42-9578-9ffa0a554f1f"), ListParameters),
    responses(
        (status = 200, description = "A STAC Collection of sequences", content_type = "application/json", body = UserCollection,
            example = json!({"type": "Collection", "id": "user:52864614-8ee3-4e42-9578-9ffa0a554f1f", "title": "alice's sequences",
                "stats:collections": {"count": 1}, "stats:items": {"count": 3},
                "links": [{"rel": "child", "type": "application/json", "id": "f6a2f13d-0676-4f8c-81c6-c7ec5ef10e72", "title": "Sample set",
                    "href": "https://pics.example.org/api/collections/f6a2f13d-0676-4f8c-81c6-c7ec5ef10e72", "stats:items": {"count": 3}}]})),
        (status = 400, description = "A parameter makes no sense, or is not offered", body = ErrorBody,
            example = json!({"message": "`limit` has to be an integer between 1 and 1000", "status_code": 400})),
        (status = 404, description = "There is no such user", body = ErrorBody,
            example = json!({"message": "User doesn't exist", "status_code": 404})),
    )
)]
async fn of_user(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    reply: Reply,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    Query(parameters): Query<ListParameters>,
) -> ApiResult<Response> {
    let account = super::find(&api, AccountId(id)).await?;
    let format = parameters.format(Format::Csv, &headers)?;
    let page = Page { account: &account, parameters: &parameters, format, is_mine: false };
    page.answer(&api, &identity, &url, &reply).await
}

/// The sequences of who is asking
#[utoipa::path(
    get, path = "/users/me/collection", tag = "Accounts",
    params(ListParameters),
    responses(
        (status = 200, description = "A STAC Collection of sequences", content_type = "application/json", body = UserCollection,
            example = json!({"type": "Collection", "id": "user:52864614-8ee3-4e42-9578-9ffa0a554f1f", "title": "alice's sequences", "links": []})),
        (status = 400, description = "A parameter makes no sense, or is not offered", body = ErrorBody,
            example = json!({"message": "`limit` has to be an integer between 1 and 1000", "status_code": 400})),
        (status = 401, description = "Nobody is signed in", body = ErrorBody,
            example = json!({"message": "Authentication is mandatory: send a token, or sign in", "status_code": 401})),
        (status = 404, description = "There is nothing yet", body = ErrorBody),
    )
)]
async fn my_own(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    reply: Reply,
    headers: HeaderMap,
    Query(parameters): Query<ListParameters>,
) -> ApiResult<Response> {
    let account = identity.require()?.clone();
    let format = parameters.format(Format::Csv, &headers)?;
    let page = Page { account: &account, parameters: &parameters, format, is_mine: true };
    page.answer(&api, &identity, &url, &reply).await
}

/// A user's sequences, as a catalog
///
/// Older clients ask for this. `/users/{id}/collection` says more.
#[utoipa::path(
    get, path = "/users/{id}/catalog", tag = "Accounts",
    params(("id" = Uuid, Path, description = "The account"), ListParameters),
    responses(
        (status = 200, description = "A STAC Catalog of sequences", content_type = "application/json", body = Catalog),
        (status = 400, description = "A parameter makes no sense, or is not offered", body = ErrorBody),
        (status = 404, description = "There is no such user", body = ErrorBody),
    )
)]
async fn catalog_of_user(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    reply: Reply,
    Path(id): Path<Uuid>,
    Query(parameters): Query<ListParameters>,
) -> ApiResult<Response> {
    let account = super::find(&api, AccountId(id)).await?;
    catalog(&api, &identity, &url, &reply, (&account, &parameters)).await
}

/// The sequences of who is asking, as a catalog
///
/// Older clients ask for this. `/users/me/collection` says more.
#[utoipa::path(
    get, path = "/users/me/catalog", tag = "Accounts",
    params(ListParameters),
    responses(
        (status = 200, description = "A STAC Catalog of sequences", content_type = "application/json", body = Catalog),
        (status = 400, description = "A parameter makes no sense, or is not offered", body = ErrorBody),
        (status = 401, description = "Nobody is signed in", body = ErrorBody),
    )
)]
async fn my_catalog(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    reply: Reply,
    Query(parameters): Query<ListParameters>,
) -> ApiResult<Response> {
    let account = identity.require()?.clone();
    catalog(&api, &identity, &url, &reply, (&account, &parameters)).await
}

async fn catalog(
    api: &Api,
    identity: &Identity,
    url: &PublicUrl,
    reply: &Reply,
    (account, parameters): (&Account, &ListParameters),
) -> ApiResult<Response> {
    let (own, more, list) = listed(api, identity, url, "catalog", (account, parameters)).await?;
    let mut links = vec![
        Link::json("self", own),
        Link::json("root", url.api("")).titled("Instance catalog"),
        Link::json("parent", url.api("/users")).titled("Users"),
    ];
    links.extend(more);
    links.extend(list.sequences().iter().map(|sequence| child(sequence, url)));
    let title = format!("{}'s sequences", account.name);
    let description = format!("List of all sequences of user {}", account.name);
    reply.json(&Catalog::new(format!("user:{}", account.id), title, description, links))
}

/// An account's sequences, with the address of what lists them (`name`, below the account's), and the links to its other pages.
async fn listed(
    api: &Api,
    identity: &Identity,
    url: &PublicUrl,
    name: &str,
    (account, parameters): (&Account, &ListParameters),
) -> ApiResult<(String, Vec<Link>, SequenceList)> {
    let (mut query, cursor) = parameters.query(identity.viewer(), parameters.limit(MOST, MOST)?, None)?;
    query.account = Some(account.id);
    let list = api.catalog.sequences(&query).await?;
    let own = url.api(format_args!("/users/{}/{name}", account.id));
    let more = page_links(&own, &parameters.kept(), query.order, cursor, &list);
    Ok((own, more, list))
}

/// A page of an account's sequences.
struct Page<'p> {
    account: &'p Account,
    parameters: &'p ListParameters,
    format: Format,
    /// Whether its owner asks, by `/users/me`.
    is_mine: bool,
}

impl Page<'_> {
    async fn answer(&self, api: &Api, identity: &Identity, url: &PublicUrl, reply: &Reply) -> ApiResult<Response> {
        let Self { account, parameters, format, is_mine } = self;
        if *format == Format::Csv {
            let (mut query, _) = parameters.query(identity.viewer(), parameters.limit(MOST, MOST)?, None)?;
            query.account = Some(account.id);
            return super::table::answer(api, reply, query).await;
        }
        let (own, more, list) = listed(api, identity, url, "collection", (account, parameters)).await?;
        if *is_mine && list.listed.is_empty() && parameters.asks_for_all() {
            // So the reference server, and its clients take it for that. Links to other accounts' lists lead to empty ones.
            return Err(ApiError::not_found("No sequences yet: send pictures, or finish an upload"));
        }
        reply.chosen_json(&document(api, url, account, own, more, list))
    }
}

/// An account's sequences as a STAC Collection. Its sums are of what is on the page.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct UserCollection {
    /// Always `Collection`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// Always `1.0.0`.
    stac_version: &'static str,
    /// Extensions whose schemas it keeps to.
    stac_extensions: [&'static str; 1],
    /// `user:` and the account's identifier.
    id: String,
    /// Title.
    title: String,
    /// For people.
    description: String,
    /// For searches by word.
    keywords: [String; 2],
    /// SPDX identifier of the instance's licence.
    license: String,
    /// The account.
    providers: [Provider; 1],
    /// When the first of the sequences was made; without any, the account.
    #[schema(format = DateTime)]
    created: String,
    /// When anything in the sequences last changed; without any, when the account was made.
    #[schema(format = DateTime)]
    updated: String,
    /// Where and when all of it was taken.
    extent: Extent,
    /// Sequences.
    #[serde(rename = "stats:collections")]
    collections: Count,
    /// Pictures in them.
    #[serde(rename = "stats:items")]
    items: Count,
    /// Length of all tracks, km.
    #[serde(rename = "geovisio:length_km")]
    length_km: f64,
    /// Where to go from here: `child` leads to a sequence, `next` to more of them.
    links: Vec<Link>,
}

fn document(
    api: &Api,
    url: &PublicUrl,
    account: &Account,
    own: String,
    more: Vec<Link>,
    list: SequenceList,
) -> UserCollection {
    let gone = list.listed.iter().filter(|listed| listed.sequence.is_none()).map(|listed| listed.place.id);
    let gone: Vec<Link> = gone.map(|id| no_child(id, url)).collect();
    let sequences = list.sequences();
    let license = &api.settings.license;
    let mut links = vec![
        Link::json("root", url.api("")).titled("Instance catalog"),
        Link::json("parent", url.api("")).titled("Instance catalog"),
        Link::json("self", own),
        license_link(license),
    ];
    links.extend(more);
    links.extend(sequences.iter().map(|sequence| child(sequence, url)));
    links.extend(gone);
    let first = sequences.iter().map(|sequence| sequence.created_at).min().unwrap_or(account.created_at);
    let last = sequences.iter().map(|sequence| sequence.updated_at).max().unwrap_or(account.created_at);
    let length_m: f64 = sequences.iter().map(|sequence| sequence.summary.length_m).sum();
    let title = format!("{}'s sequences", account.name);
    UserCollection {
        kind: "Collection",
        stac_version: STAC_VERSION,
        stac_extensions: ["https://stac-extensions.github.io/stats/v0.2.0/schema.json"],
        id: format!("user:{}", account.id),
        description: format!("List of all sequences of user {}", account.name),
        keywords: ["pictures".to_owned(), title.clone()],
        title,
        license: license.id.clone(),
        providers: [Provider::account(account.id, account.name.clone())],
        created: utc(first),
        updated: utc(last),
        extent: whole(&sequences),
        collections: Count { count: i64::try_from(sequences.len()).unwrap_or(i64::MAX) },
        items: Count { count: sequences.iter().map(|sequence| sequence.summary.nb_pictures).sum() },
        length_km: kilometres(length_m),
        links,
    }
}

fn child(sequence: &Sequence, url: &PublicUrl) -> Link {
    let summary = &sequence.summary;
    Link::json("child", url.api(format_args!("/collections/{}", sequence.id)))
        .titled(sequence.title.clone())
        .with("id", sequence.id.to_string())
        .with("stats:items", json!({"count": summary.nb_pictures}))
        .with("extent", json!(Extent::of(summary.bbox.as_ref(), summary.interval)))
        .with("created", utc(sequence.created_at))
        .with("updated", utc(sequence.updated_at))
        .with("geovisio:length_km", length_km(sequence))
        .with("geovisio:status", status_name(sequence.status))
        .with("geovisio:visibility", sequence.visibility.as_str())
}

/// What says that a sequence is gone, as far as the viewer goes.
fn no_child(id: SequenceId, url: &PublicUrl) -> Link {
    Link::json("child", url.api(format_args!("/collections/{id}")))
        .with("id", id.to_string())
        .with("geovisio:status", status_name(SequenceStatus::Deleted))
}

/// Extent of all. Where one crosses the antimeridian, the whole turn: boxes on both sides have no smaller common one
/// that clients agree on.
fn whole(sequences: &[Sequence]) -> Extent {
    let join = |a: Bbox, b: Bbox| {
        let crosses = a.west > a.east || b.west > b.east;
        let (west, east) = if crosses { (-180.0, 180.0) } else { (a.west.min(b.west), a.east.max(b.east)) };
        Bbox { west, south: a.south.min(b.south), east, north: a.north.max(b.north) }
    };
    let bbox = sequences.iter().filter_map(|sequence| sequence.summary.bbox).reduce(join);
    let intervals = sequences.iter().filter_map(|sequence| sequence.summary.interval);
    Extent::of(bbox.as_ref(), intervals.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::testing::{fixture, link};

    fn children(page: &Value) -> Vec<String> {
        let links = page["links"].as_array().unwrap().iter();
        links.filter(|link| link["rel"] == "child").map(|link| link["id"].as_str().unwrap().to_owned()).collect()
    }

    #[tokio::test]
    async fn a_catalog_of_them() {
        let fixture = fixture().await;
        let (first, second) = (fixture.sequence().await, fixture.sequence().await);
        let path = format!("/users/{}/catalog", fixture.owner.account.id);
        let catalog = fixture.get(&path).await.json();
        assert_eq!(catalog["type"], "Catalog");
        assert_eq!(children(&catalog), [first.id.to_string(), second.id.to_string()]);
        let page = fixture.get(&format!("{path}?limit=1")).await.json();
        assert_eq!(children(&page), [first.id.to_string()]);
        let next = fixture.get(&link(&page, "next").unwrap()).await.json();
        assert_eq!(children(&next), [second.id.to_string()]);
        let mine = fixture.request("GET", "/users/me/catalog").of(Some(&fixture.owner)).send().await.json();
        assert_eq!(children(&mine), children(&catalog));
        assert_eq!(fixture.get("/users/me/catalog").await.status, 401);
    }

    #[tokio::test]
    async fn whose_sequences() {
        let fixture = fixture().await;
        let (first, second) = (fixture.sequence().await, fixture.sequence().await);
        let id = fixture.owner.account.id;
        let page = fixture.get(&format!("/users/{id}/collection")).await.json();
        assert_eq!(children(&page), [first.id.to_string(), second.id.to_string()]);
        assert_eq!((&page["stats:collections"]["count"], &page["stats:items"]["count"]), (&2.into(), &6.into()));
        let child = page["links"].as_array().unwrap().iter().find(|link| link["rel"] == "child").unwrap();
        assert_eq!((&child["title"], &child["stats:items"]["count"]), (&"Sample set".into(), &3.into()));
        assert!(child["extent"]["temporal"]["interval"][0][0].is_string() && child["created"].is_string());

        let mine = fixture.request("GET", "/users/me/collection").of(Some(&fixture.owner)).send().await.json();
        assert_eq!(children(&mine), children(&page));
        let mine = fixture.request("GET", "/users/me/collection").of(Some(&fixture.other)).send().await;
        assert_eq!(mine.status, 404, "nothing yet");
        let others = fixture.get(&format!("/users/{}/collection", fixture.other.account.id)).await.json();
        assert_eq!(children(&others), Vec::<String>::new());
        assert_eq!(others["extent"]["spatial"]["bbox"][0], serde_json::json!([-180.0, -90.0, 180.0, 90.0]));
        assert_eq!(fixture.get("/users/me/collection").await.status, 401);
        assert_eq!(fixture.get("/users/00000000-0000-0000-0000-000000000000/collection").await.status, 404);
    }

    #[tokio::test]
    async fn page_by_page() {
        let fixture = fixture().await;
        let (first, second) = (fixture.sequence().await, fixture.sequence().await);
        let id = fixture.owner.account.id;
        let page = fixture.get(&format!("/users/{id}/collection?limit=1")).await.json();
        assert_eq!(children(&page), [first.id.to_string()]);
        let page = fixture.get(&link(&page, "next").unwrap()).await.json();
        assert_eq!((children(&page), link(&page, "next")), (vec![second.id.to_string()], None));
    }
}
