//! Whatever fails while pictures are sent, none that was accepted is lost, none is there twice, and nothing is left over.
//!
//! In each round a client sends a set of pictures, and sends again whatever was not answered. Meanwhile one kind of fault
//! strikes at random moments. Then everything has to be as if nothing had happened: see [`verdict`]. Rounds follow each
//! other on one instance, so that what one leaves behind is found by the next.
//!
//! | variable | is | without it |
//! |---|---|---|
//! | `FLANEUR_FAULT_SEED` | what moments follow from; each run prints its own | another one each time |
//! | `FLANEUR_FAULT_PICTURES` | pictures sent in each round | 24 |
//! | `FLANEUR_FAULT_TIMES` | how often a fault strikes in each round (a long pause: once) | 2 |
//! | `FLANEUR_FAULT_PAUSE` | seconds for which S3 holds its breath | 8 |
//! | `FLANEUR_FAULT_REPORT` | a folder into which the table's rows are written | nowhere |
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on panics; what it prints is read by whoever runs it"
)]

mod chance;
mod disk;
mod embedded;
mod fleet;
mod plan;
mod table;
mod upload;
mod verdict;
mod watch;
