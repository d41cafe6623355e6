//! A worker as its users see it: over a real catalog and real folders.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod common;
mod redact;
mod worker;
