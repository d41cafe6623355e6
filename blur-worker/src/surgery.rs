//! Redacting a master again, and undoing it. Blocking, in memory, and without any side effect.

use flaneur_catalog::model::{Outline, Picture, Redaction, RegionClass};
use flaneur_geotag::Geotag;
use flaneur_jpeg::{JpegError, Limits, RegionKind, Source};

use crate::{derive::make, error::JobError, tags};

pub use crate::objects::Made;

/// A region of the upright picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    /// What is in it.
    pub class: RegionClass,
    /// Where it is, pixels.
    pub outline: Outline,
}

/// The regions of a redaction.
pub fn regions(redaction: &Redaction) -> impl Iterator<Item = Region> + '_ {
    redaction.outlines.iter().map(|outline| Region { class: redaction.class, outline: outline.clone() })
}

/// Why a master cannot be redacted again, or not be restored. Trying again would end in the same way.
#[derive(Debug, thiserror::Error)]
pub enum SurgeryError {
    /// It is no JPEG that can be read.
    #[error("the master cannot be read")]
    Unreadable(#[source] JpegError),
    /// Its tags cannot be read.
    #[error("the master's tags cannot be read: {0}")]
    Tags(String),
    /// What is to be stored cannot be made, or does not pass verification.
    #[error("what is to be stored cannot be made")]
    Unmade(#[source] Box<JobError>),
    /// What was removed cannot be put back.
    #[error("what was removed cannot be put back: {0}")]
    NotRestored(String),
}

/// Changes published masters.
pub trait Surgery: Send + Sync {
    /// Redacts regions of a master and makes everything that is to be stored of it, verified. Its pixels stay what they
    /// are without regions, and its tags, unless it was `corrected`: then they say what the catalog does.
    fn redact(
        &self,
        master: &[u8],
        regions: &[Region],
        panorama: bool,
        corrected: Option<&Picture>,
    ) -> Result<Made, SurgeryError>;

    /// Puts back what an earlier redaction of this picture removed: `removed` is what [`Made::removed`] was then. Back
    /// comes what is in the regions `undo`, except where one of the regions `keep` is, too. Answers the master.
    fn restore(
        &self,
        master: &[u8],
        removed: &[u8],
        undo: &[Region],
        keep: &[Region],
        panorama: bool,
    ) -> Result<Vec<u8>, SurgeryError>;
}

/// Cuts inside the compressed picture: what is not touched keeps every bit.
#[derive(Debug, Clone, Copy)]
pub struct Cutting {
    /// Largest picture, pixels.
    pub max_pixels: u64,
}

fn tag(master: &[u8]) -> Result<Geotag, SurgeryError> {
    flaneur_geotag::read(master).map_err(|error| SurgeryError::Tags(error.to_string()))
}

impl Surgery for Cutting {
    fn redact(
        &self,
        master: &[u8],
        regions: &[Region],
        panorama: bool,
        corrected: Option<&Picture>,
    ) -> Result<Made, SurgeryError> {
        let mut tag = tag(master)?;
        if let Some(picture) = corrected {
            tags::follow(&mut tag, picture).map_err(SurgeryError::Tags)?;
        }
        let limits = Limits { max_pixels: self.max_pixels, ..Limits::default() };
        let source = Source::open(master, tag.orientation, panorama, &limits).map_err(SurgeryError::Unreadable)?;
        let regions: Vec<flaneur_jpeg::Region> = regions.iter().map(shaped).collect();
        make(source, &regions, &tag, panorama).map_err(|error| SurgeryError::Unmade(Box::new(error)))
    }

    fn restore(
        &self,
        master: &[u8],
        removed: &[u8],
        undo: &[Region],
        keep: &[Region],
        panorama: bool,
    ) -> Result<Vec<u8>, SurgeryError> {
        let orientation = tag(master)?.orientation;
        let [undo, keep] = [undo, keep].map(|regions| regions.iter().map(shaped).collect::<Vec<_>>());
        flaneur_jpeg::restore(master, removed, &undo, &keep, orientation, panorama)
            .map_err(|error| SurgeryError::NotRestored(error.to_string()))
    }
}

/// A region as it is cut, and put back.
fn shaped(region: &Region) -> flaneur_jpeg::Region {
    let kind = match region.class {
        RegionClass::Face => RegionKind::Face,
        RegionClass::Plate | RegionClass::Other => RegionKind::Plate,
    };
    match &region.outline {
        Outline::Box([x0, y0, x1, y1]) => {
            let [x0, y0, x1, y1] = [x0, y0, x1, y1].map(|value| *value as f32);
            match kind {
                RegionKind::Face => flaneur_jpeg::Region::face(x0, y0, x1, y1),
                RegionKind::Plate => flaneur_jpeg::Region::plate(x0, y0, x1, y1),
            }
        }
        Outline::Polygon(points) => {
            let points = points.iter().map(|point| point.map(|value| value as f32)).collect();
            flaneur_jpeg::Region::polygon(points, kind)
        }
    }
}
