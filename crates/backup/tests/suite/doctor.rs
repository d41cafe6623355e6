//! Every fault is found and mended, and a healthy instance has none.

use flaneur_backup::{
    backup,
    doctor::{Finding, Options, Report, modes},
};
use flaneur_catalog::{
    Archive as _, Inspection as _, Jobs as _, Pictures as _, Uploads as _,
    model::{Failure, JobKind, NewUpload, PartId, PictureStatus, UploadId, UploadPart, UploadReceipt},
};
use flaneur_storage::{ObjectKind, OriginalKey};
use jiff::SignedDuration;

use crate::town::{Town, open};

fn deep() -> Options {
    Options { deep: true, ..Options::default() }
}

fn repair() -> Options {
    Options { deep: true, repair: true, ..Options::default() }
}

#[track_caller]
fn only<'r>(report: &'r Report, kind: &str) -> &'r Finding {
    let [finding] = report.findings.as_slice() else { panic!("{kind}: {:?}", report.findings) };
    assert_eq!(finding.kind, kind, "{finding:?}");
    assert!(finding.number >= 1 && !finding.examples.is_empty() && finding.mend.len() > 10, "{finding:?}");
    finding
}

/// Nothing is too young to count.
const NONE: SignedDuration = SignedDuration::from_secs(-60);

/// Found, mended, and found no more.
async fn is_mended(town: &Town, kind: &str) {
    is_mended_with(town, kind, Options::default().grace).await;
}

async fn is_mended_with(town: &Town, kind: &str, grace: SignedDuration) {
    let report = town.examine(Options { grace, ..deep() }).await;
    assert_eq!(only(&report, kind).mended, 0);
    assert!(!report.is_healthy());
    let report = town.examine(Options { grace, ..repair() }).await;
    let finding = only(&report, kind);
    assert_eq!(finding.mended, finding.number);
    assert!(report.is_healthy());
    assert_eq!(town.examine(Options { grace, ..deep() }).await.findings, []);
}

async fn town() -> (Town, crate::town::Street) {
    let town = Town::new(1).await;
    let ada = town.account("ada").await;
    let street = town.street(&ada, 4).await;
    (town, street)
}

#[tokio::test]
async fn nothing_is_wrong_with_a_working_instance() {
    let (town, street) = town().await;
    // Also in the middle of things: received, waiting, leased, published, deleted.
    town.send(&street.account, street.set).await;
    let worked_at = town.send(&street.account, street.set).await;
    town.lease(JobKind::Process, worked_at.0).await;
    let published = town.send(&street.account, street.set).await;
    town.publish(published).await;
    assert!(town.catalog.delete_picture(street.pictures[0], town.jobs(), town.now()).await.unwrap());
    // An upload that is under way, and an object that is not published yet.
    let key = OriginalKey(town.world.id());
    let mut writer = town.storage.private.receive(key, 100).await.unwrap();
    writer.write(b"x").await.unwrap();
    writer.finish().await.unwrap();
    town.storage.public.put(worked_at.0, ObjectKind::Master, "soon".into()).await.unwrap();
    for options in [Options::default(), deep()] {
        let report = town.examine(options).await;
        assert_eq!(report.findings, []);
        assert!(
            report.is_healthy() && report.pictures >= 6 && report.objects == 16 && report.compared > 0,
            "{report:?}"
        );
    }
}

#[tokio::test]
async fn lost_objects_are_taken_out_of_sight() {
    let (town, street) = town().await;
    let keys = town.objects_of(street.pictures[2]).await;
    std::fs::remove_file(town.object_file(&keys[1])).unwrap();
    is_mended(&town, "objects-missing").await;
    assert_eq!(town.status(street.pictures[2]).await, Some(PictureStatus::Broken));
    assert_eq!(town.objects().await.len(), 9, "what was left of it is removed");
}

#[tokio::test]
async fn lost_and_altered_objects_are_brought_back_from_a_backup() {
    let (town, street) = town().await;
    let to = town.folder.path().join("backup");
    town.back_up(&to, backup::Options::default()).await;
    let before = town.objects().await;
    let keys = town.objects_of(street.pictures[2]).await;
    std::fs::remove_file(town.object_file(&keys[1])).unwrap();
    let report = town.examine(Options { backup: Some(open(&to)), ..repair() }).await;
    assert_eq!(only(&report, "objects-missing").mended, 1);
    std::fs::write(town.object_file(&keys[0]), b"altered").unwrap();
    let report = town.examine(repair()).await;
    assert_eq!(only(&report, "objects-altered").mended, 0, "without a backup it cannot be");
    assert!(!report.is_healthy());
    let report = town.examine(Options { backup: Some(open(&to)), ..repair() }).await;
    assert_eq!(only(&report, "objects-altered").mended, 1);
    assert_eq!(town.objects().await, before);
    assert_eq!(town.status(street.pictures[2]).await, Some(PictureStatus::Ready));
}

#[tokio::test]
async fn a_sample_finds_altered_objects_if_it_is_large_enough() {
    let (town, street) = town().await;
    for id in &street.pictures {
        for key in town.objects_of(*id).await {
            std::fs::write(town.object_file(&key), b"altered").unwrap();
        }
    }
    let report = town.examine(Options { sample: 5, ..Options::default() }).await;
    assert_eq!((only(&report, "objects-altered").number, report.compared), (5, 5));
    let report = town.examine(Options { at_most: 12, ..deep() }).await;
    assert_eq!((only(&report, "objects-altered").number, report.compared), (12, 12));
    assert_eq!(report.findings[0].examples.len(), 5);
}

#[tokio::test]
async fn orphans_are_removed_when_they_are_old_enough() {
    let (town, street) = town().await;
    town.storage.public.put(town.world.id(), ObjectKind::Sd, "orphan".into()).await.unwrap();
    town.storage.public.put(street.pictures[0].0, ObjectKind::Sd, "of before".into()).await.unwrap();
    assert_eq!(town.examine(deep()).await.findings, []);
    let report = town.examine(Options { grace: NONE, ..deep() }).await;
    assert_eq!(only(&report, "orphan-objects").number, 2);
    is_mended_with(&town, "orphan-objects", NONE).await;
    assert_eq!(town.objects().await.len(), 12);
}

#[tokio::test]
async fn orphan_originals_are_destroyed() {
    let (town, _) = town().await;
    let key = OriginalKey(town.world.id());
    let mut writer = town.storage.private.receive(key, 100).await.unwrap();
    writer.write(b"x").await.unwrap();
    writer.finish().await.unwrap();
    assert_eq!(town.examine(deep()).await.findings, []);
    is_mended_with(&town, "orphan-originals", NONE).await;
    assert!(town.storage.private.list(10).await.unwrap().is_empty());
}

#[tokio::test]
async fn parts_of_uploads_are_looked_at() {
    let (town, street) = town().await;
    let (upload, part) = (UploadId(town.world.id()), PartId(town.world.id()));
    let key = |part: PartId| flaneur_storage::PartKey { upload: upload.0, part: part.0 };
    let now = town.world.now();
    let new = NewUpload {
        id: upload,
        upload_set: street.set,
        account: street.account.id,
        picture: flaneur_catalog::model::PictureId(town.world.id()),
        file_name: "a.jpg".to_owned(),
        length: 100,
        metadata: String::new(),
        created_at: now,
        expires_at: now + SignedDuration::from_hours(1),
    };
    assert_eq!(town.catalog.begin_upload(new, 10).await.unwrap(), UploadReceipt::Begun);
    town.storage.private.put_part(key(part), "listed".into()).await.unwrap();
    let listed = [UploadPart { name: part, upload, start: 0, size: 6 }];
    let later = now + SignedDuration::from_hours(2);
    assert_eq!(town.catalog.append_parts(&listed, now, later).await.unwrap(), Some(6));
    let orphan = key(PartId(town.world.id()));
    town.storage.private.put_part(orphan, "orphan".into()).await.unwrap();
    assert_eq!(town.examine(deep()).await.findings, []);
    is_mended_with(&town, "orphan-parts", NONE).await;
    assert_eq!(town.storage.private.part_size(orphan).await.unwrap(), None);

    town.storage.private.destroy_part(key(part)).await.unwrap();
    assert_eq!(only(&town.examine(deep()).await, "parts-missing").examples, [key(part).to_string()]);
}

#[tokio::test]
async fn foreign_things_are_told_and_left_alone() {
    let (town, _) = town().await;
    let file = town.folder.path().join("public/holiday.jpg");
    std::fs::write(&file, b"mine").unwrap();
    let report = town.examine(repair()).await;
    let finding = only(&report, "foreign-objects");
    assert_eq!((finding.examples.as_slice(), finding.mended), (["holiday.jpg".to_owned()].as_slice(), 0));
    assert!(file.exists());
}

#[tokio::test]
async fn a_waiting_picture_gets_its_job_back() {
    let (town, street) = town().await;
    let waiting = town.send(&street.account, street.set).await;
    let lease = town.lease(JobKind::Process, waiting.0).await;
    assert!(town.catalog.finish(&lease).await.unwrap());
    is_mended(&town, "pictures-without-job").await;
    town.publish(waiting).await;
}

#[tokio::test]
async fn a_waiting_picture_without_its_original_is_given_up() {
    let (town, street) = town().await;
    let waiting = town.send(&street.account, street.set).await;
    town.storage.private.destroy(OriginalKey(waiting.0)).await.unwrap();
    is_mended(&town, "originals-missing").await;
    assert_eq!(town.status(waiting).await, Some(PictureStatus::Broken));
}

#[tokio::test]
async fn what_should_have_been_destroyed_is() {
    let (town, street) = town().await;
    assert!(town.catalog.delete_picture(street.pictures[0], town.jobs(), town.now()).await.unwrap());
    let lease = town.lease(JobKind::Destroy, street.pictures[0].0).await;
    assert!(town.catalog.finish(&lease).await.unwrap());
    is_mended(&town, "not-destroyed").await;
    town.destroy().await;
    assert_eq!(town.objects().await.len(), 9);
}

#[tokio::test]
async fn jobs_that_were_given_up_are_told_with_their_reason() {
    let (town, street) = town().await;
    let waiting = town.send(&street.account, street.set).await;
    let lease = town.lease(JobKind::Process, waiting.0).await;
    let failure = Failure::Park { reason: "the model fell over".to_owned() };
    assert!(town.catalog.fail(&lease, failure).await.unwrap());
    let report = town.examine(repair()).await;
    let finding = only(&report, "jobs-given-up");
    assert!(finding.examples[0].contains("the model fell over") && finding.mend.contains("jobs retry"), "{finding:?}");
    assert_eq!(finding.mended, 0, "only the operator knows whether its cause is gone");
}

#[tokio::test]
async fn a_queue_that_stands_still_is_told() {
    let (town, street) = town().await;
    let (leased, queued) = (town.send(&street.account, street.set).await, town.send(&street.account, street.set).await);
    town.lease(JobKind::Process, leased.0).await;
    // As if it had been two days ago.
    let url = format!("sqlite:{}", town.folder.path().join("catalog.db").display());
    let mut connection = <sqlx::SqliteConnection as sqlx::Connection>::connect(&url).await.unwrap();
    let ago = 48 * 3_600_000_000_i64;
    sqlx::query("UPDATE jobs SET due_at = due_at - $1, asked_at = asked_at - $1")
        .bind(ago)
        .execute(&mut connection)
        .await
        .unwrap();
    assert!(town.status(queued).await.is_some());
    let report = town.examine(deep()).await;
    let kinds: Vec<&str> = report.findings.iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, ["leases-lapsed", "jobs-overdue"], "{:?}", report.findings);
}

#[tokio::test]
async fn what_waits_for_no_job_gets_one() {
    let (town, street) = town().await;
    let waiting = town.send(&street.account, street.set).await;
    assert!(town.catalog.delete_picture(waiting, town.jobs(), town.now()).await.unwrap());
    town.destroy().await;
    let set = town.set(&street.account).await;
    flaneur_catalog::UploadSets::complete_upload_set(town.catalog.as_ref(), set, town.job(), town.now()).await.unwrap();
    // The first set's dispatch was asked for again by the late file.
    for set in [street.set, set] {
        let lease = town.lease(JobKind::Dispatch, set.0).await;
        assert!(town.catalog.finish(&lease).await.unwrap());
    }
    is_mended(&town, "waits-for-ever").await;
}

#[tokio::test]
async fn wrong_clocks_are_told() {
    let (town, _) = town().await;
    town.pass(3600);
    let report = town.examine(Options::default()).await;
    let finding = only(&report, "clocks-differ");
    assert_eq!(finding.number, 2, "the database's and the storage's: {finding:?}");
}

#[tokio::test]
async fn a_storage_that_refuses_is_told() {
    let (mut town, _) = town().await;
    let (stores, failing) = crate::town::Failing::stores(&town.storage, 0);
    town.stores.objects = stores.objects;
    let report = town.examine(Options::default()).await;
    let finding = only(&report, "storage-refuses");
    assert!(failing.failed() && finding.examples[0].starts_with("public storage"), "{finding:?}");
}

#[tokio::test]
async fn a_half_done_restore_is_told() {
    let town = Town::new(1).await;
    town.catalog.begin_restore("{\"snapshot\":\"x\"}").await.unwrap();
    let report = town.examine(Options::default()).await;
    assert!(only(&report, "unfinished-restore").mend.contains("restore"));
}

#[tokio::test]
async fn a_full_disk_is_told() {
    let (town, _) = town().await;
    let disks = vec![town.folder.path().to_owned()];
    let report = town.examine(Options { disks: disks.clone(), least_free: u64::MAX, ..Options::default() }).await;
    only(&report, "disk-nearly-full");
    assert_eq!(town.examine(Options { disks, least_free: 1, ..Options::default() }).await.findings, []);
}

#[tokio::test]
async fn open_folders_are_closed() {
    use std::os::unix::fs::PermissionsExt as _;
    let (town, _) = town().await;
    let (private, catalog) = (town.folder.path().join("private"), town.folder.path().join("catalog.db"));
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let look = |repair| {
        let mut report = Report::default();
        let missing = town.folder.path().join("nothing");
        modes(&[&private, &missing], &[&catalog], repair, &mut report).unwrap();
        report
    };
    assert_eq!(look(false).findings, []);
    std::fs::set_permissions(&private, std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::set_permissions(&catalog, std::fs::Permissions::from_mode(0o666)).unwrap();
    assert_eq!(only(&look(false), "open-to-others").number, 2);
    assert_eq!((mode(&private), mode(&catalog)), (0o755, 0o666));
    assert!(look(true).is_healthy());
    assert_eq!((mode(&private), mode(&catalog)), (0o700, 0o644));
    assert_eq!(look(false).findings, []);
}

#[tokio::test]
async fn counts_that_drifted_are_counted_anew() {
    let (town, _) = town().await;
    let url = format!("sqlite:{}", town.folder.path().join("catalog.db").display());
    let mut connection = <sqlx::SqliteConnection as sqlx::Connection>::connect(&url).await.unwrap();
    sqlx::query("UPDATE coverage_counts SET pictures = pictures + 1 WHERE zoom = 9")
        .execute(&mut connection)
        .await
        .unwrap();
    assert!(town.catalog.coverage_drift().await.unwrap() > 0);
    is_mended(&town, "counts-differ").await;
}
