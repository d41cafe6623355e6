//! What the files that are served say of place, time and the like.

use std::collections::BTreeMap;

use flaneur_catalog::model::{self, Picture};
use flaneur_geotag::{CaptureTime, Geotag, Heading, HeadingSource, Overrides, Position, Projection, TimeSource};
use serde::Deserialize;

use crate::error::JobError;

/// What the catalog keeps of a client's overrides.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Stored {
    latitude: Option<f64>,
    longitude: Option<f64>,
    captured: Option<String>,
    tags: BTreeMap<String, String>,
}

/// What the picture's contributor asked to be used instead of the file's own metadata.
fn overrides(picture: &Picture) -> Result<Overrides, JobError> {
    let stored: Option<Stored> =
        serde_json::from_value(picture.overrides.clone()).map_err(|_| JobError::Unreadable("overrides"))?;
    let Stored { latitude, longitude, captured, tags } = stored.unwrap_or_default();
    Ok(Overrides { latitude, longitude, captured, tags })
}

/// The original's tags with the overrides applied, so that the file says what the map shows. `tag` is what they are where
/// the original had to be made a JPEG first. The inner error is a sentence for the contributor.
pub fn of_original(
    original: &[u8],
    tag: Option<Geotag>,
    picture: &Picture,
) -> Result<Result<Geotag, String>, JobError> {
    let mut tag = match tag.map_or_else(|| flaneur_geotag::read(original), Ok) {
        Ok(tag) => tag,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let overrides = overrides(picture)?;
    Ok(flaneur_geotag::apply(&mut tag, &overrides).map_err(|error| error.to_string()).map(|()| {
        licensed(&mut tag, picture);
        tag
    }))
}

/// Has a file say under which licence it is.
fn licensed(tag: &mut Geotag, picture: &Picture) {
    let holder = picture.exif.get("Exif.Image.Copyright");
    if let Some(notice) = picture.rights.notice(holder.as_deref()) {
        tag.copyright = Some(notice);
    }
}

/// Has a master's tags say what its picture was corrected to. What is shown of them in the catalog goes before what the
/// master said; which way up its pixels lie stays.
///
/// # Errors
/// A sentence, if the overrides do not fit.
pub fn follow(tag: &mut Geotag, picture: &Picture) -> Result<(), String> {
    let overrides = overrides(picture).map_err(|error| error.to_string())?;
    let orientation = tag.orientation;
    flaneur_geotag::apply(tag, &overrides).map_err(|error| error.to_string())?;
    tag.orientation = orientation;
    if picture.edited.position {
        (tag.accuracy, tag.accuracy_source) = (None, None);
    }
    tag.position = Some(Position { lon: picture.lon, lat: picture.lat, altitude: picture.altitude });
    if tag.captured.as_ref().is_none_or(|captured| captured.instant != picture.captured_at) {
        tag.captured = Some(CaptureTime {
            instant: picture.captured_at,
            local: picture.captured_local.clone(),
            source: TimeSource::Override,
        });
    }
    let model::Orientation { heading, sensor_heading, pitch, roll, yaw, .. } = picture.orientation;
    // One that was computed and that nobody asked for is not told: whoever reads the file can compute it, too.
    let told = if picture.edited.heading { heading } else { sensor_heading };
    tag.heading = told.map(|degrees| Heading { degrees, source: HeadingSource::Override });
    (tag.pitch, tag.roll, tag.yaw) = (pitch, roll, yaw);
    tag.projection = match picture.projection {
        model::Projection::Flat => Projection::Flat,
        model::Projection::Equirectangular => Projection::Equirectangular,
    };
    let model::Camera { make, model, focal_length, field_of_view, artist } = picture.camera.clone();
    (tag.make, tag.model, tag.artist) = (make, model, artist);
    (tag.focal_length, tag.field_of_view) = (focal_length, field_of_view);
    licensed(tag, picture);
    Ok(())
}
