//! What a run did.

use std::collections::BTreeMap;

use crate::{Refusal, Totals, Verified};

/// Failures that are told one by one.
const MOST_FAILURES: usize = 1000;

/// A picture that could not be taken. Texts are fit for a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The picture.
    pub id: String,
    /// Why not.
    pub why: String,
}

/// Why a run ended before everything was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Halt {
    /// The user wanted it.
    Asked,
    /// As many bytes came as were allowed.
    Limit,
}

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// What is on the list.
    pub listed: Totals,
    /// Pictures that are here now and were not before.
    pub new: u64,
    /// Pictures whose file is another now.
    pub changed: u64,
    /// Pictures that were here already.
    pub unchanged: u64,
    /// Pictures removed here, because they are not on the list any more.
    pub removed: u64,
    /// Pictures not on the list any more that are still here, because it was asked for, or is not sure.
    pub kept: u64,
    /// Pictures that were on the list, and gone when they were asked for.
    pub gone: u64,
    /// Pictures that could not be taken; of these at most a thousand are in `failed`.
    pub failures: u64,
    /// Which, and why.
    pub failed: Vec<Failure>,
    /// Items that are not taken whatever happens; of these at most a thousand are in `refused`.
    pub refusals: u64,
    /// Which, and why.
    pub refused: Vec<Refusal>,
    /// Where the server may have more pictures than it tells.
    pub gaps: Vec<String>,
    /// Bytes that came.
    pub received: u64,
    /// Pictures that came, by how it is known that they are whole.
    pub verified: BTreeMap<Verified, u64>,
    /// Shards written.
    pub packed: u64,
    /// Shards that were as they should be.
    pub packed_before: u64,
    /// What the user should know besides.
    pub notes: Vec<String>,
    /// Why it ended early, if it did.
    pub halt: Option<Halt>,
}

impl Summary {
    /// Whether everything is here that is on the list, and everything on it that there is.
    pub fn is_complete(&self) -> bool {
        self.failures == 0 && self.refusals == 0 && self.gaps.is_empty() && self.halt.is_none()
    }

    pub(crate) fn fail(&mut self, id: &str, why: String) {
        self.failures += 1;
        if self.failed.len() < MOST_FAILURES {
            self.failed.push(Failure { id: id.to_owned(), why });
        }
    }
}
