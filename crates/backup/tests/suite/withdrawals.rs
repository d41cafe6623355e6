//! What was withdrawn since a backup does not come back with it.

use flaneur_access::{Viewer, Visibility};
use flaneur_backup::{
    backup::{Options, instance},
    restore,
    stores::Notes,
    withdrawals::{Follower, cursor, later_than},
};
use flaneur_catalog::{
    Accounts as _, Changes as _, Erasure as _, Inspection as _, Pictures as _, Sequences as _, UploadSets as _,
    model::{Erased, JobKind, PictureId, PictureStatus, Sweep},
};
use futures::TryStreamExt as _;
use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;

use crate::town::{Failing, Town, keep};

async fn follower(town: &Town) -> Follower {
    let identity = instance(town.catalog.as_ref(), &town.world).await.unwrap();
    Follower::new(town.catalog.clone(), town.stores.notes.clone(), identity)
}

async fn delete(town: &Town, id: PictureId) {
    assert!(town.catalog.delete_picture(id, town.jobs(), town.now()).await.unwrap());
}

async fn hide(town: &Town, id: PictureId) {
    assert!(town.catalog.show_picture_to(id, Visibility::OwnerOnly, town.job(), town.now()).await.unwrap());
}

async fn names(town: &Town) -> Vec<String> {
    town.stores.notes.names("withdrawals").try_collect().await.unwrap()
}

async fn restored(town: &Town, from: &std::path::Path) -> (Town, restore::Report) {
    let new = Town::new(2).await;
    let report =
        new.restore_with(from, std::slice::from_ref(&town.stores.notes), restore::Options::default()).await.unwrap();
    (new, report)
}

async fn sees(town: &Town, viewer: Viewer, id: PictureId) -> bool {
    town.catalog.item(viewer, id).await.unwrap().is_some()
}

#[tokio::test]
async fn what_was_withdrawn_stays_withdrawn() {
    let town = Town::new(1).await;
    let ada = town.account("ada").await;
    let (street, other) = (town.street(&ada, 4).await, town.street(&ada, 2).await);
    let [deleted, hidden, redacted, kept] = street.pictures[..] else { panic!() };
    let before = town.objects_of(redacted).await;
    let to = town.folder.path().join("backup");
    town.back_up(&to, Options::default()).await;
    delete(&town, deleted).await;
    hide(&town, hidden).await;
    town.redact_again(redacted).await;
    assert!(town.catalog.delete_sequence(other.sequence, &|| town.job(), town.now()).await.unwrap());
    let mut follower = follower(&town).await;
    // Those of the deleted sequence are noted each, too.
    assert_eq!(follower.catch_up().await.unwrap(), 6);
    assert_eq!(follower.catch_up().await.unwrap(), 0);

    let (new, report) = restored(&town, &to).await;
    assert_eq!((report.withdrawn, report.lost), (6, 1));
    assert_eq!(new.status(deleted).await, None);
    let tombstone = new.catalog.picture_to_destroy(deleted).await.unwrap().unwrap();
    assert_eq!(tombstone.status, PictureStatus::Deleted);
    assert_eq!(new.status(redacted).await, Some(PictureStatus::Broken));
    let owner = Viewer::Account { id: ada.id.0, admin: false };
    assert!(sees(&new, owner, hidden).await && !sees(&new, Viewer::Anonymous, hidden).await);
    assert!(sees(&new, Viewer::Anonymous, kept).await);
    for id in &other.pictures {
        assert!(!sees(&new, owner, *id).await);
    }
    assert!(new.catalog.sequence(owner, other.sequence).await.unwrap().is_none());
    // What was deleted is not even copied: its objects are never there, not even in between.
    assert_eq!(report.written, 6, "those of two pictures");
    let objects = new.objects().await;
    assert_eq!(objects.len(), 6);
    for gone in before {
        assert!(!objects.contains_key(gone.as_str()), "it shows what must not be shown");
    }
    assert_eq!(new.catalog.coverage_drift().await.unwrap(), 0);
    new.destroy().await;
    new.refresh().await;
    assert_eq!(new.examine(flaneur_backup::doctor::Options::default()).await.findings, []);

    // The new instance's own notes begin after what it has from the old one; a restore of it obeys both.
    let mut follower = self::follower(&new).await;
    assert!(follower.catch_up().await.unwrap() >= 5, "the replay is in the log, too");
}

/// The notes beside the originals serve a restore into the same private storage without being named.
#[tokio::test]
async fn notes_beside_the_originals_are_found() {
    let town = Town::new(1).await;
    let ada = town.account("ada").await;
    let street = town.street(&ada, 1).await;
    let to = town.folder.path().join("backup");
    town.back_up(&to, Options::default()).await;
    delete(&town, street.pictures[0]).await;
    follower(&town).await.catch_up().await.unwrap();
    let mut new = Town::new(2).await;
    new.stores.notes = town.stores.notes.clone();
    assert_eq!(new.restore(&to).await.withdrawn, 1);
    assert_eq!(new.status(street.pictures[0]).await, None);
}

#[tokio::test]
async fn what_is_shown_again_is_not_hidden_by_a_restore() {
    let town = Town::new(1).await;
    let ada = town.account("ada").await;
    let street = town.street(&ada, 2).await;
    let [shown, hidden] = street.pictures[..] else { panic!() };
    let to = town.folder.path().join("backup");
    town.back_up(&to, Options::default()).await;
    for id in [shown, hidden] {
        hide(&town, id).await;
    }
    let mut follower = follower(&town).await;
    assert_eq!(follower.catch_up().await.unwrap(), 2);
    // There is no way to do this but an administrator's, yet.
    let url = format!("sqlite:{}", town.folder.path().join("catalog.db").display());
    let mut connection = <sqlx::SqliteConnection as sqlx::Connection>::connect(&url).await.unwrap();
    let sql = "UPDATE pictures SET visibility = 'anyone', audience = 0 WHERE id = $1";
    sqlx::query(sql).bind(shown).execute(&mut connection).await.unwrap();
    follower.catch_up().await.unwrap();
    let (new, report) = restored(&town, &to).await;
    assert_eq!(report.withdrawn, 1);
    assert!(sees(&new, Viewer::Anonymous, shown).await && !sees(&new, Viewer::Anonymous, hidden).await);
}

#[tokio::test]
async fn what_the_snapshot_knows_is_not_done_again() {
    let town = Town::new(1).await;
    let ada = town.account("ada").await;
    let street = town.street(&ada, 2).await;
    hide(&town, street.pictures[0]).await;
    follower(&town).await.catch_up().await.unwrap();
    let to = town.folder.path().join("backup");
    let mut manifest = town.back_up(&to, Options::default()).await.manifest;
    assert_eq!(manifest.last_change, town.catalog.last_change().await.unwrap());
    let notes = town.stores.notes.as_ref();
    assert_eq!(later_than(notes, &manifest).await.unwrap().len(), 0);
    manifest.last_change = 0;
    assert_eq!(later_than(notes, &manifest).await.unwrap().len(), 1);
    // What another instance noted counts by its time.
    "another".clone_into(&mut manifest.instance);
    assert_eq!(later_than(notes, &manifest).await.unwrap().len(), 0);
    manifest.taken_at -= SignedDuration::from_secs(100);
    assert_eq!(later_than(notes, &manifest).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_follower_goes_on_where_another_failed() {
    let town = Town::new(1).await;
    let ada = town.account("ada").await;
    let street = town.street(&ada, 12).await;
    for id in &street.pictures {
        hide(&town, *id).await;
    }
    let identity = instance(town.catalog.as_ref(), &town.world).await.unwrap();
    // The storage fails in between, at any step: nothing is passed over.
    for step in 0..25 {
        let (stores, failing) = Failing::stores(&town.storage, step);
        let outcome = Follower::new(town.catalog.clone(), stores.notes, identity.clone()).catch_up().await;
        assert!(outcome.is_err() && failing.failed(), "at step {step}");
    }
    follower(&town).await.catch_up().await.unwrap();
    let last = town.catalog.last_change().await.unwrap();
    assert_eq!(cursor(town.stores.notes.as_ref(), &identity).await.unwrap(), last);
    assert_eq!(names(&town).await.len(), 12);
}

/// While it runs, a note is there soon after the change, without anybody asking for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_running_follower_notes_by_itself() {
    let town = Town::new(1).await;
    let ada = town.account("ada").await;
    let street = town.street(&ada, 1).await;
    let stop = CancellationToken::new();
    let running = tokio::spawn(follower(&town).await.run(stop.clone()));
    delete(&town, street.pictures[0]).await;
    let noted = async {
        while names(&town).await.is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_mins(1), noted).await.unwrap();
    stop.cancel();
    running.await.unwrap();
}

#[tokio::test]
async fn notes_are_forgotten_when_every_snapshot_has_them_and_they_are_old() {
    let town = Town::new(1).await;
    let ada = town.account("ada").await;
    let street = town.street(&ada, 3).await;
    let to = town.folder.path().join("backup");
    let month = || Options { forget_withdrawals_after: SignedDuration::from_hours(24 * 30), ..keep(1) };
    delete(&town, street.pictures[0]).await;
    follower(&town).await.catch_up().await.unwrap();
    assert_eq!(town.back_up(&to, month()).await.forgotten_withdrawals, 0, "not old enough");
    // Later than any snapshot knows.
    delete(&town, street.pictures[1]).await;
    follower(&town).await.catch_up().await.unwrap();
    town.pass(31 * 86_400);
    let report = town.back_up(&to, Options { keep: None, ..month() }).await;
    assert_eq!((report.forgotten_withdrawals, names(&town).await.len()), (1, 1), "the first snapshot has one of them");
    town.pass(10);
    assert_eq!(town.back_up(&to, month()).await.forgotten_withdrawals, 1);
    assert!(names(&town).await.is_empty());
}

#[tokio::test]
async fn nothing_personal_is_noted() {
    let town = Town::new(1).await;
    let ada = town.account("ada").await;
    let street = town.street(&ada, 1).await;
    delete(&town, street.pictures[0]).await;
    follower(&town).await.catch_up().await.unwrap();
    let [name] = &names(&town).await[..] else { panic!() };
    let note = Notes::read(town.stores.notes.as_ref(), name).await.unwrap().unwrap();
    let note: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&note).unwrap();
    let members: Vec<&str> = note.keys().map(String::as_str).collect();
    assert_eq!(members, ["instance", "number", "at", "what", "picture", "sequence"]);
    assert!(!serde_json::to_string(&note).unwrap().contains(&ada.id.to_string()));
}

#[tokio::test]
async fn an_erased_account_stays_erased() {
    let town = Town::new(1).await;
    let (ada, bob) = (town.account("ada").await, town.account("bob").await);
    let (street, other) = (town.street(&ada, 2).await, town.street(&bob, 1).await);
    let unfinished = town.set(&ada).await;
    let to = town.folder.path().join("backup");
    town.back_up(&to, Options::default()).await;
    assert_eq!(town.catalog.erase_account(ada.id, town.job(), town.now()).await.unwrap(), Erased::Begun);
    // The server is lost before it has deleted her pictures.
    assert_eq!(follower(&town).await.catch_up().await.unwrap(), 1);

    let (new, report) = restored(&town, &to).await;
    assert_eq!(report.withdrawn, 1);
    assert_eq!(new.catalog.account_by_name("ada").await.unwrap(), None);
    assert_eq!(new.catalog.account_by_name("bob").await.unwrap().map(|account| account.id), Some(bob.id));
    let lease = new.lease(JobKind::Erase, ada.id.0).await;
    let mut step = Sweep::Going;
    while step == Sweep::Going {
        step = new.catalog.erase_more(&lease, 10, &|| new.job(), new.now()).await.unwrap();
    }
    for id in &street.pictures {
        assert_eq!(new.status(*id).await, None);
    }
    assert_eq!(new.catalog.upload_set(unfinished).await.unwrap(), None);
    assert!(sees(&new, Viewer::Anonymous, other.pictures[0]).await);
    new.destroy().await;
    new.refresh().await;
    assert_eq!(new.examine(flaneur_backup::doctor::Options::default()).await.findings, []);
}
