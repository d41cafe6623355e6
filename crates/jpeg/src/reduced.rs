//! The reduced copy that is made while the data are walked: all smaller files come from it.

use crate::blocks::Grid;
use crate::codes::{Cells, Order};
use crate::cut::Patch;
use crate::head::Head;
use crate::header::Colours;
use crate::pixels::region::Scale;
use crate::pixels::scaled::{Scaled, last, lowest, place, scaled};
use crate::redact::SD_WIDTH;
use crate::stream::{Sink, Stream, UnitBlock, Walk};

/// The picture at 1/2, 1/4 or 1/8 of its size, as stored: samples of each component, with padding to whole coded units.
#[derive(Clone)]
pub(crate) struct Reduced {
    /// What it is at.
    pub scale: Scale,
    /// Per component: samples.
    pub planes: Vec<Grid<u8>>,
}

impl Reduced {
    /// The smallest reduction that is still fine enough for the scaled copy; a little less than its width is, for nobody
    /// sees a sixteenth, and pictures of 3840 pixels per row are many. None if only the full size is, or the colours have to be mixed at full size.
    pub(crate) fn scale_for(head: &Head) -> Option<Scale> {
        let longest = head.frame.width.max(head.frame.height);
        let enough = |scale: &Scale| scale.reduced(longest) >= SD_WIDTH - SD_WIDTH / 16;
        let plain = matches!(head.colours, Colours::Grey | Colours::YCbCr);
        if !plain {
            return None;
        }
        [Scale::Eighth, Scale::Quarter, Scale::Half].into_iter().find(enough)
    }

    /// The copy at an eighth: the DC values.
    pub(crate) fn of_means(stream: &Stream, walk: &Walk) -> Reduced {
        let planes = walk.dc.iter().zip(&stream.head.quantisation).map(|(grid, quantisation)| {
            let prepared = Scaled::<1>::new(quantisation);
            let cells = grid.cells.iter().map(|&dc| prepared.flat(dc)).collect();
            Grid { width: grid.width, height: grid.height, cells }
        });
        Reduced { scale: Scale::Eighth, planes: planes.collect() }
    }

    /// The copy at half the size of this one.
    pub(crate) fn halved(&self) -> Option<Reduced> {
        let scale = match self.scale {
            Scale::Full => Scale::Half,
            Scale::Half => Scale::Quarter,
            Scale::Quarter => Scale::Eighth,
            Scale::Eighth => return None,
        };
        let planes = self.planes.iter().map(|plane| {
            let pairs = plane.cells.chunks_exact(plane.width * 2).flat_map(|rows| {
                let (upper, lower) = rows.split_at(plane.width);
                let columns = upper.as_chunks::<2>().0.iter().zip(lower.as_chunks::<2>().0);
                columns.map(|(a, b)| {
                    let sum: u16 = [a[0], a[1], b[0], b[1]].into_iter().map(u16::from).sum();
                    ((sum + 2) / 4) as u8
                })
            });
            Grid { width: plane.width / 2, height: plane.height / 2, cells: pairs.collect() }
        });
        Some(Reduced { scale, planes: planes.collect() })
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

/// Blocks that are transformed at once.
const LANES: usize = 8;

/// Blocks beside one another in a row of blocks.
#[derive(Clone, Copy)]
struct Group {
    /// Their N · N lowest frequencies, row by row, and behind these a place for all that nobody looks at.
    cells: Cells,
    /// Whether any of them has more than a DC value.
    busy: bool,
}

/// Makes the copy at half or at a quarter of the size.
pub(crate) struct Reducing<const N: usize> {
    prepared: Vec<Scaled<N>>,
    planes: Vec<Grid<u8>>,
    /// What is being read: four rows of blocks of each component.
    groups: [Group; 16],
}

impl<const N: usize> Reducing<N> {
    pub(crate) fn new(stream: &Stream) -> Reducing<N> {
        const { assert!(N == 2 || N == 4) };
        let planes = (0..stream.head.frame.components.len()).map(|index| {
            let (width, height) = stream.head.frame.padded_blocks(index);
            Grid::new(width as usize * N, height as usize * N, 0)
        });
        let prepared = stream.head.quantisation.iter().map(Scaled::new).collect();
        Reducing { prepared, planes: planes.collect(), groups: [Group { cells: [0; 256], busy: false }; 16] }
    }

    pub(crate) fn finish(self) -> Reduced {
        Reduced { scale: if N == 4 { Scale::Half } else { Scale::Quarter }, planes: self.planes }
    }

    /// Transforms a group, of which this is the last block.
    #[inline(always)]
    fn transform(&mut self, group: usize, component: usize, (x, y): (usize, usize)) {
        let group = &mut self.groups[group];
        let (plane, prepared) = (&mut self.planes[component], &self.prepared[component]);
        let stride = plane.width;
        let length = (x % LANES + 1) * N;
        let Some(out) = plane.cells.get_mut(y * N * stride + x / LANES * LANES * N..) else { return };
        let low: &[[i16; LANES]; 16] = group.cells.as_chunks().0.first_chunk().unwrap_or(&[[0; LANES]; 16]);
        let rows: [[u32; LANES]; N] = if group.busy {
            // A row of a block as one number.
            lowest::<N, LANES>(low, prepared).map(|columns| {
                let mut words = [0; LANES];
                for (samples, place) in columns.iter().zip(0..) {
                    for (word, sample) in words.iter_mut().zip(samples) {
                        *word |= sample << (8 * place);
                    }
                }
                words
            })
        } else {
            [low[0].map(|dc| u32::from(prepared.flat(dc)) * 0x0101_0101); N]
        };
        for (line, words) in out.chunks_mut(stride).zip(&rows) {
            let Some(line) = line.get_mut(..length) else { continue };
            for (samples, word) in line.chunks_exact_mut(N).zip(words) {
                samples.copy_from_slice(&word.to_le_bytes()[..N]);
            }
        }
        if group.busy {
            group.cells[..16 * LANES].fill(0);
            group.busy = false;
        }
    }
}

impl<const N: usize> Order for Reducing<N> {
    const LAST: usize = last::<N>();
    const PLACE: [u8; 128] = {
        let mut places = [(16 * LANES) as u8; 128];
        let mut k = 0;
        while k < 64 {
            let at = place::<N>(k);
            places[k] = (if at < N * N { at } else { 16 } * LANES) as u8;
            k += 1;
        }
        places
    };
}

impl<const N: usize> Sink for Reducing<N> {
    #[inline(always)]
    fn block(&mut self, part: &UnitBlock, x: usize, dc: i16) -> (&mut Cells, usize) {
        let group = &mut self.groups[group_of(part)];
        group.cells[x % LANES] = dc;
        (&mut group.cells, x % LANES)
    }

    #[inline(always)]
    fn end(&mut self, part: &UnitBlock, (x, y): (usize, usize), furthest: usize) {
        let group = group_of(part);
        self.groups[group].busy |= furthest > 0;
        if x % LANES == LANES - 1 || (x + 1) * N == self.planes[part.component].width {
            self.transform(group, part.component, (x, y));
        }
    }
}

/// Components have no more than four rows of blocks in a coded unit, and there are four of them at most.
#[inline(always)]
fn group_of(part: &UnitBlock) -> usize {
    (part.component * 4 + part.y) % 16
}
