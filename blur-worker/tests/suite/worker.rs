//! The worker over a real catalog and real folders.

use std::{sync::atomic::Ordering, time::Duration};

use crate::common::{Bench, photo};
use flaneur_access::Viewer;
use flaneur_catalog::{
    Coverage as _, Jobs as _, Pictures as _, Sequences as _, UploadSets as _, Uploads as _,
    model::{
        JobCounts, JobId, JobKind, NewUpload, PartId, PictureId, PictureStatus, SequenceOrder, SequenceQuery, UploadId,
        UploadPart, UploadReceipt,
    },
};
use flaneur_storage::{ObjectKind, OriginalKey, PartKey, PublicKey};
use flaneur_worker::{
    leftovers,
    sweep::{Moment, sweep},
};
use jiff::SignedDuration;

#[tokio::test(flavor = "multi_thread")]
async fn pictures_become_public_and_originals_are_destroyed() {
    let bench = Bench::new().await;
    let set = bench.upload_set(true).await;
    let mut ids = Vec::new();
    for number in 0..4 {
        ids.push(bench.send(set, number, &photo(number as u8)).await);
    }
    bench.complete(set).await;
    bench.worker.drain().await.unwrap();

    let state = bench.catalog.upload_set_state(set, bench.world.now()).await.unwrap().unwrap();
    assert!(state.ready, "{state:?}");
    assert_eq!((state.counts.prepared, state.sequences.len()), (4, 1));
    assert!(bench.storage.private.list(10).await.unwrap().is_empty(), "an original is left");

    let item = bench.catalog.item(Viewer::Anonymous, ids[1]).await.unwrap().unwrap();
    assert_eq!(item.links.prev.as_ref().map(|prev| prev.id), Some(ids[0]));
    assert_eq!(item.links.next.as_ref().map(|next| next.id), Some(ids[2]));
    let heading = item.picture.orientation.heading.unwrap();
    assert!((heading - 90.0).abs() < 0.1, "eastward along the track: {heading}");
    assert_eq!(item.picture.original, None);
    let objects = item.picture.objects.unwrap();
    assert_eq!(objects.tiles, None);
    for key in objects.keys() {
        let key: PublicKey = key.parse().unwrap();
        let bytes = bench.storage.public.read(&key, None).await.unwrap();
        let pixels =
            flaneur_jpeg::Source::open(&bytes, 1, false, &flaneur_jpeg::Limits::default()).unwrap().pixels().unwrap();
        let width = pixels.width;
        assert!(width == 320, "nothing is enlarged: {width}");
        // Inside the region the checks are gone: neighbouring pixels differ by little.
        let row = &pixels.rgb[(85 * 320 + 105) * 3..(85 * 320 + 135) * 3];
        let steps = row.chunks(3).zip(row.chunks(3).skip(1)).map(|(a, b)| a[0].abs_diff(b[0])).max().unwrap();
        assert!(steps < 24, "step of {steps}");
    }
    let sequences = bench
        .catalog
        .sequences(&SequenceQuery {
            viewer: Viewer::Anonymous,
            account: None,
            bbox: None,
            since: None,
            until: None,
            filter: None,
            with_gone: false,
            order: SequenceOrder::default(),
            after: None,
            backwards: false,
            limit: 10,
        })
        .await
        .unwrap()
        .sequences();
    assert_eq!(sequences.len(), 1);
    let corner = sequences[0].summary.bbox.unwrap();
    let near = flaneur_coverage::quadkey::Tile::at(12, corner.west, corner.south).keys();
    let marks = bench.catalog.sequence_marks(Viewer::Anonymous, None, near, None, 10).await.unwrap();
    assert_eq!(marks[0].lines[0].len(), 4);
    assert_eq!(bench.catalog.job_counts().await.unwrap(), JobCounts::default(), "the queue is empty");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_file_is_told_and_stops_nobody() {
    let bench = Bench::new().await;
    let set = bench.upload_set(true).await;
    let whole = photo(1);
    let cut = bench.send(set, 0, &whole[..whole.len() / 2]).await;
    let text = bench.send(set, 1, b"GIF89a, honestly").await;
    let good = bench.send(set, 2, &whole).await;
    bench.complete(set).await;
    bench.worker.drain().await.unwrap();

    for bad in [cut, text] {
        assert_eq!(bench.catalog.picture(bad).await.unwrap().unwrap().status, PictureStatus::Broken);
    }
    assert_eq!(bench.catalog.picture(good).await.unwrap().unwrap().status, PictureStatus::Ready);
    let files = bench.catalog.files(set, 0, 10).await.unwrap();
    let reason = files[0].rejection.as_ref().unwrap();
    assert!(reason.message.contains("truncated"), "{}", reason.message);
    assert!(files[1].rejection.is_some() && files[2].rejection.is_none());
    let state = bench.catalog.upload_set_state(set, bench.world.now()).await.unwrap().unwrap();
    assert!(state.ready && state.counts.broken == 2, "{state:?}");
    assert!(bench.storage.private.list(10).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lies_in_place_of_the_original_is_not_shown() {
    let bench = Bench::new().await;
    let set = bench.upload_set(true).await;
    let id = bench.send(set, 0, &photo(0)).await;
    bench.storage.private.destroy(OriginalKey(id.0)).await.unwrap();
    let mut writer = bench.storage.private.receive(OriginalKey(id.0), 1 << 20).await.unwrap();
    writer.write(&photo(1)).await.unwrap();
    writer.finish().await.unwrap();
    bench.worker.drain().await.unwrap();
    assert_eq!(bench.catalog.picture(id).await.unwrap().unwrap().status, PictureStatus::Broken);
    let files = bench.catalog.files(set, 0, 10).await.unwrap();
    assert!(files[0].rejection.as_ref().unwrap().message.contains("another file in its place"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_of_ours_is_tried_again_later() {
    let bench = Bench::new().await;
    let set = bench.upload_set(true).await;
    let id = bench.send(set, 0, &photo(1)).await;
    bench.eyes.failures.store(2, Ordering::SeqCst);
    for attempt in 1..=3 {
        bench.worker.drain().await.unwrap();
        assert_eq!(bench.eyes.looks.load(Ordering::SeqCst), attempt, "once in each round, not again before its time");
        bench.clock.advance(SignedDuration::from_secs(10));
    }
    assert_eq!(bench.catalog.picture(id).await.unwrap().unwrap().status, PictureStatus::Ready);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_never_works_is_parked_with_its_original_kept() {
    let bench = Bench::new().await;
    let set = bench.upload_set(true).await;
    let id = bench.send(set, 0, &photo(1)).await;
    bench.eyes.failures.store(1000, Ordering::SeqCst);
    for _ in 0..20 {
        bench.worker.drain().await.unwrap();
        bench.clock.advance(SignedDuration::from_secs(400));
    }
    let dead = bench.catalog.dead_jobs(10).await.unwrap();
    assert_eq!((dead.len(), dead[0].subject, dead[0].attempts), (1, id.0, JobKind::Process.max_attempts()));
    assert_eq!(bench.storage.private.list(10).await.unwrap().len(), 1);
    bench.eyes.failures.store(0, Ordering::SeqCst);
    assert!(bench.catalog.revive(dead[0].job, bench.world.now()).await.unwrap());
    bench.worker.drain().await.unwrap();
    assert_eq!(bench.catalog.picture(id).await.unwrap().unwrap().status, PictureStatus::Ready);
}

/// Killed at the worst moment again and again: the lease runs out, and nobody reports a failure.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_kills_its_worker_is_parked() {
    let bench = Bench::new().await;
    let set = bench.upload_set(true).await;
    let id = bench.send(set, 0, &photo(1)).await;
    for _ in 0..JobKind::Process.max_attempts() {
        let hold = SignedDuration::from_secs(60);
        let lease = bench.catalog.lease(&[JobKind::Process], bench.world.id(), hold).await.unwrap();
        assert_eq!(lease.unwrap().subject, id.0);
        bench.clock.advance(SignedDuration::from_secs(61));
    }
    bench.worker.drain().await.unwrap();
    let dead = bench.catalog.dead_jobs(10).await.unwrap();
    assert_eq!((dead.len(), dead[0].subject), (1, id.0));
    assert!(!dead[0].reason.is_empty());
    assert_eq!(bench.eyes.looks.load(Ordering::SeqCst), 0);
    assert_eq!(bench.storage.private.list(10).await.unwrap().len(), 1, "the operator may want to look into it");
}

#[tokio::test(flavor = "multi_thread")]
async fn duplicates_and_deleted_pictures_leave_no_object() {
    let bench = Bench::new().await;
    let set = bench.upload_set(false).await;
    let kept = bench.send(set, 0, &photo(1)).await;
    // The same place, one second later.
    let again = bench.send(set, 0, &photo(2)).await;
    let other = bench.send(set, 1, &photo(3)).await;
    bench.worker.drain().await.unwrap();
    bench.complete(set).await;
    bench.worker.drain().await.unwrap();
    let catalog = &bench.catalog;
    let status = |id| async move { catalog.picture(id).await.unwrap().map(|picture| picture.status) };
    let states = [status(kept).await, status(again).await];
    assert!(
        states.contains(&Some(PictureStatus::Ready)) && states.contains(&Some(PictureStatus::Duplicate)),
        "{states:?}"
    );
    assert_eq!(
        bench.storage.public.list(100).await.unwrap().len(),
        4,
        "two objects each of two pictures, which are small"
    );

    let jobs = [JobId(bench.world.id()), JobId(bench.world.id())];
    assert!(bench.catalog.delete_picture(other, jobs, bench.world.now()).await.unwrap());
    bench.worker.drain().await.unwrap();
    assert_eq!(bench.storage.public.list(100).await.unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_old_orphans_are_swept() {
    let bench = Bench::new().await;
    let set = bench.upload_set(true).await;
    let id = bench.send(set, 0, &photo(1)).await;
    let orphan = OriginalKey(bench.world.id());
    let mut writer = bench.storage.private.receive(orphan, 100).await.unwrap();
    writer.write(b"left behind").await.unwrap();
    writer.finish().await.unwrap();
    // What a process leaves that is killed while it writes.
    let private = bench.folder.path().join("private");
    std::fs::write(private.join(".half#1"), "half an original").unwrap();
    let left = || bench.storage.private.list(10);
    // A worker's own clock does not count.
    bench.clock.advance(SignedDuration::from_hours(24 * 365 * 200));
    assert_eq!(sweep(&bench.worker).await.unwrap(), 0);

    age(&private, Duration::from_hours(2));
    assert_eq!(sweep(&bench.worker).await.unwrap(), 2);
    let kept = left().await.unwrap();
    assert_eq!((kept.len(), kept[0].key.0), (1, id.0));
    assert!(!private.join(".half#1").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_that_expired_are_swept() {
    let bench = Bench::new().await;
    let set = bench.upload_set(true).await;
    let account = bench.catalog.upload_set(set).await.unwrap().unwrap().options.account;
    let begin = async |lifetime: SignedDuration| {
        let upload =
            UploadPart { name: PartId(bench.world.id()), upload: UploadId(bench.world.id()), start: 0, size: 5 };
        let now = bench.world.now();
        let new = NewUpload {
            id: upload.upload,
            upload_set: set,
            account,
            picture: PictureId(bench.world.id()),
            file_name: "a.jpg".to_owned(),
            length: 10,
            metadata: String::new(),
            created_at: now,
            expires_at: now + lifetime,
        };
        assert_eq!(bench.catalog.begin_upload(new, 10).await.unwrap(), UploadReceipt::Begun);
        let key = PartKey { upload: upload.upload.0, part: upload.name.0 };
        bench.storage.private.put_part(key, "parts".into()).await.unwrap();
        assert_eq!(bench.catalog.append_parts(&[upload], now, now + lifetime).await.unwrap(), Some(5));
        key
    };
    let (short, long) = (begin(SignedDuration::from_hours(1)).await, begin(SignedDuration::from_hours(100)).await);
    let unlisted = PartKey { upload: long.upload, part: bench.world.id() };
    bench.storage.private.put_part(unlisted, "of a process that died".into()).await.unwrap();
    assert_eq!(sweep(&bench.worker).await.unwrap(), 0);
    bench.clock.advance(SignedDuration::from_hours(2));
    assert_eq!(sweep(&bench.worker).await.unwrap(), 1, "the one that expired");
    assert_eq!(bench.storage.private.part_size(short).await.unwrap(), None);
    age(&bench.folder.path().join("private"), Duration::from_hours(2));
    assert_eq!(sweep(&bench.worker).await.unwrap(), 1, "the one that is not listed");
    assert_eq!(bench.storage.private.part_size(unlisted).await.unwrap(), None);
    assert_eq!(bench.storage.private.part_size(long).await.unwrap(), Some(5));
    // What became of it is remembered for a while.
    let expired = UploadId(short.upload);
    assert!(bench.catalog.upload(expired).await.unwrap().unwrap().is_expired(bench.world.now()));
    bench.clock.advance(SignedDuration::from_hours(24));
    assert_eq!(sweep(&bench.worker).await.unwrap(), 0);
    assert_eq!(bench.catalog.upload(expired).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_left_before_the_only_server_began_is_swept_at_once() {
    let mut bench = Bench::new().await;
    let private = bench.folder.path().join("private");
    std::fs::write(private.join("half#12"), "half an original").unwrap();
    age(&private, Duration::from_secs(10));
    bench.worker.options.sweep.before = Some(Moment::now(&bench.storage).await.unwrap());
    std::fs::write(private.join("later#1"), "is being written").unwrap();
    assert_eq!(sweep(&bench.worker).await.unwrap(), 1);
    assert!(private.join("later#1").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn only_old_objects_that_no_picture_has_are_swept() {
    let bench = Bench::new().await;
    let set = bench.upload_set(true).await;
    let ready = bench.send(set, 0, &photo(1)).await;
    bench.worker.drain().await.unwrap();
    let waiting = bench.send(set, 1, &photo(2)).await;
    let public = &bench.storage.public;
    let put = async |picture| public.put(picture, ObjectKind::Thumb, b"left behind".to_vec().into()).await.unwrap();
    // Of nobody; of one that has others; of one whose job may be about to name it.
    let (nobodys, another, coming) = (put(bench.world.id()).await, put(ready.0).await, put(waiting.0).await);
    assert_eq!(leftovers::sweep(&bench.worker).await.unwrap(), 0, "all of it is new");
    age(&bench.folder.path().join("public"), Duration::from_hours(25));
    assert_eq!(leftovers::sweep(&bench.worker).await.unwrap(), 2);
    assert_eq!(public.size(&nobodys).await.unwrap().or(public.size(&another).await.unwrap()), None);
    assert!(public.size(&coming).await.unwrap().is_some());
    assert_eq!(public.list(10).await.unwrap().len(), 3, "the picture that is ready has its two");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_cannot_use_the_storage_leaves_jobs_alone() {
    let bench = Bench::new().await;
    let pictures = bench.upload_set(true).await;
    for number in 0..20 {
        bench.send(pictures, number, &photo(number as u8)).await;
    }
    // Nothing can be stored where there is a file in the folder's place.
    let (public, aside) = (bench.folder.path().join("public"), bench.folder.path().join("aside"));
    std::fs::rename(&public, &aside).unwrap();
    std::fs::write(&public, "in the way").unwrap();
    let stop = tokio_util::sync::CancellationToken::new();
    let running = tokio::spawn(bench.worker.clone().run(stop.clone()));
    until(async || bench.eyes.looks.load(Ordering::SeqCst) > 0).await;
    // What needs no storage is done all the while.
    for number in 100..110 {
        let other = bench.upload_set(true).await;
        bench.send(other, number, &photo(number as u8)).await;
        bench.complete(other).await;
        until(async || {
            let state = bench.catalog.upload_set_state(other, bench.world.now()).await.unwrap().unwrap();
            state.set.dispatched
        })
        .await;
    }
    assert_eq!(bench.eyes.looks.load(Ordering::SeqCst), 1, "one attempt was enough to find out");

    std::fs::remove_file(&public).unwrap();
    std::fs::rename(&aside, &public).unwrap();
    bench.complete(pictures).await;
    // The first one waits for a second after its failure, by the test's clock.
    bench.clock.advance(SignedDuration::from_secs(2));
    until(async || bench.catalog.job_counts().await.unwrap() == JobCounts::default()).await;
    let state = bench.catalog.upload_set_state(pictures, bench.world.now()).await.unwrap().unwrap();
    assert_eq!(state.counts.prepared, 20);
    stop.cancel();
    running.await.unwrap();
    assert_eq!(bench.eyes.looks.load(Ordering::SeqCst), 1 + 30, "no other attempt failed");
}

/// Polls until it is so.
async fn until(mut probe: impl AsyncFnMut() -> bool) {
    let start = std::time::Instant::now();
    while !probe().await {
        assert!(start.elapsed() < Duration::from_mins(1), "in vain");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Dates every file below a folder back.
#[expect(clippy::unwrap_used, reason = "this is test code")]
fn age(folder: &std::path::Path, by: Duration) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            age(&entry.path(), by);
        } else {
            let file = std::fs::File::options().write(true).open(entry.path()).unwrap();
            file.set_modified(entry.metadata().unwrap().modified().unwrap() - by).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_to_stop_it_stops() {
    let bench = Bench::new().await;
    let set = bench.upload_set(true).await;
    for number in 0..3 {
        bench.send(set, number, &photo(number as u8)).await;
    }
    let stop = tokio_util::sync::CancellationToken::new();
    let running = tokio::spawn(bench.worker.clone().run(stop.clone()));
    stop.cancel();
    running.await.unwrap();
    let counts = bench.catalog.job_counts().await.unwrap();
    assert_eq!((counts.leased, counts.dead), (0, 0), "no job is left in nobody's hands");
    bench.worker.drain().await.unwrap();
    let state = bench.catalog.upload_set_state(set, bench.world.now()).await.unwrap().unwrap();
    assert_eq!(state.counts.prepared, 3);
    drop(bench.folder);
}
