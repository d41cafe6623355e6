//! What workers do with pictures.

use std::collections::BTreeSet;

use flaneur_access::{Viewer, Visibility};

use super::scene::{Scene, viewer};
use crate::model::{
    BoxClass, Detection, JobKind, Lease, Objects, PictureId, PictureStatus, Publication, SequenceId, TileMatrix,
};

pub async fn publishing_stores_and_asks_for_what_follows(scene: &Scene) {
    let ada = scene.account("ada").await;
    let set = scene.set(&ada).await;
    let picture = scene.picture(&ada);
    let before = picture.clone();
    let id = scene.accept(set, picture).await;
    let sequence = SequenceId(scene.world.id());
    scene.dispatch(&scene.plan(set, vec![scene.part(sequence, &[id])])).await;
    scene.refresh().await;
    let lease = scene.lease(JobKind::Process, id.0).await;
    scene.pass(5);
    let grid = TileMatrix { columns: 8, rows: 4, tile_width: 720, tile_height: 720 };
    let publication = Publication {
        objects: Objects { tiles: Some(("tiles".to_owned(), grid)), ..scene.publication(id).objects },
        detections: vec![Detection {
            class: BoxClass::Plate,
            score: 0.75,
            model: "plates".to_owned(),
            model_version: "3".to_owned(),
            bounds: [1.5, 2.0, 30.25, 40.0],
        }],
        ..scene.publication(id)
    };
    assert!(scene.catalog.publish_picture(&lease, publication.clone(), scene.three_jobs()).await.unwrap());

    let after = scene.catalog.picture(id).await.unwrap().unwrap();
    assert_eq!((after.status, after.shape), (PictureStatus::Ready, publication.shape));
    assert_eq!(after.objects, Some(publication.objects));
    assert_eq!((after.updated_at, after.original), (publication.at, before.original), "the original is still there");
    assert_eq!(scene.catalog.detections(id).await.unwrap(), publication.detections);
    assert_eq!(scene.queued(JobKind::Process, id.0).await, 0);
    assert_eq!(scene.queued(JobKind::Destroy, id.0).await, 1);
    assert_eq!(scene.queued(JobKind::Refresh, sequence.0).await, 1);
    assert!(scene.catalog.item(Viewer::Anonymous, id).await.unwrap().is_some());
}

pub async fn publishing_before_dispatch_shows_nothing(scene: &Scene) {
    let ada = scene.account("ada").await;
    let set = scene.set(&ada).await;
    let picture = scene.picture(&ada);
    let id = scene.accept(set, picture).await;
    scene.publish(id).await;
    assert_eq!(scene.catalog.item(viewer(&ada), id).await.unwrap(), None, "not even to its owner");
    assert_eq!(scene.search(&scene.query(viewer(&ada))).await, []);
    let sequence = SequenceId(scene.world.id());
    scene.dispatch(&scene.plan(set, vec![scene.part(sequence, &[id])])).await;
    assert!(scene.catalog.item(Viewer::Anonymous, id).await.unwrap().is_some());
}

pub async fn a_broken_picture_says_why(scene: &Scene) {
    let ada = scene.account("ada").await;
    let set = scene.set(&ada).await;
    let picture = scene.picture(&ada);
    let id = scene.accept(set, picture).await;
    let sequence = SequenceId(scene.world.id());
    scene.dispatch(&scene.plan(set, vec![scene.part(sequence, &[id])])).await;
    scene.refresh().await;
    scene.break_down(id).await;
    assert_eq!(scene.catalog.picture(id).await.unwrap().unwrap().status, PictureStatus::Broken);
    let lines = scene.catalog.files(set, 0, 10).await.unwrap();
    assert_eq!((lines[0].picture, &lines[0].rejection), (Some(id), &Some(scene.rejection("broken"))));
    assert_eq!(scene.queued(JobKind::Process, id.0).await, 0);
    assert_eq!(scene.queued(JobKind::Destroy, id.0).await, 1);
    assert_eq!(scene.queued(JobKind::Refresh, sequence.0).await, 1);
    assert_eq!(scene.catalog.item(viewer(&ada), id).await.unwrap(), None);

    // Somebody has it processed anew, and now it works.
    scene.catalog.enqueue(scene.job(), JobKind::Process, id.0, scene.now()).await.unwrap();
    scene.publish(id).await;
    assert!(scene.catalog.item(Viewer::Anonymous, id).await.unwrap().is_some());
    assert_eq!(scene.catalog.files(set, 0, 10).await.unwrap()[0].rejection, None);
}

pub async fn originals_are_forgotten_when_destroyed(scene: &Scene) {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::Anyone, 2).await;
    let [kept, deleted] = [street.pictures[0], street.pictures[1]];
    assert!(scene.catalog.delete_picture(deleted, scene.two_jobs(), scene.now()).await.unwrap());
    for id in [kept, deleted] {
        let lease = scene.lease(JobKind::Destroy, id.0).await;
        assert!(scene.catalog.destroyed(&lease, id).await.unwrap());
        assert_eq!(scene.queued(JobKind::Destroy, id.0).await, 0);
        assert!(!scene.catalog.destroyed(&lease, id).await.unwrap());
    }
    let kept = scene.catalog.picture(kept).await.unwrap().unwrap();
    assert!(kept.original.is_none() && kept.objects.is_some());
    let deleted = scene.catalog.picture_to_destroy(deleted).await.unwrap().unwrap();
    assert!(deleted.original.is_none() && deleted.objects.is_none());
    assert_eq!(scene.catalog.picture_to_destroy(kept.id).await.unwrap(), None, "it is not to be destroyed");
}

pub async fn only_waiting_pictures_keep_their_originals(scene: &Scene) {
    let ada = scene.account("ada").await;
    let set = scene.set(&ada).await;
    let mut ids = Vec::new();
    for _ in 0..4 {
        let picture = scene.picture(&ada);
        ids.push(scene.accept(set, picture).await);
    }
    let [waiting, ready, broken, deleted] = [ids[0], ids[1], ids[2], ids[3]];
    assert_eq!(scene.catalog.with_original(&ids).await.unwrap(), ids.iter().copied().collect());
    scene.publish(ready).await;
    scene.break_down(broken).await;
    assert!(scene.catalog.delete_picture(deleted, scene.two_jobs(), scene.now()).await.unwrap());
    ids.push(PictureId(scene.world.id()));
    assert_eq!(scene.catalog.with_original(&ids).await.unwrap(), BTreeSet::from([waiting]));
    assert_eq!(scene.catalog.with_original(&ids[1..]).await.unwrap(), BTreeSet::new());
    assert_eq!(scene.catalog.with_original(&[]).await.unwrap(), BTreeSet::new());
    let many: Vec<_> = (0..50_000).map(|_| PictureId(scene.world.id())).chain([waiting]).collect();
    assert_eq!(scene.catalog.with_original(&many).await.unwrap(), BTreeSet::from([waiting]));
}

pub async fn a_lost_lease_publishes_nothing(scene: &Scene) {
    let ada = scene.account("ada").await;
    let set = scene.set(&ada).await;
    let picture = scene.picture(&ada);
    let id = scene.accept(set, picture).await;
    let lost = scene.lease(JobKind::Process, id.0).await;
    scene.pass(60);
    let held = scene.lease(JobKind::Process, id.0).await;
    let before = scene.catalog.picture(id).await.unwrap();
    let counts = scene.catalog.job_counts().await.unwrap();
    assert!(!scene.catalog.publish_picture(&lost, scene.publication(id), scene.three_jobs()).await.unwrap());
    let rejection = scene.rejection("broken");
    assert!(!scene.catalog.break_picture(&lost, id, rejection, scene.two_jobs(), scene.now()).await.unwrap());
    assert_eq!(scene.catalog.picture(id).await.unwrap(), before);
    assert_eq!(scene.catalog.files(set, 0, 1).await.unwrap()[0].rejection, None);
    assert_eq!(scene.catalog.job_counts().await.unwrap(), counts);
    assert!(scene.catalog.publish_picture(&held, scene.publication(id), scene.three_jobs()).await.unwrap());

    let lost = scene.lease(JobKind::Destroy, id.0).await;
    scene.pass(60);
    scene.lease(JobKind::Destroy, id.0).await;
    assert!(!scene.catalog.destroyed(&lost, id).await.unwrap());
    assert!(scene.catalog.picture(id).await.unwrap().unwrap().original.is_some());
}

pub async fn a_lease_is_for_its_own_subject(scene: &Scene) {
    let ada = scene.account("ada").await;
    let set = scene.set(&ada).await;
    let [one, other] = [scene.picture(&ada), scene.picture(&ada)];
    let (one, other) = (scene.accept(set, one).await, scene.accept(set, other).await);
    let lease = scene.lease(JobKind::Process, one.0).await;
    assert!(!scene.catalog.publish_picture(&lease, scene.publication(other), scene.three_jobs()).await.unwrap());
    let rejection = scene.rejection("broken");
    assert!(!scene.catalog.break_picture(&lease, other, rejection, scene.two_jobs(), scene.now()).await.unwrap());
    assert!(!scene.catalog.destroyed(&lease, one).await.unwrap(), "of another kind");
    let pretended = Lease { kind: JobKind::Destroy, ..lease.clone() };
    assert!(!scene.catalog.destroyed(&pretended, one).await.unwrap());
    for id in [one, other] {
        let picture = scene.catalog.picture(id).await.unwrap().unwrap();
        assert!(picture.status == PictureStatus::Waiting && picture.original.is_some());
    }
    assert!(scene.catalog.publish_picture(&lease, scene.publication(one), scene.three_jobs()).await.unwrap());
}
