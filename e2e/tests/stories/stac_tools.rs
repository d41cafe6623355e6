//! Tools that know STAC and nothing of us: the official validator, and the usual client.

use std::{path::Path, process::Stdio};

use flaneur_e2e::{LONG, Server, Tools, field, text};
use serde_json::Value;
use tokio::process::Command;

/// Runs one of the scripts in `e2e/stac`, and gives what it printed.
async fn run(script: &str, arguments: &[&str]) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("stac").join(script);
    let home = tempfile::tempdir().unwrap();
    let run = Command::new(Tools::stac_python())
        .arg(script)
        .args(arguments)
        .current_dir(home.path())
        .env_clear()
        .env("HOME", home.path())
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("PYTHONUTF8", "1")
        .env("NO_PROXY", "127.0.0.1")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(LONG, run).await.expect("the tool ends").expect("the tool starts");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{printed}\n{}", String::from_utf8_lossy(&output.stderr));
    printed
}

#[tokio::test]
async fn the_official_validator_finds_no_error() {
    let server = Server::start();
    let owner = server.admin();
    let item = owner.upload_walk("One", 0..3).await.remove(0);
    owner.upload_walk("Another", 100..103).await;
    let around = r#"{"type":"Polygon","coordinates":[[[-180,-90],[180,-90],[180,90],[-180,90],[-180,-90]]]}"#;
    let mut arguments = vec!["--log-level", "WARNING", "--validate-pagination", "--geometry", around];
    for class in ["core", "collections", "features", "item-search", "filter"] {
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
    assert_eq!(field(&found, "/conforms"), &serde_json::json!([true, true, true, true]));
    assert_eq!(field(&found, "/collections").as_array().unwrap().len(), 3);
    for (name, ids) in found.as_object().unwrap().iter().filter(|(name, _)| name.contains(" by ")) {
        let mut ids: Vec<&str> = ids.as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
        ids.sort_unstable();
        let expected: &[String] = if name.starts_with("by another") { &[] } else { &pictures };
        assert_eq!(ids, expected, "{name}");
    }
}
