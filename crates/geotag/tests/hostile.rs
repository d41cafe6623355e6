//! No byte string makes the reader panic, loop or take much, and nothing identifying passes.

mod support;

use std::time::{Duration, Instant};

use flaneur_geotag::{Blocks, Doubt, Geotag, GeotagError, ImageSize, read, read_blocks, write_exif, write_xmp};
use proptest::prelude::*;

/// Far above what a file takes (well below a millisecond), far below what a file that loops takes.
const PATIENCE: Duration = Duration::from_secs(2);

fn read_quickly(file: &[u8]) -> Result<Geotag, GeotagError> {
    let start = Instant::now();
    let read = read(file);
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
    if let Ok(tag) = &read {
        check(tag);
    }
    read
}

/// What holds of every geotag that was read.
fn check(tag: &Geotag) {
    support::holds::hold(tag);
    assert!(tag.position.is_none_or(|at| (at.lon, at.lat) != (0.0, 0.0)));
    support::sources_fit(tag);
}

#[test]
fn every_shared_file_is_read_or_refused() {
    let Some(folder) = support::shared_data() else { return };
    let (mut good, mut bad) = (0, 0);
    let start = Instant::now();
    for path in support::files(&folder) {
        if path.extension().is_some_and(|end| end == "json" || end == "tsv") {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        for cut in [bytes.len(), bytes.len() / 2, 1000.min(bytes.len())] {
            match read_quickly(&bytes[..cut]) {
                Ok(_) => good += 1,
                Err(_) => bad += 1,
            }
        }
    }
    println!("{good} read, {bad} refused in {:?}", start.elapsed());
    assert!(good > 300 && bad > 20, "{good} {bad}");
}

#[test]
fn odd_shared_files_give_their_doubts() {
    let Some(folder) = support::shared_data() else { return };
    let doubts = |name: &str| {
        let tag = read_quickly(&std::fs::read(folder.join("hostile").join(name)).unwrap()).unwrap();
        tag.doubts
    };
    assert!(doubts("gen_exif_future_date.jpg").iter().any(|d| matches!(d, Doubt::YearRefused { year: 2199, .. })));
    assert!(doubts("gen_exif_heading_nan.jpg").iter().any(|d| matches!(d, Doubt::HeadingRefused(_))));
    assert!(doubts("gen_xmp_xxe.jpg").iter().any(|d| matches!(d, Doubt::XmpRefused(_))));
}

/// A block whose first directory is all pointers to EXIF directories that overlap each other.
fn fan_out() -> Vec<u8> {
    const POINTERS: u16 = 2500;
    let mut block = b"II\x2A\0\x08\0\0\0".to_vec();
    block.extend(POINTERS.to_le_bytes());
    for index in 0..u32::from(POINTERS) {
        block.extend([0x69, 0x87, 4, 0, 1, 0, 0, 0]);
        block.extend((30_100 + index * 2).to_le_bytes());
    }
    // Read as a directory at any even offset, this is 2570 short entries.
    block.resize(65_000, 0x0A);
    block
}

#[test]
fn directories_cannot_fan_out_or_loop() {
    let tag = read_quickly(&support::holds::jpeg(Some(&fan_out()), None, (4, 3))).unwrap();
    assert_eq!(tag.doubts, [Doubt::ExifDamaged]);
}

#[test]
fn big_packets_of_attributes_elements_and_depth_cost_little() {
    let attributes: String = (0..5000).fold(String::new(), |all, n| all + &format!(" a{n}=\"\""));
    let namespaces: String = (0..1500).fold(String::new(), |all, n| all + &format!(" xmlns:a{n}=\"u{n}\""));
    let elements = "<a/>".repeat(15_000);
    let deep = "<a>".repeat(20_000);
    for packet in [
        support::packet(&attributes),
        support::packet(&namespaces),
        format!("<a>{elements}</a>"),
        deep,
        support::packet(&"GPano:ProjectionType=\"x\" ".repeat(2400)),
    ] {
        read_quickly(&support::holds::jpeg(None, Some(&packet), (4, 3))).unwrap();
    }
}

/// A file with identifying tags in every directory, and with a description that holds an e-mail address.
fn telling() -> Vec<u8> {
    let description = b"{\"MAPLatitude\":48.5,\"MAPLongitude\":2.5,\"MAPSettingsEmail\":\"secret@example.org\"}\0";
    let serial = b"secret-serial\0";
    let exif = support::block(
        &[
            (0x010E, 2, description.len() as u32, description),
            (0x0110, 2, 24, b"Camera 5 SN: secret-123\0"),
            (0x013C, 2, 14, serial),
            (0x9C9C, 1, 14, serial),
            (0x9C9D, 1, 14, serial),
        ],
        &[
            (0x927C, 7, 14, serial),
            (0x9286, 7, 14, serial),
            (0xA420, 2, 14, serial),
            (0xA430, 2, 14, serial),
            (0xA431, 2, 14, serial),
            (0xA435, 2, 14, serial),
        ],
        &[(0x001B, 7, 14, serial), (0x001C, 7, 14, serial)],
    );
    let xmp = support::packet(
        r#"xmlns:d="http://www.dji.com/drone-dji/1.0/" d:DroneSerialNumber="secret" d:GimbalYawDegree="+12.5"
           xmlns:t="http://ns.adobe.com/tiff/1.0/" t:HostComputer="secret"
           xmlns:aux="http://ns.adobe.com/exif/1.0/aux/" aux:OwnerName="secret""#,
    );
    support::holds::jpeg(Some(&exif), Some(&xmp), (4000, 3000))
}

#[test]
fn nothing_identifying_passes() {
    let tag = read_quickly(&telling()).unwrap();
    assert_eq!(tag.position.map(|position| position.lat), Some(48.5));
    assert_eq!(tag.model.as_deref(), Some("Camera 5"));
    assert_eq!(tag.heading.map(|heading| heading.degrees), Some(12.5));
    let all = format!("{tag:?} {}", serde_json::to_string(&tag).unwrap());
    assert!(!all.contains("secret"), "{all}");
    let written = [write_exif(&tag), write_xmp(&tag).unwrap_or_default().into_bytes()].concat();
    assert!(!written.windows(6).any(|window| window == b"secret"));
}

/// A file that uses most of what is read.
fn valid() -> Vec<u8> {
    let (lat, lon) =
        (support::rationals(&[(48, 1), (9, 1), (1824, 100)]), support::rationals(&[(1, 1), (41, 1), (4, 1)]));
    let (time, direction) = (support::rationals(&[(7, 1), (56, 1), (34, 1)]), support::rationals(&[(2713, 10)]));
    let exif = support::block(
        &[(0x010F, 2, 5, b"SONY\0"), (0x0112, 3, 1, &[1, 0])],
        &[(0x9003, 2, 20, b"2022:10:19 09:56:34\0"), (0x9011, 2, 7, b"+02:00\0"), (0x9291, 2, 4, b"123\0")],
        &[
            (1, 2, 2, b"N\0"),
            (2, 5, 3, &lat),
            (3, 2, 2, b"W\0"),
            (4, 5, 3, &lon),
            (7, 5, 3, &time),
            (0x11, 5, 1, &direction),
            (0x1D, 2, 11, b"2022:10:19\0"),
        ],
    );
    let xmp = support::packet(
        r#"GPano:ProjectionType="equirectangular" GPano:FullPanoWidthPixels="8000" GPano:FullPanoHeightPixels="4000"
           GPano:CroppedAreaImageWidthPixels="4000" GPano:CroppedAreaImageHeightPixels="2000"
           GPano:PosePitchDegrees="-2.5""#,
    );
    support::holds::jpeg(Some(&exif), Some(&xmp), (4000, 2000))
}

#[test]
fn the_blocks_of_other_containers_are_read_alike() {
    let file = valid();
    let from_jpeg = read(&file).unwrap();
    let find = |part: &[u8]| file.windows(part.len()).position(|window| window == part).unwrap();
    let signature = find(b"Exif\0\0");
    let exif = &file[signature + 6..];
    let xmp = &file[find(b"<x:xmpmeta")..];
    let xmp = &xmp[..xmp.windows(12).position(|window| window == b"</x:xmpmeta>").unwrap() + 12];
    // As they stand in a PNG, in a WebP, and in a HEIC that counts its offset.
    for before in [&b""[..], b"Exif\0\0", b"\0\0\0\x06Exif\0\0", b"\0\0\0\0"] {
        let block = [before, exif].concat();
        let size = ImageSize { width: 4000, height: 2000 };
        let tag = read_blocks(&Blocks { exif: &[&block], xmp: &[xmp], size: Some(size), upright: false });
        assert_eq!(tag, from_jpeg, "{before:?}");
    }
    let tag = read_blocks(&Blocks {
        exif: &[b"nothing"],
        xmp: &[b"<"],
        size: Some(ImageSize { width: 0, height: 9 }),
        upright: false,
    });
    assert_eq!((tag.image_size, tag.doubts.len()), (None, 2));
}

#[test]
fn the_valid_file_is_read() {
    let tag = read_quickly(&valid()).unwrap();
    assert_eq!(tag.doubts, []);
    assert_eq!(tag.captured.unwrap().local, "2022-10-19T09:56:34.123+02:00");
    assert_eq!((tag.crop.unwrap().full_width, tag.pitch), (8000, Some(-2.5)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = read_quickly(&bytes);
        let mut file = vec![0xFF, 0xD8];
        file.extend(&bytes);
        let _ = read_quickly(&file);
        let _ = read_quickly(&support::holds::jpeg(Some(&bytes), None, (64, 32)));
        let header = [b"MM\0\x2A\0\0\0\x08", &bytes[..]].concat();
        let _ = read_quickly(&support::holds::jpeg(Some(&header), None, (64, 32)));
        let blocks: [&[u8]; 2] = [&bytes, &header];
        check(&read_blocks(&Blocks { exif: &blocks, xmp: &blocks, size: Some(ImageSize { width: 64, height: 32 }), upright: true }));
    }

    #[test]
    fn damaged_files_never_panic(
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..12),
        cut in any::<proptest::sample::Index>(),
        truncate in any::<bool>(),
    ) {
        let mut file = valid();
        for (at, byte) in changes {
            let at = at.index(file.len());
            file[at] = byte;
        }
        if truncate {
            file.truncate(cut.index(file.len()));
        }
        let _ = read_quickly(&file);
    }

    #[test]
    fn any_text_in_the_packet_never_panics(text in "\\PC{0,300}") {
        let escaped = text.replace(['<', '&', '"'], "");
        for name in ["GPano:FullPanoWidthPixels", "GPano:PoseHeadingDegrees", "GPano:ProjectionType"] {
            let _ = read_quickly(&support::holds::jpeg(None, Some(&support::packet(&format!("{name}=\"{escaped}\""))), (64, 32)));
        }
        let _ = read_quickly(&support::holds::jpeg(None, Some(&text), (64, 32)));
    }

    #[test]
    fn any_text_in_a_tag_never_panics(text in "[0-9:/ .+TZ,NSEWé-]{0,30}") {
        let bytes = [text.as_bytes(), b"\0 \0"].concat();
        let count = bytes.len() as u32;
        let entry = |number| (number, 2, count, &bytes[..]);
        let exif = support::block(
            &[entry(0x0110)],
            &[entry(0x9003), entry(0x9011), entry(0x9291), entry(0x920A)],
            &[entry(1), entry(2), entry(3), entry(4), entry(6), entry(7), entry(0x11), entry(0x1D)],
        );
        let _ = read_quickly(&support::holds::jpeg(Some(&exif), None, (64, 32)));
    }
}
