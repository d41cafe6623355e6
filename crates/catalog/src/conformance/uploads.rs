//! Files that come piece by piece.

use jiff::SignedDuration;
use uuid::Uuid;

use super::scene::{HOLD, Scene};
use crate::model::{
    Account, NewUpload, PartId, PictureId, UploadId, UploadOutcome, UploadPart, UploadReceipt, UploadSetId,
};

const DAY: SignedDuration = SignedDuration::from_hours(24);

fn new(scene: &Scene, account: &Account, upload_set: UploadSetId, length: i64) -> NewUpload {
    NewUpload {
        id: UploadId(scene.world.id()),
        upload_set,
        account: account.id,
        picture: PictureId(scene.world.id()),
        file_name: "été.jpg".to_owned(),
        length,
        metadata: "filename ww==,isBlurred".to_owned(),
        created_at: scene.now(),
        expires_at: scene.now() + DAY,
    }
}

pub(super) async fn begin(scene: &Scene, account: &Account, set: UploadSetId, length: i64) -> UploadId {
    let new = new(scene, account, set, length);
    let id = new.id;
    assert_eq!(scene.catalog.begin_upload(new, 100).await.unwrap(), UploadReceipt::Begun);
    id
}

fn part(scene: &Scene, upload: UploadId, start: i64, size: i64) -> UploadPart {
    UploadPart { name: PartId(scene.world.id()), upload, start, size }
}

async fn append(scene: &Scene, parts: &[UploadPart]) -> Option<i64> {
    scene.catalog.append_parts(parts, scene.now(), scene.now() + DAY).await.unwrap()
}

async fn full(scene: &Scene, account: &Account, set: UploadSetId) -> (UploadId, Vec<UploadPart>) {
    let id = begin(scene, account, set, 10).await;
    let parts = vec![part(scene, id, 0, 4), part(scene, id, 4, 6)];
    assert_eq!(append(scene, &parts).await, Some(10));
    (id, parts)
}

fn outcome() -> UploadOutcome {
    UploadOutcome { status: 202, body: serde_json::json!({ "picture_id": "x" }) }
}

pub async fn an_upload_grows_part_by_part(scene: &Scene) {
    let ada = scene.account("ada").await;
    let set = scene.set(&ada).await;
    let new = new(scene, &ada, set, 10);
    let id = new.id;
    assert_eq!(scene.catalog.begin_upload(new.clone(), 100).await.unwrap(), UploadReceipt::Begun);
    let begun = scene.catalog.upload(id).await.unwrap().unwrap();
    assert_eq!((&begun.options, begun.received, begun.parts, &begun.outcome), (&new, 0, 0, &None));
    scene.pass(60);
    let parts = [part(scene, id, 0, 3), part(scene, id, 3, 1), part(scene, id, 4, 6)];
    assert_eq!(append(scene, &parts[..1]).await, Some(3));
    let grown = scene.catalog.upload(id).await.unwrap().unwrap();
    assert_eq!((grown.received, grown.parts, grown.options.expires_at), (3, 1, scene.now() + DAY));
    assert_eq!(append(scene, &parts[1..]).await, Some(10));
    let grown = scene.catalog.upload(id).await.unwrap().unwrap();
    assert!(grown.is_full() && grown.parts == 3);
    assert_eq!(scene.catalog.upload_parts(id).await.unwrap(), parts);
    let open = scene.catalog.open_uploads(set, 10).await.unwrap();
    assert_eq!(open, [grown]);
    let mut by_name = parts.to_vec();
    by_name.sort_by_key(|part| part.name);
    assert_eq!(scene.catalog.parts(None, 10).await.unwrap(), by_name);
    assert_eq!(scene.catalog.parts(Some(by_name[0].name), 1).await.unwrap(), by_name[1..2]);
    let asked = [parts[0].name, PartId(scene.world.id())];
    assert_eq!(scene.catalog.listed_parts(&asked).await.unwrap().into_iter().collect::<Vec<_>>(), [parts[0].name]);
}

pub async fn parts_follow_each_other(scene: &Scene) {
    let ada = scene.account("ada").await;
    let set = scene.set(&ada).await;
    let (id, other) = (begin(scene, &ada, set, 10).await, begin(scene, &ada, set, 10).await);
    assert_eq!(append(scene, &[part(scene, id, 0, 4)]).await, Some(4));
    for wrong in [
        vec![],
        vec![part(scene, id, 0, 4)],
        vec![part(scene, id, 5, 1)],
        vec![part(scene, id, 4, 7)],
        vec![part(scene, id, 4, 0)],
        vec![part(scene, id, 4, i64::MAX)],
        vec![part(scene, id, 4, 2), part(scene, id, 7, 1)],
        vec![part(scene, id, 4, 2), part(scene, other, 6, 1)],
        vec![part(scene, UploadId(scene.world.id()), 0, 1)],
    ] {
        assert_eq!(append(scene, &wrong).await, None, "{wrong:?}");
    }
    let upload = scene.catalog.upload(id).await.unwrap().unwrap();
    assert_eq!((upload.received, scene.catalog.upload_parts(id).await.unwrap().len()), (4, 1));
}

pub async fn of_two_who_append_one_does(scene: &Scene) {
    let ada = scene.account("ada").await;
    let set = scene.set(&ada).await;
    let id = begin(scene, &ada, set, 1000).await;
    let tasks: Vec<_> = (0..8)
        .map(|n| {
            let (catalog, now) = (scene.catalog.clone(), scene.now());
            let part = part(scene, id, 0, 1 + n);
            tokio::spawn(async move { catalog.append_parts(&[part], now, now + DAY).await.unwrap() })
        })
        .collect();
    let mut done = Vec::new();
    for task in tasks {
        done.extend(task.await.unwrap());
    }
    assert_eq!(done.len(), 1);
    let parts = scene.catalog.upload_parts(id).await.unwrap();
    assert_eq!((parts.len(), parts[0].size), (1, done[0]));
}

pub async fn an_account_has_so_many_uploads_at_most(scene: &Scene) {
    let (ada, bob) = (scene.account("ada").await, scene.account("bob").await);
    let (set, bobs) = (scene.set(&ada).await, scene.set(&bob).await);
    let tasks: Vec<_> = (0..6)
        .map(|_| {
            let (catalog, new) = (scene.catalog.clone(), new(scene, &ada, set, 10));
            tokio::spawn(async move { catalog.begin_upload(new, 3).await.unwrap() })
        })
        .collect();
    let mut begun = 0;
    for task in tasks {
        begun += usize::from(task.await.unwrap() == UploadReceipt::Begun);
    }
    assert_eq!(begun, 3);
    let another = async || scene.catalog.begin_upload(new(scene, &ada, set, 10), 3).await.unwrap();
    assert_eq!(another().await, UploadReceipt::TooMany);
    let of_bob = scene.catalog.begin_upload(new(scene, &bob, bobs, 10), 3).await.unwrap();
    assert_eq!(of_bob, UploadReceipt::Begun);
    let some = scene.catalog.open_uploads(set, 1).await.unwrap()[0].options.id;
    assert_eq!(scene.catalog.drop_upload(some).await.unwrap(), Some(vec![]));
    assert_eq!(another().await, UploadReceipt::Begun);
    // Those that expired do not count.
    scene.pass(2 * 24 * 3600);
    assert_eq!(another().await, UploadReceipt::Begun);
    let nowhere = UploadSetId(scene.world.id());
    let lost = scene.catalog.begin_upload(new(scene, &ada, nowhere, 10), 100).await.unwrap();
    assert_eq!(lost, UploadReceipt::NoSuchSet);
}

pub async fn a_full_upload_is_held_by_one(scene: &Scene) {
    let ada = scene.account("ada").await;
    let set = scene.set(&ada).await;
    let hold = async |id, holder| scene.catalog.hold_upload(id, holder, HOLD).await.unwrap();
    let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let half = begin(scene, &ada, set, 10).await;
    append(scene, &[part(scene, half, 0, 9)]).await.unwrap();
    assert!(!hold(half, one).await, "something is to come");
    let (id, _) = full(scene, &ada, set).await;
    assert_eq!(scene.catalog.full_uploads(10).await.unwrap(), [id]);
    assert!(hold(id, one).await);
    assert!(!hold(id, two).await);
    assert_eq!(scene.catalog.full_uploads(10).await.unwrap(), []);
    assert_eq!(scene.catalog.drop_upload(id).await.unwrap(), None);
    scene.pass(50);
    assert!(hold(id, one).await, "it is prolonged");
    scene.pass(50);
    assert!(!hold(id, two).await);
    scene.pass(10);
    assert_eq!(scene.catalog.full_uploads(10).await.unwrap(), [id]);
    assert!(hold(id, two).await, "its holder is taken for dead");
    scene.catalog.release_upload(id, one).await.unwrap();
    assert!(!hold(id, one).await, "who lost it cannot let go of it");
    scene.catalog.release_upload(id, two).await.unwrap();
    assert!(hold(id, one).await);
    scene.catalog.reclaim().await.unwrap();
    assert!(hold(id, two).await, "the only process there is knows that nobody holds it");
}

pub async fn an_upload_ends_once(scene: &Scene) {
    let ada = scene.account("ada").await;
    let set = scene.set(&ada).await;
    let (id, parts) = full(scene, &ada, set).await;
    let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let end = async |holder| scene.catalog.end_upload(id, holder, &outcome()).await.unwrap();
    assert_eq!(end(one).await, None, "nobody holds it");
    assert!(scene.catalog.hold_upload(id, one, HOLD).await.unwrap());
    assert_eq!(end(two).await, None);
    let mut ended = end(one).await.unwrap();
    ended.sort_by_key(|part| part.start);
    assert_eq!(ended, parts);
    assert_eq!(end(one).await, None);
    let upload = scene.catalog.upload(id).await.unwrap().unwrap();
    assert_eq!((upload.outcome, upload.parts, upload.received), (Some(outcome()), 0, 10));
    assert_eq!(scene.catalog.upload_parts(id).await.unwrap(), []);
    assert_eq!(scene.catalog.open_uploads(set, 10).await.unwrap(), []);
    assert!(!scene.catalog.hold_upload(id, two, HOLD).await.unwrap());
    assert_eq!(scene.catalog.full_uploads(10).await.unwrap(), []);
}

pub async fn what_was_lost_is_asked_for_again(scene: &Scene) {
    let ada = scene.account("ada").await;
    let set = scene.set(&ada).await;
    let (id, parts) = full(scene, &ada, set).await;
    let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
    assert!(scene.catalog.hold_upload(id, one, HOLD).await.unwrap());
    assert_eq!(scene.catalog.rewind_upload(id, two, 4).await.unwrap(), None);
    assert_eq!(scene.catalog.rewind_upload(id, one, 4).await.unwrap(), Some(parts[1..].to_vec()));
    let upload = scene.catalog.upload(id).await.unwrap().unwrap();
    assert_eq!((upload.received, upload.parts, upload.is_full()), (4, 1, false));
    assert_eq!(append(scene, &[part(scene, id, 4, 6)]).await, Some(10));
    assert!(scene.catalog.hold_upload(id, two, HOLD).await.unwrap());
}

pub async fn a_dropped_upload_is_gone(scene: &Scene) {
    let ada = scene.account("ada").await;
    let set = scene.set(&ada).await;
    let id = begin(scene, &ada, set, 10).await;
    let part_of_it = part(scene, id, 0, 4);
    append(scene, &[part_of_it]).await.unwrap();
    assert_eq!(scene.catalog.drop_upload(id).await.unwrap(), Some(vec![part_of_it]));
    assert_eq!(scene.catalog.drop_upload(id).await.unwrap(), None);
    assert_eq!(scene.catalog.upload(id).await.unwrap(), None);
    assert_eq!(append(scene, &[part(scene, id, 4, 6)]).await, None);
    assert!(scene.catalog.listed_parts(&[part_of_it.name]).await.unwrap().is_empty());
}

pub async fn uploads_expire(scene: &Scene) {
    let ada = scene.account("ada").await;
    let set = scene.set(&ada).await;
    let half = begin(scene, &ada, set, 10).await;
    let part_of_it = part(scene, half, 0, 4);
    append(scene, &[part_of_it]).await.unwrap();
    let (ended, _) = full(scene, &ada, set).await;
    let holder = Uuid::from_u128(1);
    assert!(scene.catalog.hold_upload(ended, holder, HOLD).await.unwrap());
    scene.catalog.end_upload(ended, holder, &outcome()).await.unwrap().unwrap();
    let (whole, _) = full(scene, &ada, set).await;
    let expire = async || scene.catalog.expire_uploads(scene.now(), scene.now() - DAY, 10).await.unwrap();
    scene.pass(24 * 3600 - 1);
    assert_eq!(expire().await, None);
    scene.pass(1);
    assert_eq!(append(scene, &[part(scene, half, 4, 1)]).await, None, "too late");
    assert_eq!(expire().await, Some(vec![part_of_it]));
    assert_eq!(expire().await, None);
    let upload = scene.catalog.upload(half).await.unwrap().unwrap();
    assert!(upload.is_expired(scene.now()) && upload.parts == 0, "it is remembered");
    scene.pass(24 * 3600);
    assert_eq!(expire().await, Some(vec![]));
    for gone in [half, ended] {
        assert_eq!(scene.catalog.upload(gone).await.unwrap(), None);
    }
    assert_eq!(scene.catalog.upload_parts(whole).await.unwrap().len(), 2, "what came as a whole is not lost");
    assert_eq!(scene.catalog.full_uploads(10).await.unwrap(), [whole]);
}

pub async fn a_deleted_set_takes_no_more_of_an_upload(scene: &Scene) {
    let ada = scene.account("ada").await;
    let set = scene.set(&ada).await;
    let id = begin(scene, &ada, set, 10).await;
    append(scene, &[part(scene, id, 0, 4)]).await.unwrap();
    assert!(scene.catalog.delete_upload_set(set, &|| scene.job(), scene.now()).await.unwrap());
    assert_eq!(append(scene, &[part(scene, id, 4, 6)]).await, None);
    let parts = scene.catalog.expire_uploads(scene.now(), scene.now() - DAY, 10).await.unwrap().unwrap();
    assert_eq!(parts.len(), 1);
}
