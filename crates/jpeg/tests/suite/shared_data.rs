//! Real photographs and hostile files, where they are at hand.

use std::path::{Path, PathBuf};

use crate::common::{contains, face, plate};
use flaneur_jpeg::{Intake, Limits, Metadata, Source, TileGrid, list_segments, verify};

fn data(folder: &str) -> Vec<PathBuf> {
    let root = std::env::var("FLANEUR_SHARED_DATA")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data").to_owned());
    let mut files = Vec::new();
    collect(&Path::new(&root).join(folder), &mut files);
    files.sort();
    if files.is_empty() {
        println!("skipped: no shared data in {folder}");
    }
    files
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = path.to_string_lossy().to_lowercase();
        if path.is_dir() {
            collect(&path, files);
        } else if [".jpg", ".jpeg", ".mpo", ".gif", ".png"].iter().any(|end| name.ends_with(end)) {
            files.push(path);
        }
    }
}

/// Cut short by those who published them.
const INCOMPLETE: [&str; 3] =
    ["nom_exif-no-tz.jpg", "media3_ss-motion-photo-shortened.jpg", "media3_pixel-motion-photo-shortened.jpg"];

fn round_trip(path: &Path) {
    let bytes = std::fs::read(path).unwrap();
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let opened = Source::open(&bytes, 1, &Limits::default());
    if INCOMPLETE.contains(&name.as_str()) {
        assert!(opened.is_err(), "{name}");
        return;
    }
    let source = match opened {
        Ok(source) => source,
        Err(error) => panic!("{name}: {error}"),
    };
    let mut intake = Intake::new(Limits::default());
    for chunk in bytes.chunks(10_007) {
        intake.feed(chunk).unwrap();
    }
    let header = intake.finish().unwrap();
    let (width, height) = (source.pixels().width, source.pixels().height);
    assert_eq!((header.width, header.height), (width, height), "{name}");

    let panorama = width == 2 * height;
    let (w, h) = (width as f32, height as f32);
    let regions = [
        face(w * 0.3, h * 0.4, w * 0.33, h * 0.46),
        face(w * 0.32, h * 0.42, w * 0.35, h * 0.47),
        plate(w * 0.6, h * 0.6, w * 0.63, h * 0.62),
        face(w * 0.98, h * 0.5, w * 1.01, h * 0.55),
    ];
    let redacted = source.redact(&regions, panorama);
    let metadata = Metadata::default();
    let check = |bytes: &[u8], expected: &flaneur_jpeg::Expected| {
        if let Err(error) = verify(bytes, expected) {
            panic!("{name}: {error}");
        }
    };
    let master = redacted.master(&metadata).unwrap();
    check(&master, &redacted.expected_master());
    check(&redacted.sd(&metadata).unwrap(), &redacted.expected_sd());
    check(&redacted.thumb(panorama).unwrap(), &redacted.expected_thumb(panorama));
    if panorama {
        let grid = TileGrid::for_panorama(width, height);
        let pack = redacted.tiles(grid).unwrap();
        for (column, row) in [(0, 0), (grid.columns - 1, grid.rows / 2)] {
            check(pack.tile(column, row).unwrap(), &redacted.expected_tile(grid, column, row).unwrap());
        }
    }
    // Nothing of the application segments but a rewritten colour profile.
    for segment in list_segments(&bytes).unwrap() {
        if matches!(segment.marker, 0xE1 | 0xE3..=0xEF | 0xFE) && segment.payload_len >= 64 {
            let from = segment.offset as usize + 40;
            let sample = &bytes[from..from + 24];
            let plain = sample.iter().all(|&b| b == sample[0]);
            assert!(plain || !contains(&master, sample), "{name}: a segment {:x}", segment.marker);
        }
    }
}

fn round_trip_all(folder: &str) {
    for path in data(folder) {
        round_trip(&path);
    }
}

#[test]
fn panoramas() {
    round_trip_all("pano360");
}

#[test]
fn sequences() {
    round_trip_all("sequences");
}

#[test]
fn geotagged() {
    round_trip_all("geotagged");
}

#[test]
fn privacy() {
    round_trip_all("privacy_gt");
}

#[test]
fn hostile_files_are_refused_or_harmless() {
    for path in data("hostile") {
        let bytes = std::fs::read(&path).unwrap();
        let limits = Limits { max_pixels: 10_000_000, ..Limits::default() };
        match Source::open(&bytes, 1, &limits) {
            Ok(source) => {
                let redacted = source.redact(&[], false);
                let master = redacted.master(&Metadata::default()).unwrap();
                verify(&master, &redacted.expected_master()).unwrap();
            }
            Err(error) => {
                let sentence = error.to_string();
                assert!(sentence.len() > 20, "{}: {sentence}", path.display());
            }
        }
        let mut intake = Intake::new(limits);
        let _ = intake.feed(&bytes).and_then(|()| intake.finish());
        let _ = list_segments(&bytes);
    }
}
