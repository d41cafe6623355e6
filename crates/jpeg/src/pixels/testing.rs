//! Coefficients for tests: of baseline files, and random ones.

use super::region::Blocks;
use crate::blocks::Block;
use crate::error::JpegError;
use crate::frame::{Component, Frame, Process};
use crate::header::{Colours, Limits, Tables};
use crate::huffman::{BitReader, HuffmanTable};
use crate::intervals::for_each_interval;
use crate::marker::SOS;
use crate::tokens::{Event, Tokens};

/// All blocks of a picture in memory.
pub(crate) struct Coefficients {
    frame: Frame,
    colours: Colours,
    quantisation: Vec<[u16; 64]>,
    /// MCU by MCU.
    blocks: Vec<Block>,
    per_mcu: usize,
}

impl Coefficients {
    /// Decodes a baseline file with one scan.
    pub(crate) fn of_file(bytes: &[u8]) -> Result<Coefficients, JpegError> {
        let mut tables = Tables::new(Limits::default());
        let mut scans = Vec::new();
        Tokens::new().advance(bytes, &mut |event| {
            match event {
                Event::Segment { marker, start, payload } => {
                    let scan = tables.segment(marker, payload)?;
                    if marker == SOS {
                        scans.push((scan.unwrap(), start as usize + 4 + payload.len(), 0));
                    }
                }
                Event::ScanEnd { end } => scans.last_mut().unwrap().2 = end as usize,
                Event::End { .. } => {}
            }
            Ok(())
        })?;
        let [(scan, start, end)] = scans.as_slice() else { return Err(JpegError::Truncated) };
        let frame = tables.frame.clone().unwrap();
        assert_ne!(frame.process, Process::Progressive);
        let ready: Vec<(u8, HuffmanTable, HuffmanTable)> = (frame.components.iter().zip(&scan.components))
            .map(|(component, part)| {
                let table = |spec: &Option<_>| HuffmanTable::new(spec.as_ref().unwrap());
                let count = component.horizontal * component.vertical;
                (count, table(&tables.dc[part.dc_table]), table(&tables.ac[part.ac_table]))
            })
            .collect();
        let mcus = u64::from(frame.mcus().0) * u64::from(frame.mcus().1);
        let mut blocks = Vec::new();
        for_each_interval(&bytes[*start..*end], mcus, tables.restart_interval, |clean, range| {
            let mut reader = BitReader::new(clean);
            let mut dc = vec![0; ready.len()];
            for _ in range {
                for (i, (count, dc_table, ac_table)) in ready.iter().enumerate() {
                    for _ in 0..*count {
                        blocks.push(block(&mut reader, dc_table, ac_table, &mut dc[i])?);
                    }
                }
            }
            reader.finish()
        })?;
        let quantisation =
            frame.components.iter().map(|c| tables.quantisation[usize::from(c.table)].unwrap()).collect();
        let per_mcu = ready.iter().map(|(count, ..)| usize::from(*count)).sum();
        Ok(Coefficients { colours: tables.colours()?, frame, quantisation, blocks, per_mcu })
    }

    /// Random coefficients for a picture whose components have these sampling factors.
    pub(crate) fn random(size: (u32, u32), colours: Colours, sampling: &[(u8, u8)], seed: u32) -> Coefficients {
        let components = (0..)
            .zip(sampling)
            .map(|(id, &(horizontal, vertical))| Component { id, horizontal, vertical, table: 0 })
            .collect();
        let frame = Frame { width: size.0, height: size.1, process: Process::Baseline, components };
        let per_mcu = sampling.iter().map(|(h, v)| usize::from(h * v)).sum();
        let max = |of: fn(&(u8, u8)) -> u8| u32::from(sampling.iter().map(of).max().unwrap());
        let mcus = size.0.div_ceil(8 * max(|s| s.0)) * size.1.div_ceil(8 * max(|s| s.1));
        let mut state = seed.wrapping_mul(2_654_435_761) | 1;
        let mut number = |end: i32| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            (state % (2 * end as u32 + 1)) as i16 - end as i16
        };
        let blocks = (0..mcus as usize * per_mcu)
            .map(|_| std::array::from_fn(|k| if k == 0 { number(60) } else { number(40 / k as i32) }))
            .collect();
        Coefficients { frame, colours, quantisation: vec![[9; 64]; sampling.len()], blocks, per_mcu }
    }
}

fn block(
    reader: &mut BitReader<'_>,
    dc_table: &HuffmanTable,
    ac_table: &HuffmanTable,
    dc: &mut i16,
) -> Result<Block, JpegError> {
    let mut block = [0; 64];
    let size = reader.symbol(dc_table)?;
    *dc += value(reader, size)?;
    block[0] = *dc;
    let mut k = 1;
    while k < 64 {
        let symbol = reader.symbol(ac_table)?;
        if symbol == 0 {
            break;
        }
        k += usize::from(symbol >> 4);
        if let Some(coefficient) = block.get_mut(k) {
            *coefficient = value(reader, symbol & 15)?;
        }
        k += 1;
    }
    Ok(block)
}

fn value(reader: &mut BitReader<'_>, size: u8) -> Result<i16, JpegError> {
    let bits = reader.take(u32::from(size))? as i32;
    let negative = size > 0 && bits >> (size - 1) == 0;
    Ok((if negative { bits - (1 << size) + 1 } else { bits }) as i16)
}

impl Blocks for Coefficients {
    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn colours(&self) -> Colours {
        self.colours
    }

    fn quantisation(&self, component: usize) -> &[u16; 64] {
        &self.quantisation[component]
    }

    fn mcu(&self, x: usize, y: usize, out: &mut [Block]) -> Result<(), JpegError> {
        let max = |of: fn(&Component) -> u8| usize::from(self.frame.components.iter().map(of).max().unwrap());
        let columns = (self.frame.width as usize).div_ceil(8 * max(|c| c.horizontal));
        assert!(x < columns, "an MCU beyond the edge");
        out.copy_from_slice(&self.blocks[(y * columns + x) * self.per_mcu..][..self.per_mcu]);
        Ok(())
    }
}
