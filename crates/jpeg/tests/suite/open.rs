//! What is taken, what is refused, and with which words.

use crate::common::{
    Coding, GOLDEN, decoded, difference, intake, jpeg, open, proven_master, segment, street, with_segments,
};
use crate::scenes::SAMPLINGS;
use flaneur_jpeg::{Intake, JpegError, Limits, Metadata, Process, Region, Source, list_segments};
use jpeg_encoder::SamplingFactor;

fn refusal(bytes: &[u8]) -> JpegError {
    Source::open(bytes, 1, false, &Limits::default()).err().expect("the file should be refused")
}

#[test]
fn every_common_coding_is_read() {
    for (width, height) in [(100, 75), (64, 64), (17, 9), (1, 1), (250, 33)] {
        let original = street(width, height);
        for sampling in SAMPLINGS {
            for (progressive, restart) in [(false, 0), (false, 3), (false, 1), (true, 0), (true, 5)] {
                let coding = Coding { sampling, progressive, restart, ..Coding::default() };
                let bytes = coding.encode(&original);
                let source = match Source::open(&bytes, 1, false, &Limits::default()) {
                    Ok(source) => source,
                    Err(error) => panic!("{width}x{height} {coding:?}: {error}"),
                };
                let difference = difference(&source.pixels().unwrap(), &original);
                assert!(difference < 40.0, "{width}x{height} {coding:?}: off by {difference}");
                let header = intake(&bytes).unwrap();
                assert_eq!((header.width, header.height, header.components), (width, height, 3));
                assert_eq!(header.process == Process::Progressive, progressive);
            }
        }
        let grey = Coding { grey: true, ..Coding::default() }.encode(&original);
        assert!(decoded(&grey).rgb.chunks(3).all(|p| p[0] == p[1] && p[1] == p[2]));
        assert_eq!(intake(&grey).unwrap().components, 1);
    }
}

#[test]
fn the_same_picture_decodes_alike_in_all_codings() {
    // Smooth, so that subsampling costs little.
    let (width, height) = (203, 117);
    let rgb =
        (0..height).flat_map(|y| (0..width).flat_map(move |x| [x as u8, y as u8, u32::midpoint(x, y) as u8])).collect();
    let original = flaneur_jpeg::Pixels { width, height, rgb };
    for sampling in &SAMPLINGS {
        for progressive in [false, true] {
            let coding = Coding { sampling: *sampling, progressive, ..Coding::default() };
            let difference = difference(&decoded(&coding.encode(&original)), &original);
            assert!(difference < 1.5, "{coding:?}: off by {difference}");
        }
    }
}

#[test]
fn all_orientations_are_turned_upright() {
    let upright = street(48, 32);
    let at = |p: &flaneur_jpeg::Pixels, x: u32, y: u32| {
        let i = ((y * p.width + x) * 3) as usize;
        [p.rgb[i], p.rgb[i + 1], p.rgb[i + 2]]
    };
    let (w, h) = (upright.width, upright.height);
    for orientation in 1..=8u8 {
        let (sw, sh) = if orientation < 5 { (w, h) } else { (h, w) };
        // What a camera held that way stores: the first row and column of the file are, in the
        // upright scene, where the table of the EXIF standard says.
        let mut rgb = Vec::new();
        for sy in 0..sh {
            for sx in 0..sw {
                let (x, y) = match orientation {
                    1 => (sx, sy),
                    2 => (w - 1 - sx, sy),
                    3 => (w - 1 - sx, h - 1 - sy),
                    4 => (sx, h - 1 - sy),
                    5 => (sy, sx),
                    6 => (w - 1 - sy, sx),
                    7 => (w - 1 - sy, h - 1 - sx),
                    _ => (sy, h - 1 - sx),
                };
                rgb.extend(at(&upright, x, y));
            }
        }
        let stored = flaneur_jpeg::Pixels { width: sw, height: sh, rgb };
        let coding = Coding { sampling: SamplingFactor::R_4_4_4, quality: 100, ..Coding::default() };
        let source = Source::open(&coding.encode(&stored), orientation, false, &Limits::default()).unwrap();
        assert_eq!((source.size(), source.orientation()), ((w, h), orientation));
        let whole = source.pixels().unwrap();
        let difference = difference(&whole, &upright);
        assert!(difference < 2.0, "orientation {orientation}: off by {difference}");
        let part = source.part(5, 9, 21, 13).unwrap();
        let rows = part.rgb.chunks(21 * 3).zip(whole.rgb.chunks(48 * 3).skip(9));
        assert!(rows.into_iter().all(|(part, row)| part == &row[5 * 3..26 * 3]), "orientation {orientation}");
    }
}

#[test]
fn truncation_is_an_error_everywhere() {
    for progressive in [false, true] {
        let bytes = Coding { progressive, ..Coding::default() }.encode(&street(80, 60));
        for end in 2..bytes.len() {
            let cut = &bytes[..end];
            assert_eq!(refusal(cut), JpegError::Truncated, "cut at {end}");
            assert_eq!(intake(cut).err(), Some(JpegError::Truncated));
            assert_eq!(list_segments(cut), Err(JpegError::Truncated));
        }
        assert_eq!(intake(&bytes[..1]).err(), Some(JpegError::NotJpeg));
    }
}

#[test]
fn an_end_marker_does_not_hide_missing_data() {
    for (progressive, restart) in [(false, 0), (false, 2), (true, 0)] {
        let bytes = Coding { progressive, restart, ..Coding::default() }.encode(&street(80, 60));
        let header = intake(&bytes).unwrap().bytes.len();
        let mut refused = 0;
        for end in header..bytes.len() - 4 {
            // Not in the middle of a marker or of stuffing, which would be another damage.
            if bytes[end - 1] == 0xFF {
                continue;
            }
            let cut = [&bytes[..end], &[0xFF, 0xD9]].concat();
            assert!(Source::open(&cut, 1, false, &Limits::default()).is_err(), "cut at {end}");
            refused += 1;
        }
        assert!(refused > 100);
    }
}

#[test]
fn leftover_data_and_broken_restarts_are_refused() {
    let bytes = Coding { restart: 2, ..Coding::default() }.encode(&street(80, 60));
    let end = bytes.len() - 2;
    let longer = [&bytes[..end], &[0x12, 0x34], &bytes[end..]].concat();
    assert!(matches!(refusal(&longer), JpegError::Damaged(_)));
    let first = bytes.windows(2).position(|w| w == [0xFF, 0xD0]).unwrap();
    let mut swapped = bytes.clone();
    swapped[first + 1] = 0xD3;
    assert!(matches!(refusal(&swapped), JpegError::Damaged(_)));
    let removed = [&bytes[..first], &bytes[first + 2..]].concat();
    assert!(matches!(refusal(&removed), JpegError::Damaged(_)));
}

#[test]
fn two_pictures_or_two_frames_are_refused() {
    let bytes = jpeg(40, 30);
    let nested = with_segments(&bytes, &[vec![0xFF, 0xD8]]);
    assert!(matches!(refusal(&nested), JpegError::Ambiguous(_)));
    assert!(matches!(intake(&nested), Err(JpegError::Ambiguous(_))));
    let frame = list_segments(&bytes).unwrap().into_iter().find(|s| s.marker == 0xC0).unwrap();
    let from = frame.offset as usize;
    let twice = [&bytes[..from], &bytes[from..from + 4 + frame.payload_len], &bytes[from..]].concat();
    assert!(matches!(refusal(&twice), JpegError::Ambiguous(_)));
    assert!(matches!(intake(&twice), Err(JpegError::Ambiguous(_))));
}

/// Replaces bytes of the frame header, from behind its length.
fn with_frame(at: usize, values: &[u8], marker: u8) -> Vec<u8> {
    let mut bytes = jpeg(40, 30);
    let frame = list_segments(&bytes).unwrap().into_iter().find(|s| s.marker == 0xC0).unwrap();
    let from = frame.offset as usize;
    bytes[from + 1] = marker;
    bytes[from + 4 + at..from + 4 + at + values.len()].copy_from_slice(values);
    bytes
}

#[test]
fn unsupported_kinds_are_named() {
    let named = |bytes: &[u8]| {
        assert_eq!(intake(bytes).err(), Some(refusal(bytes)));
        refusal(bytes).to_string()
    };
    assert!(named(&with_frame(0, &[12], 0xC1)).contains("12 bits"));
    assert!(named(&with_frame(0, &[8], 0xC3)).contains("lossless"));
    assert!(named(&with_frame(0, &[8], 0xC6)).contains("hierarchical"));
    assert!(named(&with_frame(0, &[8], 0xCB)).contains("lossless arithmetic"));
    assert!(named(&with_frame(5, &[2], 0xC0)).contains("2 colour components"));
    // Chroma finer than luma, in one direction.
    assert!(named(&with_frame(7, &[0x12, 0, 1, 0x21], 0xC0)).contains("subsampling"));
    // Sixteen blocks of luma.
    assert!(named(&with_frame(7, &[0x44], 0xC0)).contains("subsampling"));
    // Two chroma samples on three of luma.
    assert!(named(&with_frame(7, &[0x31, 0, 1, 0x21], 0xC0)).contains("subsampling"));
    assert_eq!(refusal(&with_frame(1, &[0, 0], 0xC0)), JpegError::Empty);
    assert!(named(b"GIF89a....").contains("not a JPEG"));
    assert!(named(b"").contains("not a JPEG"));
}

#[test]
fn every_coding_of_a_picture_is_the_same_picture() {
    let baseline = decoded(GOLDEN[0]);
    for (i, bytes) in GOLDEN[..9].iter().enumerate() {
        assert_eq!(decoded(bytes), baseline, "{i}");
        assert!(intake(bytes).is_ok());
    }
}

#[test]
fn inks_are_read_and_stay_inks() {
    let files: [&[u8]; 3] =
        [GOLDEN[9], include_bytes!("../golden/arithmetic_ycck.jpg"), include_bytes!("../golden/progressive_ycck.jpg")];
    let components = |bytes: &[u8]| intake(bytes).unwrap().components;
    let first = decoded(files[0]);
    assert_eq!((first.width, first.height), (45, 37));
    assert!(first.rgb.chunks(3).any(|p| p[0] != p[1]), "it shows colours");
    for bytes in files {
        assert_eq!(components(bytes), 4);
        assert_eq!(decoded(bytes), first);
        let redacted = open(bytes).redact(&[Region::face(10.0, 8.0, 20.0, 18.0)]).unwrap();
        assert!(redacted.touched() > 0);
        let master = proven_master(&redacted);
        assert_eq!(components(&master), 4);
        let (after, small) = (decoded(&master), redacted.copies(&Metadata::default()).unwrap());
        assert_ne!(after, first);
        assert_eq!((components(&small.sd), components(&small.thumb)), (3, 3));
        assert!(difference(&decoded(&small.sd), &after) < 12.0);
        let proven = redacted.prove(&master).unwrap();
        redacted.check_sd(&proven, &small.sd).unwrap();
        redacted.check_thumb(&proven, &small.thumb).unwrap();
    }
}

#[test]
fn reduced_pictures_are_no_smaller_than_asked_for() {
    let source = open(&jpeg(801, 402));
    let size = |least| {
        let small = source.small(least).unwrap();
        assert_eq!(small.rgb.len(), (small.width * small.height * 3) as usize);
        (small.width, small.height)
    };
    assert_eq!(size(1000), (801, 402));
    assert_eq!(size(202), (801, 402));
    assert_eq!(size(201), (401, 201));
    assert_eq!(size(101), (201, 101));
    assert_eq!(size(0), (101, 51));
}

#[test]
fn a_component_without_scan_is_noticed() {
    let bytes = include_bytes!("../golden/separate.jpg");
    let last = list_segments(bytes).unwrap().into_iter().rfind(|s| s.marker == 0xDA).unwrap().offset as usize;
    let cut = [&bytes[..last], &[0xFF, 0xD9]].concat();
    assert_eq!(intake(&cut), Err(JpegError::Truncated));
    assert_eq!(refusal(&cut), JpegError::Truncated);
}

#[test]
fn huge_claims_cost_nothing() {
    let huge = with_frame(1, &[0xFF, 0xDC, 0xFF, 0xDC], 0xC0);
    assert!(matches!(refusal(&huge), JpegError::TooLarge { width: 65_500, height: 65_500, .. }));
    assert!(matches!(intake(&huge), Err(JpegError::TooLarge { .. })));
    // Within the limits, but without the data for it.
    for marker in [0xC0, 0xC2] {
        let empty = with_frame(1, &[0x27, 0x10, 0x27, 0x10], marker);
        let error = refusal(&empty);
        assert!(matches!(error, JpegError::TooLittleData { width: 10_000, height: 10_000 }), "{error:?}");
    }
    let limits = Limits { max_pixels: 1199, max_side: 65_500 };
    assert!(matches!(Source::open(&jpeg(40, 30), 1, false, &limits), Err(JpegError::TooLarge { .. })));
    let limits = Limits { max_pixels: 1200, max_side: 39 };
    assert!(matches!(Source::open(&jpeg(40, 30), 1, false, &limits), Err(JpegError::TooLarge { .. })));
}

#[test]
fn colour_headers_decide_or_are_refused() {
    let coding = Coding { sampling: SamplingFactor::R_4_4_4, ..Coding::default() };
    let bytes = coding.encode(&street(40, 30));
    // Behind the start marker and the JFIF header that the encoder writes.
    let bare = [&bytes[..2], &bytes[20..]].concat();
    let adobe = |transform| segment(0xEE, &[b"Adobe\0d\0\0\0\0".as_slice(), &[transform]].concat());
    let first = |bytes: &[u8]| decoded(bytes).rgb[..3].to_vec();
    let ycbcr = first(&bytes);
    assert_eq!(first(&bare), ycbcr);
    assert_eq!(first(&with_segments(&bare, &[adobe(1)])), ycbcr);
    let rgb = first(&with_segments(&bare, &[adobe(0)]));
    assert_ne!(rgb, ycbcr);
    // Components named R, G, B without any other header mean the same.
    let mut named = bare.clone();
    let frame = list_segments(&bare).unwrap().into_iter().find(|s| s.marker == 0xC0).unwrap().offset as usize;
    let scan = list_segments(&bare).unwrap().into_iter().find(|s| s.marker == 0xDA).unwrap().offset as usize;
    for (i, letter) in b"RGB".iter().enumerate() {
        named[frame + 10 + 3 * i] = *letter;
        named[scan + 5 + 2 * i] = *letter;
    }
    assert_eq!(first(&named), rgb);
    assert!(matches!(refusal(&with_segments(&named, &[adobe(1)])), JpegError::Ambiguous(_)));
    assert!(matches!(refusal(&with_segments(&bytes, &[adobe(0)])), JpegError::Ambiguous(_)));
    assert!(matches!(refusal(&with_segments(&bare, &[adobe(2)])), JpegError::Ambiguous(_)));
    assert!(matches!(refusal(&with_segments(&bare, &[adobe(0), adobe(1)])), JpegError::Ambiguous(_)));
}

#[test]
fn what_follows_the_picture_is_ignored() {
    let bytes = jpeg(40, 30);
    let longer = [bytes.clone(), b"PK\x03\x04".to_vec(), jpeg(16, 16)].concat();
    assert_eq!(decoded(&longer), decoded(&bytes));
    assert_eq!(intake(&longer), intake(&bytes));
    assert_eq!(list_segments(&longer), list_segments(&bytes));
}

#[test]
fn the_header_is_kept_and_no_more() {
    let exif = segment(0xE1, b"Exif\0\0some tags");
    let bytes = with_segments(&jpeg(40, 30), &[exif]);
    let header = intake(&bytes).unwrap();
    assert!(bytes.starts_with(&header.bytes));
    let scan = list_segments(&bytes).unwrap().into_iter().find(|s| s.marker == 0xDA).unwrap();
    assert_eq!(header.bytes.len() as u64, scan.offset + 4 + scan.payload_len as u64);
}

#[test]
fn a_header_without_end_is_refused_in_time() {
    let mut intake = Intake::new(Limits::default());
    intake.feed(&[0xFF, 0xD8]).unwrap();
    let comment = segment(0xFE, &vec![0; 65_533]);
    let fed = (0..1000).take_while(|_| intake.feed(&comment).is_ok()).count();
    assert!(fed < 70, "{fed} segments were taken");
}

/// The payload of the first segment with a marker.
fn payload(bytes: &[u8], marker: u8) -> std::ops::Range<usize> {
    let segment = list_segments(bytes).unwrap().into_iter().find(|segment| segment.marker == marker).unwrap();
    let start = segment.offset as usize + 4;
    start..start + segment.payload_len
}

#[test]
fn colours_beyond_all_bounds_are_refused() {
    // Means as they are, with steps that are far too large for them: decoders wrap around, each elsewhere.
    let mut bytes = jpeg(64, 48);
    let steps = payload(&bytes, 0xDB);
    bytes[steps.start + 1..steps.end].fill(255);
    assert!(matches!(refusal(&bytes), JpegError::Ambiguous(what) if what.contains("black and white")));
}

#[test]
fn tables_that_look_like_a_picture_are_refused() {
    // The next segment begins with another FF.
    let mut bytes = jpeg(64, 48);
    let steps = payload(&bytes, 0xDB);
    bytes[steps.end - 2..steps.end].copy_from_slice(&[0xFF, 0xD8]);
    assert!(matches!(refusal(&bytes), JpegError::Ambiguous(what) if what.contains("another picture")));
}

#[test]
fn colours_are_not_stated_between_scans() {
    let separate = GOLDEN[8];
    let scans: Vec<usize> =
        list_segments(separate).unwrap().iter().filter(|s| s.marker == 0xDA).map(|s| s.offset as usize).collect();
    let insert = |at: usize, new: &[u8]| [&separate[..at], new, &separate[at..]].concat();
    for header in [segment(0xEE, b"Adobe\0\x64\0\0\0\0\x01"), segment(0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0")] {
        assert!(matches!(refusal(&insert(scans[1], &header)), JpegError::Ambiguous(what) if what.contains("colours")));
    }
    // Others mean nothing, and may stand there.
    open(&insert(scans[1], &segment(0xEE, b"something else")));
    open(&insert(scans[0], &segment(0xEE, b"Adobe\0\x64\0\0\0\0\x01")));
}
