//! Files that are sent again with other values.

use flaneur_access::{Viewer, Visibility};
use serde_json::json;

use super::{
    areas::{add, area, square},
    scene::Scene,
};
use crate::model::{
    FileNotice, JobKind, Orientation, Picture, PictureId, Receipt, ReceivedFile, Republication, Revisions, Severity,
    UploadSetId,
};

/// The same bytes as a picture's, with a place of their own.
async fn corrected(scene: &Scene, id: PictureId, lon: f64) -> Picture {
    let before = scene.catalog.picture(id).await.unwrap().unwrap();
    Picture {
        id: PictureId(scene.world.id()),
        lon,
        orientation: Orientation { heading: Some(10.0), sensor_heading: Some(10.0), ..before.orientation },
        overrides: json!({ "longitude": lon }),
        created_at: scene.now(),
        ..before
    }
}

async fn is_at(scene: &Scene, id: PictureId, lon: f64) -> bool {
    (scene.catalog.picture(id).await.unwrap().unwrap().lon - lon).abs() < 1e-12
}

async fn send(scene: &Scene, set: UploadSetId, picture: Picture) -> Receipt {
    scene.send(set, "again.jpg", picture).await
}

pub async fn the_same_bytes_with_other_overrides_correct_the_picture(scene: &Scene) {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::Anyone, 2).await;
    let [id, other] = [street.pictures[0], street.pictures[1]];
    scene.refresh().await;
    let change = scene.catalog.last_change().await.unwrap();
    scene.pass(5);
    let new = corrected(scene, id, -70.25).await;
    let Receipt::Corrected(line) = send(scene, street.set, new.clone()).await else { panic!("it was not corrected") };
    assert_eq!((line.picture, line.rejection, line.published), (Some(id), None, true));
    let item = scene.catalog.item(Viewer::Anonymous, id).await.unwrap().unwrap();
    assert_eq!((item.picture.lon, item.picture.lat), (-70.25, new.lat));
    assert_eq!((item.picture.orientation, item.picture.overrides), (new.orientation, new.overrides.clone()));
    assert_eq!((item.picture.revisions, item.picture.updated_at), (Revisions { metadata: 1, served: 0 }, scene.now()));
    let changes = scene.catalog.changes(change, 10).await.unwrap();
    assert_eq!(changes.iter().filter(|change| change.picture == Some(id)).count(), 1);
    assert_eq!(scene.catalog.coverage_drift().await.unwrap(), 0);
    assert_eq!(scene.queued(JobKind::Redact, id.0).await, 1, "its files are to follow");
    assert_eq!(scene.queued(JobKind::Dispatch, street.set.0).await, 1, "its set is to be sorted anew");
    // Said already; and nothing was said.
    assert_eq!(send(scene, street.set, new.clone()).await, Receipt::SameInSet { existing: id });
    let silent = Picture { overrides: json!({ "longitude": null, "tags": {} }), lon: 1.0, ..new };
    assert_eq!(send(scene, street.set, silent).await, Receipt::SameInSet { existing: id });
    assert!(is_at(scene, id, -70.25).await);
    assert_eq!(scene.catalog.picture(other).await.unwrap().unwrap().revisions, Revisions::default());
}

pub async fn notices_are_those_of_the_last_values(scene: &Scene) {
    let ada = scene.account("ada").await;
    let set = scene.set(&ada).await;
    let told = |message: &str| vec![FileNotice { reason: "doubtful_metadata".to_owned(), message: message.to_owned() }];
    let sent = |picture: Picture, notices: Vec<FileNotice>| async move {
        let file = ReceivedFile { upload_set: set, file_name: "a.jpg".to_owned(), picture, notices, place: None };
        scene.catalog.receive_file(file, scene.three_jobs()).await.unwrap()
    };
    let picture = scene.picture(&ada);
    let id = picture.id;
    let Receipt::Accepted(line) = sent(picture, told("no fix")).await else { panic!("not accepted") };
    assert_eq!(line.notices, told("no fix"));
    assert_eq!(scene.catalog.files(set, 0, 10).await.unwrap()[0].notices, told("no fix"));
    let new = corrected(scene, id, 1.5).await;
    let Receipt::Corrected(line) = sent(new, told("by hand")).await else { panic!("not corrected") };
    assert_eq!(line.notices, told("by hand"));
    assert_eq!(scene.catalog.files(set, 0, 10).await.unwrap()[0].notices, told("by hand"));
}

pub async fn only_their_owner_corrects_pictures(scene: &Scene) {
    let (ada, bob) = (scene.account("ada").await, scene.account("bob").await);
    let street = scene.street(&ada, Visibility::Anyone, 1).await;
    let id = street.pictures[0];
    let foreign = Picture { account: bob.id, ..corrected(scene, id, 9.0).await };
    let set = scene.set(&bob).await;
    assert!(matches!(send(scene, set, foreign).await, Receipt::Duplicate { existing, .. } if existing == id));
    assert_eq!(scene.catalog.picture(id).await.unwrap().unwrap().revisions, Revisions::default());
}

pub async fn a_picture_is_corrected_from_another_set(scene: &Scene) {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::Anyone, 1).await;
    let (id, set) = (street.pictures[0], scene.set_of(&ada, 1).await);
    let new = corrected(scene, id, 9.0).await;
    let Receipt::Corrected(line) = send(scene, set, new).await else { panic!("it was not corrected") };
    let rejection = line.rejection.clone().unwrap();
    assert_eq!((line.picture, rejection.reason.as_str(), rejection.severity), (None, "file_duplicate", Severity::Info));
    assert_eq!(scene.catalog.files(set, 0, 10).await.unwrap(), [line]);
    assert!(scene.catalog.upload_set(set).await.unwrap().unwrap().completed, "it counts as received");
    assert!(is_at(scene, id, 9.0).await);
    assert_eq!(scene.queued(JobKind::Dispatch, street.set.0).await, 1);
}

pub async fn files_follow_corrections(scene: &Scene) {
    let ada = scene.account("ada").await;
    let set = scene.set(&ada).await;
    let id = scene.accept(set, scene.picture(&ada)).await;
    let lease = scene.lease(JobKind::Process, id.0).await;
    let publication = scene.publication(id);
    // It is corrected while its files are in the making: the job to redact finds nothing, and ends.
    let new = corrected(scene, id, 3.0).await;
    assert!(matches!(send(scene, set, new).await, Receipt::Corrected(_)));
    let early = scene.lease(JobKind::Redact, id.0).await;
    assert!(scene.catalog.finish(&early).await.unwrap());
    assert!(scene.catalog.publish_picture(&lease, publication, scene.three_jobs()).await.unwrap());
    let published = scene.catalog.picture(id).await.unwrap().unwrap();
    assert!(published.revisions.is_stale());
    let lease = scene.lease(JobKind::Redact, id.0).await;
    let objects = published.objects.unwrap();
    let new = Republication {
        picture: id,
        from: objects.master.clone(),
        objects,
        done: Vec::new(),
        undone: Vec::new(),
        patch: None,
        revision: published.revisions.metadata,
        at: scene.now(),
    };
    assert!(scene.catalog.republish_picture(&lease, new, scene.two_jobs()).await.unwrap());
    assert!(!scene.catalog.picture(id).await.unwrap().unwrap().revisions.is_stale());
}

pub async fn a_correction_into_an_excluded_area_hides(scene: &Scene) {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::Anyone, 2).await;
    let id = street.pictures[0];
    add(scene, area(scene, None, square(20.0, 40.0, 20.0))).await;
    let new = corrected(scene, id, 30.0).await;
    assert!(matches!(send(scene, street.set, new).await, Receipt::Corrected(_)));
    assert_eq!(scene.catalog.item(Viewer::Anonymous, id).await.unwrap(), None);
    scene.pass(1);
    let back = corrected(scene, id, 3.0).await;
    assert!(matches!(send(scene, street.set, back).await, Receipt::Corrected(_)));
    assert!(scene.catalog.item(Viewer::Anonymous, id).await.unwrap().is_some());
    assert_eq!(scene.catalog.coverage_drift().await.unwrap(), 0);
}
