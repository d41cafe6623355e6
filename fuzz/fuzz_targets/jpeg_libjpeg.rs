//! Coefficients before and after a cut, beside libjpeg's.
#![no_main]

use flaneur_fuzz::{differential, mutate};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_target!(|data: &[u8]| {
    differential::check(data);
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| { mutate::case(data, size, max_size, seed) });
