//! What decoding a picture takes, so that it can be given no more.

/// Memory and time that [`convert`](crate::convert) may take, from the size that a file's header states. A file that lies
/// about its size runs into them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needs {
    /// Bytes of memory, beyond what the process has when it begins.
    pub memory: u64,
    /// Seconds of processor time.
    pub seconds: u64,
}

/// What the allocator keeps, stacks and small tables, bytes.
const BASE: u64 = 48 << 20;
/// Planes of Y, Cb and Cr, once as they are made and once as they are turned; the JPEG, seldom half a byte for a pixel.
const PLANES: u64 = 4;
/// Pixels decoded in a second at the least: a tenth of what one core of a small server does.
const PACE: u64 = 1_000_000;

impl Needs {
    /// Needs of a picture of `pixels`, in a file of `bytes`, whose decoder holds `decoder` bytes beside the picture.
    pub(crate) fn new(pixels: u64, bytes: usize, decoder: u64) -> Self {
        // The file is there once as it came, and parts of it once more as they are unpacked.
        let file = 3 * bytes as u64;
        Self { memory: BASE + file + PLANES * pixels + decoder, seconds: 10 + pixels / PACE }
    }
}
