//! `/collections`: a list of sequences.

use axum::{extract::State, response::Response};
use flaneur_access::Viewer;
use flaneur_catalog::model::SequenceQuery;
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Cursor, cursor::with_query, next_page};
use crate::{
    Api, ApiError, ApiResult, Identity, Link, PublicUrl,
    error::ErrorBody,
    extract::{Query, page_size},
    respond::Reply,
    stac::{Collection, parse_bbox, parse_period},
};

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(collections))
}

/// Which sequences.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParameters {
    /// At most so many; more than 1000 is read as 1000.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 1000, default = 100, example = 2)]
    limit: Option<String>,
    /// Only those whose extent meets this box: west,south,east,north in degrees.
    #[param(example = "1.9,49.0,2.0,49.1")]
    bbox: Option<String>,
    /// Only those with pictures taken then: a time, a day, or an interval with `/`, of which `..` leaves an end open.
    #[param(example = "2021-07-01/2021-07-31")]
    datetime: Option<String>,
    /// Where the page before ended: taken from its `next` link.
    page: Option<String>,
    /// Not offered: what would change the answer is refused rather than ignored.
    #[param(ignore)]
    filter: Option<String>,
    #[param(ignore)]
    sortby: Option<String>,
    #[param(ignore)]
    show_deleted: Option<String>,
    #[param(ignore)]
    created_after: Option<String>,
    #[param(ignore)]
    created_before: Option<String>,
    #[param(ignore)]
    format: Option<String>,
}

/// A page of sequences.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Collections {
    /// The sequences, in the order in which they were made.
    collections: Vec<Collection>,
    /// `root`, `parent`, `self`, and `next` if there are more.
    links: Vec<Link>,
}

/// Sequences in the order in which they were made
///
/// Only what the viewer may see, and what has something to show. Follow the `next` link for more.
#[utoipa::path(
    get, path = "/collections", tag = "Sequences",
    params(ListParameters),
    responses(
        (status = 200, description = "A page of sequences", body = Collections),
        (status = 400, description = "A parameter makes no sense, or is not offered", body = ErrorBody,
            example = json!({"message": "`limit` has to be an integer between 1 and 1000", "status_code": 400})),
    )
)]
async fn collections(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    reply: Reply,
    Query(parameters): Query<ListParameters>,
) -> ApiResult<Response> {
    let limit = parameters.limit(100, 1000)?;
    let query = parameters.query(identity.viewer(), limit + 1)?;
    let (sequences, more) = after_fetch(api.catalog.sequences(&query).await?, limit);
    let base = url.api("/collections");
    let kept = parameters.kept();
    let own = with_query(&base, kept.into_iter().chain([("page", parameters.page.as_deref())]));
    let mut links = vec![
        Link::json("root", url.api("")).titled("Instance catalog"),
        Link::json("parent", url.api("")).titled("Instance catalog"),
        Link::json("self", own),
    ];
    links.extend(sequences.last().filter(|_| more).map(|last| next_page(&base, &kept, last)));
    let license = &api.settings.license;
    let collections = sequences.into_iter().map(|sequence| Collection::new(sequence, &url, license)).collect();
    reply.json(&Collections { collections, links })
}

/// Takes off the one row that was asked for to see whether there are more.
pub(crate) fn after_fetch<T>(mut rows: Vec<T>, limit: i64) -> (Vec<T>, bool) {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    (rows, more)
}

impl ListParameters {
    /// How many are wanted.
    pub(crate) fn limit(&self, usual: i64, most: i64) -> ApiResult<i64> {
        page_size(self.limit.as_deref(), usual, most)
    }

    /// What the catalog is asked.
    pub(crate) fn query(&self, viewer: Viewer, limit: i64) -> ApiResult<SequenceQuery> {
        self.refuse_what_is_not_offered()?;
        let period = self.datetime.as_deref().map(parse_period).transpose()?.unwrap_or_default();
        Ok(SequenceQuery {
            viewer,
            account: None,
            bbox: self.bbox.as_deref().map(parse_bbox).transpose()?,
            since: period.since,
            until: period.until,
            after: self.page.as_deref().map(Cursor::parse).transpose()?.map(|Cursor(at, id)| (at, id)),
            limit,
        })
    }

    /// What the next page is asked with, too.
    pub(crate) fn kept(&self) -> [(&'static str, Option<&str>); 3] {
        [("limit", self.limit.as_deref()), ("bbox", self.bbox.as_deref()), ("datetime", self.datetime.as_deref())]
    }

    fn refuse_what_is_not_offered(&self) -> ApiResult<()> {
        let refuse = |what: &str| Err(ApiError::bad_request(format!("{what} is not offered here; leave it out")));
        if self.filter.is_some() {
            return refuse("`filter`");
        }
        if self.sortby.as_deref().is_some_and(|by| !matches!(by.trim(), "" | "created" | "+created")) {
            return refuse("`sortby` by anything but +created");
        }
        if self.show_deleted.as_deref().is_some_and(|text| !matches!(text, "" | "false" | "False" | "0")) {
            return refuse("`show_deleted`");
        }
        if self.created_after.is_some() || self.created_before.is_some() {
            return refuse("`created_after` or `created_before`");
        }
        if self.format.as_deref().is_some_and(|format| !matches!(format, "" | "json")) {
            return refuse("`format` other than json");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::fixture;

    #[tokio::test]
    async fn pages_follow_each_other() {
        let fixture = fixture().await;
        let mut expected = Vec::new();
        for _ in 0..3 {
            expected.push(fixture.sequence().await.id.to_string());
        }
        let mut path = "/collections?limit=2&bbox=-180,-90,180,90&datetime=2000-01-01/..".to_owned();
        let mut found = Vec::new();
        let mut pages = 0;
        loop {
            let page = fixture.get(&path).await.json();
            pages += 1;
            for collection in page["collections"].as_array().unwrap() {
                found.push(collection["id"].as_str().unwrap().to_owned());
            }
            match crate::testing::link(&page, "next") {
                Some(next) => path = next,
                None => break,
            }
        }
        assert_eq!((found, pages), (expected, 2));
    }

    #[tokio::test]
    async fn box_and_time_narrow_it_down() {
        let fixture = fixture().await;
        fixture.sequence().await;
        for (query, count) in [
            ("bbox=1,48,3,50", 1),
            ("bbox=10,48,11,50", 0),
            ("datetime=2021-07-29", 1),
            ("datetime=../2021-07-28", 0),
            ("limit=100000", 1),
        ] {
            let page = fixture.get(&format!("/collections?{query}")).await.json();
            assert_eq!(page["collections"].as_array().unwrap().len(), count, "{query}");
        }
    }

    #[tokio::test]
    async fn what_makes_no_sense_is_refused_with_a_sentence() {
        let fixture = fixture().await;
        for query in [
            "limit=0",
            "limit=x",
            "limit=1&limit=2",
            "bbox=1,2,3",
            "datetime=tomorrow",
            "page=nope",
            "filter=status%20IN%20('deleted')",
            "show_deleted=true",
            "sortby=-updated",
            "format=rss",
        ] {
            let answer = fixture.get(&format!("/collections?{query}")).await;
            assert_eq!(answer.status, 400, "{query}");
            assert!(answer.json()["message"].as_str().unwrap().len() > 20, "{query}");
        }
    }
}
