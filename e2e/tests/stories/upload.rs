//! Sending pictures by plain HTTP.

use flaneur_e2e::{Client, Photo, Placement, SHORT, Server, ServerOptions, decode, field, text, until};
use image::GenericImageView as _;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_picture_is_accepted_then_ready_then_served() {
    let server = Server::start();
    let client = server.admin();
    let photo = Photo::textured(640, 480, 1).at(Placement::walk(0));
    let set = client.make_set(&json!({ "title": "Rue de Nantes", "estimated_nb_files": 1 })).await;

    let accepted = client.send_file(&set, "one.jpg", photo.clone()).await;
    assert_eq!(accepted.status, 202, "{accepted}");
    let accepted = accepted.json();
    let picture = text(&accepted, "/picture_id");
    assert_eq!(text(&accepted, "/file_name"), "one.jpg");
    assert_eq!(field(&accepted, "/size"), photo.len());
    assert_eq!(text(&accepted, "/content_md5").replace('-', "").len(), 32);

    let state = client.ready(&set).await;
    for (member, value) in [("/completed", json!(true)), ("/dispatched", json!(true)), ("/nb_items", json!(1))] {
        assert_eq!(field(&state, member), &value, "{member} of {state}");
    }
    assert_eq!(field(&state, "/items_status/prepared"), 1, "{state}");
    let items = client.items(&state).await;
    let [item] = items.as_slice() else { panic!("one item: {items:?}") };
    assert_eq!(text(item, "/id"), picture);
    assert_eq!(field(item, "/properties/geovisio:status"), "ready");
    assert_eq!(field(item, "/properties/view:azimuth"), 0);
    assert!(text(item, "/properties/datetime").starts_with("2024-05-01T10:00:00"));
    assert!(text(item, "/properties/datetimetz").starts_with("2024-05-01T12:00:00"));
    let at = field(item, "/geometry/coordinates").as_array().unwrap();
    assert!((at[0].as_f64().unwrap() + 1.68).abs() < 1e-6 && (at[1].as_f64().unwrap() - 48.11).abs() < 1e-6, "{at:?}");

    let nobody = server.anonymous();
    for (asset, width) in [("hd", 640), ("sd", 640), ("thumb", 500)] {
        let answer = nobody.get(&text(item, &format!("/assets/{asset}/href"))).await.ok();
        assert_eq!(answer.header("content-type"), "image/jpeg");
        let (served, height) = decode(&answer.body).dimensions();
        assert!(served <= 2048 && height > 0, "{asset} is {served} wide");
        assert!(asset == "sd" || served == width, "{asset} is {served} wide");
    }
}

#[tokio::test]
async fn files_say_what_became_of_them() {
    let server = Server::start();
    let client = server.admin();
    let set = client.make_set(&json!({ "title": "mixed", "estimated_nb_files": 3 })).await;
    client.send_file(&set, "good.jpg", Photo::of_walk(0)).await.ok();
    client.send_file(&set, "nowhere.jpg", Photo::textured(320, 240, 1).jpeg()).await.sentence();
    client.send_file(&set, "second.jpg", Photo::of_walk(1)).await.ok();
    client.complete(&set).await;
    let state = client.ready(&set).await;
    assert_eq!(field(&state, "/nb_items"), 2, "{state}");
    assert_eq!(field(&state, "/items_status/rejected"), 1, "{state}");

    let files = client.files(&set).await;
    assert_eq!(files.len(), 3, "{files:?}");
    for file in &files {
        let rejected = text(file, "/file_name") == "nowhere.jpg";
        assert_eq!(file.get("rejected").is_some_and(|each| !each.is_null()), rejected, "{file}");
        assert_eq!(file.get("picture_id").is_some_and(serde_json::Value::is_string), !rejected, "{file}");
        if rejected {
            assert!(!text(file, "/rejected/reason").is_empty());
            assert!(!text(file, "/rejected/severity").is_empty());
            assert!(text(file, "/rejected/message").split_whitespace().count() >= 4, "{file}");
        }
    }
}

#[tokio::test]
async fn what_came_before_is_refused_as_a_duplicate() {
    let server = Server::start();
    let client = server.admin();
    let first = client.make_set(&json!({ "title": "first", "estimated_nb_files": 2 })).await;
    let picture = text(&client.send_file(&first, "a.jpg", Photo::of_walk(0)).await.ok().json(), "/picture_id");

    let same = client.send_file(&first, "a.jpg", Photo::of_walk(0)).await;
    assert_eq!((same.status, &same.json()["existing_item"]["id"]), (409, &json!(picture)), "{same}");
    let name = client.send_file(&first, "a.jpg", Photo::of_walk(1)).await;
    assert_eq!(name.status, 409, "another picture of the same name: {name}");

    let second = client.make_set(&json!({ "title": "second" })).await;
    let past = client.send_file(&second, "b.jpg", Photo::of_walk(0)).await;
    assert_eq!(past.status, 409, "{past}");
    assert_eq!(text(&past.json(), "/upload_sets/0/upload_set_id"), first.0, "{past}");
    assert_eq!(text(&past.json(), "/upload_sets/0/existing_item_id"), picture, "{past}");

    client.send_file(&first, "c.jpg", Photo::of_walk(1)).await.ok();
    assert_eq!(field(&client.ready(&first).await, "/nb_items"), 2);
    // Somebody else is told which picture it is, now that it is shown.
    let other = server.account("bob");
    let third = other.make_set(&json!({ "title": "third" })).await;
    let twin = other.send_file(&third, "d.jpg", Photo::of_walk(0)).await;
    assert_eq!((twin.status, text(&twin.json(), "/existing_picture/id")), (409, picture), "{twin}");
}

#[tokio::test]
async fn nobody_uploads_unless_the_operator_lets_them() {
    let server = Server::start();
    let nobody = server.anonymous();
    let refused = nobody.post("/api/upload_sets", &json!({ "title": "x" })).await;
    assert_eq!(refused.status, 401, "{refused}");
    refused.sentence();
    assert_eq!(field(&nobody.json("/api/configuration").await, "/auth/enabled"), true);

    let set = server.admin().make_set(&json!({ "title": "the administrator's" })).await;
    for somebody in [nobody, server.account("mallory")] {
        let intrusion = somebody.send_file(&set, "x.jpg", Photo::of_walk(0)).await;
        assert!(matches!(intrusion.status, 401 | 403 | 404), "{intrusion}");
        intrusion.sentence();
    }
    let bad = Client::new(server.url(), Some("abc")).get("/api/users/me").await;
    assert_eq!(bad.status, 401, "{bad}");
    bad.sentence();
}

#[tokio::test]
async fn everybody_uploads_where_the_operator_lets_them() {
    let server = ServerOptions::default().with(&["--anonymous-uploads"]).start();
    let nobody = server.anonymous();
    assert_eq!(field(&nobody.json("/api/configuration").await, "/auth/enabled"), false);
    assert_eq!(nobody.upload_walk("a walk", 0..2).await.len(), 2);
}

#[tokio::test]
async fn a_set_is_cut_into_sequences_where_the_camera_jumped() {
    let server = Server::start();
    let client = server.admin();
    let far = Placement { latitude: 48.2, ..Placement::walk(3) };
    let files = vec![
        ("1.jpg".to_owned(), Photo::of_walk(0)),
        ("3.jpg".to_owned(), Photo::textured(320, 240, 9).at(far)),
        ("2.jpg".to_owned(), Photo::of_walk(1)),
    ];
    let state = client.upload("jump", files).await;
    let sequences = field(&state, "/associated_collections").as_array().unwrap();
    let mut counts: Vec<_> = sequences.iter().map(|each| each["nb_items"].as_i64().unwrap()).collect();
    counts.sort_unstable();
    assert_eq!(counts, [1, 2], "{state}");
}

#[tokio::test]
async fn what_is_deleted_is_gone_everywhere_at_once() {
    let server = Server::start();
    let client = server.admin();
    let items = client.upload_walk("short-lived", 0..2).await;
    let (kept, gone) = (&items[0], &items[1]);
    let target = format!("/api/collections/{}/items/{}", text(gone, "/collection"), text(gone, "/id"));
    client.send(client.request(Method::DELETE, &target)).await.ok();

    let nobody = server.anonymous();
    until("the deleted picture is gone on every path", SHORT, async || {
        let mut targets = vec![target.clone(), format!("/api/pictures/{}/hd.jpg", text(gone, "/id"))];
        targets.extend(["hd", "sd", "thumb"].map(|asset| text(gone, &format!("/assets/{asset}/href"))));
        for each in targets {
            if nobody.get(&each).await.status != 404 {
                return None;
            }
        }
        let found = nobody.json(&format!("/api/search?ids={}", text(gone, "/id"))).await;
        field(&found, "/features").as_array().unwrap().is_empty().then_some(())
    })
    .await;
    nobody.get(&text(kept, "/assets/hd/href")).await.ok();
}
