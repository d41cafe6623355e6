//! Files of any format as they come.
#![no_main]

use flaneur_fuzz::intake;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    intake::check(data);
});
