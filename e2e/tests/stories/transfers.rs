//! A sequence moves from one instance to another, with the command-line client that contributors have.

use std::collections::BTreeMap;

use flaneur_e2e::{Client, LONG, Server, ServerOptions, field, text, until};
use reqwest::Method;
use serde_json::{Value, json};

use crate::panoramax_cli::{Contributor, printed};

/// What is to be the same here and there, by picture.
async fn contents(client: &Client, sequence: &str) -> BTreeMap<String, Value> {
    let items = client.json(&format!("/api/collections/{sequence}/items?limit=100")).await;
    let what = |item: &Value| {
        let properties = field(item, "/properties");
        json!({
            "place": field(item, "/geometry"),
            "time": field(properties, "/datetimetz"),
            "rank": field(properties, "/geovisio:rank_in_collection"),
            "license": field(properties, "/license"),
            "tags": field(properties, "/semantics"),
            "heading": field(properties, "/view:azimuth"),
        })
    };
    field(&items, "/features").as_array().unwrap().iter().map(|item| (text(item, "/id"), what(item))).collect()
}

async fn shown(client: &Client, sequence: &str, pictures: usize) -> BTreeMap<String, Value> {
    until("all pictures are shown", LONG, async || {
        if client.get(&format!("/api/collections/{sequence}/items")).await.status != 200 {
            return None;
        }
        Some(contents(client, sequence).await).filter(|shown| shown.len() == pictures)
    })
    .await
}

#[tokio::test]
async fn a_sequence_is_brought_from_another_instance() {
    let there = Server::start();
    let contributor = there.account("alice");
    let items = contributor.upload_walk("Along the canal", 0..3).await;
    let sequence = text(&items[0], "/collection");
    let tag = json!({ "semantics": [{ "key": "bench", "value": "yes" }] });
    contributor.tell(Method::PATCH, &format!("/api/pictures/{}", text(&items[1], "/id")), &tag).await.ok();
    let before = contents(&there.anonymous(), &sequence).await;

    let here = ServerOptions::default().with(&["--transfer-hosts", "127.0.0.1"]).start();
    let token = here.commands().token("alice");
    let cli = Contributor::new();
    let route = ["migration", "--from-api-url", there.url(), "--to-api-url", here.url(), "--to-token", &token];
    let output = cli.run(&[&route[..], &["--from-collection", &sequence, "--wait"]].concat()).await;
    assert!(output.status.success(), "{}", printed(&output));
    assert!(printed(&output).contains("3 items completed"), "{}", printed(&output));

    let now = shown(&here.anonymous(), &sequence, 3).await;
    assert_eq!(now, before);
    let collection = here.anonymous().json(&format!("/api/collections/{sequence}")).await;
    assert_eq!(collection["title"], "Along the canal");
    let item = here.anonymous().json(&format!("/api/pictures/{}", text(&items[0], "/id"))).await;
    assert_eq!(item["properties"]["attribution"], Value::Null, "alice is alice");
    assert_eq!(here.anonymous().get(&text(&item, "/assets/hd/href")).await.ok().header("content-type"), "image/jpeg");
    assert_eq!(contents(&there.anonymous(), &sequence).await, before, "there nothing changed");

    let more = contributor.upload_walk("Back again", 1000..1002).await;
    let user = text(&contributor.json("/api/users/me").await, "/id");
    let output = cli.run(&[&route[..], &["--from-user", &user]].concat()).await;
    // One is here already, and says so; the other comes all the same.
    let second = text(&more[0], "/collection");
    shown(&here.anonymous(), &second, 2).await;
    assert!(printed(&output).contains("transfer"), "{}", printed(&output));
    let status =
        cli.run(&["migration-status", "--api-url", here.url(), "--token", &token, "--user", "me", "--show-all"]).await;
    assert!(status.status.success(), "{}", printed(&status));
    assert!(printed(&status).matches("finished").count() >= 2, "{}", printed(&status));
}

/// Whoever can have a server fetch an address must not reach what only the server reaches.
#[tokio::test]
async fn nobody_has_the_server_look_into_its_own_network() {
    let server = Server::start();
    let inside = Server::start();
    let (client, id) = (server.account("mallory"), "0191f0a0-7c3e-4a51-9d3a-6d2f6f0c2b11");
    let port = inside.url().rsplit(':').next().unwrap().to_owned();
    let asked =
        async |location: String| client.post("/api/transfers", &json!({ "collection_location": location })).await;
    for host in ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "[::1]", "[::ffff:7f00:1]", "0.0.0.0", "[::]"] {
        for scheme in ["http", "https"] {
            let answer = asked(format!("{scheme}://{host}:{port}/api/collections/{id}")).await;
            assert_eq!(answer.status, 400, "{scheme} {host}: {}", answer.sentence());
        }
    }
    for location in [
        format!("https://169.254.169.254/latest/collections/{id}"),
        format!("https://10.0.0.1/api/collections/{id}"),
        format!("https://user:secret@example.org/api/collections/{id}"),
        format!("gopher://127.0.0.1:{port}/collections/{id}"),
        format!("file:///etc/collections/{id}"),
        format!("{}/api/collections/{id}", server.url()),
    ] {
        assert_eq!(asked(location.clone()).await.status, 400, "{location}");
    }
    // A name is judged by where it leads.
    let named = asked(format!("https://localhost:{port}/api/collections/{id}")).await;
    assert_eq!(named.status, 202, "{}", named.sentence());
    let path = format!("/api/transfers/{}", text(&named.json(), "/id"));
    let failed = until("it was refused", LONG, async || {
        let transfer = client.json(&path).await;
        (transfer["status"] == "failed").then_some(transfer)
    })
    .await;
    assert!(text(&failed, "/message").contains("private network"), "{failed}");
    assert_eq!(server.anonymous().get(&path).await.status, 401);
    assert_eq!(server.account("eve").get(&path).await.status, 404, "another account's is not there");
}
