//! Many at once.

use std::{collections::BTreeSet, future::poll_fn, sync::Arc, task::Poll, time::Duration};

use flaneur_access::{Viewer, Visibility};
use jiff::SignedDuration;

use super::scene::{HOLD, Scene};
use crate::{
    model::{JobKind, Picture, Receipt, ReceivedFile},
    signals::Topic,
};

pub async fn leasers_never_share_a_job(scene: &Scene) {
    for _ in 0..50 {
        scene.catalog.enqueue(scene.job(), JobKind::Process, scene.world.id(), scene.now()).await.unwrap();
    }
    let tasks: Vec<_> = (0..16)
        .map(|_| {
            let (catalog, world) = (scene.catalog.clone(), scene.world.clone());
            tokio::spawn(async move {
                let mut jobs = Vec::new();
                while let Some(lease) = catalog.lease(&[JobKind::Process], world.id(), HOLD).await.unwrap() {
                    jobs.push(lease.job);
                }
                jobs
            })
        })
        .collect();
    let mut jobs = Vec::new();
    for task in tasks {
        jobs.extend(task.await.unwrap());
    }
    assert_eq!(jobs.len(), 50);
    assert_eq!(jobs.into_iter().collect::<BTreeSet<_>>().len(), 50);
}

pub async fn files_at_once_complete_a_set_once(scene: &Scene) {
    let ada = scene.account("ada").await;
    for _ in 0..4 {
        let set = scene.set_of(&ada, 8).await;
        let tasks: Vec<_> = (0..8)
            .map(|n| {
                let file = ReceivedFile {
                    upload_set: set,
                    file_name: format!("{n}.jpg"),
                    picture: scene.picture(&ada),
                    notices: Vec::new(),
                    place: None,
                };
                let (catalog, jobs) = (scene.catalog.clone(), scene.three_jobs());
                tokio::spawn(async move { catalog.receive_file(file, jobs).await.unwrap() })
            })
            .collect();
        for task in tasks {
            assert!(matches!(task.await.unwrap(), Receipt::Accepted(_)));
        }
        assert!(scene.catalog.upload_set(set).await.unwrap().unwrap().completed);
        let lease = scene.lease(JobKind::Dispatch, set.0).await;
        assert_eq!(lease.version, 1, "asked for once");
        assert!(scene.catalog.finish(&lease).await.unwrap());
        assert_eq!(scene.queued(JobKind::Dispatch, set.0).await, 0);
        assert_eq!(scene.catalog.files(set, 0, 100).await.unwrap().len(), 8);
    }
}

pub async fn the_same_bytes_at_once_become_one_picture(scene: &Scene) {
    let ada = scene.account("ada").await;
    for other_set in [false, true] {
        let first = scene.set(&ada).await;
        let second = if other_set { scene.set(&ada).await } else { first };
        let bytes = scene.picture(&ada).content_sha256;
        let tasks = [first, second].map(|upload_set| {
            let picture = Picture { content_sha256: bytes.clone(), ..scene.picture(&ada) };
            let file = ReceivedFile {
                upload_set,
                file_name: format!("{}.jpg", picture.id),
                picture,
                notices: Vec::new(),
                place: None,
            };
            let (catalog, jobs) = (Arc::clone(&scene.catalog), scene.three_jobs());
            tokio::spawn(async move { catalog.receive_file(file, jobs).await.unwrap() })
        });
        let mut accepted = Vec::new();
        let mut existing = Vec::new();
        for task in tasks {
            match task.await.unwrap() {
                Receipt::Accepted(line) => accepted.push(line.picture.unwrap()),
                Receipt::SameInSet { existing: picture } if !other_set => existing.push(picture),
                Receipt::Duplicate { existing: picture, .. } if other_set => existing.push(picture),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(accepted, existing);
        assert_eq!(accepted.len(), 1);
    }
}

/// Polls something so many times, and then gives it up. True if it was ready before.
pub async fn given_up_after(turns: u32, asking: impl Future) -> bool {
    let mut asking = std::pin::pin!(asking);
    for _ in 0..turns {
        if poll_fn(|cx| Poll::Ready(asking.as_mut().poll(cx).is_ready())).await {
            return true;
        }
        tokio::task::yield_now().await;
    }
    false
}

/// Others hear of a change whose author went away while it was committed.
pub async fn who_leaves_early_leaves_the_news(scene: &Scene) {
    let soon = scene.now() + SignedDuration::from_hours(1);
    let (mut turns, mut in_the_middle) = (0, 0);
    // Given up after more and more turns: before, while and after it is committed.
    while in_the_middle < 3 {
        let mut listener = scene.catalog.listen(Topic::Jobs);
        let id = scene.job();
        let asking = scene.catalog.enqueue(id, JobKind::Process, scene.world.id(), scene.now());
        let ready = given_up_after(turns, asking).await;
        let queued = scene.catalog.overdue_jobs(soon, 1_000_000).await.unwrap();
        if queued.iter().any(|job| job.job == id) {
            in_the_middle += u32::from(!ready);
            assert!(
                listener.wait(Duration::from_secs(20)).await,
                "nobody was told of what was given up after {turns} turns"
            );
        }
        turns = if ready { 0 } else { turns + 1 };
    }
}

/// Reads go on while pictures are received, and never see half of one.
pub async fn readers_and_writers_do_not_disturb_each_other(scene: &Scene) {
    let ada = scene.account("ada").await;
    let now = scene.now();
    let street = scene.street(&ada, Visibility::Anyone, 3).await;
    let set = scene.set(&ada).await;
    let writers = (0..4).map(|writer| {
        let (catalog, world) = (scene.catalog.clone(), scene.world.clone());
        let pictures: Vec<_> = (0..10).map(|_| scene.picture(&ada)).collect();
        tokio::spawn(async move {
            for (n, picture) in pictures.into_iter().enumerate() {
                let file = ReceivedFile {
                    upload_set: set,
                    file_name: format!("{writer}/{n}.jpg"),
                    picture,
                    notices: Vec::new(),
                    place: None,
                };
                let jobs = [world.id().into(), world.id().into(), world.id().into()];
                assert!(matches!(catalog.receive_file(file, jobs).await.unwrap(), Receipt::Accepted(_)));
            }
        })
    });
    let readers = (0..4).map(|_| {
        let (catalog, sequence) = (scene.catalog.clone(), street.sequence);
        tokio::spawn(async move {
            for _ in 0..20 {
                assert_eq!(catalog.sequence_items(Viewer::Anonymous, sequence, 0, 10).await.unwrap().len(), 3);
                let state = catalog.upload_set_state(set, now).await.unwrap().unwrap();
                assert_eq!(state.counts.not_processed, state.nb_items);
            }
        })
    });
    let tasks: Vec<_> = writers.chain(readers).collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(scene.catalog.files(set, 0, 100).await.unwrap().len(), 40);
}
