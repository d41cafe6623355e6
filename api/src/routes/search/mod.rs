//! `/search`: pictures by place, time, sequence and id.

use axum::{extract::State, response::Response};
use flaneur_catalog::model;
use http::Uri;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Api, ApiError, ApiResult, Identity, Link, PublicUrl,
    error::ErrorBody,
    extract::{Json, Query},
    respond::Reply,
    stac::{FeatureCollection, Item},
};

mod criteria;
mod filter;
mod place;

use criteria::{Criteria, MOST, SearchBody, SearchParameters};

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(search, search_by_post))
}

/// Search pictures
///
/// Conditions add up. With `bbox` or `place_position` the nearest to the middle come first, else the latest. Only what
/// the viewer may see is found. The answer is cut at `limit`; narrow the search down for the rest.
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
    let own = Link::geojson("self", url.api(&format!("/search{query}")));
    answer(&api, &identity, &url, &reply, &parameters, own).await
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
    Json(body): Json<SearchBody>,
) -> ApiResult<Response> {
    let own = Link::geojson("self", url.api("/search")).with("method", "POST");
    answer(&api, &identity, &url, &reply, &body.to_parameters()?, own).await
}

async fn answer(
    api: &Api,
    identity: &Identity,
    url: &PublicUrl,
    reply: &Reply,
    parameters: &SearchParameters,
    own: Link,
) -> ApiResult<Response> {
    let criteria = Criteria::parse(parameters, identity.viewer())?;
    let features = find(api, criteria).await?;
    let features = features.into_iter().map(|item| Item::new(item, url, &api.settings.license)).collect();
    let links = vec![Link::json("root", url.api("")).titled("Instance catalog"), own];
    reply.geojson(&FeatureCollection::new(features, links))
}

async fn find(api: &Api, criteria: Criteria) -> ApiResult<Vec<model::Item>> {
    let Criteria { mut query, place, nothing } = criteria;
    if nothing {
        return Ok(Vec::new());
    }
    let Some(place) = place else { return Ok(api.catalog.search(&query).await?) };
    // The catalog finds what is near; what looks at the place is picked here. Most of what is near does, or there is
    // little near at all: so begin with few, and ask for more as long as that does not do.
    let wanted = usize::try_from(query.limit).unwrap_or(usize::MAX);
    query.limit = query.limit.saturating_mul(4).clamp(64, MOST);
    loop {
        let near = api.catalog.search(&query).await?;
        let all = i64::try_from(near.len()).is_ok_and(|found| found < query.limit);
        let shown: Vec<_> = near.into_iter().filter(|item| place.is_shown_by(&item.picture)).take(wanted).collect();
        if all || shown.len() >= wanted {
            return Ok(shown);
        }
        if query.limit >= MOST {
            return Err(ApiError::bad_request("there are too many pictures around: make `place_distance` smaller"));
        }
        query.limit = query.limit.saturating_mul(8).min(MOST);
    }
}

#[cfg(test)]
mod tests;
