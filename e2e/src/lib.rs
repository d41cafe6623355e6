//! Drives the built binary from outside with real clients.
//!
//! A test builds pictures ([`Photo`]), starts the binary on a free port with a data folder of its own ([`Server`]), talks
//! to it over HTTP ([`Client`]) or lets a real client do so, and looks at what came of it. Waiting is polling with a
//! deadline ([`until`]). A test fails if the server logged a warning or an error that it was not told to expect.
//!
//! What is to be tested, and with what, comes from the environment; see [`Tools`].
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "what a test prints is read by whoever runs it")]

mod cdn;
mod client;
mod exif;
mod folders;
mod inbox;
mod log;
mod oidc;
mod photo;
mod plants;
mod postgres;
mod relay;
mod role;
mod s3;
mod scissors;
mod script;
mod server;
mod spherical;
mod tools;
mod wait;

pub use cdn::Cdn;
pub use client::{Answer, Client, UploadSet, field, link, text};
pub use exif::{Exif, Placement, take_on};
pub use folders::{Folder, contains};
pub use inbox::Inbox;
pub use log::{LOOPS, unexpected};
pub use oidc::Oidc;
pub use photo::{Photo, Region, decode, detail, difference, placed, placed_sphere};
pub use plants::{PATTERNS, insert, plant};
pub use postgres::Postgres;
pub use relay::Relay;
pub use role::Role;
pub use s3::{Gate, S3, Web, buckets, of_pictures, on_s3, on_s3_at};
pub use scissors::Scissors;
pub use script::{Ended, alone, run_alone};
pub use server::{Commands, Finished, Server, ServerOptions, run_to_end};
pub use spherical::gpano;
pub use tools::{Tools, shared_data};
pub use wait::{LONG, SHORT, until};
