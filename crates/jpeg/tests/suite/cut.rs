//! The cut: what was in a region is in nothing that is made afterwards, and everything else stays as it was, bit for bit.

use std::collections::BTreeSet;

use flaneur_jpeg::{Limits, Pixels, Region, RegionKind, Source};
use jpeg_encoder::SamplingFactor;
use proptest::prelude::*;

use crate::common::{Block, Coding, everything, open, open_as, paint, parse_removed, proven_master, street, units};
use crate::scenes::{SAMPLINGS, coding, place, regions, scene};

/// Coded horizontal and vertical frequency of each place in zigzag order (T.81, figure A.6).
fn frequencies() -> [(usize, usize); 64] {
    let mut order: Vec<(usize, usize)> = (0..64).map(|i| (i % 8, i / 8)).collect();
    // Diagonal by diagonal, in turns upward and downward.
    order.sort_by_key(|&(u, v)| (u + v, if (u + v) % 2 == 0 { u } else { v }));
    std::array::from_fn(|k| order[k])
}

/// Whether a block may be a plane between four corners: nothing but its mean, slopes and twist, of which only odd frequencies
/// are made.
fn is_smooth(block: &Block) -> bool {
    let odd_or_none = |f: usize| f == 0 || f % 2 == 1;
    frequencies().iter().zip(block).all(|(&(u, v), &value)| value == 0 || odd_or_none(u) && odd_or_none(v))
}

#[test]
fn smoothness_means_something() {
    let frequencies = frequencies();
    assert_eq!(&frequencies[..6], &[(0, 0), (1, 0), (0, 1), (0, 2), (1, 1), (2, 0)]);
    assert_eq!(frequencies[63], (7, 7));
    let bytes = Coding { grey: true, ..Coding::default() }.encode(&street(64, 64));
    assert!(units(&bytes).units.values().flatten().any(|block| !is_smooth(block)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    #[test]
    fn only_what_is_touched_changes(
        scene in scene(),
        size in (1u32..220, 1u32..150),
        coding in coding(),
        places in prop::collection::vec(place(), 0..6),
        orientation in 1u8..=8,
        panorama in any::<bool>(),
    ) {
        // Panoramas that are stored askew are coded anew.
        let orientation = if panorama { 1 } else { orientation };
        let bytes = coding.encode(&scene.pixels(size.0, size.1));
        let before = units(&bytes);
        let source = open_as(&bytes, orientation, panorama);
        let upright = source.size();
        let redacted = source.redact(&regions(&places, upright)).unwrap();
        let master = proven_master(&redacted);
        let touched: BTreeSet<usize> = redacted.touched_units().into_iter().collect();
        prop_assert_eq!(touched.len(), redacted.touched());
        let after = units(&master);
        prop_assert_eq!((after.size, after.units.len()), (before.size, before.units.len()));
        let removed = parse_removed(&redacted.removed().unwrap());
        prop_assert_eq!(removed.size, before.size);
        prop_assert!(removed.units.keys().eq(&touched));
        for (unit, blocks) in &after.units {
            if touched.contains(unit) {
                prop_assert!(blocks.iter().all(is_smooth), "unit {}: {:?}", unit, blocks);
                prop_assert_eq!(&removed.units[unit], &before.units[unit]);
            } else {
                prop_assert_eq!(blocks, &before.units[unit], "unit {}", unit);
            }
        }
        let again = open_as(&master, orientation, panorama);
        prop_assert_eq!(again.size(), upright);
        prop_assert_eq!(again.pixels().unwrap().rgb.len(), (upright.0 * upright.1 * 3) as usize);
    }

    #[test]
    fn redacting_again_costs_nothing(
        scene in scene(),
        size in (1u32..200, 1u32..120),
        coding in coding(),
        first in prop::collection::vec(place(), 0..4),
        second in prop::collection::vec(place(), 0..4),
        panorama in any::<bool>(),
    ) {
        let bytes = coding.encode(&scene.pixels(size.0, size.1));
        let (first, second) = (regions(&first, size), regions(&second, size));
        let once = open_as(&bytes, 1, panorama).redact(&first).unwrap();
        let master = proven_master(&once);
        let before = units(&master);
        let both: Vec<Region> = first.iter().chain(&second).cloned().collect();
        for regions in [&second, &both] {
            let twice = open_as(&master, 1, panorama).redact(regions).unwrap();
            let after = units(&proven_master(&twice));
            let new: BTreeSet<usize> = twice.touched_units().into_iter().collect();
            for (unit, blocks) in &after.units {
                if new.contains(unit) {
                    prop_assert!(blocks.iter().all(is_smooth), "unit {}", unit);
                } else {
                    prop_assert_eq!(blocks, &before.units[unit], "unit {}", unit);
                }
            }
        }
        // Nothing new: not even the bytes change.
        let nothing = open_as(&master, 1, panorama).redact(&[]).unwrap();
        prop_assert_eq!(proven_master(&nothing), master);
    }

    /// Two pictures that differ by detail in a region only, balanced in every block, and not by its means.
    #[test]
    fn detail_leaves_no_trace(
        sampling in prop::sample::select(SAMPLINGS.to_vec()),
        restart in prop_oneof![Just(0u16), 1u16..20],
        quality in 50u8..=100,
        [column, row, across, down] in [0u32..36, 0u32..12, 1u32..8, 1u32..6],
        level in 60u8..190,
        shift in 1u8..60,
        is_face in any::<bool>(),
    ) {
        let area = [column * 8, row * 8, across * 8, down * 8];
        let mut plain = street(320, 160);
        paint(&mut plain, area, |_, _| [level; 3]);
        let mut detailed = plain.clone();
        paint(&mut detailed, area, |x, y| [if (x / 4 + y / 4) % 2 == 0 { level + shift } else { level - shift }; 3]);
        let coding = Coding { quality, sampling, restart, ..Coding::default() };
        let make = if is_face { Region::face } else { Region::plate };
        let [x, y, w, h] = area.map(|v| v as f32);
        let redact = |pixels: &Pixels| open_as(&coding.encode(pixels), 1, true).redact(&[make(x, y, x + w, y + h)]).unwrap();
        let (a, b) = (redact(&plain), redact(&detailed));
        prop_assert_ne!(a.removed().unwrap(), b.removed().unwrap());
        prop_assert_eq!(units(&proven_master(&a)), units(&proven_master(&b)));
        // The encoder's tables are fixed, but where it needs several scans: there ours are made of what is in the file.
        if sampling != SamplingFactor::R_4_1_1 {
            prop_assert_eq!(proven_master(&a), proven_master(&b));
        }
        prop_assert_eq!(a.copies(&flaneur_jpeg::Metadata::default()).unwrap(), b.copies(&flaneur_jpeg::Metadata::default()).unwrap());
    }

    #[test]
    fn nonsense_regions_do_no_harm(
        numbers in prop::collection::vec(any::<f32>(), 4),
        points in prop::collection::vec(any::<[f32; 2]>(), 0..9),
        sphere in prop::collection::vec(any::<[f64; 2]>(), 0..9),
        panorama in any::<bool>(),
    ) {
        let regions = [
            Region::face(numbers[0], numbers[1], numbers[2], numbers[3]),
            Region::plate(numbers[1], numbers[2], numbers[3], numbers[0]),
            Region::polygon(points, RegionKind::Face),
            Region::spherical(sphere, RegionKind::Plate),
        ];
        let bytes = Coding::default().encode(&street(100, 50));
        for region in regions {
            proven_master(&open_as(&bytes, 1, panorama).redact(std::slice::from_ref(&region)).unwrap());
        }
    }
}

/// A region whose touched part is exactly `x..x+w, y..y+h`, multiples of coded units.
fn exactly([x, y, w, h]: [u32; 4], kind: RegionKind) -> Region {
    // Polygons grow by four pixels.
    let inside = 5.0;
    let [x0, y0, x1, y1] = [x as f32 + inside, y as f32 + inside, (x + w) as f32 - inside, (y + h) as f32 - inside];
    Region::polygon(vec![[x0, y0], [x1, y0], [x1, y1], [x0, y1]], kind)
}

fn fine(pixels: &Pixels) -> Source {
    open_as(&Coding { quality: 100, sampling: SamplingFactor::R_4_4_4, ..Coding::default() }.encode(pixels), 1, true)
}

/// The largest difference of two coefficients of two masters.
fn worst(a: &[u8], b: &[u8]) -> u16 {
    let (a, b) = (units(a), units(b));
    let all = |units: &crate::common::Units| units.units.values().flatten().flatten().copied().collect::<Vec<i16>>();
    all(&a).iter().zip(all(&b)).map(|(a, b)| a.abs_diff(b)).max().unwrap_or(0)
}

#[test]
fn a_plate_says_nothing_at_all() {
    for area in [[64, 48, 96, 48], [0, 0, 64, 48], [288, 64, 64, 48]] {
        let master = |colour: [u8; 3]| {
            let mut pixels = street(320, 160);
            paint(&mut pixels, area, |x, _| if x % 9 < 4 { colour } else { [x as u8; 3] });
            proven_master(&fine(&pixels).redact(&[exactly(area, RegionKind::Plate)]).unwrap())
        };
        assert_eq!(master([10, 10, 10]), master([240, 240, 0]), "{area:?}");
    }
}

/// Patches of 16 pixels, and the same ones mirrored inside each ninth of the area: same means, another picture.
fn shuffled(area: [u32; 4]) -> [Pixels; 2] {
    let patch = |x: u32, y: u32| [(x * 9 + y * 4) as u8, (x * 13) as u8, (y * 14) as u8];
    let [mut a, mut b] = [street(400, 400), street(400, 400)];
    paint(&mut a, area, |x, y| patch(x / 16, y / 16));
    let mirror = |v: u32| v / 16 / 6 * 6 + (5 - v / 16 % 6);
    paint(&mut b, area, |x, y| patch(mirror(x), mirror(y)));
    [a, b]
}

#[test]
fn a_face_has_at_most_nine_colours() {
    let area = [32, 32, 288, 288];
    let [a, b] = shuffled(area).map(|pixels| fine(&pixels).redact(&[exactly(area, RegionKind::Face)]).unwrap());
    assert_eq!(a.touched(), 36 * 36);
    assert_ne!(a.removed().unwrap(), b.removed().unwrap());
    // Steps are 1/8 of a level here, and means are rounded.
    let worst = worst(&proven_master(&a), &proven_master(&b));
    assert!(worst <= 4, "off by {worst}");
}

#[test]
fn small_regions_inside_large_ones_bring_nothing_back() {
    let area = [32, 32, 288, 288];
    let mut regions = vec![exactly(area, RegionKind::Face)];
    for (i, j) in (0..9).flat_map(|i| (0..9).map(move |j| (i, j))) {
        let kind = if (i + j) % 2 == 0 { RegionKind::Plate } else { RegionKind::Face };
        regions.push(exactly([32 + 32 * i, 32 + 32 * j, 32, 32], kind));
    }
    // The order in which a detector lists them doesn't matter.
    let reversed: Vec<Region> = regions.iter().rev().cloned().collect();
    let [a, b] = shuffled(area);
    let (a, b) = (fine(&a).redact(&regions).unwrap(), fine(&b).redact(&reversed).unwrap());
    let worst = worst(&proven_master(&a), &proven_master(&b));
    assert!(worst <= 8, "off by {worst}");
}

#[test]
fn the_fill_is_smooth_and_meets_its_surroundings() {
    let (width, height) = (320, 160);
    let rgb = [80, 120, 160].repeat((width * height) as usize);
    let mut pixels = Pixels { width, height, rgb };
    let area = [64, 32, 96, 96];
    paint(&mut pixels, area, |_, _| [200, 30, 40]);
    let master = proven_master(&fine(&pixels).redact(&[exactly(area, RegionKind::Face)]).unwrap());
    let after = open(&master).pixels().unwrap();
    let at = |x: u32, y: u32| after.rgb[((y * width + x) * 3) as usize];
    for x in 40..180 {
        assert!(at(x, 80).abs_diff(at(x + 1, 80)) <= 16, "step at {x}");
    }
    assert!(at(112, 80) > 180, "the middle keeps its mean colour, not {}", at(112, 80));
}

#[test]
fn what_is_not_a_number_hides_too_much() {
    let bytes = Coding::default().encode(&street(160, 96));
    let all = open(&bytes).redact(&[everything()]).unwrap().touched();
    let nan = f32::NAN;
    let touched = |region| open(&bytes).redact(&[region]).unwrap().touched();
    assert_eq!(all, 60);
    assert_eq!(touched(Region::face(nan, nan, nan, nan)), all);
    assert_eq!(touched(Region::polygon(vec![[nan, nan]; 3], RegionKind::Face)), all);
    assert!(touched(Region::face(nan, 0.0, 10.0, nan)) >= 6);
}

#[test]
fn panoramas_stored_askew_are_turned() {
    let bytes = Coding { sampling: SamplingFactor::R_4_4_4, ..Coding::default() }.encode(&street(96, 160));
    let upright = open_as(&bytes, 6, false).pixels().unwrap();
    let source = Source::open(&bytes, 6, true, &Limits::default()).unwrap();
    assert_eq!((source.orientation(), source.size()), (1, (160, 96)));
    assert!(crate::common::difference(&source.pixels().unwrap(), &upright) < 4.0);
    let redacted = source.redact(&[Region::face(-20.0, 20.0, 20.0, 60.0)]).unwrap();
    let master = proven_master(&redacted);
    assert_eq!(open(&master).size(), (160, 96));
}
