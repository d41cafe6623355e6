//! What a receiver does without a fix: it stands still, or it jumps.

use std::collections::HashSet;

use uuid::Uuid;

use crate::{Notice, Shot, sphere};

/// Metres a second that nothing drives that takes pictures of streets: 252 km/h.
const FASTEST: f64 = 70.0;
/// Metres that a fix has to be off to be a jump: less is a receiver's noise between houses.
const JUMP_M: f64 = 15.0;
/// Metres a second below which nothing is a jump, however slow the others are: a walker may board a bus.
const SLOWEST_JUMP: f64 = 8.0;
/// How many times as fast as the others.
const TIMES: f64 = 4.0;
/// Pictures in one spot that make a frozen fix; two may be of one second.
const FROZEN: usize = 3;

/// The pictures of frozen fixes, and a notice of each: pictures in order that stand on one spot to the last digit, left
/// faster than anything drives. A car that parks leaves at its own speed.
pub(crate) fn frozen(shots: &[Shot], notices: &mut Vec<Notice>) -> HashSet<Uuid> {
    let mut all = HashSet::new();
    let mut start = 0;
    for end in 1..shots.len() {
        let (before, after) = (&shots[end - 1], &shots[end]);
        if same_spot(before, after) {
            continue;
        }
        if end - start >= FROZEN && speed(before, after) > FASTEST {
            let pictures: Vec<Uuid> = shots[start..end].iter().map(|shot| shot.id).collect();
            all.extend(&pictures);
            notices.push(Notice::Frozen { pictures, metres: distance(before, after) });
        }
        start = end;
    }
    all
}

fn same_spot(a: &Shot, b: &Shot) -> bool {
    (a.lon, a.lat) == (b.lon, b.lat)
}

/// For each picture of a part, whether its fix is a jump: away from both neighbours and back, much faster than the
/// others move. The turn of a car that drives into a dead end and out again is as fast as the others.
pub(crate) fn jumps(shots: &[Shot], notices: &mut Vec<Notice>) -> Vec<bool> {
    let mut jumps = vec![false; shots.len()];
    let mut speeds: Vec<f64> = shots.windows(2).map(|pair| speed(&pair[0], &pair[1])).collect();
    let fast = TIMES * median(&mut speeds).max(SLOWEST_JUMP / TIMES);
    for middle in 1..shots.len().saturating_sub(1) {
        let [before, here, after] = [&shots[middle - 1], &shots[middle], &shots[middle + 1]];
        let (to, from, across) = (distance(before, here), distance(here, after), distance(before, after));
        // Where the one before is off itself, the way back is no jump.
        let off = to.min(from) > JUMP_M && across < f64::midpoint(to, from) && !jumps[middle - 1];
        if off && speed(before, here).min(speed(here, after)) > fast {
            jumps[middle] = true;
            notices.push(Notice::Jump { picture: here.id, metres: to.min(from) });
        }
    }
    jumps
}

fn distance(a: &Shot, b: &Shot) -> f64 {
    sphere::distance_m((a.lon, a.lat), (b.lon, b.lat))
}

/// Metres a second; cameras that count whole seconds make two pictures in one.
fn speed(a: &Shot, b: &Shot) -> f64 {
    distance(a, b) / b.captured.duration_since(a.captured).as_secs_f64().abs().max(1.0)
}

fn median(values: &mut [f64]) -> f64 {
    let middle = values.len() / 2;
    if values.is_empty() { 0.0 } else { *values.select_nth_unstable_by(middle, f64::total_cmp).1 }
}
