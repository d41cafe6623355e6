//! Where a new sequence begins.

use crate::{Shot, Split, sphere};

/// Splits pictures that are in order where the gap to the one before is too wide in time or space.
pub(crate) fn split(shots: Vec<Shot>, limits: Option<&Split>) -> Vec<Vec<Shot>> {
    let mut parts: Vec<Vec<Shot>> = Vec::new();
    for shot in shots {
        match parts.last_mut() {
            Some(part) if !part.last().is_some_and(|before| is_gap(before, &shot, limits)) => part.push(shot),
            _ => parts.push(vec![shot]),
        }
    }
    parts
}

fn is_gap(before: &Shot, after: &Shot, limits: Option<&Split>) -> bool {
    limits.is_some_and(|limits| {
        let seconds = after.captured.duration_since(before.captured).as_secs_f64().abs();
        let metres = sphere::distance_m((before.lon, before.lat), (after.lon, after.lat));
        seconds > limits.time_s || metres > limits.distance_m
    })
}
