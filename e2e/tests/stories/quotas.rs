//! An account has as many pictures as the operator lets it have.

use flaneur_e2e::{Client, Photo, Placement, SHORT, Server, ServerOptions, UploadSet, text, until};
use reqwest::Method;
use serde_json::{Value, json};

use crate::browser::{run_in_browser, uploads};

async fn send(client: &Client, set: &UploadSet, index: u32) -> (u16, Value) {
    let sent = client.send_file(set, &format!("{index}.jpg"), Photo::of_walk(index)).await;
    (sent.status, sent.json())
}

fn three_pictures_each() -> Server {
    ServerOptions::default().with(&["--account-pictures", "3"]).start()
}

async fn usage(client: &Client) -> Value {
    client.json("/api/users/me/usage").await
}

/// Begins to send a file of so many bytes piece by piece.
async fn begin(client: &Client, set: &UploadSet, bytes: u64) -> u16 {
    let request = client.request(Method::POST, &format!("/api/upload_sets/{}/tus", set.0));
    let request = request.header("Tus-Resumable", "1.0.0").header("Upload-Length", bytes);
    client.send(request).await.status
}

#[tokio::test]
async fn an_account_has_so_many_pictures_and_no_more() {
    let server = three_pictures_each();
    let (ada, bob, admin) = (server.account("ada"), server.account("bob"), server.admin());
    let set = ada.make_set(&json!({ "title": "a street" })).await;
    for index in 0..3 {
        assert_eq!(send(&ada, &set, index).await.0, 202);
    }
    let (status, refused) = send(&ada, &set, 3).await;
    assert_eq!((status, &refused["reason"]), (422, &json!("quota")), "{refused}");
    assert!(text(&refused, "/message").contains("an account may have 3"), "{refused}");
    assert_eq!(begin(&ada, &set, 1000).await, 422, "nor piece by piece");
    let another = ada.post("/api/upload_sets", &json!({ "title": "another" })).await;
    assert_eq!((another.status, &another.json()["reason"]), (422, &json!("quota")));
    let all = usage(&ada).await;
    assert_eq!((&all["pictures"], &all["most_pictures"], &all["most_bytes"]), (&json!(3), &json!(3), &Value::Null));
    assert_eq!(usage(&admin).await["most_pictures"], Value::Null, "who runs it has as many as there is room for");

    // Others have their own room; what is deleted makes some.
    bob.upload_walk("elsewhere", 900..902).await;
    ada.complete(&set).await;
    let state = ada.ready(&set).await;
    let item = &ada.items(&state).await[0];
    let path = format!("/api/collections/{}/items/{}", text(item, "/collection"), text(item, "/id"));
    assert_eq!(ada.send(ada.request(Method::DELETE, &path)).await.status, 204);
    until("there is room for one more", SHORT, async || (send(&ada, &set, 3).await.0 == 202).then_some(())).await;
    assert_eq!(send(&ada, &set, 4).await.0, 422);
}

#[tokio::test]
async fn an_account_is_given_more_room_and_less() {
    let server = three_pictures_each();
    let ada = server.account("ada");
    let quota = |options: &[&str]| {
        let all: Vec<&str> = ["account", "quota", "Ada"].into_iter().chain(options.iter().copied()).collect();
        server.command(&all).stdout.clone()
    };
    let told = quota(&[]);
    assert!(told.contains("ada has 0 pictures, 0.0 GB of files"), "{told}");
    assert!(told.contains("pictures that it may have: as every account"), "{told}");
    assert!(quota(&["--pictures", "0"]).contains("pictures that it may have: as many as it likes"));
    let set = ada.make_set(&json!({ "title": "a street" })).await;
    for index in 0..5 {
        assert_eq!(send(&ada, &set, index).await.0, 202);
    }
    assert_eq!(usage(&ada).await["most_pictures"], Value::Null);
    assert!(quota(&["--usual"]).contains("ada has 5 pictures"));
    assert_eq!(send(&ada, &set, 5).await.0, 422, "what is there stays, and nothing more comes");

    // In bytes: a file that does not fit is refused before it is sent, and a smaller one is taken.
    assert!(quota(&["--pictures", "0", "--gigabytes", "1"]).contains("gigabytes that it may have: 1.0 GB"));
    for _ in 0..5 {
        assert_eq!(begin(&ada, &set, 180_000_000).await, 201);
    }
    assert_eq!(begin(&ada, &set, 180_000_000).await, 422, "there is room kept for what is on its way");
    assert_eq!(begin(&ada, &set, 10_000_000).await, 201);
    assert_eq!(usage(&ada).await["most_bytes"], 1_000_000_000);

    let nobody = server.command(&["account", "quota", "nobody"]);
    assert!(nobody.stderr.contains("there is no account nobody: see `flaneur account list`"), "{}", nobody.stderr);
    let both = server.command(&["account", "quota", "ada", "--usual", "--pictures", "1"]);
    assert!(!both.success && both.stderr.contains("cannot be used with"), "{}", both.stderr);
}

#[tokio::test]
async fn how_much_room_there_is_is_seen_in_a_browser() {
    let server = three_pictures_each();
    let (full, half) = (server.commands().token("grace"), server.commands().token("ada"));
    Client::new(server.url(), Some(&full)).upload_walk("a street", 0..3).await;
    let folder = tempfile::tempdir().unwrap();
    let photo = Photo::textured(640, 480, 7).at(Placement::walk(7));
    let files = uploads(folder.path(), [("more.jpg".to_owned(), photo)]);
    let given = [("FLANEUR_ACCOUNT", full), ("FLANEUR_SOMEBODY", half), ("FLANEUR_UPLOADS", files)];
    run_in_browser(&server, "tests/quota.test.mjs", &given).await;
}
