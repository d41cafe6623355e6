//! Takes many pictures from a server of street-level pictures: Flaneur, Panoramax, or Panoramax' catalogue of all of them.
//!
//! First all pictures that answer a [`Query`] are listed (`manifest.ndjson`), then what is not here yet is taken, several at
//! once, and what is not on the list any more is removed. A run that is killed at any moment is gone on with by the next:
//! what a file is stands in a journal (`done.ndjson`) before the file stands in its place. Everything that a server sends is
//! taken for hostile: identifiers become file names only if they are harmless, every answer is bounded, and a token is shown
//! to the named server alone.
//!
//! [`client`] and [`disk`] are for others who take files from a server into a folder.
//!
//! ```no_run
//! # async fn example() -> Result<(), flaneur_fetch::FetchError> {
//! use flaneur_fetch::{BBox, Options, Query, RealWorld, Silent, fetch};
//! let mut query = Query::new("https://panoramax.example.org");
//! query.bbox = Some(BBox([2.25, 48.81, 2.42, 48.91]));
//! let options = Options::new(query, "pictures-of-a-town");
//! let summary = fetch(&options, std::sync::Arc::new(RealWorld), &Silent, Default::default()).await?;
//! assert!(summary.is_complete());
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

mod area;
pub mod client;
mod discover;
pub mod disk;
mod download;
mod error;
mod folder;
mod gate;
mod growing;
mod item;
mod journal;
mod jpeg;
mod manifest;
mod plan;
mod progress;
mod query;
mod remove;
mod run;
mod search;
mod shards;
mod summary;
mod text;
mod world;

pub use area::{BBox, Polygons};
pub use client::Patience;
pub use discover::{landing, link};
pub use error::FetchError;
pub use growing::Growing;
pub use item::{Entry, Refusal};
pub use journal::{Done, Verified};
pub use manifest::Totals;
pub use progress::{Event, Progress, Silent};
pub use query::{Quality, Query, parse_since, parse_until};
pub use run::{MOST_JOBS, Options, fetch};
pub use shards::{Index, Shard};
pub use summary::{Failure, Halt, Summary};
pub use text::{bytes, parse_bytes, shown};
pub use world::{RealWorld, World};
