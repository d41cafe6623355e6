//! How many of the labelled faces and plates of real photos are covered. Prints a table.
//!
//! A label counts as covered if at least 80 % of it lies in boxes of its class grown by 25 %. Labels
//! marked to be ignored, faces under 16 pixels and plates under 24 pixels wide do not count.

#![expect(clippy::print_stdout, reason = "the table is what the measurement is for")]

mod common;

use std::fs;
use std::path::Path;

use common::{Picture, detector, shared_data};
use flaneur_detect::geometry::Rect;
use flaneur_detect::{Class, Detection};
use serde::Deserialize;

const GROWN: f32 = 0.25;
const COVERED: f32 = 0.8;

/// A file of labels in the COCO format, as far as it is of use here.
#[derive(Deserialize)]
struct Labels {
    images: Vec<Image>,
    annotations: Vec<Label>,
}

#[derive(Deserialize)]
struct Image {
    id: u64,
    file_name: String,
}

#[derive(Deserialize)]
struct Label {
    image_id: u64,
    /// 1: face, 2: plate.
    category_id: usize,
    /// Left, top, width, height in pixels.
    bbox: [f32; 4],
    ignore: u8,
}

#[derive(Default, Debug, Clone, Copy, PartialEq, Eq)]
struct Tally {
    covered: usize,
    labelled: usize,
}

/// Part of a label covered by any of the boxes, measured on a grid of 40 × 40 points.
fn cover(label: &Rect, boxes: &[Rect]) -> f32 {
    let inside = |share_x: f32, share_y: f32| {
        let x = label.x0 + (label.x1 - label.x0) * share_x;
        let y = label.y0 + (label.y1 - label.y0) * share_y;
        boxes.iter().any(|one| x >= one.x0 && x <= one.x1 && y >= one.y0 && y <= one.y1)
    };
    let steps = || (0..40).map(|step| (step as f32 + 0.5) / 40.0);
    let hits = steps().flat_map(|y| steps().map(move |x| (x, y))).filter(|(x, y)| inside(*x, *y)).count();
    hits as f32 / 1600.0
}

fn grown(found: &[Detection], class: Class, width: f32) -> Vec<Rect> {
    let of_class = found.iter().filter(|found| found.class == class);
    let rects = of_class.filter_map(|found| Rect::new(found.x0, found.y0, found.x1, found.y1));
    // A box over the seam of a panorama is also left of the left edge.
    rects.flat_map(|rect| [rect.grown(GROWN), rect.grown(GROWN).scaled_then_moved((1.0, 1.0), (-width, 0.0))]).collect()
}

/// Faces and plates of one set of labels (COCO format).
fn measure(folder: &Path, set: &str, panorama: bool) -> Option<[Tally; 2]> {
    let detector = detector()?;
    let text = fs::read_to_string(folder.join(set)).expect("labels can be read");
    let labels: Labels = serde_json::from_str(&text).expect("labels are COCO");
    let mut tallies = [Tally::default(); 2];
    let mut boxes = [0, 0];
    let mut megapixels = 0.0;
    for image in &labels.images {
        let name = &image.file_name;
        let picture = Picture::open(&folder.join(name));
        let found = picture.detect(detector, panorama);
        megapixels += f64::from(picture.width) * f64::from(picture.height) / 1e6;
        for (at, class) in [Class::Face, Class::Plate].into_iter().enumerate() {
            boxes[at] += found.iter().filter(|found| found.class == class).count();
            let grown = grown(&found, class, picture.width as f32);
            for label in labels.annotations.iter().filter(|label| label.image_id == image.id) {
                let [x, y, width, height] = label.bbox;
                let counts = match class {
                    Class::Face => width.max(height) >= 16.0,
                    Class::Plate => width >= 24.0,
                };
                if label.category_id != at + 1 || label.ignore != 0 || !counts {
                    continue;
                }
                let rect = Rect::new(x, y, x + width, y + height).expect("labels have an area");
                tallies[at].labelled += 1;
                let share = cover(&rect, &grown);
                if share >= COVERED {
                    tallies[at].covered += 1;
                } else {
                    println!("missed: {class:?} {rect:?} in {name}, {:.0} % covered", share * 100.0);
                }
            }
        }
    }
    for (class, (tally, boxes)) in ["faces", "plates"].into_iter().zip(tallies.into_iter().zip(boxes)) {
        let Tally { covered, labelled } = tally;
        println!("{set:22} {class:6} {covered:3}/{labelled:<3} covered, {boxes:3} boxes in {megapixels:.1} MP");
    }
    Some(tallies)
}

#[test]
fn street_photos() {
    let Some(folder) = shared_data() else { return };
    let Some([faces, plates]) = measure(&folder.join("privacy_gt"), "street_mix.json", false) else { return };
    assert!(faces.labelled >= 20 && plates.labelled >= 5);
    assert_eq!(faces.covered, faces.labelled, "every face must be covered");
    assert_eq!(plates.covered, plates.labelled, "every plate must be covered");
}

#[test]
fn dashcam_frames() {
    let Some(folder) = shared_data() else { return };
    let Some([_, plates]) = measure(&folder.join("privacy_gt"), "rl_ro_dashcam.json", false) else { return };
    assert!(plates.labelled >= 30);
    assert!(plates.covered + 1 >= plates.labelled, "{plates:?}: at most one plate may be missed");
}

#[test]
fn panoramas() {
    let Some(folder) = shared_data() else { return };
    let Some([faces, _]) = measure(&folder.join("privacy_gt"), "pano.json", true) else { return };
    assert!(faces.labelled >= 1);
    assert_eq!(faces.covered, faces.labelled, "every face must be covered");
}
