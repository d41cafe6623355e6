//! What is touched, beside the definition of the shapes.

use super::super::{MAX_POINTS, Region, RegionKind, blank, touched};
use super::frame;
use crate::blocks::Grid;
use proptest::prelude::*;

const SAMPLINGS: [(u8, u8); 5] = [(1, 1), (2, 1), (1, 2), (2, 2), (4, 1)];

/// Coded size, luma sampling, orientation.
fn pictures() -> impl Strategy<Value = ([u32; 2], (u8, u8), u8)> {
    ([1u32..400, 1u32..400], prop::sample::select(&SAMPLINGS), 0u8..=9)
}

/// The pixel of the coded picture that is shown at a pixel of the upright one (EXIF 3.0, 4.6.5.1.6).
fn coded([w, h]: [u32; 2], orientation: u8, [x, y]: [u32; 2]) -> [u32; 2] {
    match orientation {
        2 => [w - 1 - x, y],
        3 => [w - 1 - x, h - 1 - y],
        4 => [x, h - 1 - y],
        5 => [y, x],
        6 => [y, h - 1 - x],
        7 => [w - 1 - y, h - 1 - x],
        8 => [w - 1 - y, x],
        _ => [x, y],
    }
}

fn upright([w, h]: [u32; 2], orientation: u8) -> [u32; 2] {
    if (5..=8).contains(&orientation) { [h, w] } else { [w, h] }
}

/// Checks that each pixel of the upright picture whose middle is inside lies in a touched coded unit.
fn covers(
    size: [u32; 2],
    sampling: (u8, u8),
    orientation: u8,
    mask: &Grid<bool>,
    inside: impl Fn(f64, f64) -> bool,
) -> Result<(), TestCaseError> {
    let [columns, rows] = upright(size, orientation);
    for (x, y) in (0..rows).flat_map(|y| (0..columns).map(move |x| (x, y))) {
        if inside(f64::from(x) + 0.5, f64::from(y) + 0.5) {
            let [cx, cy] = coded(size, orientation, [x, y]);
            let unit = [cx / 8 / u32::from(sampling.0), cy / 8 / u32::from(sampling.1)];
            prop_assert!(mask.row(unit[1] as usize)[unit[0] as usize], "{x},{y} is left at {unit:?}");
        }
    }
    Ok(())
}

/// Whether a polygon winds around a point, by the sum of the angles.
fn winds(points: &[[f32; 2]], x: f64, y: f64) -> bool {
    let angle = |p: &[f32; 2]| (f64::from(p[1]) - y).atan2(f64::from(p[0]) - x);
    let turns = points.iter().zip(points.iter().cycle().skip(1)).map(|(a, b)| {
        let turn = angle(b) - angle(a);
        turn - (turn / std::f64::consts::TAU).round() * std::f64::consts::TAU
    });
    turns.sum::<f64>().abs() > 1.0
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn ellipses_and_boxes_are_covered(
        (size, sampling, orientation) in pictures(), panorama: bool, plate: bool,
        [x, y, w, h] in [-300f32..700.0, -100f32..500.0, 0f32..150.0, 0f32..150.0],
    ) {
        let region = if plate { Region::plate(x + w, y, x, y + h) } else { Region::face(x, y + h, x + w, y) };
        let frame = frame(size[0], size[1], &[sampling, (1, 1), (1, 1)]);
        let mask = touched(&frame, &[region], orientation, panorama);
        let width = f64::from(upright(size, orientation)[0]);
        let [x, y, w, h] = [x, y, w, h].map(f64::from);
        covers(size, sampling, orientation, &mask, |px, py| {
            let turns = if panorama { -800..=800 } else { 0..=0 };
            let dy = (py - y - h / 2.0) / h;
            turns.into_iter().any(|turn| {
                let dx = (px + f64::from(turn) * width - x - w / 2.0) / w;
                if plate { dx.abs() < 0.75 && dy.abs() < 0.75 } else { dx.hypot(dy) < 0.825 }
            })
        })?;
    }

    #[test]
    fn polygons_are_covered_and_little_else(
        (size, sampling, orientation) in pictures(),
        points in prop::collection::vec([-100f32..500.0, -100f32..500.0], 1..9),
    ) {
        let frame = frame(size[0], size[1], &[sampling, (1, 1), (1, 1)]);
        let mask = touched(&frame, &[Region::polygon(points.clone(), RegionKind::Face)], orientation, false);
        covers(size, sampling, orientation, &mask, |x, y| winds(&points, x, y))?;
        // What is far from the box around it stays.
        let [low, high] = [f32::min, f32::max].map(|f: fn(f32, f32) -> f32| {
            points.iter().copied().reduce(|a, b| [f(a[0], b[0]), f(a[1], b[1])]).unwrap()
        });
        let count = mask.cells.iter().filter(|&&t| t).count() as f32;
        let unit = [0, 1].map(|i| 8.0 * f32::from(if (5..=8).contains(&orientation) == (i == 0) { sampling.1 } else { sampling.0 }));
        let most = (0..2).map(|i| ((high[i] - low[i] + 10.0) / unit[i] + 2.0).ceil()).product::<f32>();
        prop_assert!(count <= most, "{count} {most}");
    }

    #[test]
    fn any_region_is_taken(
        (size, sampling, orientation) in pictures(), panorama: bool,
        corners: [f32; 4], points in prop::collection::vec(any::<[f32; 2]>(), 0..6),
        sphere in prop::collection::vec([-400f64..400.0, -100f64..100.0], 0..6),
    ) {
        let frame = frame(size[0], size[1], &[sampling, (1, 1), (1, 1)]);
        let [a, b, c, d] = corners;
        for region in [
            Region::face(a, b, c, d), Region::plate(a, b, c, d),
            Region::polygon(points, RegionKind::Face), Region::spherical(sphere, RegionKind::Plate),
        ] {
            touched(&frame, &[region], orientation, panorama);
        }
    }

    #[test]
    fn caps_around_points_of_the_sphere_are_covered(longitude in -180f64..180.0, latitude in -90f64..=90.0, reversed: bool) {
        let size = [720, 360];
        let frame = frame(size[0], size[1], &[(2, 2), (1, 1), (1, 1)]);
        let (l, p) = (longitude.to_radians(), latitude.to_radians());
        let centre = [p.cos() * l.cos(), p.cos() * l.sin(), p.sin()];
        let (east, north) = ([-l.sin(), l.cos(), 0.0], [-p.sin() * l.cos(), -p.sin() * l.sin(), p.cos()]);
        let radius = 20f64.to_radians();
        let mut cap: Vec<[f64; 2]> = (0..36).map(|i| {
            let (s, c) = (f64::from(i) * 10.0).to_radians().sin_cos();
            let v: [f64; 3] = std::array::from_fn(|k| centre[k] * radius.cos() + (east[k] * c + north[k] * s) * radius.sin());
            [v[1].atan2(v[0]).to_degrees(), v[2].clamp(-1.0, 1.0).asin().to_degrees()]
        }).collect();
        if reversed {
            cap.reverse();
        }
        let mask = touched(&frame, &[Region::spherical(cap, RegionKind::Face)], 1, true);
        let from_centre = |x: f64, y: f64| {
            let (l, p) = ((x / 2.0 - 180.0).to_radians(), (90.0 - y / 2.0).to_radians());
            (p.cos() * l.cos() * centre[0] + p.cos() * l.sin() * centre[1] + p.sin() * centre[2]).clamp(-1.0, 1.0).acos()
        };
        // Chords between vertices 10 degrees of azimuth apart lie a little inside of the circle.
        covers(size, (2, 2), 1, &mask, |x, y| from_centre(x, y) < 19.8f64.to_radians())?;
        // No coded unit is touched all of which lies far away.
        for (i, _) in mask.cells.iter().enumerate().filter(|(_, touched)| **touched) {
            let (x, y) = ((i % mask.width * 16) as f64, (i / mask.width * 16) as f64);
            let near = (-16..=32).step_by(2).any(|dy| (-16..=32).step_by(2).any(|dx| {
                let y = y + f64::from(dy);
                (0.0..=360.0).contains(&y) && from_centre(x + f64::from(dx), y) < radius
            }));
            prop_assert!(near, "{x},{y} is touched");
        }
    }
}

#[test]
fn nonsense_is_everything() {
    let frame = frame(100, 60, &[(2, 2), (1, 1), (1, 1)]);
    let nan = f32::NAN;
    let many: Vec<[f32; 2]> = (0..=MAX_POINTS).map(|i| if i % 2 == 0 { [0.0, 0.0] } else { [100.0, 100.0] }).collect();
    for region in [
        Region::face(nan, nan, nan, nan),
        Region::plate(f32::NEG_INFINITY, 0.0, f32::INFINITY, 100.0),
        Region::polygon(vec![[1.0, 1.0], [nan, 2.0]], RegionKind::Face),
        Region::polygon(many, RegionKind::Face),
        Region::spherical(vec![[f64::NAN, 0.0]], RegionKind::Face),
    ] {
        for panorama in [false, true] {
            let mask = touched(&frame, std::slice::from_ref(&region), 6, panorama);
            assert!(mask.cells.iter().all(|&t| t), "{region:?}");
        }
    }
    assert!(touched(&frame, &[Region::face(900.0, 0.0, 910.0, 9.0)], 1, false).cells.iter().all(|&t| !t));
}

#[test]
fn points_touch_where_they_are_and_masks_are_taken_out() {
    let frame = frame(64, 64, &[(1, 1)]);
    let mut mask = touched(&frame, &[Region::face(36.0, 20.0, 36.0, 20.0)], 1, false);
    assert_eq!(mask.cells.iter().position(|&t| t), Some(2 * 8 + 4));
    assert_eq!(mask.cells.iter().filter(|&&t| t).count(), 1);
    let same = mask.clone();
    blank(&mut mask, &same);
    assert!(mask.cells.iter().all(|&t| !t));
}
