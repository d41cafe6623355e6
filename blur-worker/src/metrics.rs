//! What is counted and measured of jobs. Names and meaning stand in `docs/metrics.md` too.

use std::time::Instant;

use flaneur_catalog::model::{JobKind, Lease};
use metrics::{Unit, counter, describe_counter, describe_histogram, histogram};

use crate::error::JobError;

const STAGE: &str = "flaneur_stage_duration_seconds";
const ENDED: &str = "flaneur_jobs_ended_total";

/// A part of processing a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The original is read from the private storage.
    Read,
    /// A JPEG is made of it, if it is none.
    Convert,
    /// It is decoded.
    Decode,
    /// Faces and plates are looked for.
    Detect,
    /// Regions are replaced, and everything is encoded.
    Redact,
    /// What was made is read and compared.
    Verify,
    /// It is written to the public storage and read back.
    Store,
    /// The catalog is told.
    Publish,
}

impl Stage {
    const ALL: [Self; 8] =
        [Self::Read, Self::Convert, Self::Decode, Self::Detect, Self::Redact, Self::Verify, Self::Store, Self::Publish];

    fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Convert => "convert",
            Self::Decode => "decode",
            Self::Detect => "detect",
            Self::Redact => "redact",
            Self::Verify => "verify",
            Self::Store => "store",
            Self::Publish => "publish",
        }
    }

    /// Does it, and measures how long it takes.
    pub(crate) fn measure<T>(self, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        self.took(start);
        result
    }

    /// The same where one waits for it.
    pub(crate) async fn measured<F: Future>(self, work: F) -> F::Output {
        let start = Instant::now();
        let result = work.await;
        self.took(start);
        result
    }

    fn took(self, start: Instant) {
        histogram!(STAGE, "stage" => self.name()).record(start.elapsed().as_secs_f64());
    }
}

/// Says what is counted, and begins each count at zero. For whoever records it.
pub fn describe() {
    describe_histogram!(STAGE, Unit::Seconds, "Time a stage of processing a picture took");
    describe_counter!(ENDED, "Attempts at jobs that ended, by kind and outcome");
    for stage in Stage::ALL {
        drop(histogram!(STAGE, "stage" => stage.name()));
    }
    for kind in JobKind::ALL {
        for outcome in ["done", "failed", "parked"] {
            counter!(ENDED, "kind" => kind.as_str(), "outcome" => outcome).absolute(0);
        }
    }
}

/// Makes an attempt at a job, and counts how it ends: done, failed (it will be tried again), or parked.
pub(crate) async fn counted(
    lease: &Lease,
    attempt: impl Future<Output = Result<(), JobError>>,
) -> Result<(), JobError> {
    let result = attempt.await;
    let outcome = match &result {
        Ok(()) => "done",
        Err(error) if error.is_lasting() || lease.attempt >= lease.kind.max_attempts() => "parked",
        Err(_) => "failed",
    };
    counter!(ENDED, "kind" => lease.kind.as_str(), "outcome" => outcome).increment(1);
    result
}
