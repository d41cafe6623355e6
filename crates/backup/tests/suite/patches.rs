//! Sealed patches: copied as they are, brought back where their pictures are, missed and mended.

use flaneur_backup::{backup::Options, doctor};
use flaneur_catalog::{
    Jobs as _, Pictures as _, Redactions as _,
    model::{JobKind, Patch, PictureId, RedactionId, Republication},
};
use flaneur_storage::{Listed, PatchKey};
use futures::TryStreamExt as _;
use jiff::SignedDuration;

use crate::town::{Town, files, keep, open};

/// Seals something of a picture.
async fn seal(town: &Town, id: PictureId) -> PatchKey {
    let key = town.storage.private.put_patch(id.0, format!("sealed {}", town.world.id()).into()).await.unwrap();
    let hold = SignedDuration::from_secs(60);
    let claim = || town.catalog.claim(town.job(), JobKind::Redact, id.0, town.world.id(), hold);
    let lease = claim().await.unwrap().unwrap();
    let objects = town.catalog.picture(id).await.unwrap().unwrap().objects.unwrap();
    let patch = Patch {
        key: key.to_string(),
        picture: id,
        created_at: town.now(),
        size: 10,
        covers: vec![RedactionId(town.world.id())],
    };
    let new = Republication {
        picture: id,
        from: objects.master.clone(),
        objects,
        done: Vec::new(),
        undone: Vec::new(),
        patch: Some(patch),
        revision: 0,
        at: town.now(),
    };
    assert!(town.catalog.republish_picture(&lease, new, town.jobs()).await.unwrap());
    let lease = town.lease(JobKind::Redact, id.0).await;
    assert!(town.catalog.forget_superseded(&lease, &[]).await.unwrap());
    town.refresh().await;
    key
}

async fn sealed(town: &Town) -> Vec<PatchKey> {
    let listed: Vec<Listed<PatchKey>> = town.storage.private.patches().try_collect().await.unwrap();
    let key = |listed| match listed {
        Listed::Object(entry) => entry.key,
        Listed::Foreign(entry) => panic!("{}", entry.key),
    };
    let mut keys: Vec<PatchKey> = listed.into_iter().map(key).collect();
    keys.sort();
    keys
}

#[tokio::test]
async fn patches_are_copied_once_and_come_back_as_they_were() {
    let town = Town::new(1).await;
    let ada = town.account("ada").await;
    let street = town.street(&ada, 2).await;
    let key = seal(&town, street.pictures[0]).await;
    let to = town.folder.path().join("backup");
    let first = town.back_up(&to, Options::default()).await;
    assert_eq!(first.manifest.patches.map(|count| (count.number, count.missing)), Some((1, 0)));
    town.pass(10);
    seal(&town, street.pictures[1]).await;
    let options = Options { verify: true, ..Options::default() };
    assert_eq!(town.back_up(&to, options).await.manifest.patches.unwrap().number, 2);
    assert_eq!(std::fs::read(open(&to).patch(&key)).unwrap(), town.storage.private.read_patch(&key).await.unwrap());

    let new = Town::new(2).await;
    new.restore(&to).await;
    assert_eq!(sealed(&new).await, sealed(&town).await);
    assert_eq!(
        new.catalog.patches(&street.pictures).await.unwrap(),
        town.catalog.patches(&street.pictures).await.unwrap()
    );
    assert!(new.examine(doctor::Options { deep: true, ..Default::default() }).await.findings.is_empty());
}

#[tokio::test]
async fn patches_of_what_was_deleted_since_stay_away() {
    let town = Town::new(1).await;
    let ada = town.account("ada").await;
    let street = town.street(&ada, 2).await;
    let (kept, gone) = (seal(&town, street.pictures[0]).await, seal(&town, street.pictures[1]).await);
    let to = town.folder.path().join("backup");
    town.back_up(&to, Options::default()).await;
    town.pass(10);
    assert!(town.catalog.delete_picture(street.pictures[1], town.jobs(), town.now()).await.unwrap());
    town.storage.private.destroy_patch(&gone).await.unwrap();
    town.destroy().await;
    // What no kept backup names is removed from the folder, too.
    town.back_up(&to, keep(1)).await;
    assert_eq!(files(&open(&to).patches_folder()), [open(&to).patch(&kept)]);
    let new = Town::new(2).await;
    new.restore(&to).await;
    assert_eq!(sealed(&new).await, [kept]);
}

#[tokio::test]
async fn lost_and_orphan_patches_are_found_and_mended() {
    let town = Town::new(1).await;
    let ada = town.account("ada").await;
    let street = town.street(&ada, 1).await;
    let key = seal(&town, street.pictures[0]).await;
    let to = town.folder.path().join("backup");
    town.back_up(&to, Options::default()).await;
    assert_eq!(town.examine(doctor::Options::default()).await.findings, []);

    town.storage.private.destroy_patch(&key).await.unwrap();
    let found = town.examine(doctor::Options::default()).await;
    assert_eq!(found.findings.iter().map(|each| each.kind).collect::<Vec<_>>(), ["patches-missing"]);
    let mend = || doctor::Options { repair: true, backup: Some(open(&to)), ..Default::default() };
    assert!(town.examine(mend()).await.is_healthy());
    assert_eq!(sealed(&town).await, std::slice::from_ref(&key));

    town.storage.private.put_patch(street.pictures[0].0, "left behind".into()).await.unwrap();
    assert_eq!(town.examine(doctor::Options::default()).await.findings, [], "it may be about to be listed");
    let aged = || doctor::Options { grace: SignedDuration::from_secs(-10), ..mend() };
    let found = town.examine(aged()).await;
    assert!(found.findings.iter().any(|each| each.kind == "orphan-patches" && each.mended == 1), "{found:?}");
    assert_eq!(sealed(&town).await, [key]);
}
