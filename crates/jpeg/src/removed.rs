//! What a cut takes out of a picture, as bytes that can be sealed, and putting it back.

use std::collections::BTreeMap;

use crate::blocks::Block;
use crate::cover::{self, Region};
use crate::cut::{Patch, cut, head_of_cut};
use crate::encode::Metadata;
use crate::error::{JpegError, VerifyError};
use crate::proof::{check_form, prove, read};
use crate::stream::{Stream, Walk};

const MAGIC: &[u8; 8] = b"FLNCUT\0\x01";
const DAMAGED: JpegError = JpegError::Damaged("the patch is not one, or not of this picture");

/// The coefficients of coded units as they were before they were replaced.
///
/// ```text
/// bytes  what, numbers little-endian
///     8  "FLNCUT", 0, version 1
///     4  pixels per row of the picture, as stored
///     4  rows
///     1  blocks of a coded unit, b
///   ...  for each unit: 4 bytes its number, row by row from the top left; b blocks, each 1 byte number of coefficients that are
///        not zero, and for each of these 1 byte its place in zigzag order and 2 (signed) its quantised value
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Removed {
    size: (u32, u32),
    units: BTreeMap<usize, Vec<Block>>,
}

impl Removed {
    pub(crate) fn new(stream: &Stream, walk: &Walk, touched: &[bool]) -> Result<Removed, JpegError> {
        let mut units = BTreeMap::new();
        for unit in (0..touched.len()).filter(|&unit| touched[unit]) {
            let mut blocks = stream.unit_buffer();
            walk.unit(stream, unit, &mut blocks)?;
            units.insert(unit, blocks);
        }
        Ok(Removed { size: (stream.head.frame.width, stream.head.frame.height), units })
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend(self.size.0.to_le_bytes());
        out.extend(self.size.1.to_le_bytes());
        out.push(self.units.values().next().map_or(0, Vec::len) as u8);
        for (unit, blocks) in &self.units {
            out.extend((*unit as u32).to_le_bytes());
            for block in blocks {
                let held: Vec<(usize, i16)> = (0..64).map(|k| (k, block[k])).filter(|(_, value)| *value != 0).collect();
                out.push(held.len() as u8);
                for (k, value) in held {
                    out.push(k as u8);
                    out.extend(value.to_le_bytes());
                }
            }
        }
        out
    }

    pub(crate) fn parse(bytes: &[u8]) -> Result<Removed, JpegError> {
        fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], JpegError> {
            let (now, later) = rest.split_first_chunk::<N>().ok_or(DAMAGED)?;
            *rest = later;
            Ok(*now)
        }
        let rest = &mut &bytes[..];
        if &take::<8>(rest)? != MAGIC {
            return Err(DAMAGED);
        }
        let size = (u32::from_le_bytes(take(rest)?), u32::from_le_bytes(take(rest)?));
        let [block_count] = take(rest)?;
        let mut units = BTreeMap::new();
        while !rest.is_empty() {
            let unit = u32::from_le_bytes(take(rest)?) as usize;
            let mut blocks = vec![[0; 64]; usize::from(block_count)];
            for block in &mut blocks {
                let [count] = take(rest)?;
                for _ in 0..count {
                    let [k, low, high] = take(rest)?;
                    *block.get_mut(usize::from(k)).ok_or(DAMAGED)? = i16::from_le_bytes([low, high]);
                }
            }
            if units.insert(unit, blocks).is_some() {
                return Err(DAMAGED);
            }
        }
        Ok(Removed { size, units })
    }
}

/// Puts back into a master what a redaction took out of it: the coded units that `undo` touches and none of `keep` does.
///
/// `master` is a file of ours, whose metadata stay; `removed` is what [`crate::Redacted::removed`] gave when these units were
/// replaced. Regions are in pixels of the upright picture, `orientation` is the master's. The result is proven to differ from
/// the master in these units only.
///
/// An error if it is another picture's, or lacks one of the units.
pub fn restore(
    master: &[u8],
    removed: &[u8],
    undo: &[Region],
    keep: &[Region],
    orientation: u8,
    panorama: bool,
) -> Result<Vec<u8>, VerifyError> {
    check_form(master)?;
    let stream = read(master)?;
    let walk = Walk::new(&stream)?;
    let removed = Removed::parse(removed)?;
    let frame = &stream.head.frame;
    let layout = stream.decoder().layout();
    if removed.size != (frame.width, frame.height) || removed.units.values().any(|blocks| blocks.len() != layout.len())
    {
        return Err(DAMAGED.into());
    }
    let mut touched = cover::touched(frame, undo, orientation, panorama);
    cover::blank(&mut touched, &cover::touched(frame, keep, orientation, panorama));
    let missing = |(unit, touched): (usize, &bool)| *touched && !removed.units.contains_key(&unit);
    if touched.cells.iter().enumerate().any(missing) {
        return Err(DAMAGED.into());
    }
    let (columns, _) = stream.units();
    let block = |component: usize, x: usize, y: usize| {
        let (h, v) = stream.decoder().factors(component);
        let place = layout.iter().position(|part| (part.component, part.x, part.y) == (component, x % h, y % v));
        let blocks = removed.units.get(&(y / v * columns + x / h));
        blocks.zip(place).and_then(|(blocks, place)| blocks.get(place)).copied().unwrap_or([0; 64])
    };
    let patch = Patch { touched: &touched.cells, block: &block };
    let app = Metadata::of_ours(master)?.segments()?;
    let head = head_of_cut(&stream, &patch).map_err(JpegError::from)?;
    let restored = cut(&stream, &walk, &patch, &head, &app).map_err(JpegError::from)?;
    prove(&stream, &walk, &patch, &head, &restored)?;
    Ok(restored)
}
