//! Photos of real cameras, and files made to break decoders.

use std::path::{Path, PathBuf};

use flaneur_e2e::{Folder, Server, ServerOptions, field, shared_data, text};
use serde_json::json;

fn photos(folder: &Path) -> Vec<(String, PathBuf)> {
    let named = |file: PathBuf| {
        let name = file.strip_prefix(folder).unwrap().to_string_lossy().replace('/', "-");
        (name, file)
    };
    Folder(folder.to_path_buf()).files().into_iter().map(named).collect()
}

/// Sends every file as one set, waits, and prints what became of each. Gives the numbers of ready and refused ones.
/// Panics if one is neither, or refused without a reason.
async fn send_and_print(server: &Server, title: &str, files: Vec<(String, PathBuf)>) -> (usize, usize) {
    let client = server.admin();
    let set = client.make_set(&json!({ "title": title, "no_deduplication": true })).await;
    let mut outcomes = Vec::new();
    for (name, file) in files {
        let answer = client.send_file(&set, &name, std::fs::read(&file).unwrap()).await;
        match answer.status {
            202 => outcomes.push((name, Some(text(&answer.json(), "/picture_id")), String::new())),
            _ => outcomes.push((name, None, format!("{} {}", answer.status, answer.sentence()))),
        }
    }
    client.complete(&set).await;
    client.ready(&set).await;
    let records = client.files(&set).await;
    let (mut ready, mut refused) = (0, 0);
    println!("\n{title}");
    for (name, picture, sentence) in outcomes {
        let record = records.iter().find(|each| each["file_name"] == name.as_str());
        let rejected = record.and_then(|each| each.pointer("/rejected/message")).and_then(|each| each.as_str());
        let what = match (&picture, rejected) {
            (Some(id), None) => {
                server.anonymous().get(&format!("/api/pictures/{id}/hd.jpg")).await.ok();
                ready += 1;
                "ready".to_owned()
            }
            (_, Some(reason)) => {
                assert!(reason.split_whitespace().count() >= 4, "{name}: {reason}");
                refused += 1;
                format!("refused: {}", reason.replace('\n', " "))
            }
            (None, None) => {
                refused += 1;
                format!("refused: {sentence}")
            }
        };
        println!("  {name:60} {what}");
    }
    println!("  {ready} ready, {refused} refused");
    (ready, refused)
}

#[tokio::test]
async fn sequences_of_real_cameras_become_ready() {
    let Some(data) = shared_data() else { return };
    let server = Server::start();
    let (ready, refused) = send_and_print(&server, "sequences", photos(&data.join("sequences"))).await;
    assert_eq!(refused, 0);
    assert!(ready >= 36, "{ready}");
    let collections = server.anonymous().json("/api/collections").await;
    assert!(field(&collections, "/collections").as_array().unwrap().len() >= 2, "{collections}");
}

#[tokio::test]
async fn panoramas_of_real_cameras_become_ready() {
    let Some(data) = shared_data() else { return };
    let server = Server::start();
    // Of two cameras: each takes many seconds to look through, and what more of them would tell is told by what reads headers.
    let mut files = photos(&data.join("pano360"));
    files.retain(|(name, _)| ["gtr_img_Ricoh_Theta_full.jpg", "gvio_pano_1.jpg"].contains(&name.as_str()));
    let (ready, refused) = send_and_print(&server, "panoramas", files).await;
    assert_eq!((ready, refused), (2, 0));
}

#[tokio::test]
async fn hostile_files_are_answered_and_nothing_breaks() {
    let Some(data) = shared_data() else { return };
    let server = ServerOptions::default().start();
    let files = photos(&data.join("hostile"));
    let count = files.len();
    let (ready, refused) = send_and_print(&server, "hostile files", files).await;
    assert_eq!(ready + refused, count);
    assert!(refused > count / 2, "{ready} of {count} are ready");
    let walk = server.admin().upload_walk("afterwards", 0..2).await;
    assert_eq!(walk.len(), 2, "the worker lives");
}
