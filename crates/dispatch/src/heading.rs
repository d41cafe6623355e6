//! Headings along the track.

use crate::{ComputedHeading, Shot, sphere};

/// Metres that the camera has to move for its way to say where it goes, for receivers that are not off by more, and
/// for those that do not tell: less is noise, and arrows computed from it would turn at random while a car waits at a
/// light.
const STANDSTILL_M: f64 = 0.5;
/// The same for receivers that are off by far: however noisy, the way of some metres is a way.
const WIDEST_STANDSTILL_M: f64 = 3.0;
/// Metres a second below which a picture within a few standstills has drifted with its fix, not moved.
const DRIFT: f64 = 0.3;
/// So many standstills away it has moved, however slowly.
const MOVED: f64 = 4.0;
/// A turn by more degrees than this is a turn back: between its neighbours the camera looks nowhere.
const TURN_BACK_DEG: f64 = 120.0;

/// For each picture of a part, its heading if it is due to be computed and the track tells it. `jumps` tells whose fix
/// is off; the track leads past them.
pub(crate) fn computed(shots: &[Shot], jumps: &[bool], relative: Option<f64>) -> Vec<Option<ComputedHeading>> {
    let relative = relative.filter(|degrees| degrees.is_finite());
    let directions = directions(shots, jumps);
    shots
        .iter()
        .zip(directions)
        .map(|(shot, direction)| {
            if shot.measured_heading().is_some() && relative.is_none() {
                return None;
            }
            let degrees = match (direction, relative) {
                (Some(direction), relative) => direction + relative.unwrap_or(0.0),
                // Nothing has moved: the angle counts from north.
                (None, Some(relative)) => relative,
                (None, None) => return None,
            };
            Some(ComputedHeading { degrees: sphere::wrap(degrees) })
        })
        .collect()
}

/// The direction of travel at each picture, degrees; none where nothing has moved.
///
/// Pictures follow each other in stops: a stop is what lies within the standstill of its first picture. All pictures of
/// a stop have the direction of its first one, which is the tangent of the track there.
fn directions(shots: &[Shot], jumps: &[bool]) -> Vec<Option<f64>> {
    let mut stops: Vec<(f64, f64)> = Vec::new();
    let mut before: Option<&Shot> = None;
    let stop_of: Vec<usize> = shots
        .iter()
        .zip(jumps)
        .map(|(shot, jump)| {
            if !jump {
                if stops.last().is_none_or(|stop| leaves(shot, *stop, before)) {
                    stops.push((shot.lon, shot.lat));
                }
                before = Some(shot);
            }
            // The first picture is never a jump.
            stops.len().saturating_sub(1)
        })
        .collect();
    let tangents: Vec<Option<f64>> = (0..stops.len())
        .map(|at| tangent(at.checked_sub(1).map(|before| stops[before]), stops[at], stops.get(at + 1).copied()))
        .collect();
    stop_of.into_iter().map(|stop| tangents.get(stop).copied().flatten()).collect()
}

/// Whether a picture has left a stop.
fn leaves(shot: &Shot, stop: (f64, f64), before: Option<&Shot>) -> bool {
    let position = (shot.lon, shot.lat);
    let standstill =
        shot.accuracy_m.map_or(STANDSTILL_M, |metres| (metres / 2.0).clamp(STANDSTILL_M, WIDEST_STANDSTILL_M));
    let moved = sphere::distance_m(stop, position);
    let drifts = before.is_some_and(|before| {
        let seconds = shot.captured.duration_since(before.captured).as_secs_f64().abs();
        sphere::distance_m((before.lon, before.lat), position) < DRIFT * seconds
    });
    let needed = if drifts { standstill * MOVED } else { standstill };
    // What is no number ends a stop, and has no direction.
    moved.is_nan() || moved >= needed
}

/// The direction of the track at a point, out of the ways from the one before and to the one after: of the two, the
/// nearer says more, so that on a bend it is the tangent of the circle through all three.
fn tangent(before: Option<(f64, f64)>, here: (f64, f64), after: Option<(f64, f64)>) -> Option<f64> {
    let arrival = before.map(|before| (sphere::bearing_deg(before, here), sphere::distance_m(before, here)));
    let departure = after.map(|after| (sphere::bearing_deg(here, after), sphere::distance_m(here, after)));
    let direction = match (arrival, departure) {
        (Some((arrival, way_in)), Some((departure, way_out))) => {
            let turn = sphere::wrap(departure - arrival + 180.0) - 180.0;
            // Who turns back looks ahead until then.
            if turn.abs() > TURN_BACK_DEG { arrival } else { bend(arrival, turn, way_in, way_out) }
        }
        (Some((direction, _)), None) | (None, Some((direction, _))) => direction,
        (None, None) => return None,
    };
    direction.is_finite().then_some(direction)
}

/// The weighted mean of two directions, `turn` degrees apart.
fn bend(arrival: f64, turn: f64, way_in: f64, way_out: f64) -> f64 {
    let (sin, cos) = turn.to_radians().sin_cos();
    (sin * way_in).atan2(way_out + cos * way_in).to_degrees() + arrival
}
