//! HEIC: pictures coded as HEVC, decoded tile by tile into planes of bytes.
//!
//! The decoder's own assembly of tiles holds all of them at once, with four bytes for a sample: 50 megapixels would take
//! 600 MB. Here it is the planes and one tile.

use flaneur_jpeg::{Chroma, Limits, Plane, Planes};
use heic_decoder::{
    ColorInfo,
    bitreader::strip_emulation_prevention,
    decode_one_image,
    hevc::{
        ctu::Picture,
        nal::NAL_SPS,
        params::{Sps, parse_sps},
    },
    isobmff::{self, CleanAperture, ParsedHeif, ResolvedImage, Transform},
};

use crate::{
    ConvertError, Format, check_size,
    colour::Mapping,
    error::undecodable,
    planes::{Step, factors, plane},
};

const FORMAT: Format = Format::Heic;
/// Most tiles, as the reader of the container has it.
const MAX_TILES: usize = 4_096;
/// Bytes of a network abstraction layer unit's header (ITU-T H.265, 7.3.1.2).
const UNIT_HEADER: usize = 2;

/// Opacity is of full range, whatever its coded picture says (23008-12, 6.6.2.1).
const OPACITY: ColorInfo =
    ColorInfo { color_primaries: 2, transfer_characteristics: 2, matrix_coefficients: 2, full_range: true };

/// The picture, upright, with what is transparent laid on white; and its colour profile.
pub(crate) fn decode(file: &[u8], limits: &Limits) -> Result<(Planes, Option<Vec<u8>>), ConvertError> {
    let parsed = isobmff::parse(file).map_err(undecodable(FORMAT))?;
    let mut planes = upright(&parsed, parsed.metadata.color_info, limits)?;
    if let Some(alpha) = &parsed.alpha {
        let mask = upright(&alpha.image, Some(OPACITY), limits)?;
        let [mask, ..] = mask.planes.as_slice() else { return Err(odd("no opacity")) };
        if (mask.width, mask.height) != (planes.width as usize, planes.height as usize) {
            return Err(ConvertError::Unsupported(FORMAT, "transparency of another size"));
        }
        lay_on_white(&mut planes, mask, alpha.premultiplied);
    }
    Ok((planes, parsed.metadata.icc_profile))
}

fn odd(what: &'static str) -> ConvertError {
    ConvertError::Damaged(FORMAT, what)
}

/// An image, assembled and transformed. `colour` is what its container says; without it, its coded pictures are asked.
fn upright(image: &ParsedHeif, colour: Option<ColorInfo>, limits: &Limits) -> Result<Planes, ConvertError> {
    let mut planes = assemble(image, colour, limits)?;
    for transform in &image.transforms {
        match *transform {
            Transform::CleanAperture(aperture) => {
                planes = crop(&aperture, (planes.width as usize, planes.height as usize))?.apply(planes);
            }
            Transform::Rotate90Ccw(turns) => {
                for _ in 0..turns % 4 {
                    planes = Step::Turn.apply(planes);
                }
            }
            Transform::MirrorHorizontal => planes = Step::FlipAcross.apply(planes),
            Transform::MirrorVertical => planes = Step::FlipDown.apply(planes),
        }
    }
    Ok(planes)
}

/// What is shown of a picture (ISO/IEC 14496-12, 12.1.4): a size, and how far its centre is off the picture's.
fn crop(aperture: &CleanAperture, full: (usize, usize)) -> Result<Step, ConvertError> {
    let side = |full: usize, (size, of): (u32, u32), (offset, over): (i32, u32)| {
        let size = size.checked_div(of)? as usize;
        let spare = full.checked_sub(size)?;
        // Half of what is cut off, and the offset, rounded down to a whole pixel.
        let start = (spare as i64 * i64::from(over) + 2 * i64::from(offset)).checked_div(2 * i64::from(over))?;
        (size > 0 && start >= 0 && start as usize <= spare).then_some((start as usize, size))
    };
    let across = side(full.0, aperture.width, aperture.horizontal_offset);
    let down = side(full.1, aperture.height, aperture.vertical_offset);
    let (Some((left, width)), Some((top, height))) = (across, down) else {
        return Err(odd("its clean aperture lies outside of it"));
    };
    Ok(Step::Crop { left, top, width, height })
}

/// The tiles, one after another, or the only picture.
fn assemble(image: &ParsedHeif, colour: Option<ColorInfo>, limits: &Limits) -> Result<Planes, ConvertError> {
    let first = image.images.first().ok_or(odd("it holds no picture"))?;
    let (columns, rows) = image.grid.map_or((1, 1), |grid| (grid.columns as usize, grid.rows as usize));
    if image.images.len() != columns * rows || image.images.len() > MAX_TILES {
        return Err(odd("it has more or fewer tiles than it says"));
    }
    let tile = Window::of(&parameters(first)?, limits)?;
    let size = image.grid.map_or((tile.width, tile.height), |g| (g.output_width as usize, g.output_height as usize));
    check_size(FORMAT, (size.0 as u32, size.1 as u32), limits)?;
    let mut whole: Option<Canvas> = None;
    for (i, image_of_tile) in image.images.iter().enumerate() {
        // What it allocates is checked before it is decoded.
        Window::of(&parameters(image_of_tile)?, limits)?;
        let (sps, picture) = decode_one_image(image_of_tile).map_err(undecodable(FORMAT))?;
        let window = Window::of(&sps, limits)?;
        let mut canvas = match whole.take() {
            Some(canvas) => canvas,
            None => Canvas::new(size, &sps, colour)?,
        };
        if Canvas::kind(&sps) != canvas.kind {
            return Err(ConvertError::Unsupported(FORMAT, "tiles of different kinds"));
        }
        let at = (i % columns * tile.width, i / columns * tile.height);
        canvas.paint(&Tile::new(window, &sps, picture), at);
        whole = Some(canvas);
    }
    whole.map(|canvas| canvas.planes).ok_or(odd("it holds no picture"))
}

/// The sequence parameter set of a coded picture.
fn parameters(image: &ResolvedImage) -> Result<Sps, ConvertError> {
    let unit = image.hevc_config.nalus_of_type(NAL_SPS).next().ok_or(odd("it lacks parameters"))?;
    let payload = unit.get(UNIT_HEADER..).ok_or(odd("its parameters are short"))?;
    parse_sps(&strip_emulation_prevention(payload)).map_err(undecodable(FORMAT))
}

/// The part of a coded picture that is shown (ITU-T H.265, 7.4.3.2.1).
#[derive(Debug, Clone, Copy)]
struct Window {
    left: usize,
    top: usize,
    width: usize,
    height: usize,
}

impl Window {
    fn of(sps: &Sps, limits: &Limits) -> Result<Self, ConvertError> {
        let coded = (sps.pic_width_in_luma_samples, sps.pic_height_in_luma_samples);
        check_size(FORMAT, coded, limits)?;
        let [left, right, top, bottom] = sps.conformance_window;
        let side = |full: u32, a: u32, b: u32| full.checked_sub(a.checked_add(b)?).filter(|&side| side > 0);
        match (side(coded.0, left, right), side(coded.1, top, bottom)) {
            (Some(width), Some(height)) => {
                Ok(Self { left: left as usize, top: top as usize, width: width as usize, height: height as usize })
            }
            _ => Err(odd("it shows nothing of a picture")),
        }
    }
}

/// A decoded picture.
struct Tile {
    window: Window,
    /// Luma samples that a chroma sample stands for, across and down.
    sampling: (usize, usize),
    /// Samples in a row of luma, and of chroma.
    strides: (usize, usize),
    y: Vec<i32>,
    cb: Vec<i32>,
    cr: Vec<i32>,
}

impl Tile {
    fn new(window: Window, sps: &Sps, picture: Picture) -> Self {
        let sampling = match sps.chroma_format_idc {
            1 => (2, 2),
            2 => (2, 1),
            _ => (1, 1),
        };
        Self {
            window,
            sampling,
            strides: (picture.y.width, picture.cb.width),
            y: picture.y.into_samples(),
            cb: picture.cb.into_samples(),
            cr: picture.cr.into_samples(),
        }
    }

    /// Cb and Cr of a luma sample of the window. Black, beyond the planes, which never is asked for.
    #[inline]
    fn chroma(&self, x: usize, y: usize) -> (i32, i32) {
        let at = (self.window.top + y) / self.sampling.1 * self.strides.1 + (self.window.left + x) / self.sampling.0;
        (self.cb.get(at).copied().unwrap_or(0), self.cr.get(at).copied().unwrap_or(0))
    }
}

/// What tiles are painted on.
struct Canvas {
    mapping: Mapping,
    /// What all tiles have in common.
    kind: (u32, u32, u32),
    planes: Planes,
}

impl Canvas {
    /// How fine chroma is, and the bits of luma and chroma.
    fn kind(sps: &Sps) -> (u32, u32, u32) {
        (sps.chroma_format_idc, sps.bit_depth_luma, sps.bit_depth_chroma)
    }

    /// 4:2:2 becomes 4:2:0, which stays what it is when it is turned.
    fn new((width, height): (usize, usize), sps: &Sps, stated: Option<ColorInfo>) -> Result<Self, ConvertError> {
        let bits = (sps.bit_depth_luma, sps.bit_depth_chroma);
        let grey = sps.chroma_format_idc == 0;
        let mapping = Mapping::new(stated.or(sps.color_info), if grey { (bits.0, bits.0) } else { bits })
            .ok_or(ConvertError::Unsupported(FORMAT, "colours that are coded in an unusual way"))?;
        let chroma = if sps.chroma_format_idc == 3 { Chroma::Full } else { Chroma::Quarter };
        let (across, down) = factors(chroma);
        let mut planes = vec![plane(width, height)];
        if !grey {
            planes.extend([(); 2].map(|()| plane(width.div_ceil(across), height.div_ceil(down))));
        }
        let planes = Planes { width: width as u32, height: height as u32, planes, chroma };
        Ok(Self { mapping, kind: Self::kind(sps), planes })
    }

    /// Paints a tile whose top left corner is there; what of it lies outside is cut off.
    fn paint(&mut self, tile: &Tile, (left, top): (usize, usize)) {
        let (mapping, (across, down)) = (&self.mapping, factors(self.planes.chroma));
        let grey = self.planes.planes.len() == 1;
        let tints = mapping.tints() && !grey;
        let [luma, colours @ ..] = self.planes.planes.as_mut_slice() else { return };
        for (y, row) in rows(luma, (left, top), (tile.window.width, tile.window.height)) {
            let start = (tile.window.top + y) * tile.strides.0 + tile.window.left;
            let samples = tile.y.get(start..).unwrap_or_default();
            for (x, (to, &sample)) in row.iter_mut().zip(samples).enumerate() {
                *to = if tints {
                    let (cb, cr) = tile.chroma(x, y);
                    mapping.y(sample, cb, cr)
                } else {
                    mapping.grey(sample)
                };
            }
        }
        let [blue, red] = colours else { return };
        let at = (left / across, top / down);
        let size = (tile.window.width.div_ceil(across), tile.window.height.div_ceil(down));
        let below = down / tile.sampling.1.min(down) > 1;
        for ((y, blue), (_, red)) in rows(blue, at, size).zip(rows(red, at, size)) {
            for (x, (blue, red)) in blue.iter_mut().zip(red).enumerate() {
                let (mut cb, mut cr) = tile.chroma(x * across, y * down);
                if below && y * down + 1 < tile.window.height {
                    // Two rows of 4:2:2 become one.
                    let (cb_below, cr_below) = tile.chroma(x * across, y * down + 1);
                    (cb, cr) = ((cb + cb_below + 1) / 2, (cr + cr_below + 1) / 2);
                }
                [*blue, *red] = mapping.chroma(cb, cr);
            }
        }
    }
}

/// The rows of a part of a plane, from its top left corner on, numbered from 0; what lies outside is left out.
fn rows(
    plane: &mut Plane,
    (left, top): (usize, usize),
    (width, height): (usize, usize),
) -> impl Iterator<Item = (usize, &mut [u8])> {
    let (end, stride) = (plane.width.min(left.saturating_add(width)), plane.stride.max(1));
    let rows = plane.samples.chunks_exact_mut(stride).skip(top).take(height);
    rows.map(move |row| row.get_mut(left..end).unwrap_or_default()).enumerate()
}

/// Lays a picture on white, by its opacity (255: opaque).
fn lay_on_white(planes: &mut Planes, mask: &Plane, premultiplied: bool) {
    let (across, down) = factors(planes.chroma);
    for (i, plane) in planes.planes.iter_mut().enumerate() {
        let ((across, down), ground) = if i == 0 { ((1, 1), 255) } else { ((across, down), 128) };
        for y in 0..plane.height {
            for x in 0..plane.width {
                let alpha = i32::from(mask.samples[y * down * mask.stride + x * across]);
                let sample = &mut plane.samples[y * plane.stride + x];
                let value = i32::from(*sample);
                *sample = match (premultiplied, i) {
                    (false, _) => (value * alpha + ground * (255 - alpha) + 127) / 255,
                    (true, 0) => (value + ground - alpha).min(255),
                    (true, _) => value,
                } as u8;
            }
        }
    }
}
