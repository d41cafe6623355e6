//! Deleting.

use flaneur_access::{Viewer, Visibility};
use flaneur_coverage::quadkey::Tile;

use super::{
    notices::take_for,
    reports::report_something,
    scene::{Scene, Street, viewer},
};
use crate::model::{
    Account, Issue, JobKind, Picture, PictureId, PictureStatus, Receipt, Recipient, Removal, Report, ReportId,
    ReportRole, ReportStatus, Reported, SequenceId, UploadSetId,
};

/// No way to read a picture leads to it any more, for nobody.
async fn assert_gone(scene: &Scene, street: &Street, id: PictureId) {
    let admin = Viewer::Account { id: scene.world.id(), admin: true };
    for viewer in [viewer(&street.account), admin] {
        assert_eq!(scene.catalog.item(viewer, id).await.unwrap(), None);
        let mut query = scene.query(viewer);
        assert!(!scene.search(&query).await.contains(&id));
        query.ids = vec![id];
        assert_eq!(scene.search(&query).await, []);
        let items = scene.catalog.sequence_items(viewer, street.sequence, 0, 100).await.unwrap();
        for item in &items {
            let links = [&item.links.prev, &item.links.next];
            assert!(item.picture.id != id && links.into_iter().flatten().all(|neighbour| neighbour.id != id));
        }
        let marks =
            scene.catalog.picture_marks(viewer, None, Tile { z: 0, x: 0, y: 0 }.keys(), None, 100).await.unwrap();
        assert!(marks.iter().all(|mark| mark.id != id));
    }
    assert_eq!(scene.catalog.picture(id).await.unwrap(), None);
    assert_eq!(scene.catalog.detections(id).await.unwrap(), []);
    assert!(scene.catalog.files(street.set, 0, 100).await.unwrap().iter().all(|line| line.picture != Some(id)));
    assert!(scene.catalog.shots(street.set).await.unwrap().iter().all(|shot| shot.id != id));
    assert!(scene.catalog.summary_points(street.sequence).await.unwrap().iter().all(|point| point.id != id));
    assert!(scene.catalog.with_original(&[id]).await.unwrap().is_empty());
    assert_eq!(scene.queued(JobKind::Process, id.0).await, 0);
    assert_eq!(scene.queued(JobKind::Destroy, id.0).await, 1);
    let tombstone = scene.catalog.picture_to_destroy(id).await.unwrap().unwrap();
    assert_eq!((tombstone.status, tombstone.updated_at), (PictureStatus::Deleted, scene.now()));
    assert!(tombstone.exif.is_empty() && tombstone.overrides.is_null(), "what it said is forgotten");
}

pub async fn a_deleted_picture_is_gone(scene: &Scene) {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::Anyone, 3).await;
    let id = street.pictures[1];
    let before = scene.catalog.picture(id).await.unwrap().unwrap();
    scene.pass(1);
    assert!(scene.catalog.delete_picture(id, scene.two_jobs(), scene.now()).await.unwrap());
    assert!(!scene.catalog.delete_picture(id, scene.two_jobs(), scene.now()).await.unwrap());
    assert_gone(scene, &street, id).await;
    let tombstone = scene.catalog.picture_to_destroy(id).await.unwrap().unwrap();
    assert_eq!((tombstone.original, tombstone.objects), (before.original, before.objects), "they are to be destroyed");
    assert_eq!(scene.queued(JobKind::Refresh, street.sequence.0).await, 1);
    let unknown = PictureId(scene.world.id());
    assert!(!scene.catalog.delete_picture(unknown, scene.two_jobs(), scene.now()).await.unwrap());
    assert_eq!(scene.queued(JobKind::Destroy, unknown.0).await, 0);
    let items = scene.catalog.sequence_items(Viewer::Anonymous, street.sequence, 0, 10).await.unwrap();
    assert_eq!(items[0].links.next.as_ref().map(|next| next.id), Some(street.pictures[2]));
}

pub async fn deleting_takes_the_lease_away(scene: &Scene) {
    let ada = scene.account("ada").await;
    let set = scene.set(&ada).await;
    let [one, two] = [scene.picture(&ada), scene.picture(&ada)];
    let (one, two) = (scene.accept(set, one).await, scene.accept(set, two).await);
    let (first, second) = (scene.lease(JobKind::Process, one.0).await, scene.lease(JobKind::Process, two.0).await);
    for id in [one, two] {
        assert!(scene.catalog.delete_picture(id, scene.two_jobs(), scene.now()).await.unwrap());
    }
    assert!(!scene.catalog.heartbeat(&first, jiff::SignedDuration::ZERO).await.unwrap());
    assert!(!scene.catalog.publish_picture(&first, scene.publication(one), scene.three_jobs()).await.unwrap());
    let rejection = scene.rejection("broken");
    assert!(!scene.catalog.break_picture(&second, two, rejection, scene.two_jobs(), scene.now()).await.unwrap());
    for id in [one, two] {
        assert_eq!(scene.catalog.picture(id).await.unwrap(), None);
        let tombstone = scene.catalog.picture_to_destroy(id).await.unwrap().unwrap();
        assert_eq!((tombstone.status, tombstone.objects), (PictureStatus::Deleted, None));
    }
    // A worker that was destroying the original of a shown picture does not pass for having destroyed all of it.
    let street = scene.street(&ada, Visibility::Anyone, 1).await;
    let destroying = scene.lease(JobKind::Destroy, street.pictures[0].0).await;
    assert!(scene.catalog.delete_picture(street.pictures[0], scene.two_jobs(), scene.now()).await.unwrap());
    assert!(!scene.catalog.destroyed(&destroying, street.pictures[0]).await.unwrap());
    assert_eq!(scene.queued(JobKind::Destroy, street.pictures[0].0).await, 1);
}

pub async fn a_deleted_file_can_be_sent_again(scene: &Scene) {
    let ada = scene.account("ada").await;
    let set = scene.set(&ada).await;
    let first = scene.picture(&ada);
    assert!(matches!(scene.send(set, "a.jpg", first.clone()).await, Receipt::Accepted(_)));
    assert!(scene.catalog.delete_picture(first.id, scene.two_jobs(), scene.now()).await.unwrap());
    let again = Picture { content_sha256: first.content_sha256, ..scene.picture(&ada) };
    assert!(matches!(scene.send(set, "a.jpg", again.clone()).await, Receipt::Accepted(_)));
    assert_eq!(scene.catalog.files(set, 0, 10).await.unwrap()[0].picture, Some(again.id));
    assert!(
        scene.catalog.delete_picture(again.id, scene.two_jobs(), scene.now()).await.unwrap(),
        "any number of times"
    );
}

pub async fn a_deleted_sequence_takes_its_pictures_along(scene: &Scene) {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::Anyone, 2).await;
    let other = scene.street(&ada, Visibility::Anyone, 1).await;
    scene.pass(1);
    assert!(scene.catalog.delete_sequence(street.sequence, &|| scene.job(), scene.now()).await.unwrap());
    assert!(!scene.catalog.delete_sequence(street.sequence, &|| scene.job(), scene.now()).await.unwrap());
    assert!(!scene.catalog.delete_sequence(SequenceId(scene.world.id()), &|| scene.job(), scene.now()).await.unwrap());
    for id in &street.pictures {
        assert_gone(scene, &street, *id).await;
    }
    assert_eq!(scene.catalog.sequence(viewer(&ada), street.sequence).await.unwrap(), None);
    let listed = scene.catalog.sequences(&scene.sequence_query(viewer(&ada))).await.unwrap().sequences();
    assert_eq!(listed.into_iter().map(|sequence| sequence.id).collect::<Vec<_>>(), [other.sequence]);
    let everywhere = Tile { z: 0, x: 0, y: 0 }.keys();
    let marks = scene.catalog.sequence_marks(viewer(&ada), None, everywhere, None, 10).await.unwrap();
    assert_eq!(marks.into_iter().map(|mark| mark.id).collect::<Vec<_>>(), [other.sequence]);
    let state = scene.catalog.upload_set_state(street.set, scene.now()).await.unwrap().unwrap();
    assert_eq!((state.nb_items, state.sequences.len()), (0, 0));
    assert!(scene.catalog.item(Viewer::Anonymous, other.pictures[0]).await.unwrap().is_some());
}

pub async fn a_deleted_set_takes_everything_along(scene: &Scene) {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::Anyone, 2).await;
    let waiting = scene.picture(&ada);
    let waiting = scene.accept(street.set, waiting).await;
    assert!(scene.catalog.refuse_file(scene.refused(street.set, "a.txt"), scene.job()).await.unwrap());
    let lease = scene.lease(JobKind::Process, waiting.0).await;
    let dispatch = scene.lease_dispatch(street.set).await;
    scene.pass(1);
    assert!(scene.catalog.delete_upload_set(street.set, &|| scene.job(), scene.now()).await.unwrap());
    assert!(!scene.catalog.delete_upload_set(street.set, &|| scene.job(), scene.now()).await.unwrap());
    let unknown = UploadSetId(scene.world.id());
    assert!(!scene.catalog.delete_upload_set(unknown, &|| scene.job(), scene.now()).await.unwrap());
    for id in street.pictures.iter().chain([&waiting]) {
        assert_gone(scene, &street, *id).await;
    }
    assert!(!scene.catalog.publish_picture(&lease, scene.publication(waiting), scene.three_jobs()).await.unwrap());
    assert!(!scene.catalog.finish(&dispatch).await.unwrap());
    assert_eq!(scene.catalog.sequence(viewer(&ada), street.sequence).await.unwrap(), None);
    assert_eq!(scene.catalog.upload_set(street.set).await.unwrap(), None);
    assert_eq!(scene.catalog.upload_set_state(street.set, scene.now()).await.unwrap(), None);
    assert_eq!(scene.catalog.files(street.set, 0, 10).await.unwrap(), []);
    assert_eq!(scene.catalog.complete_upload_set(street.set, scene.job(), scene.now()).await.unwrap(), None);
    assert_eq!(scene.catalog.extent().await.unwrap(), None);
    let counts = scene.catalog.job_counts().await.unwrap();
    assert_eq!((counts.queued, counts.leased, counts.dead), (3, 0, 0), "all that is left to do is to destroy");
}

fn removal(scene: &Scene, about: Reported, by: &Account) -> Removal {
    let id = ReportId(scene.world.id());
    let reasons = Some("It shows a garden".to_owned());
    Removal { id, about, by: by.id, issue: Issue::Privacy, reasons, case_sha256: vec![9; 32], at: scene.now() }
}

/// What whoever runs the instance deletes is gone as what its owner deletes, and its owner is told why.
pub async fn what_is_deleted_of_others_is_told(scene: &Scene) {
    let (ada, mona) = (scene.account("ada").await, scene.account("mona").await);
    let street = scene.street(&ada, Visibility::Anyone, 3).await;
    let reported = report_something(scene, street.pictures[0]).await;
    while take_for(scene, Recipient::Owner).await.is_some() {}
    scene.pass(5);
    let remove = async |removal: &Removal| scene.catalog.remove(removal, &|| scene.job()).await.unwrap();
    let picture = removal(scene, Reported::Picture(street.pictures[0]), &mona);
    assert!(remove(&picture).await);
    assert_gone(scene, &street, street.pictures[0]).await;
    let kept = scene.catalog.find_report(picture.id).await.unwrap().unwrap();
    let expected = Report {
        id: picture.id,
        about: picture.about,
        owner: ada.id,
        issue: Issue::Privacy,
        status: ReportStatus::ClosedSolved,
        reporter: Some(mona.id),
        email: None,
        comments: None,
        resolver: Some(mona.id),
        resolver_role: Some(ReportRole::Moderator),
        resolver_comments: picture.reasons.clone(),
        opened_at: scene.now(),
        closed_at: Some(scene.now()),
        updated_at: scene.now(),
        case_sha256: vec![9; 32],
        withholds: false,
        deleted: true,
    };
    assert_eq!(kept, expected);
    let closed = scene.catalog.find_report(reported.id).await.unwrap().unwrap();
    assert_eq!((closed.status, closed.resolver_role), (ReportStatus::ClosedSolved, Some(ReportRole::Rule)));
    assert!(!reported.deleted && closed.deleted);
    let told = take_for(scene, Recipient::Owner).await.unwrap();
    assert_eq!((&told.report, told.event.role), (&kept, ReportRole::Moderator));
    assert_eq!((told.event.account, &told.event.comments), (Some(mona.id), &picture.reasons));
    scene.pass(1);
    assert!(!remove(&removal(scene, picture.about, &mona)).await, "it is gone");

    let sequence = removal(scene, Reported::Sequence(street.sequence), &mona);
    assert!(remove(&sequence).await);
    for id in &street.pictures[1..] {
        assert_gone(scene, &street, *id).await;
    }
    assert!(!remove(&removal(scene, sequence.about, &mona)).await);
    assert_eq!(scene.catalog.moderation_log(None, 10).await.unwrap()[0].report, sequence.id);
    while let Some(told) = take_for(scene, Recipient::Reporter).await {
        assert_ne!(told.report.id, sequence.id, "nobody reported it");
    }
}
