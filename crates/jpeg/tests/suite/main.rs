//! The crate as its users see it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "says which photographs were not at hand, and counts the others")]

#[path = "../../../../fuzz/src/case.rs"]
#[expect(dead_code, reason = "the fuzz targets also put cases together")]
mod case;
mod common;
mod copies;
mod cut;
mod damage;
mod fuzzed;
mod open;
mod removed;
mod scenes;
mod shared_data;
#[path = "../../../../fuzz/src/surgery.rs"]
mod surgery;
mod tampering;
#[path = "../../../../fuzz/src/task.rs"]
mod task;
mod tiles;
#[path = "../../../../fuzz/src/units.rs"]
mod units;
mod written;
