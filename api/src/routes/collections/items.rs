//! `/collections/{id}/items`: the pictures of a sequence.

use axum::{extract::State, response::Response};
use flaneur_access::Viewer;
use flaneur_catalog::model::{Area, Parts, PictureId, SearchQuery, SequenceId};
use serde::Deserialize;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::cursor::with_query;
use crate::{
    Api, ApiError, ApiResult, Identity, Link, PublicUrl, cql2,
    error::ErrorBody,
    extract::{Path, Query, cut, given, page_size, said},
    respond::Reply,
    stac::{FeatureCollection, Fields, Item, parse_bbox, parse_instants},
};

/// Most pictures on a page.
const MOST: i64 = 1000;

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(items))
}

/// Which pictures of the sequence.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Parameters {
    /// At most so many; more than 1000 is read as 1000.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 1000, default = 1000, example = 2)]
    limit: Option<String>,
    /// Only pictures behind this place in the sequence.
    #[serde(rename = "startAfterRank")]
    #[param(value_type = Option<i64>, minimum = 0)]
    start_after_rank: Option<String>,
    /// The page that has this picture; not together with `startAfterRank`.
    #[serde(rename = "withPicture")]
    #[param(value_type = Option<Uuid>)]
    with_picture: Option<String>,
    /// Only pictures in this box: west,south,east,north in degrees; with heights, six numbers. Across the antimeridian
    /// west is greater than east.
    #[param(example = "1.918,49.005,1.92,49.007")]
    bbox: Option<String>,
    /// Only pictures taken then: a time, or an interval with `/`, of which `..` leaves an end open.
    #[param(example = "2021-07-29T00:00:00Z/..")]
    datetime: Option<String>,
    /// Only pictures for which this holds, in CQL2. `/collections/{id}/queryables` says what there is.
    #[param(example = "\"semantics.osm|traffic_sign\" IS NOT NULL")]
    filter: Option<String>,
    /// How the filter is written: `cql2-text`, unless it is said, or `cql2-json`.
    #[serde(rename = "filter-lang")]
    #[param(example = "cql2-text")]
    filter_lang: Option<String>,
    /// Coordinates in the filter: `http://www.opengis.net/def/crs/OGC/1.3/CRS84`.
    #[serde(rename = "filter-crs")]
    filter_crs: Option<String>,
    /// Which members of items are told: names separated by commas, `-` before those to be left out. Of properties, `properties.`
    /// may be left out. Empty, or with `-` only: what makes an item valid, and `datetime`. Not said: all.
    #[serde(default, deserialize_with = "said")]
    #[param(value_type = Option<String>, example = "id,geometry,properties.datetime")]
    fields: Option<String>,
}

impl Parameters {
    /// What narrows the sequence down, as it stands in addresses.
    fn narrowing(&self) -> [(&'static str, Option<&str>); 5] {
        [
            ("bbox", given(self.bbox.as_ref())),
            ("datetime", given(self.datetime.as_ref())),
            ("filter", given(self.filter.as_ref())),
            ("filter-lang", given(self.filter_lang.as_ref())),
            ("filter-crs", given(self.filter_crs.as_ref())),
        ]
    }

    /// What each page of the same list has in its address. An empty list of fields says something, too.
    fn kept(&self) -> Vec<(&'static str, Option<&str>)> {
        self.narrowing().into_iter().chain([("fields", self.fields.as_deref())]).collect()
    }

    /// The search of whose pictures those of the sequence are wanted.
    fn search(&self, viewer: Viewer, limit: i64, parts: Parts) -> ApiResult<SearchQuery> {
        let bbox = given(self.bbox.as_ref()).map(parse_bbox).transpose()?;
        let period = given(self.datetime.as_ref()).map(parse_instants).transpose()?.unwrap_or_default();
        let filter = given(self.filter.as_ref());
        let asked = cql2::parse_text(filter, self.filter_lang.as_deref(), self.filter_crs.as_deref())?;
        if asked.region.is_some() {
            return Err(ApiError::bad_request(
                "S_INTERSECTS in `filter` is for `/search`, with `collections`; here there is `bbox`",
            ));
        }
        Ok(SearchQuery {
            area: bbox.map(Area::of),
            since: period.since,
            until: period.until,
            filter: asked.filter,
            parts,
            ..SearchQuery::all(viewer, limit)
        })
    }
}

/// Pictures of a sequence, in order
///
/// Without `limit` the first 1000; follow the `next` link for more. A page behind the last picture is empty. Conditions add up.
#[utoipa::path(
    get, path = "/collections/{id}/items", tag = "Sequences",
    params(("id" = Uuid, Path, description = "The sequence", example = "f6a2f13d-0676-4f8c-81c6-c7ec5ef10e72"), Parameters),
    responses(
        (status = 200, description = "Pictures", content_type = "application/geo+json", body = FeatureCollection),
        (status = 304, description = "They are as `If-None-Match` says"),
        (status = 400, description = "A parameter makes no sense", body = ErrorBody,
            example = json!({"message": "`limit` has to be an integer between 1 and 1000", "status_code": 400})),
        (status = 404, description = "There is no such sequence, as far as this viewer goes", body = ErrorBody,
            example = json!({"message": "Collection doesn't exist", "status_code": 404})),
    )
)]
async fn items(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    reply: Reply,
    Path(id): Path<Uuid>,
    Query(parameters): Query<Parameters>,
) -> ApiResult<Response> {
    let id = SequenceId(id);
    let limit = page_size(parameters.limit.as_deref(), MOST, MOST)?;
    let asked_rank = parameters.start_after_rank.as_deref().map(parse_rank).transpose()?;
    super::one::find_sequence(&api, &identity, id).await?;
    let after = match (&parameters.with_picture, asked_rank) {
        (None, rank) => rank.unwrap_or(0),
        (Some(_), Some(_)) => {
            return Err(ApiError::bad_request("`startAfterRank` and `withPicture` exclude each other"));
        }
        (Some(picture), None) => page_of(&api, &identity, id, picture, limit).await?,
    };
    let fields = parameters.fields.as_deref().map(Fields::of_text).transpose()?.unwrap_or_default();
    let query = parameters.search(identity.viewer(), limit + 1, fields.parts())?;
    let found = api.catalog.sequence_items_found(id, &query, after).await?;
    let (found, more) = cut(found, limit);
    let base = url.api(format_args!("/collections/{id}/items"));
    let size = limit.to_string();
    let page = |rel: &'static str, after: i64| {
        let after = after.to_string();
        let after = (after != "0").then_some(after.as_str());
        let place = [("limit", Some(size.as_str())), ("startAfterRank", after)];
        Link::geojson(rel, with_query(&base, place.into_iter().chain(parameters.kept())))
    };
    let own = [
        ("limit", parameters.limit.as_deref()),
        ("startAfterRank", parameters.start_after_rank.as_deref()),
        ("withPicture", parameters.with_picture.as_deref()),
    ];
    let mut links = vec![
        Link::json("root", url.api("")).titled("Instance catalog"),
        Link::json("parent", url.api(format_args!("/collections/{id}"))),
        Link::json("collection", url.api(format_args!("/collections/{id}"))),
        Link::geojson("self", with_query(&base, own.into_iter().chain(parameters.kept()))),
    ];
    // Of those that fit, nobody counts back, nor ahead.
    let whole = parameters.narrowing().iter().all(|(_, value)| value.is_none());
    if after > 0 {
        links.push(page("first", 0));
        if whole {
            links.push(page("prev", (after - limit).max(0)));
        }
    }
    if let Some(rank) = found.last().filter(|_| more).and_then(|item| item.picture.rank) {
        links.push(page("next", rank));
        if whole && let Some(last) = api.catalog.last_rank(identity.viewer(), id).await? {
            links.push(page("last", page_with(last, limit)));
        }
    }
    let features = found.into_iter().map(|item| Item::new(item, &url, &api.settings.license)).collect();
    reply.geojson(&FeatureCollection::selected(features, fields, links))
}

fn parse_rank(text: &str) -> ApiResult<i64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let rank = text.parse().ok().filter(|_| digits);
    rank.ok_or_else(|| ApiError::bad_request("`startAfterRank` has to be a place in the sequence, an integer from 0"))
}

/// Behind which rank the page begins that has this picture, if pages begin at multiples of their size.
async fn page_of(api: &Api, identity: &Identity, id: SequenceId, picture: &str, limit: i64) -> ApiResult<i64> {
    let picture: PictureId =
        picture.parse().map_err(|_| ApiError::bad_request("`withPicture` has to be a picture's UUID"))?;
    let item = api.catalog.item(identity.viewer(), picture).await?;
    let rank = item.filter(|item| item.picture.sequence == Some(id)).and_then(|item| item.picture.rank);
    let rank = rank.ok_or_else(|| ApiError::bad_request("`withPicture` has to be a picture of this sequence"))?;
    Ok(page_with(rank, limit))
}

/// Behind which rank the page begins that has this one.
fn page_with(rank: i64, limit: i64) -> i64 {
    (rank - 1).max(0) / limit * limit
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::with_query;
    use crate::testing::{fixture, link};

    fn ranks(page: &Value) -> Vec<i64> {
        let features = page["features"].as_array().unwrap();
        features.iter().map(|item| item["properties"]["geovisio:rank_in_collection"].as_i64().unwrap()).collect()
    }

    #[tokio::test]
    async fn pages_lead_on_and_back() {
        let fixture = fixture().await;
        let sequence = fixture.sequence().await;
        let path = format!("/collections/{}/items", sequence.id);
        let all = fixture.get(&path).await;
        assert_eq!(all.header("content-type"), "application/geo+json");
        assert_eq!(ranks(&all.json()), [1, 2, 3]);
        assert_eq!(link(&all.json(), "next"), None);

        let first = fixture.get(&format!("{path}?limit=2")).await.json();
        assert_eq!(ranks(&first), [1, 2]);
        assert_eq!(link(&first, "prev"), None);
        let second = fixture.get(&link(&first, "next").unwrap()).await.json();
        assert_eq!(ranks(&second), [3]);
        assert_eq!([link(&second, "next"), link(&second, "last")], [None, None]);
        assert_eq!(ranks(&fixture.get(&link(&first, "last").unwrap()).await.json()), [3]);
        let one = fixture.get(&format!("{path}?limit=1")).await.json();
        assert_eq!(ranks(&fixture.get(&link(&one, "last").unwrap()).await.json()), [3]);
        let back = fixture.get(&link(&second, "prev").unwrap()).await.json();
        assert_eq!(ranks(&back), [1, 2]);

        let with = format!("{path}?limit=2&withPicture={}", sequence.pictures[2]);
        assert_eq!(ranks(&fixture.get(&with).await.json()), [3]);
        assert_eq!(ranks(&fixture.get(&format!("{path}?startAfterRank=99")).await.json()), Vec::<i64>::new());
    }

    #[tokio::test]
    async fn it_is_narrowed_down() {
        let fixture = fixture().await;
        let sequence = fixture.sequence().await;
        let path = format!("/collections/{}/items", sequence.id);
        let all = fixture.get(&path).await.json();
        let of = |rank: usize, pointer: &str| all["features"][rank - 1].pointer(pointer).unwrap().clone();
        let at = of(2, "/properties/datetime").as_str().unwrap().replace('+', "%2B");
        let id = of(3, "/id").as_str().unwrap().to_owned();
        let (lon, lat) = (of(1, "/geometry/coordinates/0"), of(1, "/geometry/coordinates/1"));
        let document = format!(r#"{{"op":"=","args":[{{"property":"id"}},"{id}"]}}"#);
        let from_second = format!("{path}?datetime={at}/..");
        for (query, expected) in [
            (format!("{path}?datetime={at}"), vec![2]),
            (from_second.clone(), vec![2, 3]),
            (format!("{path}?bbox={lon},{lat},{lon},{lat}"), vec![1]),
            (format!("{path}?bbox={lon},{lat},{lon},{lat}&datetime={at}/.."), vec![]),
            (format!("{path}?filter=id%3D'{id}'"), vec![3]),
            (
                with_query(
                    &path,
                    [("filter-lang", Some("cql2-json")), ("filter", Some(document.as_str()))].into_iter(),
                ),
                vec![3],
            ),
            (format!("{path}?bbox=&datetime="), vec![1, 2, 3]),
        ] {
            assert_eq!(ranks(&fixture.get(&query).await.json()), expected, "{query}");
        }
        let first = fixture.get(&format!("{from_second}&limit=1")).await.json();
        assert_eq!(ranks(&first), [2]);
        let second = fixture.get(&link(&first, "next").unwrap()).await.json();
        assert_eq!(ranks(&second), [3]);
        assert_eq!([link(&second, "next"), link(&second, "prev"), link(&first, "last")], [None, None, None]);
        assert_eq!(ranks(&fixture.get(&link(&second, "first").unwrap()).await.json()), [2]);
        assert_eq!(ranks(&fixture.get(&link(&second, "self").unwrap()).await.json()), [3]);
    }

    #[tokio::test]
    async fn what_makes_no_sense() {
        let fixture = fixture().await;
        let sequence = fixture.sequence().await;
        let other = fixture.sequence().await;
        let first = sequence.pictures[0];
        for (query, status) in [
            ("limit=0".to_owned(), 400),
            ("limit=-5".to_owned(), 400),
            ("startAfterRank=-1".to_owned(), 400),
            ("startAfterRank=99999999999999999999".to_owned(), 400),
            ("withPicture=nope".to_owned(), 400),
            (format!("withPicture={}", other.pictures[0]), 400),
            (format!("withPicture={first}&startAfterRank=1"), 400),
            (format!("withPicture={first}"), 200),
            ("bbox=1,2,3".to_owned(), 400),
            ("datetime=yesterday".to_owned(), 400),
            ("filter=nonsense%20here".to_owned(), 400),
            ("filter=S_INTERSECTS(geometry,POINT(1%202))".to_owned(), 400),
            ("filter=id%3D'x'&filter-lang=sql".to_owned(), 400),
        ] {
            let answer = fixture.get(&format!("/collections/{}/items?{query}", sequence.id)).await;
            assert_eq!(answer.status, status, "{query}");
        }
        assert_eq!(fixture.get("/collections/nope/items").await.status, 404);
    }
}
