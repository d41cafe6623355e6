//! Many files at a time.

use std::collections::HashSet;

use flaneur_e2e::{Photo, Server, field, text};
use futures::{StreamExt as _, stream};
use serde_json::json;

const FILES: u32 = 20;

#[tokio::test]
async fn a_set_sent_eight_files_at_a_time_completes_once() {
    let server = Server::start();
    let client = server.admin();
    let set = client.make_set(&json!({ "title": "parallel", "estimated_nb_files": FILES })).await;
    let accepted: Vec<String> = stream::iter(0..FILES)
        .map(|index| {
            let (client, set) = (client.clone(), set.clone());
            async move {
                let answer = client.send_file(&set, &format!("{index:03}.jpg"), Photo::of_walk(index)).await;
                assert_eq!(answer.status, 202, "{answer}");
                text(&answer.json(), "/picture_id")
            }
        })
        .buffer_unordered(8)
        .collect()
        .await;
    assert_eq!(field(&client.set(&set).await, "/completed"), true, "the last expected file completes the set");

    let state = client.ready(&set).await;
    assert_eq!(field(&state, "/items_status/prepared"), FILES, "{state}");
    assert_eq!(field(&state, "/associated_collections").as_array().unwrap().len(), 1, "{state}");
    let items = client.items(&state).await;
    let ids: Vec<String> = items.iter().map(|item| text(item, "/id")).collect();
    assert_eq!(ids.len(), FILES as usize);
    assert_eq!(ids.iter().collect::<HashSet<_>>(), accepted.iter().collect(), "each accepted file once");
    let times: Vec<String> = items.iter().map(|item| text(item, "/properties/datetime")).collect();
    assert!(times.is_sorted(), "in the order of the walk: {times:?}");
    for pair in items.windows(2) {
        let next = flaneur_e2e::link(&pair[0], "next").expect("a link to the next picture");
        assert!(next.ends_with(&text(&pair[1], "/id")), "{next}");
    }
}

#[tokio::test]
async fn the_same_file_sent_eight_times_at_once_is_one_picture() {
    let server = Server::start();
    let client = server.admin();
    let set = client.make_set(&json!({ "title": "same" })).await;
    let statuses: Vec<u16> = stream::iter(0..8)
        .map(|_| {
            let (client, set) = (client.clone(), set.clone());
            async move { client.send_file(&set, "same.jpg", Photo::of_walk(0)).await.status }
        })
        .buffer_unordered(8)
        .collect()
        .await;
    assert_eq!(statuses.iter().filter(|&&status| status == 202).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|&&status| status == 409).count(), 7, "{statuses:?}");
    client.complete(&set).await;
    assert_eq!(client.items(&client.ready(&set).await).await.len(), 1);
}
