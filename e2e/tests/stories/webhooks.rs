//! A program elsewhere is told everything, whoever of the two is away meanwhile.

use std::{net::TcpListener, path::Path};

use flaneur_e2e::{Client, LONG, ServerOptions, Tools, alone, field, text, until};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::process::Child;

/// A port that nobody listens on.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The example, as its user would start it.
fn receiver(home: &Path, port: u16, secret: &str) -> Child {
    alone(Tools::dataset_python(), home)
        .arg(Tools::repository().join("examples/webhook_receiver.py"))
        .args(["--port", &port.to_string(), "--into", "changes.ndjson"])
        .env("WEBHOOK_SECRET", secret)
        .spawn()
        .unwrap()
}

async fn numbers(client: &Client) -> Vec<i64> {
    let page = client.json("/api/changes?limit=1000").await;
    field(&page, "/changes").as_array().unwrap().iter().map(|line| line["number"].as_i64().unwrap()).collect()
}

/// What it wrote down.
fn written(home: &Path) -> Vec<i64> {
    let lines = std::fs::read_to_string(home.join("changes.ndjson")).unwrap_or_default();
    let whole = lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    whole.map(|line| line["number"].as_i64().unwrap()).collect()
}

async fn until_it_has_all(client: &Client, home: &Path) {
    until("the program has been told everything", LONG, async || {
        let all = numbers(client).await;
        (written(home) == all).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_webhook_is_told_everything_once_and_in_order() {
    let options = ["--webhook-hosts", "127.0.0.1"];
    let mut server = ServerOptions::default().with(&options).start();
    let client = server.account("ada");
    let (home, port) = (tempfile::tempdir().unwrap(), free_port());
    let url = format!("http://127.0.0.1:{port}/flaneur");
    let made = client.post("/api/webhooks", &json!({ "url": url })).await;
    assert_eq!(made.status, 201, "{made}");
    let (path, secret) = (format!("/api/webhooks/{}", text(&made.json(), "/id")), text(&made.json(), "/secret"));

    // Nobody is there yet.
    let walk = client.upload_walk("a walk", 0..3).await;
    let failing = until("it fails", LONG, async || {
        let webhook = client.json(&path).await;
        (webhook["status"] == "failing").then_some(webhook)
    })
    .await;
    assert!(text(&failing, "/message").contains("cannot be reached"), "{failing}");
    let tried = client.post(&format!("{path}/test"), &json!({})).await.json();
    assert_eq!(tried["delivered"], false, "{tried}");

    let mut program = receiver(home.path(), port, &secret);
    until("the program answers", LONG, async || {
        let tried = client.post(&format!("{path}/resume"), &json!({})).await;
        let active = async || client.json(&path).await["status"] == "active";
        (tried.status != 200 || active().await).then_some(())
    })
    .await;
    until_it_has_all(&client, home.path()).await;

    // Both go away in turn, while things change.
    let turn = async |client: &Client, heading: i64| {
        for item in &walk {
            let target = format!("/api/collections/{}/items/{}", text(item, "/collection"), text(item, "/id"));
            client.tell(Method::PATCH, &target, &json!({ "heading": heading })).await.ok();
        }
    };
    turn(&client, 10).await;
    program.kill().await.unwrap();
    turn(&client, 20).await;
    let mut program = receiver(home.path(), port, &secret);
    server.kill();
    server.restart();
    let client = server.account("ada");
    turn(&client, 30).await;
    until_it_has_all(&client, home.path()).await;

    // A stranger's letter is not taken.
    let letter = json!({ "type": "changes", "next": 9999, "changes": [{ "number": 9999 }] });
    let forged = reqwest::Client::new().post(&url).json(&letter).send().await.unwrap();
    assert_eq!(forged.status(), 401);
    assert_eq!(client.tell(Method::DELETE, &path, &json!({})).await.status, 204);
    turn(&client, 40).await;
    assert!(!written(home.path()).contains(&9999));
    program.kill().await.unwrap();
}
