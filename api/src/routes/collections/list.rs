//! `/collections`: a list of sequences.

use axum::{extract::State, response::Response};
use flaneur_catalog::model::{SequenceId, SequenceKey, SequenceOrder};
use http::HeaderMap;
use serde::Serialize;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Format, ListParameters, cursor::with_query, feed, page_links};
use crate::{
    Api, ApiResult, Identity, Link, PublicUrl, error::ErrorBody, extract::Query, respond::Reply, stac::Collection,
};

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(collections))
}

/// A page of sequences.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Collections)]
struct SequencePage {
    /// The sequences, in order.
    collections: Vec<Entry>,
    /// How many there are on this page.
    #[serde(rename = "numberReturned")]
    number_returned: usize,
    /// `root`, `parent`, `self`; `first`, `prev` and `next` where there are more.
    links: Vec<Link>,
}

/// What is in the list.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(untagged)]
enum Entry {
    /// A sequence.
    Shown(Box<Collection>),
    /// What says that one is not there any more.
    Gone(Gone),
}

/// What says that a sequence is not there any more, or not to be seen by who asks.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Gone {
    /// The sequence.
    #[schema(value_type = uuid::Uuid)]
    id: SequenceId,
    #[serde(rename = "geovisio:status")]
    status: IsDeleted,
}

/// Always `deleted`.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
enum IsDeleted {
    Deleted,
}

/// Sequences
///
/// Only what the viewer may see, and what has something to show, in the order in which they were made unless another one is
/// asked for. Follow the `next` link for more. Harvesters follow all of it once, and then ask again and again for
/// `filter=updated > '…'&show_deleted=true`: whatever changes below a sequence moves its `updated`. Where a filter would have
/// the server look at too much, a page may be shorter than `limit` and still have a `next` link, or the answer is a 400 that
/// asks to narrow it down. As RSS, the latest come first.
#[utoipa::path(
    get, path = "/collections", tag = "Sequences",
    params(ListParameters),
    responses(
        (status = 200, description = "A page of sequences", content(
            (SequencePage = "application/json"),
            (String = "application/rss+xml"),
        )),
        (status = 400, description = "A parameter makes no sense, or is not offered", body = ErrorBody,
            example = json!({"message": "`limit` has to be an integer between 1 and 1000", "status_code": 400})),
    )
)]
async fn collections(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    reply: Reply,
    headers: HeaderMap,
    Query(parameters): Query<ListParameters>,
) -> ApiResult<Response> {
    let base = url.api("/collections");
    if parameters.format(Format::Rss, &headers)? == Format::Rss {
        let latest = SequenceOrder { by: SequenceKey::Created, descending: true };
        let (query, _) = parameters.query(identity.viewer(), parameters.limit(50, 100)?, Some(latest))?;
        let sequences = api.catalog.sequences(&query).await?.sequences();
        return feed::answer(&api, &identity, &url, &reply, &sequences).await;
    }
    let (query, cursor) = parameters.query(identity.viewer(), parameters.limit(100, 1000)?, None)?;
    let list = api.catalog.sequences(&query).await?;
    let kept = parameters.kept();
    let own = with_query(&base, kept.into_iter().chain([parameters.page()]));
    let mut links = vec![
        Link::json("root", url.api("")).titled("Instance catalog"),
        Link::json("parent", url.api("")).titled("Instance catalog"),
        Link::json("self", own),
    ];
    links.extend(page_links(&base, &kept, query.order, cursor, &list));
    let license = &api.settings.license;
    let entry = |listed: flaneur_catalog::model::ListedSequence| match listed.sequence {
        Some(sequence) => Entry::Shown(Box::new(Collection::new(sequence, &url, license))),
        None => Entry::Gone(Gone { id: listed.place.id, status: IsDeleted::Deleted }),
    };
    let collections: Vec<Entry> = list.listed.into_iter().map(entry).collect();
    reply.chosen_json(&SequencePage { number_returned: collections.len(), collections, links })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::testing::{fixture, link};

    fn ids(page: &Value) -> Vec<String> {
        page["collections"].as_array().unwrap().iter().map(|each| each["id"].as_str().unwrap().to_owned()).collect()
    }

    #[tokio::test]
    async fn pages_lead_on_and_back_in_every_order() {
        let fixture = fixture().await;
        let mut made = Vec::new();
        for _ in 0..5 {
            made.push(fixture.sequence().await.id.to_string());
        }
        for sort in ["created", "%2Bupdated", "-created", "-updated,-id", "datetime", "-id"] {
            let mut expected = made.clone();
            match sort {
                "-created" | "-updated,-id" => expected.reverse(),
                // All pictures were taken at the same times.
                "datetime" => expected.sort(),
                "-id" => expected.sort_by(|one, other| other.cmp(one)),
                _ => {}
            }
            let first = fixture.get(&format!("/collections?limit=2&sortby={sort}")).await.json();
            assert_eq!(
                (ids(&first), link(&first, "prev"), link(&first, "first")),
                (expected[..2].to_vec(), None, None)
            );
            let second = fixture.get(&link(&first, "next").unwrap()).await.json();
            assert_eq!(ids(&second), expected[2..4], "{sort}");
            let third = fixture.get(&link(&second, "next").unwrap()).await.json();
            assert_eq!((ids(&third), link(&third, "next")), (expected[4..].to_vec(), None), "{sort}");
            let back = fixture.get(&link(&third, "prev").unwrap()).await.json();
            assert_eq!(ids(&back), expected[2..4], "{sort}");
            let again = fixture.get(&link(&back, "prev").unwrap()).await.json();
            assert_eq!((ids(&again), link(&again, "prev")), (expected[..2].to_vec(), None), "{sort}");
            assert_eq!(ids(&fixture.get(&link(&again, "next").unwrap()).await.json()), expected[2..4], "{sort}");
            assert_eq!(ids(&fixture.get(&link(&back, "first").unwrap()).await.json()), expected[..2], "{sort}");
        }
    }

    #[tokio::test]
    async fn what_is_gone_is_a_tombstone_where_it_is_asked_for() {
        let fixture = fixture().await;
        let (first, second) = (fixture.sequence().await, fixture.sequence().await);
        let page = fixture.get("/collections").await.json();
        let since = page["collections"][1]["updated"].as_str().unwrap().replace('+', "%2B");
        fixture.clock.advance(jiff::SignedDuration::from_secs(1));
        let gone = format!("/collections/{}", first.id);
        assert_eq!(fixture.request("DELETE", &gone).of(Some(&fixture.owner)).send().await.status, 204);
        assert_eq!(ids(&fixture.get("/collections").await.json()), [second.id.to_string()]);
        for query in [
            format!("show_deleted=true&filter=updated%20%3E%20'{since}'"),
            format!("filter=status%20IN%20('deleted','ready')%20AND%20updated%20%3E%20'{since}'"),
        ] {
            let page = fixture.get(&format!("/collections?{query}")).await.json();
            let tombstone = serde_json::json!({"id": first.id.to_string(), "geovisio:status": "deleted"});
            assert_eq!(page["collections"], serde_json::json!([tombstone]), "{query}");
        }
        let all = fixture.get("/collections?show_deleted=true").await.json();
        assert_eq!(ids(&all), [first.id.to_string(), second.id.to_string()]);
        let of_user = format!("/users/{}/collection?show_deleted=true", fixture.owner.account.id);
        let links = fixture.get(&of_user).await.json()["links"].as_array().unwrap().clone();
        let child = links.iter().find(|link| link["id"] == first.id.to_string()).unwrap();
        assert_eq!((&child["rel"], &child["geovisio:status"]), (&"child".into(), &"deleted".into()));
    }

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
            match link(&page, "next") {
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
            ("filter=title%20LIKE%20'Sample%25'", 1),
            ("filter=title%20LIKE%20'sample%25'", 0),
            ("filter=updated%20%3E%20'2000-01-01'", 1),
            ("created_after=2000-01-01&created_before=3000-01-01T00:00:00Z", 1),
            ("created_before=2000-01-01&filter=title%20IS%20NOT%20NULL", 0),
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
            "filter=foo%20=%201",
            "filter=title%20=%20'a'&filter-lang=sql",
            "show_deleted=perhaps",
            "sortby=title",
            "sortby=created,-id",
            "created_after=tomorrow",
            "format=csv",
        ] {
            let answer = fixture.get(&format!("/collections?{query}")).await;
            assert_eq!(answer.status, 400, "{query}");
            assert!(answer.json()["message"].as_str().unwrap().len() > 20, "{query}");
        }
    }
}
