//! What an operator reads when the directory of models is not as it should be. Needs no models.

use std::fs;

use flaneur_detect::manifest::{DecoderKind, Manifest};
use flaneur_detect::{Class, Detector, Options};

const MANIFEST: &str = r#"
name = "ours"
version = "3"
file = "ours.onnx"
sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
licence = "Apache-2.0"
decoder = "yolov8"
score = 0.3
nms_iou = 0.45
tile = 1280
[input]
channels = "rgb"
scale = 0.00392156862745098
pad = 114
[classes]
0 = "face"
3 = "plate"
"#;

fn refusal(options: &Options) -> String {
    Detector::load(options).expect_err("must be refused").to_string()
}

#[test]
fn the_shipped_manifests_are_valid() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models");
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let manifest = Manifest::parse(&fs::read_to_string(&path).unwrap());
            names.push(manifest.unwrap_or_else(|reason| panic!("{}: {reason}", path.display())).name);
        }
    }
    names.sort();
    assert_eq!(names, ["centerface", "plate-retina", "plate-yolov8n"]);
}

#[test]
fn defaults_and_class_numbers() {
    let manifest = Manifest::parse(MANIFEST).unwrap();
    assert_eq!(manifest.decoder, DecoderKind::YoloV8);
    assert_eq!((manifest.input.multiple, manifest.input.fixed), (32, false));
    assert_eq!(manifest.class_table().unwrap(), [Some(Class::Face), None, None, Some(Class::Plate)]);
}

#[test]
fn manifests_with_mistakes_are_explained() {
    let mistakes = [
        ("score = 0.3", "score = 0.0", "score must be above 0 and at most 1"),
        ("score = 0.3", "score = nan", "score must be above 0 and at most 1"),
        ("nms_iou = 0.45", "nms_iou = 2.0", "nms_iou must be 0 to 1"),
        ("tile = 1280", "tile = 100000", "tile must be 32 to 4096 pixels"),
        ("tile = 1280", "tile = 1000", "tile must be a multiple of input.multiple"),
        ("pad = 114", "pad = 114\nmultiple = 0", "input.multiple must be 1 to 256 pixels"),
        ("scale = 0.00392156862745098", "scale = inf", "input.scale must be a number other than 0"),
        ("ours.onnx", "../ours.onnx", "file must be the name of a file in the manifest's directory"),
        ("ours.onnx", "/etc/passwd", "file must be the name of a file in the manifest's directory"),
        ("e3b0", "xyz", "sha256 must be 64 hexadecimal digits"),
        ("0 = \"face\"", "first = \"face\"", "classes: \"first\" is not the number of a class"),
        ("0 = \"face\"", "99999999 = \"face\"", "classes: \"99999999\" is not the number of a class"),
        ("yolov8", "retinaface", "outputs.boxes must name the network's output"),
        ("yolov8", "centerface", "outputs.heat must name the network's output"),
        ("version = \"3\"", "version = \"\"", "version is empty"),
    ];
    for (from, to, reason) in mistakes {
        assert!(MANIFEST.contains(from));
        assert_eq!(Manifest::parse(&MANIFEST.replace(from, to)), Err(reason.to_owned()), "{to}");
    }
    let retina = MANIFEST.replace("yolov8", "retinaface") + "[outputs]\nboxes = \"loc\"\nscores = \"conf\"\n";
    assert_eq!(Manifest::parse(&retina), Err("the decoder retinaface needs [priors]".to_owned()));
    let priors = retina + "[priors]\nstrides = [8, 16]\nsizes = [[24]]\nvariances = [0.1, 0.2]\n";
    assert!(Manifest::parse(&priors).unwrap_err().starts_with("priors needs as many strides"));
    let unknown = Manifest::parse(&MANIFEST.replace("tile =", "tiles =")).unwrap_err();
    assert!(unknown.contains("tiles"), "{unknown}");
}

#[test]
fn directories_without_models_are_explained() {
    let empty = tempfile::tempdir().unwrap();
    let nowhere = empty.path().join("nowhere");
    for directory in [empty.path(), &nowhere] {
        assert_eq!(
            refusal(&Options::new(directory)),
            format!(
                "no models in {}: run `make models`, or point --models at a directory with manifests",
                directory.display()
            )
        );
    }
}

#[test]
fn models_that_are_missing_or_changed_are_explained() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("ours.toml"), MANIFEST).unwrap();
    let missing = refusal(&Options::new(folder.path()));
    assert!(missing.contains("ours.onnx") && missing.ends_with("run `make models`, or make it readable"), "{missing}");
    fs::write(folder.path().join("ours.onnx"), "changed").unwrap();
    let changed = refusal(&Options::new(folder.path()));
    assert!(changed.contains("is not the file its manifest means (expected SHA-256 e3b0c4"), "{changed}");
}

#[test]
fn broken_manifests_name_their_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.toml");
    for (bytes, reason) in [(&b"name = "[..], "is not valid: TOML parse error"), (b"\xff", "it is not UTF-8 text")] {
        fs::write(&path, bytes).unwrap();
        let refused = refusal(&Options::new(folder.path()));
        assert!(refused.starts_with(&format!("the manifest {}", path.display())), "{refused}");
        assert!(refused.contains(reason), "{refused}");
    }
    fs::write(&path, " ".repeat(70_000)).unwrap();
    assert!(refusal(&Options::new(folder.path())).contains("larger than 65536 bytes"));
    fs::write(&path, MANIFEST).unwrap();
    fs::write(folder.path().join("b.toml"), MANIFEST).unwrap();
    assert!(refusal(&Options::new(folder.path())).contains("another manifest has the name \"ours\" too"));
}

#[test]
fn options_out_of_range_are_explained() {
    let fine = Options::new("models");
    let wrong = [
        (Options { sessions: 0, ..fine.clone() }, "sessions must be 1 to 64"),
        (Options { threads_per_session: 65, ..fine.clone() }, "threads per session must be 1 to 64"),
        (Options { tile: 8, ..fine.clone() }, "tile must be 64 to 4096 pixels"),
        (Options { overlap: 1280, ..fine.clone() }, "overlap must be at most half a tile"),
        (Options { whole: 2000, ..fine.clone() }, "whole must be 64 pixels to the tile's size"),
    ];
    for (options, sentence) in wrong {
        assert_eq!(refusal(&options), sentence);
    }
}
