//! Streets and roads. None is kept: a crossing, a street and a bend follow from the seed and their numbers, so whoever
//! drives along finds the same road as whoever did before.

use rand::{RngExt as _, rngs::StdRng};

use crate::{
    city::City,
    place::Place,
    random::{For, bell, mix, part},
};

/// A road that leaves a city, or leads from one to another, has a bend at least so often, metres.
const BEND: f64 = 40.0;

/// A way that somebody takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// From crossing to crossing through a city.
    Streets,
    /// Along one of the large roads that start in a city's middle.
    Radial,
    /// Over land, to another city.
    Country,
}

/// The corners of a way of at least `length` metres. A road that ends before is gone back.
pub fn way(seed: u64, cities: &[City], city: &City, route: Route, length: f64, random: &mut StdRng) -> Vec<Place> {
    match route {
        Route::Streets => streets(seed, city, length, random),
        Route::Radial => {
            let road = radial(seed, city, random.random_range(0..radials(seed, city)));
            to_and_fro(&road, random.random_bool(0.5), length)
        }
        Route::Country => {
            let road = country_road(seed, city, &cities[neighbour(cities, city, random)]);
            // From anywhere on it, rather near the city.
            let at = (random.random::<f64>().powi(3) * road.len() as f64) as usize;
            let rest = if at + 2 < road.len() { &road[at..] } else { &road };
            to_and_fro(rest, random.random_bool(0.5), length)
        }
    }
}

/// Where a crossing is: the grid of blocks, turned, and each crossing a little off.
fn crossing(seed: u64, city: &City, (column, row): (i64, i64)) -> Place {
    let off =
        |axis: i64| (part(seed, For::Crossing, &[city.number as i64, column, row, axis]) - 0.5) * 0.4 * city.block;
    let (x, y) = (column as f64 * city.block + off(0), row as f64 * city.block + off(1));
    let (sine, cosine) = city.turned.sin_cos();
    city.centre.moved(x * cosine - y * sine, x * sine + y * cosine)
}

/// Whether there is a street between two neighbouring crossings: some are built over, and the city ends somewhere.
fn is_street(seed: u64, city: &City, from: (i64, i64), to: (i64, i64)) -> bool {
    let inside = |(column, row): (i64, i64)| (column as f64).hypot(row as f64) * city.block <= city.radius;
    let (one, other) = (from.min(to), from.max(to));
    inside(to) && part(seed, For::Street, &[city.number as i64, one.0, one.1, other.0, other.1]) > 0.08
}

/// Through the streets: straight on rather than not, and back only where there is no other way.
fn streets(seed: u64, city: &City, length: f64, random: &mut StdRng) -> Vec<Place> {
    const DIRECTIONS: [(i64, i64); 4] = [(1, 0), (0, 1), (-1, 0), (0, -1)];
    let reach = city.radius / city.block;
    let start = |random: &mut StdRng| (bell(random) * reach / 2.5).clamp(-0.7 * reach, 0.7 * reach) as i64;
    let mut at = (start(random), start(random));
    let mut direction = random.random_range(0..4_usize);
    let mut places = vec![crossing(seed, city, at)];
    let mut gone = 0.0;
    while gone < length {
        let side = if random.random_bool(0.5) { 1 } else { 3 };
        let wished = if random.random_bool(0.7) { [0, side, 4 - side, 2] } else { [side, 0, 4 - side, 2] };
        let ways = wished.map(|turn| (direction + turn) % 4);
        let open = ways.into_iter().find(|way| {
            let (columns, rows) = DIRECTIONS[*way];
            is_street(seed, city, at, (at.0 + columns, at.1 + rows))
        });
        // A crossing without any street is gone through all the same: somebody lives there.
        direction = open.unwrap_or(ways[3]);
        let (columns, rows) = DIRECTIONS[direction];
        at = (at.0 + columns, at.1 + rows);
        let next = crossing(seed, city, at);
        gone += places.last().map_or(0.0, |last| last.distance(next));
        places.push(next);
    }
    places
}

/// How many large roads start in the middle.
fn radials(seed: u64, city: &City) -> u64 {
    4 + mix(seed, For::Road, &[city.number as i64]) % 5
}

/// A large road from the middle to beyond the last streets.
fn radial(seed: u64, city: &City, number: u64) -> Vec<Place> {
    let of = |axis: i64| part(seed, For::Road, &[city.number as i64, number as i64, axis]);
    let angle = (number as f64 + of(0) * 0.5) / radials(seed, city) as f64 * std::f64::consts::TAU;
    let (length, bow) = (city.radius * 1.3, city.radius * 0.05 * (of(1) - 0.5));
    bent(city.centre, angle, length, |part| bow * (part * 7.0 + of(2) * 6.0).sin())
}

/// A road to another city. It is the same from both ends.
fn country_road(seed: u64, city: &City, other: &City) -> Vec<Place> {
    let (from, to) = if city.number < other.number { (city, other) } else { (other, city) };
    let (east, north) = from.centre.offset(to.centre);
    let of = |axis: i64| part(seed, For::Road, &[from.number as i64, to.number as i64, -1 - axis]);
    let length = east.hypot(north);
    let bow = (length * 0.03).min(600.0);
    let bends = (length / 3000.0).max(1.0);
    // Straight out of both cities.
    let mut road = bent(from.centre, north.atan2(east), length, |part| {
        (part * std::f64::consts::PI).sin() * bow * ((part * bends * 4.0 + of(0) * 6.0).sin() + of(1) - 0.5)
    });
    if from.number != city.number {
        road.reverse();
    }
    road
}

/// A line from a place at an angle (anticlockwise from east, radians), moved aside by what `aside` says of each part of
/// its length.
fn bent(from: Place, angle: f64, length: f64, aside: impl Fn(f64) -> f64) -> Vec<Place> {
    let (sine, cosine) = angle.sin_cos();
    // A road across half a country has a corner less often: it is not followed to its end.
    let steps = ((length / BEND) as usize).clamp(4, 5000);
    let at = |step: usize| {
        let part = step as f64 / steps as f64;
        let (along, aside) = (part * length, aside(part));
        from.moved(along * cosine - aside * sine, along * sine + aside * cosine)
    };
    (0..=steps).map(at).collect()
}

/// One of the three cities that are nearest, not too near.
fn neighbour(cities: &[City], city: &City, random: &mut StdRng) -> usize {
    let mut near: Vec<(f64, usize)> = cities
        .iter()
        .filter(|other| other.number != city.number)
        .map(|other| (city.centre.distance(other.centre), other.number))
        .filter(|(distance, _)| *distance > 2.0 * city.radius)
        .collect();
    near.sort_by(|one, other| one.0.total_cmp(&other.0));
    near.truncate(3);
    let chosen = if near.is_empty() { 0 } else { random.random_range(0..near.len()) };
    near.get(chosen).map_or(usize::from(city.number == 0), |(_, number)| *number)
}

/// As much of a road as is needed, gone back and forth.
fn to_and_fro(road: &[Place], backwards: bool, length: f64) -> Vec<Place> {
    let mut corners: Vec<Place> = if backwards { road.iter().rev().copied().collect() } else { road.to_vec() };
    let mut places = vec![corners[0]];
    let mut gone = 0.0;
    loop {
        for pair in corners.windows(2) {
            places.push(pair[1]);
            gone += pair[0].distance(pair[1]);
            if gone >= length {
                return places;
            }
        }
        corners.reverse();
    }
}

/// Goes along corners, step by step.
#[derive(Debug)]
pub struct Walker<'c> {
    corners: &'c [Place],
    /// The corner behind.
    at: usize,
    /// Metres from it.
    beyond: f64,
}

impl<'c> Walker<'c> {
    /// Starts at the first of at least two corners.
    pub fn new(corners: &'c [Place]) -> Self {
        Self { corners, at: 0, beyond: 0.0 }
    }

    /// Where one is, and in which direction one goes (degrees). At the end one stays.
    pub fn here(&self) -> (Place, f64) {
        let (from, to) = self.piece();
        let (east, north) = from.offset(to);
        let length = east.hypot(north).max(1e-6);
        (from.moved(east / length * self.beyond, north / length * self.beyond), from.bearing(to))
    }

    fn piece(&self) -> (Place, Place) {
        (self.corners[self.at], self.corners[self.at + 1])
    }

    /// Goes on by so many metres.
    pub fn step(&mut self, metres: f64) {
        self.beyond += metres;
        loop {
            let (from, to) = self.piece();
            let length = from.distance(to);
            if self.beyond <= length {
                return;
            }
            if self.at + 2 == self.corners.len() {
                self.beyond = length;
                return;
            }
            self.beyond -= length;
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        city::{cities, how_many},
        random::{PowerLaw, generator},
    };
    use proptest::prelude::*;

    fn some_cities(seed: u64) -> Vec<City> {
        cities(seed, 300_000, &PowerLaw::new(how_many(300_000), 1.0))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn ways_are_as_long_as_asked_and_stay_on_the_roads(seed: u64, number in 0..100_usize, length in 50.0..12_000.0f64) {
            let cities = some_cities(seed);
            let city = &cities[number];
            for route in [Route::Streets, Route::Radial, Route::Country] {
                let mut random = generator(seed, For::Set, &[number as i64]);
                let way = way(seed, &cities, city, route, length, &mut random);
                let pieces: Vec<f64> = way.windows(2).map(|pair| pair[0].distance(pair[1])).collect();
                let longest = pieces.iter().copied().fold(0.0, f64::max);
                prop_assert!(pieces.iter().sum::<f64>() >= length, "{route:?}");
                prop_assert!(pieces.iter().sum::<f64>() <= length + longest + 1.0, "{route:?}");
                prop_assert!(way.iter().all(|at| at.lon.is_finite() && at.lat.abs() < 60.0));
                let farthest = way.iter().map(|at| city.centre.distance(*at)).fold(0.0, f64::max);
                if route != Route::Country {
                    prop_assert!(farthest < city.radius * 1.5 + 2.0 * city.block, "{farthest} {city:?}");
                }
            }
        }

        #[test]
        fn a_walker_goes_as_far_as_it_is_told(seed: u64, metres in 0.5..30.0f64) {
            let cities = some_cities(seed);
            let mut random = generator(seed, For::Set, &[]);
            let corners = way(seed, &cities, &cities[5], Route::Radial, 3000.0, &mut random);
            let mut walker = Walker::new(&corners);
            let mut before = walker.here().0;
            for _ in 0..(2900.0 / metres) as usize {
                walker.step(metres);
                let (here, heading) = walker.here();
                prop_assert!(here.distance(before) <= metres + 0.01);
                prop_assert!((0.0..360.0).contains(&heading));
                before = here;
            }
            walker.step(1e6);
            prop_assert!(walker.here().0.distance(*corners.last().unwrap()) < 0.01);
        }
    }

    #[test]
    fn streets_are_the_same_for_everybody() {
        let cities = some_cities(4);
        let mut corners = std::collections::BTreeMap::<(u64, u64), u32>::new();
        let mut random = generator(4, For::Set, &[]);
        for _ in 0..50 {
            for place in way(4, &cities, &cities[3], Route::Streets, 3000.0, &mut random) {
                *corners.entry((place.lon.to_bits(), place.lat.to_bits())).or_default() += 1;
            }
        }
        let passed: u32 = corners.values().sum();
        assert!(passed > 3 * corners.len() as u32, "{passed} of {}", corners.len());
    }

    #[test]
    fn a_road_between_cities_is_one_road() {
        let cities = some_cities(9);
        let mut back = country_road(9, &cities[7], &cities[2]);
        back.reverse();
        assert_eq!(country_road(9, &cities[2], &cities[7]), back);
    }
}
