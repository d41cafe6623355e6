//! From the upright picture to the picture as it is coded (EXIF 3.0, 4.6.5.1.6, Orientation).

/// How a coded picture is turned and mirrored to be upright. Coordinates are continuous: a pixel
/// covers its column number to the next, and its row number to the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Orientation {
    value: u8,
    /// Width and height of the coded picture.
    coded: [f64; 2],
}

impl Orientation {
    /// Values other than 1-8 mean nothing and are treated as 1.
    pub(crate) fn new(value: u8, width: u32, height: u32) -> Orientation {
        let value = if (1..=8).contains(&value) { value } else { 1 };
        Orientation { value, coded: [f64::from(width), f64::from(height)] }
    }

    /// Whether columns become rows.
    pub(crate) fn turned(self) -> bool {
        self.value >= 5
    }

    /// Width and height of the upright picture.
    pub(crate) fn upright(self) -> [f64; 2] {
        self.length(self.coded)
    }

    /// A width and a height, from upright to coded or back.
    pub(crate) fn length(self, [x, y]: [f64; 2]) -> [f64; 2] {
        if self.turned() { [y, x] } else { [x, y] }
    }

    /// A point of the upright picture in the coded one.
    pub(crate) fn point(self, [x, y]: [f64; 2]) -> [f64; 2] {
        let [w, h] = self.coded;
        match self.value {
            2 => [w - x, y],
            3 => [w - x, h - y],
            4 => [x, h - y],
            5 => [y, x],
            6 => [y, h - x],
            7 => [w - y, h - x],
            8 => [w - y, x],
            _ => [x, y],
        }
    }
}
