//! The change log.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use flaneur_access::{Viewer, Visibility};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};

use super::scene::{HOLD, Scene, viewer};
use crate::{
    Catalog,
    model::{Change, ChangeKind, JobId, JobKind, Objects, PictureId, SequenceId, UploadSetId},
    signals::Topic,
    world::World,
};

async fn log(scene: &Scene, after: i64) -> Vec<Change> {
    scene.catalog.changes(after, 1000).await.unwrap()
}

/// What the log says of one picture.
fn of_picture(log: &[Change], id: PictureId) -> Vec<ChangeKind> {
    log.iter().filter(|change| change.picture == Some(id)).map(|change| change.kind).collect()
}

/// What the log says of a sequence itself.
fn of_sequence(log: &[Change], id: SequenceId) -> Vec<ChangeKind> {
    let own = |change: &&Change| change.picture.is_none() && change.sequence == Some(id);
    log.iter().filter(own).map(|change| change.kind).collect()
}

pub async fn every_change_of_a_picture_is_logged(scene: &Scene) {
    assert_eq!(scene.catalog.last_change().await.unwrap(), 0);
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::Anyone, 2).await;
    let id = street.pictures[0];
    let before = log(scene, 0).await;
    assert_eq!(of_picture(&before, id), [ChangeKind::Published]);
    let published = before.iter().find(|change| change.picture == Some(id)).unwrap();
    assert_eq!((published.sequence, published.account, published.at), (Some(street.sequence), ada.id, scene.now()));
    let last = scene.catalog.last_change().await.unwrap();
    assert_eq!(last, before.len() as i64);

    // Other pixels.
    scene.catalog.enqueue(scene.job(), JobKind::Process, id.0, scene.now()).await.unwrap();
    let lease = scene.lease(JobKind::Process, id.0).await;
    let mut publication = scene.publication(id);
    publication.objects = Objects { master: "another".to_owned(), ..publication.objects };
    assert!(scene.catalog.publish_picture(&lease, publication, scene.three_jobs()).await.unwrap());
    // Another place in the sequence.
    scene.pass(1);
    let turned = [street.pictures[1], id];
    scene.dispatch(&scene.plan(street.set, vec![scene.part(street.sequence, &turned)])).await;
    scene.refresh().await;
    assert!(scene.catalog.delete_picture(id, scene.two_jobs(), scene.now()).await.unwrap());
    let after = log(scene, last).await;
    assert_eq!(of_picture(&after, id), [ChangeKind::Redacted, ChangeKind::Edited, ChangeKind::Deleted]);
    assert_eq!(of_picture(&after, street.pictures[1]), [ChangeKind::Edited]);
    let numbers: Vec<i64> = after.iter().map(|change| change.number).collect();
    assert_eq!(numbers, (last + 1..=last + after.len() as i64).collect::<Vec<_>>());
    assert_eq!(scene.catalog.changes(last, 1).await.unwrap(), after[..1]);
    assert_eq!(scene.catalog.changes(last, -1).await.unwrap(), []);
}

pub async fn a_line_says_whether_anybody_may_read_it(scene: &Scene) {
    let ada = scene.account("ada").await;
    let seen = scene.street(&ada, Visibility::Anyone, 1).await;
    for visibility in [Visibility::LoggedOnly, Visibility::OwnerOnly] {
        let street = scene.street(&ada, visibility, 1).await;
        assert!(scene.catalog.delete_sequence(street.sequence, &|| scene.job(), scene.now()).await.unwrap());
    }
    let log = log(scene, 0).await;
    assert!(log.iter().all(|line| line.public == (line.sequence == Some(seen.sequence))), "{log:?}");
    assert!(log.iter().filter(|line| line.public).count() >= 1 && log.iter().any(|line| !line.public));
    // Hidden, then gone: once it is out of sight, there is nothing to be told.
    let last = scene.catalog.last_change().await.unwrap();
    let id = seen.pictures[0];
    scene.catalog.enqueue(scene.job(), JobKind::Process, id.0, scene.now()).await.unwrap();
    scene.break_down(id).await;
    assert!(scene.catalog.delete_picture(id, scene.two_jobs(), scene.now()).await.unwrap());
    let log = self::log(scene, last).await;
    let told: Vec<_> =
        log.iter().filter(|line| line.picture == Some(id)).map(|line| (line.kind, line.public)).collect();
    assert_eq!(told, [(ChangeKind::Hidden, true), (ChangeKind::Deleted, false)]);
}

pub async fn a_picture_that_breaks_is_hidden(scene: &Scene) {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::LoggedOnly, 1).await;
    let id = street.pictures[0];
    scene.catalog.enqueue(scene.job(), JobKind::Process, id.0, scene.now()).await.unwrap();
    scene.break_down(id).await;
    assert_eq!(of_picture(&log(scene, 0).await, id), [ChangeKind::Published, ChangeKind::Hidden]);
}

pub async fn every_change_of_a_sequence_is_logged(scene: &Scene) {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::Anyone, 2).await;
    let id = street.sequence;
    assert_eq!(of_sequence(&log(scene, 0).await, id), [ChangeKind::Published]);
    // Summed up anew with the same outcome, it has not changed.
    scene.catalog.enqueue(scene.job(), JobKind::Refresh, id.0, scene.now()).await.unwrap();
    scene.refresh().await;
    assert_eq!(of_sequence(&log(scene, 0).await, id), [ChangeKind::Published]);
    assert!(scene.catalog.delete_picture(street.pictures[1], scene.two_jobs(), scene.now()).await.unwrap());
    scene.refresh().await;
    assert!(scene.catalog.delete_sequence(id, &|| scene.job(), scene.now()).await.unwrap());
    assert_eq!(of_sequence(&log(scene, 0).await, id), [ChangeKind::Published, ChangeKind::Edited, ChangeKind::Deleted]);
    assert_eq!(of_picture(&log(scene, 0).await, street.pictures[0]), [ChangeKind::Published, ChangeKind::Deleted]);
}

/// A change may be made at an earlier time than the one before it: its writer read the clock, then waited for the other.
pub async fn an_update_never_goes_back_in_time(scene: &Scene) {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::Anyone, 2).await;
    let (picture, sequence) = (street.pictures[0], street.sequence);
    let show = async |to, now| {
        assert!(scene.catalog.show_picture_to(picture, to, scene.job(), now).await.unwrap());
        assert!(scene.catalog.show_sequence_to(sequence, to, scene.job(), now).await.unwrap());
    };
    let (earlier, now) = (scene.now(), scene.pass(10));
    show(Visibility::LoggedOnly, now).await;
    show(Visibility::OwnerOnly, earlier).await;
    let shown = scene.catalog.picture(picture).await.unwrap().unwrap();
    assert_eq!((shown.visibility, shown.updated_at), (Visibility::OwnerOnly, now));
    let shown = scene.catalog.sequence(viewer(&ada), sequence).await.unwrap().unwrap();
    assert_eq!((shown.visibility, shown.updated_at), (Visibility::OwnerOnly, now));
}

/// A copy that was made before the deletion has to hear of it.
pub async fn a_deletion_is_logged_of_what_was_never_shown(scene: &Scene) {
    let ada = scene.account("ada").await;
    let set = scene.set(&ada).await;
    let id = scene.accept(set, scene.picture(&ada)).await;
    assert_eq!(log(scene, 0).await, []);
    assert!(scene.catalog.delete_upload_set(set, &|| scene.job(), scene.now()).await.unwrap());
    assert_eq!(of_picture(&log(scene, 0).await, id), [ChangeKind::Deleted]);
}

pub async fn news_is_heard(scene: &Scene) {
    let ada = scene.account("ada").await;
    let (mut jobs, mut changes) = (scene.catalog.listen(Topic::Jobs), scene.catalog.listen(Topic::Changes));
    let minute = Duration::from_mins(1);
    let street = scene.street(&ada, Visibility::Anyone, 1).await;
    assert!(jobs.wait(minute).await && changes.wait(minute).await);
    assert!(scene.catalog.delete_sequence(street.sequence, &|| scene.job(), scene.now()).await.unwrap());
    assert!(jobs.wait(minute).await && changes.wait(minute).await);
}

/// A writer does what writers do, to pictures that others write to as well.
async fn write(catalog: Arc<dyn Catalog>, world: World, set: UploadSetId, pictures: Vec<PictureId>, seed: u64) {
    let mut random = StdRng::seed_from_u64(seed);
    let job = || JobId(world.id());
    for step in 0..40 {
        let id = *pictures.choose(&mut random).unwrap();
        match random.random_range(0..12) {
            0 => {
                catalog.delete_picture(id, [job(), job()], world.now()).await.unwrap();
            }
            1..5 => catalog.enqueue(JobId(world.id()), JobKind::Process, id.0, world.now()).await.unwrap(),
            5 => catalog.enqueue(JobId(world.id()), JobKind::Dispatch, set.0, world.now()).await.unwrap(),
            _ => {
                let Some(lease) = catalog.lease(&[JobKind::Process], world.id(), HOLD).await.unwrap() else { continue };
                let publication = crate::model::Publication {
                    picture: lease.subject.into(),
                    objects: Objects {
                        master: format!("{seed}/{step}"),
                        master_size: 1,
                        sd: "sd".to_owned(),
                        thumb: "thumb".to_owned(),
                        tiles: None,
                    },
                    shape: crate::model::Shape { width: 2, height: 1 },
                    detections: Vec::new(),
                    patch: None,
                    revision: 0,
                    at: world.now(),
                };
                if !catalog.publish_picture(&lease, publication, [job(), job(), job()]).await.unwrap() {
                    catalog.finish(&lease).await.unwrap();
                }
            }
        }
    }
}

/// Reads the log bit by bit until nothing more comes after the writers are done.
async fn follow(catalog: Arc<dyn Catalog>, done: Arc<AtomicBool>, limit: i64) -> Vec<Change> {
    let mut seen: Vec<Change> = Vec::new();
    loop {
        let last = done.load(Ordering::SeqCst);
        let after = seen.last().map_or(0, |change| change.number);
        let more = catalog.changes(after, limit).await.unwrap();
        if last && more.is_empty() && catalog.last_change().await.unwrap() == after {
            return seen;
        }
        seen.extend(more);
        tokio::task::yield_now().await;
    }
}

/// Whether these can have happened to one picture in this order.
fn is_possible(kinds: &[ChangeKind]) -> bool {
    let (mut public, mut gone) = (false, false);
    kinds.iter().all(|kind| {
        let possible = !gone
            && match kind {
                ChangeKind::Published => !public,
                ChangeKind::Edited | ChangeKind::Redacted | ChangeKind::Hidden => public,
                ChangeKind::Deleted => true,
            };
        public = !matches!(kind, ChangeKind::Hidden | ChangeKind::Deleted);
        gone = *kind == ChangeKind::Deleted;
        possible
    })
}

pub async fn followers_never_skip_and_never_see_out_of_order(scene: &Scene) {
    let ada = scene.account("ada").await;
    for round in 0..3 {
        let set = scene.set(&ada).await;
        let mut pictures = Vec::new();
        for _ in 0..16 {
            pictures.push(scene.accept(set, scene.picture(&ada)).await);
        }
        let sequence = SequenceId(scene.world.id());
        scene.dispatch(&scene.plan(set, vec![scene.part(sequence, &pictures)])).await;

        let done = Arc::new(AtomicBool::new(false));
        let followers: Vec<_> =
            [1, 3, 1000].map(|limit| tokio::spawn(follow(scene.catalog.clone(), done.clone(), limit))).into();
        let writers: Vec<_> = (0..8)
            .map(|n| {
                tokio::spawn(write(scene.catalog.clone(), scene.world.clone(), set, pictures.clone(), 10 * round + n))
            })
            .collect();
        for writer in writers {
            writer.await.unwrap();
        }
        done.store(true, Ordering::SeqCst);
        let mut logs = Vec::new();
        for follower in followers {
            logs.push(follower.await.unwrap());
        }
        let whole = log(scene, 0).await;
        assert!(logs.iter().all(|each| *each == whole), "all followers see the same");
        assert!(whole.iter().zip(1..).all(|(change, number)| change.number == number), "without gaps");
        let mut by_picture: BTreeMap<PictureId, Vec<ChangeKind>> = BTreeMap::new();
        for change in &whole {
            if let Some(id) = change.picture {
                by_picture.entry(id).or_default().push(change.kind);
            }
        }
        let mut shown = BTreeSet::new();
        for (id, kinds) in &by_picture {
            assert!(is_possible(kinds), "{id}: {kinds:?}");
            if !matches!(kinds.last(), Some(ChangeKind::Hidden | ChangeKind::Deleted)) {
                shown.insert(*id);
            }
        }
        assert!(whole.len() > 10, "{} changes", whole.len());
        let found: BTreeSet<PictureId> = scene.search(&scene.query(Viewer::Anonymous)).await.into_iter().collect();
        assert_eq!(shown, found, "who follows knows what is shown");
    }
}
