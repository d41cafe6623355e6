//! What a simulation looks like: distances, times, headings, and how much of it is where.
#![expect(clippy::unwrap_used, reason = "this is test code")]

use std::collections::{BTreeMap, BTreeSet};

use flaneur_access::Visibility;
use flaneur_simulate::{DURATION, Kind, Picture, START, Set, Simulation, camera::Looks};
use proptest::prelude::*;

/// Metres between two pictures.
fn metres(one: &Picture, other: &Picture) -> f64 {
    one.place.distance(other.place)
}

fn is_sound(set: &Set<'_>, pictures: &[Picture]) -> Result<(), TestCaseError> {
    let (least, most, slowest, fastest) = match set.kind {
        Kind::Car => (5.0, 10.0, 6.0, 14.0),
        Kind::Foot => (1.0, 3.0, 1.0, 1.6),
    };
    for picture in pictures {
        prop_assert!((-180.0..180.0).contains(&picture.place.lon) && picture.place.lat.abs() < 60.0);
        prop_assert!((0.0..360.0).contains(&picture.heading), "{}", picture.heading);
        prop_assert!((START..START + DURATION).contains(&picture.captured_at));
        prop_assert!(picture.captured_at < picture.received_at);
        let local: jiff::Timestamp = picture.captured_local.parse().unwrap();
        prop_assert_eq!(local.as_millisecond(), picture.captured_at.div_euclid(1000));
        prop_assert!((1400..2800).contains(&picture.exif.len()));
    }
    // The place is told with an error that moves slowly, and corners are cut: so not each, but nearly all.
    let mut apart: Vec<f64> = pictures.windows(2).map(|pair| metres(&pair[0], &pair[1])).collect();
    apart.sort_by(f64::total_cmp);
    for pair in pictures.windows(2) {
        let seconds = (pair[1].captured_at - pair[0].captured_at) as f64 / 1e6;
        prop_assert!(seconds >= least / fastest - 0.01 && seconds <= most / slowest + 0.01, "{seconds} s");
    }
    // Of a few, each may be told wrongly.
    if apart.len() >= 30 {
        let middle = apart[apart.len() / 2];
        prop_assert!(middle > least * 0.7 && middle < most * 1.2 + 0.5, "{middle} m");
    }
    if let Some(longest) = apart.last() {
        // At a corner who keeps to the right side crosses the street.
        prop_assert!(*longest < most + 14.0, "{longest} m");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn pictures_are_as_promised(seed: u64, pictures in 1..30_000_u64) {
        let simulation = Simulation::new(seed, pictures);
        let mut sum = 0;
        for set in simulation.sets() {
            sum += set.pictures();
            let mut number = 0;
            for sequence in &set.sequences {
                let pictures = set.pictures_of(sequence);
                prop_assert_eq!(pictures.len() as u64, sequence.length);
                prop_assert!(sequence.length > 0 && sequence.length <= 1000);
                prop_assert_eq!(sequence.before, number);
                number += sequence.length;
                is_sound(&set, &pictures)?;
            }
            let ends = set.sequences.windows(2).map(|pair| (&pair[0], &pair[1]));
            for (one, other) in ends {
                let last = set.pictures_of(one).last().unwrap().captured_at;
                prop_assert!(last + 60_000_000 < other.begins_at, "one after another");
            }
        }
        prop_assert_eq!(sum, pictures);
    }
}

#[test]
fn identifiers_and_hashes_are_given_once() {
    let simulation = Simulation::new(3, 20_000);
    let (mut ids, mut hashes, mut names) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for set in simulation.sets() {
        assert!(ids.insert(set.id));
        for sequence in &set.sequences {
            assert!(ids.insert(sequence.id));
            for picture in set.pictures_of(sequence) {
                assert!(ids.insert(picture.id) && hashes.insert(picture.sha256));
                assert!(names.insert((set.id, picture.file_name)));
            }
        }
    }
    assert_eq!(hashes.len(), 20_000);
}

#[test]
fn the_world_is_dense_in_places_and_a_bit_of_everything() {
    let simulation = Simulation::new(1, 60_000);
    let mut cells = BTreeMap::<(i64, i64), u32>::new();
    let (mut cameras, mut countries, mut days) = (BTreeSet::new(), BTreeMap::<usize, u64>::new(), BTreeSet::new());
    let mut accounts = BTreeMap::<usize, u64>::new();
    let (mut hidden, mut restricted, mut deleted, mut summer, mut aside) = (0, 0, 0, 0, 0);
    for set in simulation.sets() {
        cameras.insert(set.camera.model);
        *countries.entry(set.city.country).or_default() += set.pictures();
        *accounts.entry(set.account).or_default() += set.pictures();
        aside += u64::from(matches!(set.camera.looks, Looks::Aside(_)));
        for sequence in &set.sequences {
            for picture in set.pictures_of(sequence) {
                // Cells of 10 m or so.
                *cells.entry(((picture.place.lon * 1e4) as i64, (picture.place.lat * 1e4) as i64)).or_default() += 1;
                hidden += u64::from(picture.exclusion.is_some());
                restricted += u64::from(picture.visibility != Visibility::Anyone);
                deleted += u64::from(picture.deleted);
                days.insert(picture.captured_local[..10].to_owned());
                summer += u64::from(("05".."09").contains(&&picture.captured_local[5..7]));
                let hour: u32 = picture.captured_local[11..13].parse().unwrap();
                assert!((5..24).contains(&hour), "{}", picture.captured_local);
            }
        }
    }
    let densest = cells.values().max().unwrap();
    assert!((20..400).contains(densest), "{densest}");
    assert!(cells.len() > 5000, "{}", cells.len());
    assert!(cameras.len() >= 8 && aside > 0, "{cameras:?}");
    assert!(countries[&0] > 30_000 && countries.len() >= 2, "{countries:?}");
    let most = accounts.values().max().unwrap();
    assert!(*most > 60_000 / 20 && accounts.len() > 10, "{accounts:?}");
    assert!(days.len() > 20 && days.first().unwrap()[..4] < days.last().unwrap()[..4], "{days:?}");
    // A third of the year.
    assert!(summer > 60_000 / 3, "{summer}");
    for (share, number) in [("hidden", hidden), ("restricted", restricted), ("deleted", deleted)] {
        assert!((60..9000).contains(&number), "{share}: {number}");
    }
}
