//! Tools that know STAC and nothing of us: the official validator, and the usual client.

use std::path::Path;

use flaneur_e2e::{Server, Tools, field, run_alone, text};
use serde_json::Value;

/// Runs one of the scripts in `e2e/stac`, and gives what it printed.
async fn run(script: &str, arguments: &[&str]) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("stac").join(script);
    let ended = run_alone(&Tools::stac_python(), &[&[script.to_str().unwrap()], arguments].concat(), &[]).await;
    assert!(ended.success, "{ended:?}");
    ended.stdout
}

#[tokio::test]
async fn the_official_validator_finds_no_error() {
    let server = Server::start();
    let owner = server.admin();
    let item = owner.upload_walk("One", 0..3).await.remove(0);
    owner.upload_walk("Another", 100..103).await;
    let around = r#"{"type":"Polygon","coordinates":[[[-180,-90],[180,-90],[180,90],[-180,90],[-180,-90]]]}"#;
    let mut arguments = vec!["--log-level", "WARNING", "--validate-pagination", "--geometry", around];
    arguments.extend(["--fields-nested-property", "properties.created"]);
    for class in ["core", "collections", "features", "item-search", "item-search#fields", "filter"] {
        arguments.extend(["--conformance", class]);
    }
    let (root, collection) = (format!("{}/api", server.url()), text(&item, "/collection"));
    arguments.extend(["--root-url", &root, "--collection", &collection]);
    let printed = run("validator.py", &arguments).await;
    assert!(printed.contains("Errors: none"), "{printed}");
}

#[tokio::test]
async fn the_usual_client_pages_through_everything() {
    let server = Server::start();
    let owner = server.admin();
    let mut pictures: Vec<String> = Vec::new();
    for walk in 0..3 {
        let items = owner.upload_walk("Walk", walk * 100..walk * 100 + 3).await;
        pictures.extend(items.iter().map(|item| text(item, "/id")));
    }
    pictures.sort();
    let printed = run("pages.py", &[&format!("{}/api", server.url())]).await;
    let found: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(field(&found, "/conforms"), &serde_json::json!([true, true, true, true, true]));
    assert_eq!(field(&found, "/collections").as_array().unwrap().len(), 3);
    for (name, ids) in found.as_object().unwrap().iter().filter(|(name, _)| name.contains(" by ")) {
        let mut ids: Vec<&str> = ids.as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
        ids.sort_unstable();
        let expected: &[String] = if name.starts_with("by another") { &[] } else { &pictures };
        assert_eq!(ids, expected, "{name}");
    }
}
