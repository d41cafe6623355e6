//! Somebody reports a picture: it is gone from every path at once, in every process, until a moderator decides.

use flaneur_e2e::{Client, Photo, Placement, SHORT, Server, field, link, text, until};
use reqwest::Method;
use serde_json::{Value, json};

use crate::coverage::tile;

async fn patch(client: &Client, path: &str, body: &Value) -> Value {
    client.tell(Method::PATCH, path, body).await.ok().json()
}

/// Every address that shows a picture or tells of it to everybody.
fn addresses(item: &Value) -> Vec<String> {
    let (id, sequence) = (text(item, "/id"), text(item, "/collection"));
    let mut all = vec![
        format!("/api/pictures/{id}"),
        format!("/api/collections/{sequence}/items/{id}"),
        format!("/api/collections/{sequence}"),
        format!("/api/collections/{sequence}/thumb.jpg"),
        format!("/api/pictures/{id}/view.jpg?width=64&height=64"),
        format!("/api/pictures/{id}/tiled/0_0.jpg"),
        format!("/api/pictures/{id}/edits"),
    ];
    all.extend(["hd", "sd", "thumb"].map(|file| format!("/api/pictures/{id}/{file}.jpg")));
    all
}

/// Every list and map that has it among others.
fn lists(item: &Value, owner: &str) -> Vec<String> {
    let at = |zoom| {
        let Placement { longitude, latitude, .. } = Placement::walk(0);
        let (x, y) = tile(zoom, longitude, latitude);
        format!("{zoom}/{x}/{y}.mvt")
    };
    let id = text(item, "/id");
    let mut all = vec![
        format!("/api/search?ids={id}"),
        "/api/search".to_owned(),
        "/api/collections".to_owned(),
        "/api/collections?format=rss".to_owned(),
        format!("/api/users/{owner}/collection"),
        format!("/api/users/{owner}/map/{}", at(15)),
    ];
    all.extend([5, 10, 15].map(|zoom| format!("/api/map/{}", at(zoom))));
    all
}

/// What is on a list, without the links that repeat what was asked for.
async fn listed(client: &Client, path: &str, item: &Value) -> bool {
    let answer = client.get(path).await.ok();
    if path.contains("/map/") {
        return !answer.body.is_empty();
    }
    let ids = [text(item, "/id"), text(item, "/collection")];
    let body = String::from_utf8(answer.body).unwrap();
    let told = match serde_json::from_str::<Value>(&body) {
        Ok(document) if document["type"] == "FeatureCollection" => document["features"].to_string(),
        Ok(document) if path.contains("/users/") => {
            let links = document["links"].as_array().unwrap();
            json!(links.iter().filter(|link| link["rel"] == "child").collect::<Vec<_>>()).to_string()
        }
        Ok(document) => document["collections"].to_string(),
        Err(_) => body,
    };
    ids.iter().any(|id| told.contains(id.as_str()))
}

#[tokio::test]
async fn what_is_reported_is_gone_from_every_path_until_it_is_decided() {
    let server = Server::start();
    let (admin, alice, nobody) = (server.admin(), server.account("alice"), server.anonymous());
    let photo = Photo::textured(2048, 1024, 1).sphere_at(Placement::walk(0));
    let state = alice.upload("one", vec![("one.jpg".to_owned(), photo)]).await;
    let item = alice.items(&state).await.remove(0);
    let owner = text(&alice.json("/api/users/me").await, "/id");
    for path in lists(&item, &owner) {
        until(&path, SHORT, async || listed(&nobody, &path, &item).await.then_some(())).await;
    }
    for path in addresses(&item) {
        nobody.get(&path).await.ok();
    }

    // No token, no cookie: whoever walks by.
    let report = json!({
        "issue": "blur_missing", "picture_id": item["id"], "sequence_id": item["collection"],
        "reporter_comments": "<script>alert(1)</script>", "reporter_email": "someone@example.org",
    });
    let made = nobody.post("/api/reports", &report).await.ok().json();
    assert_eq!((&made["status"], &made["flaneur:withheld"]), (&json!("open_autofix"), &json!(true)));
    let path = format!("/api/reports/{}", text(&made, "/id"));
    for address in addresses(&item) {
        for (who, client) in [("nobody", &nobody), ("somebody", &server.account("bob"))] {
            assert_eq!(client.get(&address).await.status, 404, "{address} for {who}");
        }
        alice.get(&address).await.ok();
        admin.get(&address).await.ok();
    }
    for path in lists(&item, &owner) {
        // What the map says is drawn anew within a second.
        until(&path, SHORT, async || (!listed(&nobody, &path, &item).await).then_some(())).await;
    }
    let since = text(&item, "/properties/created").replace('+', "%2B");
    let gone = format!("/api/collections?show_deleted=true&filter=updated > '{since}'");
    let harvested = nobody.json(&gone).await;
    assert_eq!(field(&harvested, "/collections/0/geovisio:status"), "deleted", "harvesters hear of it: {harvested}");

    // Its owner does not lift that; a moderator does, and both sides read why.
    let show = json!({ "visibility": "anyone" });
    patch(&alice, &format!("/api/pictures/{}", text(&item, "/id")), &show).await;
    assert_eq!(nobody.get(&addresses(&item)[0]).await.status, 404);
    let close = json!({ "status": "closed_solved" });
    let refused = alice.tell(Method::PATCH, &path, &close).await;
    assert_eq!(refused.status, 403, "{refused}");
    assert!(refused.sentence().contains("an administrator decides"), "{refused}");
    let open = admin.json("/api/reports").await;
    assert_eq!(field(&open, "/reports/0/reporter_email"), "someone@example.org");
    let decided = json!({ "status": "closed_ignored", "resolver_comments": "There is no plate" });
    patch(&admin, &path, &decided).await;
    for address in addresses(&item) {
        nobody.get(&address).await.ok();
    }
    for path in lists(&item, &owner) {
        until(&path, SHORT, async || listed(&nobody, &path, &item).await.then_some(())).await;
    }
    let case = nobody.json(&link(&made, "status").unwrap()).await;
    assert_eq!((&case["status"], &case["resolver_comments"]), (&json!("closed_ignored"), &json!("There is no plate")));
    assert!(case.get("reporter_email").is_none(), "{case}");
    let mine = alice.json("/api/users/me/reports?filter=status='closed_ignored'").await;
    assert_eq!(field(&mine, "/reports/0/resolver_comments"), "There is no plate");
    assert!(!mine.to_string().contains("someone@example.org"), "{mine}");

    // The page of the case is there, and no other site may frame it.
    let page = nobody.get(&link(&made, "case").unwrap()).await.ok();
    assert_eq!(page.header("x-frame-options"), "DENY");
    let log = server.log().join("\n");
    let key = link(&made, "case").unwrap().rsplit_once('#').unwrap().1.to_owned();
    for secret in ["someone@example.org", key.as_str()] {
        assert!(!log.contains(secret), "the log holds {secret}");
    }
}
