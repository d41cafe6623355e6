//! What is in the files that are written, and what is not.

use flaneur_jpeg::{JpegError, Metadata, Redacted, list_segments};
use jpeg_encoder::SamplingFactor;

use crate::common::{Coding, contains, jpeg, open, open_as, proven_master, segment, street, with_segments};

fn redacted(bytes: &[u8]) -> Redacted {
    open(bytes).redact(&[]).unwrap()
}

#[test]
fn the_master_is_sampled_as_the_source() {
    let factors = |bytes: &[u8]| {
        let frame = list_segments(bytes).unwrap().into_iter().find(|s| s.marker == 0xC0).unwrap();
        frame.payload_start[7]
    };
    for (sampling, expected) in [
        (SamplingFactor::R_4_4_4, 0x11),
        (SamplingFactor::R_4_2_2, 0x21),
        (SamplingFactor::R_4_4_0, 0x12),
        (SamplingFactor::R_4_2_0, 0x22),
        (SamplingFactor::R_4_1_1, 0x41),
    ] {
        for orientation in [1, 6] {
            let bytes = Coding { sampling, ..Coding::default() }.encode(&street(64, 48));
            let redacted = open_as(&bytes, orientation, false).redact(&[]).unwrap();
            let (master, sd) = (proven_master(&redacted), redacted.sd(&Metadata::default()).unwrap());
            // It is stored as it was; copies are upright and always 4:2:0.
            assert_eq!(factors(&master), expected, "{sampling:?} {orientation}");
            assert_eq!(open(&master).size(), (64, 48));
            assert_eq!(factors(&sd), 0x22, "{sampling:?} {orientation}");
        }
    }
}

#[test]
fn nothing_of_the_input_but_the_picture_comes_out() {
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
    for progressive in [false, true] {
        let picture = Coding { progressive, ..Coding::default() }.encode(&street(640, 320));
        let mut input = with_segments(&picture, &segments);
        input.extend(&preview);
        input.extend(SECRET);
        assert!(contains(&input, SECRET));

        let redacted = open_as(&input, 1, true).redact(&[]).unwrap();
        let metadata = Metadata { exif: Some(b"II*\0\x08\0\0\0\0\0".to_vec()), xmp: Some("<x/>".to_owned()) };
        let master = redacted.master(&metadata).unwrap();
        let proven = redacted.prove(&master).unwrap_or_else(|error| panic!("{error}"));
        let outputs = [
            master,
            redacted.sd(&metadata).unwrap(),
            redacted.thumb().unwrap(),
            proven.tile_index().to_bytes(),
            redacted.removed().unwrap(),
        ];
        for (i, output) in outputs.iter().enumerate() {
            assert!(!contains(output, b"S3CRET"), "output {i}");
            assert!(!contains(output, &preview[700..732]), "output {i}");
        }
        redacted.check_sd(&proven, &outputs[1]).unwrap();
        redacted.check_thumb(&proven, &outputs[2]).unwrap();
        for (file, kinds) in outputs.iter().zip([[0xE0, 0xE1, 0xE1], [0xE0, 0xE1, 0xE1], [0xE0, 0xDB, 0xDB]]) {
            let markers: Vec<u8> = list_segments(file).unwrap().iter().map(|s| s.marker).collect();
            assert_eq!(&markers[..3], kinds);
            assert!(!markers[3..].iter().any(|marker| matches!(marker, 0xE0..=0xEF | 0xFE)));
        }
    }
}

#[test]
fn given_metadata_is_placed_and_bounded() {
    let redacted = redacted(&jpeg(64, 48));
    let exif = vec![7; 65_533 - 6];
    let xmp = "x".repeat(65_533 - 29);
    let full = Metadata { exif: Some(exif.clone()), xmp: Some(xmp.clone()) };
    let master = redacted.master(&full).unwrap();
    assert!(redacted.prove(&master).is_ok());
    assert_eq!(Metadata::of_ours(&master), Ok(full.clone()));
    assert_eq!(Metadata::of_ours(&redacted.sd(&full).unwrap()), Ok(full));
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
fn a_master_of_a_master_is_the_same_file() {
    for restart in [0, 5] {
        let bytes = Coding { restart, ..Coding::default() }.encode(&street(200, 100));
        let once = proven_master(&redacted(&bytes));
        assert_eq!(proven_master(&redacted(&once)), once);
        // Nothing was to be redacted: the picture data are those of the camera to the byte.
        let data = |file: &[u8]| {
            let scan = list_segments(file).unwrap().into_iter().find(|s| s.marker == 0xDA).unwrap();
            file[scan.offset as usize..].to_vec()
        };
        assert_eq!(data(&once), data(&bytes));
    }
}
