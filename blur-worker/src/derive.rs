//! From an original to what may be shown. Blocking, in memory, and without any side effect.

use bytes::Bytes;
use flaneur_catalog::model::{BoxClass, Detection, Picture, Projection, Shape};
use flaneur_detect::DetectError;
use flaneur_geotag::{Geotag, Overrides};
use flaneur_jpeg::{Copies, JpegError, Limits, Metadata, Redacted, Region, Source, TileGrid, VerifyError};
use serde::Deserialize;

use crate::{
    error::JobError,
    look::{Look, Seen},
    metrics::Stage,
};

/// What is made of an original.
#[derive(Debug)]
pub struct Derived {
    /// Full resolution.
    pub master: Bytes,
    /// At most 2048 pixels on the longer side.
    pub sd: Bytes,
    /// 500 pixels wide.
    pub thumb: Bytes,
    /// Where tiles lie in the master, and their grid; panoramas only.
    pub tiles: Option<(Bytes, TileGrid)>,
    /// Size of the upright picture.
    pub shape: Shape,
    /// What was redacted.
    pub detections: Vec<Detection>,
}

/// How it ends when nothing of ours fails.
#[derive(Debug)]
pub enum Outcome {
    /// It can be shown.
    Derived(Box<Derived>),
    /// It can never be: a sentence for its contributor.
    Unusable(String),
}

/// Makes everything that may be shown of an original, and proves it.
pub fn derive(original: &[u8], picture: &Picture, look: &dyn Look, max_pixels: u64) -> Result<Outcome, JobError> {
    let tag = match geotag(original, picture)? {
        Ok(tag) => tag,
        Err(reason) => return Ok(Outcome::Unusable(reason)),
    };
    let limits = Limits { max_pixels, ..Limits::default() };
    let panorama = picture.projection == Projection::Equirectangular;
    let source = match Stage::Decode.measure(|| Source::open(original, tag.orientation, panorama, &limits)) {
        Ok(source) => source,
        Err(error) => return Ok(Outcome::Unusable(error.to_string())),
    };
    let detections = match Stage::Detect.measure(|| look.look(&Seen(&source), panorama)) {
        Ok(detections) => detections,
        // More than could be redacted one by one; leaving any out would show it.
        Err(DetectError::TooMany { .. }) => {
            let reason = "there are too many faces and plates in this picture to blur each of them; it is not shown";
            return Ok(Outcome::Unusable(reason.to_owned()));
        }
        Err(error) => return Err(error.into()),
    };
    let (width, height) = source.size();
    let (redacted, encoded) = Stage::Redact.measure(|| encode(source, &detections, &tag))?;
    let tiles = Stage::Verify.measure(|| prove(&redacted, &encoded, panorama))?;
    Ok(Outcome::Derived(Box::new(Derived {
        master: encoded.master.into(),
        sd: encoded.copies.sd.into(),
        thumb: encoded.copies.thumb.into(),
        tiles,
        shape: Shape { width: i64::from(width), height: i64::from(height) },
        detections,
    })))
}

/// What was made, and not proven yet.
struct Encoded {
    master: Vec<u8>,
    copies: Copies,
}

fn encode(source: Source, detections: &[Detection], tag: &Geotag) -> Result<(Redacted, Encoded), JobError> {
    let regions: Vec<Region> = detections.iter().map(region).collect();
    let (orientation, (width, height)) = (source.orientation(), source.size());
    let redacted = made("master", source.redact(&regions))?;
    // The master stays turned as it is stored; the copies are upright.
    let upright = tag.resized(width, height);
    let stored = if orientation == 1 { upright } else { tag.clone() };
    let master = made("master", redacted.master(&metadata(&stored)))?;
    let (sd_width, sd_height) = redacted.sd_size();
    let copies = made("sd", redacted.copies(&metadata(&tag.resized(sd_width, sd_height))))?;
    Ok((redacted, Encoded { master, copies }))
}

/// Reads everything that will be stored, and compares. Gives the index of the tiles of a panorama.
fn prove(redacted: &Redacted, encoded: &Encoded, panorama: bool) -> Result<Option<(Bytes, TileGrid)>, JobError> {
    let unverified = |what| move |source: VerifyError| JobError::Unverified { what, source };
    let proven = redacted.prove(&encoded.master).map_err(unverified("master"))?;
    redacted.check_sd(&proven, &encoded.copies.sd).map_err(unverified("sd"))?;
    redacted.check_thumb(&proven, &encoded.copies.thumb).map_err(unverified("thumb"))?;
    Ok(panorama.then(|| {
        let index = proven.tile_index();
        (Bytes::from(index.to_bytes()), index.grid())
    }))
}

fn made<T>(what: &'static str, result: Result<T, JpegError>) -> Result<T, JobError> {
    result.map_err(|source| JobError::Unmade { what, source })
}

/// What a served file says: where, when and what it shows, in our words; nothing of the original's own
/// metadata is copied.
fn metadata(tag: &Geotag) -> Metadata {
    Metadata { exif: Some(flaneur_geotag::write_exif(tag)), xmp: flaneur_geotag::write_xmp(tag) }
}

fn region(detection: &Detection) -> Region {
    let [x0, y0, x1, y1] = detection.bounds.map(|value| value as f32);
    match detection.class {
        BoxClass::Face => Region::face(x0, y0, x1, y1),
        BoxClass::Plate => Region::plate(x0, y0, x1, y1),
    }
}

/// What the catalog keeps of a client's overrides.
#[derive(Default, Deserialize)]
#[serde(default)]
struct StoredOverrides {
    latitude: Option<f64>,
    longitude: Option<f64>,
    captured: Option<String>,
    tags: std::collections::BTreeMap<String, String>,
}

/// The original's tags with the overrides applied and the catalog's position, so that the file says what the map shows.
fn geotag(original: &[u8], picture: &Picture) -> Result<Result<Geotag, String>, JobError> {
    let mut tag = match flaneur_geotag::read(original) {
        Ok(tag) => tag,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let stored: StoredOverrides =
        serde_json::from_value(picture.overrides.clone()).map_err(|_| JobError::Unreadable("overrides"))?;
    let overrides = Overrides {
        latitude: stored.latitude,
        longitude: stored.longitude,
        captured: stored.captured,
        tags: stored.tags,
    };
    Ok(flaneur_geotag::apply(&mut tag, &overrides).map(|()| tag).map_err(|error| error.to_string()))
}
