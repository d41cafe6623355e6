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
    scene.catalog.lease(kinds, scene.world.id(), scene.now(), HOLD).await.unwrap()
}

async fn retry(scene: &Scene, lease: &Lease) -> bool {
    let failure = Failure::Retry { not_before: scene.now(), reason: "storage is away".to_owned() };
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
    let leased = scene.catalog.lease(&[JobKind::Refresh, JobKind::Refresh], token, scene.now(), HOLD).await.unwrap();
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
    assert!(scene.catalog.finish(&leased, scene.now()).await.unwrap());
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
    assert!(scene.catalog.finish(&first, scene.now()).await.unwrap());
    let second = lease(scene, &[JobKind::Refresh]).await.unwrap();
    assert_eq!((second.job, second.attempt), (id, 1), "with attempts of its own");
    assert!(second.version > first.version);
    assert!(!scene.catalog.finish(&first, scene.now()).await.unwrap());
    assert!(scene.catalog.finish(&second, scene.now()).await.unwrap());
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
    assert!(scene.catalog.heartbeat(&leased, scene.now() + HOLD).await.unwrap());
    scene.pass(50);
    assert_eq!(lease(scene, &[JobKind::Process]).await, None);
    scene.pass(10);
    assert!(lease(scene, &[JobKind::Process]).await.is_some());
    assert!(!scene.catalog.heartbeat(&leased, scene.now() + HOLD).await.unwrap());
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
        assert!(!scene.catalog.heartbeat(bad, scene.now() + HOLD + HOLD).await.unwrap());
        assert!(!scene.catalog.release(bad, scene.now()).await.unwrap());
        assert!(!scene.catalog.finish(bad, scene.now()).await.unwrap());
        assert!(!retry(scene, bad).await);
        assert!(!park(scene, bad, "no").await);
    }
    assert_eq!(scene.catalog.job_counts().await.unwrap(), JobCounts { leased: 1, ..JobCounts::default() });
    assert!(scene.catalog.finish(&held, scene.now()).await.unwrap());
    assert!(!scene.catalog.finish(&held, scene.now()).await.unwrap(), "once");
}

pub async fn reclaimed_jobs_are_due_and_their_leases_are_void(scene: &Scene) {
    ask(scene, JobKind::Process, scene.world.id()).await;
    ask(scene, JobKind::Refresh, scene.world.id()).await;
    ask(scene, JobKind::Destroy, scene.world.id()).await;
    let first = lease(scene, &[JobKind::Process]).await.unwrap();
    let second = lease(scene, &[JobKind::Refresh]).await.unwrap();
    assert_eq!(scene.catalog.reclaim(scene.now()).await.unwrap(), 2);
    for lost in [&first, &second] {
        assert!(!scene.catalog.finish(lost, scene.now()).await.unwrap());
        assert!(!scene.catalog.heartbeat(lost, scene.now() + HOLD).await.unwrap());
    }
    let again = lease(scene, &[JobKind::Process]).await.unwrap();
    assert_eq!((again.job, again.attempt), (first.job, 2), "the attempt counts");
    assert!(scene.catalog.finish(&again, scene.now()).await.unwrap());
}

pub async fn a_released_job_has_all_its_attempts(scene: &Scene) {
    ask(scene, JobKind::Process, scene.world.id()).await;
    for _ in 0..2 * JobKind::Process.max_attempts() {
        let leased = lease(scene, &[JobKind::Process]).await.unwrap();
        assert_eq!(leased.attempt, 1);
        assert!(scene.catalog.release(&leased, scene.now()).await.unwrap());
    }
}

pub async fn a_retry_waits_for_its_time(scene: &Scene) {
    ask(scene, JobKind::Process, scene.world.id()).await;
    let leased = lease(scene, &[JobKind::Process]).await.unwrap();
    let failure = Failure::Retry { not_before: scene.now() + HOLD, reason: "storage is away".to_owned() };
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
        let leased =
            scene.catalog.lease(&[JobKind::Destroy], scene.world.id(), scene.now(), hold).await.unwrap().unwrap();
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
