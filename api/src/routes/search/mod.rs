//! `/search`: pictures by place, time, sequence and id.

use axum::{extract::State, response::Response};
use flaneur_catalog::{
    CatalogError,
    model::{self, Order, SearchPlace},
};
use http::Uri;
use serde::Deserialize as _;
use serde_json::{Map, Value};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Api, ApiError, ApiResult, Identity, Link, PublicUrl,
    error::ErrorBody,
    extract::{Json, Query},
    respond::Reply,
    routes::collections::with_query,
    stac::{FeatureCollection, Item},
};

mod criteria;
mod place;
mod token;

use criteria::{Criteria, MOST, SearchBody, SearchParameters};

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(search, search_by_post))
}

/// Search pictures
///
/// Conditions add up. With `bbox` or `place_position` the nearest to the middle come first, else the latest. Only what
/// the viewer may see is found. Of a box with more pictures than can be looked at for that, the latest come first, too. Follow the `next` link for more than `limit`. Where a filter would have the server look at
/// too much, a page may be shorter than that and still have a `next` link, or the answer is a 400 that asks to narrow it down.
#[utoipa::path(
    get, path = "/search", tag = "Pictures",
    params(SearchParameters),
    responses(
        (status = 200, description = "Pictures", content_type = "application/geo+json", body = FeatureCollection),
        (status = 304, description = "They are as `If-None-Match` says"),
        (status = 400, description = "A parameter makes no sense, or is not offered", body = ErrorBody,
            example = json!({"message": "`bbox` has to be west,south,east,north in degrees, or six numbers with heights", "status_code": 400})),
    )
)]
async fn search(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    reply: Reply,
    uri: Uri,
    Query(parameters): Query<SearchParameters>,
) -> ApiResult<Response> {
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let own = Link::geojson("self", url.api(format_args!("/search{query}")));
    let next = |token: String| {
        let pairs: Vec<(String, String)> = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
            .filter(|(name, _)| name != "token")
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        let kept = pairs.iter().map(|(name, value)| (name.as_str(), Some(value.as_str())));
        let address = with_query(&url.api("/search"), kept.chain([("token", Some(token.as_str()))]));
        Link::geojson("next", address).with("method", "GET")
    };
    answer(&api, &identity, &url, &reply, &parameters, own, &next).await
}

/// Search pictures, with the conditions in the body
///
/// The same conditions as with GET. Lists and numbers may be JSON or text.
#[utoipa::path(
    post, path = "/search", tag = "Pictures", request_body(content = SearchBody,
        example = json!({"bbox": [1.918, 49.005, 1.92, 49.007], "limit": 2})),
    responses(
        (status = 200, description = "Pictures", content_type = "application/geo+json", body = FeatureCollection),
        (status = 400, description = "A condition makes no sense, or is not offered", body = ErrorBody,
            example = json!({"message": "`limit` has to be an integer between 1 and 10000", "status_code": 400})),
        (status = 415, description = "The body is not JSON", body = ErrorBody,
            example = json!({"message": "the body has to be JSON, with `Content-Type: application/json`", "status_code": 415})),
    )
)]
async fn search_by_post(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    reply: Reply,
    Json(body): Json<Map<String, Value>>,
) -> ApiResult<Response> {
    let wanted = SearchBody::deserialize(&body)
        .map_err(|error| ApiError::bad_request("the body can't be read as the JSON expected here").because(error))?;
    let own = Link::geojson("self", url.api("/search")).with("method", "POST");
    let next = |token: String| {
        let mut body = body.clone();
        body.insert("token".to_owned(), token.into());
        Link::geojson("next", url.api("/search")).with("method", "POST").with("body", body)
    };
    answer(&api, &identity, &url, &reply, &wanted.to_parameters()?, own, &next).await
}

async fn answer(
    api: &Api,
    identity: &Identity,
    url: &PublicUrl,
    reply: &Reply,
    parameters: &SearchParameters,
    own: Link,
    next: &(dyn Fn(String) -> Link + Sync),
) -> ApiResult<Response> {
    let fields = parameters.fields()?;
    let criteria = Criteria::parse(parameters, identity.viewer(), fields.parts())?;
    let (features, rest, order) = find(api, criteria).await?;
    let features = features.into_iter().map(|item| Item::new(item, url, &api.settings.license)).collect();
    let mut links = vec![Link::json("root", url.api("")).titled("Instance catalog"), own];
    links.extend(rest.map(|place| next(token::write(&place, order))));
    reply.geojson(&FeatureCollection::selected(features, fields, links))
}

/// A page, where it ends if there is more, and in which order that is.
async fn find(api: &Api, criteria: Criteria) -> ApiResult<(Vec<model::Item>, Option<SearchPlace>, Order)> {
    let Criteria { mut query, place, by_chance } = criteria;
    let Some(place) = place else {
        let mut found = api.catalog.search(&query).await;
        if by_chance && matches!(found, Err(CatalogError::TooBroad)) {
            query.order = Order::Newest;
            found = api.catalog.search(&query).await;
        }
        let found = found?;
        return Ok((found.items, found.next, query.order));
    };
    let order = query.order;
    // The catalog finds what is near; what looks at the place is picked here. Most of what is near does, or there is
    // little near at all: so begin with few, and ask for more as long as that does not do.
    let wanted = usize::try_from(query.limit).unwrap_or(usize::MAX);
    query.limit = query.limit.saturating_mul(4).clamp(64, MOST);
    loop {
        let near = api.catalog.search(&query).await?;
        let mut shown: Vec<_> = near.items.into_iter().filter(|item| place.is_shown_by(&item.picture)).collect();
        if shown.len() > wanted {
            shown.truncate(wanted);
            let last = shown.last().map(|last| SearchPlace::of(last, query.order));
            return Ok((shown, last, order));
        }
        if near.next.is_none() || shown.len() == wanted {
            return Ok((shown, near.next, order));
        }
        if query.limit >= MOST {
            return if shown.is_empty() {
                Err(ApiError::bad_request("there are too many pictures around: make `place_distance` smaller"))
            } else {
                Ok((shown, near.next, order))
            };
        }
        query.limit = query.limit.saturating_mul(8).min(MOST);
    }
}

#[cfg(test)]
mod tests;
