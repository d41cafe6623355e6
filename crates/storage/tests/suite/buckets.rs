//! What holds of S3 alone.

use std::time::{Duration, Instant};

use flaneur_storage::{CdnUrl, ObjectKind, OriginalKey, Storage, StorageError, Variables};
use flaneur_test_s3::S3;
use uuid::Uuid;

use crate::{open, pictures::pattern};

const PICTURE: Uuid = Uuid::from_u128(3);

#[tokio::test]
async fn who_reads_past_us_is_told_what_it_is_and_for_how_long() {
    let Some(mut server) = S3::start() else { return };
    let storage = open(&server);
    let Some(web) = server.web() else { return };
    let base: CdnUrl = format!("{}{}", web.address, web.path).parse().unwrap();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    for (kind, size, media_type) in [
        (ObjectKind::Sd, 100, "image/jpeg"),
        (ObjectKind::Tiles, 101, "application/octet-stream"),
        // Sent in parts.
        (ObjectKind::Master, 17 << 20, "image/jpeg"),
    ] {
        let key = storage.public.put(PICTURE, kind, pattern(size)).await.unwrap();
        let answer = http.get(base.address(&key)).header("host", &web.host).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{key}");
        assert_eq!(answer.headers()["content-type"], media_type);
        assert_eq!(answer.headers()["cache-control"], "public, max-age=60");
        assert!(answer.bytes().await.unwrap() == pattern(size));
    }
}

#[tokio::test]
async fn a_wrong_key_is_refused_at_once() {
    let Some(server) = S3::start() else { return };
    let wrong: Variables = server
        .variables()
        .into_iter()
        .map(
            |(name, value)| if name.ends_with("SECRET_ACCESS_KEY") { (name, "wrong".repeat(8)) } else { (name, value) },
        )
        .collect();
    let (public, private) = (server.public_url().parse().unwrap(), server.private_url().parse().unwrap());
    let storage = Storage::open(&public, &private, &wrong).unwrap();
    assert!(matches!(storage.public.ping().await, Err(StorageError::Store(_))));
    assert!(matches!(storage.private.ping().await, Err(StorageError::Store(_))));
    let put = storage.public.put(PICTURE, ObjectKind::Sd, pattern(10)).await;
    assert!(matches!(put, Err(StorageError::Store(_))), "{put:?}");
    assert!(open(&server).public.list(10).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_key_of_one_store_does_not_open_the_other() {
    let Some(server) = S3::start() else { return };
    let without_own: Variables = server
        .variables()
        .into_iter()
        .filter(|(name, _)| !name.contains("PRIVATE_AWS_ACCESS") && !name.contains("PRIVATE_AWS_SECRET"))
        .collect();
    let (public, private) = (server.public_url().parse().unwrap(), server.private_url().parse().unwrap());
    let storage = Storage::open(&public, &private, &without_own).unwrap();
    storage.public.ping().await.unwrap();
    assert!(matches!(storage.private.ping().await, Err(StorageError::Store(_))));
}

#[tokio::test]
async fn a_client_that_hangs_up_leaves_no_parts() {
    let Some(server) = S3::start() else { return };
    let Some(0) = server.private_parts() else { return };
    let storage = open(&server);
    let mut writer = storage.private.receive(OriginalKey(PICTURE), 100 << 20).await.unwrap();
    writer.write(&pattern(11 << 20)).await.unwrap();
    assert_eq!(server.private_parts(), Some(2));
    drop(writer);
    let start = Instant::now();
    while server.private_parts() != Some(0) {
        assert!(start.elapsed() < Duration::from_secs(30), "the parts are still there");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}
