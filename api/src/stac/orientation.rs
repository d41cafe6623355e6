//! What the camera saw, in the words of STAC's perspective-imagery extension.

use flaneur_catalog::model::{Exif, Picture};
use serde::Serialize;

/// The inside of the camera.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct InteriorOrientation {
    /// Make.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub camera_manufacturer: Option<String>,
    /// Model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub camera_model: Option<String>,
    /// Focal length, mm.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub focal_length: Option<f64>,
    /// Horizontal field of view, degrees; exactly 360 for a panorama.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "super::plain_option")]
    pub field_of_view: Option<f64>,
    /// Width and height, pixels.
    pub sensor_array_dimensions: [i64; 2],
    /// Of a panorama that shows a part of the sphere: pixels missing at the left, top, right and bottom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visible_area: Option<[i64; 4]>,
}

impl InteriorOrientation {
    /// Of a picture.
    pub fn of(picture: &Picture) -> Self {
        let camera = &picture.camera;
        Self {
            camera_manufacturer: camera.make.clone(),
            camera_model: camera.model.clone(),
            focal_length: camera.focal_length,
            field_of_view: camera.field_of_view,
            sensor_array_dimensions: [picture.shape.width, picture.shape.height],
            visible_area: visible_area(&picture.exif),
        }
    }
}

/// The margins out of Google's photo sphere metadata; none if the whole sphere is there or the numbers make no sense.
pub(crate) fn visible_area(exif: &Exif) -> Option<[i64; 4]> {
    let number = |name: &str| {
        let text = exif.get(&format!("Xmp.GPano.{name}"))?;
        text.trim().parse::<i64>().ok().filter(|pixels| (0..1 << 24).contains(pixels))
    };
    let (left, top) = (number("CroppedAreaLeftPixels")?, number("CroppedAreaTopPixels")?);
    let right = number("FullPanoWidthPixels")? - left - number("CroppedAreaImageWidthPixels")?;
    let bottom = number("FullPanoHeightPixels")? - top - number("CroppedAreaImageHeightPixels")?;
    let margins = [left, top, right, bottom];
    (margins.iter().all(|margin| *margin >= 0) && margins != [0; 4]).then_some(margins)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn margins(crop: [&str; 4], full: [&str; 2]) -> Option<[i64; 4]> {
        let names = [
            "CroppedAreaLeftPixels",
            "CroppedAreaTopPixels",
            "CroppedAreaImageWidthPixels",
            "CroppedAreaImageHeightPixels",
        ];
        let values =
            names.into_iter().zip(crop).chain(["FullPanoWidthPixels", "FullPanoHeightPixels"].into_iter().zip(full));
        visible_area(&values.map(|(name, value)| (format!("Xmp.GPano.{name}"), value.to_owned())).collect())
    }

    #[test]
    fn only_true_crops_have_margins() {
        assert_eq!(margins(["0", "500", "8000", "2000"], ["8000", "4000"]), Some([0, 500, 0, 1500]));
        assert_eq!(margins(["0", "0", "8000", "4000"], ["8000", "4000"]), None);
        assert_eq!(margins(["0", "500", "8000", "4000"], ["8000", "4000"]), None, "beyond the whole");
        assert_eq!(margins(["x", "500", "8000", "4000"], ["8000", "4000"]), None);
        assert_eq!(visible_area(&Exif::default()), None);
    }
}
