//! Upload sets and their state.

use flaneur_access::{Viewer, Visibility};

use super::scene::{Scene, viewer};
use crate::{
    CatalogError,
    model::{
        AccountId, ChangeOfSet, DuplicateShot, JobKind, NewUploadSet, Picture, SequenceId, SortMethod, StatusCounts,
        UploadSet, UploadSetId,
    },
};

pub async fn upload_sets_keep_their_options(scene: &Scene) {
    let ada = scene.account("ada").await;
    let full = NewUploadSet {
        title: "Été à « Brest »".to_owned(),
        estimated_nb_files: Some(12),
        sort_method: SortMethod::FilenameDesc,
        no_split: true,
        split_distance: Some(100.5),
        split_time: Some(60.0),
        no_deduplication: true,
        duplicate_distance: Some(1.25),
        duplicate_rotation: Some(30.0),
        relative_heading: Some(-90.0),
        visibility: Visibility::LoggedOnly,
        metadata: serde_json::json!({ "z": 1, "a": { "deep": [1, 2.5, null] } }),
        ..scene.new_set(&ada)
    };
    for new in [full, scene.new_set(&ada)] {
        let made = scene.catalog.create_upload_set(new.clone()).await.unwrap();
        assert_eq!(
            made,
            UploadSet { options: new.clone(), completed: false, dispatched: false, received: 0, notices: Vec::new() }
        );
        assert_eq!(scene.catalog.upload_set(new.id).await.unwrap(), Some(made));
    }
    assert_eq!(scene.catalog.upload_set(UploadSetId(scene.world.id())).await.unwrap(), None);
}

async fn revise(scene: &Scene, id: UploadSetId, change: &ChangeOfSet<'_>) -> Option<UploadSet> {
    scene.catalog.revise_upload_set(id, change, &|| scene.job(), scene.now()).await.unwrap()
}

pub async fn a_set_is_revised(scene: &Scene) {
    let (ada, bob) = (scene.account("ada").await, scene.account("bob").await);
    let id = scene.set(&ada).await;
    let before = scene.catalog.upload_set(id).await.unwrap().unwrap();
    let everything = |set: &mut NewUploadSet| {
        *set = NewUploadSet {
            title: "Another".to_owned(),
            sort_method: SortMethod::FilenameAsc,
            split_distance: Some(7.5),
            split_time: Some(30.0),
            duplicate_distance: Some(2.0),
            duplicate_rotation: Some(10.0),
            relative_heading: Some(90.0),
            visibility: Visibility::LoggedOnly,
            semantics: vec![crate::model::Semantic { key: "a".to_owned(), value: "b".to_owned() }],
            // Not what can be changed.
            id: UploadSetId(uuid::Uuid::nil()),
            account: bob.id,
            created_at: jiff::Timestamp::UNIX_EPOCH,
            estimated_nb_files: Some(9),
            ..set.clone()
        };
    };
    let revised = revise(scene, id, &everything).await.unwrap();
    let mut expected = before.options.clone();
    everything(&mut expected);
    let NewUploadSet { account, created_at, estimated_nb_files, .. } = before.options.clone();
    assert_eq!(revised.options, NewUploadSet { id, account, estimated_nb_files, created_at, ..expected });
    assert_eq!(scene.catalog.upload_set(id).await.unwrap(), Some(revised));
    assert_eq!(scene.queued(JobKind::Dispatch, id.0).await, 0, "it is not complete");

    let street = scene.street(&ada, Visibility::Anyone, 2).await;
    assert!(scene.catalog.upload_set(street.set).await.unwrap().unwrap().dispatched);
    revise(scene, street.set, &|set| set.semantics.clear()).await.unwrap();
    assert_eq!(scene.queued(JobKind::Dispatch, street.set.0).await, 0, "it is sorted as it was");
    let revised = revise(scene, street.set, &|set| set.split_time = Some(1.0)).await.unwrap();
    assert!(revised.completed && !revised.dispatched);
    assert_eq!(scene.queued(JobKind::Dispatch, street.set.0).await, 1);

    assert_eq!(revise(scene, UploadSetId(scene.world.id()), &everything).await, None);
    assert!(scene.catalog.delete_upload_set(id, &|| scene.job(), scene.now()).await.unwrap());
    assert_eq!(revise(scene, id, &everything).await, None);
}

pub async fn a_revised_set_is_shown_otherwise(scene: &Scene) {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::Anyone, 3).await;
    let other = scene.street(&ada, Visibility::Anyone, 1).await;
    super::edits::show_to(scene, &street, Some(street.pictures[2]), Visibility::OwnerOnly).await;
    scene.refresh().await;
    let seen = async || {
        let mut seen = scene.search(&scene.query(Viewer::Anonymous)).await;
        seen.retain(|id| *id != other.pictures[0]);
        seen.sort_unstable();
        seen
    };
    let mut shown = street.pictures[..2].to_vec();
    shown.sort_unstable();
    assert_eq!(seen().await, shown);
    let log = scene.catalog.last_change().await.unwrap();
    let now = scene.pass(1);
    revise(scene, street.set, &|set| set.visibility = Visibility::LoggedOnly).await.unwrap();
    assert_eq!(seen().await, []);
    assert!(scene.catalog.sequence(Viewer::Anonymous, street.sequence).await.unwrap().is_none());
    let hidden = scene.catalog.changes(log, 100).await.unwrap();
    assert!(street.pictures[..2].iter().all(|id| hidden.iter().any(|change| change.picture == Some(*id))));
    let bob = viewer(&scene.account("bob").await);
    assert_eq!(scene.catalog.item(bob, street.pictures[0]).await.unwrap().unwrap().picture.updated_at, now);
    assert!(scene.catalog.item(bob, street.pictures[2]).await.unwrap().is_none(), "that was hidden for itself");
    scene.refresh().await;
    assert_eq!(scene.catalog.coverage_drift().await.unwrap(), 0);
    revise(scene, street.set, &|set| set.visibility = Visibility::Anyone).await.unwrap();
    scene.refresh().await;
    assert_eq!(seen().await, shown);
    assert!(!scene.search(&scene.query(Viewer::Anonymous)).await.is_empty());
}

pub async fn upload_sets_are_listed_the_newest_first(scene: &Scene) {
    let (ada, bob) = (scene.account("ada").await, scene.account("bob").await);
    let mut made = Vec::new();
    for _ in 0..3 {
        scene.pass(1);
        made.push(scene.set(&ada).await);
        scene.set(&bob).await;
    }
    let list = async |limit: i64| -> Vec<UploadSetId> {
        let sets = scene.catalog.upload_sets(ada.id, limit).await.unwrap();
        sets.into_iter().map(|set| set.options.id).collect()
    };
    assert_eq!(list(10).await, [made[2], made[1], made[0]]);
    assert_eq!(list(2).await, [made[2], made[1]]);
    assert_eq!(list(-1).await, []);
    let since = async |seconds: i64| {
        let since = scene.now() - jiff::SignedDuration::from_secs(seconds);
        scene.catalog.upload_sets_since(ada.id, since).await.unwrap()
    };
    assert_eq!((since(0).await, since(1).await, since(100).await), (1, 2, 3));
    assert!(scene.catalog.delete_upload_set(made[1], &|| scene.job(), scene.now()).await.unwrap());
    assert_eq!(list(10).await, [made[2], made[0]]);
    assert_eq!(since(100).await, 2);
}

pub async fn upload_sets_need_an_owner_and_an_id_of_their_own(scene: &Scene) {
    let ada = scene.account("ada").await;
    let new = scene.new_set(&ada);
    scene.catalog.create_upload_set(new.clone()).await.unwrap();
    assert!(matches!(scene.catalog.create_upload_set(new.clone()).await, Err(CatalogError::Conflict(_))));
    let nobodys = NewUploadSet { id: UploadSetId(scene.world.id()), account: AccountId(scene.world.id()), ..new };
    assert!(matches!(scene.catalog.create_upload_set(nobodys).await, Err(CatalogError::Missing(_))));
}

pub async fn completing_twice_changes_nothing(scene: &Scene) {
    let ada = scene.account("ada").await;
    let set = scene.set(&ada).await;
    let complete = async || scene.catalog.complete_upload_set(set, scene.job(), scene.now()).await.unwrap().unwrap();
    assert!(complete().await.completed);
    let lease = scene.lease(JobKind::Dispatch, set.0).await;
    assert!(complete().await.completed);
    assert!(scene.catalog.finish(&lease).await.unwrap());
    assert!(complete().await.completed);
    assert_eq!(scene.queued(JobKind::Dispatch, set.0).await, 0, "dispatch was asked for once");
    let unknown = UploadSetId(scene.world.id());
    assert_eq!(scene.catalog.complete_upload_set(unknown, scene.job(), scene.now()).await.unwrap(), None);
    assert_eq!(scene.queued(JobKind::Dispatch, unknown.0).await, 0);
}

pub async fn a_set_without_pictures_becomes_ready(scene: &Scene) {
    let ada = scene.account("ada").await;
    let set = scene.set_of(&ada, 1).await;
    assert!(scene.catalog.refuse_file(scene.refused(set, "notes.txt"), scene.job()).await.unwrap());
    let state = async || scene.catalog.upload_set_state(set, scene.now()).await.unwrap().unwrap();
    let before = state().await;
    assert!(before.set.completed && !before.set.dispatched && !before.ready);
    let lease = scene.lease(JobKind::Dispatch, set.0).await;
    assert!(scene.catalog.apply_dispatch(&lease, &scene.plan(set, vec![]), &|| scene.job()).await.unwrap());
    let after = state().await;
    assert!(after.set.dispatched && after.ready);
    assert_eq!((after.nb_items, after.counts.rejected, after.sequences.len()), (0, 1, 0));
}

pub async fn the_state_counts_pictures_and_files(scene: &Scene) {
    let ada = scene.account("ada").await;
    let set = scene.set(&ada).await;
    let mut pictures = Vec::new();
    for _ in 0..6 {
        scene.pass(1);
        pictures.push(scene.picture(&ada));
    }
    for picture in &pictures {
        scene.accept(set, picture.clone()).await;
    }
    let [ready, waiting, broken, duplicate, deleted, elsewhere] = [0, 1, 2, 3, 4, 5].map(|at: usize| pictures[at].id);
    assert!(scene.catalog.refuse_file(scene.refused(set, "a.txt"), scene.job()).await.unwrap());
    let [one, two] = [SequenceId(scene.world.id()), SequenceId(scene.world.id())];
    let mut plan =
        scene.plan(set, vec![scene.part(two, &[elsewhere]), scene.part(one, &[ready, waiting, broken, deleted])]);
    plan.duplicates = vec![DuplicateShot { id: duplicate, of: ready, distance_m: 0.5, angle_deg: None }];
    scene.dispatch(&plan).await;
    scene.publish(ready).await;
    scene.break_down(broken).await;
    assert!(scene.catalog.delete_picture(deleted, scene.two_jobs(), scene.now()).await.unwrap());

    let state = scene.catalog.upload_set_state(set, scene.now()).await.unwrap().unwrap();
    let counts = StatusCounts { prepared: 1, preparing: 0, broken: 1, rejected: 2, not_processed: 2 };
    assert_eq!((state.counts, state.nb_items, state.ready), (counts, 5, false));
    assert_eq!(
        state.sequences.iter().map(|sequence| sequence.id).collect::<Vec<_>>(),
        [two, one],
        "in the plan's order"
    );
    let sequence = &state.sequences[1];
    let counts = StatusCounts { prepared: 1, preparing: 0, broken: 1, rejected: 0, not_processed: 1 };
    assert_eq!((sequence.counts, sequence.nb_items), (counts, 3));
    assert_eq!(sequence.interval, Some((pictures[0].captured_at, pictures[2].captured_at)));
    assert_eq!(sequence.title, format!("Part {one}"));
    assert_eq!(scene.catalog.upload_set_state(UploadSetId(scene.world.id()), scene.now()).await.unwrap(), None);
}

pub async fn a_picture_is_in_preparation_while_its_lease_holds(scene: &Scene) {
    let ada = scene.account("ada").await;
    let set = scene.set(&ada).await;
    let [first, second] = [scene.picture(&ada), scene.picture(&ada)];
    let first = scene.accept(set, first).await;
    scene.accept(set, second).await;
    let sequence = SequenceId(scene.world.id());
    scene.dispatch(&scene.plan(set, vec![scene.part(sequence, &[first])])).await;
    let counts = async || {
        let state = scene.catalog.upload_set_state(set, scene.now()).await.unwrap().unwrap();
        (state.counts.preparing, state.counts.not_processed, state.sequences[0].counts.preparing)
    };
    assert_eq!(counts().await, (0, 2, 0));
    scene.lease(JobKind::Process, first.0).await;
    assert_eq!(counts().await, (1, 1, 1), "in preparation, and no longer waiting");
    scene.pass(61);
    assert_eq!(counts().await, (0, 2, 0), "the worker is gone");
}

pub async fn a_set_is_ready_when_everything_is_done(scene: &Scene) {
    let ada = scene.account("ada").await;
    let set = scene.set(&ada).await;
    let state = async || scene.catalog.upload_set_state(set, scene.now()).await.unwrap().unwrap();
    let picture: Picture = scene.picture(&ada);
    let picture = scene.accept(set, picture).await;
    assert!(!state().await.ready, "not complete");
    let sequence = SequenceId(scene.world.id());
    scene.dispatch(&scene.plan(set, vec![scene.part(sequence, &[picture])])).await;
    scene.refresh().await;
    let waiting = state().await;
    assert!(!waiting.ready && !waiting.sequences[0].ready, "a picture is waiting");
    scene.publish(picture).await;
    let unsummed = state().await;
    assert!(!unsummed.ready && !unsummed.sequences[0].ready, "not summed up");
    scene.refresh().await;
    let done = state().await;
    assert!(done.ready && done.sequences[0].ready);
    scene.catalog.enqueue(scene.job(), JobKind::Refresh, sequence.0, scene.now()).await.unwrap();
    assert!(!state().await.ready, "to be summed up anew");
    scene.refresh().await;
    scene.catalog.enqueue(scene.job(), JobKind::Dispatch, set.0, scene.now()).await.unwrap();
    assert!(!state().await.ready, "to be dispatched anew");
}
