//! The reduced copy that is made while the data are walked: all smaller files come from it.

use crate::blocks::{Block, Grid};
use crate::cut::Patch;
use crate::head::Head;
use crate::header::Colours;
use crate::pixels::region::Scale;
use crate::pixels::scaled::{Scaled, scaled};
use crate::redact::SD_WIDTH;
use crate::stream::{Sink, Stream};

/// The picture at 1/2, 1/4 or 1/8 of its size, as stored: samples of each component, with padding to whole coded units.
pub(crate) struct Reduced {
    /// What it is at.
    pub scale: Scale,
    /// Per component: samples.
    pub planes: Vec<Grid<u8>>,
}

impl Reduced {
    /// The smallest reduction that is still fine enough for the scaled copy; a little less than its width is, for nobody
    /// sees a twentieth. None if only the full size is, or the colours have to be mixed at full size.
    pub(crate) fn scale_for(head: &Head) -> Option<Scale> {
        let longest = head.frame.width.max(head.frame.height);
        let enough = |scale: &Scale| scale.reduced(longest) >= SD_WIDTH - SD_WIDTH / 20;
        let plain = matches!(head.colours, Colours::Grey | Colours::YCbCr);
        if !plain {
            return None;
        }
        [Scale::Eighth, Scale::Quarter, Scale::Half].into_iter().find(enough)
    }

    /// Shows what the patch says.
    pub(crate) fn apply(&mut self, stream: &Stream, patch: &Patch<'_>) {
        match self.scale {
            Scale::Half => self.apply_at::<4>(stream, patch),
            Scale::Quarter => self.apply_at::<2>(stream, patch),
            _ => self.apply_at::<1>(stream, patch),
        }
    }

    fn apply_at<const N: usize>(&mut self, stream: &Stream, patch: &Patch<'_>) {
        let prepared: Vec<Scaled<N>> = stream.head.quantisation.iter().map(Scaled::new).collect();
        let (columns, _) = stream.units();
        for (unit, _) in patch.touched.iter().enumerate().filter(|(_, touched)| **touched) {
            for part in stream.decoder().layout() {
                let (h, v) = stream.decoder().factors(part.component);
                let (x, y) = (unit % columns * h + part.x, unit / columns * v + part.y);
                let plane = &mut self.planes[part.component];
                let block = (patch.block)(part.component, x, y);
                let stride = plane.width;
                scaled(&block, &prepared[part.component], &mut plane.cells[y * N * stride + x * N..], stride);
            }
        }
    }
}

/// Makes it.
pub(crate) struct Reducing<const N: usize> {
    prepared: Vec<Scaled<N>>,
    planes: Vec<Grid<u8>>,
}

impl<const N: usize> Reducing<N> {
    pub(crate) fn new(stream: &Stream) -> Reducing<N> {
        let planes = (0..stream.head.frame.components.len()).map(|index| {
            let (width, height) = stream.head.frame.padded_blocks(index);
            Grid::new(width as usize * N, height as usize * N, 0)
        });
        let prepared = stream.head.quantisation.iter().map(Scaled::new).collect();
        Reducing { prepared, planes: planes.collect() }
    }

    pub(crate) fn finish(self) -> Reduced {
        let scale = match N {
            4 => Scale::Half,
            2 => Scale::Quarter,
            _ => Scale::Eighth,
        };
        Reduced { scale, planes: self.planes }
    }
}

impl<const N: usize> Sink for Reducing<N> {
    // The last of the N · N lowest frequencies in zigzag order; at least one, for values are wanted.
    const LAST: usize = match N {
        4 => 24,
        2 => 4,
        _ => 1,
    };

    #[inline(always)]
    fn block(&mut self, component: usize, x: usize, y: usize, block: &Block, furthest: usize) {
        let plane = &mut self.planes[component];
        let stride = plane.width;
        let Some(out) = plane.cells.get_mut(y * N * stride + x * N..) else { return };
        if furthest == 0 {
            let sample = self.prepared[component].flat(block[0]);
            out.chunks_mut(stride).take(N).for_each(|line| line[..N].fill(sample));
        } else {
            scaled(block, &self.prepared[component], out, stride);
        }
    }
}
