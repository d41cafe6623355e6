//! What phones and programs write beside JPEG: HEIC, PNG and WebP become pictures like any other.

use std::{os::unix::fs::PermissionsExt as _, path::PathBuf, process::Stdio};

use flaneur_e2e::{Client, Photo, Server, ServerOptions, Tools, UploadSet, decode, field, shared_data, text};
use image::{DynamicImage, GenericImageView as _, ImageFormat};
use reqwest::{
    Method,
    multipart::{Form, Part},
};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;

/// A file that `scripts/formats/pictures.py` made.
fn photo(name: &str) -> Vec<u8> {
    let path = Tools::test_picture("formats").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}; run `make test-e2e`", path.display()))
}

/// Sends a file by tus, in two pieces.
async fn send_by_tus(client: &Client, set: &UploadSet, name: &str, content: &[u8]) {
    let tus = |method, target: &str| client.request(method, target).header("Tus-Resumable", "1.0.0");
    let begun = tus(Method::POST, &format!("/api/upload_sets/{}/tus", set.0))
        .header("Upload-Length", content.len().to_string())
        // "photo", whatever the name ends in: the bytes tell.
        .header("Upload-Metadata", "filename cGhvdG8=");
    let upload = client.send(begun).await.ok().header("location");
    for (start, piece) in [(0, &content[..9]), (9, &content[9..])] {
        let request = tus(Method::PATCH, &upload)
            .header("Upload-Offset", start.to_string())
            .header("Content-Type", "application/offset+octet-stream")
            .body(piece.to_vec());
        let answer = client.send(request).await;
        assert_eq!(answer.status, 204, "{name}: {answer}");
    }
}

/// The picture is where it should be, looks where it should, and is the photo, upright.
async fn is_the_photo(server: &Server, item: &Value, of: &DynamicImage) {
    assert_eq!(field(item, "/properties/geovisio:status"), "ready");
    let at = field(item, "/geometry/coordinates").as_array().unwrap();
    let (lon, lat) = (at[0].as_f64().unwrap(), at[1].as_f64().unwrap());
    assert!((lon - 2.3372).abs() < 1e-5 && (lat - 48.8462).abs() < 1e-5, "{item}");
    assert!((field(item, "/properties/view:azimuth").as_f64().unwrap() - 123.5).abs() < 0.6, "{item}");
    assert!(text(item, "/properties/datetime").starts_with("2025-06-01T10:00:00"), "{item}");
    assert_eq!(
        field(item, "/properties/pers:interior_orientation/sensor_array_dimensions"),
        &json!([448, 300]),
        "{item}"
    );
    let answer = server.anonymous().get(&text(item, "/assets/hd/href")).await.ok();
    assert_eq!(answer.header("content-type"), "image/jpeg");
    let mut shown = decode(&answer.body);
    if shown.dimensions() == (300, 448) {
        // Stored as it came, with its orientation in EXIF, as those of cameras are.
        shown = shown.rotate90();
    }
    assert_eq!(shown.dimensions(), (448, 300));
    // The face is in the upper half.
    let below = |picture: &DynamicImage| picture.crop_imm(0, 220, 448, 80).into_rgb8();
    let (shown, of) = (below(&shown), below(of));
    let off: f64 = shown.iter().zip(of.iter()).map(|(a, b)| f64::from(a.abs_diff(*b))).sum();
    let off = off / of.len() as f64;
    assert!(off < 6.0, "{item}: {off}");
}

#[tokio::test]
async fn heic_png_and_webp_become_pictures() {
    let server = Server::start();
    let client = server.admin();
    let of = image::load_from_memory_with_format(&photo("photo.png"), ImageFormat::Png).unwrap();
    // The names say nothing.
    let files = ["tiles.heic", "turned.heic", "deep.heic", "turned.png", "photo.webp", "turned.webp"];
    let set = client.make_set(&json!({ "title": "many formats", "no_deduplication": true })).await;
    for (i, name) in files.iter().enumerate() {
        client.send_file(&set, &format!("{i}.jpg"), photo(name)).await.ok();
    }
    send_by_tus(&client, &set, "photo.heic", &photo("photo.heic")).await;
    client.complete(&set).await;
    let state = client.ready(&set).await;
    assert_eq!(field(&state, "/items_status/prepared"), files.len() + 1, "{state}: {:?}", client.files(&set).await);
    let items = client.items(&state).await;
    assert!(!items.is_empty());
    for item in &items {
        is_the_photo(&server, item, &of).await;
    }
}

#[tokio::test]
async fn films_and_gain_maps_are_dropped_and_it_is_said() {
    let server = Server::start();
    let client = server.admin();
    let film = [&[0, 0, 0, 0x18][..], b"ftypmp42", &[0; 4], b"isommp42", &[7; 3000]].concat();
    let gain_map = [&[0xFF, 0xD8, 0xFF, 0xE1, 0, 0x2A][..], b"urn:iso:std:iso:ts:21496:-1", &[7; 3000]].concat();
    let plain = Photo::of_walk(0);
    let motion = [&Photo::of_walk(1)[..], &film].concat();
    let both = [&Photo::of_walk(2)[..], &gain_map, &film].concat();
    let mut files = vec![
        ("plain.jpg", plain, vec![]),
        ("motion.jpg", motion, vec!["film_dropped"]),
        ("both.jpg", both, vec!["film_dropped", "gain_map_dropped"]),
        ("motion.heic", photo("motion.heic"), vec!["film_dropped"]),
        ("gain-map.heic", photo("gain-map.heic"), vec!["gain_map_dropped"]),
    ];
    let mut shortened = 0;
    if let Some(data) = shared_data() {
        // Of the pictures of these two, the end was cut out; what cameras append is there.
        shortened = 2;
        let photo = |name: &str| std::fs::read(data.join("geotagged").join(name)).unwrap();
        files.push(("pixel.jpg", photo("media3_pixel-motion-photo-shortened.jpg"), vec!["film_dropped"]));
        files.push(("samsung.jpg", photo("media3_ss-motion-photo-shortened.jpg"), vec!["film_dropped"]));
        files.push(("iphone.jpg", photo("libultrahd_apple_gainmap_new.jpg"), vec!["gain_map_dropped"]));
    }
    let set = client.make_set(&json!({ "title": "more than pictures", "no_deduplication": true })).await;
    for (name, content, _) in &files {
        let form = Form::new()
            .text("override_latitude", "48.85")
            .text("override_longitude", "2.35")
            .text("override_capture_time", "2025-06-01T10:00:00Z")
            .part("file", Part::bytes(content.clone()).file_name(*name));
        client.send_form(&set, form).await.ok();
    }
    client.complete(&set).await;
    let state = client.ready(&set).await;
    assert_eq!(field(&state, "/items_status/prepared"), files.len() - shortened, "{state}");
    let listed = client.files(&set).await;
    for ((name, _, expected), file) in files.iter().zip(&listed) {
        let notices = file.pointer("/notices").and_then(Value::as_array).cloned().unwrap_or_default();
        let reasons: Vec<String> = notices.iter().map(|notice| text(notice, "/reason")).collect();
        let dropped: Vec<_> = reasons.iter().filter(|reason| reason.ends_with("_dropped")).collect();
        assert_eq!(&dropped, expected, "{name}: {file}");
    }
    for item in &client.items(&state).await {
        let hd = server.anonymous().get(&text(item, "/assets/hd/href")).await.ok().body;
        for beside in [&b"ftyp"[..], b"hdrgainmap", b"21496"] {
            assert!(hd.windows(beside.len()).all(|bytes| bytes != beside), "{item}");
        }
    }
}

#[tokio::test]
async fn what_is_none_of_them_is_told_which_are_taken() {
    let server = Server::start();
    let client = server.admin();
    let set = client.make_set(&json!({ "title": "odd" })).await;
    let film = client.send_file(&set, "film.webp", photo("film.webp")).await;
    assert!(film.status == 400 && film.to_string().contains("a film"), "{film}");
    let heic = photo("photo.heic");
    let cut = client.send_file(&set, "cut.heic", heic[..heic.len() / 2].to_vec()).await;
    assert!(cut.status == 400 && cut.to_string().contains("truncated"), "{cut}");
    let other = client.send_file(&set, "a.gif", b"GIF89a, and so on, and so on".to_vec()).await.sentence();
    for taken in ["JPEG", "HEIC", "PNG", "WebP"] {
        assert!(other.contains(taken), "{other}");
    }
}

/// A program that runs our converter with other limits than it is told.
fn converter(folder: &tempfile::TempDir, limits: &str) -> String {
    let path: PathBuf = folder.path().join("converter");
    let binary = Tools::binary();
    std::fs::write(&path, format!("#!/bin/sh\nexec {} convert --max-pixels 200000000 {limits}\n", binary.display()))
        .unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.display().to_string()
}

#[tokio::test]
async fn a_file_that_wants_too_much_is_refused_and_the_worker_lives() {
    let folder = tempfile::tempdir().unwrap();
    let tight = converter(&folder, "--memory 100000 --seconds 60");
    let options =
        ServerOptions::default().with(&["--converter", &tight]).allow("the process that converts a file died");
    let server = options.start();
    let client = server.admin();
    let set = client.make_set(&json!({ "title": "greedy", "estimated_nb_files": 2 })).await;
    client.send_file(&set, "greedy.png", photo("photo.png")).await.ok();
    client.send_file(&set, "good.jpg", Photo::of_walk(0)).await.ok();
    let state = client.ready(&set).await;
    assert_eq!(field(&state, "/items_status/prepared"), 1, "{state}");
    let files = client.files(&set).await;
    let message =
        files.iter().find(|file| text(file, "/file_name") == "greedy.png").map(|file| text(file, "/rejected/message"));
    assert!(message.as_ref().is_some_and(|said| said.contains("more memory")), "{message:?}");
}

/// Runs the converter on a file. Answers how it ended, and how long a JPEG it made.
async fn run(file: &[u8], limits: [&str; 6]) -> (std::process::ExitStatus, usize) {
    let mut child = tokio::process::Command::new(Tools::binary())
        .arg("convert")
        .args(limits)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let (_, output) = tokio::join!(async move { input.write_all(file).await }, child.wait_with_output());
    let output = output.unwrap();
    (output.status, output.stdout.len())
}

#[tokio::test]
async fn the_converter_holds_itself_to_its_limits() {
    use std::os::unix::process::ExitStatusExt as _;
    let mut bytes = std::io::Cursor::new(Vec::new());
    DynamicImage::new_rgb8(4000, 3000).write_to(&mut bytes, ImageFormat::Png).unwrap();
    let plain = bytes.into_inner();
    let enough = ["--max-pixels", "12000000", "--memory", "120000000", "--seconds", "30"];
    let (status, length) = run(&plain, enough).await;
    assert!(status.success() && length > 10_000, "{status} {length}");
    let little = ["--max-pixels", "12000000", "--memory", "9000000", "--seconds", "30"];
    let (status, length) = run(&plain, little).await;
    assert!(status.signal() == Some(6) && length == 0, "{status} {length}");
    let (status, _) = run(&plain, ["--max-pixels", "11999999", "--memory", "120000000", "--seconds", "30"]).await;
    assert_eq!(status.code(), Some(65));
}
