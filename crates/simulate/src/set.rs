//! What a contributor sends in one go: when, where, with which camera, and how it is divided.

use flaneur_access::Visibility;
use jiff::tz::{Offset, TimeZone};
use rand::{RngExt as _, rngs::StdRng};
use uuid::Uuid;

use crate::{
    DURATION, START, Simulation,
    camera::{CAMERAS, Camera, Looks},
    city::City,
    identifier, moment, people,
    random::{For, generator},
    roads::{Route, way},
};

/// A day, microseconds.
const DAY: i64 = 86_400_000_000;
/// From the end of an upload until its pictures are ready, microseconds.
const PROCESSING: i64 = 60_000_000;
/// Microseconds between files of an upload.
const RECEIVING: i64 = 200_000;

/// How somebody moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// By car: 100 to 1,000 pictures a sequence, 5 to 10 m apart.
    Car,
    /// On foot: 20 to 200 pictures a sequence, 1 to 3 m apart.
    Foot,
}

/// A sequence of a set, before its pictures are made.
#[derive(Debug, Clone)]
pub struct Sequence {
    /// Identifier.
    pub id: Uuid,
    /// Its place in the set, from 0.
    pub place: u64,
    /// Pictures in it, deleted ones included. At least one.
    pub length: u64,
    /// Pictures of the set before it.
    pub before: u64,
    /// Where it leads.
    pub route: Route,
    /// When it begins, microseconds since 1970.
    pub begins_at: i64,
    /// Whether it was deleted since.
    pub deleted: bool,
}

/// An upload set.
#[derive(Debug)]
pub struct Set<'s> {
    /// What it is part of.
    pub(crate) simulation: &'s Simulation,
    /// Its number, from 0.
    pub number: u64,
    /// Identifier.
    pub id: Uuid,
    /// Whose it is, an index of the accounts.
    pub account: usize,
    /// Where it is.
    pub city: &'s City,
    /// What took its pictures.
    pub camera: &'static Camera,
    /// How its contributor moved.
    pub kind: Kind,
    /// Who sees it.
    pub visibility: Visibility,
    /// Tags: keys and values.
    pub tags: Vec<(&'static str, &'static str)>,
    /// When its upload began, microseconds since 1970.
    pub created_at: i64,
    /// The offset of local time where it is.
    pub offset: Offset,
    /// Its sequences.
    pub sequences: Vec<Sequence>,
}

impl<'s> Set<'s> {
    /// The set of a number, before which there are so many pictures.
    pub(crate) fn plan(simulation: &'s Simulation, number: u64, before: u64) -> Self {
        let Simulation { seed, pictures, cities, city_sizes, accounts, account_shares, .. } = simulation;
        let mut random = generator(*seed, For::Set, &[number as i64]);
        let city = &cities[city_sizes.draw(&mut random)];
        let account = people::contributor(*seed, account_shares, accounts.len(), city, &mut random);
        let kind = if random.random_bool(0.15) { Kind::Foot } else { Kind::Car };
        let camera = camera(kind, &mut random);
        // More and more comes: half of it in the last three years.
        let created_at =
            START + 90 * DAY + ((DURATION - 91 * DAY) as f64 * (before as f64 / *pictures as f64).sqrt()) as i64;
        let id = identifier(created_at, &mut random);
        let zone = TimeZone::posix(city.country().zone).unwrap_or(TimeZone::UTC);
        let begins_at = begin(created_at, &zone, city.country().southern, &mut random);
        let offset = zone.to_offset(moment(begins_at));

        let (mut sequences, mut own, mut next_at) = (Vec::new(), 0, begins_at);
        for place in 0..random.random_range(1..=8_u64) {
            let length = length(kind, *pictures, &mut random).min(*pictures - before - own);
            if length == 0 {
                break;
            }
            sequences.push(Sequence {
                id: identifier(created_at + PROCESSING + place as i64 * 1000, &mut random),
                place,
                length,
                before: own,
                route: route(kind, &mut random),
                begins_at: next_at,
                deleted: random.random_bool(0.01),
            });
            own += length;
            // Longer than the slowest takes for it, and a while between: else they would be one sequence.
            let seconds = length as f64 * if kind == Kind::Car { 1.7 } else { 3.0 };
            next_at += (seconds * 1e6) as i64 + random.random_range(300_000_000..1_800_000_000_i64);
        }
        Self {
            simulation,
            number,
            id,
            account,
            city,
            camera,
            kind,
            visibility: visibility(&mut random),
            tags: tags(kind, &mut random),
            created_at,
            offset,
            sequences,
        }
    }

    /// Pictures of all its sequences, deleted ones included.
    pub fn pictures(&self) -> u64 {
        self.sequences.iter().map(|sequence| sequence.length).sum()
    }

    /// What it is called.
    pub fn title(&self) -> String {
        let day =
            self.offset.to_datetime(moment(self.sequences.first().map_or(self.created_at, |first| first.begins_at)));
        let how = if self.kind == Kind::Car { "A drive" } else { "A walk" };
        format!("{how} through city {}, {}", self.city.number + 1, day.date())
    }

    /// When a picture of it was received, microseconds since 1970.
    pub fn received_at(&self, number: u64) -> i64 {
        self.created_at + number as i64 * RECEIVING
    }

    /// When everything that was received was ready, microseconds since 1970.
    pub fn ready_at(&self) -> i64 {
        self.received_at(self.pictures()) + PROCESSING
    }

    /// The corners of a sequence's way, at least as long as it may be.
    pub(crate) fn way(&self, sequence: &Sequence, random: &mut StdRng) -> Vec<crate::place::Place> {
        let longest = sequence.length as f64 * if self.kind == Kind::Car { 10.0 } else { 3.0 } + 1.0;
        way(self.simulation.seed, &self.simulation.cities, self.city, sequence.route, longest, random)
    }

    /// What the pictures of a sequence are made with.
    pub(crate) fn generator(&self, sequence: &Sequence) -> StdRng {
        generator(self.simulation.seed, For::Set, &[self.number as i64, sequence.place as i64])
    }
}

/// A camera that goes with it: telephones are carried, cameras to the side are not.
fn camera(kind: Kind, random: &mut StdRng) -> &'static Camera {
    let fits = |camera: &&Camera| match camera.looks {
        Looks::Around => true,
        Looks::Ahead => (kind == Kind::Foot) == (camera.focal_length > 4.0),
        Looks::Aside(_) => kind == Kind::Car,
    };
    let whole: f64 = CAMERAS.iter().filter(fits).map(|camera| camera.weight).sum();
    let mut at = random.random::<f64>() * whole;
    let chosen = CAMERAS.iter().filter(fits).find(|camera| {
        at -= camera.weight;
        at < 0.0
    });
    chosen.unwrap_or(&CAMERAS[0])
}

/// When the first picture is taken: up to two months before the upload, rather in summer, and most often around noon.
fn begin(created_at: i64, zone: &TimeZone, southern: bool, random: &mut StdRng) -> i64 {
    let mut begins_at = created_at - DAY;
    for _ in 0..6 {
        let day = created_at - random.random_range(2..60) * DAY;
        let offset = zone.to_offset(moment(day));
        // From 0 in the middle of winter to 1 in the middle of summer.
        let turn = (f64::from(offset.to_datetime(moment(day)).day_of_year()) - 15.0) / 365.0 * std::f64::consts::TAU;
        let summer = (1.0 - turn.cos()) / 2.0;
        let summer = if southern { 1.0 - summer } else { summer };
        let daylight = 3.0 + 3.0 * summer;
        let hour = 12.5 + daylight * (random.random::<f64>() + random.random::<f64>() - 1.0);
        let ahead = i64::from(offset.seconds()) * 1_000_000;
        let midnight = day + ahead - (day + ahead).rem_euclid(DAY);
        begins_at = midnight - ahead + (hour * 3.6e9) as i64;
        if random.random_bool(0.3 + 0.7 * summer) {
            break;
        }
    }
    begins_at
}

/// How many pictures a sequence has. Where there are few pictures in all, sequences are shorter.
fn length(kind: Kind, pictures: u64, random: &mut StdRng) -> u64 {
    let (least, most) = match kind {
        Kind::Car => (100.0, 1000.0),
        Kind::Foot => (20.0, 200.0_f64),
    };
    let length = least * (most / least).powf(random.random());
    let shorter = (pictures as f64 / 20_000.0).clamp(0.1, 1.0);
    ((length * shorter) as u64).max(2)
}

fn route(kind: Kind, random: &mut StdRng) -> Route {
    match (kind, random.random_range(0..100)) {
        (Kind::Car, 0..12) => Route::Country,
        (Kind::Car, 12..35) => Route::Radial,
        _ => Route::Streets,
    }
}

fn visibility(random: &mut StdRng) -> Visibility {
    match random.random_range(0..100) {
        0..3 => Visibility::LoggedOnly,
        3..5 => Visibility::OwnerOnly,
        _ => Visibility::Anyone,
    }
}

fn tags(kind: Kind, random: &mut StdRng) -> Vec<(&'static str, &'static str)> {
    if !random.random_bool(0.2) {
        return Vec::new();
    }
    let mut tags = vec![("transport", if kind == Kind::Car { "car" } else { "foot" })];
    if random.random_bool(0.4) {
        tags.push(("project", ["street trees", "road signs", "cycle paths"][random.random_range(0..3)]));
    }
    tags
}
