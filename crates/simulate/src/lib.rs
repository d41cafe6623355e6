//! Believable data of any size, for benchmarks and for finding out how large a machine has to be.
//!
//! A [`Simulation`] is a seed and a number of pictures. It gives accounts, areas and upload sets one after another, in
//! the order in which they would have come over ten years; of each [`Set`] come sequences, of each [`Sequence`] its
//! pictures. Everything is a pure function of seed and number, and only what is being looked at is in memory. [`fill`] writes
//! it all into an empty catalog. There are no files: the objects that pictures name are nowhere.
//!
//! What it looks like: cities whose sizes follow a power law, most of them in one country ([`city`]); streets and roads
//! that are the same for whoever takes them ([`roads`]), so that much is passed many times; a dozen kinds of cameras
//! ([`camera`]); few accounts that contribute most ([`people`]); and of what makes catalogs complicated a bit each:
//! sequences and pictures that not everybody sees, deleted ones, excluded areas.
#![forbid(unsafe_code)]

pub mod camera;
pub mod city;
mod exif;
mod fill;
pub mod people;
mod picture;
mod place;
mod random;
pub mod roads;
mod rows;
mod set;

use jiff::Timestamp;
use rand::{Rng as _, rngs::StdRng};
use uuid::Uuid;

pub use fill::{FillError, Filled, Listener, fill};
pub use picture::Picture;
pub use place::Place;
pub use random::PowerLaw;
pub use set::{Kind, Sequence, Set};

use self::{
    city::City,
    people::{Account, Hidden},
};

/// When it all begins: 2015-01-01, microseconds since 1970.
pub const START: i64 = 1_420_070_400_000_000;
/// How long it goes on: ten years, microseconds.
pub const DURATION: i64 = 3652 * 86_400_000_000;

/// Most pictures of a simulation.
pub const MOST_PICTURES: u64 = 1_000_000_000;

/// Everything that follows from a seed and a number of pictures.
#[derive(Debug)]
pub struct Simulation {
    seed: u64,
    pictures: u64,
    cities: Vec<City>,
    city_sizes: PowerLaw,
    accounts: Vec<Account>,
    account_shares: PowerLaw,
    hidden: Vec<Hidden>,
}

impl Simulation {
    /// Of so many pictures, deleted ones included: at least one, and no more than [`MOST_PICTURES`].
    pub fn new(seed: u64, pictures: u64) -> Self {
        let pictures = pictures.clamp(1, MOST_PICTURES);
        let city_sizes = PowerLaw::new(city::how_many(pictures), 1.0);
        let cities = city::cities(seed, pictures, &city_sizes);
        let accounts = people::accounts(seed, people::how_many(pictures));
        let account_shares = PowerLaw::new(accounts.len(), 1.2);
        let hidden = people::hidden(seed, &cities, accounts.len());
        Self { seed, pictures, cities, city_sizes, accounts, account_shares, hidden }
    }

    /// How many pictures there are, deleted ones included.
    pub fn pictures(&self) -> u64 {
        self.pictures
    }

    /// Cities, the largest first.
    pub fn cities(&self) -> &[City] {
        &self.cities
    }

    /// Accounts, the one that contributes most first.
    pub fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// Excluded areas.
    pub fn hidden(&self) -> &[Hidden] {
        &self.hidden
    }

    /// Upload sets, in the order in which they came.
    pub fn sets(&self) -> impl Iterator<Item = Set<'_>> {
        let (mut number, mut before) = (0, 0);
        std::iter::from_fn(move || {
            if before >= self.pictures {
                return None;
            }
            let set = Set::plan(self, number, before);
            number += 1;
            before += set.pictures();
            Some(set)
        })
    }
}

/// An identifier as real ones are: UUID version 7, of a moment in microseconds since 1970.
fn identifier(at: i64, random: &mut StdRng) -> Uuid {
    let mut bytes = [0; 10];
    random.fill_bytes(&mut bytes);
    uuid::Builder::from_unix_timestamp_millis(u64::try_from(at / 1000).unwrap_or(0), &bytes).into_uuid()
}

/// A moment in microseconds since 1970.
fn moment(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}
