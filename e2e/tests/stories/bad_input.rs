//! Files and requests that make no sense get a sentence, and hold nobody up.

use flaneur_e2e::{Answer, Client, Photo, Placement, Server, ServerOptions, UploadSet, field, text};
use reqwest::{
    Method,
    multipart::{Form, Part},
};
use serde_json::json;

/// Sends one good picture as its own set, and expects it to become ready: the worker lives.
async fn a_good_picture_still_works(client: &Client, index: u32) {
    let state = client.upload("good", vec![("good.jpg".to_owned(), Photo::of_walk(index))]).await;
    assert_eq!(field(&state, "/items_status/prepared"), 1, "{state}");
}

/// Sends a file that is either refused at once with a sentence, or accepted and then found broken with a sentence.
async fn refused_sooner_or_later(client: &Client, name: &str, content: Vec<u8>) -> String {
    let set = client.make_set(&json!({ "title": name })).await;
    let answer = client.send_file(&set, name, content).await;
    if answer.status != 202 {
        return answer.sentence();
    }
    client.complete(&set).await;
    let state = client.ready(&set).await;
    assert_eq!(field(&state, "/items_status/prepared"), 0, "{name}: {state}");
    let files = client.files(&set).await;
    let message = text(&files[0], "/rejected/message");
    assert!(message.split_whitespace().count() >= 4, "{name}: {message}");
    message
}

#[tokio::test]
async fn broken_files_get_a_sentence_and_the_worker_lives() {
    let server = Server::start();
    let client = server.admin();
    let photo = Photo::textured(320, 240, 1);
    let good = photo.at(Placement::walk(0));
    let zero_island = photo.at(Placement { longitude: 0.0, latitude: 0.0, ..Placement::walk(0) });
    let mut noise = good.clone();
    for (index, byte) in noise.iter_mut().enumerate().skip(2000) {
        *byte = (index.wrapping_mul(2_654_435_761) >> 7) as u8;
    }
    let files = [
        ("truncated.jpg", good[..good.len() / 2].to_vec()),
        ("headless.jpg", good[..600].to_vec()),
        ("text.jpg", b"This is no picture, whatever its name says.".to_vec()),
        ("empty.jpg", Vec::new()),
        ("huge.jpg", with_size(&good, 65_500, 65_500)),
        ("flat.jpg", with_size(&good, 320, 0)),
        ("nowhere.jpg", photo.jpeg()),
        ("zero-island.jpg", zero_island),
        ("noise.jpg", noise),
        ("page.jpg", b"<!doctype html><script>alert(1)</script>".to_vec()),
    ];
    for (index, (name, content)) in files.into_iter().enumerate() {
        let sentence = refused_sooner_or_later(&client, name, content).await;
        println!("{name}: {sentence}");
        if index % 4 == 0 {
            a_good_picture_still_works(&client, 10 + index as u32).await;
        }
    }
    a_good_picture_still_works(&client, 99).await;
}

/// The file with other numbers in its frame header.
fn with_size(jpeg: &[u8], width: u16, height: u16) -> Vec<u8> {
    let mut out = jpeg.to_vec();
    let at = out.windows(2).rposition(|pair| pair == [0xff, 0xc0]).expect("a baseline frame header");
    out[at + 5..at + 7].copy_from_slice(&height.to_be_bytes());
    out[at + 7..at + 9].copy_from_slice(&width.to_be_bytes());
    out
}

async fn post_form(client: &Client, set: &UploadSet, form: Form) -> Answer {
    client.send_form(set, form).await
}

#[tokio::test]
async fn odd_requests_get_a_sentence() {
    let server = Server::start();
    let client = server.admin();
    let set = client.make_set(&json!({ "title": "odd" })).await;
    let target = format!("/api/upload_sets/{}/files", set.0);
    let photo = || Part::bytes(Photo::of_walk(0)).file_name("a.jpg").mime_str("image/jpeg").unwrap();

    let raw = client.request(Method::POST, &target).header("content-type", "image/jpeg").body(Photo::of_walk(0));
    client.send(raw).await.sentence();
    let unbound = client.request(Method::POST, &target).header("content-type", "multipart/form-data").body("x");
    client.send(unbound).await.sentence();
    let cut = client
        .request(Method::POST, &target)
        .header("content-type", "multipart/form-data; boundary=x")
        .body("--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\nno end");
    client.send(cut).await.sentence();

    post_form(&client, &set, Form::new().text("isBlurred", "false")).await.sentence();
    for (name, value) in
        [("override_latitude", "48.1"), ("override_longitude", "two"), ("override_capture_time", "yesterday")]
    {
        let answer = post_form(&client, &set, Form::new().text(name, value).part("file", photo())).await;
        println!("{name}={value}: {}", answer.sentence());
    }
    let nowhere = UploadSet("00000000-0000-4000-8000-000000000000".to_owned());
    let answer = post_form(&client, &nowhere, Form::new().part("file", photo())).await;
    assert_eq!(answer.status, 404, "{answer}");
    answer.sentence();
    let answer = post_form(&client, &UploadSet("x".to_owned()), Form::new().part("file", photo())).await;
    answer.sentence();

    for body in [json!([]), json!({}), json!({ "title": 7 }), json!({ "title": "x", "estimated_nb_files": -1 })] {
        println!("{body}: {}", client.post("/api/upload_sets", &body).await.sentence());
    }
    let broken = client.request(Method::POST, "/api/upload_sets").header("content-type", "application/json").body("{");
    client.send(broken).await.sentence();
    client.send_file(&set, "fine.jpg", Photo::of_walk(1)).await.ok();
}

#[tokio::test]
async fn a_file_that_is_too_large_is_refused_without_being_kept() {
    let server = ServerOptions::default().with(&["--max-file-size", "1"]).start();
    let client = server.admin();
    let set = client.make_set(&json!({ "title": "large" })).await;
    let mut large = Photo::of_walk(0);
    large.resize(3 << 20, 0x55);
    let answer = client.send_file(&set, "large.jpg", large).await;
    assert_eq!(answer.status, 413, "{answer}");
    answer.sentence();
    let left = flaneur_e2e::Folder(server.data().to_path_buf()).originals();
    assert!(left.is_empty(), "{left:?}");
    a_good_picture_still_works(&client, 1).await;
}

#[tokio::test]
async fn odd_questions_get_a_sentence() {
    let server = Server::start();
    let nobody = server.anonymous();
    for target in [
        "/api/nothing/here",
        "/api/collections/not-a-uuid",
        "/api/collections/00000000-0000-4000-8000-000000000000",
        "/api/collections/00000000-0000-4000-8000-000000000000/items",
        "/api/pictures/00000000-0000-4000-8000-000000000000/hd.jpg",
        "/api/search?bbox=1,2,3",
        "/api/search?bbox=a,b,c,d",
        "/api/search?bbox=0,50,1,40",
        "/api/search?limit=0",
        "/api/search?limit=x",
        "/api/search?datetime=yesterday",
        "/api/search?ids=x",
        "/api/map/3/8/0.mvt",
        "/api/map/99/0/0.mvt",
        "/api/map/1/0/0.png",
    ] {
        let answer = nobody.get(target).await;
        println!("{target}: {}", answer.sentence());
    }
    let wrong = nobody.send(nobody.request(Method::DELETE, "/api/search")).await;
    assert_eq!(wrong.status, 405, "{wrong}");
    wrong.sentence();
}
