//! Originals.

use flaneur_storage::{Listed, ObjectKind, OriginalKey, PrivateStore, StorageError};
use futures::TryStreamExt as _;
use uuid::Uuid;

use crate::{Subject, pictures::pattern};

const KEY: OriginalKey = OriginalKey(Uuid::from_u128(5));

/// Sends an original in pieces of this size.
pub async fn receive(store: &PrivateStore, key: OriginalKey, bytes: &[u8], piece: usize) {
    let mut writer = store.receive(key, bytes.len() as u64).await.unwrap();
    for chunk in bytes.chunks(piece) {
        writer.write(chunk).await.unwrap();
    }
    assert_eq!(writer.finish().await.unwrap().size, bytes.len() as u64);
}

pub async fn what_is_received_is_read_and_destroyed(subject: Subject) {
    let store = &subject.storage.private;
    let mut writer = store.receive(KEY, 100).await.unwrap();
    writer.write(b"hello ").await.unwrap();
    writer.write(b"world").await.unwrap();
    let received = writer.finish().await.unwrap();
    assert_eq!(received.size, 11);
    assert_eq!(received.md5, "5eb63bbbe01eeed093cb22bb8f5acdc3");
    assert_eq!(received.sha256, "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9");
    assert_eq!(&store.read(KEY).await.unwrap()[..], b"hello world");
    let streamed: Vec<_> = store.stream(KEY).await.unwrap().try_collect().await.unwrap();
    assert_eq!(streamed.concat(), b"hello world");
    assert_eq!(store.size(KEY).await.unwrap(), Some(11));
    let listed = store.list(10).await.unwrap();
    assert!(matches!(listed[..], [one] if one.key == KEY && one.stored_at > 1_700_000_000), "{listed:?}");
    store.destroy(KEY).await.unwrap();
    store.destroy(KEY).await.unwrap();
    assert!(matches!(store.read(KEY).await, Err(StorageError::Missing(_))));
    assert_eq!(store.size(KEY).await.unwrap(), None);
    assert_eq!(store.list(10).await.unwrap(), []);
}

pub async fn an_original_of_any_size_comes_back_whole(subject: Subject) {
    let store = &subject.storage.private;
    let part = 5 << 20;
    for (number, size) in [0, 1, part - 1, part, part + 1, 2 * part, 2 * part + 77].into_iter().enumerate() {
        let (key, bytes) = (OriginalKey(Uuid::from_u128(number as u128)), pattern(size));
        receive(store, key, &bytes, 700_001).await;
        assert!(store.read(key).await.unwrap() == bytes, "{size} bytes");
    }
    // More at once than a part.
    receive(store, KEY, &pattern(3 * part), 3 * part).await;
    assert!(store.read(KEY).await.unwrap() == pattern(3 * part));
}

pub async fn too_much_is_refused_and_nothing_remains(subject: Subject) {
    let store = &subject.storage.private;
    let mut writer = store.receive(KEY, 8).await.unwrap();
    writer.write(&[1; 8]).await.unwrap();
    assert!(matches!(writer.write(&[1]).await, Err(StorageError::TooLarge { limit: 8 })));
    writer.abort().await.unwrap();
    assert_eq!(store.list(10).await.unwrap(), []);

    // The same where parts have been sent already.
    let limit = 11 << 20;
    let mut writer = store.receive(KEY, limit).await.unwrap();
    writer.write(&pattern(limit as usize)).await.unwrap();
    assert!(matches!(writer.write(&[1]).await, Err(StorageError::TooLarge { .. })));
    writer.abort().await.unwrap();
    assert_eq!(store.list(10).await.unwrap(), []);
    assert!(matches!(store.read(KEY).await, Err(StorageError::Missing(_))));
}

pub async fn what_was_not_finished_is_not_there(subject: Subject) {
    let store = &subject.storage.private;
    let mut writer = store.receive(KEY, 100 << 20).await.unwrap();
    writer.write(&pattern(6 << 20)).await.unwrap();
    assert_eq!(store.list(10).await.unwrap(), []);
    drop(writer);
    assert_eq!(store.list(10).await.unwrap(), []);
    assert!(matches!(store.read(KEY).await, Err(StorageError::Missing(_))));
    // What is left of it does not stand in the way.
    receive(store, KEY, &pattern(6 << 20), 1 << 20).await;
    assert_eq!(store.list(10).await.unwrap().len(), 1);
}

pub async fn the_two_stores_do_not_see_each_other(subject: Subject) {
    let storage = &subject.storage;
    receive(&storage.private, KEY, b"private", 7).await;
    let key = storage.public.put(Uuid::from_u128(5), ObjectKind::Sd, pattern(9)).await.unwrap();
    let public: Vec<_> = storage.public.entries().try_collect().await.unwrap();
    let private: Vec<_> = storage.private.entries().try_collect().await.unwrap();
    assert!(matches!(&public[..], [Listed::Object(one)] if one.key == key), "{public:?}");
    assert!(matches!(&private[..], [Listed::Object(one)] if one.key == KEY && one.size == 7), "{private:?}");
}
