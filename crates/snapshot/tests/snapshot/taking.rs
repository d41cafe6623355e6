//! What comes, however it comes.

use std::{fs, time::Duration};

use serde_json::{Value, json};

use crate::support::{Fault, File, Ground, Server, contents, sha256};

fn three() -> Vec<File> {
    vec![File::of("120220", 0..40), File::of("120221", 40..60), File::of("120222", 60..61)]
}

#[tokio::test]
async fn a_snapshot_is_whole_and_says_what_it_has() {
    let server = Server::start(three()).await;
    let ground = Ground::new();
    let taken = ground.go(&ground.options(&server)).await;
    assert_eq!((taken.new, taken.unchanged, taken.changed), (3, 0, true));
    let card = &taken.card;
    assert_eq!((card.pictures, card.sequences, card.accounts), (61, 4, 2));
    assert_eq!(card.licenses[0].count + card.licenses[1].count, 61);
    assert_eq!((card.attributions.count, card.redaction.faces, card.state.change), (13, 61, 7));
    let there = contents(&ground.into);
    let names: Vec<&str> = there.keys().map(String::as_str).collect();
    assert_eq!(names[..5], ["README.md", "SHA256SUMS", "card.json", "collection.json", "parts/"]);
    assert_eq!(names.len(), 8, "nothing is left behind: {names:?}");
    let collection: Value = serde_json::from_slice(&there["collection.json"]).unwrap();
    for asset in collection["assets"].as_object().unwrap().values() {
        assert!(there.contains_key(asset["href"].as_str().unwrap().strip_prefix("./").unwrap()), "{asset}");
    }
    let readme = std::str::from_utf8(&there["README.md"]).unwrap();
    assert!(readme.contains(&format!("<{}/api/changes?after=7>", server.address)), "{readme}");
    assert!(readme.contains("Town of \\<b\\>Example\\<") && readme.contains("Streets \\*of\\* Example"), "{readme}");
    let sums = std::str::from_utf8(&there["SHA256SUMS"]).unwrap();
    let parts: String = sums.split_inclusive('\n').filter(|line| line.contains("  parts/")).collect();
    assert_eq!(sha256(parts.as_bytes()), card.state.fingerprint, "as README.md says how to compute it");
}

#[tokio::test]
async fn the_same_state_gives_the_same_bytes_however_it_came() {
    let server = Server::start(three()).await;
    let ground = Ground::new();
    let first = ground.options(&server);
    ground.go(&first).await;
    // In another order, one by one, cut and gone on with, and when it was written down at another time.
    server.with(|offer| {
        offer.files.reverse();
        offer.odd.push(("/updated".to_owned(), json!("2027-01-01T00:00:00Z")));
    });
    server.fault(&three()[0], Fault::Cut(1_000));
    let mut second = ground.options(&server);
    (second.into, second.jobs) = (ground.beside("second"), 1);
    ground.go(&second).await;
    assert_eq!(contents(&first.into), contents(&second.into));
    // Once more into the same folder: nothing comes, nothing changes.
    server.seen();
    let again = ground.go(&second).await;
    assert_eq!((again.new, again.unchanged, again.changed), (0, 3, false));
    assert_eq!(server.seen(), []);
    assert_eq!(contents(&first.into), contents(&second.into));
}

#[tokio::test]
async fn a_cut_connection_is_gone_on_with() {
    let server = Server::start(three()).await;
    let ground = Ground::new();
    let file = &three()[0];
    server.fault(file, Fault::Cut(700));
    server.fault(file, Fault::Status(503, Some("3")));
    server.fault(file, Fault::Status(500, None));
    ground.go(&ground.options(&server)).await;
    let asked: Vec<Option<String>> =
        server.seen().into_iter().filter(|(name, _)| *name == file.name).map(|(_, range)| range).collect();
    let onwards = Some("bytes=700-".to_owned());
    assert_eq!(asked, [None, onwards.clone(), onwards.clone(), onwards]);
    assert!(ground.world.slept.lock().unwrap().contains(&Duration::from_secs(3)), "as the server said");
}

#[tokio::test]
async fn what_has_another_checksum_is_not_taken() {
    let server = Server::start(three()).await;
    let ground = Ground::new();
    let file = &three()[0];
    let mut changed = file.content.clone();
    changed[100] ^= 1;
    server.fault(file, Fault::Other(changed.clone()));
    ground.go(&ground.options(&server)).await;

    let mut endless = file.content.clone();
    endless.extend([0; 100]);
    for (wrong, says) in [(changed, "another checksum"), (endless, "larger than the list says")] {
        for _ in 0..5 {
            server.fault(file, Fault::Other(wrong.clone()));
        }
        let mut options = ground.options(&server);
        options.into = ground.beside(says);
        let told = ground.fail(&options).await;
        assert!(told.contains(says), "{told}");
        assert!(!options.into.join("SHA256SUMS").exists());
        // The next run goes on.
        ground.go(&options).await;
    }
}

#[tokio::test]
async fn a_file_that_is_what_the_list_says_and_no_dataset_is_refused() {
    let table = File::new("120220", b"PAR1 and nothing more\x05\0\0\0PAR1".to_vec(), 1);
    let more = File { rows: 41, ..File::of("120220", 0..40) };
    for (file, says) in [(table, "no Parquet file"), (more, "has 40 rows, and the list says 41")] {
        let server = Server::start(vec![file]).await;
        let ground = Ground::new();
        let told = ground.fail(&ground.options(&server)).await;
        assert!(told.contains(says), "{told}");
        assert!(!ground.into.join("SHA256SUMS").exists());
    }
}

#[tokio::test]
async fn hostile_lists_write_nothing() {
    let odd = [
        ("/assets/120220/href", json!("../../../../120220-0000000000000000.parquet")),
        ("/assets/120220/href", json!("/api/dataset/..%2f..%2fescaped.parquet")),
        ("/assets/120220/href", json!("file:///etc/passwd")),
        ("/assets/120220/file:size", json!(1_u64 << 50)),
        ("/assets/120220/file:checksum", json!(null)),
        ("/assets", json!([])),
        ("/type", json!("Catalog")),
    ];
    for (place, value) in odd {
        let server = Server::start(three()).await;
        server.with(|offer| offer.odd.push((place.to_owned(), value.clone())));
        let ground = Ground::new();
        let told = ground.fail(&ground.options(&server)).await;
        assert!(told.contains("something else than was asked for"), "{value}: {told}");
        assert!(!ground.into.exists() && server.seen().is_empty(), "{value}");
    }
}

#[tokio::test]
async fn a_disk_that_is_too_small_is_told_of_before_anything_comes() {
    let server = Server::start(three()).await;
    // Twenty thousand files as large as one may be: 20 terabytes.
    server.with(|offer| {
        let mut assets = serde_json::Map::new();
        for number in 0..20_000_u32 {
            let tile: String = (0..9).map(|at| char::from_digit(number >> (2 * at) & 3, 4).unwrap()).collect();
            let checksum = sha256(&number.to_le_bytes());
            assets.insert(
                tile.clone(),
                json!({"href": format!("/api/dataset/{tile}-{}.parquet", &checksum[..16]), "roles": ["data"],
                    "file:size": 1_u64 << 30, "table:row_count": 1, "file:checksum": format!("1220{checksum}")}),
            );
        }
        offer.odd.push(("/assets".to_owned(), Value::Object(assets)));
    });
    let ground = Ground::new();
    let told = ground.fail(&ground.options(&server)).await;
    assert!(told.contains("there is space for") && server.seen().is_empty(), "{told}");
}

#[tokio::test]
async fn folders_of_others_are_left_alone() {
    let server = Server::start(three()).await;
    let ground = Ground::new();
    let options = ground.options(&server);
    fs::create_dir_all(&ground.into).unwrap();
    fs::write(ground.into.join("README.md"), "# My thesis").unwrap();
    let told = ground.fail(&options).await;
    assert!(told.contains("did not write (README.md)"), "{told}");
    assert_eq!(contents(&ground.into).len(), 1);
    fs::remove_file(ground.into.join("README.md")).unwrap();
    ground.go(&options).await;
    for odd in ["notes.txt", "parts/120220-notes.txt", "parts/.hidden"] {
        fs::write(ground.into.join(odd), "x").unwrap();
        let before = contents(&ground.into);
        let told = ground.fail(&options).await;
        assert!(told.contains(odd), "{told}");
        assert_eq!(contents(&ground.into), before);
        fs::remove_file(ground.into.join(odd)).unwrap();
    }
    // Another instance.
    let other = Server::start(three()).await;
    let told = ground.fail(&ground.options(&other)).await;
    assert!(told.contains("is a snapshot of") && told.contains(&other.address), "{told}");
    // What looks like a snapshot, and leads elsewhere.
    let linked = ground.beside("linked");
    fs::create_dir_all(linked.join(".work")).unwrap();
    std::os::unix::fs::symlink(&ground.into, linked.join("parts")).unwrap();
    let mut options = ground.options(&server);
    options.into.clone_from(&linked);
    assert!(ground.fail(&options).await.contains("(parts)"));
}

#[tokio::test]
async fn what_is_no_instance_or_has_no_dataset_is_told() {
    let server = Server::start(three()).await;
    server.with(|offer| offer.without_dataset = true);
    let ground = Ground::new();
    let told = ground.fail(&ground.options(&server)).await;
    assert!(told.contains("offers no dataset"), "{told}");
    for (url, says) in
        [("ftp://example.org", "https://"), ("example", "is no address"), ("http://127.0.0.1:1", "does not answer")]
    {
        let mut options = ground.options(&server);
        url.clone_into(&mut options.url);
        let told = ground.fail(&options).await;
        assert!(told.contains(says), "{told}");
    }
    let mut options = ground.options(&server);
    options.url = format!("{}/elsewhere", server.address);
    let told = ground.fail(&options).await;
    assert!(told.contains("no landing page"), "{told}");
    let empty = Server::start(Vec::new()).await;
    assert!(ground.fail(&ground.options(&empty)).await.contains("nothing to take"));
    assert!(!ground.into.exists());
}

#[tokio::test]
async fn every_way_to_name_an_instance_leads_to_its_list() {
    let server = Server::start(three()).await;
    let ground = Ground::new();
    let mut all = Vec::new();
    for (number, end) in ["", "/", "/api", "/api/", "/api/dataset", "/api/dataset?x=1#y"].iter().enumerate() {
        let mut options = ground.options(&server);
        options.url = format!("{}{end}", server.address);
        options.into = ground.beside(&number.to_string());
        ground.go(&options).await;
        all.push(contents(&options.into));
    }
    assert!(all.windows(2).all(|pair| pair[0] == pair[1]));
}
