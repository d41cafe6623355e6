//! Redacting a master again, and undoing it. Blocking, in memory, and without any side effect.

use flaneur_catalog::model::{Outline, Redaction, RegionClass};
use flaneur_jpeg::{JpegError, Limits, RegionKind, Source};

use crate::{
    derive::{encode, prove},
    error::JobError,
};

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
    /// Redacts regions of a master and makes everything that is to be stored of it, verified. Without regions the master
    /// stays what it is.
    fn redact(&self, master: &[u8], regions: &[Region], panorama: bool) -> Result<Made, SurgeryError>;

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

/// Decodes masters and encodes them anew. A polygon is redacted as the box around it, and nothing is kept of what was
/// removed.
#[derive(Debug, Clone, Copy)]
pub struct Decoding {
    /// Largest picture, pixels.
    pub max_pixels: u64,
}

impl Surgery for Decoding {
    fn redact(&self, master: &[u8], regions: &[Region], panorama: bool) -> Result<Made, SurgeryError> {
        let tag = flaneur_geotag::read(master).map_err(|error| SurgeryError::Tags(error.to_string()))?;
        let limits = Limits { max_pixels: self.max_pixels, ..Limits::default() };
        let source = Source::open(master, tag.orientation, &limits).map_err(SurgeryError::Unreadable)?;
        let regions: Vec<flaneur_jpeg::Region> = regions.iter().map(boxed).collect();
        let unmade = |error| SurgeryError::Unmade(Box::new(error));
        let (redacted, encoded) = encode(source, &regions, &tag, panorama).map_err(unmade)?;
        prove(&redacted, &encoded, panorama).map_err(unmade)?;
        Ok(encoded.into())
    }

    fn restore(&self, _: &[u8], _: &[u8], _: &[Region], _: &[Region], _: bool) -> Result<Vec<u8>, SurgeryError> {
        Err(SurgeryError::NotRestored(
            "pictures are decoded and encoded anew here, which keeps no coefficients".to_owned(),
        ))
    }
}

fn boxed(region: &Region) -> flaneur_jpeg::Region {
    let [x0, y0, x1, y1] = region.outline.bounds().map(|value| value as f32);
    let kind = match region.class {
        RegionClass::Face => RegionKind::Face,
        RegionClass::Plate | RegionClass::Other => RegionKind::Plate,
    };
    flaneur_jpeg::Region { x0, y0, x1, y1, kind }
}
