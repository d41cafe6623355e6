//! Jobs that do not get done, and what waits for a job that there is not.

use jiff::{SignedDuration, Timestamp};

use super::{EXAMPLES, Options, Patient, Report, Tally};
use crate::Result;

/// A lease that ran out so long ago should have been taken by another worker.
const LAPSED: SignedDuration = SignedDuration::from_hours(1);
/// Most of a kind that are looked at.
const MOST: i64 = 1000;

/// Looks at the queue.
pub async fn examine(patient: &Patient<'_>, options: &Options, report: &mut Report) -> Result<()> {
    dead(patient, report).await?;
    overdue(patient, options, report).await?;
    stalled(patient, options, report).await
}

async fn dead(patient: &Patient<'_>, report: &mut Report) -> Result<()> {
    let mut dead = Tally::new(
        "jobs-given-up",
        "Jobs were given up",
        "Look at the reasons with `flaneur jobs list`, remove the cause, then `flaneur jobs retry --all`",
    );
    let number = patient.catalog.job_counts().await?.dead.max(0) as u64;
    let some = patient.catalog.dead_jobs(EXAMPLES as i64).await?;
    if let (Some(first), true) = (some.first(), number > 0) {
        dead.found_many(number, format!("{} of {}: {}", first.kind.as_str(), first.subject, first.reason));
        dead.examples
            .extend(some.iter().skip(1).map(|job| format!("{} of {}: {}", job.kind.as_str(), job.subject, job.reason)));
    }
    dead.tell(report);
    Ok(())
}

async fn overdue(patient: &Patient<'_>, options: &Options, report: &mut Report) -> Result<()> {
    let mut lapsed = Tally::new(
        "leases-lapsed",
        "Jobs were taken by workers that were not heard of again, and nobody has taken them since",
        "Start a worker: `flaneur serve` or `flaneur worker`",
    );
    let mut late = Tally::new(
        "jobs-overdue",
        "Jobs have been due for a very long time",
        "Start a worker, or more of them: `flaneur serve` or `flaneur worker`",
    );
    let now = patient.catalog.database_time().await?;
    let long = now.saturating_sub(LAPSED).unwrap_or(Timestamp::MIN);
    let very_long = now.saturating_sub(options.grace).unwrap_or(Timestamp::MIN);
    for job in patient.catalog.overdue_jobs(long, MOST).await? {
        let example = format!("{} of {}, due since {}", job.kind.as_str(), job.subject, job.due_at);
        if job.leased {
            lapsed.found(example);
        } else if job.due_at < very_long {
            late.found(example);
        }
    }
    lapsed.tell(report);
    late.tell(report);
    Ok(())
}

async fn stalled(patient: &Patient<'_>, options: &Options, report: &mut Report) -> Result<()> {
    let mut stalled = Tally::new(
        "waits-for-ever",
        "Sequences or upload sets wait for a job that there is not",
        "Let --repair ask for the job",
    );
    for each in patient.catalog.stalled(MOST).await? {
        stalled.found(format!("{} of {}", each.kind.as_str(), each.subject));
        if options.repair {
            patient.catalog.enqueue(patient.job(), each.kind, each.subject, patient.world.now()).await?;
            stalled.mended(&each.subject);
        }
    }
    stalled.tell(report);
    Ok(())
}
