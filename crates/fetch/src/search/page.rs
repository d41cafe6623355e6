//! One search, page after page.

use std::collections::{HashSet, hash_map::DefaultHasher};
use std::hash::{Hash as _, Hasher as _};

use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, value::RawValue};
use url::Url;

use super::Gathering;
use crate::{
    FetchError,
    client::{Asking, Trouble},
};

/// Pages of one search. At a thousand pictures each, more than any server has.
const MOST_PAGES: usize = 1_000_000;
/// Empty pages in a row.
const MOST_EMPTY: usize = 1000;
/// Smallest page that is asked for.
const SMALLEST_PAGE: u32 = 10;

/// A page of a search, of which just what is needed is read. Without `features` it is none.
#[derive(Debug, Deserialize)]
struct Page {
    features: Vec<Box<RawValue>>,
    #[serde(default)]
    links: Value,
    #[serde(default, rename = "numberMatched")]
    number_matched: Value,
}

/// How a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// So many were told, of so many as the server says there are.
    Told {
        /// Told.
        count: u64,
        /// As the server counts them, where it does.
        matched: Option<u64>,
        /// It had more than one page.
        paged: bool,
    },
    /// The server will not look at so much: it has to be asked for less.
    TooMuch,
}

impl Gathering<'_, '_> {
    /// Asks for all pages of a search, and takes what is on them.
    pub(super) async fn all_pages(&mut self, conditions: &Value) -> Result<Ended, FetchError> {
        'anew: loop {
            self.around = None;
            let mut asking = self.first(conditions);
            // Where a server leads in circles is seen by where it was.
            let mut seen = HashSet::new();
            let (mut count, mut empty, mut pages, mut matched) = (0_u64, 0, 0, None);
            loop {
                let page: Page = match self.client.json(&asking).await {
                    Ok(page) => page,
                    Err(trouble) => match self.adapt(trouble, conditions, &asking)? {
                        Adapted::Again => continue 'anew,
                        Adapted::TooMuch => return Ok(Ended::TooMuch),
                    },
                };
                self.worked = true;
                self.requests += 1;
                pages += 1;
                count += page.features.len() as u64;
                matched = matched.or_else(|| page.number_matched.as_u64());
                empty = if page.features.is_empty() { empty + 1 } else { 0 };
                for feature in &page.features {
                    self.take(feature, &asking.url)?;
                }
                self.tell();
                let Some(next) = next(&page.links, &asking) else {
                    return Ok(Ended::Told { count, matched, paged: pages > 1 });
                };
                let strange = |why: &str| FetchError::Strange { url: asking.url.clone(), why: why.to_owned() };
                if !seen.insert(mark(&next)) {
                    return Err(strange("its pages lead in a circle"));
                }
                if pages >= MOST_PAGES || empty >= MOST_EMPTY {
                    return Err(strange("its pages do not end"));
                }
                asking = next;
            }
        }
    }

    /// Whether the first page of a search has a next one.
    pub(super) async fn has_next(&mut self, conditions: &Value) -> Result<bool, FetchError> {
        let asking = self.first(conditions);
        let page: Page = self.client.json(&asking).await.map_err(|trouble| trouble.into_error(&asking.url))?;
        self.requests += 1;
        Ok(next(&page.links, &asking).is_some())
    }

    fn first(&self, conditions: &Value) -> Asking {
        let mut body = conditions.clone();
        body["limit"] = self.limit.into();
        if conditions.get("intersects").is_some() {
            if self.area_as_text {
                body["intersects"] = body["intersects"].to_string().into();
            }
            return Asking::post(self.server.search.clone(), body);
        }
        let mut url = self.server.search.clone();
        {
            let mut pairs = url.query_pairs_mut();
            for (name, value) in body.as_object().into_iter().flatten() {
                pairs.append_pair(name, &as_parameter(value));
            }
        }
        Asking::get(url, crate::client::DOCUMENTS)
    }

    /// A server that cannot do with a request may do with another one.
    fn adapt(&mut self, trouble: Trouble, conditions: &Value, asking: &Asking) -> Result<Adapted, FetchError> {
        match &trouble {
            // Fewer on a page are less to send.
            Trouble::TooLarge if self.limit > SMALLEST_PAGE => {
                self.limit = (self.limit / 2).max(SMALLEST_PAGE);
                return Ok(Adapted::Again);
            }
            // What Flaneur says when it would have to look through too many for a filter.
            Trouble::Refused(StatusCode::BAD_REQUEST, message) if message.contains("narrow it down") => {
                return Ok(Adapted::TooMuch);
            }
            Trouble::Refused(StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY, _) if !self.worked => {
                // Some take a geometry as text only.
                if conditions.get("intersects").is_some() && !self.area_as_text {
                    self.area_as_text = true;
                    return Ok(Adapted::Again);
                }
                if self.limit > 100 {
                    self.limit = 100;
                    self.area_as_text = false;
                    return Ok(Adapted::Again);
                }
            }
            _ => {}
        }
        Err(trouble.into_error(&asking.url))
    }
}

enum Adapted {
    Again,
    TooMuch,
}

/// A condition as it stands in an address: lists with commas.
fn as_parameter(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().map(as_parameter).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

/// The request for the next page.
fn next(links: &Value, now: &Asking) -> Option<Asking> {
    let link = links.as_array()?.iter().find(|link| link["rel"] == "next")?;
    let url = now.url.join(link["href"].as_str()?).ok().filter(|url: &Url| matches!(url.scheme(), "http" | "https"))?;
    let posted = link["method"].as_str().is_some_and(|method| method.eq_ignore_ascii_case("POST"));
    if !posted {
        return Some(Asking::get(url, crate::client::DOCUMENTS));
    }
    let body = match (&link["body"], &now.body) {
        (Value::Object(more), Some(Value::Object(body))) if link["merge"] == true => {
            let mut body = body.clone();
            body.extend(more.clone());
            Value::Object(body)
        }
        (Value::Object(body), _) => Value::Object(body.clone()),
        (_, body) => body.clone().unwrap_or_default(),
    };
    Some(Asking::post(url, body))
}

/// Tells requests apart.
fn mark(asking: &Asking) -> u64 {
    let mut hasher = DefaultHasher::new();
    (asking.method == Method::POST).hash(&mut hasher);
    asking.url.as_str().hash(&mut hasher);
    asking.body.as_ref().map(Value::to_string).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_next_page_is_asked_for_as_the_server_says() {
        let url: Url = "https://example.org/api/search".parse().unwrap();
        let posted = Asking::post(url.clone(), json!({"limit": 5, "filter": "x"}));
        let of = |link: Value| next(&json!([{"rel": "self", "href": "/other"}, link]), &posted);
        let got = of(json!({"rel": "next", "href": "?token=a"})).unwrap();
        assert_eq!((got.method, got.url.as_str()), (Method::GET, "https://example.org/api/search?token=a"));
        let whole = of(json!({"rel": "next", "href": "/s", "method": "POST", "body": {"token": "a"}})).unwrap();
        assert_eq!(whole.body, Some(json!({"token": "a"})));
        let merged =
            of(json!({"rel": "next", "href": "/s", "method": "POST", "merge": true, "body": {"token": "a"}})).unwrap();
        assert_eq!(merged.body, Some(json!({"limit": 5, "filter": "x", "token": "a"})));
        assert_ne!(mark(&whole), mark(&merged));
        assert!(of(json!({"rel": "next", "href": "file:///etc/passwd"})).is_none());
        assert!(of(json!({"rel": "prev", "href": "/s"})).is_none());
    }
}
