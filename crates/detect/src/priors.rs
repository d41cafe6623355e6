//! What size a plate can have in a street picture.
//!
//! Plate models take façades, shop windows and traffic signs for plates when they fill their view: on street photos
//! such boxes cover a third of the picture. A plate that large means a car within arm's reach, and then every model
//! sees it. So a box larger than plates on a street are needs a second model that agrees; smaller ones never do.

use crate::geometry::{Candidate, Frame, Rect};
use crate::manifest::Class;

/// Share of a flat picture's width and height that plates on a street stay below: a European plate (520 mm × 110 mm)
/// 1.5 m in front of a lens of 70°, a North American one (305 mm × 152 mm) likewise.
const FLAT: (f32, f32) = (0.25, 0.14);
/// The same for a panorama: 25° of 360°, 11° of 180°.
const PANORAMA: (f32, f32) = (0.07, 0.06);
/// Intersection over union from which two models mean the same thing.
const AGREEMENT: f32 = 0.3;

/// Leaves out plates that are implausibly large and seen by one model only. `plate_models` says how many models look for
/// plates: if there is only one, nobody could agree, and everything stays.
pub fn plausible(found: Vec<Candidate>, frame: &Frame, plate_models: usize) -> Vec<Candidate> {
    if plate_models < 2 {
        return found;
    }
    let share = if frame.wraps { PANORAMA } else { FLAT };
    let most = (frame.width * share.0, frame.height * share.1);
    let large = |rect: &Rect| rect.x1 - rect.x0 > most.0 || rect.y1 - rect.y0 > most.1;
    let keeps = |candidate: &Candidate| {
        candidate.class != Class::Plate
            || !large(&candidate.rect)
            || found.iter().any(|other| {
                other.class == Class::Plate
                    && other.model != candidate.model
                    && other.rect.iou(&candidate.rect) >= AGREEMENT
            })
    };
    found.iter().filter(|candidate| keeps(candidate)).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Frame = Frame { width: 1000.0, height: 1000.0, wraps: false };

    fn plate(model: usize, x: f32, y: f32, width: f32, height: f32) -> Candidate {
        Candidate { class: Class::Plate, score: 0.5, model, rect: Rect::new(x, y, x + width, y + height).unwrap() }
    }

    #[test]
    fn a_facade_that_one_model_takes_for_a_plate_is_left_out() {
        let facade = plate(0, 100.0, 100.0, 400.0, 500.0);
        let sign = plate(1, 700.0, 100.0, 100.0, 150.0);
        let usual = plate(0, 500.0, 800.0, 200.0, 60.0);
        let kept = plausible(vec![facade, sign, usual], &FRAME, 2);
        assert_eq!(kept, [usual]);
        assert_eq!(plausible(vec![facade, usual], &FRAME, 1), [facade, usual], "nobody to ask");
    }

    #[test]
    fn a_plate_at_arms_length_is_seen_by_both() {
        let one = plate(0, 100.0, 100.0, 600.0, 200.0);
        let two = plate(1, 120.0, 110.0, 560.0, 180.0);
        let elsewhere = plate(1, 0.0, 700.0, 600.0, 200.0);
        let kept = plausible(vec![one, two, elsewhere], &FRAME, 2);
        assert_eq!(kept, [one, two]);
    }

    #[test]
    fn faces_are_never_too_large() {
        let face = Candidate { class: Class::Face, ..plate(0, 0.0, 0.0, 900.0, 900.0) };
        assert_eq!(plausible(vec![face], &FRAME, 2), [face]);
    }

    #[test]
    fn a_panoramas_plates_are_smaller() {
        let frame = Frame { wraps: true, ..FRAME };
        assert!(plausible(vec![plate(0, 0.0, 0.0, 80.0, 20.0)], &frame, 2).is_empty());
        assert_eq!(plausible(vec![plate(0, 0.0, 0.0, 60.0, 20.0)], &frame, 2).len(), 1);
    }
}
