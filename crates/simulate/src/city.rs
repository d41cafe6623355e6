//! Where cities are, and how large.

use rand::{RngExt as _, rngs::StdRng};

use crate::{
    place::Place,
    random::{For, PowerLaw, generator},
};

/// A country, or what is like one here: an outline in which cities are, and a time.
#[derive(Debug)]
pub struct Country {
    /// Of a hundred cities, how many are here.
    weight: f64,
    /// (longitude, latitude) in degrees, a convex polygon.
    outline: &'static [(f64, f64)],
    /// The time zone as POSIX writes it: so it does not depend on whose time zone database is at hand.
    pub zone: &'static str,
    /// Whether it is summer in December.
    pub southern: bool,
}

/// Most cities are in the first, which is about where France is.
pub const COUNTRIES: &[Country] = &[
    Country {
        weight: 70.0,
        outline: &[(-1.3, 43.5), (3.0, 42.6), (7.0, 43.8), (7.5, 48.5), (2.5, 50.8), (-1.5, 49.0), (-4.3, 48.2)],
        zone: "CET-1CEST,M3.5.0,M10.5.0/3",
        southern: false,
    },
    Country {
        weight: 8.0,
        outline: &[(8.0, 48.0), (12.5, 48.0), (13.5, 52.5), (9.5, 53.8), (6.8, 51.5)],
        zone: "CET-1CEST,M3.5.0,M10.5.0/3",
        southern: false,
    },
    Country {
        weight: 6.0,
        outline: &[(8.0, 45.0), (12.0, 42.0), (12.5, 44.0), (11.5, 46.0)],
        zone: "CET-1CEST,M3.5.0,M10.5.0/3",
        southern: false,
    },
    Country {
        weight: 5.0,
        outline: &[(-88.0, 32.0), (-81.5, 31.5), (-76.0, 40.0), (-88.0, 42.0)],
        zone: "EST5EDT,M3.2.0,M11.1.0",
        southern: false,
    },
    Country {
        weight: 4.0,
        outline: &[(-51.0, -22.0), (-47.0, -23.5), (-42.0, -21.5), (-44.0, -16.0), (-50.0, -16.5)],
        zone: "<-03>3",
        southern: true,
    },
    Country {
        weight: 4.0,
        outline: &[(136.0, 35.0), (140.0, 35.8), (140.5, 38.0), (139.0, 37.5)],
        zone: "JST-9",
        southern: false,
    },
    Country {
        weight: 2.0,
        outline: &[(3.5, 6.8), (8.5, 6.5), (9.0, 11.5), (4.5, 11.5)],
        zone: "WAT-1",
        southern: false,
    },
    // Small islands on the antimeridian.
    Country {
        weight: 1.0,
        outline: &[(179.2, -16.9), (180.2, -16.9), (180.2, -16.5), (179.2, -16.5)],
        zone: "<+12>-12",
        southern: true,
    },
];

/// A city.
#[derive(Debug, Clone)]
pub struct City {
    /// Its number; of two, the one with the lower number has more pictures.
    pub number: usize,
    /// Its country, an index of [`COUNTRIES`].
    pub country: usize,
    /// Its middle.
    pub centre: Place,
    /// How far from the middle its streets reach, metres.
    pub radius: f64,
    /// Metres between parallel streets.
    pub block: f64,
    /// By how much its streets are turned against north, radians.
    pub turned: f64,
    /// Metres above the sea.
    pub altitude: f64,
}

impl City {
    /// The country it is in.
    pub fn country(&self) -> &'static Country {
        &COUNTRIES[self.country]
    }
}

/// How often a street is passed, on average: more often near the middle of a city, less at its edge.
const PASSES: f64 = 4.0;
/// Metres between pictures, on average.
const SPACING: f64 = 7.0;

/// How many cities so many pictures are spread over.
pub fn how_many(pictures: u64) -> usize {
    ((pictures as f64).sqrt() * 0.3).clamp(4.0, 3000.0) as usize
}

/// Cities, the largest first. A city is as large as is needed for its share of the pictures.
pub fn cities(seed: u64, pictures: u64, sizes: &PowerLaw) -> Vec<City> {
    let mut random = generator(seed, For::Cities, &[]);
    let number = how_many(pictures);
    let mut cities = Vec::with_capacity(number);
    for number in 0..number {
        // The largest are in the first country, where most are.
        let country = if number < 3 { 0 } else { country(&mut random) };
        let block = random.random_range(80.0..140.0);
        let street_metres = pictures as f64 * sizes.share(number) * SPACING / PASSES;
        // In a square with sides of a block there are two sides' length of street.
        let area = street_metres * block / 2.0;
        cities.push(City {
            number,
            country,
            centre: within(COUNTRIES[country].outline, &mut random),
            radius: (area / std::f64::consts::PI).sqrt().clamp(3.0 * block, 15_000.0),
            block,
            turned: random.random_range(0.0..std::f64::consts::FRAC_PI_2),
            altitude: random.random_range(5.0..400.0),
        });
    }
    cities
}

fn country(random: &mut StdRng) -> usize {
    let whole: f64 = COUNTRIES.iter().map(|country| country.weight).sum();
    let mut at = random.random::<f64>() * whole;
    for (number, country) in COUNTRIES.iter().enumerate() {
        at -= country.weight;
        if at < 0.0 {
            return number;
        }
    }
    0
}

/// A place in a convex outline.
fn within(outline: &[(f64, f64)], random: &mut StdRng) -> Place {
    // A triangle of the fan from the first corner, each as often as it is large, and a point in it.
    let area = |one: (f64, f64), other: (f64, f64)| {
        let first = outline[0];
        ((one.0 - first.0) * (other.1 - first.1) - (other.0 - first.0) * (one.1 - first.1)).abs()
    };
    let triangles: Vec<_> = outline[1..].windows(2).map(|pair| (pair[0], pair[1])).collect();
    let whole: f64 = triangles.iter().map(|(one, other)| area(*one, *other)).sum();
    let mut at = random.random::<f64>() * whole;
    let mut chosen = triangles[0];
    for triangle in triangles {
        chosen = triangle;
        at -= area(triangle.0, triangle.1);
        if at < 0.0 {
            break;
        }
    }
    let (mut u, mut v) = (random.random::<f64>(), random.random::<f64>());
    if u + v > 1.0 {
        (u, v) = (1.0 - u, 1.0 - v);
    }
    let first = outline[0];
    let along = |first: f64, one: f64, other: f64| first + u * (one - first) + v * (other - first);
    let lon = along(first.0, chosen.0.0, chosen.1.0);
    Place { lon: (lon + 180.0).rem_euclid(360.0) - 180.0, lat: along(first.1, chosen.0.1, chosen.1.1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_are_in_one_country_and_few_are_large() {
        let sizes = PowerLaw::new(how_many(1_000_000), 1.0);
        let cities = cities(1, 1_000_000, &sizes);
        assert_eq!(cities.len(), 300);
        let first = cities.iter().filter(|city| city.country == 0).count();
        assert!((180..240).contains(&first), "{first}");
        assert!(cities.iter().any(|city| city.country().southern));
        assert!(cities[0].radius > 3.0 * cities[100].radius);
        let whole: f64 = (0..10).map(|rank| sizes.share(rank)).sum();
        assert!(whole > 0.4, "{whole}");
    }

    #[test]
    fn cities_are_where_their_country_is() {
        let sizes = PowerLaw::new(3000, 1.0);
        for city in cities(2, 100_000_000, &sizes) {
            let outline = city.country().outline;
            let (lon, lat) = (city.centre.lon, city.centre.lat);
            let lon = if lon < -179.0 { lon + 360.0 } else { lon };
            let ends = |of: fn(&(f64, f64)) -> f64| {
                let values = outline.iter().map(of);
                (values.clone().fold(f64::MAX, f64::min), values.fold(f64::MIN, f64::max))
            };
            let ((west, east), (south, north)) = (ends(|corner| corner.0), ends(|corner| corner.1));
            assert!((west..=east).contains(&lon) && (south..=north).contains(&lat), "{city:?}");
        }
    }

    #[test]
    fn zones_are_understood() {
        for country in COUNTRIES {
            jiff::tz::TimeZone::posix(country.zone).unwrap();
        }
    }
}
