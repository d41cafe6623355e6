//! Who contributes, and where nothing is to be shown.

use rand::{RngExt as _, rngs::StdRng};
use uuid::Uuid;

use crate::{
    START,
    city::City,
    identifier,
    place::Place,
    random::{For, PowerLaw, generator, mix},
};

const NAMES: [&str; 24] = [
    "ada", "bob", "chloe", "dmitri", "elif", "farid", "greta", "hugo", "ines", "jun", "kofi", "lena", "malik", "nora",
    "oscar", "paula", "quentin", "rosa", "sven", "tala", "ugo", "vera", "wanda", "yann",
];

/// An account.
#[derive(Debug, Clone)]
pub struct Account {
    /// Identifier.
    pub id: Uuid,
    /// Its name, ASCII lower case; none is given twice.
    pub name: String,
    /// When it was made, microseconds since 1970.
    pub created_at: i64,
}

/// How many there are for so many pictures.
pub fn how_many(pictures: u64) -> usize {
    ((pictures as f64).sqrt() * 0.5).clamp(5.0, 5000.0) as usize
}

/// Accounts, the one that contributes most first.
pub fn accounts(seed: u64, number: usize) -> Vec<Account> {
    let mut random = generator(seed, For::Accounts, &[]);
    (0..number)
        .map(|number| {
            let created_at = START + number as i64 * 1000;
            let name = format!("{}{number}", NAMES[number % NAMES.len()]);
            Account { id: identifier(created_at, &mut random), name, created_at }
        })
        .collect()
}

/// Who contributes a set: often one of the few that contribute anywhere, else one of the city's own.
pub fn contributor(seed: u64, law: &PowerLaw, accounts: usize, city: &City, random: &mut StdRng) -> usize {
    if random.random_bool(0.6) {
        return law.draw(random);
    }
    let neighbour = i64::from(random.random_range(0..3_u8).min(random.random_range(0..3)));
    (mix(seed, For::Accounts, &[city.number as i64, neighbour]) % accounts as u64) as usize
}

/// A square of which no pictures are to be shown: the instance's, or an account's own.
#[derive(Debug, Clone)]
pub struct Hidden {
    /// Identifier.
    pub id: Uuid,
    /// Whose it is, an index of the accounts; none: the instance's.
    pub owner: Option<usize>,
    /// Its south-western corner.
    pub low: Place,
    /// Its north-eastern corner.
    pub high: Place,
    /// When it was made, microseconds since 1970.
    pub created_at: i64,
}

impl Hidden {
    /// Whether a place is in it.
    pub fn holds(&self, place: Place) -> bool {
        (self.low.lon..=self.high.lon).contains(&place.lon) && (self.low.lat..=self.high.lat).contains(&place.lat)
    }
}

/// Squares in the largest cities: two of the instance's, and those of some accounts.
pub fn hidden(seed: u64, cities: &[City], accounts: usize) -> Vec<Hidden> {
    let mut random = generator(seed, For::Areas, &[]);
    let owners = [None, None].into_iter().chain((0..accounts).step_by(4).take(50).map(Some));
    owners
        .enumerate()
        .map(|(number, owner)| {
            let city = &cities[number % cities.len().min(10)];
            let mut off = || random.random_range(-0.4..0.4) * city.radius;
            let middle = city.centre.moved(off(), off());
            let half = city.block * 1.2;
            let created_at = START + 1_000_000_000 + number as i64 * 1000;
            Hidden {
                id: identifier(created_at, &mut random),
                owner,
                low: middle.moved(-half, -half),
                high: middle.moved(half, half),
                created_at,
            }
        })
        // On the antimeridian a square would be two.
        .filter(|hidden| hidden.low.lon < hidden.high.lon)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::city::{self, cities};

    #[test]
    fn names_are_given_once() {
        let accounts = accounts(3, 5000);
        let names: std::collections::BTreeSet<&str> = accounts.iter().map(|account| account.name.as_str()).collect();
        assert_eq!(names.len(), 5000);
        assert!(names.iter().all(|name| name.to_ascii_lowercase() == **name));
    }

    #[test]
    fn squares_hold_what_is_in_them() {
        let cities = cities(3, 1_000_000, &PowerLaw::new(city::how_many(1_000_000), 1.0));
        let all = hidden(3, &cities, 500);
        assert!(all.len() > 40 && all[0].owner.is_none() && all[2].owner.is_some());
        for hidden in all {
            let middle = Place {
                lon: f64::midpoint(hidden.low.lon, hidden.high.lon),
                lat: f64::midpoint(hidden.low.lat, hidden.high.lat),
            };
            assert!(hidden.holds(middle) && hidden.holds(hidden.low) && !hidden.holds(middle.moved(400.0, 0.0)));
        }
    }
}
