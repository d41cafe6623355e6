//! Manifests: how a network wants its pixels and what its numbers mean.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use serde::{Deserialize, Serialize};

/// A manifest is a page of text; longer ones are refused.
pub const MAX_MANIFEST_BYTES: u64 = 64 << 10;
/// The largest side of a tile, in pixels: a tensor of 4096² takes 200 MB.
pub const MAX_TILE: u32 = 4096;

/// What a detection is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// A human face.
    Face,
    /// A number plate.
    Plate,
}

/// How a network's outputs are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DecoderKind {
    /// CenterFace: a heat map of centres with log size and offset, at a quarter of the resolution.
    CenterFace,
    /// `YOLOv8` and what has its output, such as YOLO11: `[1, 4 + classes, N]`; or, with suppression
    /// inside the network, `[1, N, 6]`.
    YoloV8,
    /// `YOLOv5` and what has its output: `[1, N, 5 + classes]`.
    YoloV5,
    /// RetinaFace: boxes and scores relative to priors.
    RetinaFace,
}

/// Order of the colours in a network's input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channels {
    /// Red first.
    Rgb,
    /// Blue first.
    Bgr,
}

impl Channels {
    /// Which byte of a red-green-blue pixel feeds a channel (0 to 2).
    pub fn source(self, channel: usize) -> usize {
        match self {
            Self::Rgb => channel,
            Self::Bgr => 2 - channel,
        }
    }
}

/// How pixels become numbers: `(byte - mean) * scale`, per channel in the network's order.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Order of the colours.
    pub channels: Channels,
    /// Subtracted from each byte, in the network's channel order.
    #[serde(default)]
    pub mean: [f32; 3],
    /// Multiplied with the difference.
    pub scale: f32,
    /// The byte that fills the input to the right and below the picture, before normalisation.
    #[serde(default)]
    pub pad: u8,
    /// Width and height of the input must be multiples of this many pixels.
    #[serde(default = "thirty_two")]
    pub multiple: usize,
    /// Whether the network takes inputs of exactly `tile` × `tile` pixels only.
    #[serde(default)]
    pub fixed: bool,
}

fn thirty_two() -> usize {
    32
}

/// The anchor boxes of RetinaFace.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Priors {
    /// Distance between anchors per level, in pixels.
    pub strides: Vec<usize>,
    /// Sides of the square anchors per level, in pixels.
    pub sizes: Vec<Vec<f32>>,
    /// Factors of the centre's and the size's offsets.
    pub variances: [f32; 2],
}

/// A manifest, as read from `*.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Name of the model; goes with every detection.
    pub name: String,
    /// Version of the model; goes with every detection.
    pub version: String,
    /// The `.onnx` file, in the same directory.
    pub file: String,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
    /// Licence of the weights (SPDX), for people to read.
    pub licence: String,
    /// How the outputs are read.
    pub decoder: DecoderKind,
    /// The least score that counts, above 0 to 1.
    pub score: f32,
    /// Intersection over union above which the lesser of two boxes in one view is dropped, 0 to 1.
    pub nms_iou: f32,
    /// The largest input side in pixels; the tiles are this large unless the options say less.
    pub tile: u32,
    /// How pixels become numbers.
    pub input: Input,
    /// Index of the network's class → what it is; classes that are not named are ignored.
    pub classes: BTreeMap<String, Class>,
    /// Role → name of the output that plays it. CenterFace: heat, size, offset; RetinaFace: boxes,
    /// scores; YOLO: boxes, by default the first output.
    #[serde(default)]
    pub outputs: BTreeMap<String, String>,
    /// For RetinaFace.
    pub priors: Option<Priors>,
}

impl Manifest {
    /// Reads and checks a manifest; the error says what is wrong in it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let manifest: Self = toml::from_str(text).map_err(|error| {
            // The first line says where, the last one what.
            error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
        })?;
        manifest.check()?;
        Ok(manifest)
    }

    fn check(&self) -> Result<(), String> {
        let must = |fine: bool, sentence: &str| fine.then_some(()).ok_or_else(|| sentence.to_owned());
        must(!self.name.is_empty(), "name is empty")?;
        must(!self.version.is_empty(), "version is empty")?;
        let mut parts = Path::new(&self.file).components();
        let plain = matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None));
        must(plain, "file must be the name of a file in the manifest's directory")?;
        let hexadecimal = self.sha256.len() == 64 && self.sha256.bytes().all(|byte| byte.is_ascii_hexdigit());
        must(hexadecimal, "sha256 must be 64 hexadecimal digits")?;
        must(self.score > 0.0 && self.score <= 1.0, "score must be above 0 and at most 1")?;
        must((0.0..=1.0).contains(&self.nms_iou), "nms_iou must be 0 to 1")?;
        must((32..=MAX_TILE).contains(&self.tile), "tile must be 32 to 4096 pixels")?;
        let input = &self.input;
        must(input.scale.is_finite() && input.scale != 0.0, "input.scale must be a number other than 0")?;
        must(input.mean.iter().all(|mean| mean.is_finite()), "input.mean must be numbers")?;
        must((1..=256).contains(&input.multiple), "input.multiple must be 1 to 256 pixels")?;
        must((self.tile as usize).is_multiple_of(input.multiple), "tile must be a multiple of input.multiple")?;
        must(!self.classes.is_empty(), "classes is empty: name at least one, such as 0 = \"face\"")?;
        self.class_table()?;
        let roles: &[&str] = match self.decoder {
            DecoderKind::CenterFace => &["heat", "size", "offset"],
            DecoderKind::RetinaFace => &["boxes", "scores"],
            DecoderKind::YoloV8 | DecoderKind::YoloV5 => &[],
        };
        if let Some(missing) = roles.iter().find(|role| !self.outputs.contains_key(**role)) {
            return Err(format!("outputs.{missing} must name the network's output"));
        }
        match (&self.priors, self.decoder) {
            (Some(priors), DecoderKind::RetinaFace) => priors.check(),
            (None, DecoderKind::RetinaFace) => Err("the decoder retinaface needs [priors]".to_owned()),
            _ => Ok(()),
        }
    }

    /// Place in the table = index of the network's class.
    pub fn class_table(&self) -> Result<Vec<Option<Class>>, String> {
        let mut table = Vec::new();
        for (key, class) in &self.classes {
            let index = key.parse::<usize>().ok().filter(|index| *index < 10_000);
            let index = index.ok_or_else(|| format!("classes: {key:?} is not the number of a class"))?;
            if table.len() <= index {
                table.resize(index + 1, None);
            }
            table[index] = Some(*class);
        }
        Ok(table)
    }
}

impl Priors {
    fn check(&self) -> Result<(), String> {
        let counts = !self.strides.is_empty() && self.strides.len() <= 8 && self.strides.len() == self.sizes.len();
        let strides = self.strides.iter().all(|stride| (4..=256).contains(stride));
        let sizes = self
            .sizes
            .iter()
            .all(|level| (1..=16).contains(&level.len()) && level.iter().all(|size| size.is_finite() && *size > 0.0));
        let variances = self.variances.iter().all(|variance| variance.is_finite() && *variance > 0.0);
        (counts && strides && sizes && variances).then_some(()).ok_or_else(|| {
            "priors needs as many strides (4 to 256) as lists of sizes, and two variances above 0".to_owned()
        })
    }
}
