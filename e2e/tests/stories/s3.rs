//! The same server with its objects in buckets.

use flaneur_e2e::{
    Gate, LONG, Photo, Placement, S3, SHORT, buckets, decode, field, of_pictures, on_s3, on_s3_at, run_to_end, text,
    until,
};
use reqwest::Method;
use serde_json::json;

/// A film that a camera appends, in bytes: with it a file is more than one part.
const FILM: usize = 6 << 20;

#[tokio::test]
async fn pictures_live_and_die_in_buckets() {
    let Some(s3) = S3::start() else { return };
    let (server, stores) = (on_s3(&s3).start(), buckets(&s3));
    let client = server.admin();
    let mut large = Photo::textured(1280, 960, 1).at(Placement::walk(1));
    large.resize(large.len() + FILM, 7);
    let files = vec![
        ("0.jpg".to_owned(), Photo::of_walk(0)),
        ("1.jpg".to_owned(), large),
        ("2.jpg".to_owned(), Photo::textured(2048, 1024, 2).sphere_at(Placement::walk(2))),
    ];
    let items = client.items(&client.upload("in buckets", files).await).await;
    assert_eq!(items.len(), 3);
    for item in &items {
        for asset in ["hd", "sd", "thumb"] {
            let answer = server.anonymous().get(&text(item, &format!("/assets/{asset}/href"))).await.ok();
            decode(&answer.body);
            let part = client
                .request(Method::GET, &text(item, &format!("/assets/{asset}/href")))
                .header("range", "bytes=100-299");
            let part = client.send(part).await;
            assert_eq!((part.status, &part.body[..]), (206, &answer.body[100..300]));
        }
    }
    let tiles = items.iter().find_map(|item| item.pointer("/asset_templates/tiles/href")).unwrap();
    let tile = tiles.as_str().unwrap().replace("{TileCol}", "3").replace("{TileRow}", "1");
    assert_eq!(decode(&server.anonymous().get(&tile).await.ok().body).width(), 512);

    until("no original is left", SHORT, async || stores.private.list(10).await.unwrap().is_empty().then_some(())).await;
    let keys = of_pictures(&stores).await;
    assert_eq!(keys.len(), 7, "two objects of each picture and an index of tiles: {keys:?}");
    for key in &keys {
        stores.public.verify(key).await.unwrap();
    }
    let collection = text(&items[0], "/collection");
    client.send(client.request(Method::DELETE, &format!("/api/collections/{collection}"))).await.ok();
    until("no object is left", SHORT, async || stores.public.list(10).await.unwrap().is_empty().then_some(())).await;
    let data: Vec<_> = std::fs::read_dir(server.data()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!data.iter().any(|name| name == "public" || name == "private"), "nothing was kept on disk: {data:?}");
}

// The gates go on while the server, which asks the stores for the time, is waited for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_s3_holds_its_breath_nothing_is_lost() {
    let Some(s3) = S3::start() else { return };
    let public = Gate::start(s3.public_endpoint()).await;
    let private = Gate::start(s3.private_endpoint()).await;
    let server = on_s3_at(&s3, public.url(), private.url()).start();
    let client = server.admin();
    let set = client.make_set(&json!({ "title": "pause", "estimated_nb_files": 4 })).await;
    client.send_file(&set, "0.jpg", Photo::of_walk(0)).await.ok();

    // What comes while originals cannot be stored waits, and is stored.
    private.close();
    let sending: Vec<_> = (1..3)
        .map(|index| {
            let (client, set) = (client.clone(), set.clone());
            tokio::spawn(async move { client.send_file(&set, &format!("{index}.jpg"), Photo::of_walk(index)).await })
        })
        .collect();
    private.until_it_holds_something_up().await;
    private.open();
    for answer in sending {
        assert_eq!(answer.await.unwrap().status, 202);
    }
    // What is done while nothing can be published waits, too.
    public.close();
    client.send_file(&set, "3.jpg", Photo::of_walk(3)).await.ok();
    public.until_it_holds_something_up().await;
    public.open();
    let state = client.ready(&set).await;
    assert_eq!(field(&state, "/items_status/prepared"), 4, "{state}");
    for item in client.items(&state).await {
        server.anonymous().get(&text(&item, "/assets/hd/href")).await.ok();
    }
    let stores = buckets(&s3);
    until("no original is left", LONG, async || stores.private.list(10).await.unwrap().is_empty().then_some(())).await;
    assert_eq!(of_pictures(&stores).await.len(), 8);
}

#[test]
fn places_that_make_no_sense_are_one_sentence() {
    let data = tempfile::tempdir().unwrap();
    let refused = |arguments: &[&str]| {
        let models = flaneur_e2e::Tools::models();
        let always = [
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--data",
            data.path().to_str().unwrap(),
            "--models",
            models.to_str().unwrap(),
        ];
        let finished = run_to_end(&[&always, arguments].concat());
        assert!(!finished.success && !finished.stderr.contains("panicked"), "{finished:?}");
        finished.stderr
    };
    let inside = refused(&["--storage", "s3://pictures", "--private-storage", "s3://pictures/originals"]);
    assert!(inside.contains("choose two apart"), "{inside}");
    let nowhere = refused(&["--storage", "pictures"]);
    assert!(nowhere.contains("s3://bucket/prefix"), "{nowhere}");
    let cdn = refused(&["--cdn-url", "cdn.example.org"]);
    assert!(cdn.contains("https://cdn.example.org/pictures"), "{cdn}");
}
