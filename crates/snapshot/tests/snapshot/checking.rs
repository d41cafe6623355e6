//! What a check finds.

use std::{fs, path::Path};

use flaneur_fetch::Silent;
use flaneur_snapshot::check;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::{File, Ground, Server, checked, sha256};

async fn made() -> Ground {
    let server = Server::start(vec![File::of("120220", 0..40), File::of("120221", 40..60)]).await;
    let ground = Ground::new();
    ground.go(&ground.options(&server)).await;
    ground
}

/// Writes a file, and its checksum into the list: as somebody would who wants the numbers to be others.
fn forge(folder: &Path, path: &str, content: &[u8]) {
    let before = sha256(&fs::read(folder.join(path)).unwrap());
    fs::write(folder.join(path), content).unwrap();
    let sums = fs::read_to_string(folder.join("SHA256SUMS")).unwrap();
    fs::write(folder.join("SHA256SUMS"), sums.replace(&before, &sha256(content))).unwrap();
}

fn edited(folder: &Path, path: &str, place: &str, value: Value) -> Vec<u8> {
    let mut document: Value = serde_json::from_slice(&fs::read(folder.join(path)).unwrap()).unwrap();
    *document.pointer_mut(place).unwrap() = value;
    let mut text = serde_json::to_vec_pretty(&document).unwrap();
    text.push(b'\n');
    text
}

#[tokio::test]
async fn numbers_that_do_not_follow_from_the_files_are_found() {
    for (path, place, value, says) in [
        ("card.json", "/pictures", json!(61), "card.json: /pictures is 61, and from the files follows 60"),
        ("card.json", "/licenses/0/count", json!(1), "/licenses/0/count is 1, and from the files follows 54"),
        ("card.json", "/instance/name", json!("Other"), "card.json: /instance/name is \"Other\""),
        ("collection.json", "/extent/spatial/bbox/0/0", json!(-9.5), "/extent/spatial/bbox/0/0 is -9.5"),
        ("collection.json", "/assets/120220/table:row_count", json!(41), "has 40 rows, and collection.json says 41"),
        ("collection.json", "/assets/120220/file:size", json!(41), "bytes, and collection.json says 41"),
        ("collection.json", "/flaneur:change", json!(8), "card.json: /state/change is 7, and from the files follows 8"),
    ] {
        let ground = made().await;
        let content = edited(&ground.into, path, place, value);
        forge(&ground.into, path, &content);
        let problems = checked(&ground.into).await.problems;
        assert!(problems.iter().any(|problem| problem.contains(says)), "{path}{place}: {problems:?}");
    }
}

#[tokio::test]
async fn files_that_are_not_as_they_were_are_found() {
    let ground = made().await;
    let part = fs::read_dir(ground.into.join("parts")).unwrap().next().unwrap().unwrap().path();
    let name = format!("parts/{}", part.file_name().unwrap().to_str().unwrap());
    let whole = fs::read(&part).unwrap();
    let says = async |text: &str| {
        let problems = checked(&ground.into).await.problems;
        assert!(problems.iter().any(|problem| problem.contains(text)), "{text}: {problems:?}");
    };
    let mut changed = whole.clone();
    changed[50] ^= 1;
    fs::write(&part, &changed).unwrap();
    says(&format!("{name} has another checksum")).await;
    fs::write(&part, &whole[..100]).unwrap();
    says(&format!("{name} has 100 bytes")).await;
    fs::remove_file(&part).unwrap();
    says(&format!("{name} cannot be read")).await;
    fs::write(&part, &whole).unwrap();
    fs::write(ground.into.join("notes.txt"), "x").unwrap();
    says("notes.txt is no part of a snapshot").await;
    fs::create_dir(ground.into.join(".work")).unwrap();
    says(".work is of a run that has not ended").await;
    fs::remove_dir(ground.into.join(".work")).unwrap();
    fs::remove_file(ground.into.join("notes.txt")).unwrap();
    let more = File::of("120223", 60..61);
    fs::write(ground.into.join("parts").join(&more.name), &more.content).unwrap();
    says(&format!("parts/{} is not in SHA256SUMS", more.name)).await;
    fs::remove_file(ground.into.join("parts").join(&more.name)).unwrap();
    forge(&ground.into, "README.md", b"# No duties\n");
    says("README.md says something else").await;
    let sums = fs::read_to_string(ground.into.join("SHA256SUMS")).unwrap();
    let lines: Vec<&str> = sums.lines().rev().collect();
    fs::write(ground.into.join("SHA256SUMS"), lines.join("\n")).unwrap();
    says("line 2 is not in the order of paths").await;
    fs::write(ground.into.join("SHA256SUMS"), format!("{sums}{}  ../../etc/passwd\n", "0".repeat(64))).unwrap();
    says("is not the checksum of a file of a snapshot").await;
    fs::remove_file(ground.into.join("SHA256SUMS")).unwrap();
    says("the snapshot is not whole").await;
}

#[tokio::test]
async fn what_is_no_snapshot_is_told() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().to_owned(), folder.path().join("missing")] {
        let told = check(&path, &Silent, &CancellationToken::new()).await.unwrap_err().to_string();
        assert!(told.contains("is no snapshot") || told.contains("cannot look into"), "{told}");
    }
}
