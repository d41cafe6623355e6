//! The web site, embedded in the binary.

mod preview;

use std::sync::Arc;

use axum::{
    Extension, Router,
    body::Body,
    extract::State,
    response::{IntoResponse as _, Response},
    routing::get,
};
use flaneur_api::{PublicUrl, Settings};
use flaneur_catalog::Catalog;
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use preview::Previews;
use rust_embed::RustEmbed;
use sha2::{Digest as _, Sha256};

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../web/dist"]
#[allow_missing = true]
struct Files;

/// Where a picture alone is shown inside pages of others.
const EMBED: &str = "/embed";

/// The site's documents; they are no files of their own, and answered at the paths of pages only.
const WHOLE_DOCUMENT: &str = "index.html";
const EMBEDDED_DOCUMENT: &str = "embed.html";

/// Paths of the site's pages; all are answered with the one HTML document, which looks at the path itself.
const PAGES: [&str; 18] = [
    "/",
    "/upload",
    "/sign-in",
    "/account",
    "/account/excluded-areas",
    "/excluded-areas",
    "/invite",
    "/mail",
    "/claim",
    "/data",
    "/statistics",
    "/pictures",
    "/pictures/correct",
    "/sequences/{*rest}",
    "/reports",
    "/reports/{*rest}",
    "/pages",
    "/pages/{*rest}",
];

/// What answers need.
#[derive(Clone)]
struct Site {
    policies: Policies,
    previews: Previews,
}

/// What a document may load, and who may show it inside a page of theirs.
#[derive(Clone)]
struct Policies {
    /// Of everything but [`EMBED`]: nobody may. What is clicked in the whole site acts for whoever is signed in.
    whole: HeaderValue,
    /// Of [`EMBED`], in which nothing can be changed: anybody may.
    embedded: HeaderValue,
}

const HTML: &str = "text/html; charset=utf-8";

/// Serves the site of an instance.
pub fn router(catalog: Arc<dyn Catalog>, settings: Arc<Settings>) -> Router {
    let policies = Policies::new(settings.background_style.as_deref(), settings.geocoder.as_deref());
    let mut router = Router::new();
    for page in PAGES {
        router = router.route(page, get(page_of_site));
    }
    let router = router.route(EMBED, get(embedded));
    router.fallback(get(file)).with_state(Site { policies, previews: Previews::new(catalog, settings) })
}

/// Where JOSM listens on the reader's own computer, if they switched that on.
const JOSM: &str = "http://127.0.0.1:8111";

impl Policies {
    /// Documents may load nothing from elsewhere, except what the operator chose: the background map (`background`, the address of
    /// a map style), and answers of a service that finds places (`geocoder`, its address). Scripts only as files; styles inline too,
    /// as the map and the viewer set them on elements.
    fn new(background: Option<&str>, geocoder: Option<&str>) -> Self {
        let elsewhere = background
            .and_then(|style| url::Url::parse(style).ok())
            .map(|style| style.origin().ascii_serialization())
            .filter(|origin| origin.starts_with("http"))
            .map(|_| " https: http:")
            .unwrap_or_default();
        let finder = geocoder
            .and_then(|address| url::Url::parse(address).ok())
            .map(|address| format!(" {}", address.origin().ascii_serialization()))
            .unwrap_or_default();
        let policy = |connect: &str, others: &str| {
            let policy = format!(
                "default-src 'self'; connect-src 'self'{elsewhere}{connect}; img-src 'self' data: blob:{elsewhere}; \
                 style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; {others}"
            );
            HeaderValue::from_str(&policy)
                .unwrap_or(HeaderValue::from_static("default-src 'self'; frame-ancestors 'none'"))
        };
        Self {
            whole: policy(&format!(" {JOSM}{finder}"), "form-action 'self'; frame-ancestors 'none'"),
            embedded: policy("", "form-action 'none'"),
        }
    }
}

async fn page_of_site(
    State(site): State<Site>,
    url: Option<Extension<PublicUrl>>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let mut response = site.document(WHOLE_DOCUMENT, url, &uri, &headers).await;
    site.protect(&mut response);
    response
}

async fn embedded(
    State(site): State<Site>,
    url: Option<Extension<PublicUrl>>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let mut response = site.document(EMBEDDED_DOCUMENT, url, &uri, &headers).await;
    protect(&mut response, site.policies.embedded);
    response
}

impl Site {
    /// A document with what is to be told of its address in its head.
    async fn document(
        &self,
        name: &str,
        url: Option<Extension<PublicUrl>>,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Response {
        let Some(page) = Files::get(name) else { return unbuilt() };
        let mut page = String::from_utf8_lossy(&page.data).into_owned();
        if let Some(Extension(url)) = url {
            page = self.previews.tell(&page, uri, &url).await;
        }
        answer(&Sha256::digest(&page), page.into(), HTML, "no-cache", headers)
    }

    /// Has nobody show it inside a page of theirs.
    fn protect(&self, response: &mut Response) {
        protect(response, self.policies.whole.clone());
        response.headers_mut().insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    }
}

async fn file(State(site): State<Site>, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    let is_document = [WHOLE_DOCUMENT, EMBEDDED_DOCUMENT].contains(&path);
    let mut response = match Files::get(path).filter(|_| !is_document) {
        Some(file) => {
            let kind = mime_guess::from_path(path).first_or_octet_stream();
            // Built files carry their content's hash in the name.
            let caching = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
            answer(&file.metadata.sha256_hash(), file.data.into_owned().into(), kind.essence_str(), caching, &headers)
        }
        None => match Files::get(WHOLE_DOCUMENT) {
            // The page says that there is nothing here, with the way back.
            Some(page) if wants_page(&headers) => {
                let hash = page.metadata.sha256_hash();
                let mut response = answer(&hash, page.data.into_owned().into(), HTML, "no-cache", &HeaderMap::new());
                *response.status_mut() = StatusCode::NOT_FOUND;
                response
            }
            _ => (StatusCode::NOT_FOUND, "there is nothing here").into_response(),
        },
    };
    site.protect(&mut response);
    response
}

fn wants_page(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

/// A file of this SHA-256, or that the client has it.
fn answer(sha256: &[u8], body: Body, kind: &str, caching: &'static str, headers: &HeaderMap) -> Response {
    let hash = sha256.iter().take(16).fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    let tag = format!("\"{hash}\"");
    let known = headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.contains(&tag));
    let mut response = if known { StatusCode::NOT_MODIFIED.into_response() } else { Response::new(body) };
    let out = response.headers_mut();
    if let Ok(kind) = HeaderValue::from_str(kind) {
        out.insert(header::CONTENT_TYPE, kind);
    }
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        out.insert(header::ETAG, tag);
    }
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    response
}

fn protect(response: &mut Response, policy: HeaderValue) {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("strict-origin-when-cross-origin"));
}

fn unbuilt() -> Response {
    let text = "This binary was built without the web site. Run `make build`, which builds the site first. The API is at /api.";
    (StatusCode::SERVICE_UNAVAILABLE, text).into_response()
}
