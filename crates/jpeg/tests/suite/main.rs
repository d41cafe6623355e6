//! The crate as its users see it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "says which photographs were not at hand")]

mod common;
mod open;
mod shared_data;
