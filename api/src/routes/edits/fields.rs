//! Values of pictures as requests write them. A form writes numbers as text.

use flaneur_access::Visibility;
use flaneur_catalog::model::{CaptureState, HeadingState, Picture, PictureFields, PoseState, PositionState};
use flaneur_geotag::{Position, stated_time};
use jiff::{RoundMode, TimestampRound, Unit};
use serde_json::{Map, Value};

use crate::{ApiError, ApiResult};

/// Refuses a field that is not among those that may be changed here.
pub fn only(fields: &Map<String, Value>, known: &[&str]) -> ApiResult<()> {
    match fields.keys().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => {
            let shown: String = name.chars().take(40).collect();
            Err(ApiError::bad_request(format!("`{shown}` can't be changed here: what can is {}", known.join(", "))))
        }
    }
}

/// A number; none if the field is not there.
pub fn number(fields: &Map<String, Value>, name: &str, range: std::ops::RangeInclusive<f64>) -> ApiResult<Option<f64>> {
    let value = match fields.get(name) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Number(number)) => number.as_f64(),
        Some(Value::String(text)) => text.trim().parse().ok(),
        Some(_) => None,
    };
    value.filter(|value| range.contains(value)).map(Some).ok_or_else(|| {
        ApiError::bad_request(format!("`{name}` has to be a number between {} and {}", range.start(), range.end()))
    })
}

/// A text; none if the field is not there.
pub fn text<'f>(fields: &'f Map<String, Value>, name: &str) -> ApiResult<Option<&'f str>> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(ApiError::bad_request(format!("`{name}` has to be text"))),
    }
}

/// Who is to see it: `visibility`, or `visible` as older clients write it.
pub fn visibility(fields: &Map<String, Value>) -> ApiResult<Option<Visibility>> {
    if let Some(name) = text(fields, "visibility")? {
        return name
            .parse()
            .map(Some)
            .map_err(|_| ApiError::bad_request("`visibility` is one of anyone, logged-only, owner-only"));
    }
    match fields.get("visible") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(true)) => Ok(Some(Visibility::Anyone)),
        Some(Value::Bool(false)) => Ok(Some(Visibility::OwnerOnly)),
        Some(Value::String(text)) if text == "true" => Ok(Some(Visibility::Anyone)),
        Some(Value::String(text)) if text == "false" => Ok(Some(Visibility::OwnerOnly)),
        Some(_) => Err(ApiError::bad_request("`visible` should be either unset, true or false")),
    }
}

/// What a patch wants of a picture's place, time and direction.
pub fn corrections(fields: &Map<String, Value>, picture: &Picture) -> ApiResult<PictureFields> {
    let position = match (number(fields, "longitude", -180.0..=180.0)?, number(fields, "latitude", -90.0..=90.0)?) {
        (None, None) => None,
        (Some(lon), Some(lat)) => Some(placed(lon, lat)?),
        _ => return Err(ApiError::bad_request("`longitude` and `latitude` have to be changed together")),
    };
    let place = position.map_or((picture.lon, picture.lat), |state| (state.lon, state.lat));
    Ok(PictureFields {
        heading: number(fields, "heading", 0.0..=360.0)?.map(|degrees| HeadingState::given(degrees % 360.0)),
        pose: pose(fields, picture)?,
        position,
        capture: text(fields, "capture_time")?.map(|text| capture(text, place, picture.altitude)).transpose()?,
        ..PictureFields::default()
    })
}

/// A position that somebody gave.
pub fn placed(lon: f64, lat: f64) -> ApiResult<PositionState> {
    if lon.abs() < 1e-9 && lat.abs() < 1e-9 {
        return Err(ApiError::bad_request("0, 0 is what devices write without a fix: give the real position"));
    }
    Ok(PositionState { lon, lat, accuracy: None, edited: true })
}

fn pose(fields: &Map<String, Value>, picture: &Picture) -> ApiResult<Option<PoseState>> {
    let pitch = number(fields, "pitch", -90.0..=90.0)?;
    let roll = number(fields, "roll", -180.0..=180.0)?;
    let yaw = number(fields, "yaw", 0.0..=360.0)?.map(|degrees| degrees % 360.0);
    if pitch.or(roll).or(yaw).is_none() {
        return Ok(None);
    }
    let now = picture.orientation;
    Ok(Some(PoseState { pitch: pitch.or(now.pitch), roll: roll.or(now.roll), yaw: yaw.or(now.yaw), edited: true }))
}

fn capture(text: &str, (lon, lat): (f64, f64), altitude: Option<f64>) -> ApiResult<CaptureState> {
    let refuse = || {
        ApiError::bad_request(
            "`capture_time` has to be a date and time between 1990 and 2100, such as 2024-05-31T14:03:05+02:00; without an \
             offset it is what the clocks at the place say",
        )
    };
    let stated = stated_time(text, Some(Position { lon, lat, altitude })).ok_or_else(refuse)?;
    // The catalog keeps microseconds.
    let round = TimestampRound::new().smallest(Unit::Microsecond).mode(RoundMode::Trunc);
    let at = stated.instant.round(round).map_err(|_| refuse())?;
    Ok(CaptureState { at, local: stated.local, edited: true })
}
