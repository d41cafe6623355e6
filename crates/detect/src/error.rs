//! What can go wrong, as sentences an operator can act on.

use std::io;
use std::path::PathBuf;

/// Why models could not be loaded or a picture could not be looked at.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DetectError {
    /// The directory holds no manifest.
    #[error(
        "no models in {}: run `make models`, or point --models at a directory with manifests",
        .0.display()
    )]
    NoModels(PathBuf),
    /// More manifests than could be meant.
    #[error("{} holds more than {limit} manifests: remove those that are not in use", .directory.display())]
    TooManyModels {
        /// The directory of models.
        directory: PathBuf,
        /// The most there may be.
        limit: usize,
    },
    /// A file could not be read.
    #[error("cannot read {} ({source}): run `make models`, or make it readable", .path.display())]
    Unreadable {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A manifest is not valid.
    #[error("the manifest {} is not valid: {reason}", .path.display())]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// What is wrong in it.
        reason: String,
    },
    /// A model is not the file its manifest means.
    #[error(
        "{} is not the file its manifest means (expected SHA-256 {expected}, got {got}): \
         run `make models`, or correct the manifest",
        .path.display()
    )]
    Hash {
        /// The model.
        path: PathBuf,
        /// The hash in the manifest.
        expected: String,
        /// The hash of the file.
        got: String,
    },
    /// ONNX Runtime could not be loaded.
    #[error(
        "cannot use ONNX Runtime at {} ({reason}): run `make models`, or point ORT_DYLIB_PATH at \
         libonnxruntime version 1.24 or newer",
        .path.display()
    )]
    Runtime {
        /// The library.
        path: PathBuf,
        /// What the loader said.
        reason: String,
    },
    /// The network's inputs or outputs are not what the manifest says.
    #[error("{model} does not fit its manifest: {reason}")]
    DoesNotFit {
        /// The model's name.
        model: String,
        /// Where they differ.
        reason: String,
    },
    /// An option is out of range.
    #[error("{0}")]
    Options(String),
    /// The pixels do not make a picture that can be looked at.
    #[error("{0}")]
    Picture(String),
    /// The network failed on a picture.
    #[error("{model} failed: {reason}")]
    Inference {
        /// The model's name.
        model: String,
        /// What ONNX Runtime said.
        reason: String,
    },
    /// More boxes than could be handled; leaving some out would leave faces readable.
    #[error(
        "{model} found more than {limit} objects: the picture is refused, because leaving any out \
         would leave it readable; if this happens often, raise the score in the model's manifest"
    )]
    TooMany {
        /// The model's name, or `the models` together.
        model: String,
        /// The most there may be.
        limit: usize,
    },
}
