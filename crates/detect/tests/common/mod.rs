//! Where tests find models and pictures; what is not there makes a test say that it is skipped.
#![allow(dead_code, reason = "each test binary uses a part")]
#![expect(clippy::print_stdout, reason = "says why a test is skipped")]

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use flaneur_detect::{Detection, Detector, Options};

/// A picture as the detector takes it.
pub struct Picture {
    pub rgb: Vec<u8>,
    pub width: u32,
    pub height: u32,
}

impl Picture {
    pub fn open(path: &Path) -> Self {
        let image = image::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).to_rgb8();
        let (width, height) = image.dimensions();
        Self { rgb: image.into_raw(), width, height }
    }

    pub fn blank(width: u32, height: u32) -> Self {
        Self { rgb: vec![128; (width * height * 3) as usize], width, height }
    }

    /// Puts another picture on this one, wrapping round the right edge.
    pub fn paste(&mut self, other: &Self, x: u32, y: u32) {
        for row in 0..other.height {
            for column in 0..other.width {
                let from = ((row * other.width + column) * 3) as usize;
                let to = (((y + row) * self.width + (x + column) % self.width) * 3) as usize;
                self.rgb[to..to + 3].copy_from_slice(&other.rgb[from..from + 3]);
            }
        }
    }

    pub fn detect(&self, detector: &Detector, panorama: bool) -> Vec<Detection> {
        detector.detect(&self.rgb, self.width, self.height, panorama).expect("the picture can be looked at")
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The directory of models, if they were fetched: `FLANEUR_MODELS`, else `models/`.
pub fn models() -> Option<PathBuf> {
    let directory = std::env::var_os("FLANEUR_MODELS").map_or_else(|| root().join("models"), PathBuf::from);
    let there = directory.join("centerface.onnx").exists() && directory.join("libonnxruntime.so").exists();
    if !there {
        println!("skipped: no models in {} (run `make models`)", directory.display());
    }
    there.then_some(directory)
}

/// A detector with the product's own models and settings, loaded once per test binary.
pub fn detector() -> Option<&'static Detector> {
    static DETECTOR: OnceLock<Option<Detector>> = OnceLock::new();
    let loaded = DETECTOR.get_or_init(|| {
        let options = Options { sessions: 2, ..Options::new(models()?) };
        Some(Detector::load(&options).expect("the models can be loaded"))
    });
    loaded.as_ref()
}

/// A picture written by `scripts/models/test_pictures.py`; the face may also be at `FLANEUR_TEST_FACE`.
pub fn test_picture(name: &str) -> Option<Picture> {
    let given = (name == "astronaut.png").then(|| std::env::var_os("FLANEUR_TEST_FACE")).flatten();
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let cache = variable("FLANEUR_CACHE")
        .or_else(|| Some(variable("XDG_CACHE_HOME")?.join("flaneur")))
        .or_else(|| Some(variable("HOME")?.join(".cache/flaneur")))?;
    let path = given.map_or_else(|| cache.join("test-pictures").join(name), PathBuf::from);
    if !path.exists() {
        println!("skipped: no {} (run `python3 scripts/models/test_pictures.py`)", path.display());
        return None;
    }
    Some(Picture::open(&path))
}

/// The folder of labelled photos.
pub fn shared_data() -> Option<PathBuf> {
    let folder = std::env::var_os("FLANEUR_SHARED_DATA").map_or_else(|| root().join("../shared/data"), PathBuf::from);
    if !folder.is_dir() {
        println!("skipped: no shared data");
        return None;
    }
    Some(folder)
}
