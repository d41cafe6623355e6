//! Flat (rectilinear) views out of equirectangular panoramas, from no more of the picture than they show.
//!
//! Directions: longitude 0 is the middle column of the panorama, positive to the right; latitude 0 is the middle row,
//! positive up. The panorama's left and right edge are the same meridian, and its top and bottom row the poles.

use std::f64::consts::{FRAC_PI_2, PI, TAU};

use super::region::{Blocks, Rect, Scale, rgb_scaled};
use crate::error::JpegError;
use crate::source::Pixels;

/// A camera in the middle of a panorama.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PerspectiveView {
    /// Where it looks, in degrees from the middle column, positive to the right.
    pub yaw_deg: f64,
    /// Where it looks, in degrees above the horizon.
    pub pitch_deg: f64,
    /// How far it is turned clockwise around its axis, in degrees: the picture's content turns counterclockwise.
    pub roll_deg: f64,
    /// Horizontal field of view, 10 to 120 degrees.
    pub fov_deg: f64,
    /// Pixels per row of the view, 16 to 2048.
    pub width: u32,
    /// Rows of the view, 16 to 2048.
    pub height: u32,
}

/// What part of a panorama a view needs, and at which size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PerspectivePlan {
    /// The panorama is reduced like this, so that a pixel of the view is about one of the panorama.
    pub scale: Scale,
    /// Size of the reduced panorama.
    pub reduced: (u32, u32),
    /// The part that is needed, in pixels of the reduced panorama. It may reach beyond the right edge
    /// (`x + width > reduced.0`), and goes on at the left one.
    pub needed: Rect,
}

/// A little more source than output pixels is not seen, and reducing further would blur.
const MAX_SOURCE_PIXELS: f64 = 1.25;

/// Pixels around what is needed: the reach of the interpolation, and what rounding may add.
const MARGIN: f64 = 3.0;

const BAD_VIEW: JpegError = JpegError::Damaged("a view with impossible angles or size was asked for");

impl PerspectivePlan {
    /// The one or two rectangles of the reduced panorama that are needed, left to right.
    pub(crate) fn rectangles(&self) -> impl Iterator<Item = Rect> + use<> {
        let Rect { x, y, width, height } = self.needed;
        let first = width.min(self.reduced.0 - x);
        [(x, first), (0, width - first)].into_iter().filter(|(_, width)| *width > 0).map(move |(x, width)| Rect {
            x,
            y,
            width,
            height,
        })
    }

    /// Decodes the needed part of the panorama, both sides of the seam beside each other.
    pub(crate) fn canvas(&self, blocks: &impl Blocks) -> Result<Pixels, JpegError> {
        let pieces =
            self.rectangles().map(|rect| rgb_scaled(blocks, rect, self.scale)).collect::<Result<Vec<_>, _>>()?;
        let Rect { width, height, .. } = self.needed;
        let mut rgb = Vec::with_capacity(width as usize * height as usize * 3);
        for y in 0..height as usize {
            for piece in &pieces {
                let row = piece.width as usize * 3;
                rgb.extend_from_slice(&piece.rgb[y * row..][..row]);
            }
        }
        Ok(Pixels { width, height, rgb })
    }
}

/// A view made ready: rays are the columns of a rotation, scaled.
struct Camera {
    /// For each step of one pixel to the right, one down, and for the top left pixel's centre: a ray as (right, up,
    /// ahead) of the panorama.
    right: [f64; 3],
    down: [f64; 3],
    corner: [f64; 3],
    /// Pixels per unit at distance 1.
    focal: f64,
}

impl Camera {
    fn new(view: &PerspectiveView) -> Result<Camera, JpegError> {
        let angles = [view.yaw_deg, view.pitch_deg, view.roll_deg];
        let sizes = 16..=2048;
        let fits = angles.iter().all(|angle| angle.abs() <= 36_000.0)
            && (10.0..=120.0).contains(&view.fov_deg)
            && sizes.contains(&view.width)
            && sizes.contains(&view.height);
        if !fits {
            return Err(BAD_VIEW);
        }
        let [yaw, pitch, roll] = angles.map(f64::to_radians);
        let focal = f64::from(view.width) / 2.0 / (view.fov_deg.to_radians() / 2.0).tan();
        // Roll around the axis, then pitch up, then yaw to the right.
        let turned = |[x, y, z]: [f64; 3]| {
            let (x, y) = (x * roll.cos() + y * roll.sin(), y * roll.cos() - x * roll.sin());
            let (y, z) = (y * pitch.cos() + z * pitch.sin(), z * pitch.cos() - y * pitch.sin());
            let (x, z) = (x * yaw.cos() + z * yaw.sin(), z * yaw.cos() - x * yaw.sin());
            [x, y, z]
        };
        let left = 0.5 - f64::from(view.width) / 2.0;
        let top = f64::from(view.height) / 2.0 - 0.5;
        Ok(Camera {
            right: turned([1.0, 0.0, 0.0]),
            down: turned([0.0, -1.0, 0.0]),
            corner: turned([left, top, focal]),
            focal,
        })
    }

    fn ray(&self, x: f64, y: f64) -> [f64; 3] {
        std::array::from_fn(|i| self.corner[i] + x * self.right[i] + y * self.down[i])
    }

    /// Longitude and latitude of a pixel, in radians.
    fn direction(&self, x: f64, y: f64) -> (f64, f64) {
        let [right, up, ahead] = self.ray(x, y);
        (right.atan2(ahead), up.atan2((right * right + ahead * ahead).sqrt()))
    }

    /// Whether the pole above (`sign` 1) or below (-1) is in view, or less than two pixels outside.
    fn sees_pole(&self, view: &PerspectiveView, sign: f64) -> bool {
        // The pole's ray in camera coordinates: its parts along the camera's axes, which are orthonormal.
        let (across, along) = (sign * self.right[1], sign * self.down[1]);
        let centre = self.ray((f64::from(view.width) - 1.0) / 2.0, (f64::from(view.height) - 1.0) / 2.0);
        let depth = sign * centre[1] / self.focal;
        let reach = |size: u32| f64::from(size) / 2.0 + 2.0;
        depth > 0.0
            && (across / depth * self.focal).abs() <= reach(view.width)
            && (along / depth * self.focal).abs() <= reach(view.height)
    }
}

/// Where directions lie in a reduced panorama.
struct Mapping {
    /// Columns for a full turn; not whole if the size isn't a multiple of the reduction.
    turn: f64,
    /// Rows from pole to pole.
    half: f64,
}

impl Mapping {
    fn new(width: u32, height: u32, scale: Scale) -> Mapping {
        let factor = scale.samples() as f64 / 8.0;
        Mapping { turn: f64::from(width) * factor, half: f64::from(height) * factor }
    }

    /// Column, in pixels from the centre of the first one; not wrapped.
    fn column(&self, longitude: f64) -> f64 {
        (longitude / TAU + 0.5) * self.turn - 0.5
    }

    /// Row, in pixels from the centre of the first one.
    fn row(&self, latitude: f64) -> f64 {
        (0.5 - latitude / PI) * self.half - 0.5
    }
}

/// What a view of a panorama with `width` × `height` pixels needs.
pub(crate) fn plan(view: &PerspectiveView, width: u32, height: u32) -> Result<PerspectivePlan, JpegError> {
    if width == 0 || height == 0 {
        return Err(JpegError::Empty);
    }
    let camera = Camera::new(view)?;
    // In the middle of the view, where its pixels cover the largest angle.
    let pixels = (f64::from(width) / TAU).max(f64::from(height) / PI) / camera.focal;
    let scale = [Scale::Full, Scale::Half, Scale::Quarter]
        .into_iter()
        .find(|scale| pixels * scale.samples() as f64 / 8.0 <= MAX_SOURCE_PIXELS)
        .unwrap_or(Scale::Eighth);
    let reduced = (scale.reduced(width), scale.reduced(height));
    let mapping = Mapping::new(width, height, scale);

    // Longitude and latitude have their extremes on the border of the view, unless a pole is in it.
    let poles = (camera.sees_pole(view, 1.0), camera.sees_pole(view, -1.0));
    let mut whole_rows = poles.0 || poles.1;
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    let (mut longitude, mut west, mut east) = (None, 0f64, 0f64);
    let mut start = 0.0;
    for (x, y) in border(view.width, view.height) {
        let (here, latitude) = camera.direction(f64::from(x), f64::from(y));
        (low, high) = (low.min(latitude), high.max(latitude));
        let Some((last, along)) = longitude else {
            start = here;
            longitude = Some((here, 0.0));
            continue;
        };
        let step: f64 = (here - last + PI).rem_euclid(TAU) - PI;
        // So close to a pole that anything between two pixels could be in view.
        whole_rows |= step.abs() > 0.25;
        let along: f64 = along + step;
        (west, east) = (west.min(along), east.max(along));
        longitude = Some((here, along));
    }
    let top = if poles.0 { mapping.row(FRAC_PI_2) } else { mapping.row(high) };
    let bottom = if poles.1 { mapping.row(-FRAC_PI_2) } else { mapping.row(low) };
    let (y, y_end) = inside(top, bottom, reduced.1);
    let columns = (mapping.column(start + west) - MARGIN, mapping.column(start + east) + MARGIN);
    let span = (columns.1.ceil() - columns.0.floor()) as u32 + 1;
    let (x, width) = if whole_rows || span >= reduced.0 {
        (0, reduced.0)
    } else {
        // One more for a seam in the middle of a pixel.
        let x = columns.0.floor().rem_euclid(mapping.turn).floor() as u32;
        (x.min(reduced.0 - 1), (span + 1).min(reduced.0))
    };
    Ok(PerspectivePlan { scale, reduced, needed: Rect { x, y, width, height: y_end - y } })
}

/// All pixels at the border of a view, around it.
fn border(width: u32, height: u32) -> impl Iterator<Item = (u32, u32)> {
    let (right, bottom) = (width - 1, height - 1);
    (0..right)
        .map(|x| (x, 0))
        .chain((0..bottom).map(move |y| (right, y)))
        .chain((1..=right).rev().map(move |x| (x, bottom)))
        .chain((1..=bottom).rev().map(|y| (0, y)))
}

/// Rows from `top` to `bottom` with the margin, as far as there are any.
fn inside(top: f64, bottom: f64, rows: u32) -> (u32, u32) {
    let first = ((top - MARGIN).floor().max(0.0) as u32).min(rows - 1);
    let end = ((bottom + MARGIN).ceil().max(0.0) as u32 + 1).clamp(first + 1, rows);
    (first, end)
}

/// The view, out of what [`PerspectivePlan::canvas`] gives for its plan. `width` and `height` are those of the panorama.
///
/// Interpolates with the cubic convolution of R. Keys (IEEE Trans. ASSP 29, 1981; a = -1/2), over 4 × 4 pixels.
pub(crate) fn render(
    view: &PerspectiveView,
    plan: &PerspectivePlan,
    canvas: &Pixels,
    width: u32,
    height: u32,
) -> Result<Pixels, JpegError> {
    let camera = Camera::new(view)?;
    let mapping = Mapping::new(width, height, plan.scale);
    let needed = plan.needed;
    let bytes = needed.width as usize * needed.height as usize * 3;
    if (canvas.width, canvas.height) != (needed.width, needed.height) || canvas.rgb.len() != bytes || bytes == 0 {
        return Err(JpegError::Encoder("the canvas is not the part of the panorama that was planned".to_owned()));
    }
    let (pixels, _) = canvas.rgb.as_chunks::<3>();
    let (columns, rows) = (needed.width as i64, needed.height as i64);
    let whole = needed.width == plan.reduced.0;
    let mut rgb = Vec::with_capacity(view.width as usize * view.height as usize * 3);
    for y in 0..view.height {
        for x in 0..view.width {
            let (longitude, latitude) = camera.direction(f64::from(x), f64::from(y));
            let column = mapping.column(longitude) - f64::from(needed.x);
            // Within the canvas, whose left edge may be anywhere; the margin may lie left of it.
            let column = (column + 1.5).rem_euclid(mapping.turn) - 1.5;
            let row = mapping.row(latitude) - f64::from(needed.y);
            let (left, top) = (column.floor(), row.floor());
            let (across, down) = (keys((column - left) as f32), keys((row - top) as f32));
            let at = |x: i64| if whole { x.rem_euclid(columns) } else { x.clamp(0, columns - 1) } as usize;
            let places: [usize; 4] = std::array::from_fn(|i| at(left as i64 - 1 + i as i64));
            let mut sum = [0f32; 3];
            for (i, weight) in (0..).zip(down) {
                let start = ((top as i64 - 1 + i).clamp(0, rows - 1) * columns) as usize;
                for (place, across) in places.iter().zip(across) {
                    let pixel = pixels[start + place];
                    for (sum, level) in sum.iter_mut().zip(pixel) {
                        *sum += f32::from(level) * across * weight;
                    }
                }
            }
            rgb.extend(sum.map(|level| (level + 0.5).clamp(0.0, 255.0) as u8));
        }
    }
    Ok(Pixels { width: view.width, height: view.height, rgb })
}

/// Weights of four pixels in a row for a place `t` = 0..1 between the two in the middle.
fn keys(t: f32) -> [f32; 4] {
    let (t2, t3) = (t * t, t * t * t);
    [0.5 * (-t3 + 2.0 * t2 - t), 0.5 * (3.0 * t3 - 5.0 * t2 + 2.0), 0.5 * (-3.0 * t3 + 4.0 * t2 + t), 0.5 * (t3 - t2)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::header::Colours;
    use crate::pixels::testing::Coefficients;
    use proptest::prelude::*;

    fn view(yaw_deg: f64, pitch_deg: f64, fov_deg: f64) -> PerspectiveView {
        PerspectiveView { yaw_deg, pitch_deg, roll_deg: 0.0, fov_deg, width: 240, height: 160 }
    }

    /// The colour of a direction; it changes by about ten levels per pixel of the pictures here.
    fn colour([x, y, z]: [f64; 3]) -> [f64; 3] {
        let length = (x * x + y * y + z * z).sqrt();
        [x, y, z].map(|part| 128.0 + 100.0 * (part / length * 8.0).sin())
    }

    /// What a decoder would give for a panorama of these colours.
    fn canvas(plan: &PerspectivePlan, width: u32, height: u32) -> Pixels {
        let factor = plan.scale.samples() as f64 / 8.0;
        let mut rgb = Vec::new();
        for y in 0..plan.needed.height {
            for rect in plan.rectangles() {
                for x in rect.x..rect.x + rect.width {
                    let longitude = ((f64::from(x) + 0.5) / factor / f64::from(width) - 0.5) * 360f64.to_radians();
                    let latitude = (0.5 - (f64::from(y + rect.y) + 0.5) / factor / f64::from(height)) * PI;
                    let flat = latitude.cos();
                    let ray = [longitude.sin() * flat, latitude.sin(), longitude.cos() * flat];
                    rgb.extend(colour(ray).map(|level| level.round() as u8));
                }
            }
        }
        Pixels { width: plan.needed.width, height: plan.needed.height, rgb }
    }

    /// The largest difference from what the view should show, by explicit rotation matrices.
    fn worst(view: &PerspectiveView, width: u32, height: u32) -> f64 {
        let plan = plan(view, width, height).unwrap();
        let found = render(view, &plan, &canvas(&plan, width, height), width, height).unwrap();
        let [(sy, cy), (sp, cp), (sr, cr)] =
            [view.yaw_deg, view.pitch_deg, view.roll_deg].map(|angle| angle.to_radians().sin_cos());
        let yaw = [[cy, 0.0, sy], [0.0, 1.0, 0.0], [-sy, 0.0, cy]];
        let pitch = [[1.0, 0.0, 0.0], [0.0, cp, sp], [0.0, -sp, cp]];
        let roll = [[cr, sr, 0.0], [-sr, cr, 0.0], [0.0, 0.0, 1.0]];
        let times = |m: &[[f64; 3]; 3], v: [f64; 3]| m.map(|row| row[0] * v[0] + row[1] * v[1] + row[2] * v[2]);
        let half = (view.fov_deg / 2.0).to_radians().tan();
        let mut worst = 0f64;
        for (i, pixel) in found.rgb.chunks(3).enumerate() {
            let (x, y) = (i as u32 % view.width, i as u32 / view.width);
            let (w, h) = (f64::from(view.width), f64::from(view.height));
            let across = ((f64::from(x) + 0.5) * 2.0 / w - 1.0) * half;
            let up = (1.0 - (f64::from(y) + 0.5) * 2.0 / h) * half * h / w;
            let expected = colour(times(&yaw, times(&pitch, times(&roll, [across, up, 1.0]))));
            for (found, expected) in pixel.iter().zip(expected) {
                worst = worst.max((f64::from(*found) - expected).abs());
            }
        }
        worst
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn every_pixel_shows_its_direction(
            angles in (-400.0f64..400.0, -90.0f64..=90.0, -180.0f64..=180.0),
            fov_deg in 10.0f64..=120.0,
            (width, height) in (200u32..320, 150u32..250),
            panorama in prop::sample::select(vec![512u32, 1000, 2048, 4096, 5376]),
        ) {
            let (yaw_deg, pitch_deg, roll_deg) = angles;
            let view = PerspectiveView { yaw_deg, pitch_deg, roll_deg, fov_deg, width, height };
            let worst = worst(&view, panorama, panorama / 2);
            prop_assert!(worst < 8.0, "{worst}");
        }
    }

    #[test]
    fn corners_of_the_sphere_show_their_direction() {
        for (yaw, pitch, fov) in
            [(180.0, 0.0, 90.0), (0.0, 90.0, 120.0), (77.0, -90.0, 60.0), (0.0, 0.0, 10.0), (180.0, 45.0, 120.0)]
        {
            let upright = view(yaw, pitch, fov);
            assert!(worst(&upright, 1024, 512) < 8.0, "{upright:?}");
            let upside_down = PerspectiveView { roll_deg: 180.0, ..upright };
            assert!(worst(&upside_down, 1024, 512) < 8.0, "{upside_down:?}");
        }
    }

    #[test]
    fn no_more_is_needed_than_is_seen() {
        // A quarter of the turn and a margin; the scale follows the size of pixels.
        let ahead = plan(&view(0.0, 0.0, 90.0), 896, 448).unwrap();
        assert_eq!((ahead.scale, ahead.reduced), (Scale::Full, (896, 448)));
        assert!((224..240).contains(&ahead.needed.width) && ahead.needed.height < 190);
        assert!(ahead.rectangles().eq([ahead.needed]));
        let large = plan(&view(0.0, 0.0, 90.0), 7168, 3584).unwrap();
        assert_eq!(large.scale, Scale::Eighth);
        assert_eq!(large.needed, ahead.needed);
        // Across the seam: two pieces.
        let behind = plan(&view(180.0, 0.0, 90.0), 896, 448).unwrap();
        let pieces: Vec<Rect> = behind.rectangles().collect();
        assert_eq!((pieces.len(), pieces[0].x + pieces[0].width, pieces[1].x), (2, 896, 0));
        // Whole rows at the poles, but not all of them.
        let up = plan(&view(0.0, 80.0, 60.0), 896, 448).unwrap();
        assert_eq!((up.needed.x, up.needed.y, up.needed.width), (0, 0, 896));
        assert!(up.needed.height < 200);
    }

    #[test]
    fn canvases_join_both_sides_of_the_seam() {
        let blocks = Coefficients::random((512, 256), Colours::YCbCr, &[(2, 2), (1, 1), (1, 1)], 3);
        let plan = plan(&view(180.0, 0.0, 60.0), 512, 256).unwrap();
        let canvas = plan.canvas(&blocks).unwrap();
        let needed = plan.needed;
        let one = |x: u32| rgb_scaled(&blocks, Rect { x, y: needed.y, width: 1, height: 1 }, plan.scale).unwrap().rgb;
        assert_eq!(canvas.rgb[..3], one(needed.x));
        let last = needed.width as usize * 3;
        assert_eq!(canvas.rgb[last - 3..last], one((needed.x + needed.width - 1) % 512));
        let wrong = Pixels { width: 1, height: 1, rgb: vec![0; 3] };
        assert!(render(&view(180.0, 0.0, 60.0), &plan, &wrong, 512, 256).is_err());
    }

    #[test]
    fn impossible_views_are_refused() {
        let good = view(0.0, 0.0, 60.0);
        for bad in [
            PerspectiveView { yaw_deg: f64::NAN, ..good },
            PerspectiveView { pitch_deg: f64::INFINITY, ..good },
            PerspectiveView { fov_deg: 9.9, ..good },
            PerspectiveView { fov_deg: 120.1, ..good },
            PerspectiveView { width: 15, ..good },
            PerspectiveView { height: 2049, ..good },
        ] {
            assert!(plan(&bad, 1024, 512).is_err(), "{bad:?}");
        }
        assert!(plan(&good, 0, 512).is_err());
        // Small and odd panoramas are fine.
        for size in [(1, 1), (3, 1), (7, 900), (65_500, 9)] {
            let plan = plan(&good, size.0, size.1).unwrap();
            let pixels = vec![50; (plan.needed.width * plan.needed.height * 3) as usize];
            let canvas = Pixels { width: plan.needed.width, height: plan.needed.height, rgb: pixels };
            let found = render(&good, &plan, &canvas, size.0, size.1).unwrap();
            assert!(found.rgb.iter().all(|&level| level.abs_diff(50) <= 1), "{size:?}");
        }
    }
}
