//! Which of two pictures of the same is the better one.

use crate::Shot;

/// How good a picture is, better ones greater: of two flat ones, first the one of which a sensor tells where it looks;
/// then by resolution and accuracy of the position, in the grades by which Panoramax's viewer rates pictures (four
/// parts resolution, one part accuracy). Grades are coarse, so that of a burst the first stays.
pub(crate) fn of(shot: &Shot, computed_headings: bool) -> (bool, u32) {
    let directed = shot.panorama || (shot.measured_heading().is_some() && !computed_headings);
    (directed, 4 * resolution(shot) + accuracy(shot))
}

/// 1 to 5 by pixels of one degree; 0 where that is unknown.
fn resolution(shot: &Shot) -> u32 {
    let Some(density) = shot.pixels_per_degree.filter(|density| *density > 0.0) else {
        return 0;
    };
    let (lowest, limits) = if shot.panorama { (3, &[15.0, 30.0][..]) } else { (1, &[10.0, 15.0, 30.0][..]) };
    lowest + limits.iter().filter(|limit| density >= **limit).count() as u32
}

/// 1 to 5 by metres; 0 where they are unknown.
fn accuracy(shot: &Shot) -> u32 {
    let Some(metres) = shot.accuracy_m.filter(|metres| *metres > 0.0) else {
        return 0;
    };
    1 + [10.0, 5.0, 2.0, 0.5].iter().filter(|limit| metres <= **limit).count() as u32
}
