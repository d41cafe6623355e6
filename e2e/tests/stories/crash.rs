//! Whatever ends the server, no accepted file is lost and none is done twice.

use std::collections::HashSet;

use flaneur_e2e::{Client, Folder, LONG, Photo, Placement, SHORT, Server, UploadSet, decode, field, text, until};
use serde_json::json;

const FILES: u32 = 6;

/// Pictures that take a moment each, so that the end comes in the middle.
async fn send_all(client: &Client, title: &str) -> (UploadSet, HashSet<String>) {
    let set = client.make_set(&json!({ "title": title, "estimated_nb_files": FILES })).await;
    let mut accepted = HashSet::new();
    for index in 0..FILES {
        let photo = Photo::textured(1280, 960, index).at(Placement::walk(index));
        let answer = client.send_file(&set, &format!("{index}.jpg"), photo).await;
        assert_eq!(answer.status, 202, "{answer}");
        accepted.insert(text(&answer.json(), "/picture_id"));
    }
    (set, accepted)
}

async fn until_under_way(client: &Client, set: &UploadSet) {
    until("some pictures are done and some are not", LONG, async || {
        let state = client.set(set).await;
        let done = field(&state, "/items_status/prepared").as_u64().unwrap();
        (done >= 1 && done < u64::from(FILES)).then_some(())
    })
    .await;
}

/// Everything accepted is ready and served, once, and no original is left.
async fn all_there_once(server: &Server, set: &UploadSet, accepted: &HashSet<String>) {
    let client = server.admin();
    let state = client.ready(set).await;
    assert_eq!(field(&state, "/items_status/prepared"), FILES, "{state}");
    let items = client.items(&state).await;
    let ids: Vec<String> = items.iter().map(|item| text(item, "/id")).collect();
    assert_eq!(ids.len(), FILES as usize, "{ids:?}");
    assert_eq!(&ids.into_iter().collect::<HashSet<_>>(), accepted);
    for item in &items {
        let hd = server.anonymous().get(&text(item, "/assets/hd/href")).await.ok();
        assert_eq!(decode(&hd.body).width(), 1280);
    }
    let everything = Folder(server.data().to_path_buf());
    until("no original is left", SHORT, async || everything.originals().is_empty().then_some(())).await;
    // One master each: what an interrupted attempt had written is not kept beside it.
    until("each picture is stored once", SHORT, async || {
        let masters = everything.files().into_iter().filter(|file| file.to_string_lossy().ends_with("-master.jpg"));
        (masters.count() == FILES as usize).then_some(())
    })
    .await;
}

#[tokio::test]
async fn killed_while_processing_it_finishes_after_a_restart() {
    let mut server = Server::start();
    let (set, accepted) = send_all(&server.admin(), "killed").await;
    for _ in 0..2 {
        until_under_way(&server.admin(), &set).await;
        server.kill();
        server.restart();
    }
    all_there_once(&server, &set, &accepted).await;
}

#[tokio::test]
async fn killed_right_after_accepting_it_has_lost_nothing() {
    let mut server = Server::start();
    let (set, accepted) = send_all(&server.admin(), "accepted").await;
    server.kill();
    server.restart();
    all_there_once(&server, &set, &accepted).await;
}

#[tokio::test]
async fn killed_while_receiving_it_keeps_no_half_file() {
    let mut server = Server::start();
    let client = server.admin();
    let set = client.make_set(&json!({ "title": "half" })).await;
    let sending = {
        let (client, set) = (client.clone(), set.clone());
        let (sender, body) = tokio::sync::mpsc::unbounded_channel::<Result<Vec<u8>, std::io::Error>>();
        let head = "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"half.jpg\"\r\n\
                    content-type: image/jpeg\r\n\r\n";
        let half = Photo::textured(1280, 960, 1).at(Placement::walk(1));
        sender.send(Ok(head.as_bytes().to_vec())).unwrap();
        sender.send(Ok(half[..half.len() / 2].to_vec())).unwrap();
        let stream = futures::stream::unfold(body, |mut body| async { body.recv().await.map(|part| (part, body)) });
        let request = client
            .request(reqwest::Method::POST, &format!("/api/upload_sets/{}/files", set.0))
            .header("content-type", "multipart/form-data; boundary=x")
            .body(reqwest::Body::wrap_stream(stream));
        (tokio::spawn(request.send()), sender)
    };
    let everything = Folder(server.data().to_path_buf());
    until("the file is on its way", SHORT, async || (!everything.originals().is_empty()).then_some(())).await;
    server.kill();
    let (request, sender) = sending;
    drop(sender);
    assert!(request.await.unwrap().is_err(), "nobody was told that it arrived");

    server.restart();
    let client = server.admin();
    let whole = Photo::textured(1280, 960, 1).at(Placement::walk(1));
    client.send_file(&set, "half.jpg", whole).await.ok();
    client.complete(&set).await;
    assert_eq!(field(&client.ready(&set).await, "/items_status/prepared"), 1);
    assert_eq!(client.files(&set).await.len(), 1);
}

#[tokio::test]
async fn told_to_stop_it_hands_its_work_to_the_next_start() {
    let mut server = Server::start();
    let (set, accepted) = send_all(&server.admin(), "stopped").await;
    until_under_way(&server.admin(), &set).await;
    let status = server.terminate();
    assert!(status.success(), "{status}: {:?}", server.log());
    server.restart();
    all_there_once(&server, &set, &accepted).await;
}
