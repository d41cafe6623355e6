//! Mutations that know what a picture is.

mod coding;
mod coefficients;
#[path = "../../../crates/test-jpeg/src/numbers.rs"]
pub mod numbers;
mod scan;
mod segments;
mod tables;

use libfuzzer_sys::fuzzer_mutate;

use crate::case::{Case, MAX_CHOICES};
use numbers::Numbers;

/// Changes the case in the first `size` bytes of `data` into another of at most `max_size` bytes, and gives its size. Follows from
/// `seed` and from what libFuzzer has learned.
pub fn case(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut numbers = Numbers::new(u64::from(seed));
    let room = max_size.saturating_sub(MAX_CHOICES + 1);
    let case = Case::new(&data[..size]);
    let file = match numbers.below(16) {
        0 => None,
        1 => Some(case.file.to_vec()),
        2..=4 => segments::mutated(case.file, &mut numbers),
        5..=8 => scan::mutated(case.file, &mut numbers),
        _ => coefficients::mutated(case.file, &mut numbers, room),
    };
    replaced(data, size, max_size, file, &mut numbers)
}

/// The same for what is in front of a picture only: metadata.
pub fn head(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut numbers = Numbers::new(u64::from(seed));
    let case = Case::new(&data[..size]);
    let file = match numbers.below(8) {
        0 => None,
        1 => Some(case.file.to_vec()),
        _ => segments::mutated(case.file, &mut numbers),
    };
    replaced(data, size, max_size, file, &mut numbers)
}

/// Puts a file in the place of the one that is there, and sometimes other choices; libFuzzer's own mutations if there is none,
/// or no room for it.
fn replaced(data: &mut [u8], size: usize, max_size: usize, file: Option<Vec<u8>>, numbers: &mut Numbers) -> usize {
    let room = max_size.saturating_sub(MAX_CHOICES + 1);
    let Some(file) = file.filter(|file| file.len() <= room) else {
        return fuzzer_mutate(data, size, max_size);
    };
    let case = Case::new(&data[..size]);
    let mut choices = case.choices.to_vec();
    if file == case.file || numbers.once_in(3) {
        choices = bytes(&choices, MAX_CHOICES);
        // What was never chosen is zero, and does little.
        while choices.len() < MAX_CHOICES / 2 {
            choices.push(numbers.draw() as u8);
        }
    }
    let joined = Case::join(&file, &choices);
    data[..joined.len()].copy_from_slice(&joined);
    joined.len()
}

/// What libFuzzer makes of some bytes, `room` at most.
fn bytes(before: &[u8], room: usize) -> Vec<u8> {
    let mut bytes = before[..before.len().min(room)].to_vec();
    let size = bytes.len();
    bytes.resize(room, 0);
    let size = fuzzer_mutate(&mut bytes, size, room);
    bytes.truncate(size);
    bytes
}
