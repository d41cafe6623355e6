//! Files sent to upload sets.

use super::scene::Scene;
use crate::model::{FileRecord, JobKind, Picture, PictureStatus, Receipt, RefusedFile, SequenceId, UploadSetId};

async fn files(scene: &Scene, set: UploadSetId) -> Vec<FileRecord> {
    scene.catalog.files(set, 0, 100).await.unwrap()
}

pub async fn an_accepted_file_is_a_waiting_picture_with_a_job(scene: &Scene) {
    let ada = scene.account("ada").await;
    let set = scene.set(&ada).await;
    let sent = Picture {
        status: PictureStatus::Ready,
        rank: Some(7),
        sequence: Some(SequenceId(scene.world.id())),
        ..scene.picture(&ada)
    };
    let Receipt::Accepted(line) = scene.send(set, "a/b.jpg", sent.clone()).await else { panic!("not accepted") };
    let expected = FileRecord {
        file_name: "a/b.jpg".to_owned(),
        picture: Some(sent.id),
        content_md5: Some(sent.content_md5.clone()),
        size: Some(sent.size),
        inserted_at: sent.created_at,
        rejection: None,
        notices: Vec::new(),
        status: Some(PictureStatus::Waiting),
        published: false,
        account: Some(ada.id),
        exclusion: None,
        withheld: false,
        changed_at: sent.created_at,
    };
    assert_eq!(line, expected);
    assert_eq!(files(scene, set).await, [expected]);
    assert_eq!(scene.catalog.upload_set(set).await.unwrap().unwrap().received, 1);
    let stored = scene.catalog.picture(sent.id).await.unwrap().unwrap();
    let expected = Picture {
        upload_set: set,
        file_name: "a/b.jpg".to_owned(),
        status: PictureStatus::Waiting,
        sequence: None,
        rank: None,
        objects: None,
        ..sent
    };
    assert_eq!(stored, expected);
    let lease = scene.lease(JobKind::Process, stored.id.0).await;
    assert_eq!(lease.attempt, 1);
}

pub async fn the_same_file_is_not_taken_twice(scene: &Scene) {
    let ada = scene.account("ada").await;
    let set = scene.set(&ada).await;
    let first = scene.picture(&ada);
    scene.accept(set, first.clone()).await;
    let again = Picture { content_sha256: first.content_sha256.clone(), ..scene.picture(&ada) };
    let same = Receipt::SameInSet { existing: first.id };
    assert_eq!(scene.send(set, "other name.jpg", again.clone()).await, same);
    assert_eq!(scene.send(set, &format!("{}.jpg", first.id), again.clone()).await, same, "also under its own name");
    assert_eq!(files(scene, set).await.len(), 1);
    assert_eq!(scene.catalog.picture(again.id).await.unwrap(), None);
    assert_eq!(scene.queued(JobKind::Process, again.id.0).await, 0);
}

pub async fn a_name_is_taken_once(scene: &Scene) {
    let ada = scene.account("ada").await;
    let (set, other) = (scene.set(&ada).await, scene.set(&ada).await);
    let [first, second, third] = [scene.picture(&ada), scene.picture(&ada), scene.picture(&ada)];
    assert!(matches!(scene.send(set, "a.jpg", first.clone()).await, Receipt::Accepted(_)));
    assert_eq!(scene.send(set, "a.jpg", second.clone()).await, Receipt::NameTaken { existing: first.id });
    assert_eq!(files(scene, set).await.len(), 1);
    assert!(matches!(scene.send(set, "A.jpg", second.clone()).await, Receipt::Accepted(_)), "case makes a difference");
    assert!(
        matches!(scene.send(other, "a.jpg", third.clone()).await, Receipt::Accepted(_)),
        "in another set it is free"
    );
    // Bytes that are elsewhere, under a name that is taken here: the list has no place for a second line.
    let again = Picture { content_sha256: third.content_sha256, ..scene.picture(&ada) };
    assert_eq!(scene.send(set, "a.jpg", again).await, Receipt::NameTaken { existing: first.id });
    assert_eq!(files(scene, set).await.len(), 2);
}

pub async fn a_repeated_file_gets_the_same_receipt(scene: &Scene) {
    let (ada, bob) = (scene.account("ada").await, scene.account("bob").await);
    let (set, other) = (scene.set_of(&ada, 2).await, scene.set(&ada).await);
    let sent = scene.picture(&ada);
    let Receipt::Accepted(line) = scene.send(set, "a.jpg", sent.clone()).await else { panic!("not accepted") };
    assert_eq!(scene.send(set, "a.jpg", sent.clone()).await, Receipt::Repeated(line.clone()));
    assert_eq!(scene.send(set, "b.jpg", sent.clone()).await, Receipt::Repeated(line.clone()), "it has its name");
    assert_eq!(files(scene, set).await, [line]);
    assert!(!scene.catalog.upload_set(set).await.unwrap().unwrap().completed, "it counts once");
    let lease = scene.lease(JobKind::Process, sent.id.0).await;
    assert_eq!(lease.version, 1, "it is processed once");

    // The same id for anything else.
    let fresh = |account| Picture { id: sent.id, ..scene.picture(account) };
    for (set, picture) in
        [(set, fresh(&ada)), (other, sent.clone()), (set, Picture { account: bob.id, ..sent.clone() })]
    {
        assert_eq!(scene.send(set, "c.jpg", picture).await, Receipt::IdTaken);
    }
    assert!(scene.catalog.delete_picture(sent.id, scene.two_jobs(), scene.now()).await.unwrap());
    assert_eq!(scene.send(set, "a.jpg", sent.clone()).await, Receipt::IdTaken, "it does not come back");
    let anew = Picture { id: scene.picture(&ada).id, ..sent };
    assert!(matches!(scene.send(set, "a.jpg", anew).await, Receipt::Accepted(_)));
}

pub async fn the_same_bytes_in_another_set_are_listed_as_refused(scene: &Scene) {
    let (ada, bob) = (scene.account("ada").await, scene.account("bob").await);
    let (adas, bobs) = (scene.set(&ada).await, scene.set_of(&bob, 1).await);
    let first = scene.picture(&ada);
    scene.accept(adas, first.clone()).await;
    let again = Picture { content_sha256: first.content_sha256.clone(), ..scene.picture(&bob) };
    let receipt = scene.send(bobs, "b.jpg", again.clone()).await;
    assert_eq!(receipt, Receipt::Duplicate { existing: first.id, upload_set: adas, owner: ada.id });
    let lines = files(scene, bobs).await;
    assert_eq!(lines.len(), 1);
    assert_eq!((lines[0].picture, lines[0].size), (None, Some(again.size)));
    let rejection = lines[0].rejection.as_ref().unwrap();
    assert_eq!(rejection.reason, "file_duplicate");
    let told = serde_json::to_string(rejection).unwrap();
    assert!(!told.contains(&first.id.to_string()), "whose picture it is is not for everybody: {told}");
    assert_eq!(scene.catalog.picture(again.id).await.unwrap(), None);
    assert!(scene.catalog.upload_set(bobs).await.unwrap().unwrap().completed, "it counts");
}

pub async fn a_refused_file_gives_way_to_a_later_one(scene: &Scene) {
    let ada = scene.account("ada").await;
    let set = scene.set_of(&ada, 2).await;
    let refuse = async |reason: &str| {
        let file = RefusedFile { rejection: scene.rejection(reason), ..scene.refused(set, "a.jpg") };
        assert!(scene.catalog.refuse_file(file, scene.job()).await.unwrap());
    };
    refuse("invalid_file").await;
    refuse("invalid_metadata").await;
    let lines = files(scene, set).await;
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].rejection, Some(scene.rejection("invalid_metadata")));
    let good = scene.picture(&ada);
    assert!(matches!(scene.send(set, "a.jpg", good.clone()).await, Receipt::Accepted(_)));
    assert!(!scene.catalog.upload_set(set).await.unwrap().unwrap().completed, "one file, sent three times");
    refuse("invalid_file").await;
    let lines = files(scene, set).await;
    assert_eq!(
        (lines.len(), lines[0].picture, &lines[0].rejection),
        (1, Some(good.id), &None),
        "what is accepted stays"
    );
    assert!(!scene.catalog.upload_set(set).await.unwrap().unwrap().completed);
}

pub async fn a_set_completes_itself(scene: &Scene) {
    let ada = scene.account("ada").await;
    let elsewhere = scene.set(&ada).await;
    let known = scene.picture(&ada);
    scene.accept(elsewhere, known.clone()).await;

    let set = scene.set_of(&ada, 3).await;
    let completed = async || scene.catalog.upload_set(set).await.unwrap().unwrap().completed;
    assert!(scene.catalog.refuse_file(scene.refused(set, "a.txt"), scene.job()).await.unwrap());
    scene.send(set, "b.jpg", Picture { content_sha256: known.content_sha256, ..scene.picture(&ada) }).await;
    assert!(!completed().await);
    assert_eq!(scene.queued(JobKind::Dispatch, set.0).await, 0);
    let last = scene.picture(&ada);
    scene.accept(set, last).await;
    assert!(completed().await);
    assert_eq!(scene.queued(JobKind::Dispatch, set.0).await, 1);

    // A set that does not say how many files will come waits to be told.
    assert!(!scene.catalog.upload_set(elsewhere).await.unwrap().unwrap().completed);
}

pub async fn a_late_file_is_dispatched_again(scene: &Scene) {
    let ada = scene.account("ada").await;
    let set = scene.set(&ada).await;
    let first = scene.picture(&ada);
    let first = scene.accept(set, first).await;
    let sequence = SequenceId(scene.world.id());
    scene.dispatch(&scene.plan(set, vec![scene.part(sequence, &[first])])).await;
    assert!(scene.catalog.upload_set(set).await.unwrap().unwrap().dispatched);

    assert!(scene.catalog.refuse_file(scene.refused(set, "a.txt"), scene.job()).await.unwrap());
    assert_eq!(scene.queued(JobKind::Dispatch, set.0).await, 0, "a refused file changes nothing");
    let late = scene.picture(&ada);
    let late = scene.accept(set, late).await;
    let state = scene.catalog.upload_set(set).await.unwrap().unwrap();
    assert!(state.completed && !state.dispatched);
    assert_eq!(scene.queued(JobKind::Dispatch, set.0).await, 1);
    scene.dispatch(&scene.plan(set, vec![scene.part(sequence, &[first, late])])).await;
    assert!(scene.catalog.upload_set(set).await.unwrap().unwrap().dispatched);
}

pub async fn a_file_says_how_far_its_picture_is(scene: &Scene) {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, flaneur_access::Visibility::Anyone, 2).await;
    let made = scene.now();
    let later = scene.pass(60);
    let waiting = scene.picture(&ada);
    scene.accept(street.set, waiting).await;
    assert!(scene.catalog.refuse_file(scene.refused(street.set, "a.txt"), scene.job()).await.unwrap());
    let lines = files(scene, street.set).await;
    let states: Vec<_> = lines.iter().map(|line| (line.status, line.published)).collect();
    let shown = (Some(PictureStatus::Ready), true);
    assert_eq!(states, [shown, shown, (Some(PictureStatus::Waiting), false), (None, false)]);
    assert!(lines[..2].iter().all(|line| line.changed_at <= made && line.changed_at >= line.inserted_at));
    assert!(lines[2..].iter().all(|line| line.changed_at == later));
}

pub async fn files_are_paged_in_order(scene: &Scene) {
    let ada = scene.account("ada").await;
    let (set, other) = (scene.set(&ada).await, scene.set(&ada).await);
    // Neither names nor times are in the order in which they came.
    for name in ["c", "a", "e", "b", "d"] {
        if name == "b" {
            assert!(scene.catalog.refuse_file(scene.refused(set, name), scene.job()).await.unwrap());
        } else {
            let picture = scene.picture(&ada);
            scene.send(set, name, picture).await;
        }
        assert!(scene.catalog.refuse_file(scene.refused(other, name), scene.job()).await.unwrap());
    }
    let page = async |offset: i64, limit: i64| -> Vec<String> {
        let lines = scene.catalog.files(set, offset, limit).await.unwrap();
        lines.into_iter().map(|line| line.file_name).collect()
    };
    assert_eq!(page(0, 2).await, ["c", "a"]);
    assert_eq!(page(2, 2).await, ["e", "b"]);
    assert_eq!(page(4, 2).await, ["d"]);
    assert_eq!(page(5, 2).await, [""; 0]);
    assert_eq!(page(-3, 1).await, ["c"]);
    assert_eq!(page(0, -1).await, [""; 0]);
}

pub async fn unknown_sets_take_no_files(scene: &Scene) {
    let ada = scene.account("ada").await;
    let deleted = scene.set(&ada).await;
    assert!(scene.catalog.delete_upload_set(deleted, &|| scene.job(), scene.now()).await.unwrap());
    for set in [deleted, UploadSetId(scene.world.id())] {
        let picture = scene.picture(&ada);
        assert_eq!(scene.send(set, "a.jpg", picture.clone()).await, Receipt::NoSuchSet);
        assert_eq!(scene.catalog.picture(picture.id).await.unwrap(), None);
        assert!(!scene.catalog.refuse_file(scene.refused(set, "a.jpg"), scene.job()).await.unwrap());
        assert_eq!(files(scene, set).await, []);
    }
    let counts = scene.catalog.job_counts().await.unwrap();
    assert_eq!(counts.queued, 0);
}
