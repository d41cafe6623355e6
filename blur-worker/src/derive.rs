//! From an original to what may be shown. Blocking, in memory, and without any side effect.

use bytes::Bytes;
use flaneur_catalog::model::{BoxClass, Detection, Outline, Picture, Projection, Redaction, RegionClass, Shape};
use flaneur_detect::DetectError;
use flaneur_geotag::Geotag;
use flaneur_jpeg::{JpegError, Limits, Metadata, Region, Source, VerifyError};

use crate::{
    error::JobError,
    look::{Look, Seen},
    metrics::Stage,
    objects::Made,
    tags,
};

/// What is made of an original.
#[derive(Debug)]
pub struct Derived {
    /// What is to be stored.
    pub made: Made,
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
///
/// `original` is a JPEG. If it was made of another file, `tag` is what that said. What was a false alarm once (`undone`) is
/// none of the detections.
pub fn derive(
    original: &[u8],
    tag: Option<Geotag>,
    picture: &Picture,
    look: &dyn Look,
    max_pixels: u64,
    undone: &[Redaction],
) -> Result<Outcome, JobError> {
    let tag = match tags::of_original(original, tag, picture)? {
        Ok(tag) => tag,
        Err(reason) => return Ok(Outcome::Unusable(reason)),
    };
    let limits = Limits { max_pixels, ..Limits::default() };
    let panorama = picture.projection == Projection::Equirectangular;
    let source = match Stage::Decode.measure(|| Source::open(original, tag.orientation, panorama, &limits)) {
        Ok(source) => source,
        Err(error) => return Ok(Outcome::Unusable(error.to_string())),
    };
    let mut detections = match Stage::Detect.measure(|| look.look(&Seen(&source), panorama)) {
        Ok(detections) => detections,
        // More than could be redacted one by one; leaving any out would show it.
        Err(DetectError::TooMany { .. }) => {
            let reason = "there are too many faces and plates in this picture to blur each of them; it is not shown";
            return Ok(Outcome::Unusable(reason.to_owned()));
        }
        Err(error) => return Err(error.into()),
    };
    detections.retain(|detection| !undone.iter().any(|redaction| is_same(detection, redaction)));
    let (width, height) = source.size();
    let regions: Vec<Region> = detections.iter().map(region).collect();
    Ok(Outcome::Derived(Box::new(Derived {
        made: make(source, &regions, &tag, panorama)?,
        shape: Shape { width: i64::from(width), height: i64::from(height) },
        detections,
    })))
}

/// Share of what both boxes cover that they have to have in common to be the same finding.
const OVERLAP: f64 = 0.5;

/// Whether a detection is what a redaction was made for, found again: by another version of a model, say.
fn is_same(detection: &Detection, redaction: &Redaction) -> bool {
    let area = |[x0, y0, x1, y1]: [f64; 4]| (x1 - x0).max(0.0) * (y1 - y0).max(0.0);
    RegionClass::from(detection.class) == redaction.class
        && redaction.outlines.iter().map(Outline::bounds).any(|other| {
            let one = detection.bounds;
            let common = area([one[0].max(other[0]), one[1].max(other[1]), one[2].min(other[2]), one[3].min(other[3])]);
            common >= OVERLAP * (area(one) + area(other) - common)
        })
}

/// Cuts the regions out and makes everything that is to be stored; then reads all of it back, and compares.
pub(crate) fn make(source: Source, regions: &[Region], tag: &Geotag, panorama: bool) -> Result<Made, JobError> {
    let (orientation, (width, height)) = (source.orientation(), source.size());
    let (redacted, master, (sd, thumb), removed) = Stage::Redact.measure(|| {
        let redacted = made("master", source.redact(regions))?;
        // The master stays turned as it is stored; the copies are upright.
        let stored = if orientation == 1 { tag.resized(width, height) } else { tag.clone() };
        let master = made("master", redacted.master(&metadata(&stored)))?;
        let copies = if redacted.is_small() {
            // Served as it is: a second file of that size would show no less, and take as much room again.
            (None, made("thumb", redacted.thumb())?)
        } else {
            let (sd_width, sd_height) = redacted.sd_size();
            let copies = made("sd", redacted.copies(&metadata(&tag.resized(sd_width, sd_height))))?;
            (Some(copies.sd), copies.thumb)
        };
        let removed = if redacted.touched() == 0 { None } else { Some(made("patch", redacted.removed())?) };
        Ok::<_, JobError>((redacted, master, copies, removed))
    })?;
    let tiles = Stage::Verify.measure(|| {
        let unverified = |what| move |source: VerifyError| JobError::Unverified { what, source };
        let proven = redacted.prove(&master).map_err(unverified("master"))?;
        if let Some(sd) = &sd {
            redacted.check_sd(&proven, sd).map_err(unverified("sd"))?;
        }
        redacted.check_thumb(&proven, &thumb).map_err(unverified("thumb"))?;
        Ok::<_, JobError>(panorama.then(|| {
            let index = proven.tile_index();
            (Bytes::from(index.to_bytes()), index.grid())
        }))
    })?;
    Ok(Made { master: master.into(), sd: sd.map(Bytes::from), thumb: thumb.into(), tiles, removed })
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

#[cfg(test)]
mod tests {
    use super::*;
    use flaneur_catalog::model::PictureId;

    #[test]
    fn a_false_alarm_is_known_again() {
        let found = |class, bounds| Detection {
            class,
            score: 0.5,
            model: "m".to_owned(),
            model_version: "1".to_owned(),
            bounds,
        };
        let (picture, at) = (PictureId(uuid::Uuid::nil()), jiff::Timestamp::UNIX_EPOCH);
        let undone = Redaction::of_detection(picture, &found(BoxClass::Face, [10.0, 10.0, 50.0, 50.0]), at);
        assert!(is_same(&found(BoxClass::Face, [12.0, 9.0, 52.0, 49.0]), &undone));
        assert!(!is_same(&found(BoxClass::Plate, [10.0, 10.0, 50.0, 50.0]), &undone), "something else is there");
        assert!(!is_same(&found(BoxClass::Face, [40.0, 10.0, 80.0, 50.0]), &undone), "somebody stands beside it");
        assert!(!is_same(&found(BoxClass::Face, [0.0, 0.0, 200.0, 200.0]), &undone), "more than it");
    }
}
