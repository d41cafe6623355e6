//! Backing up: while others write, incrementally, and whole or not at all.

use std::collections::BTreeSet;

use flaneur_backup::{
    BackupError,
    backup::{Options, backup},
    progress::{Step, Watch},
};
use flaneur_catalog::Pictures as _;
use tokio_util::sync::CancellationToken;

use crate::town::{Town, files, keep, open};

#[tokio::test]
async fn the_second_backup_copies_only_what_is_new() {
    let town = Town::new(1).await;
    let ada = town.account("ada").await;
    town.street(&ada, 3).await;
    let to = town.folder.path().join("backup");
    let first = town.back_up(&to, Options::default()).await;
    assert_eq!((first.copied, first.manifest.objects.number), (9, 9));
    assert_eq!(first.manifest.rows["pictures"], 3);
    town.pass(10);
    town.street(&ada, 2).await;
    let second = town.back_up(&to, Options::default()).await;
    assert_eq!((second.copied, second.manifest.objects.number), (6, 15));
    assert_eq!(open(&to).snapshots().unwrap(), [first.manifest.name.clone(), second.manifest.name]);
    assert_eq!(open(&to).manifest(&first.manifest.name).unwrap(), first.manifest);
}

#[tokio::test]
async fn what_no_kept_snapshot_names_is_removed() {
    let town = Town::new(1).await;
    let ada = town.account("ada").await;
    let street = town.street(&ada, 3).await;
    let to = town.folder.path().join("backup");
    town.back_up(&to, Options::default()).await;
    assert!(town.catalog.delete_picture(street.pictures[0], town.jobs(), town.now()).await.unwrap());
    town.destroy().await;
    town.pass(10);
    let second = town.back_up(&to, keep(2)).await;
    assert_eq!((second.removed_snapshots, second.removed_files), (0, 0), "the first still names them");
    assert_eq!(files(&to.join("objects")).len(), 9);
    town.pass(10);
    let third = town.back_up(&to, keep(2)).await;
    assert_eq!((third.removed_snapshots, third.removed_files), (1, 3));
    assert_eq!(files(&to.join("objects")).len(), 6);
    assert_eq!(open(&to).snapshots().unwrap().len(), 2);
}

#[tokio::test]
async fn what_is_deleted_meanwhile_is_noted() {
    let town = Town::new(1).await;
    let ada = town.account("ada").await;
    let street = town.street(&ada, 2).await;
    let gone = town.objects_of(street.pictures[0]).await;
    // At the moment when the catalog has been read: its objects go, and one object of another is lost.
    let lost = town.objects_of(street.pictures[1]).await.remove(2);
    let to = town.folder.path().join("backup");
    let storage = town.folder.path().join("public");
    let (watched, lost_path) = (storage.clone(), lost.as_str().to_owned());
    let gone_paths: Vec<String> = gone.iter().map(|key| key.as_str().to_owned()).collect();
    let listener = move |step: Step| {
        if step.stage == "copying objects" && step.done == 0 {
            for path in gone_paths.iter().chain([&lost_path]) {
                std::fs::remove_file(watched.join(path)).unwrap();
            }
        }
    };
    let catalog = town.catalog.clone();
    let never = CancellationToken::new();
    let watch = Watch::new(&listener, &never);
    let options = Options { at_once: 1, ..Options::default() };
    // The row says that it is deleted by the time somebody asks.
    let (jobs, now, id) = (town.jobs(), town.now(), street.pictures[0]);
    let stores = deleting(&town, move || {
        let catalog = catalog.clone();
        async move {
            catalog.delete_picture(id, jobs, now).await.unwrap();
        }
    });
    let source = flaneur_backup::backup::Source { stores: &stores, ..town.source(&watch) };
    let report = backup(&source, &to, &options).await.unwrap();
    let objects = report.manifest.objects;
    assert_eq!((objects.number, objects.deleted, objects.missing), (2, 3, 1), "{objects:?}");
    assert!(storage.exists());
}

/// Stores that do something before the first object is read.
fn deleting<F: Future<Output = ()> + Send + 'static>(
    town: &Town,
    what: impl Fn() -> F + Send + Sync + 'static,
) -> flaneur_backup::stores::Stores {
    let first = crate::town::First::new(town.storage.clone(), Box::new(move || Box::pin(what())));
    flaneur_backup::stores::Stores { objects: std::sync::Arc::new(first), ..town.stores.clone() }
}

#[tokio::test]
async fn an_altered_object_is_not_taken_for_whole() {
    let town = Town::new(1).await;
    let ada = town.account("ada").await;
    let street = town.street(&ada, 1).await;
    let key = town.objects_of(street.pictures[0]).await.remove(0);
    std::fs::write(town.object_file(&key), b"something else").unwrap();
    let to = town.folder.path().join("backup");
    let report = town.back_up(&to, Options::default()).await;
    assert_eq!((report.manifest.objects.number, report.manifest.objects.altered), (2, 1));
    assert!(!to.join("objects").join(key.as_str()).exists());
    assert!(files(&to.join("drafts")).is_empty());
}

#[tokio::test]
async fn a_spoiled_copy_is_made_anew_when_asked_to_verify() {
    let town = Town::new(1).await;
    let ada = town.account("ada").await;
    let street = town.street(&ada, 1).await;
    let key = town.objects_of(street.pictures[0]).await.remove(0);
    let to = town.folder.path().join("backup");
    town.back_up(&to, Options::default()).await;
    let copy = to.join("objects").join(key.as_str());
    let whole = std::fs::read(&copy).unwrap();
    std::fs::write(&copy, b"spoiled").unwrap();
    town.pass(10);
    assert_eq!(town.back_up(&to, Options { verify: true, ..Options::default() }).await.copied, 1);
    assert_eq!(std::fs::read(&copy).unwrap(), whole);
}

#[tokio::test]
async fn the_catalog_alone_lists_objects_with_their_sizes() {
    let town = Town::new(1).await;
    let ada = town.account("ada").await;
    town.street(&ada, 2).await;
    let to = town.folder.path().join("backup");
    let report = town.back_up(&to, Options { manifest_only: true, ..Options::default() }).await;
    let bytes: usize = town.objects().await.values().map(bytes::Bytes::len).sum();
    assert_eq!((report.manifest.objects.number, report.manifest.objects.bytes), (6, bytes as u64));
    assert!(!report.manifest.with_objects && files(&to.join("objects")).is_empty());
}

#[tokio::test]
async fn a_folder_is_for_one_instance() {
    let town = Town::new(1).await;
    let to = town.folder.path().join("backup");
    town.back_up(&to, Options::default()).await;
    let other = Town::new(2).await;
    let (quiet, never) = crate::town::quiet();
    let watch = Watch::new(&quiet, &never);
    let refused = backup(&other.source(&watch), &to, &Options::default()).await.unwrap_err();
    assert!(matches!(&refused, BackupError::Refused(why) if why.contains("another instance")), "{refused}");
    let refused = backup(&town.source(&watch), &town.folder.path().join("public"), &Options::default()).await;
    assert!(refused.is_ok(), "an empty folder will do");
    std::fs::write(town.folder.path().join("private/note.txt"), "mine").unwrap();
    let refused = backup(&town.source(&watch), &town.folder.path().join("private"), &Options::default()).await;
    assert!(matches!(&refused, Err(BackupError::Refused(why)) if why.contains("not empty")), "{refused:?}");
}

#[tokio::test]
async fn two_at_once_do_not_share_a_folder() {
    let town = Town::new(1).await;
    let to = town.folder.path().join("backup");
    let _held = flaneur_backup::folder::Folder::to_write(&to).unwrap();
    let (quiet, never) = crate::town::quiet();
    let watch = Watch::new(&quiet, &never);
    let refused = backup(&town.source(&watch), &to, &Options::default()).await.unwrap_err();
    assert!(refused.to_string().contains("under way"), "{refused}");
}

#[tokio::test]
async fn nobody_else_may_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let town = Town::new(1).await;
    let ada = town.account("ada").await;
    town.street(&ada, 1).await;
    let to = town.folder.path().join("backup");
    town.back_up(&to, Options::default()).await;
    let open: BTreeSet<_> = files(&to)
        .into_iter()
        .filter(|path| path.file_name().unwrap() != "lock")
        .filter(|path| std::fs::metadata(path).unwrap().permissions().mode() & 0o077 != 0)
        .collect();
    assert!(open.is_empty(), "{open:?}");
    assert_eq!(std::fs::metadata(&to).unwrap().permissions().mode() & 0o077, 0);
}

/// Told to stop, it ends soon, and what was there before is whole.
#[tokio::test]
async fn told_to_stop_it_leaves_the_previous_one() {
    let town = Town::new(1).await;
    let ada = town.account("ada").await;
    town.street(&ada, 2).await;
    let to = town.folder.path().join("backup");
    let first = town.back_up(&to, Options::default()).await;
    town.street(&ada, 4).await;
    town.pass(10);
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    let listener = move |step: Step| {
        if step.stage == "copying objects" && step.done == 8 {
            stopping.cancel();
        }
    };
    let watch = Watch::new(&listener, &stop);
    let stopped = backup(&town.source(&watch), &to, &Options { at_once: 1, ..Options::default() }).await;
    assert!(matches!(stopped, Err(BackupError::Stopped)), "{stopped:?}");
    assert_eq!(open(&to).snapshots().unwrap(), [first.manifest.name]);
    let copied = files(&to.join("objects")).len() as u64;
    let again = town.back_up(&to, Options::default()).await;
    assert_eq!(again.copied + copied, 18, "what was copied is not copied again");
}
