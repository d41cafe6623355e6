//! Sequences that clients begin themselves, and the places in them that they choose.

use flaneur_access::Viewer;

use super::scene::{Scene, viewer};
use crate::{
    CatalogError,
    model::{
        Account, ChosenPlace, JobKind, NewUploadSet, Picture, PictureId, PictureStatus, Receipt, ReceivedFile,
        SequenceId, SequenceStatus, UploadSetId,
    },
};

async fn begun(scene: &Scene, account: &Account) -> (UploadSetId, SequenceId) {
    let sequence = SequenceId(scene.world.id());
    let new = NewUploadSet { no_split: true, no_deduplication: true, ..scene.new_set(account) };
    let set = scene.catalog.begin_sequence(new, sequence).await.unwrap();
    assert!(set.completed && set.dispatched);
    (set.options.id, sequence)
}

async fn send(
    scene: &Scene,
    set: UploadSetId,
    sequence: SequenceId,
    position: impl Into<Option<i64>>,
    picture: Picture,
) -> Receipt {
    let file = ReceivedFile {
        upload_set: set,
        file_name: "blob".to_owned(),
        picture,
        notices: Vec::new(),
        place: Some(ChosenPlace { sequence, position: position.into() }),
    };
    scene.catalog.receive_file(file, scene.three_jobs()).await.unwrap()
}

pub async fn a_sequence_begins_empty_and_its_owners(scene: &Scene) {
    let catalog = &scene.catalog;
    let (ada, bob) = (scene.account("ada").await, scene.account("bob").await);
    let (set, sequence) = begun(scene, &ada).await;
    let seen = catalog.sequence(viewer(&ada), sequence).await.unwrap().unwrap();
    assert_eq!((seen.upload_set, seen.status, seen.title.as_str()), (set, SequenceStatus::Waiting, "A walk"));
    for other in [Viewer::Anonymous, viewer(&bob)] {
        assert_eq!(catalog.sequence(other, sequence).await.unwrap(), None);
    }
    assert_eq!(scene.queued(JobKind::Dispatch, set.0).await, 0, "there is nothing to be sorted");
    let again = catalog.begin_sequence(scene.new_set(&bob), sequence).await;
    assert!(matches!(again, Err(CatalogError::Conflict(_))), "{again:?}");
    assert!(catalog.upload_sets(bob.id, 10).await.unwrap().is_empty(), "all of it or nothing");
}

pub async fn a_place_is_taken_once(scene: &Scene) {
    let catalog = &scene.catalog;
    let ada = scene.account("ada").await;
    let (set, sequence) = begun(scene, &ada).await;
    let mut pictures = Vec::new();
    // Neighbours in the order of texts: 12 begins like 1, and 10 is next to 9.
    for position in [12, 1, 9, 10, ChosenPlace::LAST] {
        let picture = scene.picture(&ada);
        pictures.push((position, picture.id));
        let receipt = send(scene, set, sequence, position, picture).await;
        let Receipt::Accepted(line) = receipt else { panic!("{position}: {receipt:?}") };
        assert_eq!(line.file_name, format!("{position:06}_blob"));
    }
    for (position, existing) in &pictures {
        let receipt = send(scene, set, sequence, *position, scene.picture(&ada)).await;
        assert_eq!(receipt, Receipt::NameTaken { existing: *existing }, "{position}");
    }
    let placed = catalog.picture(pictures[0].1).await.unwrap().unwrap();
    assert_eq!((placed.sequence, placed.rank, placed.status), (Some(sequence), Some(12), PictureStatus::Waiting));
    // It is to be processed, and sorted in.
    for (_, picture) in &pictures {
        assert_eq!(scene.queued(JobKind::Process, picture.0).await, 1);
    }
    assert_eq!(scene.queued(JobKind::Dispatch, set.0).await, 1);
    let state = catalog.upload_set_state(set, scene.now()).await.unwrap().unwrap();
    assert!(state.set.completed && !state.set.dispatched && !state.ready);

    // Behind all others there is no place any more; behind fewer there is.
    let receipt = send(scene, set, sequence, None, scene.picture(&ada)).await;
    assert_eq!(receipt, Receipt::NameTaken { existing: pictures[4].1 });
    let (fresh, empty) = begun(scene, &ada).await;
    for (position, name) in [(None, "000001_blob"), (Some(7), "000007_blob"), (None, "000008_blob")] {
        let Receipt::Accepted(line) = send(scene, fresh, empty, position, scene.picture(&ada)).await else {
            panic!("{position:?}")
        };
        assert_eq!(line.file_name, name);
    }

    let elsewhere = begun(scene, &ada).await.1;
    for gone in [SequenceId(scene.world.id()), elsewhere] {
        let lost = scene.picture(&ada);
        let id = lost.id;
        assert_eq!(send(scene, set, gone, 50, lost).await, Receipt::NoSuchSet);
        assert_eq!(catalog.picture(id).await.unwrap(), None, "nothing is kept of it");
    }
}

pub async fn what_is_unfinished_is_told_apart(scene: &Scene) {
    let catalog = &scene.catalog;
    let ada = scene.account("ada").await;
    let (set, sequence) = begun(scene, &ada).await;
    let mut ids = Vec::new();
    for position in [2, 1] {
        let picture = scene.picture(&ada);
        ids.push(picture.id);
        send(scene, set, sequence, position, picture).await;
    }
    let unfinished = async |limit| {
        let items = catalog.unfinished_items(sequence, limit).await.unwrap();
        items.into_iter().map(|item| item.picture.id).collect::<Vec<PictureId>>()
    };
    assert_eq!(unfinished(10).await, [ids[1], ids[0]]);
    assert_eq!(unfinished(1).await, [ids[1]]);
    assert_eq!(unfinished(-1).await, []);
    let item = catalog.unfinished_item(ids[0]).await.unwrap().unwrap();
    assert_eq!((item.picture.id, item.producer.as_str(), item.links.next), (ids[0], "ada", None));
    // To be published it takes a worker, and nobody sees it before.
    assert_eq!(catalog.item(viewer(&ada), ids[0]).await.unwrap(), None);
    scene.publish(ids[0]).await;
    assert_eq!(unfinished(10).await, [ids[1]]);
    assert_eq!(catalog.unfinished_item(ids[0]).await.unwrap(), None);
    assert!(catalog.item(Viewer::Anonymous, ids[0]).await.unwrap().is_some());
    // Without a place there is no item.
    let plain = scene.accept(scene.set(&ada).await, scene.picture(&ada)).await;
    assert_eq!(catalog.unfinished_item(plain).await.unwrap(), None);
}
