//! `flaneur jobs`: what was given up, and giving it another chance.

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use flaneur_catalog::{
    model::{DeadJob, JobCounts, JobId},
    world::World,
};
use serde_json::json;

use super::say;
use crate::{
    options::{ListJobs, RetryJobs},
    parts::open,
};

/// Jobs retried by one call of `--all`.
const AT_ONCE: i64 = 100_000;

/// Lists parked jobs.
pub async fn list(args: ListJobs) -> Result<()> {
    let catalog = open::catalog(&args.place).await?;
    let counts = catalog.job_counts().await.context("cannot count the jobs")?;
    let parked = catalog.dead_jobs(args.limit).await.context("cannot list the jobs")?;
    catalog.close().await;
    say(&if args.json { as_json(counts, &parked) } else { as_text(counts, &parked) });
    Ok(())
}

fn as_json(counts: JobCounts, parked: &[DeadJob]) -> String {
    let parked: Vec<_> = parked
        .iter()
        .map(|job| {
            json!({
                "id": job.job.to_string(),
                "kind": job.kind.as_str(),
                "subject": job.subject.to_string(),
                "attempts": job.attempts,
                "reason": job.reason,
            })
        })
        .collect();
    let JobCounts { queued, leased, dead } = counts;
    format!("{:#}", json!({ "counts": { "queued": queued, "leased": leased, "parked": dead }, "parked": parked }))
}

fn as_text(counts: JobCounts, parked: &[DeadJob]) -> String {
    let JobCounts { queued, leased, dead } = counts;
    let mut lines = vec![format!("{queued} waiting, {leased} under way, {dead} given up")];
    lines.extend(parked.iter().map(|job| {
        // One job is one line, whatever a library wrote into its error.
        let reason: String = job.reason.chars().map(|char| if char.is_control() { ' ' } else { char }).collect();
        format!("{}  {:8}  {}  {:2} attempts  {reason}", job.job, job.kind.as_str(), job.subject, job.attempts)
    }));
    let listed = i64::try_from(parked.len()).unwrap_or(i64::MAX);
    if dead > listed {
        lines.push(format!("… and {} more: list them with --limit", dead - listed));
    }
    if dead > 0 {
        lines.push("try again with: flaneur jobs retry ID…, or --all".to_owned());
    }
    lines.join("\n")
}

/// Gives parked jobs a new row of attempts. Fails if one of those named is not parked.
pub async fn retry(args: RetryJobs) -> Result<ExitCode> {
    let world = World::real();
    let catalog = open::catalog(&args.place).await?;
    let jobs: Vec<JobId> = if args.all {
        let parked = catalog.dead_jobs(AT_ONCE).await.context("cannot list the jobs")?;
        parked.into_iter().map(|job| job.job).collect()
    } else {
        args.jobs
    };
    let mut revived = 0_usize;
    let mut others = Vec::new();
    for job in jobs {
        if catalog.revive(job, world.now()).await.with_context(|| format!("cannot retry {job}"))? {
            revived += 1;
        } else {
            others.push(job);
        }
    }
    let left = catalog.job_counts().await.context("cannot count the jobs")?.dead;
    catalog.close().await;
    say(&format!("{revived} to be tried again, {left} still given up"));
    // With --all, what is no longer parked was retried by somebody else: that is what was asked for.
    if args.all || others.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    for job in others {
        say(&format!("{job} is not given up: nothing to retry"));
    }
    Ok(ExitCode::FAILURE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::{Cli, Command, JobsCommand};
    use clap::Parser as _;
    use flaneur_catalog::model::{Failure, JobKind};
    use jiff::SignedDuration;

    fn parked() -> DeadJob {
        DeadJob {
            job: "0191f0a0-7c3e-7a51-9d3a-6d2f6f0c2b11".parse().unwrap(),
            kind: JobKind::Process,
            subject: "0191f0a0-7c3e-7a51-9d3a-6d2f6f0c2b12".parse().unwrap(),
            attempts: 10,
            reason: "the storage failed:\nout of reach".to_owned(),
        }
    }

    #[test]
    fn a_job_is_a_line() {
        let counts = JobCounts { queued: 3, leased: 1, dead: 2 };
        let text = as_text(counts, &[parked()]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "3 waiting, 1 under way, 2 given up");
        assert!(lines[1].starts_with("0191f0a0-7c3e-7a51-9d3a-6d2f6f0c2b11  process "), "{text}");
        assert!(lines[1].ends_with("10 attempts  the storage failed: out of reach"), "{text}");
        assert!(lines[2].contains("1 more"), "{text}");
        assert_eq!(as_text(JobCounts::default(), &[]), "0 waiting, 0 under way, 0 given up");
    }

    #[test]
    fn json_has_it_all() {
        let json = as_json(JobCounts { queued: 3, leased: 1, dead: 1 }, &[parked()]);
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["counts"], json!({ "queued": 3, "leased": 1, "parked": 1 }));
        assert_eq!(json["parked"][0]["attempts"], 10);
        assert_eq!(json["parked"][0]["reason"], "the storage failed:\nout of reach");
    }

    fn asked(data: &std::path::Path, which: &str) -> RetryJobs {
        let line = ["flaneur", "jobs", "retry", which, "--data", data.to_str().unwrap()];
        let Command::Jobs(args) = Cli::parse_from(line).command else { panic!("another command") };
        let JobsCommand::Retry(args) = args.command else { panic!("another command") };
        args
    }

    #[tokio::test]
    async fn what_was_given_up_is_retried_once() {
        let folder = tempfile::tempdir().unwrap();
        let world = World::real();
        let job = JobId(world.id());
        let catalog = open::catalog(&asked(folder.path(), "--all").place).await.unwrap();
        catalog.enqueue(job, JobKind::Process, world.id(), world.now()).await.unwrap();
        for which in [job.to_string(), "--all".to_owned()] {
            let hold = SignedDuration::from_secs(60);
            let lease = catalog.lease(&[JobKind::Process], world.id(), hold).await.unwrap().unwrap();
            assert!(catalog.fail(&lease, Failure::Park { reason: "it cannot pass".to_owned() }).await.unwrap());
            assert_eq!(catalog.job_counts().await.unwrap().dead, 1);

            assert_eq!(retry(asked(folder.path(), &which)).await.unwrap(), ExitCode::SUCCESS);
            let counts = catalog.job_counts().await.unwrap();
            assert_eq!((counts.dead, counts.queued), (0, 1));
            assert_eq!(retry(asked(folder.path(), &job.to_string())).await.unwrap(), ExitCode::FAILURE);
            assert_eq!(retry(asked(folder.path(), "--all")).await.unwrap(), ExitCode::SUCCESS);
        }
        catalog.close().await;
    }
}
