//! Looking for faces and plates.

use flaneur_catalog::model::{BoxClass, Detection};
use flaneur_detect::{Class, DetectError, Detector};
use flaneur_jpeg::Pixels;

/// Finds faces and plates in pixels. Blocking, and heavy on the processor.
pub trait Look: Send + Sync {
    /// Boxes in pixels of the picture given.
    fn look(&self, pixels: &Pixels, panorama: bool) -> Result<Vec<Detection>, DetectError>;
}

/// Finds them with ONNX models.
#[derive(Debug)]
pub struct Models(pub Detector);

impl Look for Models {
    fn look(&self, pixels: &Pixels, panorama: bool) -> Result<Vec<Detection>, DetectError> {
        let found = self.0.detect(&pixels.rgb, pixels.width, pixels.height, panorama)?;
        Ok(found
            .into_iter()
            .map(|each| Detection {
                class: match each.class {
                    Class::Face => BoxClass::Face,
                    Class::Plate => BoxClass::Plate,
                },
                score: f64::from(each.score),
                model: each.model,
                model_version: each.model_version,
                bounds: [each.x0, each.y0, each.x1, each.y1].map(f64::from),
            })
            .collect())
    }
}
