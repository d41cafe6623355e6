//! Keeping a folder in step with a server, and what is in it with one's own.

use std::{fmt::Write as _, fs};

use crate::support::{Fault, Ground, Kind, Picture, Server, files, id, jpeg, sha256};
use flaneur_fetch::{FetchError, Options, Quality};

#[tokio::test]
async fn only_what_changed_comes_and_what_is_gone_goes() {
    let (ground, server) = (Ground::new(), Server::start(Kind::Flaneur, 20).await);
    let options = ground.options(&server);
    ground.go(&options).await;
    server.downloads();
    server.edit(3, |picture| (picture.content, picture.updated) = (jpeg(100, 4000), "2026-06-01T00:00:00Z".to_owned()));
    // Only something about it was changed, not its file.
    server.edit(4, |picture| picture.updated = "2026-06-02T00:00:00Z".to_owned());
    server.pictures.lock().unwrap().remove(&id(5));
    server.pictures.lock().unwrap().insert(
        id(30),
        Picture { lon: 2.0, lat: 48.0, updated: "2026-06-03T00:00:00Z".to_owned(), content: jpeg(30, 10) },
    );
    let summary = ground.go(&options).await;
    assert_eq!((summary.new, summary.changed, summary.unchanged, summary.removed), (1, 1, 18, 1));
    assert_eq!(server.downloads().len(), 2);
    assert!(!ground.path(5).exists());
    assert_eq!(fs::read(ground.path(3)).unwrap(), server.content(3));
    assert_eq!(ground.lines("done.ndjson")[4]["updated"], "2026-06-02T00:00:00Z");
    assert_eq!(ground.go(&options).await.unchanged, 20);
}

#[tokio::test]
async fn where_no_checksum_is_stated_the_server_is_asked_whether_it_changed() {
    let (ground, server) = (Ground::new(), Server::start(Kind::Panoramax, 3).await);
    let options = ground.options(&server);
    // One with an entity tag, which is in the answer that breaks and in the one that goes on.
    ground.go(&options).await;
    server.downloads();
    for number in 0..3 {
        server.edit(number, |picture| picture.updated = "2026-06-01T00:00:00Z".to_owned());
    }
    let mut journal = fs::read_to_string(ground.into.join("done.ndjson")).unwrap();
    for number in 0..2 {
        let mut done: serde_json::Value = serde_json::from_str(journal.lines().nth(number).unwrap()).unwrap();
        done["etag"] = "\"tag\"".into();
        writeln!(journal, "{done}").unwrap();
    }
    fs::write(ground.into.join("done.ndjson"), journal).unwrap();
    server.fault(&id(0), Fault::Status(304, None));
    let summary = ground.go(&options).await;
    assert_eq!((summary.unchanged, summary.changed), (1, 2));
    let mut tags: Vec<Option<String>> =
        server.downloads().iter().map(|seen| seen.header("if-none-match").map(str::to_owned)).collect();
    tags.sort();
    assert_eq!(tags, [None, Some("\"tag\"".to_owned()), Some("\"tag\"".to_owned())]);
    assert_eq!(ground.go(&options).await.unchanged, 3);
    assert!(server.downloads().is_empty());
}

#[tokio::test]
async fn a_server_that_suddenly_has_nothing_is_not_believed() {
    let (ground, server) = (Ground::new(), Server::start(Kind::Flaneur, 20).await);
    let options = ground.options(&server);
    ground.go(&options).await;
    let list = fs::read(ground.into.join("manifest.ndjson")).unwrap();
    server.pictures.lock().unwrap().clear();
    let error = ground.run(&options).await.unwrap_err();
    assert!(matches!(error, FetchError::TooManyRemovals { gone: 20, had: 20 }), "{error}");
    assert!(error.to_string().contains("--allow-removals"));
    assert_eq!((ground.pictures(), fs::read(ground.into.join("manifest.ndjson")).unwrap()), (20, list));
    let kept = ground.go(&Options { keep_gone: true, ..options.clone() }).await;
    assert_eq!((kept.kept, ground.pictures()), (20, 20));
    let removed = ground.go(&Options { allow_removals: true, ..options }).await;
    assert_eq!((removed.removed, ground.pictures()), (20, 0));
}

#[tokio::test]
async fn a_picture_that_is_gone_when_it_is_asked_for_is_no_failure() {
    let (ground, server) = (Ground::new(), Server::start(Kind::Flaneur, 6).await);
    let options = ground.options(&server);
    server.fault(&id(1), Fault::Status(404, None));
    server.fault(&id(2), Fault::Status(410, None));
    let summary = ground.go(&options).await;
    assert_eq!((summary.new, summary.gone, summary.listed.pictures), (4, 2, 4));
    assert_eq!(ground.lines("manifest.ndjson").len(), 4);
    // One that was here, and changed.
    server.edit(0, |picture| picture.content = jpeg(5, 5));
    server.fault(&id(0), Fault::Status(404, None));
    let summary = ground.go(&options).await;
    assert_eq!((summary.gone, summary.removed, ground.path(0).exists()), (1, 1, false));
}

#[tokio::test]
async fn nothing_is_removed_or_replaced_that_was_not_put_there() {
    let (ground, server) = (Ground::new(), Server::start(Kind::Flaneur, 12).await);
    let options = ground.options(&server);
    ground.go(&options).await;
    let own = [ground.into.join("notes.txt"), ground.path(1).with_file_name("mine.jpg")];
    for path in &own {
        fs::write(path, "mine").unwrap();
    }
    // Edited by somebody, and then gone from the server.
    fs::write(ground.path(2), "edited by somebody").unwrap();
    server.pictures.lock().unwrap().retain(|name, _| *name != id(1) && *name != id(2));
    // In the place of one that is new.
    server.pictures.lock().unwrap().insert(
        id(40),
        Picture { lon: 2.0, lat: 48.0, updated: "2026-06-03T00:00:00Z".to_owned(), content: jpeg(40, 10) },
    );
    fs::create_dir_all(ground.path(40).parent().unwrap()).unwrap();
    fs::write(ground.path(40), "mine").unwrap();
    let summary = ground.run(&options).await.unwrap();
    assert_eq!((summary.removed, summary.kept, summary.failures), (1, 1, 1));
    assert!(own.iter().all(|path| fs::read_to_string(path).unwrap() == "mine"));
    assert_eq!(fs::read_to_string(ground.path(2)).unwrap(), "edited by somebody");
    assert_eq!(fs::read_to_string(ground.path(40)).unwrap(), "mine");
    // The very bytes that would have come are as good.
    fs::write(ground.path(40), server.content(40)).unwrap();
    server.downloads();
    ground.go(&options).await;
    assert!(server.downloads().is_empty());
}

#[tokio::test]
async fn a_copied_folder_is_as_good_and_a_damaged_file_comes_again() {
    let (ground, server) = (Ground::new(), Server::start(Kind::Flaneur, 4).await);
    let options = ground.options(&server);
    ground.go(&options).await;
    server.downloads();
    fs::write(ground.path(0), server.content(0)).unwrap();
    let mut damaged = server.content(1);
    damaged[100] ^= 1;
    fs::write(ground.path(1), damaged).unwrap();
    fs::remove_file(ground.path(2)).unwrap();
    let summary = ground.go(&options).await;
    assert_eq!(summary.unchanged, 2);
    assert_eq!(server.downloads().len(), 2);
    for number in 0..4 {
        assert_eq!(fs::read(ground.path(number)).unwrap(), server.content(number));
    }
}

#[tokio::test]
async fn another_query_and_a_foreign_folder_are_refused() {
    let (ground, server) = (Ground::new(), Server::start(Kind::Flaneur, 2).await);
    let mut options = ground.options(&server);
    ground.go(&options).await;
    options.query.quality = Quality::Sd;
    let error = ground.run(&options).await.unwrap_err().to_string();
    assert!(error.contains("another query") && error.contains("quality"), "{error}");
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("thesis.tex"), "x").unwrap();
    let error = ground.run(&Options { into: place.path().to_owned(), ..ground.options(&server) }).await.unwrap_err();
    assert!(error.to_string().contains("did not write"), "{error}");
}

#[tokio::test]
async fn links_in_the_folder_lead_nowhere() {
    let (ground, server) = (Ground::new(), Server::start(Kind::Flaneur, 2).await);
    let elsewhere = tempfile::tempdir().unwrap();
    let options = ground.options(&server);
    ground.go(&Options { manifest_only: true, ..options.clone() }).await;
    std::os::unix::fs::symlink(elsewhere.path(), ground.path(0).parent().unwrap()).unwrap();
    let error = ground.run(&options).await.unwrap_err().to_string();
    assert!(error.contains("is a link"), "{error}");
    assert!(files(elsewhere.path()).is_empty());
}

#[tokio::test]
async fn shards_are_the_same_everywhere_and_only_changed_ones_are_written() {
    let server = Server::start(Kind::Flaneur, 40).await;
    let (one, other) = (Ground::new(), Ground::new());
    let options = Options { shards: Some(10), ..one.options(&server) };
    let summary = one.go(&options).await;
    assert_eq!((summary.packed, summary.packed_before), (4, 0));
    // In another order, with a pause in between.
    let half = Options { into: other.into.clone(), limit_bytes: Some(50_000), jobs: 1, ..options.clone() };
    other.run(&half).await.unwrap();
    other.go(&Options { limit_bytes: None, ..half }).await;
    let shards = |ground: &Ground| {
        let mut files = files(&ground.into.join("shards"));
        files.sort();
        files.iter().map(|path| (path.file_name().unwrap().to_owned(), fs::read(path).unwrap())).collect::<Vec<_>>()
    };
    assert_eq!(shards(&one), shards(&other));

    let index: serde_json::Value = serde_json::from_slice(&shards(&one)[4].1).unwrap();
    assert_eq!((&index["pictures"], index["shards"].as_array().unwrap().len()), (&40.into(), 4));
    let mut seen = 0;
    for (shard, (name, bytes)) in index["shards"].as_array().unwrap().iter().zip(shards(&one)) {
        assert_eq!(
            (shard["name"].as_str().unwrap(), shard["sha256"].as_str().unwrap()),
            (name.to_str().unwrap(), &*sha256(&bytes))
        );
        let mut archive = tar::Archive::new(&bytes[..]);
        let mut names = Vec::new();
        for member in archive.entries().unwrap() {
            let member = member.unwrap();
            assert_eq!((member.header().mtime().unwrap(), member.header().uid().unwrap()), (0, 0));
            names.push(member.path().unwrap().display().to_string());
        }
        for pair in names.chunks(2) {
            assert_eq!(pair[0].strip_suffix(".jpg"), pair[1].strip_suffix(".json"));
            seen += 1;
        }
    }
    assert_eq!(seen, 40);

    server.edit(7, |picture| picture.content = jpeg(7, 7));
    let summary = one.go(&options).await;
    assert_eq!((summary.packed, summary.packed_before), (1, 3));
    // Also when nobody asks for shards any more: what is gone must not live on in them.
    server.pictures.lock().unwrap().remove(&id(8));
    let summary = one.go(&Options { shards: None, ..options.clone() }).await;
    assert_eq!((summary.removed, summary.packed, summary.packed_before), (1, 1, 3));
    let all: Vec<u8> = shards(&one).into_iter().flat_map(|(_, bytes)| bytes).collect();
    let name = id(8);
    assert!(!all.windows(name.len()).any(|window| window == name.as_bytes()));
    // Fewer shards: those that are too many go.
    let summary = one.go(&Options { shards: Some(1000), ..options }).await;
    assert_eq!((summary.packed, files(&one.into.join("shards")).len()), (1, 2));
}
