//! Nothing private leaves the server, and nothing private stays on it.

use flaneur_e2e::{
    Folder, PATTERNS, Photo, Placement, Region, SHORT, Server, contains, decode, detail, difference, field, plant,
    text, until,
};
use image::{DynamicImage, GenericImageView as _};
use serde_json::Value;

/// Every byte that anybody can get of a picture, with what it was asked for.
async fn everything_served(server: &Server, item: &Value) -> Vec<(String, Vec<u8>)> {
    let nobody = server.anonymous();
    let id = text(item, "/id");
    let collection = text(item, "/collection");
    let mut targets: Vec<String> = vec![
        "/api/collections".to_owned(),
        "/api/map/style.json".to_owned(),
        format!("/api/collections/{collection}"),
        format!("/api/collections/{collection}/items"),
        format!("/api/collections/{collection}/items/{id}"),
        format!("/api/pictures/{id}"),
        format!("/api/search?ids={id}"),
        format!("/api/collections/{collection}/thumb.jpg"),
    ];
    targets.extend(["hd", "sd", "thumb"].map(|asset| format!("/api/pictures/{id}/{asset}.jpg")));
    targets.extend(["hd", "sd", "thumb"].map(|asset| text(item, &format!("/assets/{asset}/href"))));
    let mut served = Vec::new();
    for target in targets {
        let answer = nobody.get(&target).await;
        served.push((target, answer.body));
    }
    for (column, row, tile) in picture_tiles(server, item).await {
        served.push((format!("tile {column}, {row}"), tile));
    }
    served
}

/// Every tile of a panorama; none of a flat picture.
async fn picture_tiles(server: &Server, item: &Value) -> Vec<(u32, u32, Vec<u8>)> {
    let Some(template) = item.pointer("/asset_templates/tiles/href").and_then(Value::as_str) else { return Vec::new() };
    let matrix = field(item, "/properties/tiles:tile_matrix_sets/geovisio/tileMatrix/0");
    let size = |name: &str| matrix[name].as_u64().unwrap() as u32;
    let mut tiles = Vec::new();
    for row in 0..size("matrixHeight") {
        for column in 0..size("matrixWidth") {
            let target = template.replace("{TileCol}", &column.to_string()).replace("{TileRow}", &row.to_string());
            tiles.push((column, row, server.anonymous().get(&target).await.ok().body));
        }
    }
    tiles
}

async fn upload_one(server: &Server, jpeg: Vec<u8>) -> Value {
    let client = server.admin();
    let state = client.upload("private", vec![("picture.jpg".to_owned(), jpeg)]).await;
    let mut items = client.items(&state).await;
    assert_eq!(items.len(), 1, "{state}");
    items.remove(0)
}

async fn nothing_planted_is_left(server: &Server, item: &Value, planted: &[u8]) {
    for pattern in PATTERNS {
        assert!(contains(planted, pattern), "{pattern} is not even in the upload");
    }
    for (target, bytes) in everything_served(server, item).await {
        assert!(!bytes.is_empty(), "{target}");
        for pattern in PATTERNS {
            assert!(!contains(&bytes, pattern), "{target} holds {pattern}");
        }
    }
    let everything = Folder(server.data().to_path_buf());
    until("the original is destroyed", SHORT, async || everything.originals().is_empty().then_some(())).await;
    assert_eq!(everything.holding(&PATTERNS), [], "left on disk");
    let log = server.log().join("\n");
    for pattern in PATTERNS {
        assert!(!contains(log.as_bytes(), pattern), "the log holds {pattern}");
    }
}

#[tokio::test]
async fn nothing_hidden_in_a_flat_picture_survives() {
    let server = Server::start();
    let planted = plant(&Photo::textured(640, 480, 1), Placement::walk(0), false);
    let item = upload_one(&server, planted.clone()).await;
    nothing_planted_is_left(&server, &item, &planted).await;
}

#[tokio::test]
async fn nothing_hidden_in_a_panorama_survives() {
    let server = Server::start();
    let planted = plant(&Photo::textured(1024, 512, 1), Placement::walk(0), true);
    let item = upload_one(&server, planted.clone()).await;
    assert_eq!(field(&item, "/properties/pers:interior_orientation/field_of_view"), 360);
    nothing_planted_is_left(&server, &item, &planted).await;
}

#[tokio::test]
async fn what_is_refused_is_not_kept_either() {
    let server = Server::start();
    let client = server.admin();
    let mut planted = plant(&Photo::textured(640, 480, 1), Placement::walk(0), false);
    let scan = planted.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap();
    planted.truncate(scan + 400);
    let set = client.make_set(&serde_json::json!({ "title": "cut" })).await;
    let answer = client.send_file(&set, "cut.jpg", planted).await;
    client.complete(&set).await;
    client.ready(&set).await;
    let served = [answer.body, serde_json::to_vec(&client.files(&set).await).unwrap()];
    let everything = Folder(server.data().to_path_buf());
    until("the original is destroyed", SHORT, async || everything.originals().is_empty().then_some(())).await;
    assert_eq!(everything.holding(&PATTERNS), [], "left on disk");
    let log = server.log().join("\n");
    for pattern in PATTERNS {
        assert!(!served.iter().any(|bytes| contains(bytes, pattern)), "an answer holds {pattern}");
        assert!(!contains(log.as_bytes(), pattern), "the log holds {pattern}");
    }
}

/// In `served` the region shows next to nothing of what it shows in `original`.
fn is_redacted(what: &str, original: &DynamicImage, served: &DynamicImage, region: Region) {
    let (before, after) = (detail(original, region), detail(served, region));
    println!("{what}: detail {before:.1} before, {after:.1} after");
    assert!(before > 3.0, "{what}: nothing was to be seen in the first place ({before:.1})");
    assert!(after < before / 2.0, "{what}: too much is to be seen ({before:.1} before, {after:.1} after)");
    let changed = difference(original, served, region);
    assert!(changed > 6.0, "{what}: hardly changed ({changed:.1})");
}

fn shrunk(picture: &DynamicImage, like: &DynamicImage) -> DynamicImage {
    let (width, height) = like.dimensions();
    picture.resize_exact(width, height, image::imageops::FilterType::Triangle)
}

#[tokio::test]
async fn a_face_is_gone_from_every_copy_and_the_rest_is_not() {
    let server = Server::start();
    let mut photo = Photo::textured(1280, 960, 3);
    let face = photo.with_face(640, 320, 512);
    let uploaded = photo.at(Placement::walk(0));
    let original = decode(&uploaded);
    let item = upload_one(&server, uploaded).await;

    let nobody = server.anonymous();
    for asset in ["hd", "sd", "thumb"] {
        let served = decode(&nobody.get(&text(&item, &format!("/assets/{asset}/href"))).await.ok().body);
        let before = shrunk(&original, &served);
        is_redacted(asset, &before, &served, face.scaled(original.dimensions(), served.dimensions()));
        if asset == "hd" {
            assert_eq!(served.dimensions(), original.dimensions());
            let elsewhere = Region { x: 0, y: 0, width: 512, height: 960 };
            let apart = difference(&original, &served, elsewhere);
            assert!(apart < 1.5, "the rest of the picture looks as it did ({apart:.2} apart)");
        }
    }
}

#[tokio::test]
async fn a_face_in_a_panorama_is_gone_from_its_tiles() {
    let server = Server::start();
    let mut photo = Photo::textured(2048, 1024, 4);
    // Across the corner of four tiles.
    let face = photo.with_face(1024 - 260, 512 - 150, 512);
    let uploaded = photo.sphere_at(Placement::walk(0));
    let original = decode(&uploaded);
    let item = upload_one(&server, uploaded).await;

    let hd = decode(&server.anonymous().get(&text(&item, "/assets/hd/href")).await.ok().body);
    is_redacted("hd", &original, &hd, face);
    let tiles = picture_tiles(&server, &item).await;
    assert_eq!(tiles.len(), 8, "four by two tiles");
    let mut joined = image::RgbImage::new(2048, 1024);
    for (column, row, tile) in &tiles {
        let tile = decode(tile).into_rgb8();
        assert_eq!(tile.dimensions(), (512, 512));
        image::imageops::replace(&mut joined, &tile, i64::from(column * 512), i64::from(row * 512));
    }
    let joined = DynamicImage::ImageRgb8(joined);
    is_redacted("tiles", &original, &joined, face);
    let whole = Region { x: 0, y: 0, width: 2048, height: 1024 };
    let apart = difference(&hd, &joined, whole);
    assert!(apart < 1.0, "the tiles show what the whole picture shows ({apart:.2} apart)");
}

#[tokio::test]
async fn a_number_plate_is_gone() {
    let server = Server::start();
    let mut photo = Photo::textured(1280, 960, 5);
    let plate = photo.with_plate(320, 240);
    let uploaded = photo.at(Placement::walk(0));
    let original = decode(&uploaded);
    let item = upload_one(&server, uploaded).await;
    let hd = decode(&server.anonymous().get(&text(&item, "/assets/hd/href")).await.ok().body);
    is_redacted("plate", &original, &hd, plate);
}

#[tokio::test]
async fn what_a_client_says_of_blurring_is_not_believed() {
    let server = Server::start();
    let client = server.admin();
    let mut photo = Photo::textured(1280, 960, 6);
    let face = photo.with_face(640, 320, 512);
    let uploaded = photo.at(Placement::walk(0));
    let set = client.make_set(&serde_json::json!({ "title": "blurred, they say", "estimated_nb_files": 1 })).await;
    let part = reqwest::multipart::Part::bytes(uploaded.clone()).file_name("a.jpg").mime_str("image/jpeg").unwrap();
    let form = reqwest::multipart::Form::new().text("isBlurred", "true").part("file", part);
    client.send_form(&set, form).await.ok();
    let items = client.items(&client.ready(&set).await).await;
    let hd = decode(&server.anonymous().get(&text(&items[0], "/assets/hd/href")).await.ok().body);
    is_redacted("hd", &decode(&uploaded), &hd, face);
}
