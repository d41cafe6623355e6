//! Boxes: known answers, and what must hold for any list of boxes.

use flaneur_detect::Class::{Face, Plate};
use flaneur_detect::geometry::{Candidate, Frame, Rect, merge, suppress};
use proptest::prelude::*;

const FLAT: Frame = Frame { width: 1000.0, height: 500.0, wraps: false };
const ROUND: Frame = Frame { wraps: true, ..FLAT };

fn face(score: f32, x0: f32, y0: f32, x1: f32, y1: f32) -> Candidate {
    Candidate { class: Face, score, model: 0, rect: Rect { x0, y0, x1, y1 } }
}

#[test]
fn boxes_need_finite_edges_and_an_area() {
    assert!(Rect::new(0.0, 0.0, 1.0, 1.0).is_some());
    assert!(Rect::new(0.0, 0.0, 0.0, 1.0).is_none());
    assert!(Rect::new(0.0, 2.0, 1.0, 1.0).is_none());
    assert!(Rect::new(f32::NAN, 0.0, 1.0, 1.0).is_none());
    assert!(Rect::new(0.0, 0.0, f32::INFINITY, 1.0).is_none());
    assert!(Rect::from_centre(1.0, 1.0, -2.0, 2.0).is_none());
}

#[test]
fn overlap_measures() {
    let (big, half) = (face(1.0, 0.0, 0.0, 10.0, 10.0).rect, face(1.0, 5.0, 0.0, 15.0, 10.0).rect);
    assert!((big.iou(&half) - 50.0 / 150.0).abs() < 1e-6);
    let inside = face(1.0, 2.0, 2.0, 4.0, 4.0).rect;
    assert!((big.overlap(&inside) - 1.0).abs() < 1e-6);
    assert!(big.intersection(&face(1.0, 10.0, 0.0, 20.0, 10.0).rect) < 1e-6);
    assert_eq!(big.grown(0.5), Rect { x0: -2.5, y0: -2.5, x1: 12.5, y1: 12.5 });
}

#[test]
fn suppression_keeps_the_best_of_a_class() {
    let plate = Candidate { class: Plate, ..face(0.5, 0.0, 0.0, 10.0, 10.0) };
    let list =
        vec![face(0.6, 1.0, 0.0, 11.0, 10.0), face(0.9, 0.0, 0.0, 10.0, 10.0), plate, face(0.4, 50.0, 0.0, 60.0, 10.0)];
    let kept = suppress(list.clone(), 0.4, 3).unwrap();
    assert_eq!(kept, [list[1], list[2], list[3]]);
    assert_eq!(suppress(list, 0.4, 2), None, "a list that is too long must not be cut");
}

#[test]
fn parts_of_one_plate_become_the_box_around_them() {
    let list = vec![
        face(0.9, 100.0, 100.0, 160.0, 140.0),
        face(0.5, 120.0, 100.0, 200.0, 140.0),
        face(0.8, 400.0, 100.0, 440.0, 140.0),
    ];
    let merged = merge(list, &FLAT);
    assert_eq!(merged, [face(0.9, 100.0, 100.0, 200.0, 140.0), face(0.8, 400.0, 100.0, 440.0, 140.0)]);
}

#[test]
fn neighbours_and_other_classes_stay_apart() {
    let plate = Candidate { class: Plate, ..face(0.7, 100.0, 100.0, 140.0, 140.0) };
    let list = vec![face(0.9, 100.0, 100.0, 140.0, 140.0), plate, face(0.5, 125.0, 100.0, 165.0, 140.0)];
    assert_eq!(merge(list, &FLAT).len(), 3);
}

#[test]
fn the_model_of_the_best_box_is_named() {
    let mut list = vec![face(0.3, 0.0, 0.0, 10.0, 10.0), face(0.8, 1.0, 1.0, 9.0, 12.0)];
    list[0].model = 1;
    list[1].model = 2;
    let merged = merge(list, &FLAT);
    assert_eq!(merged.len(), 1);
    assert_eq!((merged[0].model, merged[0].rect), (2, Rect { x0: 0.0, y0: 0.0, x1: 10.0, y1: 12.0 }));
}

#[test]
fn boxes_are_cut_to_the_picture_or_wrapped_round_it() {
    let beyond = Rect { x0: -20.0, y0: -5.0, x1: 30.0, y1: 600.0 };
    assert_eq!(FLAT.fit(&beyond), Some(Rect { x0: 0.0, y0: 0.0, x1: 30.0, y1: 500.0 }));
    assert_eq!(ROUND.fit(&beyond), Some(Rect { x0: 980.0, y0: 0.0, x1: 1030.0, y1: 500.0 }));
    let outside = Rect { x0: 1100.0, y0: 0.0, x1: 1200.0, y1: 10.0 };
    assert_eq!(FLAT.fit(&outside), None);
    assert_eq!(ROUND.fit(&outside), Some(Rect { x0: 100.0, y0: 0.0, x1: 200.0, y1: 10.0 }));
    let wide = Rect { x0: 300.0, y0: 0.0, x1: 1400.0, y1: 10.0 };
    assert_eq!(ROUND.fit(&wide), Some(Rect { x0: 0.0, y0: 0.0, x1: 1000.0, y1: 10.0 }));
}

#[test]
fn one_face_seen_from_both_sides_of_the_seam_is_one() {
    // The first tile sees its right part at x = 0, the last tile the whole.
    let list = vec![face(0.6, 0.0, 10.0, 15.0, 40.0), face(0.9, 985.0, 10.0, 1015.0, 40.0)];
    assert_eq!(merge(list.clone(), &ROUND), [face(0.9, 985.0, 10.0, 1015.0, 40.0)]);
    assert_eq!(merge(list, &FLAT).len(), 2);
}

fn covers(rect: &Rect, frame: &Frame, x: f32, y: f32) -> bool {
    let turns: &[f32] = if frame.wraps { &[0.0, 1.0] } else { &[0.0] };
    let slack = 0.01; // single precision at x ≈ 1000, after a few additions
    turns.iter().any(|turn| {
        let x = x + turn * frame.width;
        x >= rect.x0 - slack && x <= rect.x1 + slack && y >= rect.y0 - slack && y <= rect.y1 + slack
    })
}

prop_compose! {
    fn any_box()(plate: bool, score in 0.0_f32..1.0, model in 0_usize..3,
                 x in -50.0_f32..1050.0, y in -50.0_f32..550.0,
                 width in 1.0_f32..300.0, height in 1.0_f32..300.0) -> Candidate {
        let class = if plate { Plate } else { Face };
        Candidate { class, score, model, rect: Rect { x0: x, y0: y, x1: x + width, y1: y + height } }
    }
}

proptest! {
    #[test]
    fn merging_never_uncovers_anything(list in prop::collection::vec(any_box(), 0..40), wraps: bool) {
        let frame = Frame { wraps, ..FLAT };
        let merged = merge(list.clone(), &frame);
        prop_assert!(merged.len() <= list.len());
        prop_assert!(merged.is_sorted_by(|a, b| a.score >= b.score));
        for found in &merged {
            let rect = found.rect;
            prop_assert!(rect.x0 >= 0.0 && rect.x0 < frame.width && rect.x1 > rect.x0);
            prop_assert!(rect.x1 - rect.x0 <= frame.width + 0.01);
            prop_assert!(rect.y0 >= 0.0 && rect.y1 <= frame.height && rect.y1 > rect.y0);
            prop_assert!(wraps || rect.x1 <= frame.width);
        }
        for given in &list {
            let Some(rect) = frame.fit(&given.rect) else { continue };
            for along in [0.0, 0.25, 0.5, 0.75, 1.0] {
                let x = rect.x0 + (rect.x1 - rect.x0) * along;
                let x = if wraps { x.rem_euclid(frame.width) } else { x };
                for y in [rect.y0, rect.y1] {
                    let covered = merged.iter().any(|found| {
                        found.class == given.class && found.score >= given.score && covers(&found.rect, &frame, x, y)
                    });
                    prop_assert!(covered, "({x}, {y}) of {given:?} in {merged:?}");
                }
            }
        }
    }

    #[test]
    fn what_stays_after_suppression_does_not_overlap(list in prop::collection::vec(any_box(), 0..60), iou in 0.1_f32..0.9) {
        let kept = suppress(list.clone(), iou, 100).unwrap();
        for (index, one) in kept.iter().enumerate() {
            prop_assert!(list.contains(one));
            for other in &kept[index + 1..] {
                prop_assert!(one.class != other.class || one.rect.iou(&other.rect) <= iou);
            }
        }
    }
}
