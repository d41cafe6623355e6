//! Which sequences of an earlier dispatch live on.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use crate::Shot;

/// For each part, the earlier sequence it continues. The part with most pictures of a sequence gets it; of equals the
/// earlier part, and of equals in one part the lower id.
pub(crate) fn assign(parts: &[Vec<Shot>]) -> Vec<Option<Uuid>> {
    let mut claims: Vec<(usize, usize, Uuid)> = Vec::new();
    for (part, shots) in parts.iter().enumerate() {
        let mut counts: HashMap<Uuid, usize> = HashMap::new();
        for sequence in shots.iter().filter_map(|shot| shot.sequence) {
            *counts.entry(sequence).or_default() += 1;
        }
        claims.extend(counts.into_iter().map(|(sequence, count)| (count, part, sequence)));
    }
    claims.sort_unstable_by(|a, b| b.0.cmp(&a.0).then_with(|| (a.1, a.2).cmp(&(b.1, b.2))));
    let mut reuse = vec![None; parts.len()];
    let mut taken = HashSet::new();
    for (_, part, sequence) in claims {
        if reuse[part].is_none() && taken.insert(sequence) {
            reuse[part] = Some(sequence);
        }
    }
    reuse
}
