//! What is told of a snapshot. All of it follows from its files and from what they are of; `card.json` is this.

use std::collections::BTreeMap;

use flaneur_fetch::disk::hex;
use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::{
    list::{Origin, Part},
    tally::{ACCURACIES, Coverage, Ranking, Share, Tally},
};

/// Version of what is written beside the files.
const FORMAT: u32 = 1;
/// Camera makes, attributions and keys of tags that are told.
const TOP_MAKES: usize = 10;
const TOP_ATTRIBUTIONS: usize = 20;
const TOP_KEYS: usize = 20;

/// What is told of a snapshot.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Card {
    /// Version of the layout of this document.
    pub format: u32,
    /// Where it is from.
    pub instance: Instance,
    /// Which state of it.
    pub state: State,
    /// The files.
    pub files: Files,
    /// Rows.
    pub pictures: u64,
    /// Sequences that they are in.
    pub sequences: u64,
    /// Accounts that they are of.
    pub accounts: u64,
    /// When the first and the last one were taken.
    pub captured: [Timestamp; 2],
    /// When the first and the last one were received.
    pub received: [Timestamp; 2],
    /// When anything about any of them last changed.
    pub last_changed: Timestamp,
    /// West, south, east, north, degrees.
    pub bbox: [f64; 4],
    /// Pictures by licence, an SPDX identifier.
    pub licenses: Vec<Share>,
    /// What pictures say is to be named instead of the account.
    pub attributions: Ranking,
    /// Pictures by projection, `flat` or `equirectangular`.
    pub projections: Vec<Share>,
    /// Pictures by make of the camera.
    pub camera_makes: Ranking,
    /// Pictures by the year (UTC) in which they were taken.
    pub years: BTreeMap<String, u64>,
    /// Where they are.
    pub coverage: Coverage,
    /// How it is known which way they look.
    pub headings: Headings,
    /// How it is known where they were taken.
    pub positions: Positions,
    /// Tags of whole pictures.
    pub tags: Tags,
    /// Parts of pictures that have tags.
    pub annotations: Annotations,
    /// What was found and redacted.
    pub redaction: Redaction,
    /// What each row says.
    pub columns: Vec<Described>,
}

/// Where a snapshot is from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Instance {
    /// Name.
    pub name: String,
    /// Address.
    pub address: Url,
}

/// Which state of an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct State {
    /// Every change up to this line of the change log is in the files.
    pub change: u64,
    /// Whether pictures that anybody may see are missing.
    pub incomplete: bool,
    /// Where to ask for what changed since.
    pub changes: Url,
    /// SHA-256 of the lines of `SHA256SUMS` about the files: names their contents.
    pub fingerprint: String,
}

/// The files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Files {
    /// How many.
    pub count: u64,
    /// Their sizes together.
    pub bytes: u64,
}

/// How it is known which way pictures look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Headings {
    /// Pictures with one.
    pub known: u64,
    /// Pictures by where it is from.
    pub sources: Vec<Share>,
    /// Pictures of which pitch and roll are known.
    pub tilts: u64,
    /// Pictures of which the horizontal field of view is known.
    pub fields_of_view: u64,
}

/// How it is known where pictures were taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Positions {
    /// Pictures with an accuracy.
    pub with_accuracy: u64,
    /// Of these, by accuracy (95 %, metres).
    pub accuracy: Vec<Share>,
    /// Pictures with an altitude.
    pub with_altitude: u64,
}

/// Tags of whole pictures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tags {
    /// Pictures with any.
    pub pictures: u64,
    /// Tags by key.
    pub keys: Ranking,
}

/// Parts of pictures that have tags.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Annotations {
    /// Pictures with any.
    pub pictures: u64,
    /// Annotations.
    pub annotations: u64,
    /// Their tags by key.
    pub keys: Ranking,
}

/// What models found, and was redacted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Redaction {
    /// Faces.
    pub faces: u64,
    /// Licence plates.
    pub plates: u64,
    /// Faces in a thousand pictures.
    pub faces_per_thousand: f64,
    /// Licence plates in a thousand pictures.
    pub plates_per_thousand: f64,
    /// Pictures with any face.
    pub pictures_with_faces: u64,
    /// Pictures with any plate.
    pub pictures_with_plates: u64,
    /// Pictures in which nothing was found.
    pub pictures_with_none: u64,
    /// Pictures in which a model found something.
    pub models: Vec<Model>,
}

/// A model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Model {
    /// What it looks for.
    pub class: String,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Pictures in which it found something.
    pub pictures: u64,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Described {
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<&'static str>,
}

impl Card {
    /// What is told of these files, in the order of names; none if there are no pictures in them.
    pub(crate) fn new(origin: &Origin, parts: &[Part], tally: &Tally) -> Option<Self> {
        let pictures = tally.pictures;
        let per_thousand = |count: u64| ((count as f64 * 1000.0 / pictures as f64) * 100.0).round() / 100.0;
        Some(Self {
            format: FORMAT,
            instance: Instance { name: origin.name.clone(), address: origin.address.clone() },
            state: State {
                change: origin.change,
                incomplete: origin.incomplete,
                changes: since(origin),
                fingerprint: fingerprint(parts),
            },
            files: Files { count: parts.len() as u64, bytes: parts.iter().map(|part| part.size).sum() },
            pictures,
            sequences: tally.sequences(),
            accounts: tally.accounts(),
            captured: tally.captured?,
            received: tally.received?,
            last_changed: tally.last_changed?,
            bbox: tally.bbox?,
            licenses: tally.licenses.shares(),
            attributions: tally.attributions.ranking(TOP_ATTRIBUTIONS),
            projections: tally.projections.shares(),
            camera_makes: tally.makes.ranking(TOP_MAKES),
            years: tally.years.iter().map(|(year, count)| (year.to_string(), *count)).collect(),
            coverage: tally.seen.coverage(),
            headings: Headings {
                known: tally.headings,
                sources: tally.heading_sources.shares(),
                tilts: tally.tilts,
                fields_of_view: tally.fields_of_view,
            },
            positions: Positions {
                with_accuracy: tally.accuracies.iter().sum(),
                accuracy: accuracies(&tally.accuracies),
                with_altitude: tally.altitudes,
            },
            tags: Tags { pictures: tally.tagged, keys: tally.tags.ranking(TOP_KEYS) },
            annotations: Annotations {
                pictures: tally.annotated,
                annotations: tally.annotations,
                keys: tally.annotation_tags.ranking(TOP_KEYS),
            },
            redaction: Redaction {
                faces: tally.faces,
                plates: tally.plates,
                faces_per_thousand: per_thousand(tally.faces),
                plates_per_thousand: per_thousand(tally.plates),
                pictures_with_faces: tally.with_faces,
                pictures_with_plates: tally.with_plates,
                pictures_with_none: pictures - tally.with_either,
                models: tally.models.iter().map(|(model, count)| model_of(model, *count)).collect(),
            },
            columns: tally.columns().iter().map(described).collect(),
        })
    }

    /// How many pictures have this projection.
    pub fn projected(&self, projection: &str) -> u64 {
        self.projections.iter().find(|share| share.name == projection).map_or(0, |share| share.count)
    }
}

fn described(column: &flaneur_dataset::Column) -> Described {
    let flaneur_dataset::Column { name, kind } = column.clone();
    Described { description: flaneur_dataset::description(&name), name, kind }
}

fn model_of([class, name, version]: &[String; 3], pictures: u64) -> Model {
    Model { class: class.clone(), name: name.clone(), version: version.clone(), pictures }
}

fn accuracies(counts: &[u64]) -> Vec<Share> {
    let mut names: Vec<String> = ACCURACIES.iter().map(|bound| format!("at most {bound} m")).collect();
    names.extend(ACCURACIES.last().map(|bound| format!("more than {bound} m")));
    names.into_iter().zip(counts).map(|(name, count)| Share { name, count: *count }).collect()
}

/// Where to ask for what changed since.
fn since(origin: &Origin) -> Url {
    let mut url = origin.changes.clone();
    url.set_query(Some(&format!("after={}", origin.change)));
    url
}

/// A line of `SHA256SUMS`.
pub(crate) fn sum_line(sha256: &str, path: &str) -> String {
    format!("{sha256}  {path}\n")
}

/// Names the contents of all files.
fn fingerprint(parts: &[Part]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(sum_line(&part.sha256, &format!("parts/{}", part.name)));
    }
    hex(&hasher.finalize())
}
