//! Changes bits of the entropy-coded data: stuffing is taken out before and put back behind, so that every change is one of codes.

use super::bytes;
use super::numbers::Numbers;
use super::segments::{Piece, joined, pieces};

/// One restart interval without stuffing, and the marker behind it.
type Interval = (Vec<u8>, Option<u8>);

fn unstuffed(data: &[u8]) -> Vec<Interval> {
    let mut intervals = vec![(Vec::new(), None)];
    let mut rest = data.iter().copied();
    while let Some(byte) = rest.next() {
        let Some(last) = intervals.last_mut() else { break };
        last.0.push(byte);
        if byte == 0xFF {
            let next = rest.next();
            if let Some(marker @ 0xD0..=0xD7) = next {
                last.0.pop();
                last.1 = Some(marker);
                intervals.push((Vec::new(), None));
            }
        }
    }
    intervals
}

fn stuffed(intervals: &[Interval]) -> Vec<u8> {
    let mut data = Vec::new();
    for (clean, marker) in intervals {
        for &byte in clean {
            data.push(byte);
            if byte == 0xFF {
                data.push(0);
            }
        }
        if let Some(marker) = marker {
            data.extend([0xFF, *marker]);
        }
    }
    data
}

/// The file with some bits changed, or nothing if it has no data.
pub fn mutated(file: &[u8], numbers: &mut Numbers) -> Option<Vec<u8>> {
    let mut pieces = pieces(file);
    let scans: Vec<usize> =
        (0..pieces.len()).filter(|&at| matches!(&pieces[at], Piece::Data(data) if !data.is_empty())).collect();
    if scans.is_empty() {
        return None;
    }
    let at = numbers.one_of(&scans);
    if let Piece::Data(data) = &mut pieces[at] {
        let mut intervals = unstuffed(data);
        match numbers.below(10) {
            0 => {
                let (from, to) = (numbers.below(intervals.len()), numbers.below(intervals.len()));
                intervals.swap(from, to);
            }
            1 => {
                let number = numbers.below(intervals.len());
                intervals[number].1 = Some(0xD0 + numbers.below(8) as u8);
            }
            _ => {
                let number = numbers.below(intervals.len());
                let clean = &mut intervals[number].0;
                *clean = changed(clean, numbers);
            }
        }
        *data = stuffed(&intervals);
    }
    Some(joined(&pieces))
}

fn changed(clean: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    if numbers.once_in(4) || clean.is_empty() {
        return bytes(clean, clean.len() + 32);
    }
    let mut bits: Vec<bool> = clean.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1)).collect();
    for _ in 0..=numbers.below(3) {
        let at = numbers.below(bits.len());
        match numbers.below(8) {
            0 => drop(bits.drain(at..(at + 1 + numbers.below(16)).min(bits.len()))),
            1 => {
                let length = 1 + numbers.below(16);
                let new: Vec<bool> = (0..length).map(|_| numbers.once_in(2)).collect();
                bits.splice(at..at, new);
            }
            2 => {
                let end = (at + 1 + numbers.below(400)).min(bits.len());
                let part = bits[at..end].to_vec();
                let to = numbers.below(bits.len());
                bits.splice(to..to, part);
            }
            _ => {
                if let Some(bit) = bits.get_mut(at) {
                    *bit = !*bit;
                }
            }
        }
    }
    // Ones fill the last byte.
    while !bits.len().is_multiple_of(8) {
        bits.push(true);
    }
    bits.chunks(8).map(|byte| byte.iter().fold(0, |sum, &bit| sum << 1 | u8::from(bit))).collect()
}
