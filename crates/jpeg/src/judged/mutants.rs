//! Damaged files: what we accept, libjpeg accepts without a word, and reads alike.

use flaneur_test_jpeg::pictures::{self, Made};
use flaneur_test_jpeg::{Judge, shared};

use super::{assert_same_dcs, open};

/// Has all mutants that we accept compared; how many these are.
fn judge_mutants(judge: Judge, made: &Made, count: u64) -> u64 {
    let mut accepted = 0;
    for seed in 0..count {
        let mutant = pictures::mutant(&made.bytes, seed);
        let Ok(picture) = open(&mutant) else { continue };
        accepted += 1;
        let context = format!("mutant {seed} of {}", made.name);
        let dcs = judge.dcs(&mutant).unwrap_or_else(|error| panic!("{context}: libjpeg refuses it: {error}"));
        assert_same_dcs(&context, &mutant, &picture, &dcs);
        let warnings = judge.compare(&mutant, &mutant).map_or(0, |found| found.warnings[0]);
        assert_eq!(warnings, 0, "{context}: libjpeg warns");
    }
    accepted
}

#[test]
fn of_all_codings() {
    let Some(judge) = Judge::find() else { return };
    let mut accepted = 0;
    for made in pictures::all(judge).iter().filter(|made| made.bytes.len() < 20_000) {
        accepted += judge_mutants(judge, made, 40);
    }
    println!("{accepted} mutants are accepted");
    assert!(accepted > 100, "{accepted} accepted: the test sees too few");
}

#[test]
fn of_hostile_files() {
    let Some(judge) = Judge::find() else { return };
    for path in shared::files("hostile") {
        let bytes = std::fs::read(&path).expect("a file that is listed can be read");
        judge_mutants(judge, &Made { name: super::name(&path), bytes, baseline: true }, 20);
    }
}
