//! Real photographs and hostile files, where they are at hand.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::common::{contains, difference, open};
use flaneur_jpeg::{Intake, JpegError, Limits, Metadata, Pixels, Region, Source, TileIndex, list_segments};

fn root() -> PathBuf {
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let there = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared/data");
    match std::env::var("FLANEUR_SHARED_DATA") {
        Ok(named) => named.into(),
        Err(_) => [here, there].iter().map(PathBuf::from).find(|path| path.is_dir()).unwrap_or_else(|| here.into()),
    }
}

fn data(folder: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    collect(&root().join(folder), &mut files);
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

/// Faces and plates that people marked, by the photograph's file.
fn marked() -> HashMap<PathBuf, Vec<Region>> {
    let mut all: HashMap<PathBuf, Vec<Region>> = HashMap::new();
    let folder = root().join("privacy_gt");
    for file in std::fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
        if file.extension().is_none_or(|end| end != "json") {
            continue;
        }
        let list: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        for image in list["images"].as_array().unwrap() {
            let path = folder.join(image["file_name"].as_str().unwrap()).canonicalize().unwrap();
            let regions = all.entry(path).or_default();
            for mark in list["annotations"].as_array().unwrap().iter().filter(|mark| mark["image_id"] == image["id"]) {
                let corner = |i: usize| mark["bbox"][i].as_f64().unwrap() as f32;
                let [x, y, w, h] = [0, 1, 2, 3].map(corner);
                let make = if mark["category_id"] == 1 { Region::face } else { Region::plate };
                regions.push(make(x, y, x + w, y + h));
            }
        }
    }
    all
}

/// Cut short by those who published them.
const INCOMPLETE: [&str; 3] =
    ["nom_exif-no-tz.jpg", "media3_ss-motion-photo-shortened.jpg", "media3_pixel-motion-photo-shortened.jpg"];

#[derive(Debug, Default)]
struct Counts {
    photos: usize,
    regions: usize,
    units: usize,
    touched: usize,
    tiles: usize,
}

/// Regions of a photograph in which nobody marked any.
fn anywhere(width: u32, height: u32) -> Vec<Region> {
    let (w, h) = (width as f32, height as f32);
    vec![
        Region::face(w * 0.3, h * 0.4, w * 0.33, h * 0.46),
        Region::face(w * 0.32, h * 0.42, w * 0.35, h * 0.47),
        Region::plate(w * 0.6, h * 0.6, w * 0.63, h * 0.62),
        Region::face(w * 0.98, h * 0.5, w * 1.01, h * 0.55),
    ]
}

fn round_trip(path: &Path, marked: Option<&Vec<Region>>, counts: &mut Counts) {
    let bytes = std::fs::read(path).unwrap();
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let size = list_sizes(&bytes);
    let panorama = size.is_some_and(|(width, height)| width == 2 * height);
    let opened = Source::open(&bytes, 1, panorama, &Limits::default());
    if INCOMPLETE.contains(&name.as_str()) {
        assert!(opened.is_err(), "{name}");
        return;
    }
    let source = opened.unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut intake = Intake::new(Limits::default());
    for chunk in bytes.chunks(10_007) {
        intake.feed(chunk).unwrap();
    }
    let header = intake.finish().unwrap();
    let (width, height) = source.size();
    assert_eq!((header.width, header.height), (width, height), "{name}");

    let regions = marked.cloned().unwrap_or_else(|| anywhere(width, height));
    let redacted = source.redact(&regions).unwrap();
    assert!(redacted.touched() > 0 || regions.is_empty(), "{name}");
    let metadata = Metadata::default();
    let master = redacted.master(&metadata).unwrap();
    let proven = redacted.prove(&master).unwrap_or_else(|error| panic!("{name}: {error}"));
    let copies = redacted.copies(&metadata).unwrap();
    assert_eq!(redacted.check_sd(&proven, &copies.sd), Ok(()), "{name}");
    assert_eq!(redacted.check_thumb(&proven, &copies.thumb), Ok(()), "{name}");
    if panorama {
        let index = TileIndex::parse(&proven.tile_index().to_bytes()).unwrap();
        let whole = open(&master);
        let grid = index.grid();
        for (column, row) in [(0, 0), (grid.columns - 1, grid.rows / 2), (grid.columns / 2, grid.rows - 1)] {
            let window = index.tile_window(column, row).unwrap();
            let range = |range: &std::ops::Range<u64>| &master[range.start as usize..range.end as usize];
            let data: Vec<&[u8]> = index.ranges(&window).iter().map(range).collect();
            let tile = open(&index.tile(column, row, &data).unwrap()).pixels().unwrap();
            assert_eq!((tile.width, tile.height), (grid.tile_width, grid.tile_height), "{name}");
            if (grid.full_width(), grid.full_height()) == (width, height) {
                let (w, h) = (grid.tile_width, grid.tile_height);
                let part: Pixels = whole.part(column * w, row * h, w, h).unwrap();
                let off = difference(&tile, &part);
                assert!(off < 4.0, "{name} {column},{row}: off by {off}");
            }
            counts.tiles += 1;
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
    counts.photos += 1;
    counts.regions += regions.len();
    counts.touched += redacted.touched();
    let (w, h) = crate::common::unit_size(&master);
    counts.units += (width.div_ceil(w) * height.div_ceil(h)) as usize;
}

/// Pixels per row and rows, as the header says.
fn list_sizes(bytes: &[u8]) -> Option<(u32, u32)> {
    let segments = list_segments(bytes).ok()?;
    let frame = segments.into_iter().find(|s| matches!(s.marker, 0xC0..=0xC2 | 0xC9 | 0xCA))?.payload_start;
    let number = |at: usize| u32::from(u16::from_be_bytes([frame[at], frame[at + 1]]));
    Some((number(3), number(1)))
}

fn round_trip_all(folder: &str) {
    let marked = marked();
    let mut counts = Counts::default();
    for path in data(folder) {
        let regions = path.canonicalize().ok().and_then(|path| marked.get(&path));
        round_trip(&path, regions, &mut counts);
    }
    println!("{folder}: {counts:?}");
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
    let (mut taken, mut refused, mut large) = (0, 0, 0);
    for path in data("hostile") {
        let bytes = std::fs::read(&path).unwrap();
        let limits = Limits { max_pixels: 10_000_000, ..Limits::default() };
        match Source::open(&bytes, 1, false, &limits) {
            Ok(source) => {
                let (width, height) = source.size();
                let redacted = source.redact(&anywhere(width, height)).unwrap();
                let master = redacted.master(&Metadata::default()).unwrap();
                let proven = redacted.prove(&master).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                let copies = redacted.copies(&Metadata::default()).unwrap();
                assert_eq!(redacted.check_sd(&proven, &copies.sd), Ok(()), "{}", path.display());
                assert_eq!(redacted.check_thumb(&proven, &copies.thumb), Ok(()), "{}", path.display());
                taken += 1;
            }
            Err(error) => {
                let sentence = error.to_string();
                assert!(sentence.len() > 20, "{}: {sentence}", path.display());
                refused += 1;
                large += usize::from(matches!(error, JpegError::TooLarge { .. } | JpegError::TooLittleData { .. }));
            }
        }
        let mut intake = Intake::new(limits);
        let _ = intake.feed(&bytes).and_then(|()| intake.finish());
        let _ = list_segments(&bytes);
        let _ = TileIndex::parse(&bytes);
    }
    println!("hostile: {taken} taken, {refused} refused, {large} of them for their size");
}
