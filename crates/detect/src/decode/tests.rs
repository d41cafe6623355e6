//! Each decoder on tensors whose boxes were worked out by hand.

use super::*;
use crate::manifest::{Channels, Input};

fn manifest(decoder: DecoderKind, classes: &[(usize, Class)], outputs: &[(&str, &str)]) -> Manifest {
    Manifest {
        name: "test".into(),
        version: "1".into(),
        file: "test.onnx".into(),
        sha256: "0".repeat(64),
        licence: "MIT".into(),
        decoder,
        score: 0.3,
        nms_iou: 0.4,
        tile: 64,
        input: Input { channels: Channels::Rgb, mean: [0.0; 3], scale: 1.0, pad: 0, multiple: 32, fixed: false },
        classes: classes.iter().map(|(index, class)| (index.to_string(), *class)).collect(),
        outputs: outputs.iter().map(|(role, name)| ((*role).into(), (*name).into())).collect(),
        priors: Some(Priors { strides: vec![8, 16], sizes: vec![vec![10.0, 20.0], vec![40.0]], variances: [0.1, 0.2] }),
    }
}

fn decode(
    manifest: &Manifest,
    outputs: &[(&str, &[usize], &[f32])],
    input: (usize, usize),
) -> Result<Vec<Candidate>, String> {
    let outputs: Vec<Output<'_>> = outputs.iter().map(|(name, shape, data)| Output { name, shape, data }).collect();
    Decoder::new(manifest, 5)?.decode(&outputs, input)
}

#[track_caller]
fn assert_box(found: &Candidate, class: Class, score: f32, edges: [f32; 4]) {
    assert_eq!((found.class, found.model), (class, 5));
    let rect = found.rect;
    let got = [found.score, rect.x0, rect.y0, rect.x1, rect.y1];
    let want = [score, edges[0], edges[1], edges[2], edges[3]];
    for (got, want) in got.iter().zip(want) {
        assert!((got - want).abs() < 1e-3, "{found:?}, not {want}");
    }
}

fn centerface() -> Manifest {
    manifest(DecoderKind::CenterFace, &[(0, Class::Face)], &[("heat", "h"), ("size", "s"), ("offset", "o")])
}

#[test]
fn centerface_reads_centre_size_and_offset() {
    // Input 16 high and 32 wide: 4 × 8 cells; the face is in row 2, column 5.
    let cell = 2 * 8 + 5;
    let mut heat = vec![0.1_f32; 32];
    let (mut size, mut offset) = (vec![0.0_f32; 64], vec![0.0_f32; 64]);
    heat[cell] = 0.9;
    size[cell] = 3.0_f32.ln(); // 3 cells high
    size[32 + cell] = 2.0_f32.ln(); // 2 cells wide
    offset[cell] = 0.25; // y
    offset[32 + cell] = -0.5; // x
    let outputs: [(&str, &[usize], &[f32]); 3] =
        [("o", &[1, 2, 4, 8], &offset), ("h", &[1, 1, 4, 8], &heat), ("s", &[1, 2, 4, 8], &size)];
    let found = decode(&centerface(), &outputs, (16, 32)).unwrap();
    assert_eq!(found.len(), 1);
    // Centre x (5 - 0.5 + 0.5) · 4 = 20, y (2 + 0.25 + 0.5) · 4 = 11; 8 wide, 12 high.
    assert_box(&found[0], Class::Face, 0.9, [16.0, 5.0, 24.0, 17.0]);
}

#[test]
fn numbers_that_are_not_finite_are_ignored() {
    let mut heat = vec![f32::NAN; 32];
    heat[0] = f32::INFINITY;
    heat[1] = 0.8; // its size is not a number
    heat[2] = 0.8; // its size overflows
    heat[3] = 0.8; // fine
    let mut size = vec![0.0_f32; 64];
    size[1] = f32::NAN;
    size[2] = 1e9;
    let outputs: [(&str, &[usize], &[f32]); 3] =
        [("h", &[1, 1, 4, 8], &heat), ("s", &[1, 2, 4, 8], &size), ("o", &[1, 2, 4, 8], &[0.0; 64])];
    let found = decode(&centerface(), &outputs, (16, 32)).unwrap();
    assert_eq!(found.len(), 1);
    assert_box(&found[0], Class::Face, 0.8, [12.0, 0.0, 16.0, 4.0]);
}

#[test]
fn wrong_shapes_and_missing_outputs_are_explained() {
    let outputs: [(&str, &[usize], &[f32]); 2] = [("h", &[1, 1, 4, 8], &[0.0; 32]), ("x", &[1], &[0.0])];
    let missing = decode(&centerface(), &outputs, (16, 32)).unwrap_err();
    assert_eq!(missing, r#"it has no output "s", only h, x"#);
    let wrong = decode(&centerface(), &outputs, (32, 32)).unwrap_err();
    assert_eq!(wrong, r#"output "h" has the shape [1, 1, 4, 8], not [1, 1, 8, 8]"#);
    let yolo = manifest(DecoderKind::YoloV8, &[(1, Class::Plate)], &[]);
    let narrow = decode(&yolo, &[("out", &[1, 5, 2], &[0.0; 10])], (32, 32)).unwrap_err();
    assert_eq!(narrow, r#"output "out" has the shape [1, 5, 2], not [1, 6 or more, N] or [1, N, 6]"#);
    assert_eq!(decode(&yolo, &[], (32, 32)).unwrap_err(), "it has no outputs");
    // A shape that promises more numbers than there are must not be believed.
    assert!(decode(&yolo, &[("out", &[1, 6, 1000], &[0.0; 12])], (32, 32)).is_err());
    let v5 = manifest(DecoderKind::YoloV5, &[(0, Class::Plate)], &[]);
    assert!(decode(&v5, &[("out", &[1, 7, 5], &[0.0; 35])], (32, 32)).is_err());
}

#[test]
fn yolov8_reads_columns_and_only_named_classes() {
    let yolo = manifest(DecoderKind::YoloV8, &[(0, Class::Face), (2, Class::Plate)], &[]);
    // Rows: x, y, w, h, face, (car), plate; columns: three boxes.
    #[rustfmt::skip]
    let data = [
        10.0, 50.0, 90.0,
        20.0, 60.0, 90.0,
         8.0, 20.0,  5.0,
         4.0, 10.0,  5.0,
         0.9,  0.0,  0.2,
         0.9,  0.9,  0.9,
         0.1,  0.5,  0.29,
    ];
    let found = decode(&yolo, &[("out", &[1, 7, 3], &data)], (96, 96)).unwrap();
    assert_eq!(found.len(), 2);
    assert_box(&found[0], Class::Face, 0.9, [6.0, 18.0, 14.0, 22.0]);
    assert_box(&found[1], Class::Plate, 0.5, [40.0, 55.0, 60.0, 65.0]);
}

#[test]
fn yolov8_with_suppression_inside_gives_corners() {
    let yolo = manifest(DecoderKind::YoloV8, &[(0, Class::Plate)], &[]);
    #[rustfmt::skip]
    let data = [
        1.0, 2.0, 30.0, 40.0, 0.8, 0.0,
        1.0, 2.0, 30.0, 40.0, 0.9, 1.0, // a class that is not named
        5.0, 5.0,  5.0,  9.0, 0.9, 0.0, // no area
        5.0, 5.0,  9.0,  9.0, 0.9, -1.0, // an empty place
        5.0, 5.0,  9.0,  9.0, 0.9, 1e30,
        0.0, 0.0,  0.0,  0.0, 0.0, 0.0,
    ];
    let found = decode(&yolo, &[("out", &[1, 6, 6], &data)], (64, 64)).unwrap();
    assert_eq!(found.len(), 1);
    assert_box(&found[0], Class::Plate, 0.8, [1.0, 2.0, 30.0, 40.0]);
}

#[test]
fn yolov5_multiplies_objectness_and_class() {
    let yolo = manifest(DecoderKind::YoloV5, &[(0, Class::Plate), (1, Class::Face)], &[("boxes", "out")]);
    #[rustfmt::skip]
    let data = [
        10.0, 10.0, 4.0, 2.0, 0.8, 0.9, 0.1,
        30.0, 30.0, 4.0, 2.0, 0.5, 0.5, 0.9,
    ];
    let found = decode(&yolo, &[("other", &[1], &[0.0]), ("out", &[1, 2, 7], &data)], (64, 64)).unwrap();
    assert_eq!(found.len(), 2);
    assert_box(&found[0], Class::Plate, 0.72, [8.0, 9.0, 12.0, 11.0]);
    assert_box(&found[1], Class::Face, 0.45, [28.0, 29.0, 32.0, 31.0]);
}

#[test]
fn retinaface_walks_levels_cells_and_sizes_in_order() {
    let retina = manifest(DecoderKind::RetinaFace, &[(1, Class::Plate)], &[("boxes", "loc"), ("scores", "conf")]);
    // Input 16 × 32: level 8 has 2 × 4 cells of two sizes, level 16 has 1 × 2 cells of one.
    let count = 2 * 4 * 2 + 2;
    let mut loc = vec![0.0_f32; count * 4];
    let mut conf = [1.0_f32, 0.0].repeat(count);
    // Level 8, row 1, column 2, second size: side 20 at (20, 12), moved by half its side to the
    // right, twice as high.
    let small = (4 + 2) * 2 + 1;
    loc[small * 4] = 5.0;
    loc[small * 4 + 3] = 2.0_f32.ln() / 0.2;
    conf[small * 2 + 1] = 0.6;
    // The last prior: level 16, column 1, side 40 at (24, 8).
    conf[(count - 1) * 2 + 1] = 0.7;
    let outputs: [(&str, &[usize], &[f32]); 2] = [("loc", &[1, count, 4], &loc), ("conf", &[1, count, 2], &conf)];
    let found = decode(&retina, &outputs, (16, 32)).unwrap();
    assert_eq!(found.len(), 2);
    assert_box(&found[0], Class::Plate, 0.6, [20.0, -8.0, 40.0, 32.0]);
    assert_box(&found[1], Class::Plate, 0.7, [4.0, -12.0, 44.0, 28.0]);
    let short = decode(&retina, &outputs, (32, 32)).unwrap_err();
    assert_eq!(short, r#"output "loc" has the shape [1, 18, 4], not [1, 36, 4]"#);
}

#[test]
fn scores_above_one_are_reported_as_one() {
    let yolo = manifest(DecoderKind::YoloV8, &[(0, Class::Plate)], &[]);
    let found = decode(&yolo, &[("out", &[1, 5, 1], &[9.0, 9.0, 2.0, 2.0, 1.0001])], (32, 32)).unwrap();
    assert_eq!(found[0].score.to_bits(), 1.0_f32.to_bits());
}
