//! Looking for what is wrong, and setting right what cannot come right by itself.

use std::collections::BTreeSet;

use flaneur_access::{Viewer, Visibility};
use flaneur_coverage::quadkey::Tile;

use super::scene::{Scene, viewer};
use crate::model::{JobKind, Picture, PictureId, PictureStatus};

pub async fn files_of_pictures_are_told(scene: &Scene) {
    let ada = scene.account("ada").await;
    let set = scene.set(&ada).await;
    let waiting = scene.accept(set, scene.picture(&ada)).await;
    let street = scene.street(&ada, Visibility::Anyone, 2).await;
    let [shown, deleted] = street.pictures[..] else { panic!() };
    assert!(scene.catalog.delete_picture(deleted, scene.two_jobs(), scene.now()).await.unwrap());
    let bare = scene.accept(set, Picture { original: None, ..scene.picture(&ada) }).await;
    scene.break_down(bare).await;

    let unknown = PictureId(scene.world.id());
    let files = scene.catalog.picture_files(&[deleted, unknown, shown, waiting]).await.unwrap();
    assert_eq!(files.iter().map(|each| each.id).collect::<Vec<_>>(), [waiting, shown, deleted]);
    let [of_waiting, of_shown, of_deleted] = &files[..] else { panic!() };
    assert_eq!(of_waiting.status, PictureStatus::Waiting);
    assert!(of_waiting.original.is_some() && of_waiting.objects.is_none() && !of_waiting.keeps_objects());
    assert!(of_waiting.process_job && !of_waiting.destroy_job);
    assert!(of_shown.objects.is_some() && of_shown.keeps_objects() && of_shown.destroy_job && !of_shown.process_job);
    assert!(of_deleted.objects.is_some() && !of_deleted.keeps_objects() && of_deleted.destroy_job);

    let mut paged = Vec::new();
    while let Some(one) = scene.catalog.pictures_with_files(paged.last().copied(), 1).await.unwrap().pop() {
        paged.push(one.id);
    }
    assert_eq!(paged, [waiting, shown, deleted], "one without files is not told of");
}

pub async fn a_job_that_is_missing_is_missed(scene: &Scene) {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::Anyone, 1).await;
    let set = scene.set_of(&ada, 1).await;
    scene.accept(set, scene.picture(&ada)).await;
    assert_eq!(scene.catalog.stalled(10).await.unwrap(), []);
    let lease = scene.lease(JobKind::Dispatch, set.0).await;
    assert!(scene.catalog.finish(&lease).await.unwrap());
    let stalled = scene.catalog.stalled(10).await.unwrap();
    assert_eq!(stalled.iter().map(|each| (each.kind, each.subject)).collect::<Vec<_>>(), [(JobKind::Dispatch, set.0)]);

    // A sequence that waited for a picture that was given up, and whose summing up got lost.
    let late = scene.accept(street.set, scene.picture(&ada)).await;
    let pictures = [street.pictures[0], late];
    scene.dispatch(&scene.plan(street.set, vec![scene.part(street.sequence, &pictures)])).await;
    scene.refresh().await;
    assert_eq!(scene.catalog.stalled(10).await.unwrap().len(), 1, "it still waits for its picture");
    scene.break_down(late).await;
    assert_eq!(scene.catalog.stalled(10).await.unwrap().len(), 1, "there is a job for it");
    let lease = scene.lease(JobKind::Refresh, street.sequence.0).await;
    assert!(scene.catalog.finish(&lease).await.unwrap());
    let stalled: BTreeSet<_> =
        scene.catalog.stalled(10).await.unwrap().iter().map(|each| (each.kind, each.subject)).collect();
    assert_eq!(stalled, BTreeSet::from([(JobKind::Dispatch, set.0), (JobKind::Refresh, street.sequence.0)]));
    assert_eq!(scene.catalog.stalled(1).await.unwrap().len(), 1);
}

pub async fn overdue_jobs_are_told(scene: &Scene) {
    let now = scene.now();
    let subjects = [scene.world.id(), scene.world.id()];
    scene.catalog.enqueue(scene.job(), JobKind::Refresh, subjects[0], now).await.unwrap();
    scene.catalog.enqueue(scene.job(), JobKind::Destroy, subjects[1], scene.pass(1)).await.unwrap();
    assert_eq!(scene.catalog.overdue_jobs(now, 10).await.unwrap(), []);
    scene.lease(JobKind::Refresh, subjects[0]).await;
    let overdue = scene.catalog.overdue_jobs(scene.pass(3600), 10).await.unwrap();
    assert_eq!(overdue.iter().map(|job| job.subject).collect::<Vec<_>>(), [subjects[1], subjects[0]]);
    assert_eq!(overdue.iter().map(|job| job.leased).collect::<Vec<_>>(), [false, true]);
    assert_eq!(overdue[0].due_at, now + jiff::SignedDuration::from_secs(1));
    assert_eq!(scene.catalog.overdue_jobs(scene.now(), 1).await.unwrap(), overdue[..1]);
}

pub async fn the_database_tells_its_time_and_schema(scene: &Scene) {
    let before = scene.catalog.database_time().await.unwrap();
    let after = scene.catalog.database_time().await.unwrap();
    assert!(before <= after && before.as_second() > 1_700_000_000, "{before} {after}");
    let schema = scene.catalog.schema().await.unwrap();
    assert!(schema.applied == schema.known && schema.known > 0, "{schema:?}");
}

pub async fn counts_are_compared_with_pictures(scene: &Scene) {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::Anyone, 4).await;
    scene.street(&ada, Visibility::OwnerOnly, 2).await;
    assert_eq!(scene.catalog.coverage_drift().await.unwrap(), 0);
    let everywhere = Tile { z: 0, x: 0, y: 0 }.keys();
    let grid = async |zoom| scene.catalog.grid(viewer(&ada), None, everywhere.clone(), zoom).await.unwrap();
    let before = (grid(6).await, grid(12).await);
    scene.catalog.recount_coverage().await.unwrap();
    assert_eq!((grid(6).await, grid(12).await), before);
    assert!(scene.catalog.delete_picture(street.pictures[0], scene.two_jobs(), scene.now()).await.unwrap());
    assert_eq!(scene.catalog.coverage_drift().await.unwrap(), 0);
}

pub async fn a_lost_picture_is_shown_to_nobody(scene: &Scene) {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::Anyone, 3).await;
    let id = street.pictures[1];
    let jobs = scene.two_jobs();
    let before = scene.catalog.picture_files(&[id]).await.unwrap().remove(0);
    let answer = scene.catalog.lose_picture(id, scene.rejection("lost"), jobs, scene.pass(1)).await.unwrap();
    assert_eq!(answer, Some(before));
    let picture = scene.catalog.picture(id).await.unwrap().unwrap();
    assert_eq!((picture.status, picture.objects, picture.updated_at), (PictureStatus::Broken, None, scene.now()));
    let admin = Viewer::Account { id: scene.world.id(), admin: true };
    for viewer in [Viewer::Anonymous, viewer(&ada), admin] {
        assert_eq!(scene.catalog.item(viewer, id).await.unwrap(), None);
        assert!(!scene.search(&scene.query(viewer)).await.contains(&id));
    }
    let files = scene.catalog.files(street.set, 0, 10).await.unwrap();
    let line = files.iter().find(|line| line.picture == Some(id)).unwrap();
    assert_eq!(line.rejection, Some(scene.rejection("lost")));
    assert_eq!(scene.queued(JobKind::Destroy, id.0).await, 1);
    assert_eq!(scene.queued(JobKind::Refresh, street.sequence.0).await, 1);
    assert_eq!(scene.catalog.coverage_drift().await.unwrap(), 0);

    // One that waits loses its job.
    let waiting = scene.accept(street.set, scene.picture(&ada)).await;
    assert!(
        scene
            .catalog
            .lose_picture(waiting, scene.rejection("lost"), scene.two_jobs(), scene.now())
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(scene.queued(JobKind::Process, waiting.0).await, 0);
    // A tombstone stays one.
    assert!(scene.catalog.delete_picture(street.pictures[0], scene.two_jobs(), scene.now()).await.unwrap());
    for gone in [street.pictures[0], PictureId(scene.world.id())] {
        let lost =
            scene.catalog.lose_picture(gone, scene.rejection("lost"), scene.two_jobs(), scene.now()).await.unwrap();
        assert_eq!(lost, None);
    }
}

pub async fn what_is_hidden_is_never_shown_more_widely(scene: &Scene) {
    let (ada, bob) = (scene.account("ada").await, scene.account("bob").await);
    let street = scene.street(&ada, Visibility::LoggedOnly, 2).await;
    let [first, second] = street.pictures[..] else { panic!() };
    let sees = async |viewer, id| scene.catalog.item(viewer, id).await.unwrap().is_some();
    let job = || scene.job();
    assert!(scene.catalog.show_picture_to(first, Visibility::Anyone, job(), scene.pass(1)).await.unwrap());
    assert!(sees(viewer(&bob), first).await && !sees(Viewer::Anonymous, first).await, "it was narrower already");
    assert!(scene.catalog.show_picture_to(first, Visibility::OwnerOnly, job(), scene.now()).await.unwrap());
    assert!(!sees(viewer(&bob), first).await && sees(viewer(&ada), first).await && sees(viewer(&bob), second).await);
    assert_eq!(scene.catalog.picture(first).await.unwrap().unwrap().updated_at, scene.now());

    assert!(
        scene.catalog.show_sequence_to(street.sequence, Visibility::OwnerOnly, job(), scene.pass(1)).await.unwrap()
    );
    assert!(!sees(viewer(&bob), second).await && sees(viewer(&ada), second).await);
    assert!(scene.catalog.sequence(viewer(&bob), street.sequence).await.unwrap().is_none());
    assert_eq!(scene.queued(JobKind::Refresh, street.sequence.0).await, 1);
    assert_eq!(scene.catalog.coverage_drift().await.unwrap(), 0);

    assert!(scene.catalog.delete_sequence(street.sequence, &|| scene.job(), scene.now()).await.unwrap());
    assert!(!scene.catalog.show_picture_to(first, Visibility::OwnerOnly, job(), scene.now()).await.unwrap());
    assert!(!scene.catalog.show_sequence_to(street.sequence, Visibility::OwnerOnly, job(), scene.now()).await.unwrap());
}
