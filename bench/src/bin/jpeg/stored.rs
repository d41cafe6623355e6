//! What is stored of a picture, beside what was uploaded, over the shared photos.

use anyhow::Result;
use flaneur_bench::table::Table;
use flaneur_jpeg::{Limits, Metadata, Source};
use flaneur_test_jpeg::shared;

use crate::input::{is_panorama, regions, size};

const FOLDERS: [&str; 4] = ["pano360", "sequences", "geotagged", "privacy_gt"];

/// Bytes of one picture.
#[derive(Debug, Default, Clone, Copy)]
struct Bytes {
    pictures: u64,
    upload: u64,
    master: u64,
    copies: u64,
    tiles: u64,
}

impl Bytes {
    fn ratio(&self) -> f64 {
        (self.master + self.copies + self.tiles) as f64 / self.upload.max(1) as f64
    }

    fn row(&self, name: &str) -> Vec<String> {
        let share = |bytes: u64| format!("{:.3}", bytes as f64 / self.upload.max(1) as f64);
        vec![
            name.to_owned(),
            self.pictures.to_string(),
            format!("{:.1} MB", self.upload as f64 / 1e6),
            share(self.master),
            share(self.copies),
            share(self.tiles),
            format!("{:.3}", self.ratio()),
        ]
    }

    fn add(&mut self, other: Bytes) {
        self.pictures += other.pictures;
        self.upload += other.upload;
        self.master += other.master;
        self.copies += other.copies;
        self.tiles += other.tiles;
    }
}

fn of(upload: &[u8]) -> Option<Bytes> {
    let (width, height) = size(upload).ok()?;
    let panorama = is_panorama(width, height);
    let source = Source::open(upload, 1, panorama, &Limits::default()).ok()?;
    let redacted = source.redact(&regions(width, height)).ok()?;
    let metadata = Metadata::default();
    let master = redacted.master(&metadata).ok()?;
    // As the worker does.
    let copies = if redacted.is_small() {
        redacted.thumb().ok()?.len()
    } else {
        let copies = redacted.copies(&metadata).ok()?;
        copies.sd.len() + copies.thumb.len()
    };
    let tiles = if panorama { redacted.prove(&master).ok()?.tile_index().to_bytes().len() } else { 0 };
    Some(Bytes {
        pictures: 1,
        upload: upload.len() as u64,
        master: master.len() as u64,
        copies: copies as u64,
        tiles: tiles as u64,
    })
}

/// The table, or a sentence if there are no shared photos.
pub(crate) fn section() -> Result<String> {
    let mut table = Table::new(&[
        "photos",
        "pictures",
        "uploaded",
        "original ÷ upload",
        "sd and thumb",
        "index of tiles",
        "stored ÷ upload",
    ]);
    let mut all = Bytes::default();
    let mut refused = 0;
    for folder in FOLDERS {
        let mut sum = Bytes::default();
        for path in shared::files(folder) {
            match of(&std::fs::read(&path)?) {
                Some(bytes) => sum.add(bytes),
                None => refused += 1,
            }
        }
        if sum.pictures > 0 {
            table.row(sum.row(folder));
            all.add(sum);
        }
    }
    if all.pictures == 0 {
        return Ok("## Bytes stored\n\nNot measured: there are no shared photos here.\n\n".to_owned());
    }
    table.row(all.row("all"));
    Ok(format!("## Bytes stored\n\n{}\n{refused} files are refused, and not counted.\n\n", table.markdown()))
}
