//! The pictures that are measured, and what is redacted in them.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use flaneur_jpeg::Region;
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
    let action = read(&shared::files("sequences/rennes_sony"), "", 5)?;
    let mut inputs = Vec::new();
    let mut add = |file: &str, name: &str, bytes: Vec<u8>| -> Result<()> {
        let path = folder.join(file);
        std::fs::write(&path, &bytes)?;
        let (width, height) = size(&bytes)?;
        inputs.push(Input { name: name.to_owned(), path, bytes: bytes.len() as u64, width, height });
        Ok(())
    };
    let made = |width, height, sampling: &str| {
        let picture: Rgb = pictures::street(width, height, 1);
        judge.cjpeg(&["-quality", "90", "-sample", sampling], &picture).map_err(anyhow::Error::msg)
    };
    if let Some(bytes) = sphere.first() {
        add("sphere.jpg", "360° picture of a GoPro Max, 4:2:2", bytes.clone())?;
        let four = judge.compose(2, 2, &vec![bytes.clone(); 4]).map_err(anyhow::Error::msg)?;
        add("large.jpg", "66 MP: the same, four times side by side", four)?;
    } else {
        add("sphere.jpg", "generated 360° picture, 4:2:2", made(5760, 2880, "2x1")?)?;
        add("large.jpg", "66 MP, generated, 4:2:2", made(11_520, 5760, "2x1")?)?;
    }
    if action.len() == 5 {
        let six: Vec<Vec<u8>> = action.iter().chain(&action[..1]).cloned().collect();
        let wall = judge.compose(2, 3, &six).map_err(anyhow::Error::msg)?;
        add("action.jpg", "12.4 MP flat: six photos of an action camera side by side", wall)?;
    }
    if flat.len() == 16 {
        let wall = judge.compose(4, 4, &flat).map_err(anyhow::Error::msg)?;
        add(
            "flat.jpg",
            "12.6 MP flat: sixteen small photos of a street side by side, 4:2:0, 2.6 bits per pixel",
            wall,
        )?;
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

/// Pixels per row and rows, of the header.
pub(crate) fn size(bytes: &[u8]) -> Result<(u32, u32)> {
    let mut intake = flaneur_jpeg::Intake::new(flaneur_jpeg::Limits::default());
    intake.feed(bytes)?;
    let header = intake.finish()?;
    Ok((header.width, header.height))
}

/// Five boxes, as a detector gives them: left, top, right and bottom edge in pixels, and whether it is a face. Heads near
/// and far, two of which overlap, a plate, and, in panoramas, a head on the seam.
pub(crate) fn boxes(width: u32, height: u32) -> [([f32; 4], bool); 5] {
    let (w, h) = (width as f32, height as f32);
    let head = |x: f32, y: f32, size: f32| ([w * x, h * y, w * (x + size), h * y + w * size * 1.2], true);
    [
        head(0.21, 0.47, 0.012),
        head(0.34, 0.50, 0.006),
        head(0.345, 0.50, 0.007),
        ([w * 0.62, h * 0.56, w * 0.64, h * 0.57], false),
        head(if is_panorama(width, height) { 0.996 } else { 0.9 }, 0.49, 0.010),
    ]
}

/// The same as regions.
pub(crate) fn regions(width: u32, height: u32) -> Vec<Region> {
    let region = |([x0, y0, x1, y1], face): ([f32; 4], bool)| {
        if face { Region::face(x0, y0, x1, y1) } else { Region::plate(x0, y0, x1, y1) }
    };
    boxes(width, height).map(region).to_vec()
}
