//! How coefficients are written: in any coding that libjpeg knows.

use std::ffi::c_int;

use super::numbers::Numbers;
use super::tables::table;
use crate::libjpeg::{Codes, Coding, MAX_SCANS, Picture, Scan};

/// A coding for this picture.
pub fn coding(picture: &Picture, numbers: &mut Numbers) -> Coding {
    let count = picture.components.len();
    let colours = match count {
        1 => 1,
        3 => numbers.one_of(&[3, 3, 3, 3, 2]),
        _ => numbers.one_of(&[4, 5]),
    };
    let mut coding = Coding::baseline(colours);
    if numbers.once_in(3) {
        coding.interval = 1 + numbers.below(12) as c_int;
    }
    match numbers.below(16) {
        0..=4 => {}
        5..=6 => coding.optimised = 1,
        7..=9 => {
            let symbols = symbols(picture);
            let differences: Vec<u8> = (0..=numbers.one_of(&[9, 11, 11, 15])).collect();
            coding.dc = std::array::from_fn(|_| with_more(&differences, 0, numbers));
            let more = numbers.one_of(&[0, 0, 1, 10, 150]);
            coding.ac = std::array::from_fn(|_| with_more(&symbols, more, numbers));
        }
        10 => coding.arithmetic = 1,
        11 => set_scans(&mut coding, &sequential(count, numbers)),
        12 => {
            coding.arithmetic = numbers.below(2) as c_int;
            set_scans(&mut coding, &sequential(count, numbers));
        }
        13 => {
            coding.arithmetic = 1;
            set_scans(&mut coding, &progressive(count, numbers));
        }
        _ => set_scans(&mut coding, &progressive(count, numbers)),
    }
    coding
}

fn with_more(symbols: &[u8], more: usize, numbers: &mut Numbers) -> Codes {
    let mut symbols = symbols.to_vec();
    for _ in 0..more {
        let symbol = (numbers.below(16) << 4 | (1 + numbers.below(10))) as u8;
        if !symbols.contains(&symbol) {
            symbols.push(symbol);
        }
    }
    table(&symbols, numbers)
}

/// The symbols that the coefficients but the first of each block need: run of zeros, and bits of the value (T.81, F.1.2.2).
fn symbols(picture: &Picture) -> Vec<u8> {
    let mut needed = [false; 256];
    // The end of a block.
    needed[0] = true;
    for block in picture.components.iter().flat_map(|component| &component.blocks) {
        let mut run = 0;
        for &place in &crate::differential::ZIGZAG[1..] {
            let value = block[place];
            if value == 0 {
                run += 1;
                continue;
            }
            if run > 15 {
                needed[0xF0] = true;
            }
            let bits = 16 - value.unsigned_abs().leading_zeros() as usize;
            needed[(run & 15) << 4 | bits & 15] = true;
            run = 0;
        }
    }
    (0..=255).filter(|&symbol| needed[usize::from(symbol)]).collect()
}

fn set_scans(coding: &mut Coding, scans: &[Scan]) {
    let scans = &scans[..scans.len().min(MAX_SCANS)];
    coding.scans[..scans.len()].copy_from_slice(scans);
    coding.scan_count = scans.len() as c_int;
}

fn scan(components: &[usize], [first, last, high, low]: [c_int; 4]) -> Scan {
    let mut scan = Scan { count: components.len() as c_int, first, last, high, low, ..Scan::default() };
    for (to, from) in scan.components.iter_mut().zip(components) {
        *to = *from as c_int;
    }
    scan
}

/// Components, some of them together.
fn groups(count: usize, numbers: &mut Numbers) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for component in 0..count {
        match groups.last_mut() {
            Some(last) if numbers.once_in(2) => last.push(component),
            _ => groups.push(vec![component]),
        }
    }
    groups
}

fn sequential(count: usize, numbers: &mut Numbers) -> Vec<Scan> {
    groups(count, numbers).iter().map(|group| scan(group, [0, 63, 0, 0])).collect()
}

/// Spectral selection and successive approximation (T.81, G.1.1).
fn progressive(count: usize, numbers: &mut Numbers) -> Vec<Scan> {
    let dc_low = numbers.below(3) as c_int;
    let mut scans: Vec<Scan> = groups(count, numbers).iter().map(|group| scan(group, [0, 0, 0, dc_low])).collect();
    for component in 0..count {
        let mut first = 1;
        while first <= 63 {
            let last = if numbers.once_in(2) { 63 } else { first + numbers.below(64 - first as usize) as c_int };
            let low = numbers.below(3) as c_int;
            scans.push(scan(&[component], [first, last, 0, low]));
            for low in (0..low).rev() {
                scans.push(scan(&[component], [first, last, low + 1, low]));
            }
            first = if scans.len() > MAX_SCANS - 12 { 64 } else { last + 1 };
        }
    }
    for low in (0..dc_low).rev() {
        scans.extend(groups(count, numbers).iter().map(|group| scan(group, [0, 0, low + 1, low])));
    }
    scans
}
