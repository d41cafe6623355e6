//! Somebody looks after their account in a real browser: licence, transfers, webhooks, and leaving.

use flaneur_e2e::{Photo, Server, ServerOptions, text};
use serde_json::json;

use crate::browser::{run_in_browser, uploads};

#[tokio::test]
async fn an_account_is_looked_after_and_left_in_a_browser() {
    let there = Server::start();
    let alice = there.account("alice");
    let mut sequences = Vec::new();
    for (title, pictures) in [("Along the canal", 0..3), ("Back again", 1000..1003)] {
        let items = alice.upload_walk(title, pictures).await;
        sequences.push(format!("{}/api/collections/{}", there.url(), text(&items[0], "/collection")));
    }
    let options = ["--licenses", "CC0-1.0,CC-BY-4.0", "--transfer-hosts", "127.0.0.1", "--webhook-hosts", "127.0.0.1"];
    let server = ServerOptions::default().with(&options).start();
    let folder = tempfile::tempdir().unwrap();
    let photos = (500..504).map(|index| (format!("{index}.jpg"), Photo::of_walk(index)));
    let given = [
        ("FLANEUR_ACCOUNT", server.commands().token("grace")),
        ("FLANEUR_SOMEBODY", server.commands().token("wilma")),
        ("FLANEUR_UPLOADS", uploads(folder.path(), photos)),
        ("FLANEUR_ELSEWHERE", json!({ "sequences": sequences }).to_string()),
    ];
    run_in_browser(&server, "tests/webhooks.test.mjs", &given).await;
    run_in_browser(&server, "tests/account.test.mjs", &given).await;
}
