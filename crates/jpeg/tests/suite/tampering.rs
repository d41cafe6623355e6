//! The proof passes what the cut makes, and nothing else.

use flaneur_jpeg::{
    Chroma, JpegError, Metadata, Pixels, Redacted, Region, RegionKind, VerifyError, encode_rgb, list_segments, restore,
};
use jpeg_encoder::SamplingFactor;
use proptest::prelude::*;

use crate::common::{Coding, jpeg, open, open_as, paint, proven_master, segment, street, units, with_segments};
use crate::scenes::{SAMPLINGS, coding, place, regions, scene};

fn refused(redacted: &Redacted, bytes: &[u8]) -> VerifyError {
    redacted.prove(bytes).err().expect("should be refused")
}

#[test]
fn no_bit_can_be_changed() {
    for (sampling, restart, grey) in [
        (SamplingFactor::R_4_2_0, 0, false),
        (SamplingFactor::R_4_2_2, 3, false),
        (SamplingFactor::R_4_4_4, 1, false),
        (SamplingFactor::R_4_4_4, 0, true),
    ] {
        let bytes = Coding { sampling, restart, grey, quality: 50, ..Coding::default() }.encode(&street(48, 48));
        let redacted = open(&bytes).redact(&[Region::face(10.0, 10.0, 22.0, 20.0)]).unwrap();
        let master = proven_master(&redacted);
        let before = units(&master);
        assert!(redacted.touched() > 0 && redacted.touched() < before.units.len());
        for bit in 0..master.len() * 8 {
            let mut changed = master.clone();
            changed[bit / 8] ^= 128 >> (bit % 8);
            assert!(
                redacted.prove(&changed).is_err(),
                "{sampling:?}: bit {} of byte {} of {}",
                bit % 8,
                bit / 8,
                master.len()
            );
        }
    }
}

#[test]
fn tables_with_other_meanings_are_refused() {
    let redacted = open(&jpeg(128, 64)).redact(&[Region::face(20.0, 20.0, 40.0, 40.0)]).unwrap();
    let master = proven_master(&redacted);
    let mut tried = 0;
    for table in list_segments(&master).unwrap().into_iter().filter(|s| s.marker == 0xC4) {
        let symbols = table.offset as usize + 4 + 17;
        let end = table.offset as usize + 4 + table.payload_len;
        for (a, b) in (symbols..end).flat_map(|a| (a + 1..end).map(move |b| (a, b))) {
            // Values of the same length, so that all codes stay where they are.
            if master[a] & 15 != master[b] & 15 {
                continue;
            }
            let mut changed = master.clone();
            changed.swap(a, b);
            assert!(redacted.prove(&changed).is_err(), "symbols {:x} and {:x}", master[a], master[b]);
            tried += 1;
        }
    }
    assert!(tried > 1000, "{tried}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// A detail that a redaction hides must not come back, not even in a single coded unit.
    #[test]
    fn one_unit_of_the_original_is_noticed(
        scene in scene(),
        size in (16u32..200, 16u32..120),
        coding in coding(),
        places in prop::collection::vec(place(), 1..4),
        which in any::<prop::sample::Index>(),
        panorama in any::<bool>(),
    ) {
        let bytes = coding.encode(&scene.pixels(size.0, size.1));
        let redacted = open_as(&bytes, 1, panorama).redact(&regions(&places, size)).unwrap();
        let master = proven_master(&redacted);
        let touched = redacted.touched_units();
        prop_assume!(!touched.is_empty());
        let unit = touched[which.index(touched.len())];
        let (w, h) = crate::common::unit_size(&master);
        let columns = (size.0.div_ceil(w)) as usize;
        let middle = [((unit % columns) as u32 * w + w / 2) as f32, ((unit / columns) as u32 * h + h / 2) as f32];
        let undo = Region::polygon(vec![middle, middle, middle], RegionKind::Face);
        // A region of a point touches the units around it, too, which may not have been touched.
        let Ok(exposed) = restore(&master, &redacted.removed().unwrap(), &[undo], &[], 1, panorama) else {
            return Ok(());
        };
        if units(&exposed) == units(&master) {
            prop_assert!(redacted.prove(&exposed).is_ok());
        } else {
            let result = redacted.prove(&exposed);
            prop_assert!(matches!(result, Err(VerifyError::NotRedacted { .. })), "{:?}", result.err());
        }
    }

    #[test]
    fn one_region_left_out_is_noticed(
        scene in scene(),
        size in (100u32..400, 60u32..200),
        [x, y, w, h] in [0f32..1.0, 0f32..1.0, 0f32..1.0, 0f32..1.0],
        others in prop::collection::vec(place(), 0..4),
        coding in coding(),
        panorama in any::<bool>(),
    ) {
        let (width, height) = (size.0 as f32, size.1 as f32);
        let [w, h] = [12.0 + w * 80.0, 12.0 + h * 40.0];
        // In panoramas some reach over the seam.
        let (x, y) = (x * if panorama { width } else { width - w }, y * (height - h));
        let mut pixels = scene.pixels(size.0, size.1);
        paint(&mut pixels, [x as u32, y as u32, w as u32, h as u32], |dx, _| {
            if (dx * 5 / w as u32).is_multiple_of(2) { [30, 20, 20] } else { [220, 210, 200] }
        });
        let fewer = regions(&others, size);
        let all: Vec<Region> = fewer.iter().cloned().chain([Region::face(x, y, x + w, y + h)]).collect();
        let bytes = coding.encode(&pixels);
        let planned = open_as(&bytes, 1, panorama).redact(&all).unwrap();
        let exposed = open_as(&bytes, 1, panorama).redact(&fewer).unwrap();
        // Others that hide it anyway would prove nothing.
        if planned.touched() > exposed.touched() {
            let result = planned.prove(&proven_master(&exposed));
            prop_assert!(result.is_err());
        }
    }
}

#[test]
fn the_middle_of_a_face_is_noticed() {
    for sampling in SAMPLINGS {
        let bytes = Coding { sampling, ..Coding::default() }.encode(&street(320, 160));
        let redacted = open(&bytes).redact(&[Region::face(100.0, 40.0, 200.0, 120.0)]).unwrap();
        let (master, removed) = (proven_master(&redacted), redacted.removed().unwrap());
        let undo = Region::polygon(vec![[150.0, 80.0]; 3], RegionKind::Face);
        let exposed = restore(&master, &removed, &[undo], &[], 1, false).unwrap();
        assert!(matches!(refused(&redacted, &exposed), VerifyError::NotRedacted { .. }), "{sampling:?}");
    }
}

#[test]
fn only_what_we_write_passes() {
    let redacted = open(&jpeg(128, 64)).redact(&[Region::face(20.0, 20.0, 40.0, 40.0)]).unwrap();
    let metadata = Metadata { exif: Some(b"II*\0\x08\0\0\0\0\0".to_vec()), xmp: None };
    let good = redacted.master(&metadata).unwrap();
    assert!(redacted.prove(&good).is_ok());

    let trailing = [good.as_slice(), &[0]].concat();
    assert_eq!(refused(&redacted, &trailing), VerifyError::TrailingBytes(1));
    let second = [good.clone(), jpeg(16, 16)].concat();
    assert_eq!(refused(&redacted, &second), VerifyError::SecondPicture(good.len() as u64));
    let preview = [b"Exif\0\0".as_slice(), &jpeg(16, 16)].concat();
    let planted = with_segments(&redacted.master(&Metadata::default()).unwrap(), &[segment(0xE1, &preview)]);
    assert_eq!(refused(&redacted, &planted), VerifyError::SecondPicture(12));
    let foreign = [
        segment(0xFE, b"hello"),
        segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0"),
        segment(0xE2, b"MPF\0"),
        segment(0xE2, b"ICC_PROFILE\0\x01\x01not a profile"),
        segment(0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01\x01\x01\x01\x01\x01"),
        segment(0xEE, b"Adobe\0d\0\0\0\0\x01\0"),
        segment(0xEB, b"JP"),
        // What the file has already.
        segment(0xE1, b"Exif\0\0MM\0*"),
        segment(0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0"),
    ];
    for (i, extra) in foreign.iter().enumerate() {
        let result = refused(&redacted, &with_segments(&good, std::slice::from_ref(extra)));
        assert!(matches!(result, VerifyError::ForeignSegment { .. }), "{i}: {result:?}");
    }
    // A header of another colour model beside ours.
    assert!(redacted.prove(&with_segments(&good, &[segment(0xEE, b"Adobe\0d\0\0\0\0\0")])).is_err());
    for end in 0..good.len() {
        assert!(redacted.prove(&good[..end]).is_err(), "cut at {end}");
    }
}

#[test]
fn other_pictures_are_refused() {
    let pixels = street(128, 64);
    let bytes = Coding::default().encode(&pixels);
    let redacted = open(&bytes).redact(&[Region::face(20.0, 20.0, 40.0, 40.0)]).unwrap();
    let none = open(&bytes).redact(&[]).unwrap();
    let original = proven_master(&none);
    assert!(matches!(refused(&redacted, &original), VerifyError::NotRedacted { .. }));
    // The other way round: something was hidden that was not to be.
    assert!(matches!(refused(&none, &proven_master(&redacted)), VerifyError::Altered { .. }));
    assert!(matches!(
        refused(&redacted, &redacted.copies(&Metadata::default()).unwrap().thumb),
        VerifyError::Unreadable(_)
    ));
    let wide = proven_master(&open(&jpeg(144, 64)).redact(&[]).unwrap());
    assert!(matches!(refused(&redacted, &wide), VerifyError::WrongSize { width: 144, expected_width: 128, .. }));
    for coding in [
        Coding { progressive: true, ..Coding::default() },
        Coding { quality: 94, ..Coding::default() },
        Coding { sampling: SamplingFactor::R_4_4_4, ..Coding::default() },
        Coding { restart: 4, ..Coding::default() },
        Coding { grey: true, ..Coding::default() },
    ] {
        assert!(redacted.prove(&coding.encode(&pixels)).is_err(), "{coding:?}");
    }
    let again = encode_rgb(&pixels, Chroma::Quarter, 95, &Metadata::default()).unwrap();
    assert!(redacted.prove(&again).is_err());
    let mut other = Pixels { ..pixels };
    other.rgb.iter_mut().for_each(|level| *level = 255 - *level);
    let other = open(&Coding::default().encode(&other)).redact(&[Region::face(20.0, 20.0, 40.0, 40.0)]).unwrap();
    assert!(redacted.prove(&proven_master(&other)).is_err());
    assert_eq!(refused(&redacted, b""), VerifyError::Unreadable(JpegError::Truncated));
}
