//! Restoring: the same items, the same bytes, into empty places only.

use flaneur_backup::{
    BackupError,
    backup::Options,
    originals::{Identities, Recipients},
    restore,
};
use flaneur_catalog::{Archive as _, Inspection as _, Jobs as _, Pictures as _, UploadSets as _, model::PictureStatus};
use flaneur_storage::OriginalKey;

use crate::town::Town;

#[tokio::test]
async fn what_comes_back_is_what_there_was() {
    let town = Town::new(1).await;
    let (ada, bob) = (town.account("ada").await, town.account("bob").await);
    town.street(&ada, 3).await;
    town.street(&bob, 2).await;
    let to = town.folder.path().join("backup");
    town.back_up(&to, Options::default()).await;

    let new = Town::new(2).await;
    let report = new.restore(&to).await;
    assert_eq!((report.written, report.lost, report.to_send_again, report.resumed), (15, 0, 0, false));
    assert_eq!(new.objects().await, town.objects().await);
    for table in ["accounts", "upload_sets", "sequences", "pictures", "files", "jobs"] {
        assert_eq!(new.rows(table).await, town.rows(table).await, "{table}");
    }
    assert_eq!(new.catalog.unfinished_restore().await.unwrap(), None);
    assert_eq!(new.catalog.coverage_drift().await.unwrap(), 0);
    let identity =
        async |town: &Town| flaneur_backup::backup::instance(town.catalog.as_ref(), &town.world).await.unwrap();
    assert_ne!(identity(&new).await, identity(&town).await, "it is an instance of its own");
    assert!(
        new.examine(flaneur_backup::doctor::Options { deep: true, ..Default::default() }).await.findings.is_empty()
    );
}

#[tokio::test]
async fn an_earlier_snapshot_can_be_had() {
    let town = Town::new(1).await;
    let ada = town.account("ada").await;
    town.street(&ada, 1).await;
    let to = town.folder.path().join("backup");
    let first = town.back_up(&to, Options::default()).await.manifest.name;
    town.pass(10);
    town.street(&ada, 1).await;
    town.back_up(&to, Options::default()).await;
    let new = Town::new(2).await;
    let unknown = restore::Options { snapshot: Some("x".to_owned()), ..restore::Options::default() };
    let refused = new.restore_with(&to, &[], unknown).await.unwrap_err().to_string();
    assert!(refused.contains(&first), "{refused}");
    let options = restore::Options { snapshot: Some(first), ..restore::Options::default() };
    new.restore_with(&to, &[], options).await.unwrap();
    assert_eq!(new.rows("pictures").await.len(), 1);
    assert_eq!(new.objects().await.len(), 3);
}

#[tokio::test]
async fn waiting_pictures_are_to_be_sent_again() {
    let town = Town::new(1).await;
    let ada = town.account("ada").await;
    let set = town.set(&ada).await;
    let waiting = town.send(&ada, set).await;
    let to = town.folder.path().join("backup");
    let report = town.back_up(&to, Options::default()).await;
    assert_eq!((report.manifest.waiting, &report.manifest.originals), (1, &None));
    let new = Town::new(2).await;
    assert_eq!(new.restore(&to).await.to_send_again, 1);
    assert_eq!(new.status(waiting).await, Some(PictureStatus::Broken));
    let line = new.catalog.files(set, 0, 10).await.unwrap().remove(0);
    assert!(line.rejection.unwrap().message.contains("send the file again"));
    // And so it can be.
    assert!(new.catalog.delete_picture(waiting, new.jobs(), new.now()).await.unwrap());
}

#[tokio::test]
async fn originals_come_back_with_the_operators_key() {
    let town = Town::new(1).await;
    let ada = town.account("ada").await;
    let set = town.set(&ada).await;
    let waiting = town.send(&ada, set).await;
    let key = age::x25519::Identity::generate();
    let recipients = Recipients::parse(&[key.to_public().to_string()]).unwrap();
    let to = town.folder.path().join("backup");
    let options = Options { originals_to: recipients, ..Options::default() };
    let report = town.back_up(&to, options.clone()).await;
    assert_eq!(report.manifest.originals.unwrap().number, 1);
    town.pass(10);
    assert_eq!(town.back_up(&to, options).await.manifest.originals.unwrap().number, 1, "encrypted once");

    let new = Town::new(2).await;
    let text = age::secrecy::ExposeSecret::expose_secret(&key.to_string()).to_owned();
    let options = restore::Options { identities: Identities::parse(&text).unwrap(), ..restore::Options::default() };
    let report = new.restore_with(&to, &[], options).await.unwrap();
    assert_eq!((report.originals, report.to_send_again), (1, 0));
    assert_eq!(new.status(waiting).await, Some(PictureStatus::Waiting));
    let original = new.storage.private.read(OriginalKey(waiting.0)).await.unwrap();
    assert_eq!(original, town.storage.private.read(OriginalKey(waiting.0)).await.unwrap());
    new.publish(waiting).await;
    assert_eq!(new.status(waiting).await, Some(PictureStatus::Ready));
}

#[tokio::test]
async fn only_empty_places_are_restored_into() {
    let town = Town::new(1).await;
    let ada = town.account("ada").await;
    town.street(&ada, 1).await;
    let to = town.folder.path().join("backup");
    town.back_up(&to, Options::default()).await;
    let refused = |result: Result<restore::Report, BackupError>| match result {
        Err(BackupError::Refused(why)) => why,
        other => panic!("{other:?}"),
    };

    let used = Town::new(2).await;
    used.account("bob").await;
    let why = refused(used.restore_with(&to, &[], restore::Options::default()).await);
    assert!(why.contains("catalog is not empty"), "{why}");
    assert_eq!(used.catalog.unfinished_restore().await.unwrap(), None);

    let used = Town::new(3).await;
    used.storage.public.put(uuid::Uuid::nil(), flaneur_storage::ObjectKind::Sd, "x".into()).await.unwrap();
    let why = refused(used.restore_with(&to, &[], restore::Options::default()).await);
    assert!(why.contains("public storage is not empty"), "{why}");
    assert_eq!(used.catalog.unfinished_restore().await.unwrap(), None);

    let why = refused(Town::new(4).await.restore_with(town.folder.path(), &[], restore::Options::default()).await);
    assert!(why.contains("holds no backup"), "{why}");
}

#[tokio::test]
async fn damage_is_found_before_anything_is_done() {
    let town = Town::new(1).await;
    let ada = town.account("ada").await;
    town.street(&ada, 1).await;
    let to = town.folder.path().join("backup");
    let name = town.back_up(&to, Options::default()).await.manifest.name;
    let catalog = to.join("snapshots").join(&name).join("catalog.ndjson.gz");
    let whole = std::fs::read(&catalog).unwrap();
    let mut spoiled = whole.clone();
    let middle = spoiled.len() / 2;
    spoiled[middle] ^= 1;
    std::fs::write(&catalog, spoiled).unwrap();
    let new = Town::new(2).await;
    let damaged = new.restore_with(&to, &[], restore::Options::default()).await.unwrap_err();
    assert!(matches!(&damaged, BackupError::Damaged { path, .. } if path.contains("catalog")), "{damaged}");
    assert_eq!(new.catalog.unfinished_restore().await.unwrap(), None);
    std::fs::write(&catalog, whole).unwrap();

    // An object is only looked at when it is its turn; the restore then goes on once it was brought back.
    let object = crate::town::files(&to.join("objects")).remove(0);
    let whole = std::fs::read(&object).unwrap();
    std::fs::write(&object, b"spoiled").unwrap();
    let damaged = new.restore_with(&to, &[], restore::Options::default()).await.unwrap_err();
    assert!(matches!(&damaged, BackupError::Damaged { path, .. } if path.contains("objects")), "{damaged}");
    assert!(new.catalog.unfinished_restore().await.unwrap().is_some());
    std::fs::write(&object, whole).unwrap();
    assert!(new.restore(&to).await.resumed);
    assert_eq!(new.objects().await, town.objects().await);
}

#[tokio::test]
async fn with_the_catalog_alone_the_objects_are_where_they_were() {
    let town = Town::new(1).await;
    let ada = town.account("ada").await;
    let street = town.street(&ada, 3).await;
    let to = town.folder.path().join("backup");
    town.back_up(&to, Options { manifest_only: true, ..Options::default() }).await;
    // The bucket was replicated, but for one object.
    let new = Town::new(2).await;
    let objects = town.objects().await;
    let lost = town.objects_of(street.pictures[1]).await.remove(0);
    for (key, bytes) in objects.iter().filter(|(key, _)| *key != lost.as_str()) {
        new.storage.public.put_at(&key.parse().unwrap(), bytes.clone()).await.unwrap();
    }
    let report = new.restore(&to).await;
    assert_eq!((report.written, report.lost), (0, 1));
    assert_eq!(new.status(street.pictures[1]).await, Some(PictureStatus::Broken));
    assert_eq!(new.objects().await.len(), 6, "what is left of the lost one is removed");
    assert_eq!(new.status(street.pictures[0]).await, Some(PictureStatus::Ready));
    assert_eq!(new.catalog.job_counts().await.unwrap().dead, 0);
}

#[tokio::test]
async fn a_half_restored_instance_is_not_backed_up() {
    let town = Town::new(1).await;
    town.catalog.begin_restore("begun").await.unwrap();
    let (quiet, never) = crate::town::quiet();
    let watch = flaneur_backup::progress::Watch::new(&quiet, &never);
    let to = town.folder.path().join("backup");
    let refused = flaneur_backup::backup::backup(&town.source(&watch), &to, &Options::default()).await.unwrap_err();
    assert!(refused.to_string().contains("being restored"), "{refused}");
}
