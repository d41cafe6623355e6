//! Public objects.

use bytes::Bytes;
use flaneur_storage::{Entry, Listed, ObjectKind, PublicKey, PublicStore, StorageError};
use futures::{StreamExt as _, TryStreamExt as _};
use uuid::Uuid;

use crate::Subject;

const PICTURE: Uuid = Uuid::from_u128(0x0191_f0a0_7c3e_7a51_9d3a_6d2f_6f0c_2b11);

/// Bytes that nothing compresses and that say where they belong.
pub fn pattern(size: usize) -> Bytes {
    (0..size as u64).map(|at| (at.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8).collect()
}

async fn whole(store: &PublicStore, key: &PublicKey) -> Vec<u8> {
    let object = store.stream(key, None).await.unwrap();
    object
        .bytes
        .try_fold(Vec::new(), async |mut all, part| Ok([std::mem::take(&mut all), part.to_vec()].concat()))
        .await
        .unwrap()
}

async fn entries(store: &PublicStore) -> Vec<Listed<PublicKey>> {
    store.entries().try_collect().await.unwrap()
}

pub async fn stored_read_in_parts_and_removed(subject: Subject) {
    let store = &subject.storage.public;
    let key = store.put(PICTURE, ObjectKind::Sd, Bytes::from_static(b"0123456789")).await.unwrap();
    assert_eq!(store.size(&key).await.unwrap(), Some(10));
    assert_eq!(&store.read(&key, None).await.unwrap()[..], b"0123456789");
    assert_eq!(&store.read(&key, Some(2..5)).await.unwrap()[..], b"234");
    let mut object = store.stream(&key, Some(8..20)).await.unwrap();
    assert_eq!((object.size, object.range.clone()), (10, 8..10));
    assert_eq!(&object.bytes.next().await.unwrap().unwrap()[..], b"89");
    assert!(store.stream(&key, Some(10..20)).await.is_err());
    assert_eq!(store.list(10).await.unwrap(), std::slice::from_ref(&key));
    store.remove(&key).await.unwrap();
    store.remove(&key).await.unwrap();
    assert!(matches!(store.read(&key, None).await, Err(StorageError::Missing(_))));
    assert!(matches!(store.stream(&key, None).await, Err(StorageError::Missing(_))));
    assert_eq!(store.size(&key).await.unwrap(), None);
    assert_eq!(entries(store).await, []);
}

pub async fn stored_twice_it_is_there_once(subject: Subject) {
    let store = &subject.storage.public;
    let bytes = pattern(1000);
    let first = store.put(PICTURE, ObjectKind::Thumb, bytes.clone()).await.unwrap();
    let again = store.put(PICTURE, ObjectKind::Thumb, bytes.clone()).await.unwrap();
    assert_eq!(first, again);
    let other = store.put(PICTURE, ObjectKind::Thumb, pattern(1001)).await.unwrap();
    assert_ne!(first, other, "other bytes have another key");
    assert_eq!(whole(store, &first).await, bytes);
    assert_eq!(store.list(10).await.unwrap().len(), 2);
}

pub async fn a_large_object_comes_back_whole(subject: Subject) {
    let store = &subject.storage.public;
    // Beyond what is sent in one piece, and no multiple of a part.
    let bytes = pattern((16 << 20) + 12_345);
    let key = store.put(PICTURE, ObjectKind::Master, bytes.clone()).await.unwrap();
    assert_eq!(store.size(&key).await.unwrap(), Some(bytes.len() as u64));
    assert!(whole(store, &key).await == bytes, "what is read is what was stored");
    let seam = (5 << 20) - 3..(5 << 20) + 3;
    let across = store.read(&key, Some(seam.start as u64..seam.end as u64)).await.unwrap();
    assert_eq!(across, bytes.slice(seam));
}

pub async fn several_parts_are_read_together(subject: Subject) {
    let store = &subject.storage.public;
    let size = (12 << 20) + 77;
    let bytes = pattern(size);
    let key = store.put(PICTURE, ObjectKind::Master, bytes.clone()).await.unwrap();
    let end = size as u64;
    let (near, far, all) = (1000..1600, (9 << 20) + 5..(9 << 20) + 5000, 0..end);
    for wanted in [
        vec![],
        vec![all],
        vec![near.clone(), far.clone(), 1700..1701, 1701..1702],
        // Backwards, overlapping, twice, and nothing at all.
        vec![far.clone(), 1500..2500, near.clone(), near.clone(), 40..40, end..end, end - 9..end],
        // As a tile asks: a little of every row.
        (0..150).map(|row| row * 80_000 + 123..row * 80_000 + 5123).collect(),
    ] {
        let read = store.read_ranges(&key, &wanted).await.unwrap();
        assert_eq!(read.len(), wanted.len());
        for (part, range) in read.iter().zip(&wanted) {
            assert!(*part == bytes.slice(range.start as usize..range.end as usize), "{range:?} of {wanted:?}");
        }
    }
    for beyond in [end - 1..end + 1, end..end + 1, end + 5..end + 9, u64::MAX - 9..u64::MAX] {
        let read = store.read_ranges(&key, &[near.clone(), beyond.clone()]).await;
        assert!(read.is_err(), "{beyond:?}");
    }
    let large = 0..(128 << 20) + 1;
    for too_much in [vec![large], vec![0..u64::MAX, 0..u64::MAX]] {
        let read = store.read_ranges(&key, &too_much).await;
        assert!(matches!(read, Err(StorageError::TooLarge { limit: 0x800_0000 })), "{read:?}");
    }
    store.remove(&key).await.unwrap();
    assert!(matches!(store.read_ranges(&key, &[near]).await, Err(StorageError::Missing(_))));
}

pub async fn a_known_key_takes_its_own_bytes_only(subject: Subject) {
    let store = &subject.storage.public;
    let key = store.put(PICTURE, ObjectKind::Tiles, pattern(500)).await.unwrap();
    store.remove(&key).await.unwrap();
    assert!(matches!(store.put_at(&key, pattern(501)).await, Err(StorageError::Altered(_))));
    assert_eq!(store.size(&key).await.unwrap(), None, "nothing was stored");
    store.put_at(&key, pattern(500)).await.unwrap();
    store.verify(&key).await.unwrap();
}

pub async fn what_was_altered_is_noticed(subject: Subject) {
    let Some(folder) = &subject.public_folder else { return };
    let store = &subject.storage.public;
    let key = store.put(PICTURE, ObjectKind::Sd, pattern(500)).await.unwrap();
    let file = folder.join(key.as_str());
    let mut content = std::fs::read(&file).unwrap();
    content[250] ^= 1;
    std::fs::write(&file, &content).unwrap();
    assert!(matches!(store.verify(&key).await, Err(StorageError::Altered(_))));
    std::fs::remove_file(&file).unwrap();
    assert!(matches!(store.verify(&key).await, Err(StorageError::Missing(_))));
    store.put_at(&key, pattern(500)).await.unwrap();
    store.verify(&key).await.unwrap();
}

pub async fn foreign_objects_are_told_apart(subject: Subject) {
    let Some(folder) = &subject.public_folder else { return };
    let store = &subject.storage.public;
    let key = store.put(PICTURE, ObjectKind::Sd, pattern(700)).await.unwrap();
    std::fs::write(folder.join("README.txt"), "mine").unwrap();
    let mut found = entries(store).await;
    found.sort_by_key(|listed| matches!(listed, Listed::Foreign(_)));
    let [Listed::Object(ours), Listed::Foreign(foreign)] = &found[..] else { panic!("{found:?}") };
    assert_eq!((&ours.key, ours.size), (&key, 700));
    assert!(ours.modified > 1_700_000_000, "a time of our days");
    assert!(matches!(foreign, Entry { key, size: 4, .. } if key == "README.txt"), "{foreign:?}");
    assert_eq!(store.list(10).await.unwrap(), [key]);
}

pub async fn many_at_once_do_not_disturb_each_other(subject: Subject) {
    let store = &subject.storage.public;
    let stored: Vec<(PublicKey, Bytes)> = futures::stream::iter(0..60_usize)
        .map(|number| async move {
            // Ten pictures, each stored by six at once.
            let bytes = pattern(20_000 + number % 10);
            let key = store.put(Uuid::from_u128((number % 10) as u128), ObjectKind::Sd, bytes.clone()).await.unwrap();
            (key, bytes)
        })
        .buffer_unordered(12)
        .collect()
        .await;
    for (key, bytes) in &stored {
        assert!(store.read(key, None).await.unwrap() == bytes, "{key}");
    }
    assert_eq!(store.list(100).await.unwrap().len(), 10);
}

pub async fn discarded_means_gone(subject: Subject) {
    let storage = &subject.storage;
    let one = storage.public.put(PICTURE, ObjectKind::Sd, pattern(10)).await.unwrap();
    let two = storage.public.put(PICTURE, ObjectKind::Thumb, pattern(11)).await.unwrap();
    let stays = storage.public.put(PICTURE, ObjectKind::Master, pattern(12)).await.unwrap();
    storage.discard(&[one.clone(), two.clone()]).await.unwrap();
    storage.discard(&[one, two]).await.unwrap();
    assert_eq!(storage.public.list(10).await.unwrap(), [stays]);
}

pub async fn a_probe_leaves_nothing(subject: Subject) {
    let storage = &subject.storage;
    storage.ping().await.unwrap();
    futures::future::try_join_all((0..5).map(|_| storage.public.probe())).await.unwrap();
    storage.private.probe().await.unwrap();
    assert_eq!(entries(&storage.public).await, []);
    assert_eq!(storage.private.list(10).await.unwrap(), []);
}

pub async fn the_time_is_the_one_that_objects_are_dated_by(subject: Subject) {
    let store = &subject.storage.public;
    let before = store.time().await.unwrap();
    store.put(Uuid::from_u128(7), ObjectKind::Thumb, Bytes::from_static(b"thumb")).await.unwrap();
    let after = store.time().await.unwrap();
    let listed: Vec<_> = store.entries().try_collect().await.unwrap();
    let [Listed::Object(entry)] = &listed[..] else { panic!("one object: {listed:?}") };
    assert!((before..=after).contains(&entry.modified), "{before} <= {} <= {after}", entry.modified);
    assert_eq!(store.clear_unfinished(after + 1).await.unwrap(), 0, "what is finished stays");
    store.verify(&entry.key).await.unwrap();
}
