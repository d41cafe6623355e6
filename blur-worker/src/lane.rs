//! A lane: leases jobs one after another, keeps the lease alive, and says what became of each.

use std::{sync::Arc, time::Duration};

use flaneur_catalog::{
    CatalogError,
    model::{Failure, JobKind, Lease, PictureId},
    request,
    signals::{Listener, Topic},
};
use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument as _, Span, field::Empty};

use crate::{Worker, areas, destroy, dispatch, erase, error::JobError, ground::Ground, process, redact, refresh};

/// How often an idle lane looks for work without being told of any; a quarter of it more or less, so that many do not look
/// in step.
const POLL: Duration = Duration::from_secs(1);
/// How long a lane that is told of work waits at most before it looks, so that of many idle ones a few take what there is
/// and the others find it gone without asking at the same moment.
const SPREAD: Duration = Duration::from_millis(40);
/// How long a job in hand may take to finish once the worker is told to stop.
const GRACE: Duration = Duration::from_secs(8);

/// How long work may go on after a heartbeat was told that the lease is gone.
const AFTERMATH: Duration = Duration::from_secs(1);

/// How long a lease holds without a heartbeat, as the catalog is told it.
fn hold(lease: Duration) -> SignedDuration {
    SignedDuration::try_from(lease).unwrap_or(SignedDuration::MAX)
}

/// Works until told to stop.
pub async fn run(worker: Worker, ground: Arc<Ground>, kinds: &[JobKind], stop: CancellationToken) {
    // Errors of the database are logged once, not every second.
    let mut failing = false;
    let mut news = worker.catalog.listen(Topic::Jobs);
    while !stop.is_cancelled() {
        let kinds = ground.passable(kinds);
        match worker.catalog.lease(&kinds, worker.world.id(), hold(worker.options.lease)).await {
            Ok(Some(lease)) => {
                failing = false;
                attend(&worker, &lease, &ground, &stop).await;
            }
            Ok(None) => {
                failing = false;
                idle(&worker, &mut news, &stop).await;
            }
            Err(error) => {
                if !failing {
                    tracing::error!(error = JobError::from(error).chain(), "cannot take jobs");
                    failing = true;
                }
                idle(&worker, &mut news, &stop).await;
            }
        }
    }
}

/// Does every job that is due, one after another.
pub async fn drain(worker: &Worker) -> Result<usize, CatalogError> {
    let never = CancellationToken::new();
    let mut done = 0;
    while let Some(lease) = worker.catalog.lease(&JobKind::ALL, worker.world.id(), hold(worker.options.lease)).await? {
        attend(worker, &lease, &Ground::default(), &never).await;
        done += 1;
    }
    Ok(done)
}

async fn idle(worker: &Worker, news: &mut Listener, stop: &CancellationToken) {
    let [random] = worker.world.secret::<1>();
    let part = f64::from(random) / 255.0;
    let look = async {
        if news.wait(POLL.mul_f64(0.75 + 0.5 * part)).await {
            tokio::time::sleep(SPREAD.mul_f64(part)).await;
        }
    };
    tokio::select! {
        () = look => {}
        () = stop.cancelled() => {}
    }
}

/// Does one job while its lease is kept alive.
async fn attend(worker: &Worker, lease: &Lease, ground: &Ground, stop: &CancellationToken) {
    let overdue = async {
        stop.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    let span = span(lease);
    let work = work(worker, lease, span.clone());
    tokio::pin!(work);
    let outcome = tokio::select! {
        outcome = &mut work => outcome,
        () = keep(worker, lease) => {
            // The lease may have ended with the job just now: then the work is about to hear of it. If it was lost, whatever
            // the work does with it changes nothing.
            let Ok(outcome) = tokio::time::timeout(AFTERMATH, &mut work).await else {
                span.record("outcome", "lost");
                if is_gone(worker, lease).await {
                    tracing::info!(job = %lease.job, "the picture was deleted while it was worked on");
                } else {
                    tracing::warn!(job = %lease.job, "lost the lease; another worker does this job");
                }
                return;
            };
            outcome
        }
        () = overdue => {
            span.record("outcome", "released");
            settle(worker.catalog.release(lease).await, lease);
            return;
        }
    };
    let Err(error) = outcome else {
        span.record("outcome", "done");
        return;
    };
    ground.note(&error);
    let failure = judge(lease, &error);
    match &failure {
        Failure::Retry { reason, after } => {
            span.record("outcome", "retried");
            tracing::warn!(job = %lease.job, subject = %lease.subject, attempt = lease.attempt, reason, after_s = after.as_secs(), "job failed, will be tried again");
        }
        Failure::Park { reason } => {
            span.record("outcome", "parked");
            tracing::error!(job = %lease.job, subject = %lease.subject, attempt = lease.attempt, reason, "job failed, parked");
        }
    }
    settle(worker.catalog.fail(lease, failure).await, lease);
}

fn settle(outcome: flaneur_catalog::Result<bool>, lease: &Lease) {
    match outcome {
        Ok(true) => {}
        Ok(false) => tracing::warn!(job = %lease.job, "the lease had run out"),
        // The lease runs out by itself, and the job is taken again.
        Err(error) => tracing::error!(job = %lease.job, error = JobError::from(error).chain(), "cannot end the job"),
    }
}

/// What every line that is logged about a job says. How it ended is known when there are no more lines: it is for traces.
fn span(lease: &Lease) -> Span {
    let (kind, job, subject, attempt) = (lease.kind.as_str(), lease.job, lease.subject, lease.attempt);
    if let Some(request) = &lease.request {
        tracing::info_span!("job", kind, %job, %subject, attempt, request, outcome = Empty)
    } else {
        tracing::info_span!("job", kind, %job, %subject, attempt, outcome = Empty)
    }
}

/// Works on behalf of the request that asked for the job, so that the jobs that follow from it can be traced back, too. The
/// scope is around the span: the trace is named by the request.
async fn work(worker: &Worker, lease: &Lease, span: Span) -> Result<(), JobError> {
    let work = by_kind(worker, lease).instrument(span);
    match &lease.request {
        Some(request) => request::scope(request.clone(), work).await,
        None => work.await,
    }
}

async fn by_kind(worker: &Worker, lease: &Lease) -> Result<(), JobError> {
    match lease.kind {
        // On the heap: what these two hold while they wait is large.
        JobKind::Process => Box::pin(process::run(worker, lease)).await,
        JobKind::Redact => Box::pin(redact::run(worker, lease)).await,
        JobKind::Erase => erase::run(worker, lease).await,
        JobKind::Areas => areas::run(worker, lease).await,
        JobKind::Dispatch => dispatch::run(worker, lease).await,
        JobKind::Refresh => refresh::run(worker, lease).await,
        JobKind::Destroy => destroy::run(worker, lease).await,
        // The API does these: no lane of a worker leases them.
        JobKind::Transfer | JobKind::Dataset => Err(JobError::Unreadable("kind of job")),
    }
}

/// Whether the lease ended because the picture that the job is about was deleted, and the job with it.
async fn is_gone(worker: &Worker, lease: &Lease) -> bool {
    let of_picture = matches!(lease.kind, JobKind::Process | JobKind::Redact);
    of_picture && matches!(worker.catalog.picture(PictureId(lease.subject)).await, Ok(None))
}

/// Prolongs the lease for as long as it is ours; returns when it is lost.
async fn keep(worker: &Worker, lease: &Lease) {
    loop {
        // Three may fail before the lease runs out.
        tokio::time::sleep(worker.options.lease / 4).await;
        match worker.catalog.heartbeat(lease, hold(worker.options.lease)).await {
            Ok(true) => {}
            Ok(false) => return,
            // The database may be back before the lease runs out.
            Err(error) => tracing::warn!(job = %lease.job, error = JobError::from(error).chain(), "no heartbeat"),
        }
    }
}

/// What becomes of a job that failed.
fn judge(lease: &Lease, error: &JobError) -> Failure {
    let reason = error.chain();
    if error.is_lasting() { Failure::Park { reason } } else { lease.failed(reason) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flaneur_catalog::model::JobId;
    use uuid::Uuid;

    #[test]
    fn back_off_outlasts_a_five_minute_outage() {
        let lease = |attempt| Lease {
            job: JobId(Uuid::nil()),
            kind: JobKind::Process,
            subject: Uuid::nil(),
            attempt,
            token: Uuid::nil(),
            version: 1,
            expires_at: jiff::Timestamp::UNIX_EPOCH,
            request: None,
        };
        let mut waited = 0;
        for attempt in 1..JobKind::Process.max_attempts() {
            match judge(&lease(attempt), &JobError::Panic) {
                Failure::Retry { after, .. } => waited += after.as_secs(),
                Failure::Park { .. } => panic!("parked at attempt {attempt}"),
            }
        }
        assert!(waited > 480, "{waited} s");
        assert!(matches!(judge(&lease(1), &JobError::Unreadable("x")), Failure::Park { .. }), "it cannot pass");
        let last = judge(&lease(JobKind::Process.max_attempts()), &JobError::Panic);
        assert!(matches!(last, Failure::Park { .. }));
    }
}
