use std::sync::atomic::{AtomicUsize, Ordering};

use flaneur_storage::ObjectKind;
use tokio::sync::Barrier;
use uuid::Uuid;

use super::*;
use crate::testing::{crop, panorama, pixels};

struct Stored {
    store: PublicStore,
    _folder: tempfile::TempDir,
}

impl Stored {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { store: PublicStore::local(folder.path()).unwrap(), _folder: folder }
    }

    async fn put(&self, kind: ObjectKind, bytes: Bytes) -> PublicKey {
        self.store.put(Uuid::from_u128(5), kind, bytes).await.unwrap()
    }

    /// A panorama in the store, and its file.
    async fn panorama(&self, (width, height): (u32, u32), seed: u128) -> (Panorama, Bytes) {
        let files = panorama(width, height, seed);
        let master = self.put(ObjectKind::Master, files.master.clone()).await;
        (Panorama { master, index: self.put(ObjectKind::Tiles, files.index).await }, files.master)
    }
}

fn view(yaw_deg: f64, fov_deg: f64) -> PerspectiveView {
    PerspectiveView { yaw_deg, pitch_deg: 0.0, roll_deg: 0.0, fov_deg, width: 96, height: 64 }
}

#[tokio::test]
async fn tiles_show_the_parts_of_the_panorama() {
    let stored = Stored::new();
    let cutter = Cutter::new(1 << 20);
    let (panorama, master) = stored.panorama((512, 256), 1).await;
    let whole = pixels(&master);
    for (column, row) in (0..2).flat_map(|row| (0..4).map(move |column| (column, row))) {
        let tile = cutter.tile(&stored.store, &panorama, (column, row)).await.unwrap().unwrap();
        assert!(pixels(&tile) == crop(&whole, (column * 128, row * 128), (128, 128)), "{column} {row}");
    }
    assert_eq!(cutter.tile(&stored.store, &panorama, (4, 0)).await.unwrap(), None);
    assert_eq!(cutter.tile(&stored.store, &panorama, (0, u32::MAX)).await.unwrap(), None);
    // One whose tiles do not end with coded units: coded anew, all of a size.
    let (odd, _) = stored.panorama((530, 261), 2).await;
    let tile = pixels(&cutter.tile(&stored.store, &odd, (3, 1)).await.unwrap().unwrap());
    assert_eq!((tile.width, tile.height), (133, 131));
}

#[tokio::test]
async fn what_was_made_is_kept_and_other_content_has_another_name() {
    let stored = Stored::new();
    let cutter = Cutter::new(1 << 20);
    let (panorama, _) = stored.panorama((512, 256), 1).await;
    let tile = cutter.tile(&stored.store, &panorama, (1, 1)).await.unwrap().unwrap();
    let sight = cutter.view(&stored.store, &panorama, "view_a", view(180.0, 90.0)).await.unwrap();
    stored.store.remove(&panorama.master).await.unwrap();
    assert_eq!(cutter.tile(&stored.store, &panorama, (1, 1)).await.unwrap(), Some(tile.clone()));
    assert_eq!(cutter.view(&stored.store, &panorama, "view_a", view(180.0, 90.0)).await.unwrap(), sight);
    for gone in [
        cutter.tile(&stored.store, &panorama, (2, 1)).await.unwrap_err(),
        cutter.view(&stored.store, &panorama, "view_b", view(0.0, 90.0)).await.unwrap_err(),
    ] {
        assert!(matches!(*gone, CutError::Storage(StorageError::Missing(_))), "{gone}");
    }
    // The same picture cut by another plan.
    let (other, _) = stored.panorama((512, 256), 3).await;
    assert_ne!(other.part("1_1"), panorama.part("1_1"));
    assert_ne!(Panorama { master: other.master.clone(), ..panorama.clone() }.part("1_1"), panorama.part("1_1"));
    assert_ne!(Panorama { index: other.index.clone(), ..panorama.clone() }.part("1_1"), panorama.part("1_1"));
    assert_ne!(cutter.tile(&stored.store, &other, (1, 1)).await.unwrap(), Some(tile));
}

#[tokio::test]
async fn no_more_is_kept_than_there_is_memory_for() {
    let stored = Stored::new();
    let memory = 96 << 10;
    let cutter = Cutter::new(memory);
    for seed in 0..12 {
        let (panorama, _) = stored.panorama((512, 256), seed).await;
        for (column, row) in (0..2).flat_map(|row| (0..4).map(move |column| (column, row))) {
            cutter.tile(&stored.store, &panorama, (column, row)).await.unwrap().unwrap();
        }
    }
    cutter.files.run_pending_tasks().await;
    cutter.indexes.run_pending_tasks().await;
    let (files, indexes) = (cutter.files.weighted_size(), cutter.indexes.weighted_size());
    assert!(files > memory / 4 && indexes > 0, "{files} {indexes}: something is kept");
    assert!(files + indexes <= memory, "{files} + {indexes}");
    let held: usize = cutter.files.iter().map(|(name, file)| name.len() + file.len()).sum();
    assert_eq!(held as u64, files, "what is counted is what is there");
    // Without memory all is still made.
    let none = Cutter::new(0);
    let (panorama, _) = stored.panorama((512, 256), 1).await;
    assert!(none.tile(&stored.store, &panorama, (0, 0)).await.unwrap().is_some());
    none.files.run_pending_tasks().await;
    assert_eq!(none.files.entry_count(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_many_ask_for_at_once_is_made_once() {
    let cutter = Arc::new(Cutter::new(1 << 20));
    let (made, all_ask) = (Arc::new(AtomicUsize::new(0)), Arc::new(Barrier::new(20)));
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let (cutter, made, all_ask) = (cutter.clone(), made.clone(), all_ask.clone());
            tokio::spawn(async move {
                all_ask.wait().await;
                let make = async {
                    made.fetch_add(1, Ordering::SeqCst);
                    tokio::task::yield_now().await;
                    Ok(Bytes::from_static(b"tile"))
                };
                cutter.once("name".to_owned(), make).await
            })
        })
        .collect();
    for task in tasks {
        assert_eq!(&task.await.unwrap().unwrap()[..], b"tile");
    }
    assert_eq!(made.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn who_hangs_up_leaves_the_others_a_picture() {
    let cutter = Cutter::new(1 << 20);
    let mut first = Box::pin(cutter.once("name".to_owned(), std::future::pending()));
    let mut second = Box::pin(cutter.once("name".to_owned(), async { Ok(Bytes::from_static(b"tile")) }));
    assert!(futures::poll!(&mut first).is_pending());
    assert!(futures::poll!(&mut second).is_pending(), "it waits for the first");
    drop(first);
    assert_eq!(&second.await.unwrap()[..], b"tile");
}

#[tokio::test]
async fn what_is_no_index_is_an_error_and_not_kept() {
    let stored = Stored::new();
    let cutter = Cutter::new(1 << 20);
    let (good, _) = stored.panorama((512, 256), 1).await;
    let (other, _) = stored.panorama((512, 256), 2).await;
    for bytes in [&b"FLNTILES\x01\0\x04\0\x02\0\0\0"[..], b"", b"FLNINDEX"] {
        let index = stored.put(ObjectKind::Tiles, Bytes::copy_from_slice(bytes)).await;
        let bad = Panorama { index, ..good.clone() };
        let error = cutter.tile(&stored.store, &bad, (0, 0)).await.unwrap_err();
        assert!(matches!(*error, CutError::Picture(JpegError::TileIndex(_))), "{error}");
        assert!(cutter.view(&stored.store, &bad, "view", view(0.0, 90.0)).await.is_err());
    }
    let large = Bytes::from(vec![0; MAX_INDEX + 1]);
    let bad = Panorama { index: stored.put(ObjectKind::Tiles, large).await, ..good.clone() };
    let error = cutter.tile(&stored.store, &bad, (0, 0)).await.unwrap_err();
    assert!(matches!(*error, CutError::LargeIndex(size) if size == MAX_INDEX as u64 + 1), "{error}");
    // The index of another picture: an error, or a file; never a panic, and never what is behind its end.
    let mixed = Panorama { index: other.index, ..good };
    for (column, row) in (0..2).flat_map(|row| (0..4).map(move |column| (column, row))) {
        let _ = cutter.tile(&stored.store, &mixed, (column, row)).await;
    }
    cutter.indexes.run_pending_tasks().await;
    assert_eq!(cutter.indexes.entry_count(), 1, "only what could be read is kept");
}

#[tokio::test]
async fn views_look_where_they_are_told() {
    let stored = Stored::new();
    let cutter = Cutter::new(1 << 20);
    let (panorama, master) = stored.panorama((512, 256), 9).await;
    let whole = pixels(&master);
    let at = |of: &flaneur_jpeg::Pixels, x: u32, y: u32| {
        let pixel = crop(of, (x - 3, y - 3), (6, 6)).rgb;
        [0, 1, 2].map(|part| pixel.iter().skip(part).step_by(3).map(|level| i32::from(*level)).sum::<i32>() / 36)
    };
    for (number, yaw) in [-150.0, -90.0, 0.0, 45.0, 120.0].into_iter().enumerate() {
        let file = cutter.view(&stored.store, &panorama, &number.to_string(), view(yaw, 60.0)).await.unwrap();
        let seen = pixels(&file);
        assert_eq!((seen.width, seen.height), (96, 64));
        let column = ((yaw / 360.0 + 0.5) * 512.0) as u32;
        let (expected, found) = (at(&whole, column, 128), at(&seen, 48, 32));
        assert!(expected.iter().zip(found).all(|(a, b)| (a - b).abs() <= 24), "{yaw}: {expected:?} {found:?}");
    }
}
