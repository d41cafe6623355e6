//! Street photos whose faces people have labelled: none of them can be recognised in anything that is served.

use flaneur_e2e::{Region, Server, decode, detail, difference, field, shared_data, text};
use image::{DynamicImage, GenericImageView as _, imageops::FilterType};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

/// Faces smaller than this cannot be recognised, and models need not find them. Pixels of the original.
const SMALLEST: f64 = 16.0;

/// The faces of a picture, as `[x, y, width, height]`.
fn faces(labels: &Value, image: &Value) -> Vec<[f64; 4]> {
    let boxes = labels["annotations"].as_array().unwrap().iter();
    boxes
        .filter(|label| label["image_id"] == image["id"] && label["category_id"] == 1)
        .map(|label| [0, 1, 2, 3].map(|side| label["bbox"][side].as_f64().unwrap()))
        .filter(|face| face[2] >= SMALLEST && face[3] >= SMALLEST)
        .collect()
}

/// The photos say neither where nor when: the form does.
pub fn form(name: &str, jpeg: Vec<u8>, number: usize) -> Form {
    let (minute, second) = (number / 60, number % 60);
    Form::new()
        .text("override_latitude", "48.1")
        .text("override_longitude", format!("{}", 2.0 + number as f64 * 0.0003))
        .text("override_capture_time", format!("2024-05-06T07:{minute:02}:{second:02}Z"))
        .part("file", Part::bytes(jpeg).file_name(name.to_owned()).mime_str("image/jpeg").unwrap())
}

/// Whether the face shows next to nothing of what it did: its detail is gone, and it looks otherwise.
fn is_gone(original: &DynamicImage, served: &DynamicImage, face: Region) -> bool {
    let before = original.resize_exact(served.width(), served.height(), FilterType::Triangle);
    let (seen, left) = (detail(&before, face), detail(served, face));
    left < seen / 2.0 && difference(&before, served, face) > 4.0
}

#[tokio::test]
async fn labelled_faces_are_gone_from_every_copy() {
    let Some(data) = shared_data() else { return };
    let folder = data.join("privacy_gt");
    let labels: Value = serde_json::from_slice(&std::fs::read(folder.join("street_mix.json")).unwrap()).unwrap();
    let server = Server::start();
    let client = server.admin();
    let set = client.make_set(&json!({ "title": "labelled", "no_deduplication": true, "no_split": true })).await;
    let mut sent = Vec::new();
    for (number, image) in labels["images"].as_array().unwrap().iter().enumerate() {
        let jpeg = std::fs::read(folder.join(image["file_name"].as_str().unwrap())).unwrap();
        let name = format!("{number}.jpg");
        client.send_form(&set, form(&name, jpeg.clone(), number)).await.ok();
        sent.push((name, jpeg, faces(&labels, image)));
    }
    client.complete(&set).await;
    let state = client.ready(&set).await;
    let items = client.items(&state).await;
    assert_eq!(items.len(), sent.len(), "{state}");

    let (mut looked_at, mut left) = (0, Vec::new());
    for (name, jpeg, faces) in sent {
        let original = decode(&jpeg);
        let item = items.iter().find(|item| field(item, "/properties/original_file:name") == &json!(name)).unwrap();
        for asset in ["hd", "sd", "thumb"] {
            let bytes = server.anonymous().get(&text(item, &format!("/assets/{asset}/href"))).await.ok().body;
            let pictures = bytes.windows(3).filter(|start| start == &[0xff, 0xd8, 0xff]).count();
            assert_eq!(pictures, 1, "{name} {asset} holds another picture");
            let served = decode(&bytes);
            for face in &faces {
                let [x, y, width, height] = face.map(|side| side.max(0.0) as u32);
                let face = Region { x, y, width, height }.scaled(original.dimensions(), served.dimensions());
                // In a thumbnail a small face is a few pixels, with nothing to compare.
                if face.width < 8 || face.height < 8 {
                    continue;
                }
                looked_at += 1;
                if !is_gone(&original, &served, face) {
                    left.push(format!("{name} {asset} at {x}, {y}"));
                }
            }
        }
    }
    println!("{looked_at} faces looked at");
    assert!(looked_at >= 56, "{looked_at}");
    assert!(left.is_empty(), "still to be seen: {left:#?}");
}
