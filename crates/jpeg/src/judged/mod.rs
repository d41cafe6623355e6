//! What we read and write, judged by libjpeg: nothing of our parser has a say in whether these tests pass.
//!
//! On real pictures (where the shared data is at hand), and on generated ones in all codings.

mod cuts;
mod mutants;
mod removed;
mod windows;

use std::path::Path;

use flaneur_test_jpeg::{Dcs, numbers::Numbers};

use crate::blocks::Block;
use crate::cover::Region;
use crate::encode::Metadata;
use crate::error::JpegError;
use crate::header::Limits;
use crate::redact::{Proven, Redacted};
use crate::source::Source;

/// Pictures of the shared data.
const FOLDERS: [&str; 4] = ["pano360", "sequences", "geotagged", "privacy_gt"];

/// The name of a file, for messages.
fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Opens a file as an upload: a panorama if it has the shape of one.
fn open(bytes: &[u8]) -> Result<Source, JpegError> {
    let limits = Limits { max_pixels: 100_000_000, ..Limits::default() };
    let source = Source::open(bytes, 1, false, &limits)?;
    let (width, height) = source.size();
    if width == 2 * height { Source::open(bytes, 1, true, &limits) } else { Ok(source) }
}

/// Whether blocks behind the edges are part of what is stored: they are in one interleaved sequential Huffman scan, which is
/// copied. What is coded anew has others there.
fn stores_padding(bytes: &[u8]) -> bool {
    let frame = bytes.windows(2).find(|pair| matches!(pair, [0xFF, 0xC0..=0xC2 | 0xC9 | 0xCA]));
    let scans = bytes.windows(2).filter(|pair| pair == &[0xFF, 0xDA]).count();
    matches!(frame, Some([_, 0xC0 | 0xC1])) && scans == 1
}

/// The DCs that we read are those that libjpeg read.
fn assert_same_dcs(name: &str, bytes: &[u8], source: &Source, theirs: &[Dcs]) {
    let all = stores_padding(bytes);
    assert_eq!(theirs.len(), source.walk.dc.len(), "{name}: components");
    for (component, (theirs, ours)) in theirs.iter().zip(&source.walk.dc).enumerate() {
        assert_eq!((theirs.across, theirs.down), (ours.width, ours.height), "{name}: component {component}");
        let (real_across, real_down) = source.stream.head.frame.own_blocks(component);
        let (across, down) = if all { (ours.width, ours.height) } else { (real_across as usize, real_down as usize) };
        for (y, row) in theirs.values.chunks_exact(theirs.across).enumerate().take(down) {
            assert!(row[..across] == ours.row(y)[..across], "{name}: DCs of component {component} in row {y}");
        }
    }
}

/// A master that is proven.
fn master(redacted: &Redacted) -> (Vec<u8>, Proven) {
    let file = redacted.master(&Metadata::default()).expect("what is planned can be cut");
    let proven = redacted.prove(&file).expect("what was cut is proven");
    (file, proven)
}

/// The coded units that a cut has to change: those touched, but for any that hold what is planned already.
fn changing(source: &Source, redacted: &Redacted) -> Vec<usize> {
    let length = source.stream.decoder().layout().len();
    let (mut before, mut planned): (Vec<Block>, Vec<Block>) = (vec![[0; 64]; length], vec![[0; 64]; length]);
    let mut units = redacted.touched_units();
    units.retain(|&unit| {
        source.walk.unit(&source.stream, unit, &mut before).expect("a unit that was walked can be read");
        redacted.unit(unit, &mut planned).expect("what is planned can be told");
        before != planned
    });
    units
}

/// Faces and plates anywhere, two that overlap, one across the right edge, which is the seam of a panorama.
fn regions(seed: u64, (width, height): (u32, u32)) -> Vec<Region> {
    let mut numbers = Numbers::new(seed);
    let (w, h) = (width as f32, height as f32);
    let mut regions = Vec::new();
    for number in 0..4 {
        let (x, y) = (numbers.share() * w * 0.9, numbers.share() * h * 0.9);
        let (across, down) = (w * (0.01 + 0.1 * numbers.share()), h * (0.01 + 0.15 * numbers.share()));
        regions.push(match number % 2 {
            0 => Region::face(x, y, x + across, y + down),
            _ => Region::plate(x, y, x + across, y + down),
        });
        if number == 2 {
            regions.push(Region::face(x + across * 0.5, y + down * 0.3, x + across * 1.4, y + down * 1.2));
        }
    }
    regions.push(Region::face(w * 0.97, h * 0.4, w * 1.02, h * 0.55));
    regions
}
