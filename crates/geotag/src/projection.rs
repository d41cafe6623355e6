//! How the sphere of view is laid on the pixels, and which part of it.

use crate::ImageSize;
use crate::camera::Camera;
use crate::doubt::Doubt;
use crate::lens;
use crate::source::Source;
use crate::tags::Tags;

/// How the sphere of view is laid on the pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Projection {
    /// An ordinary photo.
    Flat,
    /// A panorama: columns are equal steps of heading, rows equal steps of pitch.
    Equirectangular,
}

/// Which part of the full panorama an image covers, in pixels of the image as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct GPanoCrop {
    /// Width of the full panorama, 360°.
    pub full_width: u32,
    /// Height of the full panorama, 180°.
    pub full_height: u32,
    /// Columns of the full panorama left of the image.
    pub left: u32,
    /// Rows of the full panorama above the image.
    pub top: u32,
    /// Width of the image.
    pub width: u32,
    /// Height of the image.
    pub height: u32,
}

impl GPanoCrop {
    /// The crop in other pixels: columns `x` times and rows `y` times as many. The values come in the
    /// order of the fields. Rounding never makes the image reach beyond its panorama.
    fn scaled([full_width, full_height, left, top, width, height]: [f64; 6], x: f64, y: f64) -> Self {
        let pixels = |value: f64, scale: f64| (value * scale).round() as u32;
        let (width, height) = (pixels(width, x), pixels(height, y));
        let (full_width, full_height) = (pixels(full_width, x).max(width), pixels(full_height, y).max(height));
        Self {
            full_width,
            full_height,
            left: pixels(left, x).min(full_width - width),
            top: pixels(top, y).min(full_height - height),
            width,
            height,
        }
    }

    /// The crop of the same image at another size; `None` when either has no pixels.
    pub(crate) fn resized(self, size: ImageSize) -> Option<Self> {
        if [self.width, self.height, size.width, size.height].contains(&0) {
            return None;
        }
        let values = [self.full_width, self.full_height, self.left, self.top, self.width, self.height];
        let x = f64::from(size.width) / f64::from(self.width);
        let y = f64::from(size.height) / f64::from(self.height);
        Some(Self::scaled(values.map(f64::from), x, y))
    }

    /// The crop of the upright image, of one that is stored with that EXIF orientation: the panorama
    /// turns and flips with its part.
    pub(crate) fn upright(self, orientation: u8) -> Self {
        let (left, top) = (self.left, self.top);
        let right = self.full_width.saturating_sub(left.saturating_add(self.width));
        let bottom = self.full_height.saturating_sub(top.saturating_add(self.height));
        let (left, top) = match orientation {
            2 => (right, top),
            3 => (right, bottom),
            4 => (left, bottom),
            5 => (top, left),
            6 => (bottom, left),
            7 => (bottom, right),
            8 => (top, right),
            _ => (left, top),
        };
        if lens::is_turned(orientation) {
            let (full_width, full_height) = (self.full_height, self.full_width);
            return Self { full_width, full_height, left, top, width: self.height, height: self.width };
        }
        Self { left, top, ..self }
    }
}

/// No JPEG is wider; a full panorama may be said to be larger than its crop by this much.
const MAX_SIDE: f64 = 1_000_000.0;

/// Projection, crop and what tells them: tags, then the camera's model, then the shape.
pub(crate) fn read(
    tags: &Tags,
    size: Option<ImageSize>,
    camera: &Camera,
    orientation: u8,
    doubts: &mut Vec<Doubt>,
) -> (Projection, Option<GPanoCrop>, Option<Source>) {
    const TYPE: &str = "Xmp.GPano.ProjectionType";
    let tagged = Some(Source::Tag(TYPE));
    let stated = tags.get(TYPE).map(str::to_ascii_lowercase);
    let kind = match stated.as_deref() {
        Some("equirectangular") => Some(true),
        Some("cylindrical") => Some(false),
        Some(_) => {
            doubts.push(Doubt::ProjectionUnsupported);
            return (Projection::Flat, None, tagged);
        }
        None => None,
    };
    let is_double = size.map(|size| size.width == size.height.saturating_mul(2));
    if let Some(equirectangular) = kind {
        let crop = match crop(tags, size) {
            Crop::None => None,
            Crop::Full if equirectangular => None,
            Crop::Full => return (Projection::Flat, None, tagged),
            Crop::Refused => {
                doubts.push(Doubt::CropRefused);
                None
            }
            Crop::Part(crop) => Some(crop),
        };
        // A cylinder is close to a sphere near the horizon, and its crop tells where that is.
        if !equirectangular && crop.is_none() {
            doubts.push(Doubt::ProjectionUnsupported);
            return (Projection::Flat, None, tagged);
        }
        if crop.is_none() && is_double == Some(false) {
            doubts.push(Doubt::ShapeUnlikely);
        }
        return (Projection::Equirectangular, crop, tagged);
    }
    // The same cameras also take flat photos and unstitched pairs of fisheyes.
    let (panoramic, source) = if camera.is_panoramic() {
        (is_double.unwrap_or(true), Source::Camera)
    } else {
        let contradicted = lens::is_turned(orientation)
            || (camera.is_ordinary() && lens::focal_length(tags).is_some())
            // A panorama has no focal length on film, unless as a very wide placeholder.
            || tags.number("Exif.Photo.FocalLengthIn35mmFilm").is_some_and(|length| length > 20.0);
        let guessed = is_double == Some(true) && !contradicted;
        if guessed {
            doubts.push(Doubt::ProjectionGuessed);
        }
        (guessed, Source::Shape)
    };
    if panoramic { (Projection::Equirectangular, None, Some(source)) } else { (Projection::Flat, None, None) }
}

/// Horizontal degrees: of the whole sphere for a panorama, else what the lens gives; and what they rest on.
pub(crate) fn field_of_view(
    projection: Projection,
    crop: Option<GPanoCrop>,
    lens: impl FnOnce() -> Option<(f64, Source)>,
) -> Option<(f64, Source)> {
    match (projection, crop) {
        (Projection::Flat, _) => lens(),
        (Projection::Equirectangular, None) => Some((360.0, Source::Projection)),
        (Projection::Equirectangular, Some(crop)) => {
            let part = f64::from(crop.width) / f64::from(crop.full_width);
            Some((360.0 * part, Source::Tag("Xmp.GPano.CroppedAreaImageWidthPixels")))
        }
    }
}

enum Crop {
    /// Nothing is said.
    None,
    /// The image is the whole panorama.
    Full,
    Part(GPanoCrop),
    Refused,
}

/// The crop tags, scaled to the stored image: editors shrink images and leave the tags.
fn crop(tags: &Tags, size: Option<ImageSize>) -> Crop {
    let names = [
        "FullPanoWidthPixels",
        "FullPanoHeightPixels",
        "CroppedAreaLeftPixels",
        "CroppedAreaTopPixels",
        "CroppedAreaImageWidthPixels",
        "CroppedAreaImageHeightPixels",
    ];
    let values = names.map(|name| tags.get(&format!("Xmp.GPano.{name}")));
    if values.iter().all(Option::is_none) {
        return Crop::None;
    }
    let numbers = values.map(|value| value.map(|value| crate::exiv2::number(value.trim())));
    let side = |index: usize| match numbers[index] {
        Some(Some(pixels)) if (0.0..=MAX_SIDE).contains(&pixels) => Some(pixels),
        // A left or top edge that is not told is the panorama's.
        None if index == 2 || index == 3 => Some(0.0),
        _ => None,
    };
    let (Some(full_width), Some(full_height), Some(left), Some(top), Some(width), Some(height)) =
        (side(0), side(1), side(2), side(3), side(4), side(5))
    else {
        // Only the full size is told: then it is full.
        let told = numbers[4].is_some() || numbers[5].is_some();
        return if told { Crop::Refused } else { Crop::None };
    };
    // Rounding when the panorama was stitched may miss the edge by a pixel.
    let fits = width >= 1.0 && height >= 1.0 && left + width <= full_width + 1.0 && top + height <= full_height + 1.0;
    if !fits {
        return Crop::Refused;
    }
    if width >= full_width && height >= full_height {
        return Crop::Full;
    }
    let (x, y) = size.map_or((1.0, 1.0), |size| (f64::from(size.width) / width, f64::from(size.height) / height));
    if (x / y - 1.0).abs() > 0.02 {
        return Crop::Refused;
    }
    Crop::Part(GPanoCrop::scaled([full_width, full_height, left, top, width, height], x, y))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_as(pairs: &[(&str, &str)], size: Option<(u32, u32)>) -> (Projection, Option<GPanoCrop>, Vec<Doubt>) {
        let (mut tags, mut doubts) = (Tags::default(), Vec::new());
        for (name, value) in pairs {
            tags.set(name, (*value).to_owned());
        }
        let size = size.map(|(width, height)| ImageSize { width, height });
        let camera = crate::camera::read(&tags, None);
        let (orientation, _) = lens::orientation(&tags, &mut Vec::new());
        let (projection, crop, _) = read(&tags, size, &camera, orientation, &mut doubts);
        (projection, crop, doubts)
    }

    use Projection::{Equirectangular, Flat};
    const TYPE: &str = "Xmp.GPano.ProjectionType";

    #[test]
    fn tags_decide_first() {
        assert_eq!(read_as(&[(TYPE, "Equirectangular")], None), (Equirectangular, None, vec![]));
        assert_eq!(
            read_as(&[(TYPE, "equirectangular")], Some((300, 100))),
            (Equirectangular, None, vec![Doubt::ShapeUnlikely])
        );
        assert_eq!(read_as(&[(TYPE, "cubemap")], Some((200, 100))).0, Flat);
    }

    #[test]
    fn known_cameras_then_the_shape_decide() {
        let theta = [("Exif.Image.Make", "RICOH"), ("Exif.Image.Model", "RICOH THETA S")];
        assert_eq!(read_as(&theta, Some((200, 100))), (Equirectangular, None, vec![]));
        assert_eq!(read_as(&theta, Some((400, 300))), (Flat, None, vec![]));
        assert_eq!(read_as(&[], Some((200, 100))), (Equirectangular, None, vec![Doubt::ProjectionGuessed]));
        assert_eq!(read_as(&[], Some((201, 100))), (Flat, None, vec![]));
        assert_eq!(read_as(&[], None), (Flat, None, vec![]));
    }

    #[test]
    fn phones_and_turned_images_are_not_guessed_to_be_panoramas() {
        let phone = [("Exif.Image.Make", "OnePlus"), ("Exif.Photo.FocalLength", "41/10")];
        assert_eq!(read_as(&phone, Some((200, 100))), (Flat, None, vec![]));
        assert_eq!(read_as(&[("Exif.Image.Orientation", "6")], Some((200, 100))), (Flat, None, vec![]));
        let lens = [("Exif.Photo.FocalLengthIn35mmFilm", "28")];
        assert_eq!(read_as(&lens, Some((200, 100))), (Flat, None, vec![]));
    }

    const CROP: [(&str, &str); 6] = [
        ("Xmp.GPano.FullPanoWidthPixels", "8000"),
        ("Xmp.GPano.FullPanoHeightPixels", "4000"),
        ("Xmp.GPano.CroppedAreaLeftPixels", "1000"),
        ("Xmp.GPano.CroppedAreaTopPixels", "1500"),
        ("Xmp.GPano.CroppedAreaImageWidthPixels", "6000"),
        ("Xmp.GPano.CroppedAreaImageHeightPixels", "1000"),
    ];

    #[test]
    fn a_crop_follows_the_size_of_the_image() {
        let mut pairs = vec![(TYPE, "cylindrical")];
        pairs.extend(CROP);
        let (projection, crop, doubts) = read_as(&pairs, Some((3000, 500)));
        assert_eq!((projection, doubts), (Equirectangular, vec![]));
        let crop = crop.unwrap();
        assert_eq!(
            crop,
            GPanoCrop { full_width: 4000, full_height: 2000, left: 500, top: 750, width: 3000, height: 500 }
        );
        let view = field_of_view(projection, Some(crop), || None);
        assert_eq!(view, Some((270.0, Source::Tag("Xmp.GPano.CroppedAreaImageWidthPixels"))));
    }

    #[test]
    fn a_crop_that_fits_nothing_is_refused() {
        let mut pairs = vec![(TYPE, "equirectangular")];
        pairs.extend(CROP);
        assert_eq!(read_as(&pairs, Some((3000, 3000))).2[0], Doubt::CropRefused);
        for (index, value) in [(1, "-1"), (3, "3000"), (5, "0"), (5, "x"), (6, "1/0")] {
            let mut pairs = pairs.clone();
            pairs[index].1 = value;
            assert_eq!(read_as(&pairs, None), (Equirectangular, None, vec![Doubt::CropRefused]), "{value}");
        }
        assert_eq!(read_as(&[(TYPE, "cylindrical")], None).0, Flat);
    }
}
