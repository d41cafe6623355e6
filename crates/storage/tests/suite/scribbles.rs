//! Notes that the server writes for itself.

use std::collections::BTreeSet;

use bytes::Bytes;
use flaneur_storage::{Listed, OriginalKey, PrivateStore, StorageError};
use futures::{StreamExt as _, TryStreamExt as _};
use uuid::Uuid;

use crate::{Subject, originals::receive, pictures::pattern};

async fn names(store: &PrivateStore, prefix: &str) -> BTreeSet<String> {
    let listed: Vec<_> = store.notes(prefix).try_collect().await.unwrap();
    listed
        .into_iter()
        .map(|listed| match listed {
            Listed::Object(note) => note.key,
            Listed::Foreign(foreign) => panic!("{foreign:?}"),
        })
        .collect()
}

fn set<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.map(str::to_owned).into()
}

pub async fn a_note_is_written_replaced_and_removed(subject: Subject) {
    let store = &subject.storage.private;
    assert!(matches!(store.read_note("log/1").await, Err(StorageError::Missing(_))));
    store.put_note("log/1", Bytes::from_static(b"one")).await.unwrap();
    assert_eq!(&store.read_note("log/1").await.unwrap()[..], b"one");
    store.put_note("log/1", Bytes::from_static(b"another")).await.unwrap();
    assert_eq!(&store.read_note("log/1").await.unwrap()[..], b"another");
    store.delete_note("log/1").await.unwrap();
    store.delete_note("log/1").await.unwrap();
    assert!(matches!(store.read_note("log/1").await, Err(StorageError::Missing(_))));
    assert_eq!(names(store, "").await, set([]));
}

pub async fn notes_are_found_below_a_prefix(subject: Subject) {
    let store = &subject.storage.private;
    for name in ["log/a/1", "log/a/2", "log/b/1", "logs/1", "other"] {
        store.put_note(name, Bytes::from_static(b"x")).await.unwrap();
    }
    assert_eq!(names(store, "").await, set(["log/a/1", "log/a/2", "log/b/1", "logs/1", "other"]));
    assert_eq!(names(store, "log").await, set(["log/a/1", "log/a/2", "log/b/1"]));
    assert_eq!(names(store, "log/a").await, set(["log/a/1", "log/a/2"]));
    assert_eq!(names(store, "nothing").await, set([]));
}

pub async fn notes_and_originals_are_apart(subject: Subject) {
    let store = &subject.storage.private;
    let key = OriginalKey(Uuid::from_u128(7));
    store.put_note(&key.to_string(), Bytes::from_static(b"named like an original")).await.unwrap();
    assert_eq!(store.list(10).await.unwrap(), []);
    receive(store, key, b"original", 8).await;
    let originals: Vec<_> = store.entries().try_collect().await.unwrap();
    assert!(matches!(&originals[..], [Listed::Object(one)] if one.key == key), "{originals:?}");
    assert_eq!(names(store, "").await, set([&*key.to_string()]));
    store.destroy(key).await.unwrap();
    assert_eq!(&store.read_note(&key.to_string()).await.unwrap()[..], b"named like an original");
}

pub async fn what_is_no_note_is_refused(subject: Subject) {
    let store = &subject.storage.private;
    for bad in ["", "../escape", "a//b", "Upper", "a b"] {
        assert!(matches!(store.put_note(bad, Bytes::new()).await, Err(StorageError::NoteName(_))), "{bad}");
        assert!(matches!(store.read_note(bad).await, Err(StorageError::NoteName(_))), "{bad}");
    }
    let large = store.put_note("large", pattern((1 << 20) + 1)).await;
    assert!(matches!(large, Err(StorageError::TooLarge { .. })));
    store.put_note("largest", pattern(1 << 20)).await.unwrap();
    assert_eq!(names(store, "").await, set(["largest"]));
}

pub async fn a_listing_has_no_end_but_the_last(subject: Subject) {
    let store = &subject.storage.private;
    // More than a page of S3, which is a thousand.
    let all: BTreeSet<String> = (0..1100).map(|number| format!("many/{number:04}")).collect();
    let written = futures::stream::iter(all.clone()).map(|name| async move {
        store.put_note(&name, Bytes::from_static(b"x")).await.unwrap();
    });
    written.buffer_unordered(16).collect::<Vec<()>>().await;
    assert_eq!(names(store, "many").await, all);
    let ten: Vec<_> = store.notes("many").take(10).try_collect().await.unwrap();
    assert_eq!(ten.len(), 10, "who wants few gets few");
}
