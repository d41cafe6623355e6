//! HEIC, PNG and WebP: what such a file says of itself, and the JPEG that is made of it.
//!
//! 1. [`sniff`] tells the format by the first bytes, never by a name.
//! 2. [`inspect`] reads size and metadata out of the container, without decoding a pixel. It is cheap whatever the file
//!    says, follows each pointer once, and finds a file that was cut off.
//! 3. [`convert`] decodes the picture and encodes it as baseline JPEG. Its memory and time follow from the size that
//!    [`inspect`] tells ([`Needs`]), but decoders are large and read what strangers wrote: run it in a process of its own,
//!    under limits, as the `flaneur convert` command does.
//!
//! What comes out of [`convert`] is bare but for a colour profile: position, time and all else are told by
//! [`Header::geotag`]. Pixels of a HEIC are turned as its container says (`irot`, `imir`, `clap`), and its EXIF
//! orientation is then of no meaning (ISO/IEC 23008-12, 6.5.10; [`Header::upright`]). Those of PNG and WebP stay as they are
//! stored, and the EXIF orientation says how they are to be turned, as in a JPEG.
#![forbid(unsafe_code)]

mod bytes;
mod colour;
mod error;
mod heic;
mod heif;
mod needs;
mod planes;
mod png_file;
mod rows;
mod webp_file;

use std::fmt;

use flaneur_geotag::{Blocks, Geotag, ImageSize};

pub use error::ConvertError;
pub use flaneur_jpeg::{Extra, Limits};
pub use needs::Needs;

/// Bytes that [`sniff`] needs to tell.
pub const SNIFFED: usize = 12;
/// Quality of the JPEG, as libjpeg counts: differences are below what the eye sees, and the file grows by half at most.
pub const QUALITY: u8 = 93;

/// How a process ends that was asked to convert a file and could not, for the file's sake; the reason is then on its
/// standard error. `EX_DATAERR` of `sysexits.h`.
pub const REFUSED: u8 = 65;

/// Most blocks of metadata of a kind; real files have one.
const MAX_BLOCKS: usize = 4;
/// Longest block of metadata that is read, bytes. A JPEG's has 64 KiB at most.
const MAX_BLOCK: usize = 1 << 20;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JPEG (ITU-T T.81), which is not read here.
    Jpeg,
    /// HEIF with HEVC pictures (ISO/IEC 23008-12), as phones write it. Others of the family, AVIF among them, are told from
    /// it by [`inspect`] only.
    Heic,
    /// PNG (ISO/IEC 15948).
    Png,
    /// WebP (RFC 9649).
    WebP,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Jpeg => "JPEG",
            Self::Heic => "HEIC",
            Self::Png => "PNG",
            Self::WebP => "WebP",
        })
    }
}

/// Major brands of files of still pictures in ISO/IEC 14496-12 boxes. Films have others.
const BRANDS: [&[u8; 4]; 13] = [
    b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"mif2", b"msf1", b"avif", b"avis",
];

/// What a file is that begins with these bytes. `None` for anything else, and for fewer bytes than tell.
pub fn sniff(start: &[u8]) -> Option<Format> {
    let at = |from: usize, to: usize| start.get(from..to).unwrap_or_default();
    if start.starts_with(&[0xFF, 0xD8]) {
        Some(Format::Jpeg)
    } else if start.starts_with(png_file::SIGNATURE) {
        Some(Format::Png)
    } else if start.starts_with(b"RIFF") && at(8, 12) == b"WEBP" {
        Some(Format::WebP)
    } else if at(4, 8) == b"ftyp" && BRANDS.iter().any(|brand| at(8, 12) == *brand) {
        Some(Format::Heic)
    } else {
        None
    }
}

/// What a file says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Its format.
    pub format: Format,
    /// Pixels per row of the JPEG that [`convert`] makes of it.
    pub width: u32,
    /// Rows of that.
    pub height: u32,
    /// Whether these are upright whatever EXIF says.
    pub upright: bool,
    /// EXIF blocks, at most four, as they lie in the file.
    pub exif: Vec<Vec<u8>>,
    /// XMP packets, at most four.
    pub xmp: Vec<Vec<u8>>,
    /// What decoding it takes.
    pub needs: Needs,
    /// What is in the file beside the picture, and is therefore dropped.
    pub extras: Vec<Extra>,
}

impl Header {
    /// Where, when and in which direction the picture was taken. Its orientation is that of what [`convert`] makes.
    pub fn geotag(&self) -> Geotag {
        let exif: Vec<&[u8]> = self.exif.iter().map(Vec::as_slice).collect();
        let xmp: Vec<&[u8]> = self.xmp.iter().map(Vec::as_slice).collect();
        let size = Some(ImageSize { width: self.width, height: self.height });
        flaneur_geotag::read_blocks(&Blocks { exif: &exif, xmp: &xmp, size, upright: self.upright })
    }
}

/// Reads what `file`, a whole one, says of itself. The cost is at most some passes over the file, whatever it says.
pub fn inspect(file: &[u8], limits: &Limits) -> Result<Header, ConvertError> {
    match sniff(file) {
        Some(Format::Heic) => heif::inspect(file, limits),
        Some(Format::Png) => png_file::inspect(file, limits),
        Some(Format::WebP) => webp_file::inspect(file, limits),
        Some(Format::Jpeg) | None => Err(ConvertError::Unknown),
    }
}

/// Makes a JPEG of `file`: baseline, 4:2:0 where the file has no finer chroma than that to keep, of quality [`QUALITY`],
/// with the file's colour profile if it is one of those that are taken over from JPEG files, too
/// ([`flaneur_jpeg::icc`]). What is transparent is laid on white.
pub fn convert(file: &[u8], limits: &Limits) -> Result<Vec<u8>, ConvertError> {
    let header = inspect(file, limits)?;
    let format = header.format;
    let (planes, profile) = match format {
        Format::Png => png_file::decode(file, &header)?,
        Format::WebP => webp_file::decode(file, &header)?,
        Format::Heic => heic::decode(file, limits)?,
        Format::Jpeg => return Err(ConvertError::Unknown),
    };
    let found = (planes.width, planes.height);
    if found != (header.width, header.height) {
        return Err(ConvertError::SizesDiffer { format, stated: (header.width, header.height), found });
    }
    let profile = profile.and_then(|bytes| flaneur_jpeg::icc::Profile::parse(&bytes));
    flaneur_jpeg::encode_planes_in(&planes, QUALITY, profile.as_ref())
        .map_err(|error| ConvertError::Unencodable(format, error.to_string()))
}

/// Holds a size against the limits.
fn check_size(format: Format, (width, height): (u32, u32), limits: &Limits) -> Result<(), ConvertError> {
    if width == 0 || height == 0 {
        return Err(ConvertError::Empty(format));
    }
    let &Limits { max_pixels, max_side } = limits;
    if width > max_side || height > max_side || u64::from(width) * u64::from(height) > max_pixels {
        return Err(ConvertError::TooLarge { width, height, max_pixels, max_side });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_their_first_bytes() {
        for (start, format) in [
            (&b"\xFF\xD8\xFF\xE1"[..], Some(Format::Jpeg)),
            (b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR", Some(Format::Png)),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Some(Format::WebP)),
            (b"RIFF\x10\0\0\0WAVEfmt ", None),
            (b"\0\0\0\x18ftypheic\0\0\0\0", Some(Format::Heic)),
            (b"\0\0\0\x18ftypmif1\0\0\0\0", Some(Format::Heic)),
            (b"\0\0\0\x18ftypisom\0\0\0\0", None),
            (b"GIF89a", None),
            (b"", None),
        ] {
            assert_eq!(sniff(start), format);
        }
    }

    #[test]
    fn nothing_else_is_read() {
        let limits = Limits::default();
        for file in [&b""[..], b"\xFF\xD8\xFF", b"GIF89a", &[0; 64]] {
            assert_eq!(inspect(file, &limits), Err(ConvertError::Unknown));
            assert_eq!(convert(file, &limits), Err(ConvertError::Unknown));
        }
    }
}
