//! The detector: loads the models of a directory and looks at pictures with all of them.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use flaneur_resize::{Kernel, Raster};
use ort::environment::Environment;
use ort::session::Session;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::canvas::{self, Canvas, InMemory};
use crate::decode::Decoder;
use crate::geometry::{self, Candidate, Frame};
use crate::manifest::{Class, MAX_MANIFEST_BYTES, MAX_TILE, Manifest};
use crate::pool::Pool;
use crate::tiling::{self, Layout, Pixels, Tile};
use crate::{DetectError, priors, runtime};

/// The largest picture, in pixels.
pub const MAX_PIXELS: u64 = 1 << 28;
const MAX_MODELS: usize = 32;
const MAX_MODEL_BYTES: u64 = 1 << 30;
/// Boxes of one model in one view after suppression, and of all models in all views.
const MAX_BOXES_IN_VIEW: usize = 1000;
const MAX_BOXES: usize = 8000;
/// The small whole of a panorama continues over the seam by this part of its width.
const SEAM_SHARE: usize = 8;
/// Small pictures are enlarged by this much at most for the look at the whole.
const MAX_ENLARGEMENT: f64 = 2.0;

/// How to load models and look at pictures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The directory with manifests, models and ONNX Runtime.
    pub models: PathBuf,
    /// CPU threads one network run uses, 1 to 64.
    pub threads_per_session: usize,
    /// How many pictures one model may look at at once, 1 to 64.
    pub sessions: usize,
    /// Side of a tile at the picture's own resolution, in pixels, 64 to 4096.
    pub tile: u32,
    /// What neighbouring tiles share at least, in pixels, at most half a tile.
    pub overlap: u32,
    /// Long side of the whole picture made small, in pixels, 64 to `tile`.
    pub whole: u32,
}

impl Options {
    /// Tiles of 1280 pixels that share 160, the whole at 640, one thread, one session per model.
    pub fn new(models: impl Into<PathBuf>) -> Self {
        Self { models: models.into(), threads_per_session: 1, sessions: 1, tile: 1280, overlap: 160, whole: 640 }
    }

    fn check(&self) -> Result<(), DetectError> {
        let must = |fine: bool, sentence: &str| {
            if fine { Ok(()) } else { Err(DetectError::Options(sentence.to_owned())) }
        };
        must((1..=64).contains(&self.threads_per_session), "threads per session must be 1 to 64")?;
        must((1..=64).contains(&self.sessions), "sessions must be 1 to 64")?;
        must((64..=MAX_TILE).contains(&self.tile), "tile must be 64 to 4096 pixels")?;
        must(self.overlap <= self.tile / 2, "overlap must be at most half a tile")?;
        must((64..=self.tile).contains(&self.whole), "whole must be 64 pixels to the tile's size")
    }
}

/// One thing found in a picture. Coordinates are in pixels of the picture as it was given, `x0` and
/// `y0` inclusive, x to the right and y down, with `0 ≤ y0 < y1 ≤ height` and `0 ≤ x0 < width`.
///
/// On a panorama `x1` may exceed the width: the box then crosses the seam and covers `x0..width` and
/// `0..x1 - width`. On other pictures `x1 ≤ width`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Detection {
    /// What it is.
    pub class: Class,
    /// Confidence of the model, 0 to 1; not comparable between models.
    pub score: f32,
    /// The model that was surest of it, of those that found it.
    pub model: String,
    /// That model's version.
    pub model_version: String,
    /// Left edge.
    pub x0: f32,
    /// Top edge.
    pub y0: f32,
    /// Right edge.
    pub x1: f32,
    /// Bottom edge.
    pub y1: f32,
}

/// Which model is in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelInfo {
    /// Its name, as in detections.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// Looks at pictures with every model of a directory. May be shared between threads: each call
/// works on the thread that makes it, and takes one session per model in turn.
#[derive(Debug)]
pub struct Detector {
    models: Vec<Model>,
    infos: Vec<ModelInfo>,
    environment: Environment,
    options: Options,
}

#[derive(Debug)]
struct Model {
    manifest: Manifest,
    path: PathBuf,
    decoder: Decoder,
    sessions: Pool<Session>,
}

impl Detector {
    /// Reads every `*.toml` in the directory, checks the models against their hashes, loads ONNX
    /// Runtime (once per process, from `ORT_DYLIB_PATH` or the directory), and runs each model once
    /// on a small blank input to see that it does what its manifest says.
    pub fn load(options: &Options) -> Result<Self, DetectError> {
        options.check()?;
        let manifests = read_manifests(&options.models)?;
        let mut files = Vec::new();
        for (path, manifest) in manifests {
            let onnx = path.with_file_name(&manifest.file);
            let bytes = read_model(&onnx, &manifest)?;
            files.push((onnx, manifest, bytes));
        }
        // Not before the files are known to be right: a library stays loaded.
        let environment = runtime::environment(&options.models)?;
        let mut models = Vec::new();
        for (index, (onnx, manifest, bytes)) in files.into_iter().enumerate() {
            models.push(Model::load(&environment, options, onnx, manifest, &bytes, index)?);
        }
        let infos: Vec<ModelInfo> = models
            .iter()
            .map(|model| ModelInfo { name: model.manifest.name.clone(), version: model.manifest.version.clone() })
            .collect();
        for info in &infos {
            tracing::info!(model = info.name, version = info.version, "model loaded");
        }
        Ok(Self { models, infos, environment, options: options.clone() })
    }

    /// The models in use, in the order of their manifests' file names.
    pub fn models(&self) -> &[ModelInfo] {
        &self.infos
    }

    /// Finds faces and plates in a picture, best score first. Blocks, and uses a CPU for about
    /// half a second per tile of 1280² and three models.
    ///
    /// `rgb` holds `width * height` pixels of three bytes, row by row. On a `panorama` the right
    /// edge continues at the left one (360° equirectangular).
    pub fn detect(&self, rgb: &[u8], width: u32, height: u32, panorama: bool) -> Result<Vec<Detection>, DetectError> {
        self.look_at(&InMemory(checked(rgb, width, height)?), panorama)
    }

    /// The same for a picture that gives its pixels part by part: no more than a tile of it is in memory at once.
    pub fn look_at(&self, picture: &dyn Canvas, panorama: bool) -> Result<Vec<Detection>, DetectError> {
        let (width, height) = picture.size();
        check_size(width, height)?;
        let frame = Frame { width: width as f32, height: height as f32, wraps: panorama };
        let mut found: Vec<Candidate> = Vec::new();
        let mut tensor = Vec::new();
        let mut whole: Option<Whole> = None;
        // Models that look at the same tiles do so one after another, so that each tile is made once.
        let layouts: Vec<Layout> = self.models.iter().map(|model| model.layout(&self.options)).collect();
        for (first, layout) in layouts.iter().enumerate().filter(|(at, layout)| !layouts[..*at].contains(layout)) {
            for view in layout.tiles(width as usize, height as usize, panorama) {
                let rgb = canvas::tile(picture, &view)?;
                let pixels = Pixels { rgb: &rgb, width: view.width, height: view.height };
                let tile = Tile { x: 0, y: 0, width: view.width, height: view.height };
                for (model, _) in self.models.iter().zip(&layouts).skip(first).filter(|(_, other)| *other == layout) {
                    let boxes = self.look(model, &mut tensor, &pixels, &tile)?;
                    collect(&mut found, boxes, (1.0, 1.0), (view.x as f32, view.y as f32))?;
                }
            }
        }
        for (model, layout) in self.models.iter().zip(&layouts) {
            let side = whole_side(self.options.whole as usize, layout.tile, panorama);
            let scale = (side as f64 / f64::from(width.max(height))).min(MAX_ENLARGEMENT);
            // A tile that is the whole picture at this very size was looked at already.
            if (scale - 1.0).abs() < f64::EPSILON && !panorama {
                continue;
            }
            if whole.as_ref().is_none_or(|whole| whole.side != side) {
                whole = Some(Whole::new(picture, side, scale)?);
            }
            if let Some(whole) = &whole {
                let view = whole.view(panorama);
                let boxes = self.look(model, &mut tensor, &whole.pixels(), &view)?;
                let back = (frame.width / whole.width as f32, frame.height / whole.height as f32);
                collect(&mut found, boxes, back, (0.0, 0.0))?;
            }
        }
        let of_plates = |model: &&Model| model.manifest.classes.values().any(|class| *class == Class::Plate);
        let found = priors::plausible(found, &frame, self.models.iter().filter(of_plates).count());
        Ok(self.report(geometry::merge(found, &frame)))
    }

    /// What one model finds in one view, in pixels of the view.
    fn look(
        &self,
        model: &Model,
        tensor: &mut Vec<f32>,
        pixels: &Pixels<'_>,
        view: &Tile,
    ) -> Result<Vec<Candidate>, DetectError> {
        let manifest = &model.manifest;
        let fixed = manifest.input.fixed.then_some(manifest.tile as usize);
        let input = tiling::fill(tensor, pixels, view, &manifest.input, fixed);
        let candidates = model.sessions.with(
            || model.session(&self.environment, self.options.threads_per_session),
            |session| runtime::run(session, &model.decoder, tensor, input),
        )?;
        let candidates =
            candidates.map_err(|reason| DetectError::Inference { model: manifest.name.clone(), reason })?;
        geometry::suppress(candidates, manifest.nms_iou, MAX_BOXES_IN_VIEW)
            .ok_or_else(|| DetectError::TooMany { model: manifest.name.clone(), limit: MAX_BOXES_IN_VIEW })
    }

    fn report(&self, merged: Vec<Candidate>) -> Vec<Detection> {
        let named = merged.into_iter().filter_map(|candidate| Some((candidate, self.infos.get(candidate.model)?)));
        named
            .map(|(candidate, info)| Detection {
                class: candidate.class,
                score: candidate.score,
                model: info.name.clone(),
                model_version: info.version.clone(),
                x0: candidate.rect.x0,
                y0: candidate.rect.y0,
                x1: candidate.rect.x1,
                y1: candidate.rect.y1,
            })
            .collect()
    }
}

impl Model {
    fn load(
        environment: &Environment,
        options: &Options,
        path: PathBuf,
        manifest: Manifest,
        bytes: &[u8],
        index: usize,
    ) -> Result<Self, DetectError> {
        let misfit = |reason| DetectError::DoesNotFit { model: manifest.name.clone(), reason };
        let decoder = Decoder::new(&manifest, index).map_err(misfit)?;
        let mut session = runtime::session(environment, &manifest, bytes, options.threads_per_session)?;
        let side = if manifest.input.fixed {
            manifest.tile as usize
        } else {
            64_usize.next_multiple_of(manifest.input.multiple.max(1))
        };
        let blank = vec![0.0; 3 * side * side];
        runtime::run(&mut session, &decoder, &blank, (side, side)).map_err(misfit)?;
        let sessions = Pool::new(session, options.sessions);
        Ok(Self { manifest, path, decoder, sessions })
    }

    /// Another session of this model; the file is read and checked again rather than kept in memory.
    fn session(&self, environment: &Environment, threads: usize) -> Result<Session, DetectError> {
        let bytes = read_model(&self.path, &self.manifest)?;
        runtime::session(environment, &self.manifest, &bytes, threads)
    }

    /// This model's tiles: what the options say, as far as the model can.
    fn layout(&self, options: &Options) -> Layout {
        let multiple = self.manifest.input.multiple.max(1);
        let able = self.manifest.tile as usize;
        let tile = if self.manifest.input.fixed {
            able
        } else {
            (able.min(options.tile as usize) / multiple * multiple).max(multiple)
        };
        Layout { tile, overlap: (options.overlap as usize).min(tile / 2), multiple }
    }
}

/// Long side of the whole made small, so that it fits an input with what continues over the seam.
fn whole_side(wanted: usize, tile: usize, wraps: bool) -> usize {
    let room = if wraps { tile * SEAM_SHARE / (SEAM_SHARE + 1) } else { tile };
    wanted.min(room)
}

/// The whole picture made small.
struct Whole {
    rgb: Vec<u8>,
    width: usize,
    height: usize,
    side: usize,
}

impl Whole {
    fn new(picture: &dyn Canvas, side: usize, scale: f64) -> Result<Self, DetectError> {
        let failed = |error: &dyn std::fmt::Display| {
            DetectError::Picture(format!("the picture could not be made smaller: {error}"))
        };
        let full = picture.size();
        let small = |length: u32| ((f64::from(length) * scale).round() as usize).clamp(1, side);
        let (width, height) = (small(full.0), small(full.1));
        let reduced = picture.small((width.min(height)) as u32).map_err(|error| failed(&error))?;
        let raster = Raster { width: reduced.width, height: reduced.height, samples: &reduced.rgb };
        let kernel = if scale < 1.0 { Kernel::Box } else { Kernel::Bilinear };
        let rgb =
            flaneur_resize::rgb(raster, None, (width as u32, height as u32), kernel).map_err(|error| failed(&error))?;
        Ok(Self { rgb, width, height, side })
    }

    fn pixels(&self) -> Pixels<'_> {
        Pixels { rgb: &self.rgb, width: self.width, height: self.height }
    }

    fn view(&self, wraps: bool) -> Tile {
        let beyond = if wraps { self.width / SEAM_SHARE } else { 0 };
        Tile { x: 0, y: 0, width: self.width + beyond, height: self.height }
    }
}

/// Adds what was found in a view, moved into the picture.
fn collect(
    found: &mut Vec<Candidate>,
    boxes: Vec<Candidate>,
    scale: (f32, f32),
    by: (f32, f32),
) -> Result<(), DetectError> {
    if found.len() + boxes.len() > MAX_BOXES {
        return Err(DetectError::TooMany { model: "the models together".to_owned(), limit: MAX_BOXES });
    }
    found.extend(
        boxes.into_iter().map(|candidate| Candidate { rect: candidate.rect.scaled_then_moved(scale, by), ..candidate }),
    );
    Ok(())
}

fn check_size(width: u32, height: u32) -> Result<u64, DetectError> {
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 || pixels > MAX_PIXELS {
        return Err(DetectError::Picture(format!(
            "a picture of {width}×{height} pixels cannot be looked at: it must have 1 to {MAX_PIXELS} pixels"
        )));
    }
    Ok(pixels)
}

fn checked(rgb: &[u8], width: u32, height: u32) -> Result<Pixels<'_>, DetectError> {
    let pixels = check_size(width, height)?;
    if rgb.len() as u64 != pixels * 3 {
        return Err(DetectError::Picture(format!(
            "{} bytes are not a picture of {width}×{height} pixels of three bytes",
            rgb.len()
        )));
    }
    Ok(Pixels { rgb, width: width as usize, height: height as usize })
}

fn read_manifests(directory: &Path) -> Result<Vec<(PathBuf, Manifest)>, DetectError> {
    let unreadable = |path: &Path, source| DetectError::Unreadable { path: path.to_owned(), source };
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(DetectError::NoModels(directory.to_owned()));
        }
        Err(error) => return Err(unreadable(directory, error)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| unreadable(directory, error))?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            paths.push(path);
        }
        if paths.len() > MAX_MODELS {
            return Err(DetectError::TooManyModels { directory: directory.to_owned(), limit: MAX_MODELS });
        }
    }
    if paths.is_empty() {
        return Err(DetectError::NoModels(directory.to_owned()));
    }
    paths.sort();
    let mut manifests: Vec<(PathBuf, Manifest)> = Vec::new();
    for path in paths {
        let invalid = |reason| DetectError::Manifest { path: path.clone(), reason };
        let bytes = read_bounded(&path, MAX_MANIFEST_BYTES).map_err(|error| unreadable(&path, error))?;
        let text = String::from_utf8(bytes).map_err(|_| invalid("it is not UTF-8 text".to_owned()))?;
        let manifest = Manifest::parse(&text).map_err(invalid)?;
        if manifests.iter().any(|(_, other)| other.name == manifest.name) {
            return Err(invalid(format!("another manifest has the name {:?} too", manifest.name)));
        }
        manifests.push((path, manifest));
    }
    Ok(manifests)
}

fn read_bounded(path: &Path, limit: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(std::io::Error::other(format!("it is larger than {limit} bytes")));
    }
    Ok(bytes)
}

fn read_model(path: &Path, manifest: &Manifest) -> Result<Vec<u8>, DetectError> {
    let bytes = read_bounded(path, MAX_MODEL_BYTES)
        .map_err(|source| DetectError::Unreadable { path: path.to_owned(), source })?;
    let mut got = String::with_capacity(64);
    for byte in Sha256::digest(&bytes) {
        got.extend([byte >> 4, byte & 15].map(|digit| char::from_digit(u32::from(digit), 16).unwrap_or('?')));
    }
    if !got.eq_ignore_ascii_case(&manifest.sha256) {
        let expected = manifest.sha256.to_ascii_lowercase();
        return Err(DetectError::Hash { path: path.to_owned(), expected, got });
    }
    Ok(bytes)
}
