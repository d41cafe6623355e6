//! What a dispatch promises, on invented tracks.

mod support;

use std::collections::{HashMap, HashSet};

use flaneur_dispatch::{Dedup, Notice, Plan, Rules, Shot, SortMethod, Split, dispatch};
use proptest::prelude::*;
use support::{DEGREE_M, defaults, headed, headings, id, ids, shot};
use uuid::Uuid;

#[test]
fn nothing_comes_of_nothing() {
    assert_eq!(dispatch(Vec::new(), &defaults()), Plan::default());
}

#[test]
fn every_order() {
    // File names and times run against each other, but for the two of one second.
    let mut shots = vec![shot(2, 10, 0.0, 0.0), shot(10, 5, 5.0, 0.0), shot(1, 10, 10.0, 0.0)];
    shots[2].file_name = "IMG1.jpg".to_owned();
    for (sort, expected) in [
        (SortMethod::FilenameAsc, [1, 2, 10]),
        (SortMethod::FilenameDesc, [10, 2, 1]),
        (SortMethod::TimeAsc, [10, 1, 2]),
        (SortMethod::TimeDesc, [2, 1, 10]),
    ] {
        let plan = dispatch(shots.clone(), &Rules { sort, ..Rules::default() });
        assert_eq!(ids(&plan), [expected.map(id).to_vec()], "{sort}");
    }
}

#[test]
fn gaps_split() {
    let shots = vec![
        shot(0, 0, 0.0, 0.0),
        shot(1, 300, 99.0, 0.0),
        shot(2, 601, 100.0, 0.0),
        shot(3, 602, 201.0, 0.0),
        shot(4, 603, 201.0, 0.0),
    ];
    let rules = Rules { dedup: None, ..defaults() };
    let expected = vec![vec![id(0), id(1)], vec![id(2)], vec![id(3), id(4)]];
    assert_eq!(ids(&dispatch(shots.clone(), &rules)), expected);
    let backwards = dispatch(shots.clone(), &Rules { sort: SortMethod::TimeDesc, ..rules.clone() });
    assert_eq!(ids(&backwards), [vec![id(4), id(3)], vec![id(2)], vec![id(1), id(0)]]);
    assert_eq!(ids(&dispatch(shots, &Rules { split: None, ..rules })).len(), 1);
}

#[test]
fn duplicates_look_the_same_way() {
    let at = |number, second, heading| headed(shot(number, second, 0.0, 0.0), heading);
    // 350° and 40° are 50° apart, 350° and 60° are 70° apart.
    let plan = dispatch(vec![at(0, 0, 350.0), at(1, 1, 40.0), at(2, 2, 60.0)], &defaults());
    assert_eq!(ids(&plan), [[id(0), id(2)]]);
    assert_eq!(plan.duplicates.len(), 1);
    let duplicate = plan.duplicates[0];
    assert_eq!((duplicate.id, duplicate.of), (id(1), id(0)));
    assert!(duplicate.distance_m.abs() < 1e-9);
    assert!((duplicate.angle_deg.unwrap() - 50.0).abs() < 1e-9);
}

#[test]
fn the_distance_of_duplicates_counts_from_what_stays() {
    let shots = vec![shot(0, 0, 0.0, 0.0), shot(1, 1, 0.7, 0.0), shot(2, 2, 1.4, 0.0)];
    let plan = dispatch(shots, &defaults());
    assert_eq!(ids(&plan), [[id(0), id(2)]]);
    assert_eq!(plan.duplicates[0].angle_deg, None);
    assert!((plan.duplicates[0].distance_m - 0.7).abs() < 1e-6);
}

#[test]
fn unknown_headings_and_panoramas_match_by_distance() {
    let here = |number| shot(number, number as i64, 0.0, 0.0);
    let panorama = |number, heading| Shot { panorama: true, ..headed(here(number), heading) };
    let pairs = [
        (headed(here(0), 0.0), here(1), true),
        (here(0), headed(here(1), 0.0), true),
        (panorama(0, 0.0), panorama(1, 180.0), true),
        (headed(here(0), 0.0), headed(here(1), 180.0), false),
        // One shows what the other does not.
        (panorama(0, 0.0), headed(here(1), 0.0), false),
        (here(0), panorama(1, 0.0), false),
    ];
    for (first, second, same) in pairs {
        let plan = dispatch(vec![first.clone(), second.clone()], &defaults());
        assert_eq!(plan.duplicates.len(), usize::from(same), "{first:?} {second:?}");
    }
    let plan = dispatch(vec![panorama(0, 10.0), panorama(1, 180.0)], &defaults());
    assert!((plan.duplicates[0].angle_deg.unwrap() - 170.0).abs() < 1e-9);
}

#[test]
fn duplicates_are_found_at_the_antimeridian_and_at_the_pole() {
    for (a, b) in [((179.999_999, 10.0), (-179.999_999, 10.0)), ((0.0, 89.999_999), (180.0, 89.999_999))] {
        let place = |number: usize, (lon, lat)| Shot { lon, lat, ..shot(number, number as i64, 0.0, 0.0) };
        let plan = dispatch(vec![place(0, a), place(1, b)], &defaults());
        assert_eq!(plan.duplicates.len(), 1, "{a:?} {b:?}");
        assert!(plan.duplicates[0].distance_m > 0.1);
    }
}

#[test]
fn of_duplicates_the_best_stays() {
    let here = |number| shot(number, number as i64, 0.0, 0.0);
    let sharp = |number, density| Shot { pixels_per_degree: Some(density), ..here(number) };
    let close = |number, metres| Shot { accuracy_m: Some(metres), ..here(number) };
    for (first, second, stays) in [
        (here(0), headed(here(1), 0.0), 1),
        (sharp(0, 12.0), sharp(1, 40.0), 1),
        (sharp(0, 40.0), sharp(1, 12.0), 0),
        (close(0, 8.0), close(1, 0.02), 1),
        // Of one grade the first.
        (close(0, 3.4), close(1, 3.1), 0),
        (sharp(0, 31.0), sharp(1, 60.0), 0),
        // What may be linked to.
        (sharp(0, 60.0), Shot { sequence: Some(id(1000)), ..sharp(1, 5.0) }, 1),
    ] {
        let plan = dispatch(vec![first.clone(), second.clone()], &defaults());
        assert_eq!(ids(&plan), [[id(stays)]], "{first:?} {second:?}");
        assert_eq!((plan.duplicates[0].id, plan.duplicates[0].of), (id(1 - stays), id(stays)));
    }
}

#[test]
fn late_pictures_leave_what_is_placed_where_it_is() {
    let old = id(1000);
    let mut shots: Vec<_> =
        (0..10).map(|n| Shot { sequence: Some(old), ..shot(n, 4 * n as i64, 10.0 * n as f64, 0.0) }).collect();
    // Between them, the same as one of them but earlier and better, and a way on.
    shots.push(shot(10, 14, 35.0, 0.0));
    shots.push(Shot { pixels_per_degree: Some(60.0), ..headed(shot(11, 19, 50.0, 0.0), 90.0) });
    shots.extend((12..15).map(|n| shot(n, 4 * n as i64 - 8, 10.0 * (n - 2) as f64, 0.0)));
    let plan = dispatch(shots, &defaults());
    assert_eq!(plan.parts.iter().map(|part| part.reuse).collect::<Vec<_>>(), [Some(old)]);
    assert_eq!((plan.duplicates.len(), plan.duplicates[0].id, plan.duplicates[0].of), (1, id(11), id(5)));
    let order = [0, 1, 2, 3, 10, 4, 5, 6, 7, 8, 9, 12, 13, 14];
    assert_eq!(ids(&plan), [order.map(id)]);
}

#[test]
fn a_sequence_lives_on_where_most_of_it_is() {
    let [old, other] = [id(1000), id(1001)];
    let from = |sequence, shot| Shot { sequence: Some(sequence), ..shot };
    let shots = vec![
        from(old, shot(0, 0, 0.0, 0.0)),
        // A new gap: the larger half keeps the id.
        from(old, shot(1, 1000, 0.0, 0.0)),
        from(old, shot(2, 1001, 10.0, 0.0)),
        from(other, shot(3, 2000, 0.0, 0.0)),
        from(other, shot(4, 3000, 0.0, 0.0)),
        shot(5, 4000, 0.0, 0.0),
    ];
    let reuse: Vec<_> = dispatch(shots, &defaults()).parts.iter().map(|part| part.reuse).collect();
    assert_eq!(reuse, [None, Some(old), Some(other), None, None]);
}

#[test]
fn broken_numbers_end_somewhere() {
    let mut shots: Vec<_> = (0..4).map(|n| shot(n, n as i64, 0.0, 0.0)).collect();
    shots[0].lon = f64::NAN;
    shots[1].lat = f64::INFINITY;
    shots[2].sensor_heading = Some(f64::NAN);
    let broken = Rules {
        dedup: Some(Dedup { distance_m: f64::NAN, rotation_deg: f64::NAN }),
        relative_heading: Some(f64::NAN),
        ..defaults()
    };
    let plan = dispatch(shots.clone(), &broken);
    assert_eq!(plan.parts.iter().map(|part| part.shots.len()).sum::<usize>(), 4);
    let huge = Rules { dedup: Some(Dedup { distance_m: 1e12, rotation_deg: 1e12 }), ..defaults() };
    assert!(!dispatch(shots, &huge).parts.is_empty());
}

/// However pictures lie, the work grows with their number, not its square. Squares would take minutes here.
#[test]
fn thirty_thousand_pictures() {
    let many = 30_000;
    let street: Vec<_> = (0..many).map(|n| shot(n, n as i64, 2.0 * n as f64, 0.0)).collect();
    assert_eq!(ids(&dispatch(street, &defaults()))[0].len(), many);
    // All in one place, looking in all directions; and all in one place, looking nowhere.
    let heading = |n: usize| n as f64 * 360.0 / many as f64;
    let round: Vec<_> = (0..many).map(|n| headed(shot(n, n as i64, 0.0, 0.0), heading(n))).collect();
    let fine = Rules { dedup: Some(Dedup { distance_m: 1.0, rotation_deg: 0.0 }), ..defaults() };
    assert_eq!(ids(&dispatch(round.clone(), &fine))[0].len(), many);
    let mixed = round.into_iter().enumerate().map(|(n, shot)| match n % 2 {
        0 => shot,
        _ => Shot { sensor_heading: None, ..shot },
    });
    assert_eq!(ids(&dispatch(mixed.collect(), &fine))[0].len(), many / 2);
    let heap: Vec<_> = (0..many).map(|n| shot(n, n as i64, 0.0, 0.000_01 * n as f64)).collect();
    assert_eq!(ids(&dispatch(heap.clone(), &defaults()))[0].len(), 1);
    assert_eq!(ids(&dispatch(heap, &Rules { dedup: None, ..defaults() }))[0].len(), many);
}

prop_compose! {
    fn any_shots()(
        specs in proptest::collection::vec(
            (
                (0..2000i64, 0..30i64, 0..4i64),
                proptest::option::of(0..8i64),
                any::<bool>(),
                proptest::option::of(0..4usize),
                proptest::option::of(0.0..20.0f64),
            ),
            0..40,
        )
    ) -> Vec<Shot> {
        specs.into_iter().enumerate().map(|(number, spec)| {
            let ((second, east, north), heading, panorama, sequence, accuracy_m) = spec;
            Shot {
            sensor_heading: heading.map(|eighth| eighth as f64 * 45.0),
            panorama,
            sequence: sequence.map(|number| id(1000 + number)),
            accuracy_m,
            ..shot(number, second, east as f64 * 0.6, north as f64 * 40.0)
        }}).collect()
    }
}

prop_compose! {
    fn any_rules()(
        sort in proptest::sample::select(SortMethod::ALL.to_vec()),
        split in proptest::option::of((1.0..100.0f64, 1.0..300.0f64)),
        dedup in proptest::option::of((0.0..3.0f64, 0.0..190.0f64)),
        relative_heading in proptest::option::of(-360.0..360.0f64),
    ) -> Rules {
        Rules {
            sort,
            split: split.map(|(distance_m, time_s)| Split { distance_m, time_s }),
            dedup: dedup.map(|(distance_m, rotation_deg)| Dedup { distance_m, rotation_deg }),
            relative_heading,
        }
    }
}

proptest! {
    #[test]
    fn every_picture_is_somewhere_once(shots in any_shots(), rules in any_rules()) {
        let plan = dispatch(shots.clone(), &rules);
        prop_assert!(plan.parts.iter().all(|part| !part.shots.is_empty()));
        let mut found: Vec<Uuid> = ids(&plan).concat();
        found.extend(plan.duplicates.iter().map(|duplicate| duplicate.id));
        found.sort_unstable();
        let all: Vec<Uuid> = shots.iter().map(|shot| shot.id).collect();
        prop_assert_eq!(found, all);

        let reused: Vec<Uuid> = plan.parts.iter().filter_map(|part| part.reuse).collect();
        prop_assert_eq!(reused.iter().collect::<HashSet<_>>().len(), reused.len());
        for heading in plan.parts.iter().flat_map(|part| &part.shots).filter_map(|shot| shot.heading) {
            prop_assert!((0.0..360.0).contains(&heading.degrees));
        }
    }

    #[test]
    fn parts_are_in_order_and_without_gaps_nor_duplicates(shots in any_shots(), rules in any_rules()) {
        let known: HashMap<Uuid, Shot> = shots.iter().map(|shot| (shot.id, shot.clone())).collect();
        let plan = dispatch(shots, &rules);
        let order: Vec<i64> = ids(&plan).concat().iter().map(|id| known[id].captured.as_second()).collect();
        match rules.sort {
            SortMethod::TimeAsc => prop_assert!(order.is_sorted()),
            SortMethod::TimeDesc => prop_assert!(order.iter().rev().is_sorted()),
            SortMethod::FilenameAsc | SortMethod::FilenameDesc => {
                let mut names: Vec<u128> = ids(&plan).concat().iter().map(Uuid::as_u128).collect();
                if rules.sort == SortMethod::FilenameDesc {
                    names.reverse();
                }
                prop_assert!(names.is_sorted());
            }
        }
        if let Some(dedup) = rules.dedup {
            let frozen = frozen(&plan);
            for part in ids(&plan) {
                let part: Vec<Uuid> = part.into_iter().filter(|id| !frozen.contains(id)).collect();
                for (n, a) in part.iter().enumerate() {
                    for b in &part[n + 1..] {
                        prop_assert!(!alike(&known[a], &known[b], &dedup, rules.relative_heading.is_some()));
                    }
                }
            }
            for duplicate in &plan.duplicates {
                prop_assert!(alike(&known[&duplicate.id], &known[&duplicate.of], &dedup, rules.relative_heading.is_some()));
                prop_assert!(ids(&plan).concat().contains(&duplicate.of));
            }
        } else {
            prop_assert!(plan.duplicates.is_empty());
        }
    }

    #[test]
    fn the_order_of_arrival_does_not_matter(shots in any_shots(), rules in any_rules()) {
        let reversed = shots.iter().rev().cloned().collect();
        prop_assert_eq!(dispatch(shots, &rules), dispatch(reversed, &rules));
    }

    #[test]
    fn dispatching_again_changes_nothing(shots in any_shots(), rules in any_rules()) {
        let first = dispatch(shots.clone(), &rules);
        let mut again = shots;
        let mut sequences = Vec::new();
        for (number, part) in first.parts.iter().enumerate() {
            let sequence = part.reuse.unwrap_or(id(2000 + number));
            sequences.push(Some(sequence));
            for placed in &part.shots {
                let shot = again.iter_mut().find(|shot| shot.id == placed.id).unwrap();
                shot.sequence = Some(sequence);
            }
        }
        for duplicate in &first.duplicates {
            again.iter_mut().find(|shot| shot.id == duplicate.id).unwrap().sequence = None;
        }
        let second = dispatch(again, &rules);
        prop_assert_eq!(second.parts.iter().map(|part| part.reuse).collect::<Vec<_>>(), sequences);
        prop_assert_eq!(ids(&second), ids(&first));
        prop_assert_eq!(headings(&second), headings(&first));
    }
}

proptest! {
    #[test]
    fn what_is_placed_is_no_duplicate_of_what_comes_late(shots in any_shots(), late in 0..40_usize, dedup in 0.0..3.0f64) {
        let dedup = Some(Dedup { distance_m: dedup, rotation_deg: 60.0 });
        let rules = Rules { split: None, dedup, ..defaults() };
        let fresh = |shot: &Shot| Shot { sequence: None, ..shot.clone() };
        let (late, early): (Vec<Shot>, Vec<Shot>) = shots.iter().map(fresh).partition(|shot| shot.id < id(late));
        let first = dispatch(early.clone(), &rules);
        // The end of a frozen fix may come late.
        prop_assume!(first.notices.iter().all(|notice| matches!(notice, Notice::Jump { .. })));
        let placed: HashSet<Uuid> = ids(&first).concat().into_iter().collect();
        let kept = early.into_iter().filter(|shot| placed.contains(&shot.id));
        let kept = kept.map(|shot| Shot { sequence: Some(id(1000)), ..shot });
        let second = dispatch(kept.chain(late).collect(), &rules);
        prop_assert!(second.duplicates.iter().all(|duplicate| !placed.contains(&duplicate.id)));
        if !placed.is_empty() {
            prop_assert_eq!(second.parts[0].reuse, Some(id(1000)));
        }
    }
}

/// The pictures of which nobody knows where they were taken.
fn frozen(plan: &Plan) -> HashSet<Uuid> {
    let pictures = plan.notices.iter().filter_map(|notice| match notice {
        Notice::Frozen { pictures, .. } => Some(pictures),
        Notice::Jump { .. } => None,
    });
    pictures.flatten().copied().collect()
}

/// The rule for duplicates, spelled out for a pair.
fn alike(a: &Shot, b: &Shot, rules: &Dedup, relative: bool) -> bool {
    let east = (a.lon - b.lon) * DEGREE_M * a.lat.to_radians().cos();
    let north = (a.lat - b.lat) * DEGREE_M;
    let sensor = |shot: &Shot| shot.sensor_heading.filter(|_| !relative);
    let same_way = match (sensor(a), sensor(b)) {
        (Some(x), Some(y)) if !a.panorama => {
            let turn = (x - y).abs();
            turn.min(360.0 - turn) <= rules.rotation_deg
        }
        _ => true,
    };
    a.panorama == b.panorama && east.hypot(north) <= rules.distance_m && same_way
}
