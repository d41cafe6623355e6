//! Headings along the track.

use crate::{ComputedHeading, Shot, sphere};

/// Metres that the camera has to move for its way to say where it goes: less is the receiver's noise, and arrows
/// computed from it would turn at random while a car waits at a light.
const STANDSTILL_M: f64 = 0.5;

/// For each picture of a part, its heading if it is due to be computed and the track tells it.
///
/// Pictures follow each other in stops: a stop is what lies within [`STANDSTILL_M`] of its first picture. All pictures
/// of a stop look from its first picture to the first one of the next stop; those of the last stop as they came. So
/// where the camera moves, each picture looks at the next.
pub(crate) fn computed(shots: &[Shot], relative: Option<f64>) -> Vec<Option<ComputedHeading>> {
    let relative = relative.filter(|degrees| degrees.is_finite());
    let directions = directions(shots);
    shots
        .iter()
        .zip(directions)
        .map(|(shot, direction)| {
            if shot.sensor_heading().is_some() && relative.is_none() {
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
fn directions(shots: &[Shot]) -> Vec<Option<f64>> {
    let mut stops: Vec<(f64, f64)> = Vec::new();
    let stop_of: Vec<usize> = shots
        .iter()
        .map(|shot| {
            let position = (shot.lon, shot.lat);
            if stops.last().is_none_or(|stop| sphere::distance_m(*stop, position) >= STANDSTILL_M) {
                stops.push(position);
            }
            stops.len() - 1
        })
        .collect();
    let mut towards: Vec<Option<f64>> =
        stops.windows(2).map(|pair| Some(sphere::bearing_deg(pair[0], pair[1]))).collect();
    // The last stop keeps the direction in which it was reached.
    towards.push(towards.last().copied().flatten());
    stop_of.into_iter().map(|stop| towards[stop]).collect()
}
