//! libjpeg in this process: reads coefficients and pixels, and writes coefficients.
//!
//! The C side is shared with `crates/test-jpeg`, which asks it from a process of its own.
#![expect(unsafe_code, reason = "libjpeg is a C library")]

use std::ffi::{c_char, c_int, c_long};
use std::{ptr, slice};

use crate::units::Block;

/// Bytes of a sentence on what is wrong.
const WHY: usize = 201;

/// One component, with the blocks of whole MCUs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// Horizontal and vertical sampling factor; 1 and 1 in a picture of one component.
    pub sampling: (u32, u32),
    /// Blocks per row, and rows of blocks, with padding.
    pub size: (usize, usize),
    /// The same without padding: blocks that show a part of the picture.
    pub own_size: (usize, usize),
    /// Steps, row by row (not in zigzag order).
    pub quantisation: [u16; 64],
    /// Quantised coefficients, row by row in each block.
    pub blocks: Vec<Block>,
}

/// A picture as libjpeg reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Pixels per row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// MCUs per row.
    pub mcus_across: usize,
    /// Whether the blocks of padding are part of what is stored: in one interleaved sequential scan with Huffman codes.
    pub has_padding: bool,
    /// What libjpeg found wrong, and read over.
    pub warnings: u64,
    /// One, three or four.
    pub components: Vec<Component>,
}

/// Pixels as libjpeg shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rgb {
    /// Pixels per row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// What libjpeg found wrong, and read over.
    pub warnings: u64,
    /// `width * height * 3` bytes.
    pub pixels: Vec<u8>,
}

/// A scan of a file that has several.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
pub struct Scan {
    /// How many components are in it.
    pub count: c_int,
    /// Which.
    pub components: [c_int; 4],
    /// The first coefficient in zigzag order.
    pub first: c_int,
    /// The last one.
    pub last: c_int,
    /// Bit position of the scan before, 0 if there is none.
    pub high: c_int,
    /// Bit position of this one.
    pub low: c_int,
}

/// A Huffman table as DHT holds it; without any symbols, the standard's.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Codes {
    /// How many codes there are of 1 to 16 bits.
    pub counts: [u8; 16],
    /// What they stand for, the shortest first.
    pub symbols: [u8; 256],
}

impl Codes {
    /// The standard's.
    pub const STANDARD: Codes = Codes { counts: [0; 16], symbols: [0; 256] };
}

/// Most scans of a [`Coding`].
pub const MAX_SCANS: usize = 40;

/// How coefficients are to be written.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Coding {
    /// 1 grey, 2 RGB, 3 `YCbCr`, 4 CMYK, 5 YCCK.
    pub colours: c_int,
    /// Arithmetic coding.
    pub arithmetic: c_int,
    /// Huffman tables with codes for what is there only.
    pub optimised: c_int,
    /// MCUs from one restart marker to the next, or 0.
    pub interval: c_int,
    /// How many of `scans` there are; 0 for one with all components.
    pub scan_count: c_int,
    /// The scans.
    pub scans: [Scan; MAX_SCANS],
    /// Tables of DC differences for the first component, and for the others.
    pub dc: [Codes; 2],
    /// The same for all other coefficients.
    pub ac: [Codes; 2],
}

impl Coding {
    /// One sequential scan with the standard's tables.
    pub fn baseline(colours: c_int) -> Coding {
        Coding {
            colours,
            arithmetic: 0,
            optimised: 0,
            interval: 0,
            scan_count: 0,
            scans: [Scan::default(); MAX_SCANS],
            dc: [Codes::STANDARD; 2],
            ac: [Codes::STANDARD; 2],
        }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
struct RawComponent {
    horizontal: c_int,
    vertical: c_int,
    across: u32,
    down: u32,
    real_across: u32,
    real_down: u32,
    quantisation: [u16; 64],
    blocks: *mut Block,
}

#[repr(C)]
struct RawPicture {
    width: u32,
    height: u32,
    mcus_across: u32,
    mcus_down: u32,
    count: c_int,
    progressive: c_int,
    arithmetic: c_int,
    interleaved: c_int,
    warnings: c_long,
    components: [RawComponent; 4],
}

const NO_COMPONENT: RawComponent = RawComponent {
    horizontal: 0,
    vertical: 0,
    across: 0,
    down: 0,
    real_across: 0,
    real_down: 0,
    quantisation: [0; 64],
    blocks: ptr::null_mut(),
};

const NO_PICTURE: RawPicture = RawPicture {
    width: 0,
    height: 0,
    mcus_across: 0,
    mcus_down: 0,
    count: 0,
    progressive: 0,
    arithmetic: 0,
    interleaved: 0,
    warnings: 0,
    components: [NO_COMPONENT; 4],
};

unsafe extern "C" {
    fn read_coefficients(bytes: *const u8, length: usize, picture: *mut RawPicture, why: *mut c_char) -> c_int;
    fn free_picture(picture: *mut RawPicture);
    fn read_rgb(
        bytes: *const u8,
        length: usize,
        width: *mut u32,
        height: *mut u32,
        rgb: *mut *mut u8,
        warnings: *mut c_long,
        why: *mut c_char,
    ) -> c_int;
    fn write_coefficients(picture: *const RawPicture, coding: *const Coding, out: *mut u8, room: usize) -> usize;
    fn free(memory: *mut u8);
}

fn sentence(why: &[u8; WHY]) -> String {
    String::from_utf8_lossy(why.split(|&byte| byte == 0).next().unwrap_or_default()).into_owned()
}

/// Reads the coefficients of a file, or gives what libjpeg complains of.
pub fn read(file: &[u8]) -> Result<Picture, String> {
    let (mut raw, mut why) = (NO_PICTURE, [0u8; WHY]);
    // SAFETY: `file` holds `len` bytes, `raw` is a picture of the C side's layout, and `why` has room for its sentence.
    let found = unsafe { read_coefficients(file.as_ptr(), file.len(), &raw mut raw, why.as_mut_ptr().cast()) };
    if found == 0 {
        return Err(sentence(&why));
    }
    let components = raw.components.iter().take(raw.count as usize).map(|from| {
        let size = (from.across as usize, from.down as usize);
        // SAFETY: the C side gives `across * down` blocks of 64 coefficients.
        let blocks = unsafe { slice::from_raw_parts(from.blocks, size.0 * size.1) }.to_vec();
        Component {
            sampling: (from.horizontal as u32, from.vertical as u32),
            size,
            own_size: (from.real_across as usize, from.real_down as usize),
            quantisation: from.quantisation,
            blocks,
        }
    });
    let picture = Picture {
        width: raw.width,
        height: raw.height,
        mcus_across: raw.mcus_across as usize,
        has_padding: raw.progressive == 0 && raw.arithmetic == 0 && raw.interleaved == 1,
        warnings: raw.warnings as u64,
        components: components.collect(),
    };
    // SAFETY: the C side made it, and nothing of it is used any more.
    unsafe { free_picture(&raw mut raw) };
    Ok(picture)
}

/// Decodes a file with the exact integer transform and smooth chroma, or gives what libjpeg complains of.
pub fn rgb(file: &[u8]) -> Result<Rgb, String> {
    let (mut width, mut height, mut warnings, mut why) = (0, 0, 0, [0u8; WHY]);
    let mut pixels = ptr::null_mut();
    // SAFETY: `file` holds `len` bytes, and every other pointer is to a variable of its type.
    let found = unsafe {
        read_rgb(
            file.as_ptr(),
            file.len(),
            &raw mut width,
            &raw mut height,
            &raw mut pixels,
            &raw mut warnings,
            why.as_mut_ptr().cast(),
        )
    };
    if found == 0 {
        return Err(sentence(&why));
    }
    // SAFETY: the C side gives three bytes for each pixel.
    let copied = unsafe { slice::from_raw_parts(pixels, width as usize * height as usize * 3) }.to_vec();
    // SAFETY: it was allocated by malloc, and is not used any more.
    unsafe { free(pixels) };
    Ok(Rgb { width, height, warnings: warnings as u64, pixels: copied })
}

/// Writes a picture of at most `room` bytes, or nothing if libjpeg refuses to, or it does not fit.
///
/// # Panics
/// If a component has not as many blocks as it says.
pub fn write(picture: &Picture, coding: &Coding, room: usize) -> Option<Vec<u8>> {
    let mut raw = RawPicture { count: picture.components.len() as c_int, ..NO_PICTURE };
    (raw.width, raw.height) = (picture.width, picture.height);
    for (to, from) in raw.components.iter_mut().zip(&picture.components) {
        assert_eq!(from.blocks.len(), from.size.0 * from.size.1);
        (to.horizontal, to.vertical) = (from.sampling.0 as c_int, from.sampling.1 as c_int);
        (to.across, to.down) = (from.size.0 as u32, from.size.1 as u32);
        to.quantisation = from.quantisation;
        to.blocks = from.blocks.as_ptr().cast_mut();
    }
    let mut out = vec![0; room];
    // SAFETY: the C side reads `across * down` blocks of each component, which are there, and writes to none of them; there is
    // as much room as it is told.
    let length = unsafe { write_coefficients(&raw const raw, coding, out.as_mut_ptr(), room) };
    out.truncate(length);
    (length > 0).then_some(out)
}
