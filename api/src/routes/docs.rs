//! `/docs`: the API's description, for machines and for people.

use axum::{
    Router,
    body::Bytes,
    response::{IntoResponse, Redirect},
    routing::get,
};
use http::header;
use utoipa::openapi::OpenApi;

use crate::{
    PublicUrl,
    openapi::{complete, operations},
};

const PAGE: &str = include_str!("../../assets/docs/index.html");
const SCRIPT: &str = include_str!("../../assets/docs/swagger.js");
const STYLE: &str = include_str!("../../assets/docs/swagger.css");

/// The page loads nothing from elsewhere and runs no script but its own.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'self'";

/// Serves the document, and a page that shows it. `anonymous_uploads`: whether nobodies may send pictures here.
pub fn router(document: &OpenApi, anonymous_uploads: bool) -> Router {
    let mut document = document.clone();
    complete(&mut document, anonymous_uploads);
    name_operations(&mut document);
    // A document made of strings, lists and maps can't fail to be written as JSON.
    let document = Bytes::from(document.to_json().unwrap_or_default());
    Router::new()
        .route("/docs", get(|url: PublicUrl| async move { Redirect::temporary(&url.api("/docs/swagger")) }))
        .route("/docs/specs.json", get(move || async move { file("application/json", document) }))
        .route(
            "/docs/swagger",
            get(|| async { ([(header::CONTENT_SECURITY_POLICY, POLICY)], text("text/html; charset=utf-8", PAGE)) }),
        )
        .route("/docs/swagger.js", get(|| async { text("text/javascript; charset=utf-8", SCRIPT) }))
        .route("/docs/swagger.css", get(|| async { text("text/css; charset=utf-8", STYLE) }))
}

/// Names each operation after its method and path, as in `get_collections_id_items`: handlers of several modules have
/// the same name, and generators of clients need names that differ.
fn name_operations(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        let words = path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let place = words.collect::<Vec<_>>().join("_");
        for (method, operation) in operations(item) {
            let method = method.as_str().to_ascii_lowercase();
            operation.operation_id = Some(format!("{method}_{place}").trim_end_matches('_').to_owned());
        }
    }
}

fn text(media_type: &'static str, text: &'static str) -> impl IntoResponse {
    file(media_type, Bytes::from_static(text.as_bytes()))
}

fn file(media_type: &'static str, bytes: Bytes) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, "no-cache")], bytes)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::testing::fixture;

    #[tokio::test]
    async fn the_page_needs_nothing_from_elsewhere() {
        let fixture = fixture().await;
        let page = fixture.get("/docs/swagger").await;
        assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
        assert!(page.header("content-security-policy").contains("script-src 'self'"));
        for (path, media_type) in [("swagger.js", "text/javascript"), ("swagger.css", "text/css")] {
            assert!(page.text().contains(&format!("\"/api/docs/{path}\"")), "{path}");
            let part = fixture.get(&format!("/docs/{path}")).await;
            assert!(part.header("content-type").starts_with(media_type));
            assert!(!part.text().contains("//") || !part.text().contains("http"), "{path}");
        }
        let short = fixture.get("/docs").await;
        assert_eq!((short.status, short.header("location")), (307, "https://pics.example.org/api/docs/swagger"));
    }

    /// Every operation has a summary, a tag, and says what it answers; no two have the same name.
    #[tokio::test]
    async fn every_operation_is_described() {
        let specs = fixture().await.get("/docs/specs.json").await;
        assert_eq!(specs.header("content-type"), "application/json");
        let specs = specs.json();
        let (mut paths, mut names) = (BTreeSet::new(), BTreeSet::new());
        let schemes = specs["components"]["securitySchemes"].as_object().unwrap();
        for (path, item) in specs["paths"].as_object().unwrap() {
            paths.insert(path.as_str());
            for (method, operation) in item.as_object().unwrap() {
                let name = format!("{method} {path}");
                assert!(operation["summary"].as_str().is_some_and(|text| text.len() > 5), "{name}: no summary");
                assert!(names.insert(operation["operationId"].as_str().unwrap()), "{name}: its name is another's");
                assert!(operation["tags"][0].is_string(), "{name}: no tag");
                let ways = operation["security"].as_array().unwrap();
                let named: Vec<_> = ways.iter().flat_map(|way| way.as_object().unwrap().keys()).collect();
                assert!(!named.is_empty() && named.iter().all(|way| schemes.contains_key(*way)), "{name}: who asks");
                for (status, response) in operation["responses"].as_object().unwrap() {
                    assert!(response["description"].as_str().is_some_and(|text| !text.is_empty()), "{name} {status}");
                    let has_body = response["content"].is_object();
                    let error = status.as_str() >= "400";
                    assert!(has_body || !error, "{name} {status}: errors have a body");
                }
            }
        }
        for path in [
            "/",
            "/conformance",
            "/configuration",
            "/live",
            "/collections",
            "/collections/{id}",
            "/collections/{id}/items",
            "/collections/{collection}/items/{id}",
            "/collections/{id}/thumb.jpg",
            "/collections/{id}/geovisio_status",
            "/search",
            "/pictures/{id}",
            "/pictures/{id}/hd.jpg",
            "/pictures/{id}/sd.jpg",
            "/pictures/{id}/thumb.jpg",
            "/pictures/{id}/tiled/{tile}",
            "/pictures/{id}/view.jpg",
            "/users/search",
            "/users/me",
            "/users/{id}",
            "/users/{id}/collection",
            "/users/me/collection",
        ] {
            assert!(paths.contains(path), "{path} is not documented");
        }
    }

    /// Clients are generated from docs/openapi.json. It has the tiler's routes, too: e2e/tests/stories/client.rs compares all of
    /// it, and writes it.
    #[tokio::test]
    async fn the_description_in_the_repository_says_the_same() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");
        let written: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let served = fixture().await.get("/docs/specs.json").await.json();
        for part in ["/paths", "/components/schemas", "/components/securitySchemes"] {
            for (name, said) in served.pointer(part).unwrap().as_object().unwrap() {
                let there = written.pointer(part).unwrap().get(name);
                assert!(
                    there == Some(said),
                    "docs/openapi.json says something else of {name}. After a change that is meant, run the stories of the \
                     client with FLANEUR_WRITE_OPENAPI=1, and then scripts/client.sh"
                );
            }
        }
    }

    /// What is answered has a shape, but for what another standard describes.
    #[tokio::test]
    async fn answers_have_a_shape() {
        let specs = fixture().await.get("/docs/specs.json").await.json();
        for (path, item) in specs["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                for (status, response) in operation["responses"].as_object().unwrap() {
                    for (media_type, content) in response["content"].as_object().into_iter().flatten() {
                        let schema = content["schema"].get("items").unwrap_or(&content["schema"]);
                        let is_open = schema["type"] == "object" && schema.get("properties").is_none();
                        assert!(!is_open || media_type == "application/schema+json", "{method} {path} {status}");
                    }
                }
            }
        }
    }

    /// Files are bytes, and no lists of numbers.
    #[tokio::test]
    async fn files_are_bytes() {
        let specs = fixture().await.get("/docs/specs.json").await.json();
        for (path, media_type) in [
            ("/pictures/{id}/hd.jpg", "image/jpeg"),
            ("/collections/{id}/thumb.jpg", "image/jpeg"),
            ("/dataset/{file}", "application/vnd.apache.parquet"),
        ] {
            for status in ["200", "206"] {
                let schema = &specs["paths"][path]["get"]["responses"][status]["content"][media_type]["schema"];
                assert_eq!(schema, &serde_json::json!({ "type": "string", "format": "binary" }), "{path} {status}");
            }
        }
    }

    /// What `$ref` names is there.
    #[tokio::test]
    async fn no_reference_leads_nowhere() {
        let specs = fixture().await.get("/docs/specs.json").await;
        let schemas =
            specs.json()["components"]["schemas"].as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
        for part in specs.text().split("\"#/components/schemas/").skip(1) {
            let name = part.split('"').next().unwrap();
            assert!(schemas.contains(name), "{name}");
        }
    }
}
