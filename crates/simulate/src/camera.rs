//! What takes the pictures.

use crate::exif::Tags;

/// Where a camera looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looks {
    /// All around.
    Around,
    /// Along the track, or wherever its owner walks.
    Ahead,
    /// To a side of a car: so many degrees clockwise from where that goes.
    Aside(u16),
}

/// A camera.
#[derive(Debug)]
pub struct Camera {
    /// How often it is taken, beside the others.
    pub weight: f64,
    /// Manufacturer, as its files say.
    pub make: &'static str,
    /// Model, as its files say.
    pub model: &'static str,
    /// Pixels across and down.
    pub size: (i64, i64),
    /// Horizontal field of view, degrees, if it is known.
    pub field_of_view: Option<f64>,
    /// Focal length, mm.
    pub focal_length: f64,
    /// Best and worst accuracy of its positions, metres.
    pub accuracy: (f64, f64),
    /// Whether it has a compass.
    pub compass: bool,
    /// Where it looks.
    pub looks: Looks,
    /// What its files are called before the number.
    pub prefix: &'static str,
    /// Bytes of a file, on average.
    pub bytes: i64,
    /// The tags of its files.
    pub tags: Tags,
}

impl Camera {
    /// Whether its pictures are panoramas.
    pub fn is_panoramic(&self) -> bool {
        self.looks == Looks::Around
    }
}

const fn around(weight: f64, make: &'static str, model: &'static str, size: (i64, i64), tags: Tags) -> Camera {
    Camera {
        weight,
        make,
        model,
        size,
        field_of_view: Some(360.0),
        focal_length: 3.0,
        accuracy: (4.0, 4.0),
        compass: true,
        looks: Looks::Around,
        prefix: "GSAA",
        bytes: size.0 * size.1 / 5,
        tags,
    }
}

const fn phone(weight: f64, make: &'static str, model: &'static str, size: (i64, i64), tags: Tags) -> Camera {
    Camera {
        weight,
        make,
        model,
        size,
        field_of_view: Some(65.47),
        focal_length: 4.2,
        accuracy: (3.0, 16.0),
        compass: true,
        looks: Looks::Ahead,
        prefix: "IMG_",
        bytes: size.0 * size.1 / 4,
        tags,
    }
}

const fn action(weight: f64, make: &'static str, model: &'static str, size: (i64, i64), tags: Tags) -> Camera {
    Camera {
        weight,
        make,
        model,
        size,
        field_of_view: Some(100.39),
        focal_length: 2.71,
        accuracy: (1.0, 6.0),
        compass: false,
        looks: Looks::Ahead,
        prefix: "GOPR",
        bytes: size.0 * size.1 / 4,
        tags,
    }
}

/// All there are. Half of the pictures are panoramas.
pub const CAMERAS: &[Camera] = &[
    around(30.0, "GoPro", "GoPro Max", (5760, 2880), Tags::GoProMax),
    around(8.0, "Insta360", "Insta360 X3", (5888, 2944), Tags::GoProMax),
    Camera { prefix: "R00", accuracy: (5.0, 5.0), ..around(6.0, "RICOH", "RICOH THETA V", (5376, 2688), Tags::Theta) },
    around(6.0, "Trisport", "LG-R105", (5660, 2830), Tags::Theta),
    action(12.0, "GoPro", "HERO11 Black", (5568, 4872), Tags::GoProHero),
    action(8.0, "GoPro", "HERO9 Black", (5184, 3888), Tags::GoProHero),
    // A car with a camera to each side.
    Camera { looks: Looks::Aside(90), ..action(4.0, "GoPro", "HERO8 Black", (4000, 3000), Tags::GoProHero) },
    Camera { looks: Looks::Aside(270), ..action(3.0, "GoPro", "HERO8 Black", (4000, 3000), Tags::GoProHero) },
    Camera {
        field_of_view: None,
        accuracy: (2.4, 9.0),
        prefix: "DSC0",
        ..action(5.0, "SONY", "FDR-X1000V", (1920, 1080), Tags::Sony)
    },
    phone(5.0, "Apple", "iPhone 12 Pro", (4032, 3024), Tags::IPhone),
    phone(3.0, "Apple", "iPhone 7", (4032, 3024), Tags::IPhone),
    phone(5.0, "samsung", "SM-G991B", (4000, 3000), Tags::Android),
    phone(3.0, "Xiaomi", "M2101K6G", (4624, 2604), Tags::Android),
    phone(2.0, "Crosscall", "Core-X4", (3264, 2448), Tags::Android),
];
