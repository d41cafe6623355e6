//! ONNX Runtime: the library, loaded once per process, and the sessions of one model.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use ort::environment::Environment;
use ort::ep::CPU;
use ort::logging::LogLevel;
use ort::session::Session;
use ort::value::{TensorElementType, TensorRef, ValueType};

use crate::DetectError;
use crate::decode::{Decoder, Output};
use crate::geometry::Candidate;
use crate::manifest::Manifest;

static ENVIRONMENT: Mutex<Option<Environment>> = Mutex::new(None);

/// The library's name beside the models.
const LIBRARY: &str = "libonnxruntime.so";

/// The process's ONNX Runtime. The first call loads the library from `ORT_DYLIB_PATH`, else from the
/// directory of models; later calls get the same one, wherever they point.
pub(crate) fn environment(models: &Path) -> Result<Environment, DetectError> {
    let mut shared = ENVIRONMENT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(environment) = shared.as_ref() {
        return Ok(environment.clone());
    }
    let path = match std::env::var_os("ORT_DYLIB_PATH") {
        Some(path) if !path.is_empty() => PathBuf::from(path),
        _ => models.join(LIBRARY),
    };
    let failed = |reason: String| DetectError::Runtime { path: path.clone(), reason };
    // The loader would look for a relative path beside the executable.
    let absolute = path.canonicalize().map_err(|error| failed(error.to_string()))?;
    let builder = ort::init_from(&absolute).map_err(|error| failed(error.to_string()))?;
    let environment =
        builder.with_name("flaneur").with_telemetry(false).build().map_err(|error| failed(error.to_string()))?;
    *shared = Some(environment.clone());
    Ok(environment)
}

/// A session for a model, checked against its manifest as far as the declarations go.
pub(crate) fn session(
    environment: &Environment,
    manifest: &Manifest,
    model: &[u8],
    threads: usize,
) -> Result<Session, DetectError> {
    let misfit = |reason: String| DetectError::DoesNotFit { model: manifest.name.clone(), reason };
    let session = build(environment, model, threads).map_err(misfit)?;
    let [input] = session.inputs() else {
        return Err(misfit(format!("it has {} inputs, not one", session.inputs().len())));
    };
    match input.dtype() {
        ValueType::Tensor { ty: TensorElementType::Float32, shape, .. }
            if shape.len() == 4 && [-1, 1].contains(&shape[0]) && [-1, 3].contains(&shape[1]) =>
        {
            let sides = shape[2..].iter().all(|side| *side == -1 || *side == i64::from(manifest.tile));
            if !manifest.input.fixed && shape[2..] != [-1, -1] {
                return Err(misfit(format!(
                    "its input is {}×{} pixels only: set tile to that and input.fixed to true",
                    shape[3], shape[2]
                )));
            }
            if !sides {
                return Err(misfit(format!(
                    "its input is {}×{} pixels, not {tile}×{tile}",
                    shape[3],
                    shape[2],
                    tile = manifest.tile
                )));
            }
        }
        other => return Err(misfit(format!("its input is {other:?}, not float32 [1, 3, height, width]"))),
    }
    Ok(session)
}

fn build(environment: &Environment, model: &[u8], threads: usize) -> Result<Session, String> {
    Session::builder(environment)
        .map_err(|error| error.to_string())?
        .with_intra_threads(threads)
        .map_err(|error| error.to_string())?
        .with_inter_threads(1)
        .map_err(|error| error.to_string())?
        // Threads that wait would otherwise turn in circles and take the CPU from other pictures.
        .with_config_entry("session.intra_op.allow_spinning", "0")
        .map_err(|error| error.to_string())?
        // An arena would keep the most that any tile ever took, per session.
        .with_execution_providers([CPU::default().with_arena_allocator(false).build()])
        .map_err(|error| error.to_string())?
        .with_memory_pattern(false)
        .map_err(|error| error.to_string())?
        .with_log_level(LogLevel::Error)
        .map_err(|error| error.to_string())?
        .commit_from_memory(model)
        .map_err(|error| error.to_string())
}

/// Runs a network on one input of `height` × `width` pixels and reads its outputs.
pub(crate) fn run(
    session: &mut Session,
    decoder: &Decoder,
    tensor: &[f32],
    (height, width): (usize, usize),
) -> Result<Vec<Candidate>, String> {
    let shape = [1, 3, height as i64, width as i64];
    let input = TensorRef::from_array_view((shape, tensor)).map_err(|error| error.to_string())?;
    let outputs = session.run(ort::inputs![input]).map_err(|error| error.to_string())?;
    let values: Vec<_> = outputs.iter().collect();
    // Outputs of other types are not for the decoders; if one was meant, they say that it is missing.
    let tensors: Vec<(&str, Vec<usize>, &[f32])> = values
        .iter()
        .filter_map(|(name, value)| {
            let (shape, data) = value.try_extract_tensor::<f32>().ok()?;
            Some((*name, shape.iter().map(|size| *size as usize).collect(), data))
        })
        .collect();
    let views: Vec<Output<'_>> = tensors.iter().map(|(name, shape, data)| Output { name, shape, data }).collect();
    decoder.decode(&views, (height, width))
}
