//! What can be wrong with a picture, by meaning. The sentences are shown to contributors.

/// Why a JPEG file can't be taken, or a copy of it can't be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JpegError {
    /// The first bytes are not the JPEG start marker.
    #[error("the file is not a JPEG picture; send photos as .jpg files")]
    NotJpeg,
    /// The data stops before the end-of-image marker.
    #[error("the file is truncated: the picture data ends before its end marker; copy it again from the camera")]
    Truncated,
    /// Some part breaks the JPEG standard.
    #[error("the file is damaged: {0}; copy it again from the camera")]
    Damaged(&'static str),
    /// Decoders in use would show different pictures.
    #[error("the file can be read in more than one way: {0}; open it in a photo program and save it again as JPEG")]
    Ambiguous(&'static str),
    /// Width or height is zero, or given after the picture data only.
    #[error("the file states no width or height; copy it again from the camera")]
    Empty,
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
    /// Less data than the stated size needs at the very least.
    #[error(
        "the file states {width} x {height} pixels but holds far too little data for them; copy it again from the camera"
    )]
    TooLittleData {
        /// Pixels per row.
        width: u32,
        /// Rows.
        height: u32,
    },
    /// A coding process that cameras don't use.
    #[error("the file uses {0}; save it again as a baseline or progressive JPEG")]
    UnsupportedProcess(&'static str),
    /// Samples of other than 8 bits.
    #[error("the file has {0} bits per sample; save it again with 8 bits")]
    UnsupportedPrecision(u8),
    /// Neither grey nor three colours: CMYK, for example.
    #[error("the file has {0} colour components (CMYK has 4); save it again in RGB")]
    UnsupportedColours(u8),
    /// Sampling factors that decoders treat differently.
    #[error("the file uses an unusual chroma subsampling; save it again with 4:4:4, 4:2:2 or 4:2:0")]
    UnsupportedSampling,
    /// The part before the picture data exceeds the bound.
    #[error(
        "the metadata before the picture data exceeds {max_bytes} bytes; remove embedded previews or depth maps and send it again"
    )]
    HeaderTooLong {
        /// The bound.
        max_bytes: usize,
    },
    /// Far more segments than any camera writes.
    #[error("the file has more than {max} segments; open it in a photo program and save it again as JPEG")]
    TooManySegments {
        /// The bound.
        max: usize,
    },
    /// Far more scans than any encoder writes.
    #[error("the file has more than {max} scans; save it again as a baseline JPEG")]
    TooManyScans {
        /// The bound.
        max: usize,
    },
    /// Metadata to be written doesn't fit into one segment.
    #[error("the {what} metadata has {bytes} bytes, {max_bytes} fit into a JPEG segment")]
    MetadataTooLong {
        /// `EXIF` or `XMP`.
        what: &'static str,
        /// Its length.
        bytes: usize,
        /// What fits.
        max_bytes: usize,
    },
    /// Metadata to be written contains the beginning of a JPEG file.
    #[error("the {what} metadata contains an embedded picture")]
    MetadataEmbedsPicture {
        /// `EXIF` or `XMP`.
        what: &'static str,
    },
    /// Tiles were asked for a grid that doesn't fit the picture.
    #[error("the tile grid does not fit a picture of {width} x {height} pixels")]
    GridMismatch {
        /// Pixels per row of the picture.
        width: u32,
        /// Rows of the picture.
        height: u32,
    },
    /// A view of a panorama needs more of it than is decoded at once.
    #[error("the view needs too large a part of the picture")]
    ViewTooLarge,
    /// The index of tiles is not one, or not the picture's.
    #[error("the tile index is damaged: {0}")]
    TileIndex(&'static str),
    /// The decoder refuses what our own check accepted.
    #[error("the picture data cannot be decoded: {0}; open it in a photo program and save it again as JPEG")]
    Decoder(String),
    /// Scaling or encoding failed.
    #[error("the copy could not be made: {0}")]
    Encoder(String),
}

/// Why bytes that were going to be served must not be.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum VerifyError {
    /// It is not a JPEG file in the strict sense.
    #[error("unreadable: {0}")]
    Unreadable(#[from] JpegError),
    /// A segment that is not on the allow-list, or not in the form we write.
    #[error("segment {marker:#04x} at byte {offset} is not on the allow-list")]
    ForeignSegment {
        /// Second byte of the marker.
        marker: u8,
        /// Where it begins.
        offset: u64,
    },
    /// Bytes behind the end marker.
    #[error("{0} bytes follow the end marker")]
    TrailingBytes(u64),
    /// The beginning of another JPEG file somewhere inside.
    #[error("another picture begins at byte {0}")]
    SecondPicture(u64),
    /// Other dimensions than planned.
    #[error("{width} x {height} pixels instead of {expected_width} x {expected_height}")]
    WrongSize {
        /// Found pixels per row.
        width: u32,
        /// Found rows.
        height: u32,
        /// Planned pixels per row.
        expected_width: u32,
        /// Planned rows.
        expected_height: u32,
    },
    /// A coded unit does not hold what was planned for it.
    #[error("the region at {x},{y} is not redacted as planned")]
    NotRedacted {
        /// Leftmost column of the unit, in pixels as stored.
        x: u32,
        /// Topmost row of it.
        y: u32,
    },
    /// A coded unit outside of all regions is not what it was.
    #[error("the picture at {x},{y} was altered where nothing was to be redacted")]
    Altered {
        /// Leftmost column of the unit, in pixels as stored.
        x: u32,
        /// Topmost row of it.
        y: u32,
    },
    /// A scaled copy shows something else than the master.
    #[error("the copy at {x},{y} is off by {difference:.1} levels from the picture it is of, {allowed:.1} are allowed")]
    NotACopy {
        /// Leftmost column of the differing part, in pixels of the copy.
        x: u32,
        /// Topmost row of it.
        y: u32,
        /// Difference of a mean, 0-255.
        difference: f32,
        /// What the codec can account for.
        allowed: f32,
    },
}
