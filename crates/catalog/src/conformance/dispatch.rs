//! Carrying dispatch plans out.

use flaneur_access::{Viewer, Visibility};

use super::scene::{Scene, viewer};
use crate::{
    CatalogError,
    model::{
        Account, DispatchPart, DispatchPlan, DispatchShot, DuplicateShot, JobKind, NewUploadSet, Notice, Orientation,
        Picture, PictureId, PictureStatus, PlacedShot, Projection, SequenceId, SequenceStatus, Severity, UploadSetId,
    },
};

async fn set_with(scene: &Scene, account: &Account, pictures: usize) -> (UploadSetId, Vec<PictureId>) {
    let set = scene.set(account).await;
    let mut ids = Vec::new();
    for _ in 0..pictures {
        scene.pass(1);
        let picture = scene.picture(account);
        ids.push(scene.accept(set, picture).await);
    }
    (set, ids)
}

fn sequence(scene: &Scene) -> SequenceId {
    SequenceId(scene.world.id())
}

fn duplicate(id: PictureId, of: PictureId) -> DuplicateShot {
    DuplicateShot { id, of, distance_m: 0.5, angle_deg: Some(3.25) }
}

async fn place(scene: &Scene, id: PictureId) -> Option<(SequenceId, i64)> {
    let picture = scene.catalog.picture(id).await.unwrap().unwrap();
    picture.sequence.zip(picture.rank)
}

pub async fn dispatch_makes_sequences(scene: &Scene) {
    let ada = scene.account("ada").await;
    let new = NewUploadSet { visibility: Visibility::LoggedOnly, ..scene.new_set(&ada) };
    let set = scene.catalog.create_upload_set(new.clone()).await.unwrap().options.id;
    let flat = Picture { lon: 1.5, ..scene.picture(&ada) };
    scene.pass(1);
    let orientation = Orientation { heading: None, ..Orientation::default() };
    let around = Picture { orientation, projection: Projection::Equirectangular, ..scene.picture(&ada) };
    let (first, second) = (scene.accept(set, flat.clone()).await, scene.accept(set, around).await);

    let shots = scene.catalog.shots(set).await.unwrap();
    let expected = DispatchShot {
        id: first,
        file_name: format!("{first}.jpg"),
        lon: 1.5,
        lat: flat.lat,
        captured_at: flat.captured_at,
        sensor_heading: Some(90.0),
        panorama: false,
        accuracy: flat.accuracy,
        pixel_density: flat.shape.density(flat.camera.field_of_view),
        sequence: None,
    };
    assert_eq!(shots[0], expected);
    assert!(shots[1].panorama && shots.len() == 2);

    let id = sequence(scene);
    let placed = |id, computed_heading| PlacedShot { id, computed_heading };
    let shots = vec![placed(second, Some(12.5)), placed(first, None)];
    let mut plan = scene.plan(set, vec![DispatchPart { sequence: id, title: "A walk".to_owned(), shots }]);
    scene.pass(3);
    plan.at = scene.now();
    plan.notices =
        vec![Notice { reason: "position_jump".to_owned(), message: "Odd.".to_owned(), pictures: vec![first] }];
    scene.dispatch(&plan).await;

    assert_eq!((place(scene, second).await, place(scene, first).await), (Some((id, 1)), Some((id, 2))));
    let orientation = scene.catalog.picture(second).await.unwrap().unwrap().orientation;
    assert_eq!((orientation.heading, orientation.heading_computed), (Some(12.5), true));
    let kept = scene.catalog.picture(first).await.unwrap().unwrap();
    assert_eq!(scene.catalog.upload_set(set).await.unwrap().unwrap().notices, plan.notices);
    assert_eq!((kept.orientation, kept.updated_at), (flat.orientation, plan.at));
    let made = scene.catalog.sequence(viewer(&ada), id).await.unwrap().unwrap();
    assert_eq!((made.title.as_str(), made.producer.as_str(), made.upload_set), ("A walk", "ada", set));
    assert_eq!((made.status, made.visibility), (SequenceStatus::Waiting, Visibility::LoggedOnly));
    assert_eq!((made.semantics, made.user_agent), (new.semantics, new.user_agent));
    assert_eq!((made.created_at, made.updated_at), (plan.at, plan.at));
    assert_eq!(scene.queued(JobKind::Refresh, id.0).await, 1);
    assert_eq!(scene.queued(JobKind::Dispatch, set.0).await, 0);
    assert!(scene.catalog.upload_set(set).await.unwrap().unwrap().dispatched);
    let shots = scene.catalog.shots(set).await.unwrap();
    assert!(shots.iter().all(|shot| shot.sequence == Some(id)));
}

pub async fn dispatching_again_keeps_ids(scene: &Scene) {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::Anyone, 2).await;
    let late = scene.picture(&ada);
    let late = scene.accept(street.set, late).await;
    let before = scene.catalog.sequence(Viewer::Anonymous, street.sequence).await.unwrap().unwrap();
    scene.pass(10);
    let [first, second] = [street.pictures[0], street.pictures[1]];
    let title = "New title".to_owned();
    let plan =
        scene.plan(street.set, vec![DispatchPart { title, ..scene.part(street.sequence, &[late, second, first]) }]);
    scene.dispatch(&plan).await;
    let after = scene.catalog.sequence(Viewer::Anonymous, street.sequence).await.unwrap().unwrap();
    assert_eq!((after.id, after.created_at, after.title.as_str()), (before.id, before.created_at, "New title"));
    assert_eq!(after.updated_at, plan.at);
    for (id, rank) in [(late, 1), (second, 2), (first, 3)] {
        assert_eq!(place(scene, id).await, Some((street.sequence, rank)));
    }
    let items = scene.catalog.sequence_items(Viewer::Anonymous, street.sequence, 0, 10).await.unwrap();
    assert_eq!(super::scene::ids(&items), [second, first], "what was shown is shown still");
}

pub async fn a_sequence_that_is_not_named_becomes_a_tombstone(scene: &Scene) {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::Anyone, 2).await;
    let new = sequence(scene);
    scene.dispatch(&scene.plan(street.set, vec![scene.part(new, &street.pictures)])).await;
    assert_eq!(scene.catalog.sequence(viewer(&ada), street.sequence).await.unwrap(), None);
    assert_eq!(scene.queued(JobKind::Refresh, street.sequence.0).await, 0);
    scene.refresh().await;
    let listed = scene.catalog.sequences(&scene.sequence_query(viewer(&ada))).await.unwrap().sequences();
    assert_eq!(listed.into_iter().map(|sequence| sequence.id).collect::<Vec<_>>(), [new]);
    let state = scene.catalog.upload_set_state(street.set, scene.now()).await.unwrap().unwrap();
    assert_eq!(state.sequences.len(), 1);
    let item = scene.catalog.item(Viewer::Anonymous, street.pictures[0]).await.unwrap().unwrap();
    assert_eq!(item.picture.sequence, Some(new));
}

pub async fn duplicates_are_left_out_and_say_so(scene: &Scene) {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::Anyone, 2).await;
    let waiting = scene.picture(&ada);
    let waiting = scene.accept(street.set, waiting).await;
    let [kept, shown] = [street.pictures[0], street.pictures[1]];
    let plan = DispatchPlan {
        duplicates: vec![duplicate(shown, kept), duplicate(waiting, kept)],
        ..scene.plan(street.set, vec![scene.part(street.sequence, &[kept])])
    };
    let held = scene.lease(JobKind::Process, waiting.0).await;
    scene.dispatch(&plan).await;
    for id in [shown, waiting] {
        let picture = scene.catalog.picture(id).await.unwrap().unwrap();
        assert_eq!((picture.status, picture.sequence), (PictureStatus::Duplicate, None));
        assert_eq!(scene.catalog.picture_to_destroy(id).await.unwrap(), Some(picture));
        assert_eq!(scene.queued(JobKind::Process, id.0).await, 0);
        assert_eq!(scene.queued(JobKind::Destroy, id.0).await, 1);
        assert_eq!(scene.catalog.item(viewer(&ada), id).await.unwrap(), None);
        let lines = scene.catalog.files(street.set, 0, 10).await.unwrap();
        let rejection = lines.into_iter().find(|line| line.picture == Some(id)).unwrap().rejection.unwrap();
        assert_eq!((rejection.reason.as_str(), rejection.severity), ("capture_duplicate", Severity::Info));
        let details = rejection.details.unwrap();
        assert_eq!(details["duplicate_of"], serde_json::json!(kept));
        assert_eq!((details["distance"].as_f64(), details["angle"].as_f64()), (Some(0.5), Some(3.25)));
    }
    assert!(!scene.catalog.publish_picture(&held, scene.publication(waiting), scene.three_jobs()).await.unwrap());
    let lease = scene.lease(JobKind::Destroy, shown.0).await;
    assert!(scene.catalog.destroyed(&lease, shown).await.unwrap());
    let destroyed = scene.catalog.picture(shown).await.unwrap().unwrap();
    assert!(destroyed.objects.is_none() && destroyed.original.is_none());
    assert_eq!(scene.catalog.shots(street.set).await.unwrap().len(), 1);
}

pub async fn pictures_deleted_meanwhile_are_left_out(scene: &Scene) {
    let ada = scene.account("ada").await;
    let (set, ids) = set_with(scene, &ada, 4).await;
    let (id, empty) = (sequence(scene), sequence(scene));
    let mut plan = scene.plan(set, vec![scene.part(id, &ids[..3]), scene.part(empty, &ids[1..2])]);
    plan.duplicates = vec![duplicate(ids[3], ids[0])];
    for gone in [ids[1], ids[3]] {
        assert!(scene.catalog.delete_picture(gone, scene.two_jobs(), scene.now()).await.unwrap());
    }
    scene.dispatch(&plan).await;
    assert_eq!((place(scene, ids[0]).await, place(scene, ids[2]).await), (Some((id, 1)), Some((id, 2))));
    assert_eq!(scene.catalog.picture(ids[1]).await.unwrap(), None);
    assert_eq!(scene.catalog.picture(ids[3]).await.unwrap(), None);
    let state = scene.catalog.upload_set_state(set, scene.now()).await.unwrap().unwrap();
    assert!(state.set.dispatched && state.sequences.len() == 1, "there is no sequence of nothing");
}

pub async fn a_deleted_sequence_is_not_brought_back(scene: &Scene) {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::Anyone, 1).await;
    let late = scene.picture(&ada);
    let late = scene.accept(street.set, late).await;
    let plan = scene.plan(street.set, vec![scene.part(street.sequence, &[street.pictures[0], late])]);
    let lease = scene.lease_dispatch(street.set).await;
    assert!(scene.catalog.delete_sequence(street.sequence, &|| scene.job(), scene.now()).await.unwrap());
    assert!(scene.catalog.apply_dispatch(&lease, &plan, &|| scene.job()).await.unwrap());
    assert_eq!(scene.catalog.sequence(viewer(&ada), street.sequence).await.unwrap(), None);
    assert_eq!(place(scene, late).await, None);
    assert!(!scene.catalog.upload_set(street.set).await.unwrap().unwrap().dispatched);
    let again = sequence(scene);
    assert_eq!(scene.queued(JobKind::Dispatch, street.set.0).await, 1, "the set is dispatched once more");
    scene.dispatch(&scene.plan(street.set, vec![scene.part(again, &[late])])).await;
    assert_eq!(place(scene, late).await, Some((again, 1)));
    assert!(scene.catalog.upload_set(street.set).await.unwrap().unwrap().dispatched);
}

pub async fn a_duplicate_of_a_deleted_picture_stays(scene: &Scene) {
    let ada = scene.account("ada").await;
    let (set, ids) = set_with(scene, &ada, 2).await;
    let mut plan = scene.plan(set, vec![scene.part(sequence(scene), &ids[..1])]);
    plan.duplicates = vec![duplicate(ids[1], ids[0])];
    assert!(scene.catalog.delete_picture(ids[0], scene.two_jobs(), scene.now()).await.unwrap());
    scene.dispatch(&plan).await;
    assert_eq!(scene.catalog.picture(ids[1]).await.unwrap().unwrap().status, PictureStatus::Waiting);
    assert_eq!(scene.queued(JobKind::Dispatch, set.0).await, 1, "the set is dispatched once more");
}

pub async fn a_file_that_came_meanwhile_is_dispatched_next(scene: &Scene) {
    let ada = scene.account("ada").await;
    let (set, ids) = set_with(scene, &ada, 1).await;
    let lease = scene.lease_dispatch(set).await;
    let plan = scene.plan(set, vec![scene.part(sequence(scene), &ids)]);
    let late = scene.picture(&ada);
    scene.accept(set, late).await;
    assert!(scene.catalog.apply_dispatch(&lease, &plan, &|| scene.job()).await.unwrap());
    assert!(!scene.catalog.upload_set(set).await.unwrap().unwrap().dispatched);
    assert_eq!(scene.queued(JobKind::Dispatch, set.0).await, 1);
}

pub async fn a_lost_lease_dispatches_nothing(scene: &Scene) {
    let ada = scene.account("ada").await;
    let (set, ids) = set_with(scene, &ada, 1).await;
    let (other_set, _) = set_with(scene, &ada, 1).await;
    let plan = scene.plan(set, vec![scene.part(sequence(scene), &ids)]);
    let lost = scene.lease_dispatch(set).await;
    scene.pass(60);
    let held = scene.lease(JobKind::Dispatch, set.0).await;
    let other = scene.lease_dispatch(other_set).await;
    for lease in [&lost, &other] {
        assert!(!scene.catalog.apply_dispatch(lease, &plan, &|| scene.job()).await.unwrap());
        assert_eq!(place(scene, ids[0]).await, None);
        assert!(!scene.catalog.upload_set(set).await.unwrap().unwrap().dispatched);
    }
    assert!(scene.catalog.apply_dispatch(&held, &plan, &|| scene.job()).await.unwrap());

    let held = scene.lease_dispatch(set).await;
    assert!(scene.catalog.delete_upload_set(set, &|| scene.job(), scene.now()).await.unwrap());
    assert!(!scene.catalog.apply_dispatch(&held, &plan, &|| scene.job()).await.unwrap(), "the set is gone");
}

pub async fn a_sequence_of_another_set_is_not_taken(scene: &Scene) {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::Anyone, 1).await;
    let (set, ids) = set_with(scene, &ada, 1).await;
    let plan = scene.plan(set, vec![scene.part(street.sequence, &ids)]);
    let lease = scene.lease_dispatch(set).await;
    let refused = scene.catalog.apply_dispatch(&lease, &plan, &|| scene.job()).await;
    assert!(matches!(refused, Err(CatalogError::Conflict(_))), "{refused:?}");
    assert_eq!(place(scene, ids[0]).await, None);
    assert!(scene.catalog.heartbeat(&lease, jiff::SignedDuration::ZERO).await.unwrap(), "nothing has changed");
}
