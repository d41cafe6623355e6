//! The metadata of a derivate says where its own pixels lie.

mod support;

use flaneur_geotag::{GPanoCrop, Geotag, ImageSize, Projection, read, write_exif, write_xmp};
use proptest::prelude::*;

const CROP: GPanoCrop =
    GPanoCrop { full_width: 8000, full_height: 4000, left: 1000, top: 1500, width: 6000, height: 800 };

fn panorama(orientation: u8, crop: Option<GPanoCrop>) -> Geotag {
    let (width, height) = crop.map_or((8000, 4000), |crop| (crop.width, crop.height));
    Geotag {
        projection: Projection::Equirectangular,
        crop,
        orientation,
        pitch: Some(-2.5),
        field_of_view: Some(270.0),
        make: Some("GoPro".to_owned()),
        image_size: Some(ImageSize { width, height }),
        ..Geotag::default()
    }
}

fn size(tag: &Geotag) -> (u32, u32) {
    tag.image_size.map_or((0, 0), |size| (size.width, size.height))
}

#[test]
fn a_smaller_copy_has_a_smaller_crop_and_all_else() {
    let tag = panorama(1, Some(CROP));
    let small = tag.resized(1500, 200);
    let crop = GPanoCrop { full_width: 2000, full_height: 1000, left: 250, top: 375, width: 1500, height: 200 };
    let expected = Geotag { crop: Some(crop), image_size: Some(ImageSize { width: 1500, height: 200 }), ..tag.clone() };
    assert_eq!(small, expected);
    assert_eq!(tag.resized(6000, 800), tag);
}

#[test]
fn the_packet_of_a_copy_describes_the_copy() {
    // A height that is not in exact proportion: each axis follows its own pixels.
    let small = panorama(1, Some(CROP)).resized(2048, 273);
    let packet = write_xmp(&small).unwrap();
    for part in [
        "FullPanoWidthPixels=\"2731\"",
        "FullPanoHeightPixels=\"1365\"",
        "CroppedAreaLeftPixels=\"341\"",
        "CroppedAreaTopPixels=\"512\"",
        "CroppedAreaImageWidthPixels=\"2048\"",
        "CroppedAreaImageHeightPixels=\"273\"",
    ] {
        assert!(packet.contains(part), "{part} in {packet}");
    }
    let back = read(&support::holds::jpeg(Some(&write_exif(&small)), Some(&packet), (2048, 273))).unwrap();
    assert_eq!((back.crop, back.orientation, back.doubts), (small.crop, 1, vec![]));
}

#[test]
fn the_packet_of_a_whole_panorama_has_the_size_of_the_copy() {
    let small = panorama(1, None).resized(2048, 1024);
    assert_eq!(small.crop, None);
    let packet = write_xmp(&small).unwrap();
    for part in
        ["FullPanoWidthPixels=\"2048\"", "FullPanoHeightPixels=\"1024\"", "CroppedAreaImageWidthPixels=\"2048\""]
    {
        assert!(packet.contains(part), "{part} in {packet}");
    }
}

#[test]
fn a_flat_photo_that_lies_on_its_side_stands_up() {
    let tag = Geotag {
        orientation: 6,
        image_size: Some(ImageSize { width: 4000, height: 3000 }),
        focal_length: Some(4.2),
        ..Geotag::default()
    };
    let upright = tag.resized(3000, 4000);
    assert_eq!((upright.orientation, size(&upright), upright.crop), (1, (3000, 4000), None));
    assert_eq!(upright.focal_length, Some(4.2));
    assert_eq!(write_xmp(&upright), None);
}

#[test]
fn the_crop_turns_with_the_picture() {
    // 1000 columns are left, 1000 right, 1500 rows above and 1700 below.
    let upright = |orientation, width, height| panorama(orientation, Some(CROP)).resized(width, height).crop.unwrap();
    let corner = |crop: GPanoCrop| (crop.left, crop.top);
    let lopsided = GPanoCrop { left: 300, ..CROP };
    for (orientation, expected) in [(1, (300, 1500)), (2, (1700, 1500)), (3, (1700, 1700)), (4, (300, 1700))] {
        let crop = panorama(orientation, Some(lopsided)).resized(6000, 800).crop.unwrap();
        assert_eq!(corner(crop), expected, "{orientation}");
        assert_eq!((crop.full_width, crop.full_height), (8000, 4000));
    }
    for (orientation, expected) in [(5, (1500, 300)), (6, (1700, 300)), (7, (1700, 1700)), (8, (1500, 1700))] {
        let crop = panorama(orientation, Some(lopsided)).resized(800, 6000).crop.unwrap();
        assert_eq!(corner(crop), expected, "{orientation}");
        assert_eq!((crop.full_width, crop.full_height, crop.width, crop.height), (4000, 8000, 800, 6000));
    }
    let half = upright(6, 400, 3000);
    assert_eq!(half, GPanoCrop { full_width: 2000, full_height: 4000, left: 850, top: 500, width: 400, height: 3000 });
}

#[test]
fn a_size_of_nothing_is_no_size() {
    for (width, height) in [(0, 100), (100, 0)] {
        let tag = panorama(1, Some(CROP)).resized(width, height);
        assert_eq!((tag.crop, tag.image_size, write_xmp(&tag)), (None, None, None));
    }
    let empty = GPanoCrop { width: 0, ..CROP };
    assert_eq!(panorama(1, Some(empty)).resized(100, 100).crop, None);
}

proptest! {
    #[test]
    fn a_crop_stays_within_its_panorama(
        crop in (1..100_000_u32, 1..100_000_u32, any::<u32>(), any::<u32>(), any::<u32>(), any::<u32>()),
        (width, height) in (1..=65_500_u32, 1..=65_500_u32),
        orientation in 1..=8_u8,
    ) {
        let crop = GPanoCrop {
            width: crop.0, height: crop.1, left: crop.2, top: crop.3, full_width: crop.4, full_height: crop.5,
        };
        let tag = panorama(orientation, Some(crop)).resized(width, height);
        let crop = tag.crop.unwrap();
        prop_assert_eq!((crop.width, crop.height), (width, height));
        prop_assert!(u64::from(crop.left) + u64::from(width) <= u64::from(crop.full_width));
        prop_assert!(u64::from(crop.top) + u64::from(height) <= u64::from(crop.full_height));
        prop_assert_eq!(tag.resized(width, height), tag);
    }
}
