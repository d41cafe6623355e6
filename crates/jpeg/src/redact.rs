//! The redacted picture, and the files that are served of it.

use crate::copies::{self, View};
use crate::cover::{Plan, Region};
use crate::cut::{CutError, Patch, cut, head_of_cut};
use crate::encode::Metadata;
use crate::error::{JpegError, VerifyError};
use crate::head::Head;
use crate::index::TileIndex;
use crate::likeness;
use crate::proof::prove;
use crate::reduced::Reduced;
use crate::removed::Removed;
use crate::source::{Source, walked};
use crate::stream::{Parsed, Stream, Walk};
use crate::tiles::TileGrid;
use crate::transcode;

/// JPEG quality of the scaled copy.
pub const SD_QUALITY: u8 = 80;
/// JPEG quality of thumbnails.
pub const THUMB_QUALITY: u8 = 75;
/// The longer side of the scaled copy, in pixels; smaller pictures keep their size.
pub const SD_WIDTH: u32 = 2048;

/// A picture with the plan of what is going to stand in the place of every touched coded unit. All files that are served are
/// made from this, and none of them can show what was there: the master is cut by the plan, and the samples of the copies are
/// those of the plan already.
pub struct Redacted {
    stream: Stream,
    walk: Walk,
    plan: Plan,
    /// What the master begins with, but for its metadata.
    head: Head,
    reduced: Option<Reduced>,
    orientation: u8,
    panorama: bool,
}

impl Redacted {
    pub(crate) fn new(source: Source, regions: &[Region]) -> Result<Redacted, JpegError> {
        let Source { mut stream, mut walk, mut reduced, orientation, panorama } = source;
        let Head { frame, quantisation, .. } = &stream.head;
        let plan = Plan::new(frame, quantisation, &walk.dc, regions, orientation, panorama);
        let block = |component, x, y| plan.block(component, x, y);
        let patch = Patch { touched: &plan.touched.cells, block: &block };
        let head = match head_of_cut(&stream, &patch) {
            Err(CutError::NoRoom) => {
                // Its Huffman tables are full: the same coefficients with other tables, once.
                stream = recoded(&stream, &walk)?;
                (walk, reduced) = walked(&stream)?;
                head_of_cut(&stream, &patch)
            }
            head => head,
        }?;
        if let Some(reduced) = &mut reduced {
            reduced.apply(&stream, &patch);
        }
        Ok(Redacted { stream, walk, plan, head, reduced, orientation, panorama })
    }

    /// Pixels per row and rows, upright.
    pub fn size(&self) -> (u32, u32) {
        let (width, height) = (self.stream.head.frame.width, self.stream.head.frame.height);
        if self.orientation >= 5 { (height, width) } else { (width, height) }
    }

    /// How many coded units are replaced.
    pub fn touched(&self) -> usize {
        self.plan.touched_count()
    }

    /// The numbers of the coded units that are replaced, row by row from the top left of the picture as it is stored.
    pub fn touched_units(&self) -> Vec<usize> {
        self.plan.touched.cells.iter().enumerate().filter_map(|(unit, touched)| touched.then_some(unit)).collect()
    }

    fn with_patch<T>(&self, what: impl FnOnce(&Patch<'_>) -> T) -> T {
        let block = |component, x, y| self.plan.block(component, x, y);
        what(&Patch { touched: &self.plan.touched.cells, block: &block })
    }

    /// The full picture as it is stored: whoever writes its EXIF keeps Orientation.
    pub fn master(&self, metadata: &Metadata) -> Result<Vec<u8>, JpegError> {
        let app = metadata.segments()?;
        Ok(self.with_patch(|patch| cut(&self.stream, &self.walk, patch, &self.head, &app))?)
    }

    /// What the cut takes out of the picture, in bytes that [`crate::restore`] reads. Never to be kept but encrypted.
    pub fn removed(&self) -> Result<Vec<u8>, JpegError> {
        Ok(Removed::new(&self.stream, &self.walk, &self.plan.touched.cells)?.to_bytes())
    }

    /// Passes only if `master` may be served: one picture, only the segments that we write and in the form that we write them,
    /// nothing behind the end marker, no beginning of another picture anywhere, every touched coded unit as planned and every
    /// other one as it was.
    pub fn prove(&self, master: &[u8]) -> Result<Proven, VerifyError> {
        let (stream, walk) = self.with_patch(|patch| prove(&self.stream, &self.walk, patch, &self.head, master))?;
        Ok(Proven { stream, walk, touched: self.plan.touched.cells.clone(), orientation: self.orientation })
    }

    /// At most [`SD_WIDTH`] pixels on the longer side, in proportion, upright.
    pub fn sd(&self, metadata: &Metadata) -> Result<Vec<u8>, JpegError> {
        self.copy(&self.sd_view(), SD_QUALITY, metadata)
    }

    /// Flat pictures: at most 500 pixels wide, in proportion. Panoramas: 500 x 300 pixels of the middle, as if the panorama
    /// were 2000 x 1000. Upright, no metadata but the colour profile.
    pub fn thumb(&self) -> Result<Vec<u8>, JpegError> {
        self.copy(&self.thumb_view(), THUMB_QUALITY, &Metadata::default())
    }

    /// Both copies at the cost of little more than one.
    pub fn copies(&self, metadata: &Metadata) -> Result<Copies, JpegError> {
        let canvas = copies::canvas(self)?;
        let icc = self.stream.head.icc.as_deref();
        let sd = canvas.encode(&self.sd_view(), SD_QUALITY, icc, metadata)?;
        let thumb = canvas.encode(&self.thumb_view(), THUMB_QUALITY, icc, &Metadata::default())?;
        Ok(Copies { sd, thumb })
    }

    fn copy(&self, view: &View, quality: u8, metadata: &Metadata) -> Result<Vec<u8>, JpegError> {
        copies::canvas(self)?.encode(view, quality, self.stream.head.icc.as_deref(), metadata)
    }

    /// Pixels per row and rows of the scaled copy.
    pub fn sd_size(&self) -> (u32, u32) {
        let view = self.sd_view();
        (view.width, view.height)
    }

    fn sd_view(&self) -> View {
        copies::sd_view(self.size(), self.reduced.as_ref().map(|reduced| reduced.scale))
    }

    fn thumb_view(&self) -> View {
        copies::thumb_view(self.size(), self.panorama)
    }

    /// Passes only if a scaled copy is a file of ours and shows what the proven master shows.
    pub fn check_sd(&self, proven: &Proven, sd: &[u8]) -> Result<(), VerifyError> {
        likeness::check(sd, &self.sd_view(), &proven.shown())
    }

    /// The same for a thumbnail.
    pub fn check_thumb(&self, proven: &Proven, thumb: &[u8]) -> Result<(), VerifyError> {
        likeness::check(thumb, &self.thumb_view(), &proven.shown())
    }

    pub(crate) fn parts(&self) -> (&Stream, &Walk, Option<&Reduced>, u8) {
        (&self.stream, &self.walk, self.reduced.as_ref(), self.orientation)
    }

    /// The blocks of a coded unit as the master holds them.
    pub(crate) fn unit(&self, unit: usize, blocks: &mut [crate::blocks::Block]) -> Result<(), JpegError> {
        if !self.plan.touched.cells[unit] {
            return self.walk.unit(&self.stream, unit, blocks);
        }
        self.with_patch(|patch| patch.unit(&self.stream, unit, blocks));
        Ok(())
    }
}

/// The scaled copy and the thumbnail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copies {
    /// See [`Redacted::sd`].
    pub sd: Vec<u8>,
    /// See [`Redacted::thumb`].
    pub thumb: Vec<u8>,
}

/// A master that was read back and found as planned.
pub struct Proven {
    stream: Stream,
    walk: Walk,
    touched: Vec<bool>,
    orientation: u8,
}

impl Proven {
    /// Where the parts of a panorama lie in the master.
    pub fn tile_index(&self) -> TileIndex {
        let frame = &self.stream.head.frame;
        TileIndex::new(&self.stream, &self.walk, TileGrid::for_panorama(frame.width, frame.height))
    }

    fn shown(&self) -> likeness::Shown<'_> {
        likeness::Shown {
            stream: &self.stream,
            walk: &self.walk,
            touched: &self.touched,
            orientation: self.orientation,
        }
    }
}

/// The same coefficients, with Huffman tables that have a code for everything.
fn recoded(stream: &Stream, walk: &Walk) -> Result<Stream, JpegError> {
    let head = &stream.head;
    let mut coefficients = transcode::coefficients::Coefficients::new(&head.frame);
    let (columns, rows) = stream.units();
    let mut blocks = vec![[0; 64]; stream.decoder().layout().len()];
    for unit in 0..columns * rows {
        walk.unit(stream, unit, &mut blocks)?;
        for (part, block) in stream.decoder().layout().iter().zip(&blocks) {
            let (h, v) = stream.decoder().factors(part.component);
            let grid = &mut coefficients.components[part.component];
            let (x, y) = (unit % columns * h + part.x, unit / columns * v + part.y);
            grid.cells[y * grid.width + x] = *block;
        }
    }
    let file = transcode::emit::emit(&head.frame, head.colours, &head.quantisation, &coefficients)?;
    let limits = crate::Limits { max_pixels: u64::MAX, max_side: u32::from(u16::MAX) };
    match Stream::parse(&file, &limits)? {
        Parsed::Stream(mut stream) => {
            stream.head.icc.clone_from(&head.icc);
            Ok(*stream)
        }
        Parsed::OtherCoding => Err(JpegError::UnsupportedProcess("an unknown coding")),
    }
}
