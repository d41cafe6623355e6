//! The crate as its users see it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "says which photographs were not at hand, and counts the others")]

mod common;
mod copies;
mod cut;
mod damage;
mod open;
mod removed;
mod scenes;
mod shared_data;
mod tampering;
mod tiles;
mod written;
