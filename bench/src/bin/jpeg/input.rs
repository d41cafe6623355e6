//! The pictures that are measured, and what is redacted in them.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use flaneur_jpeg::{Region, RegionKind};
use flaneur_test_jpeg::{Judge, Rgb, pictures, shared};

/// One picture.
#[derive(Debug, Clone)]
pub(crate) struct Input {
    /// What it is, for people.
    pub name: String,
    pub path: PathBuf,
    pub bytes: u64,
    pub width: u32,
    pub height: u32,
}

/// The three pictures: of the shared data where it is at hand, else generated in the same sizes.
pub(crate) fn all(judge: Judge, folder: &Path) -> Result<Vec<Input>> {
    let sphere = read(&shared::files("pano360"), "gvio_pano_1.jpg", 1)?;
    let flat = read(&shared::files("sequences/lund"), "", 16)?;
    let mut inputs = Vec::new();
    let mut add = |file: &str, name: &str, bytes: Vec<u8>| -> Result<()> {
        let path = folder.join(file);
        std::fs::write(&path, &bytes)?;
        let header = {
            let mut intake = flaneur_jpeg::Intake::new(flaneur_jpeg::Limits::default());
            intake.feed(&bytes)?;
            intake.finish()?
        };
        let (width, height) = (header.width, header.height);
        inputs.push(Input { name: name.to_owned(), path, bytes: bytes.len() as u64, width, height });
        Ok(())
    };
    let made = |width, height, sampling: &str| {
        let picture: Rgb = pictures::street(width, height, 1);
        judge.cjpeg(&["-quality", "90", "-sample", sampling], &picture).map_err(anyhow::Error::msg)
    };
    match sphere.first() {
        Some(bytes) => {
            add("sphere.jpg", "360° picture of a GoPro Max, 4:2:2", bytes.clone())?;
            let four = judge.compose(2, 2, &vec![bytes.clone(); 4]).map_err(anyhow::Error::msg)?;
            add("large.jpg", "66 MP: the same, four times side by side", four)?;
        }
        None => {
            add("sphere.jpg", "generated 360° picture, 4:2:2", made(5760, 2880, "2x1")?)?;
            add("large.jpg", "66 MP, generated, 4:2:2", made(11_520, 5760, "2x1")?)?;
        }
    }
    if flat.len() == 16 {
        let wall = judge.compose(4, 4, &flat).map_err(anyhow::Error::msg)?;
        add("flat.jpg", "12.6 MP flat: sixteen photos of a street side by side, 4:2:0", wall)?;
    } else {
        add("flat.jpg", "12.6 MP flat, generated, 4:2:0", made(4096, 3072, "2x2")?)?;
    }
    Ok(inputs)
}

/// The first `count` files whose name ends so.
fn read(files: &[PathBuf], ending: &str, count: usize) -> Result<Vec<Vec<u8>>> {
    let fitting = files.iter().filter(|path| path.to_string_lossy().ends_with(ending)).take(count);
    fitting.map(|path| std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))).collect()
}

/// Whether a picture of this size is taken for a panorama.
pub(crate) fn is_panorama(width: u32, height: u32) -> bool {
    width == 2 * height
}

/// Five boxes: heads near and far, a plate, and, in panoramas, a head on the seam. In pixels, as a detector gives them.
pub(crate) fn regions(width: u32, height: u32) -> Vec<Region> {
    let (w, h) = (width as f32, height as f32);
    let at = |x: f32, y: f32, size: f32, kind| Region {
        x0: w * x,
        y0: h * y,
        x1: w * (x + size),
        y1: h * y + w * size * 1.2,
        kind,
    };
    let mut regions = vec![
        at(0.21, 0.47, 0.012, RegionKind::Face),
        at(0.34, 0.50, 0.006, RegionKind::Face),
        at(0.345, 0.50, 0.007, RegionKind::Face),
        Region { x0: w * 0.62, y0: h * 0.56, x1: w * 0.64, y1: h * 0.57, kind: RegionKind::Plate },
    ];
    regions.push(at(if is_panorama(width, height) { 0.996 } else { 0.9 }, 0.49, 0.010, RegionKind::Face));
    regions
}
