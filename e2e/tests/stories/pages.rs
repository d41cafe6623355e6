//! Administrators write pages, and contributors agree to the terms of service, in a real browser.

use flaneur_e2e::{Photo, ServerOptions};
use serde_json::{Value, json};

use crate::browser::run_in_browser;

#[tokio::test]
async fn terms_are_written_and_agreed_to_in_a_browser() {
    let server = ServerOptions::default().with(&["--enforce-terms"]).start();
    let account = server.commands().token("grace");
    let folder = tempfile::tempdir().unwrap();
    let uploads: Vec<Value> = (500..502)
        .map(|index| {
            let name = format!("{index}.jpg");
            let path = folder.path().join(&name);
            std::fs::write(&path, Photo::of_walk(index)).unwrap();
            json!({ "name": name, "path": path })
        })
        .collect();
    let given = [("FLANEUR_ACCOUNT", account), ("FLANEUR_UPLOADS", Value::from(uploads).to_string())];
    run_in_browser(&server, "tests/pages.test.mjs", &given).await;
}
