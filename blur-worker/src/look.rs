//! Looking for faces and plates.

use flaneur_catalog::model::{BoxClass, Detection};
use flaneur_detect::{Canvas, Class, DetectError, Detector, Rgb};
use flaneur_jpeg::{JpegError, Pixels, Source};

/// Finds faces and plates in a picture. Blocking, and heavy on the processor.
pub trait Look: Send + Sync {
    /// Boxes in pixels of the upright picture.
    fn look(&self, picture: &dyn Canvas, panorama: bool) -> Result<Vec<Detection>, DetectError>;
}

/// An original as the models look at it: decoded part by part.
pub(crate) struct Seen<'a>(pub &'a Source);

fn seen(pixels: Result<Pixels, JpegError>) -> Result<Rgb, String> {
    pixels.map(|Pixels { width, height, rgb }| Rgb { width, height, rgb }).map_err(|error| error.to_string())
}

impl Canvas for Seen<'_> {
    fn size(&self) -> (u32, u32) {
        self.0.size()
    }

    fn part(&self, x: u32, y: u32, width: u32, height: u32) -> Result<Rgb, String> {
        seen(self.0.part(x, y, width, height))
    }

    fn small(&self, least: u32) -> Result<Rgb, String> {
        seen(self.0.small(least))
    }
}

/// Finds them with ONNX models.
#[derive(Debug)]
pub struct Models(pub Detector);

impl Look for Models {
    fn look(&self, picture: &dyn Canvas, panorama: bool) -> Result<Vec<Detection>, DetectError> {
        let found = self.0.look_at(picture, panorama)?;
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
