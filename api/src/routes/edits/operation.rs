//! What one operation makes of many pictures. Pure functions.

use std::collections::HashMap;

use flaneur_access::Visibility;
use flaneur_catalog::model::{
    CaptureState, Editable, HeadingState, PictureFields, PictureId, PoseState, PositionState, Projection, Rights,
};
use flaneur_dispatch::{Shot, Trail};
use flaneur_geotag::{Position, local_time};
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::{Value, json};

use super::gpx;
use crate::{ApiError, ApiResult, Settings, rights};

/// Farthest that pictures can be shifted, metres.
const FARTHEST_SHIFT: f64 = 100_000.0;
/// Longest that a clock can be off: 100 years, seconds.
const LONGEST_RETIME: f64 = 3_155_760_000.0;
/// Widest gap in a recorded track that is bridged if nothing is said, seconds.
const USUAL_GAP: f64 = 60.0;
/// Widest gap that can be asked for, seconds.
const WIDEST_GAP: f64 = 3600.0;

/// What is to be done to pictures; one of these.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Operation {
    /// Turn every heading by so many degrees, clockwise.
    Turn {
        /// Degrees.
        degrees: f64,
    },
    /// Have every picture look along its sequence's track, with so many degrees (clockwise) between travel and view.
    FollowTrack {
        /// Degrees.
        #[serde(default)]
        relative_heading: f64,
    },
    /// Move every position; headings that were computed follow.
    Shift {
        /// Metres to the east.
        #[serde(default)]
        east: f64,
        /// Metres to the north.
        #[serde(default)]
        north: f64,
    },
    /// Add so many seconds to every time of capture.
    Retime {
        /// Seconds, may be negative.
        seconds: f64,
    },
    /// Place every picture on a recorded track by its time; headings that were computed follow.
    Retrack {
        /// A GPX file.
        gpx: String,
        /// How far the cameras' clock is ahead of the track's, seconds.
        #[serde(default)]
        clock_ahead: f64,
        /// Widest gap in the track that is bridged, seconds.
        #[serde(default)]
        max_gap: Option<f64>,
    },
    /// Set pitch and roll, degrees.
    Level {
        /// Up is positive.
        #[serde(default)]
        pitch: f64,
        /// Clockwise is positive.
        #[serde(default)]
        roll: f64,
    },
    /// Change who sees them.
    Show {
        /// `anyone`, `logged-only` or `owner-only`.
        visibility: String,
    },
    /// Change the licence, and whom to name. What is left out stays.
    License {
        /// SPDX identifier of a licence that `/configuration` offers.
        #[serde(default)]
        license: Option<String>,
        /// At most 200 characters; an empty text names nobody but the account.
        #[serde(default)]
        attribution: Option<String>,
    },
}

/// What is wanted of a picture.
pub type Wanted = Vec<(PictureId, PictureFields)>;

impl Operation {
    /// As it is kept in the history: not the whole track.
    pub fn record(&self) -> Value {
        match self {
            Self::Turn { degrees } => json!({ "turn": { "degrees": degrees } }),
            Self::FollowTrack { relative_heading } => {
                json!({ "follow_track": { "relative_heading": relative_heading } })
            }
            Self::Shift { east, north } => json!({ "shift": { "east": east, "north": north } }),
            Self::Retime { seconds } => json!({ "retime": { "seconds": seconds } }),
            Self::Retrack { clock_ahead, .. } => json!({ "retrack": { "clock_ahead": clock_ahead } }),
            Self::Level { pitch, roll } => json!({ "level": { "pitch": pitch, "roll": roll } }),
            Self::Show { visibility } => json!({ "show": { "visibility": visibility } }),
            Self::License { license, attribution } => {
                json!({ "license": { "license": license, "attribution": attribution } })
            }
        }
    }

    /// What it makes of pictures, which are in order of sequence and rank. What it says nothing of is left out.
    pub fn wanted(&self, pictures: &[Editable], settings: &Settings) -> ApiResult<Wanted> {
        match self {
            Self::Turn { degrees } => Ok(turned(pictures, within("degrees", *degrees, 360.0)?)),
            Self::FollowTrack { relative_heading } => {
                let relative = within("relative_heading", *relative_heading, 180.0)?;
                let headings = along_tracks(pictures, Some(relative));
                let heading = |degrees| PictureFields::from(HeadingState::along_track(degrees));
                Ok(pictures.iter().filter_map(|each| Some((each.id, heading(*headings.get(&each.id)?)))).collect())
            }
            Self::Shift { east, north } => {
                let (east, north) = (within("east", *east, FARTHEST_SHIFT)?, within("north", *north, FARTHEST_SHIFT)?);
                Ok(moved(pictures, |each| {
                    let now = each.now.position?;
                    Some(flaneur_dispatch::moved((now.lon, now.lat), east, north))
                }))
            }
            Self::Retime { seconds } => retimed(pictures, within("seconds", *seconds, LONGEST_RETIME)?),
            Self::Retrack { gpx: file, clock_ahead, max_gap } => {
                let trail = gpx::trail(file)?;
                let ahead = seconds(within("clock_ahead", *clock_ahead, LONGEST_RETIME)?);
                let gap = max_gap.unwrap_or(USUAL_GAP);
                if !(0.0..=WIDEST_GAP).contains(&gap) {
                    return Err(ApiError::bad_request(format!("`max_gap` is 0 to {WIDEST_GAP} seconds")));
                }
                on_trail(pictures, &trail, ahead, gap)
            }
            Self::Level { pitch, roll } => {
                let (pitch, roll) = (within("pitch", *pitch, 90.0)?, within("roll", *roll, 180.0)?);
                let level = |each: &Editable| {
                    let yaw = each.now.pose.and_then(|pose| pose.yaw);
                    PictureFields::from(PoseState { pitch: Some(pitch), roll: Some(roll), yaw, edited: true })
                };
                Ok(pictures.iter().map(|each| (each.id, level(each))).collect())
            }
            Self::Show { visibility } => {
                let visibility: Visibility = visibility
                    .parse()
                    .map_err(|_| ApiError::bad_request("`visibility` is one of anyone, logged-only, owner-only"))?;
                Ok(pictures.iter().map(|each| (each.id, visibility.into())).collect())
            }
            Self::License { license, attribution } => {
                let license = license.as_deref().map(|id| rights::license(settings, id)).transpose()?;
                let named = attribution.as_deref().map(rights::attribution).transpose()?;
                let licensed = |each: &Editable| {
                    let now = each.now.rights.clone().unwrap_or_default();
                    PictureFields::from(Rights {
                        license: license.clone().or(now.license),
                        attribution: named.clone().unwrap_or(now.attribution),
                    })
                };
                Ok(pictures.iter().map(|each| (each.id, licensed(each))).collect())
            }
        }
    }
}

fn within(name: &str, value: f64, most: f64) -> ApiResult<f64> {
    if value.is_finite() && value.abs() <= most {
        Ok(value)
    } else {
        Err(ApiError::bad_request(format!("`{name}` has to be a number between -{most} and {most}")))
    }
}

/// The catalog keeps microseconds.
fn seconds(value: f64) -> SignedDuration {
    SignedDuration::from_micros((value * 1e6).round() as i64)
}

fn turned(pictures: &[Editable], degrees: f64) -> Wanted {
    let turn = |each: &Editable| {
        let now = each.now.heading?;
        let degrees = Some(flaneur_dispatch::wrapped(now.degrees? + degrees));
        Some((each.id, HeadingState { degrees, edited: true, ..now }.into()))
    };
    pictures.iter().filter_map(turn).collect()
}

fn retimed(pictures: &[Editable], by: f64) -> ApiResult<Wanted> {
    let by = seconds(by);
    let retime = |each: &Editable| {
        let (Some(now), Some(place)) = (&each.now.capture, each.now.position) else { return Ok(None) };
        let refuse = || ApiError::bad_request("`seconds` would take pictures out of the years 1990 to 2100");
        let at = now.at.checked_add(by).map_err(|_| refuse())?;
        let year = jiff::tz::Offset::UTC.to_datetime(at).year();
        if !(1990..=2100).contains(&year) {
            return Err(refuse());
        }
        let position = Position { lon: place.lon, lat: place.lat, altitude: None };
        let local = local_time(at, position).unwrap_or_else(|| at.to_string());
        Ok(Some((each.id, CaptureState { at, local, edited: true }.into())))
    };
    pictures.iter().filter_map(|each| retime(each).transpose()).collect()
}

fn on_trail(pictures: &[Editable], trail: &Trail, ahead: SignedDuration, gap: f64) -> ApiResult<Wanted> {
    let wanted = moved(pictures, |each| {
        let at = each.now.capture.as_ref()?.at.checked_sub(ahead).ok()?;
        trail.place(at, gap)
    });
    if wanted.is_empty() {
        let (first, last) = trail.interval();
        return Err(ApiError::bad_request(format!(
            "no picture was taken while the track was recorded, {first} to {last}: is `clock_ahead` right?"
        )));
    }
    Ok(wanted)
}

/// Pictures at their new places. Headings that were computed from the track are computed anew from the new one.
fn moved(pictures: &[Editable], place: impl Fn(&Editable) -> Option<(f64, f64)>) -> Wanted {
    let places: HashMap<PictureId, (f64, f64)> =
        pictures.iter().filter_map(|each| Some((each.id, place(each)?))).collect();
    let there: Vec<Editable> = pictures
        .iter()
        .map(|each| {
            let mut there = each.clone();
            if let Some(&(lon, lat)) = places.get(&each.id) {
                there.now.position = Some(PositionState { lon, lat, accuracy: None, edited: true });
            }
            there
        })
        .collect();
    let headings = along_tracks(&there, None);
    there
        .into_iter()
        .filter(|each| places.contains_key(&each.id))
        .map(|each| {
            let computed = each.now.heading.filter(|heading| heading.computed);
            let heading = computed
                .zip(headings.get(&each.id))
                .map(|(now, degrees)| HeadingState { degrees: Some(*degrees), ..now });
            (each.id, PictureFields { position: each.now.position, heading, ..PictureFields::default() })
        })
        .collect()
}

/// The heading along its sequence's track of each picture that has one.
fn along_tracks(pictures: &[Editable], relative: Option<f64>) -> HashMap<PictureId, f64> {
    let mut headings = HashMap::new();
    for sequence in pictures.chunk_by(|a, b| a.sequence == b.sequence) {
        let shots = shots(sequence);
        for (each, heading) in sequence.iter().zip(flaneur_dispatch::headings(&shots, relative)) {
            headings.extend(heading.map(|degrees| (each.id, degrees)));
        }
    }
    headings
}

/// Pictures as dispatching sees them.
pub fn shots(pictures: &[Editable]) -> Vec<Shot> {
    let shot = |each: &Editable| {
        let (position, capture) = (each.now.position?, each.now.capture.as_ref()?);
        Some(Shot {
            id: each.id.0,
            file_name: each.file_name.clone(),
            lon: position.lon,
            lat: position.lat,
            captured: capture.at,
            sensor_heading: each.sensor_heading,
            panorama: each.projection == Projection::Equirectangular,
            accuracy_m: position.accuracy,
            pixels_per_degree: None,
            sequence: Some(each.sequence.0),
        })
    };
    // Every picture has a position and a time.
    pictures.iter().filter_map(shot).collect()
}
