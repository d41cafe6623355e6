//! Files of another program, random coefficients, and damage.

use proptest::prelude::*;

use super::coefficients::Coefficients;
use super::emit::emit;
use super::{decode, to_baseline};
use crate::error::JpegError;
use crate::frame::{Component, Frame, Process};
use crate::header::{Colours, Limits};
use crate::marker::{SOF0, SOF1};
use crate::segments::list_segments;
use crate::stream::{Parsed, Stream};

macro_rules! golden {
    ($name:literal) => {
        ($name, include_bytes!(concat!("../../tests/golden/", $name, ".jpg")).as_slice())
    };
}

type Golden = (&'static str, &'static [u8]);

/// A baseline file, and others with the same coefficients.
const GROUPS: [(Golden, &[Golden]); 5] = [
    (
        golden!("baseline"),
        &[
            golden!("progressive"),
            golden!("progressive_restart"),
            golden!("arithmetic"),
            golden!("arithmetic_restart"),
            golden!("arithmetic_progressive"),
            golden!("arithmetic_conditioned"),
            golden!("separate"),
            golden!("mixed"),
        ],
    ),
    (golden!("baseline_440"), &[golden!("progressive_440")]),
    (golden!("baseline_411"), &[golden!("arithmetic_progressive_411")]),
    (golden!("baseline_grey"), &[golden!("progressive_grey")]),
    (golden!("baseline_ycck"), &[golden!("progressive_ycck"), golden!("arithmetic_ycck")]),
];

fn all() -> impl Iterator<Item = Golden> {
    GROUPS.into_iter().flat_map(|(baseline, others)| std::iter::once(baseline).chain(others.iter().copied()))
}

fn damaged(bytes: &[u8]) -> bool {
    matches!(to_baseline(bytes, &Limits::default()), Err(JpegError::Damaged(_)))
}

#[test]
fn every_coding_holds_the_same_coefficients() {
    let limits = Limits::default();
    for ((name, baseline), others) in GROUPS {
        let expected = decode(baseline, &limits).unwrap();
        let used = expected.coefficients.components.iter().flat_map(|grid| grid.cells.as_flattened());
        assert!(used.filter(|&&value| value != 0).count() > 100, "{name} shows something");
        let written = to_baseline(baseline, &limits).unwrap();
        for (name, bytes) in others {
            let found = decode(bytes, &limits).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(found.coefficients, expected.coefficients, "{name}");
            assert_eq!(found.quantisation, expected.quantisation, "{name}");
            assert_eq!(found.colours, expected.colours, "{name}");
            assert_eq!(to_baseline(bytes, &limits).unwrap(), written, "{name}: one form for one picture");
        }
    }
}

#[test]
fn what_is_written_is_one_sequential_scan_of_the_same_picture() {
    let limits = Limits::default();
    for (name, bytes) in all() {
        let written = to_baseline(bytes, &limits).unwrap();
        let Parsed::Stream(stream) = Stream::parse(&written, &limits).unwrap() else { panic!("{name}") };
        assert_eq!(stream.end, written.len() as u64, "{name}");
        assert_eq!(stream.head.frame.process, Process::Baseline, "{name}");
        let (before, after) = (decode(bytes, &limits).unwrap(), decode(&written, &limits).unwrap());
        assert_eq!(after.coefficients, before.coefficients, "{name}");
        assert_eq!(after.colours, before.colours, "{name}");
        assert_eq!((after.frame.width, after.frame.height), (45, 37), "{name}");
        let kinds: Vec<u8> = list_segments(&written).unwrap().iter().map(|segment| segment.marker).collect();
        let adobe: &[u8] = if before.colours == Colours::Ycck { &[0xEE] } else { &[] };
        assert_eq!(kinds, [adobe, &[0xDB, 0xC0, 0xC4, 0xDA]].concat(), "{name}");
    }
}

#[test]
fn inks_need_a_header_that_names_them() {
    let limits = Limits::default();
    let (_, ycck) = golden!("progressive_ycck");
    let transform = ycck.windows(5).position(|w| w == b"Adobe").unwrap() + 11;
    let with = |value| {
        let mut bytes = ycck.to_vec();
        bytes[transform] = value;
        bytes
    };
    let cmyk = to_baseline(&with(0), &limits).unwrap();
    assert_eq!(decode(&cmyk, &limits).unwrap().colours, Colours::Cmyk);
    assert!(matches!(to_baseline(&with(1), &limits), Err(JpegError::Ambiguous(_))));
    let mut nameless = ycck.to_vec();
    nameless[transform - 11] = b'X';
    assert!(matches!(to_baseline(&nameless, &limits), Err(JpegError::Ambiguous(_))));
}

#[test]
fn leftover_data_are_refused_in_every_coding() {
    for (name, bytes) in all() {
        let end = bytes.len() - 2;
        // A few bytes more may stand for the zeros that an arithmetic encoder left out.
        let longer = [&bytes[..end], &[0x12, 0x34].repeat(200), &bytes[end..]].concat();
        assert!(damaged(&longer), "{name}");
        assert_eq!(to_baseline(&bytes[..end], &Limits::default()).err(), Some(JpegError::Truncated), "{name}");
    }
}

#[test]
fn every_scan_has_to_be_there_and_once() {
    for (name, bytes) in all() {
        let scans: Vec<usize> = list_segments(bytes)
            .unwrap()
            .iter()
            .filter(|segment| segment.marker == 0xDA)
            .map(|segment| segment.offset as usize)
            .collect();
        let last = *scans.last().unwrap();
        let end = bytes.len() - 2;
        assert!(damaged(&[&bytes[..end], &bytes[last..]].concat()), "{name}: the last scan twice");
        if scans.len() > 1 {
            let cut = [&bytes[..last], &bytes[end..]].concat();
            // Or the tables of the last scan stand before the end marker, which is just as well.
            assert_eq!(to_baseline(&cut, &Limits::default()).err(), Some(JpegError::Truncated), "{name}");
        }
    }
}

#[test]
fn a_size_that_the_data_cannot_fill_costs_nothing() {
    for (name, bytes) in all() {
        let mut bytes = bytes.to_vec();
        let frame = list_segments(&bytes).unwrap().into_iter().find(|s| matches!(s.marker, 0xC0..=0xC2 | 0xC9 | 0xCA));
        let at = frame.unwrap().offset as usize + 5;
        bytes[at..at + 4].copy_from_slice(&[0x27, 0x10, 0x27, 0x10]);
        let error = to_baseline(&bytes, &Limits::default()).err();
        assert_eq!(error, Some(JpegError::TooLittleData { width: 10_000, height: 10_000 }), "{name}");
    }
}

#[test]
fn conditioning_has_bounds() {
    let (_, bytes) = golden!("arithmetic_conditioned");
    let at = list_segments(bytes).unwrap().into_iter().find(|s| s.marker == 0xCC).unwrap().offset as usize + 4;
    assert_eq!(bytes[at..at + 4], [0x00, 0x31, 0x10, 0x09], "L and U, then Kx, of table 0");
    for (offset, value) in [(0, 0x04), (0, 0x20), (1, 0x12), (3, 0), (3, 64)] {
        let mut bytes = bytes.to_vec();
        bytes[at + offset] = value;
        assert!(damaged(&bytes), "{offset}: {value:#x}");
    }
}

fn grey(width: u32, height: u32) -> Frame {
    let components = vec![Component { id: 1, horizontal: 1, vertical: 1, table: 0 }];
    Frame { width, height, process: Process::Baseline, components }
}

#[test]
fn coefficients_beyond_eight_bits_are_refused() {
    let frame = grey(16, 8);
    let with = |change: fn(&mut Coefficients)| {
        let mut coefficients = Coefficients::new(&frame);
        change(&mut coefficients);
        emit(&frame, Colours::Grey, &[[1; 64]], &coefficients)
    };
    assert!(with(|c| c.components[0].cells[0][0] = 2047).is_ok());
    assert!(with(|c| c.components[0].cells[0][63] = -1023).is_ok());
    assert!(with(|c| c.components[0].cells[0][0] = -2048).is_err());
    assert!(with(|c| c.components[0].cells[1][1] = 1024).is_err());
    assert!(with(|c| c.components[0].cells[1][1] = i16::MIN).is_err());
    let steep = |c: &mut Coefficients| (c.components[0].cells[0][0], c.components[0].cells[1][0]) = (-1024, 1024);
    assert!(with(steep).is_err(), "a difference of 12 bits");
    assert!(emit(&grey(17, 8), Colours::Grey, &[[1; 64]], &Coefficients::new(&frame)).is_err(), "another size");
    assert!(emit(&frame, Colours::Grey, &[], &Coefficients::new(&frame)).is_err(), "no table");
}

#[test]
fn coarse_steps_need_the_extended_process() {
    let (frame, coefficients) = (grey(8, 8), Coefficients::new(&grey(8, 8)));
    for (step, marker) in [(255, SOF0), (256, SOF1)] {
        let bytes = emit(&frame, Colours::Grey, &[[step; 64]], &coefficients).unwrap();
        assert!(list_segments(&bytes).unwrap().iter().any(|segment| segment.marker == marker));
        assert_eq!(decode(&bytes, &Limits::default()).unwrap().quantisation, [[step; 64]]);
    }
}

#[test]
fn the_tables_have_a_code_for_anything() {
    let frame = grey(8, 8);
    let bytes = emit(&frame, Colours::Grey, &[[1; 64]], &Coefficients::new(&frame)).unwrap();
    let segment = list_segments(&bytes).unwrap().into_iter().find(|s| s.marker == 0xC4).unwrap();
    // Two heads, two lists of counts, 12 and 162 symbols.
    assert_eq!(segment.payload_len, 2 * 17 + 12 + 162);
}

/// Factors per component, and what the components are.
const SHAPES: [(&[(u8, u8)], Colours); 7] = [
    (&[(1, 1)], Colours::Grey),
    (&[(1, 1), (1, 1), (1, 1)], Colours::Rgb),
    (&[(2, 2), (1, 1), (1, 1)], Colours::YCbCr),
    (&[(4, 1), (2, 1), (1, 1)], Colours::YCbCr),
    (&[(2, 2), (1, 2), (2, 1)], Colours::YCbCr),
    (&[(2, 2), (1, 1), (1, 1), (2, 2)], Colours::Ycck),
    (&[(1, 2), (1, 1), (1, 1), (1, 2)], Colours::Cmyk),
];

/// Numbers of a kind that pictures have: mostly zeros and small ones, now and then one of any size.
fn fill(coefficients: &mut Coefficients, seed: u32) {
    let mut state = seed | 1;
    let mut below = |end: u32| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state % end
    };
    for block in coefficients.components.iter_mut().flat_map(|grid| &mut grid.cells) {
        block[0] = below(2048) as i16 - 1024;
        let density = below(64);
        for value in &mut block[1..] {
            if below(64) < density {
                let bits = below(11);
                *value = (below(1 << (bits + 1)) as i16 - (1 << bits)).clamp(-1023, 1023);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_is_emitted_reads_the_same(
        width in 1u32..70, height in 1u32..70, shape in 0..SHAPES.len(), seed in any::<u32>(), step in 1u16..700
    ) {
        let (factors, colours) = SHAPES[shape];
        let component = |(id, &(horizontal, vertical))| Component { id, horizontal, vertical, table: 0 };
        let components = (1..).zip(factors).map(component).collect();
        let frame = Frame { width, height, process: Process::Baseline, components };
        let mut coefficients = Coefficients::new(&frame);
        fill(&mut coefficients, seed);
        coefficients.settle_padding(&frame);
        let quantisation: Vec<[u16; 64]> = (0..factors.len() as u16).map(|i| [step + i / 2; 64]).collect();
        let bytes = emit(&frame, colours, &quantisation, &coefficients).unwrap();
        let read = decode(&bytes, &Limits::default()).unwrap();
        prop_assert_eq!(&read.coefficients, &coefficients);
        prop_assert_eq!(read.colours, colours);
        prop_assert_eq!(read.quantisation, quantisation);
        prop_assert_eq!((read.frame.width, read.frame.height), (width, height));
    }
}

#[test]
fn padding_is_flat() {
    let components = [2, 1, 1].map(|factor| Component { id: factor, horizontal: factor, vertical: factor, table: 0 });
    let frame = Frame { components: components.to_vec(), ..grey(17, 9) };
    let mut coefficients = Coefficients::new(&frame);
    fill(&mut coefficients, 7);
    let before = coefficients.clone();
    coefficients.settle_padding(&frame);
    let (old, new) = (&before.components[0], &coefficients.components[0]);
    assert_eq!((new.width, new.height), (4, 2));
    for y in 0..2 {
        assert_eq!(new.row(y)[..3], old.row(y)[..3], "three of four columns show something");
        assert_eq!((new.row(y)[3][0], &new.row(y)[3][1..]), (old.row(y)[2][0], [0; 63].as_slice()));
    }
    assert_eq!(before.components[1], coefficients.components[1], "all of it shows something");
}

/// Changes a few bytes, bits and places.
fn mutated(bytes: &[u8], seed: u32) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2_654_435_761) | 1;
    let mut below = |end: usize| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as usize % end
    };
    let mut out = bytes.to_vec();
    for _ in 0..=below(3) {
        let at = below(out.len());
        match below(5) {
            0 => out[at] = below(256) as u8,
            1 | 2 => out[at] ^= 1 << below(8),
            3 => drop(out.remove(at)),
            _ => out.insert(at, [0xFF, 0x00, 0xD9, 0xD0][below(4)]),
        }
    }
    out
}

#[test]
fn damaged_files_are_refused_or_read_in_one_way() {
    let limits = Limits { max_pixels: 1_000_000, max_side: 65_500 };
    let (mut taken, mut refused) = (0, 0);
    for (name, bytes) in all() {
        for seed in 0..1500 {
            let Ok(picture) = decode(&mutated(bytes, seed), &limits) else {
                refused += 1;
                continue;
            };
            taken += 1;
            // Coefficients that leave the range of one difference only can't be written.
            let written = emit(&picture.frame, picture.colours, &picture.quantisation, &picture.coefficients);
            if let Ok(written) = written {
                let again = decode(&written, &limits).unwrap_or_else(|error| panic!("{name} {seed}: {error}"));
                assert_eq!(again.coefficients, picture.coefficients, "{name} {seed}");
            }
        }
    }
    assert!(taken > 1000 && refused > 1000, "{taken} taken, {refused} refused");
}
