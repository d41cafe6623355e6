//! The job queue.

use uuid::Uuid;

use super::scene::{HOLD, Scene};
use crate::model::{Failure, JobCounts, JobId, JobKind, Lease};

async fn ask(scene: &Scene, kind: JobKind, subject: Uuid) -> JobId {
    let id = scene.job();
    scene.catalog.enqueue(id, kind, subject, scene.now()).await.unwrap();
    id
}

async fn lease(scene: &Scene, kinds: &[JobKind]) -> Option<Lease> {
    scene.catalog.lease(kinds, scene.world.id(), HOLD).await.unwrap()
}

async fn retry(scene: &Scene, lease: &Lease) -> bool {
    let failure = Failure::Retry { after: jiff::SignedDuration::ZERO, reason: "storage is away".to_owned() };
    scene.catalog.fail(lease, failure).await.unwrap()
}

async fn park(scene: &Scene, lease: &Lease, reason: &str) -> bool {
    scene.catalog.fail(lease, Failure::Park { reason: reason.to_owned() }).await.unwrap()
}

pub async fn the_most_urgent_job_comes_first(scene: &Scene) {
    for kind in JobKind::ALL.into_iter().rev() {
        ask(scene, kind, scene.world.id()).await;
        scene.pass(1);
    }
    let mut kinds = JobKind::ALL;
    kinds.reverse();
    for kind in JobKind::ALL {
        assert_eq!(lease(scene, &kinds).await.map(|lease| lease.kind), Some(kind));
    }
    assert_eq!(lease(scene, &kinds).await, None);
}

pub async fn the_longest_waiting_job_comes_first(scene: &Scene) {
    let mut subjects: Vec<_> = (0..5).map(|_| scene.world.id()).collect();
    subjects.reverse();
    for subject in &subjects {
        ask(scene, JobKind::Process, *subject).await;
        scene.pass(1);
    }
    for subject in subjects {
        assert_eq!(lease(scene, &[JobKind::Process]).await.unwrap().subject, subject);
    }
}

pub async fn only_the_kinds_asked_for_are_leased(scene: &Scene) {
    let subject = scene.world.id();
    let id = ask(scene, JobKind::Refresh, subject).await;
    ask(scene, JobKind::Destroy, subject).await;
    assert_eq!(lease(scene, &[JobKind::Process, JobKind::Dispatch]).await, None);
    assert_eq!(lease(scene, &[]).await, None);
    let token = scene.world.id();
    let leased = scene.catalog.lease(&[JobKind::Refresh, JobKind::Refresh], token, HOLD).await.unwrap();
    let leased = leased.unwrap();
    assert_eq!((leased.job, leased.kind, leased.subject), (id, JobKind::Refresh, subject));
    assert_eq!((leased.attempt, leased.token, leased.expires_at), (1, token, scene.now() + HOLD));
}

pub async fn asking_while_queued_changes_nothing(scene: &Scene) {
    let subject = scene.world.id();
    let first = ask(scene, JobKind::Process, subject).await;
    scene.pass(1);
    let other = ask(scene, JobKind::Process, scene.world.id()).await;
    scene.pass(1);
    ask(scene, JobKind::Process, subject).await;
    assert_eq!(scene.catalog.job_counts().await.unwrap(), JobCounts { queued: 2, ..JobCounts::default() });
    let leased = lease(scene, &[JobKind::Process]).await.unwrap();
    assert_eq!(leased.job, first, "it keeps its turn");
    assert!(scene.catalog.finish(&leased).await.unwrap());
    assert_eq!(lease(scene, &[JobKind::Process]).await.unwrap().job, other);
    assert_eq!(lease(scene, &[JobKind::Process]).await, None);
}

pub async fn asking_while_leased_runs_it_once_more(scene: &Scene) {
    let subject = scene.world.id();
    let id = ask(scene, JobKind::Refresh, subject).await;
    let first = lease(scene, &[JobKind::Refresh]).await.unwrap();
    ask(scene, JobKind::Refresh, subject).await;
    ask(scene, JobKind::Refresh, subject).await;
    assert_eq!(lease(scene, &[JobKind::Refresh]).await, None, "not by two at once");
    assert!(scene.catalog.finish(&first).await.unwrap());
    let second = lease(scene, &[JobKind::Refresh]).await.unwrap();
    assert_eq!((second.job, second.attempt), (id, 1), "with attempts of its own");
    assert!(second.version > first.version);
    assert!(!scene.catalog.finish(&first).await.unwrap());
    assert!(scene.catalog.finish(&second).await.unwrap());
    assert_eq!(scene.catalog.job_counts().await.unwrap(), JobCounts::default());
}

pub async fn asking_while_leased_overrides_parking(scene: &Scene) {
    let subject = scene.world.id();
    ask(scene, JobKind::Refresh, subject).await;
    let leased = lease(scene, &[JobKind::Refresh]).await.unwrap();
    ask(scene, JobKind::Refresh, subject).await;
    assert!(park(scene, &leased, "the old state was bad").await);
    assert_eq!(lease(scene, &[JobKind::Refresh]).await.unwrap().attempt, 1);
}

pub async fn asking_revives_a_dead_job(scene: &Scene) {
    let subject = scene.world.id();
    let id = ask(scene, JobKind::Process, subject).await;
    let leased = lease(scene, &[JobKind::Process]).await.unwrap();
    assert!(park(scene, &leased, "no").await);
    assert_eq!(lease(scene, &[JobKind::Process]).await, None);
    ask(scene, JobKind::Process, subject).await;
    assert_eq!(scene.catalog.dead_jobs(10).await.unwrap(), []);
    let again = lease(scene, &[JobKind::Process]).await.unwrap();
    assert_eq!((again.job, again.attempt), (id, 1));
}

pub async fn a_lease_runs_out(scene: &Scene) {
    ask(scene, JobKind::Process, scene.world.id()).await;
    let first = lease(scene, &[JobKind::Process]).await.unwrap();
    scene.pass(59);
    assert_eq!(lease(scene, &[JobKind::Process]).await, None);
    scene.pass(1);
    let second = lease(scene, &[JobKind::Process]).await.unwrap();
    assert_eq!((second.job, second.attempt), (first.job, 2));
    assert_ne!(second.token, first.token);
}

pub async fn a_heartbeat_prolongs_a_lease(scene: &Scene) {
    ask(scene, JobKind::Process, scene.world.id()).await;
    let leased = lease(scene, &[JobKind::Process]).await.unwrap();
    scene.pass(50);
    assert!(scene.catalog.heartbeat(&leased, HOLD).await.unwrap());
    scene.pass(50);
    assert_eq!(lease(scene, &[JobKind::Process]).await, None);
    scene.pass(10);
    assert!(lease(scene, &[JobKind::Process]).await.is_some());
    assert!(!scene.catalog.heartbeat(&leased, HOLD).await.unwrap());
}

pub async fn a_lost_lease_ends_nothing(scene: &Scene) {
    let subject = scene.world.id();
    ask(scene, JobKind::Process, subject).await;
    let lost = lease(scene, &[JobKind::Process]).await.unwrap();
    scene.pass(60);
    let held = lease(scene, &[JobKind::Process]).await.unwrap();
    let forged = Lease { token: scene.world.id(), ..held.clone() };
    let unknown = Lease { job: scene.job(), ..held.clone() };
    for bad in [&lost, &forged, &unknown] {
        assert!(!scene.catalog.heartbeat(bad, HOLD + HOLD).await.unwrap());
        assert!(!scene.catalog.release(bad).await.unwrap());
        assert!(!scene.catalog.finish(bad).await.unwrap());
        assert!(!retry(scene, bad).await);
        assert!(!park(scene, bad, "no").await);
    }
    assert_eq!(scene.catalog.job_counts().await.unwrap(), JobCounts { leased: 1, ..JobCounts::default() });
    assert!(scene.catalog.finish(&held).await.unwrap());
    assert!(!scene.catalog.finish(&held).await.unwrap(), "once");
}

pub async fn reclaimed_jobs_are_due_and_their_leases_are_void(scene: &Scene) {
    ask(scene, JobKind::Process, scene.world.id()).await;
    ask(scene, JobKind::Refresh, scene.world.id()).await;
    ask(scene, JobKind::Destroy, scene.world.id()).await;
    let first = lease(scene, &[JobKind::Process]).await.unwrap();
    let second = lease(scene, &[JobKind::Refresh]).await.unwrap();
    assert_eq!(scene.catalog.reclaim().await.unwrap(), 2);
    for lost in [&first, &second] {
        assert!(!scene.catalog.finish(lost).await.unwrap());
        assert!(!scene.catalog.heartbeat(lost, HOLD).await.unwrap());
    }
    let again = lease(scene, &[JobKind::Process]).await.unwrap();
    assert_eq!((again.job, again.attempt), (first.job, 2), "the attempt counts");
    assert!(scene.catalog.finish(&again).await.unwrap());
}

pub async fn a_released_job_has_all_its_attempts(scene: &Scene) {
    ask(scene, JobKind::Process, scene.world.id()).await;
    for _ in 0..2 * JobKind::Process.max_attempts() {
        let leased = lease(scene, &[JobKind::Process]).await.unwrap();
        assert_eq!(leased.attempt, 1);
        assert!(scene.catalog.release(&leased).await.unwrap());
    }
}

pub async fn a_retry_waits_for_its_time(scene: &Scene) {
    ask(scene, JobKind::Process, scene.world.id()).await;
    let leased = lease(scene, &[JobKind::Process]).await.unwrap();
    let failure = Failure::Retry { after: HOLD, reason: "storage is away".to_owned() };
    assert!(scene.catalog.fail(&leased, failure).await.unwrap());
    assert_eq!(scene.catalog.job_counts().await.unwrap(), JobCounts { queued: 1, ..JobCounts::default() });
    scene.pass(59);
    assert_eq!(lease(scene, &[JobKind::Process]).await, None);
    scene.pass(1);
    assert_eq!(lease(scene, &[JobKind::Process]).await.unwrap().attempt, 2);
}

pub async fn the_last_attempt_is_parked(scene: &Scene) {
    ask(scene, JobKind::Process, scene.world.id()).await;
    for attempt in 1..=JobKind::Process.max_attempts() {
        let leased = lease(scene, &[JobKind::Process]).await.unwrap();
        assert_eq!(leased.attempt, attempt);
        assert!(retry(scene, &leased).await);
    }
    assert_eq!(lease(scene, &[JobKind::Process]).await, None);
    let dead = scene.catalog.dead_jobs(10).await.unwrap();
    assert_eq!((dead[0].attempts, dead[0].reason.as_str()), (JobKind::Process.max_attempts(), "storage is away"));
}

pub async fn a_job_that_kills_its_workers_is_parked(scene: &Scene) {
    let (killer, harmless) = (scene.world.id(), scene.world.id());
    ask(scene, JobKind::Process, killer).await;
    for attempt in 1..=JobKind::Process.max_attempts() {
        let leased = lease(scene, &[JobKind::Process]).await.unwrap();
        assert_eq!((leased.subject, leased.attempt), (killer, attempt));
        scene.pass(60);
    }
    ask(scene, JobKind::Process, harmless).await;
    assert_eq!(lease(scene, &[JobKind::Process]).await.unwrap().subject, harmless);
    assert_eq!(lease(scene, &[JobKind::Process]).await, None);
    let dead = scene.catalog.dead_jobs(10).await.unwrap();
    assert_eq!((dead.len(), dead[0].subject), (1, killer));
    assert!(!dead[0].reason.is_empty());
}

pub async fn dead_jobs_are_listed_and_revived(scene: &Scene) {
    let mut parked = Vec::new();
    for n in 0..3 {
        let subject = scene.world.id();
        let job = ask(scene, JobKind::Destroy, subject).await;
        // Leases of different length: what counts is when it was parked.
        let hold = HOLD * (3 - n);
        let leased = scene.catalog.lease(&[JobKind::Destroy], scene.world.id(), hold).await.unwrap().unwrap();
        assert!(park(scene, &leased, &format!("reason {n}")).await);
        scene.pass(1);
        parked.push(job);
    }
    let dead = scene.catalog.dead_jobs(10).await.unwrap();
    assert_eq!(dead.iter().map(|dead| dead.job).collect::<Vec<_>>(), [parked[2], parked[1], parked[0]]);
    assert_eq!((dead[0].kind, dead[0].reason.as_str(), dead[0].attempts), (JobKind::Destroy, "reason 2", 1));
    assert_eq!(scene.catalog.dead_jobs(1).await.unwrap().len(), 1);
    assert_eq!(scene.catalog.dead_jobs(-1).await.unwrap().len(), 0);
    assert_eq!(scene.catalog.job_counts().await.unwrap(), JobCounts { dead: 3, ..JobCounts::default() });
    assert!(scene.catalog.revive(parked[1], scene.now()).await.unwrap());
    assert!(!scene.catalog.revive(parked[1], scene.now()).await.unwrap(), "it is not parked any more");
    assert!(!scene.catalog.revive(scene.job(), scene.now()).await.unwrap());
    let leased = lease(scene, &[JobKind::Destroy]).await.unwrap();
    assert_eq!((leased.job, leased.attempt), (parked[1], 1));
    assert_eq!(scene.catalog.job_counts().await.unwrap(), JobCounts { leased: 1, dead: 2, queued: 0 });
}

/// Sends pictures of an account, and answers who they belong to when their jobs are leased.
async fn send(scene: &Scene, name: &str, pictures: usize) -> Vec<Uuid> {
    let account = match scene.catalog.account_by_name(name).await.unwrap() {
        Some(account) => account,
        None => scene.account(name).await,
    };
    let set = scene.set(&account).await;
    let mut ids = Vec::new();
    for _ in 0..pictures {
        ids.push(scene.accept(set, scene.picture(&account)).await.0);
    }
    ids
}

/// The places in line of the jobs of some subjects, taking and finishing all there is.
async fn places(scene: &Scene, of: &[Uuid]) -> Vec<usize> {
    let mut places = Vec::new();
    for place in 1.. {
        let Some(leased) = lease(scene, &[JobKind::Process]).await else { break };
        if of.contains(&leased.subject) {
            places.push(place);
        }
        assert!(scene.catalog.finish(&leased).await.unwrap());
    }
    places
}

pub async fn accounts_take_turns(scene: &Scene) {
    send(scene, "heavy", 60).await;
    for _ in 0..20 {
        let leased = lease(scene, &[JobKind::Process]).await.unwrap();
        assert!(scene.catalog.finish(&leased).await.unwrap());
    }
    let held = lease(scene, &[JobKind::Process]).await.unwrap();
    let light = send(scene, "light", 5).await;
    let places = places(scene, &light).await;
    assert_eq!(places.len(), 5);
    assert!(places.iter().zip(1..).all(|(place, nth)| *place <= 2 * nth + 1), "{places:?}: every other one is theirs");
    assert!(scene.catalog.finish(&held).await.unwrap());
}

/// Whoever was served before is not made to wait until everybody else has had as much.
pub async fn a_newcomer_does_not_overtake_for_long(scene: &Scene) {
    let first = send(scene, "first", 40).await;
    for _ in 0..30 {
        let leased = lease(scene, &[JobKind::Process]).await.unwrap();
        assert!(scene.catalog.finish(&leased).await.unwrap());
    }
    // One that failed long ago is tried again and does not set the clock of turns back.
    let failed = lease(scene, &[JobKind::Process]).await.unwrap();
    let after = Failure::Retry { after: HOLD, reason: "storage is away".to_owned() };
    assert!(scene.catalog.fail(&failed, after).await.unwrap());
    send(scene, "second", 40).await;
    let places = places(scene, &first).await;
    assert_eq!(places.len(), 9);
    assert!(places.iter().zip(1..).all(|(place, nth)| *place <= 2 * nth + 1), "{places:?}");
}

pub async fn the_queue_is_told_by_kind(scene: &Scene) {
    let asked = scene.now();
    ask(scene, JobKind::Refresh, scene.world.id()).await;
    scene.pass(5);
    for _ in 0..4 {
        ask(scene, JobKind::Refresh, scene.world.id()).await;
    }
    ask(scene, JobKind::Destroy, scene.world.id()).await;
    let whole = scene.catalog.queue().await.unwrap();
    assert_eq!(whole.iter().map(|line| line.kind).collect::<Vec<_>>(), JobKind::ALL);
    let refresh =
        |lines: &[crate::model::QueueLine]| lines.iter().find(|line| line.kind == JobKind::Refresh).cloned().unwrap();
    assert_eq!((refresh(&whole).due, refresh(&whole).oldest), (5, Some(asked)));
    let (one, two, three) = (
        lease(scene, &[JobKind::Refresh]).await.unwrap(),
        lease(scene, &[JobKind::Refresh]).await.unwrap(),
        lease(scene, &[JobKind::Refresh]).await.unwrap(),
    );
    assert!(park(scene, &one, "no").await);
    let after = Failure::Retry { after: HOLD, reason: "storage is away".to_owned() };
    assert!(scene.catalog.fail(&two, after).await.unwrap());
    let line = refresh(&scene.catalog.queue().await.unwrap());
    assert_eq!((line.due, line.delayed, line.leased, line.dead), (2, 1, 1, 1));
    assert!(scene.catalog.finish(&three).await.unwrap());
    assert_eq!(refresh(&scene.catalog.queue().await.unwrap()).leased, 0);
}

pub async fn a_job_carries_its_request(scene: &Scene) {
    crate::request::scope("req-1".to_owned(), ask(scene, JobKind::Process, scene.world.id())).await;
    assert_eq!(lease(scene, &[JobKind::Process]).await.unwrap().request.as_deref(), Some("req-1"));
    ask(scene, JobKind::Destroy, scene.world.id()).await;
    assert_eq!(lease(scene, &[JobKind::Destroy]).await.unwrap().request, None);
}

pub async fn a_clock_that_was_turned_back_stops_no_job(scene: &Scene) {
    let (held, delayed) = (scene.world.id(), scene.world.id());
    ask(scene, JobKind::Process, held).await;
    lease(scene, &[JobKind::Process]).await.unwrap();
    ask(scene, JobKind::Process, delayed).await;
    let leased = lease(scene, &[JobKind::Process]).await.unwrap();
    let after = Failure::Retry { after: HOLD, reason: "storage is away".to_owned() };
    assert!(scene.catalog.fail(&leased, after).await.unwrap());
    assert_eq!(lease(scene, &[JobKind::Process]).await, None);
    scene.pass(-3600);
    let mut again = vec![
        lease(scene, &[JobKind::Process]).await.unwrap().subject,
        lease(scene, &[JobKind::Process]).await.unwrap().subject,
    ];
    again.sort();
    let mut both = vec![held, delayed];
    both.sort();
    assert_eq!(again, both);
}
