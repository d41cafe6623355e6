//! Sizes, metadata and structure of what is written, and what the check refuses.

use crate::common::{Coding, contains, face, jpeg, open, segment, street, with_segments};
use flaneur_jpeg::{
    Expected, JpegError, Limits, Metadata, Redacted, Source, TileGrid, TilePack, VerifyError, list_segments, verify,
};
use jpeg_encoder::SamplingFactor;

fn redacted(bytes: &[u8]) -> Redacted {
    open(bytes).redact(&[], false)
}

fn size(bytes: &[u8]) -> (u32, u32) {
    let source = open(bytes);
    (source.pixels().width, source.pixels().height)
}

#[test]
fn copies_have_the_documented_sizes() {
    let none = Metadata::default();
    let small = redacted(&jpeg(400, 300));
    assert_eq!(size(&small.master(&none).unwrap()), (400, 300));
    assert_eq!(size(&small.sd(&none).unwrap()), (400, 300));
    assert_eq!(size(&small.thumb(false).unwrap()), (400, 300));
    let wide = redacted(&jpeg(3000, 1000));
    assert_eq!(size(&wide.sd(&none).unwrap()), (2048, 682));
    assert_eq!(size(&wide.thumb(false).unwrap()), (500, 166));
    let panorama = redacted(&jpeg(2200, 1100));
    assert_eq!(size(&panorama.thumb(true).unwrap()), (500, 300));
    let line = redacted(&jpeg(3000, 1));
    assert_eq!(size(&line.sd(&none).unwrap()), (2048, 1));
}

#[test]
fn the_thumbnail_of_a_panorama_shows_its_middle() {
    let (width, height) = (2000, 1000);
    let mut pixels = street(width, height);
    for y in 0..height {
        for x in 0..width {
            let inside = (750..1250).contains(&x) && (350..650).contains(&y);
            let at = ((y * width + x) * 3) as usize;
            pixels.rgb[at..at + 3].copy_from_slice(if inside { &[200, 60, 60] } else { &[0, 0, 250] });
        }
    }
    let thumb = open(&redacted(&Coding::default().encode(&pixels)).thumb(true).unwrap());
    assert!(thumb.pixels().rgb.chunks(3).filter(|p| p[0] > 150 && p[2] < 120).count() > 145_000);
}

#[test]
fn chroma_of_the_master_is_that_of_the_source() {
    let factors = |bytes: &[u8]| {
        let frame = list_segments(bytes).unwrap().into_iter().find(|s| s.marker == 0xC0).unwrap();
        frame.payload_start[7]
    };
    for (sampling, orientation, expected) in [
        (SamplingFactor::R_4_4_4, 1, 0x11),
        (SamplingFactor::R_4_2_2, 1, 0x21),
        (SamplingFactor::R_4_2_2, 6, 0x22),
        (SamplingFactor::R_4_4_0, 6, 0x21),
        (SamplingFactor::R_4_2_0, 1, 0x22),
    ] {
        let bytes = Coding { sampling, ..Coding::default() }.encode(&street(64, 48));
        let source = Source::open(&bytes, orientation, &Limits::default()).unwrap();
        let master = source.redact(&[], false).master(&Metadata::default()).unwrap();
        assert_eq!(factors(&master), expected, "{sampling:?} {orientation}");
    }
}

#[test]
fn nothing_of_the_input_but_pixels_comes_out() {
    const SECRET: &[u8] = b"S3CRET-serial-4711";
    let preview = jpeg(160, 120);
    let exif = [b"Exif\0\0MM\0*".as_slice(), SECRET, &preview].concat();
    let jfif_with_thumbnail = [b"JFIF\0\x01\x02\0\0\x01\0\x01\x02\x01".as_slice(), &[9; 6]].concat();
    let mut segments = vec![
        segment(0xE0, &jfif_with_thumbnail),
        segment(0xE0, &[b"JFXX\0\x10".as_slice(), &preview].concat()),
        segment(0xE1, &exif),
        segment(0xE1, &[b"http://ns.adobe.com/xap/1.0/\0".as_slice(), SECRET].concat()),
        segment(0xE1, &[b"http://ns.adobe.com/xmp/extension/\0".as_slice(), SECRET].concat()),
        segment(0xE2, &[b"MPF\0".as_slice(), SECRET].concat()),
        segment(0xE2, &[b"ICC_PROFILE\0\x01\x01".as_slice(), SECRET].concat()),
        segment(0xED, &[b"Photoshop 3.0\08BIM".as_slice(), SECRET].concat()),
        segment(0xFE, SECRET),
    ];
    segments.extend((0xE3..=0xEF).map(|marker| segment(marker, SECRET)));
    let mut input = with_segments(&jpeg(640, 320), &segments);
    input.extend(&preview);
    input.extend(SECRET);
    assert!(contains(&input, SECRET));

    let redacted = open(&input).redact(&[], true);
    let metadata = Metadata { exif: Some(b"II*\0\x08\0\0\0\0\0".to_vec()), xmp: Some("<x/>".to_owned()) };
    let grid = TileGrid::for_panorama(640, 320);
    let outputs = [
        redacted.master(&metadata).unwrap(),
        redacted.sd(&metadata).unwrap(),
        redacted.thumb(true).unwrap(),
        redacted.tiles(grid).unwrap().to_bytes(),
    ];
    for (i, output) in outputs.iter().enumerate() {
        assert!(!contains(output, b"S3CRET"), "output {i}");
        assert!(!contains(output, &preview[600..632]), "output {i}");
    }
    verify(&outputs[0], &redacted.expected_master()).unwrap();
    verify(&outputs[1], &redacted.expected_sd()).unwrap();
    let markers: Vec<u8> = list_segments(&outputs[0]).unwrap().iter().map(|s| s.marker).collect();
    assert_eq!(&markers[..3], [0xE0, 0xE1, 0xE1]);
    assert!(!list_segments(&outputs[2]).unwrap().iter().any(|s| s.marker == 0xE1));
}

#[test]
fn given_metadata_is_placed_and_bounded() {
    let redacted = redacted(&jpeg(64, 48));
    let exif = vec![7; 65_533 - 6];
    let xmp = "x".repeat(65_533 - 29);
    let full = Metadata { exif: Some(exif.clone()), xmp: Some(xmp.clone()) };
    let master = redacted.master(&full).unwrap();
    verify(&master, &redacted.expected_master()).unwrap();
    assert!(contains(&master, &[b"Exif\0\0".as_slice(), &exif[..99]].concat()));
    let lengths: Vec<usize> =
        list_segments(&master).unwrap().iter().filter(|s| s.marker == 0xE1).map(|s| s.payload_len).collect();
    assert_eq!(lengths, [65_533, 65_533]);

    let long = Metadata { exif: Some(vec![7; 65_533 - 5]), xmp: None };
    assert!(matches!(redacted.master(&long), Err(JpegError::MetadataTooLong { what: "EXIF", .. })));
    let long = Metadata { exif: None, xmp: Some(xmp + "x") };
    assert!(matches!(redacted.sd(&long), Err(JpegError::MetadataTooLong { what: "XMP", .. })));
    let picture = Metadata { exif: Some(jpeg(16, 16)), xmp: None };
    assert!(matches!(redacted.master(&picture), Err(JpegError::MetadataEmbedsPicture { what: "EXIF" })));
}

#[test]
fn the_check_refuses_what_we_do_not_write() {
    let redacted = open(&jpeg(128, 64)).redact(&[face(20.0, 20.0, 40.0, 40.0)], false);
    let metadata = Metadata { exif: Some(b"II*\0\x08\0\0\0\0\0".to_vec()), xmp: None };
    let good = redacted.master(&metadata).unwrap();
    let expected = redacted.expected_master();
    let refused = |bytes: &[u8]| verify(bytes, &expected).expect_err("should be refused");
    verify(&good, &expected).unwrap();

    let trailing = [good.as_slice(), &[0]].concat();
    assert_eq!(refused(&trailing), VerifyError::TrailingBytes(1));
    let second = [good.clone(), jpeg(16, 16)].concat();
    assert_eq!(refused(&second), VerifyError::SecondPicture(good.len() as u64));
    let preview = [b"Exif\0\0".as_slice(), &jpeg(16, 16)].concat();
    let planted = with_segments(&redacted.master(&Metadata::default()).unwrap(), &[segment(0xE1, &preview)]);
    assert_eq!(refused(&planted), VerifyError::SecondPicture(12));
    let foreign = [
        segment(0xFE, b"hello"),
        segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0"),
        segment(0xE2, b"MPF\0"),
        segment(0xE2, b"ICC_PROFILE\0\x01\x01not a profile"),
        segment(0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01\x01\x01\x01\x01\x01"),
        segment(0xEE, b"Adobe\0d\0\0\0\0\x01"),
        // What the file has already.
        segment(0xE1, b"Exif\0\0MM\0*"),
    ];
    for (i, extra) in foreign.iter().enumerate() {
        let result = refused(&with_segments(&good, std::slice::from_ref(extra)));
        assert!(matches!(result, VerifyError::ForeignSegment { .. }), "{i}: {result:?}");
    }
    assert_eq!(refused(&good[..good.len() - 2]), VerifyError::Unreadable(JpegError::Truncated));
    let other = redacted.thumb(true).unwrap();
    assert!(matches!(refused(&other), VerifyError::WrongSize { width: 500, height: 300, .. }));
    let original = open(&jpeg(128, 64)).redact(&[], false).master(&metadata).unwrap();
    assert!(matches!(refused(&original), VerifyError::NotRedacted { .. }));
    let progressive = Coding { progressive: true, ..Coding::default() }.encode(&street(128, 64));
    assert!(verify(&progressive, &Expected::size(128, 64)).is_err());
    verify(&original, &Expected::size(128, 64)).unwrap();
}

#[test]
fn tiles_together_are_the_panorama() {
    for (width, height) in [(640, 320), (1001, 333), (5, 3)] {
        let source = open(&Coding { quality: 100, ..Coding::default() }.encode(&street(width, height)));
        let whole = source.pixels().clone();
        let redacted = source.redact(&[], true);
        let grid = TileGrid::for_panorama(width, height);
        let bytes = redacted.tiles(grid).unwrap().to_bytes();
        let index = TilePack::parse_index(&bytes[..TilePack::header_len(grid.columns, grid.rows)]).unwrap();
        assert_eq!(index.grid(), grid);
        let mut sum = 0u64;
        let mut count = 0u64;
        for row in 0..grid.rows {
            for column in 0..grid.columns {
                let range = index.range(column, row).unwrap();
                let tile = open(&bytes[range.start as usize..range.end as usize]);
                assert_eq!((tile.pixels().width, tile.pixels().height), (grid.tile_width, grid.tile_height));
                verify(
                    &bytes[range.start as usize..range.end as usize],
                    &redacted.expected_tile(grid, column, row).unwrap(),
                )
                .unwrap();
                // Sampled where the stretched picture shows about the same place.
                for y in (0..grid.tile_height).step_by(7) {
                    for x in (0..grid.tile_width).step_by(7) {
                        let px = (column * grid.tile_width + x) * width / grid.full_width();
                        let py = (row * grid.tile_height + y) * height / grid.full_height();
                        let a = ((py * width + px) * 3) as usize;
                        let b = ((y * grid.tile_width + x) * 3) as usize;
                        for i in 0..3 {
                            sum += u64::from(whole.rgb[a + i].abs_diff(tile.pixels().rgb[b + i]));
                            count += 1;
                        }
                    }
                }
            }
        }
        assert!(sum / count < 15, "{width}x{height}: off by {}", sum / count);
    }
    let wrong = TileGrid { columns: 16, rows: 8, tile_width: 40, tile_height: 40 };
    let flat = redacted(&jpeg(640, 320));
    assert!(matches!(flat.tiles(wrong), Err(JpegError::GridMismatch { .. })));
    assert!(flat.expected_tile(TileGrid::for_panorama(640, 320), 4, 0).is_err());
}
