//! An instance's dataset as a folder that can be cited and archived.
//!
//! [`snapshot`] takes the files that `GET /api/dataset` lists, verifies each by the checksum that its name ends in, reads them,
//! and writes what they add up to: a data card for people and for programs, a STAC Collection with addresses inside of the
//! folder, and the checksums of everything. All that is written follows from the list and the files: whoever takes a snapshot of
//! the same state has the same bytes. [`check`] works all of it out again, without the server.
//!
//! Asking, waiting and writing are [`flaneur_fetch`]'s, what is in a file is [`flaneur_dataset`]'s.
#![forbid(unsafe_code)]

mod card;
mod check;
mod collection;
mod folder;
mod list;
mod readme;
mod run;
mod take;
mod tally;

pub use card::{Annotations, Card, Described, Files, Headings, Instance, Model, Positions, Redaction, State, Tags};
pub use check::{Checked, check};
pub use run::{MOST_JOBS, Options, Taken, snapshot};
pub use tally::{Coverage, Ranking, Share};
