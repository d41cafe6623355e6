//! Finds where a server's search is, and what it can.

use http::StatusCode;
use serde_json::Value;
use url::Url;

use crate::{
    FetchError,
    client::{Asking, Client, DOCUMENTS, Trouble},
    progress::Event,
};

/// A server's search.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    /// Where to ask.
    pub search: Url,
    /// Whether pictures can be asked for by when they changed.
    pub knows_updated: bool,
    /// Whether it says that it knows filters at all.
    pub knows_filters: bool,
}

/// Finds where a server's search is, and what it can.
pub(crate) async fn discover(client: &Client<'_>, home: &Url) -> Result<Server, FetchError> {
    let (url, landing) = landing(client, home).await?;
    let search = link(&landing, &url, "search").ok_or_else(|| FetchError::Strange {
        url: url.clone(),
        why: "its landing page has no link to a search".to_owned(),
    })?;
    let queryables = link(&landing, &url, "http://www.opengis.net/def/rel/ogc/1.0/queryables");
    let mut conforms = landing["conformsTo"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let knows_filters = queryables.is_some() || conforms.any(|class| class.contains("filter"));
    let knows_updated = match queryables {
        Some(queryables) => {
            let document: Result<Value, Trouble> =
                client.json(&Asking::get(queryables, "application/schema+json, application/json")).await;
            match document {
                Ok(document) => document["properties"]["updated"].is_object(),
                Err(Trouble::Stopped) => return Err(FetchError::Stopped),
                // Then it is asked for everything, and what changed is picked here.
                Err(_) => false,
            }
        }
        None => false,
    };
    Ok(Server { search, knows_updated, knows_filters })
}

/// Reads the landing page at the address, or at `/api` below it; and where it was.
///
/// # Errors
/// If there is none, or the server does not answer.
pub async fn landing(client: &Client<'_>, home: &Url) -> Result<(Url, Value), FetchError> {
    let mut below = home.clone();
    below.set_path(&format!("{}/api", home.path().trim_end_matches('/')));
    let mut first = None;
    for url in [home, &below] {
        match read(client, url).await {
            Ok(Some(found)) => return Ok((url.clone(), found)),
            Ok(None) => {}
            Err(trouble @ (Trouble::Stopped | Trouble::Passing(_) | Trouble::Busy(_))) => {
                return Err(trouble.into_error(url));
            }
            // A site may be broken, or not there, while the API works.
            Err(trouble) => first = first.or_else(|| Some(trouble.into_error(url))),
        }
    }
    Err(first.unwrap_or_else(|| FetchError::Strange {
        url: home.clone(),
        why: "there is no landing page of a STAC API with a search, neither there nor at /api".to_owned(),
    }))
}

/// A landing page, or nothing if there is something else.
async fn read(client: &Client<'_>, url: &Url) -> Result<Option<Value>, Trouble> {
    // Read as a page of a site, too: that is told apart here, and asking again would not change it.
    let mut tries = client.tries();
    let mut told = false;
    loop {
        let passed = tries.pass().await?;
        let answer = client.text(&Asking::get(url.clone(), DOCUMENTS)).await;
        match answer {
            Ok(text) => {
                let document: Option<Value> = serde_json::from_slice(&text).ok();
                return Ok(document.filter(|document| link(document, url, "search").is_some()));
            }
            Err(Trouble::Refused(StatusCode::NOT_FOUND | StatusCode::NOT_ACCEPTABLE, _)) => return Ok(None),
            Err(trouble) => {
                // Often the address is mistyped: who waits should know for what.
                if !told && matches!(trouble, Trouble::Passing(_) | Trouble::Failing(_)) {
                    client.progress.on(&Event::Note(&format!("{url}: {}; trying again", trouble.text())));
                    told = true;
                }
                tries.again(trouble, passed).await?;
            }
        }
    }
}

/// Where a link leads. Of several that which is asked with GET.
pub fn link(document: &Value, base: &Url, rel: &str) -> Option<Url> {
    let links = document["links"].as_array()?;
    let of = |link: &&Value| link["rel"] == rel;
    let by_get = |link: &&Value| link["method"].as_str().is_none_or(|method| method.eq_ignore_ascii_case("GET"));
    let link = links.iter().filter(of).find(by_get).or_else(|| links.iter().find(of))?;
    base.join(link["href"].as_str()?).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn links_are_found_by_their_meaning() {
        let base: Url = "https://example.org/api".parse().unwrap();
        let page = json!({"links": [
            {"rel": "search", "href": "/api/posted", "method": "POST"},
            {"rel": "search", "href": "/api/search"},
            {"rel": "evil", "href": "file:///etc/passwd"},
        ]});
        assert_eq!(link(&page, &base, "search").unwrap().as_str(), "https://example.org/api/search");
        assert_eq!(link(&page, &base, "evil"), None);
        assert_eq!(link(&json!({"links": 7}), &base, "search"), None);
    }
}
