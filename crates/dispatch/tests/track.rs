//! What the track tells of headings and of the receiver, on invented tracks.

mod support;

use flaneur_dispatch::{Notice, Rules, Shot, dispatch};
use proptest::prelude::*;
use support::{DEGREE_M, defaults, headed, headings, id, ids, shot};

#[test]
fn headings_follow_the_track() {
    let track = vec![shot(0, 0, 0.0, 0.0), shot(1, 1, 0.0, 10.0), shot(2, 2, 10.0, 10.0), shot(3, 3, 10.0, 0.0)];
    assert_eq!(headings(&dispatch(track.clone(), &defaults())), [Some(0.0), Some(45.0), Some(135.0), Some(180.0)]);
    let left = Rules { relative_heading: Some(-90.0), ..defaults() };
    assert_eq!(headings(&dispatch(track, &left)), [Some(270.0), Some(315.0), Some(45.0), Some(90.0)]);
}

#[test]
fn on_a_bend_the_heading_is_the_tangent() {
    // A circle of 50 m around the start, in uneven steps; the start of the circle looks north.
    let angles = [0.0_f64, 5.0, 20.0, 23.0, 60.0, 62.0, 90.0];
    let shots = angles.iter().enumerate().map(|(n, degrees)| {
        let (sin, cos) = degrees.to_radians().sin_cos();
        shot(n, n as i64, -50.0 * cos, 50.0 * sin)
    });
    let plan = dispatch(shots.collect(), &defaults());
    let found = headings(&plan);
    for (degrees, heading) in angles.iter().zip(&found).skip(1).take(5) {
        assert!((heading.unwrap() - degrees).abs() < 0.1, "{found:?}");
    }
}

#[test]
fn out_and_back_looks_ahead_until_it_turns() {
    let there = (0..5).map(|n| shot(n, n as i64, 10.0 * n as f64, 0.0));
    let back = (5..9).map(|n| shot(n, n as i64, 10.0 * (8 - n) as f64, 0.0));
    let plan = dispatch(there.chain(back).collect(), &Rules { dedup: None, ..defaults() });
    assert_eq!(headings(&plan), [[Some(90.0); 5].as_slice(), &[Some(270.0); 4]].concat());
    assert_eq!(plan.notices, []);
}

#[test]
fn a_jump_of_the_gps_turns_no_arrow_and_is_said() {
    let mut shots: Vec<_> = (0..9).map(|n| shot(n, 2 * n as i64, 10.0 * n as f64, 0.0)).collect();
    shots[4].lat += 60.0 / DEGREE_M;
    let plan = dispatch(shots, &defaults());
    assert_eq!(headings(&plan), [Some(90.0); 9]);
    let [Notice::Jump { picture, metres }] = plan.notices[..] else { panic!("{:?}", plan.notices) };
    assert!(picture == id(4) && (metres - 60.8).abs() < 0.1, "{metres}");
    assert_eq!(plan.notices[0].to_string(), "the position of a picture is 61 m off the track: the GPS jumped");
}

#[test]
fn in_a_tunnel_the_gps_stands_still_and_no_picture_is_lost() {
    let road = (0..5).map(|n| shot(n, 2 * n as i64, 40.0 * n as f64, 0.0));
    let tunnel = (5..20).map(|n| shot(n, 2 * n as i64, 160.0, 0.0));
    let exit = (20..25).map(|n| shot(n, 2 * n as i64, 40.0 * n as f64, 0.0));
    let plan = dispatch(road.chain(tunnel).chain(exit).collect(), &defaults());
    assert_eq!((plan.duplicates.len(), plan.parts.len()), (0, 2));
    let [Notice::Frozen { pictures, metres }] = &plan.notices[..] else { panic!("{:?}", plan.notices) };
    assert_eq!(pictures, &(4..20).map(id).collect::<Vec<_>>());
    assert!((metres - 640.0).abs() < 0.1);
    assert_eq!(headings(&plan), [Some(90.0); 25]);
}

#[test]
fn a_parked_car_is_one_picture() {
    // Ten minutes of a receiver that drifts around by some metres, and off again.
    let parked = (0..300).map(|n| {
        let (sin, cos) = (n as f64 / 40.0).sin_cos();
        Shot { accuracy_m: Some(4.0), ..shot(n, 2 * n as i64, 0.8 * sin, 0.8 * cos) }
    });
    let off = (300..305).map(|n| Shot { accuracy_m: Some(4.0), ..shot(n, 2 * n as i64, 20.0 * (n - 299) as f64, 0.0) });
    let shots: Vec<_> = parked.chain(off).collect();
    let plan = dispatch(shots.clone(), &Rules { dedup: None, ..defaults() });
    let found = headings(&plan);
    assert!(found.iter().all(|heading| (heading.unwrap() - 90.0).abs() < 5.0), "{found:?}");
    let plan = dispatch(shots, &defaults());
    assert!(plan.duplicates.len() > 290 && plan.notices.is_empty(), "{}", plan.duplicates.len());
}

#[test]
fn thirty_pictures_of_one_second_are_in_order() {
    let names = (0..30).rev();
    let shots = names.map(|n| Shot { file_name: format!("B{n}.jpg"), ..shot(n, 7, 0.3 * n as f64, 0.0) }).collect();
    let plan = dispatch(shots, &Rules { dedup: None, ..defaults() });
    assert_eq!(ids(&plan), [(0..30).map(id).collect::<Vec<_>>()]);
    assert_eq!((headings(&plan), plan.notices), (vec![Some(90.0); 30], vec![]));
}

#[test]
fn north_is_a_heading() {
    let track = vec![headed(shot(0, 0, 0.0, 0.0), 0.0), shot(1, 1, 10.0, 0.0)];
    assert_eq!(headings(&dispatch(track.clone(), &defaults())), [None, Some(90.0)]);
    let ahead = Rules { relative_heading: Some(0.0), ..defaults() };
    assert_eq!(headings(&dispatch(track, &ahead)), [Some(90.0), Some(90.0)]);
}

#[test]
fn a_single_picture_looks_where_it_is_told() {
    let one = vec![shot(0, 0, 0.0, 0.0)];
    assert_eq!(headings(&dispatch(one.clone(), &defaults())), [None]);
    for (relative, expected) in [(-90.0, 270.0), (0.0, 0.0), (450.0, 90.0)] {
        let rules = Rules { relative_heading: Some(relative), ..defaults() };
        assert_eq!(headings(&dispatch(one.clone(), &rules)), [Some(expected)]);
    }
}

#[test]
fn standing_still_does_not_turn_the_arrow() {
    // East, a wait with the receiver's noise, east again, and a wait at the end.
    let places =
        [(0.0, 0.0), (10.0, 0.0), (10.1, 0.2), (9.9, -0.1), (10.0, 0.3), (20.0, 0.0), (19.9, 0.2), (20.1, 0.1)];
    let shots = places.iter().enumerate().map(|(n, (east, north))| shot(n, n as i64, *east, *north)).collect();
    let plan = dispatch(shots, &Rules { dedup: None, ..defaults() });
    assert_eq!(headings(&plan), [Some(90.0); 8]);
    let standing: Vec<_> = (0..4).map(|n| shot(n, n as i64, 0.0, 0.1 * n as f64)).collect();
    assert_eq!(headings(&dispatch(standing, &Rules { dedup: None, ..defaults() })), [None; 4]);
}

/// A road: turns of up to 20° every 15 m, driven at 7.5 m/s with a receiver that is off by some decimetres.
fn road() -> impl Strategy<Value = Vec<Shot>> {
    proptest::collection::vec((-20.0..20.0_f64, -0.3..0.3_f64, -0.3..0.3_f64), 8..40).prop_map(|steps| {
        let (mut east, mut north, mut direction) = (0.0, 0.0, 90.0_f64);
        let mut shots = Vec::new();
        for (number, (turn, off_east, off_north)) in steps.into_iter().enumerate() {
            let place = shot(number, 2 * number as i64, east + off_east, north + off_north);
            shots.push(Shot { accuracy_m: Some(2.0), ..place });
            direction += turn;
            east += 15.0 * direction.to_radians().sin();
            north += 15.0 * direction.to_radians().cos();
        }
        shots
    })
}

fn apart(a: f64, b: f64) -> f64 {
    let turn = (a - b).rem_euclid(360.0);
    turn.min(360.0 - turn)
}

proptest! {
    #[test]
    fn a_single_wild_fix_turns_no_arrow(shots in road(), at in any::<prop::sample::Index>(), side in any::<bool>()) {
        let before = headings(&dispatch(shots.clone(), &Rules { split: None, ..defaults() }));
        let at = 1 + at.index(shots.len() - 2);
        let mut wild = shots;
        // Beside the road, which does not turn around within a step.
        wild[at].lat += if side { 200.0 } else { -200.0 } / DEGREE_M;
        let plan = dispatch(wild, &Rules { split: None, ..defaults() });
        let jumps: Vec<_> = plan.notices.iter().filter(|n| matches!(n, Notice::Jump { picture, .. } if *picture == id(at))).collect();
        prop_assert_eq!(jumps.len(), 1);
        for (before, after) in before.iter().zip(headings(&plan)) {
            prop_assert!(apart(before.unwrap(), after.unwrap()) <= 40.0, "{:?} {:?}", before, after);
        }
    }

    #[test]
    fn waiting_turns_no_arrow(
        shots in road(),
        at in any::<prop::sample::Index>(),
        wait in proptest::collection::vec((-0.6..0.6_f64, -0.6..0.6_f64), 1..20),
    ) {
        let rules = Rules { split: None, dedup: None, ..defaults() };
        let before = headings(&dispatch(shots.clone(), &rules));
        let at = at.index(shots.len());
        let mut waiting = shots[..=at].to_vec();
        let seconds = 2 * wait.len() as i64;
        for (number, (east, north)) in wait.into_iter().enumerate() {
            let mut still = shots[at].clone();
            still.id = id(1000 + number);
            still.captured = shots[at].captured + jiff::SignedDuration::from_secs(2 * (number as i64 + 1));
            still.lon += east / DEGREE_M;
            still.lat += north / DEGREE_M;
            waiting.push(still);
        }
        waiting.extend(shots[at + 1..].iter().map(|shot| {
            Shot { captured: shot.captured + jiff::SignedDuration::from_secs(seconds), ..shot.clone() }
        }));
        let after = headings(&dispatch(waiting, &rules));
        let (waits, moves): (Vec<_>, Vec<_>) = after.iter().enumerate().partition(|(n, _)| (at + 1..=after.len() - shots.len() + at).contains(n));
        prop_assert!(waits.iter().all(|(_, heading)| **heading == before[at]), "{:?} {:?}", waits, before[at]);
        prop_assert_eq!(moves.into_iter().map(|(_, heading)| *heading).collect::<Vec<_>>(), before);
    }
}
