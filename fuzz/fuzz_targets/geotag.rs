//! EXIF and XMP of any kind.
#![no_main]

use flaneur_fuzz::{geotag, mutate};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_target!(|data: &[u8]| {
    geotag::check(data);
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| { mutate::head(data, size, max_size, seed) });
