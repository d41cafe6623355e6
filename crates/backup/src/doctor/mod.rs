//! Finds what is wrong with an instance, says how to mend it, and mends what can be mended without loss.
//!
//! It runs beside a working server. What is under way is not a finding: whatever may be a moment's state is either too
//! young to count, or looked at a second time before it is told.

mod files;
mod jobs;
mod machine;
mod orphans;
mod patches;
mod uploads;

use std::path::PathBuf;

use flaneur_catalog::{Catalog, model::JobId, world::World};
use jiff::SignedDuration;
use serde::Serialize;

use crate::{Result, folder::Folder, progress::Watch, stores::Stores};

pub use machine::modes;

/// Examples told of each finding.
const EXAMPLES: usize = 5;

/// What to look at, and whether to mend.
#[derive(Debug)]
pub struct Options {
    /// Compare every object with its hash, instead of a few.
    pub deep: bool,
    /// Objects compared with their hash at most.
    pub at_most: u64,
    /// Objects compared with their hash without `deep`.
    pub sample: usize,
    /// Mend what can be mended without loss.
    pub repair: bool,
    /// A backup from which objects that are lost or altered are brought back.
    pub backup: Option<Folder>,
    /// What is younger than this may be under way.
    pub grace: SignedDuration,
    /// Folders whose disks must have room.
    pub disks: Vec<PathBuf>,
    /// Bytes that must be free there.
    pub least_free: u64,
    /// Objects looked at at once.
    pub at_once: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            deep: false,
            at_most: u64::MAX,
            sample: 200,
            repair: false,
            backup: None,
            grace: SignedDuration::from_hours(24),
            disks: Vec::new(),
            least_free: 1 << 30,
            at_once: 16,
        }
    }
}

impl Options {
    /// What was stored before this second since 1970 was stored so long ago that nothing under way explains it.
    fn due(&self, patient: &Patient<'_>) -> i64 {
        patient.world.now().as_second().saturating_sub(self.grace.as_secs())
    }
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// A name for the kind of it, for programs.
    pub kind: &'static str,
    /// What it is, in words.
    pub what: String,
    /// How many.
    pub number: u64,
    /// A few of them.
    pub examples: Vec<String>,
    /// How to mend it.
    pub mend: String,
    /// How many were mended just now.
    pub mended: u64,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Report {
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// Pictures looked at.
    pub pictures: u64,
    /// Objects looked at.
    pub objects: u64,
    /// Objects compared with their hash.
    pub compared: u64,
}

impl Report {
    /// Whether nothing is wrong, or all of it was mended.
    pub fn is_healthy(&self) -> bool {
        self.findings.iter().all(|finding| finding.mended >= finding.number)
    }
}

/// Counts one kind of finding.
#[derive(Debug)]
struct Tally {
    kind: &'static str,
    what: &'static str,
    mend: &'static str,
    number: u64,
    examples: Vec<String>,
    mended: u64,
}

impl Tally {
    fn new(kind: &'static str, what: &'static str, mend: &'static str) -> Self {
        Self { kind, what, mend, number: 0, examples: Vec::new(), mended: 0 }
    }

    fn found(&mut self, example: impl ToString) {
        self.found_many(1, example);
    }

    #[expect(clippy::needless_pass_by_value, reason = "errors and texts alike are made for it on the spot")]
    fn found_many(&mut self, number: u64, example: impl ToString) {
        self.number += number;
        if self.examples.len() < EXAMPLES {
            self.examples.push(example.to_string());
        }
    }

    /// Notes that what was found last was mended, also in the log.
    fn mended(&mut self, what: &dyn std::fmt::Display) {
        tracing::info!(kind = self.kind, subject = %what, "mended");
        self.mended += 1;
    }

    fn tell(self, report: &mut Report) {
        if self.number > 0 {
            report.findings.push(Finding {
                kind: self.kind,
                what: self.what.to_owned(),
                number: self.number,
                examples: self.examples,
                mend: self.mend.to_owned(),
                mended: self.mended,
            });
        }
    }
}

/// Who is looked at.
pub struct Patient<'a> {
    /// The catalog.
    pub catalog: &'a dyn Catalog,
    /// The storage.
    pub stores: &'a Stores,
    /// Time and randomness.
    pub world: &'a World,
    /// Who is told how far it is.
    pub watch: &'a Watch<'a>,
}

impl std::fmt::Debug for Patient<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Patient").field("world", self.world).finish_non_exhaustive()
    }
}

impl Patient<'_> {
    fn job(&self) -> JobId {
        JobId(self.world.id())
    }
}

/// Looks at everything.
pub async fn examine(patient: &Patient<'_>, options: &Options) -> Result<Report> {
    let mut report = Report::default();
    machine::disks(options, &mut report)?;
    machine::schema(patient, &mut report).await?;
    machine::restore(patient, &mut report).await?;
    machine::permissions(patient, &mut report).await;
    machine::clocks(patient, &mut report).await?;
    jobs::examine(patient, options, &mut report).await?;
    files::examine(patient, options, &mut report).await?;
    orphans::objects(patient, options, &mut report).await?;
    orphans::originals(patient, options, &mut report).await?;
    patches::missing(patient, options, &mut report).await?;
    patches::orphans(patient, options, &mut report).await?;
    uploads::missing(patient, &mut report).await?;
    uploads::orphans(patient, options, &mut report).await?;
    if options.deep {
        machine::coverage(patient, options, &mut report).await?;
    }
    Ok(report)
}
