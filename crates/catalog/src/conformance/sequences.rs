//! Sequences: summaries, lists, extent.

use flaneur_access::{Viewer, Visibility};
use flaneur_coverage::quadkey::Bbox;
use jiff::{SignedDuration, Timestamp};

use super::scene::{Scene, Street, viewer};
use crate::model::{
    Account, DispatchPart, JobKind, Picture, Projection, Rights, SequenceId, SequencePlace, SequenceQuery,
    SequenceStatus, SequenceSummary, Summarised,
};

async fn store(scene: &Scene, id: SequenceId, summary: &SequenceSummary) {
    let lines =
        vec![vec![(179.5, 0.1), (180.0, 0.1 + 0.2)], vec![(-180.0, 0.3), (-179.5, 1.0 / 3.0)], vec![(1.0, 1.0)]];
    let summarised = Summarised { summary: summary.clone(), lines };
    scene.catalog.enqueue(scene.job(), JobKind::Refresh, id.0, scene.now()).await.unwrap();
    let lease = scene.lease(JobKind::Refresh, id.0).await;
    assert!(scene.catalog.store_summary(&lease, id, &summarised, scene.now()).await.unwrap());
}

async fn list(scene: &Scene, query: &SequenceQuery) -> Vec<SequenceId> {
    scene.catalog.sequences(query).await.unwrap().sequences().into_iter().map(|sequence| sequence.id).collect()
}

async fn street_at(scene: &Scene, account: &Account, positions: &[(f64, f64)]) -> Street {
    scene.pass(1);
    let picture = |(lon, lat): &(f64, f64)| Picture { lon: *lon, lat: *lat, ..scene.picture(account) };
    scene.show(account, Visibility::Anyone, positions.iter().map(picture).collect()).await
}

pub async fn a_summary_is_stored(scene: &Scene) {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::Anyone, 2).await;
    let points = scene.catalog.summary_points(street.sequence).await.unwrap();
    assert_eq!(points.iter().map(|point| point.id).collect::<Vec<_>>(), street.pictures);
    let first = scene.catalog.picture(street.pictures[0]).await.unwrap().unwrap();
    assert_eq!((points[0].lon, points[0].lat, points[0].captured_at), (first.lon, first.lat, first.captured_at));
    assert_eq!(points[0].captured_local, first.captured_local);
    assert_eq!(points[0].camera, (first.camera.make.clone(), first.camera.model.clone()));
    assert_eq!((points[0].projection, points[0].accuracy), (Projection::Flat, first.accuracy));
    assert_eq!((points[0].field_of_view, points[0].focal_length), (Some(80.0), Some(4.5)));
    assert_eq!((points[0].pixel_density, first.pixel_density()), (Some(38), Some(38)));

    let summary = SequenceSummary {
        nb_pictures: 2,
        bbox: Some(Bbox { west: 179.5, south: -1.25, east: -179.5, north: 1.0 / 3.0 }),
        interval: Some((scene.now(), scene.now() + SignedDuration::from_micros(1_000_001))),
        length_m: 123.456,
        capture_date: Some("2024-06-01".to_owned()),
        camera: Some((Some("Make".to_owned()), None)),
        projection: Some(Projection::Equirectangular),
        field_of_view: Some(360.0),
        focal_length: Some(1.2),
        accuracy: Some(3.5),
        pixel_density: Some(16),
        rights: Rights { license: Some("various".to_owned()), attribution: Some("Ada".to_owned()) },
    };
    let neither = SequenceSummary { camera: Some((None, None)), ..summary.clone() };
    for summary in [summary, neither, SequenceSummary::default()] {
        scene.pass(1);
        store(scene, street.sequence, &summary).await;
        let stored = scene.catalog.sequence(Viewer::Anonymous, street.sequence).await.unwrap().unwrap();
        assert_eq!((stored.summary, stored.updated_at), (summary, scene.now()));
    }

    scene.catalog.enqueue(scene.job(), JobKind::Refresh, street.sequence.0, scene.now()).await.unwrap();
    let lost = scene.lease(JobKind::Refresh, street.sequence.0).await;
    scene.pass(60);
    scene.lease(JobKind::Refresh, street.sequence.0).await;
    let summary = SequenceSummary { nb_pictures: 99, ..SequenceSummary::default() };
    let other = Summarised { summary, ..Summarised::default() };
    assert!(!scene.catalog.store_summary(&lost, street.sequence, &other, scene.now()).await.unwrap());
    let stored = scene.catalog.sequence(Viewer::Anonymous, street.sequence).await.unwrap().unwrap();
    assert_eq!(stored.summary, SequenceSummary::default(), "a lost lease stores nothing");
}

pub async fn a_sequence_is_shown_when_ready(scene: &Scene) {
    let (ada, bob, admin) = (scene.account("ada").await, scene.account("bob").await, scene.account("admin").await);
    let set = scene.set(&ada).await;
    let picture = scene.picture(&ada);
    let picture = scene.accept(set, picture).await;
    let id = SequenceId(scene.world.id());
    scene.dispatch(&scene.plan(set, vec![scene.part(id, &[picture])])).await;
    let seen = async |viewer: Viewer| {
        let one = scene.catalog.sequence(viewer, id).await.unwrap().is_some();
        (one, list(scene, &scene.sequence_query(viewer)).await.contains(&id))
    };
    assert_eq!(seen(Viewer::Anonymous).await, (false, false));
    assert_eq!(seen(viewer(&bob)).await, (false, false));
    assert_eq!(seen(viewer(&ada)).await, (true, false), "its owner may look it up while it waits");
    assert_eq!(seen(viewer(&admin)).await, (true, false));
    scene.publish(picture).await;
    assert_eq!(seen(Viewer::Anonymous).await, (false, false), "not summed up");
    scene.refresh().await;
    for viewer in [Viewer::Anonymous, viewer(&bob), viewer(&ada), viewer(&admin)] {
        assert_eq!(seen(viewer).await, (true, true));
    }
    // Deleting its last picture leaves nothing to show, at once.
    assert!(scene.catalog.delete_picture(picture, scene.two_jobs(), scene.now()).await.unwrap());
    for viewer in [Viewer::Anonymous, viewer(&bob), viewer(&ada), viewer(&admin)] {
        assert_eq!(seen(viewer).await, (false, false));
    }
    assert_eq!(scene.catalog.sequence(viewer(&admin), SequenceId(scene.world.id())).await.unwrap(), None);
}

pub async fn a_sequence_waits_for_its_pictures(scene: &Scene) {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::Anyone, 1).await;
    let status = async || {
        let sequence = scene.catalog.sequence(viewer(&ada), street.sequence).await.unwrap();
        sequence.map(|sequence| sequence.status)
    };
    assert_eq!(status().await, Some(SequenceStatus::Ready));
    let late = scene.picture(&ada);
    let late = scene.accept(street.set, late).await;
    scene.dispatch(&scene.plan(street.set, vec![scene.part(street.sequence, &[street.pictures[0], late])])).await;
    assert_eq!(status().await, Some(SequenceStatus::Ready), "it stays until it is summed up");
    scene.refresh().await;
    assert_eq!(status().await, Some(SequenceStatus::Waiting));
    scene.break_down(late).await;
    scene.refresh().await;
    assert_eq!(status().await, Some(SequenceStatus::Ready), "a broken picture is not waited for");

    // A summary that comes after the end brings nothing back.
    scene.catalog.enqueue(scene.job(), JobKind::Refresh, street.sequence.0, scene.now()).await.unwrap();
    let summary = scene.summary(street.sequence).await.summary;
    assert!(scene.catalog.delete_sequence(street.sequence, &|| scene.job(), scene.now()).await.unwrap());
    store(scene, street.sequence, &summary).await;
    assert_eq!(status().await, None);
    let everywhere = scene.catalog.sequence_marks(viewer(&ada), None, 0..=i64::MAX, None, 10).await.unwrap();
    assert_eq!(everywhere, []);
}

pub async fn sequences_are_paged_in_order_of_creation(scene: &Scene) {
    let ada = scene.account("ada").await;
    let mut made = Vec::new();
    for n in 0..3 {
        // Two sequences of one dispatch have one time: then the id decides.
        let set = scene.set(&ada).await;
        let (one, two) = (scene.picture(&ada), scene.picture(&ada));
        let ids = [scene.accept(set, one).await, scene.accept(set, two).await];
        let sequences = [SequenceId(scene.world.id()), SequenceId(scene.world.id())];
        let parts: Vec<DispatchPart> =
            sequences.iter().zip(&ids).map(|(sequence, id)| scene.part(*sequence, &[*id])).collect();
        scene.pass(1);
        scene.dispatch(&scene.plan(set, parts)).await;
        for id in ids {
            scene.publish(id).await;
        }
        scene.refresh().await;
        let at = scene.catalog.sequence(Viewer::Anonymous, sequences[0]).await.unwrap().unwrap().created_at;
        assert_eq!(at, scene.now(), "street {n}");
        made.extend(sequences.map(|sequence| (at, sequence)));
    }
    made.sort();
    let expected: Vec<_> = made.iter().map(|(_, id)| *id).collect();
    let mut query = SequenceQuery { limit: 4, ..scene.sequence_query(Viewer::Anonymous) };
    assert_eq!(list(scene, &query).await, expected[..4]);
    for (at, after) in made.iter().enumerate() {
        query.after = Some(SequencePlace { at: after.0, id: after.1 });
        assert_eq!(list(scene, &query).await, expected[at + 1..expected.len().min(at + 5)]);
    }
    query = SequenceQuery { limit: -1, after: None, ..query };
    assert_eq!(list(scene, &query).await, []);
}

pub async fn sequences_are_found_by_box(scene: &Scene) {
    let ada = scene.account("ada").await;
    let paris = street_at(scene, &ada, &[(2.3, 48.8), (2.4, 48.9)]).await.sequence;
    let fiji = street_at(scene, &ada, &[(179.9, -17.0)]).await.sequence;
    let mut across = scene.summary(fiji).await.summary;
    across.bbox = Some(Bbox { west: 179.9, south: -17.0, east: -179.9, north: -16.0 });
    store(scene, fiji, &across).await;
    let within = async |west, south, east, north| {
        let bbox = Some(Bbox { west, south, east, north });
        list(scene, &SequenceQuery { bbox, ..scene.sequence_query(Viewer::Anonymous) }).await
    };
    assert_eq!(within(2.35, 48.85, 2.36, 48.86).await, [paris], "the extent counts, not the track");
    assert_eq!(within(2.4, 48.9, 3.0, 49.0).await, [paris], "borders are inside");
    assert_eq!(within(2.41, 48.8, 3.0, 49.0).await, []);
    assert_eq!(within(2.3, 48.91, 2.4, 49.0).await, []);
    assert_eq!(within(-180.0, -90.0, 180.0, 90.0).await, [paris, fiji]);
    assert_eq!(within(-180.0, -17.0, -179.95, -16.0).await, [fiji]);
    assert_eq!(within(179.95, -17.0, 180.0, -16.0).await, [fiji]);
    assert_eq!(within(-179.8, -17.0, 179.8, -16.0).await, []);
    assert_eq!(within(179.95, -16.5, -179.95, -16.4).await, [fiji]);
    assert_eq!(within(170.0, -90.0, 10.0, 90.0).await, [paris, fiji]);
}

pub async fn sequences_are_found_by_dates_and_account(scene: &Scene) {
    let (ada, bob) = (scene.account("ada").await, scene.account("bob").await);
    let start = scene.now();
    let first = scene.street(&ada, Visibility::Anyone, 3).await.sequence;
    scene.pass(100);
    let second = scene.street(&bob, Visibility::Anyone, 3).await.sequence;
    let second_from = scene.now() - SignedDuration::from_secs(2);
    let query = scene.sequence_query(Viewer::Anonymous);
    let since = |at: Timestamp| SequenceQuery { since: Some(at), ..query.clone() };
    let until = |at: Timestamp| SequenceQuery { until: Some(at), ..query.clone() };
    assert_eq!(list(scene, &since(start + SignedDuration::from_secs(3))).await, [first, second]);
    assert_eq!(list(scene, &since(start + SignedDuration::from_secs(4))).await, [second]);
    assert_eq!(list(scene, &until(second_from)).await, [first, second]);
    assert_eq!(list(scene, &until(second_from - SignedDuration::from_micros(1))).await, [first]);
    assert_eq!(list(scene, &until(start)).await, []);
    assert_eq!(list(scene, &SequenceQuery { account: Some(bob.id), ..query.clone() }).await, [second]);
    let both = SequenceQuery { account: Some(ada.id), since: Some(second_from), ..query };
    assert_eq!(list(scene, &both).await, []);
}

pub async fn every_change_below_moves_updated(scene: &Scene) {
    let ada = scene.account("ada").await;
    let set = scene.set(&ada).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let picture = scene.picture(&ada);
        ids.push(scene.accept(set, picture).await);
    }
    let sequence = SequenceId(scene.world.id());
    let updated = async || scene.catalog.sequence(viewer(&ada), sequence).await.unwrap().unwrap().updated_at;
    scene.dispatch(&scene.plan(set, vec![scene.part(sequence, &ids)])).await;
    assert_eq!(updated().await, scene.now());
    scene.pass(1);
    scene.publish(ids[0]).await;
    assert_eq!(updated().await, scene.now());
    scene.pass(1);
    scene.break_down(ids[1]).await;
    assert_eq!(updated().await, scene.now());
    scene.pass(1);
    assert!(scene.catalog.delete_picture(ids[2], scene.two_jobs(), scene.now()).await.unwrap());
    assert_eq!(updated().await, scene.now());
    scene.pass(1);
    scene.refresh().await;
    assert_eq!(updated().await, scene.now());
    scene.pass(1);
    scene.dispatch(&scene.plan(set, vec![scene.part(sequence, &ids[..1])])).await;
    assert_eq!(updated().await, scene.now());
}

pub async fn the_extent_is_what_anyone_may_see(scene: &Scene) {
    let (ada, start) = (scene.account("ada").await, scene.now());
    assert_eq!(scene.catalog.extent().await.unwrap(), None);
    let second = SignedDuration::from_secs(1);
    let street = street_at(scene, &ada, &[(2.0, 48.0)]).await;
    street_at(scene, &ada, &[(-3.0, 49.5)]).await;
    let hidden = Picture { lon: 100.0, lat: 70.0, ..scene.picture(&ada) };
    scene.show(&ada, Visibility::LoggedOnly, vec![hidden]).await;
    let extent = Bbox { west: -3.0, south: 48.0, east: 2.0, north: 49.5 };
    assert_eq!(scene.catalog.extent().await.unwrap(), Some((extent, (start + second, start + second + second))));
    assert!(scene.catalog.delete_sequence(street.sequence, &|| scene.job(), scene.now()).await.unwrap());
    let extent = Bbox { west: -3.0, south: 49.5, east: -3.0, north: 49.5 };
    assert_eq!(
        scene.catalog.extent().await.unwrap(),
        Some((extent, (start + second + second, start + second + second)))
    );
}
