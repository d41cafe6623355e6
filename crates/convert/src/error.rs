//! What can be wrong with a file that is no JPEG. The sentences are shown to contributors.

use std::fmt::Display;

use crate::Format;

/// Why a file can't be taken, or can't be made a JPEG.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConvertError {
    /// The first bytes are those of no format that is read here.
    #[error("the file is no HEIC, PNG or WebP picture")]
    Unknown,
    /// The data stops before the end that the file itself states.
    #[error("the {0} file is truncated; copy it again from the camera")]
    Truncated(Format),
    /// Some part breaks the format's rules.
    #[error("the {0} file is damaged: {1}; copy it again from the camera, or send it as JPEG")]
    Damaged(Format, &'static str),
    /// A part of the format that is not read.
    #[error("the {0} file holds {1}, which is not taken; send it as JPEG")]
    Unsupported(Format, &'static str),
    /// Width or height is zero.
    #[error("the {0} file states no width or height; copy it again from the camera")]
    Empty(Format),
    /// More pixels than allowed.
    #[error(
        "the picture has {width} x {height} pixels; at most {max_pixels} pixels and {max_side} per side are taken; send a smaller copy"
    )]
    TooLarge {
        /// Pixels per row.
        width: u32,
        /// Rows.
        height: u32,
        /// The limit on width times height.
        max_pixels: u64,
        /// The limit on width and on height.
        max_side: u32,
    },
    /// The pixels are not as many as the header says.
    #[error("the {format} file states {stated:?} pixels but holds {found:?}; send it as JPEG")]
    SizesDiffer {
        /// The file's format.
        format: Format,
        /// Width and height that its header says.
        stated: (u32, u32),
        /// Width and height that were found.
        found: (u32, u32),
    },
    /// A decoder gave up.
    #[error("the {0} file could not be decoded: {1}; send it as JPEG")]
    Undecodable(Format, String),
    /// No JPEG could be made of the pixels.
    #[error("no JPEG could be made of the {0} file: {1}; send it as JPEG")]
    Unencodable(Format, String),
}

/// What a decoder's error becomes.
pub(crate) fn undecodable<E: Display>(format: Format) -> impl Fn(E) -> ConvertError {
    move |error| ConvertError::Undecodable(format, error.to_string())
}

/// What an encoder's error becomes.
pub(crate) fn unencodable<E: Display>(format: Format) -> impl Fn(E) -> ConvertError {
    move |error| ConvertError::Unencodable(format, error.to_string())
}
