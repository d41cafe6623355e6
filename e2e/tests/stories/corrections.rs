//! Files that are sent again with other values correct their pictures.

use flaneur_e2e::{Answer, Client, Photo, Placement, SHORT, Server, UploadSet, decode, field, text, until};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

/// Sends a file with a place and a time of the client's own.
async fn send(client: &Client, set: &UploadSet, name: &str, file: Vec<u8>, (lon, lat): (f64, f64)) -> Answer {
    let form = Form::new()
        .text("override_longitude", lon.to_string())
        .text("override_latitude", lat.to_string())
        .text("override_capture_time", "2023-03-04T05:06:07+01:00")
        .part("file", Part::bytes(file).file_name(name.to_owned()));
    client.send_form(set, form).await
}

/// Longitude, latitude and time as a JPEG's own tags say them, in an EXIF reader that is not the product's.
fn told(jpeg: &[u8]) -> (f64, f64, String) {
    let tags = exif::Reader::new().read_from_container(&mut std::io::Cursor::new(jpeg)).unwrap();
    let degrees = |tag, reference, negative: &str| {
        let exif::Value::Rational(parts) = &tags.get_field(tag, exif::In::PRIMARY).unwrap().value else {
            panic!("degrees are rationals");
        };
        let value = parts[0].to_f64() + parts[1].to_f64() / 60.0 + parts[2].to_f64() / 3600.0;
        let reference = tags.get_field(reference, exif::In::PRIMARY).unwrap().display_value().to_string();
        if reference == negative { -value } else { value }
    };
    (
        degrees(exif::Tag::GPSLongitude, exif::Tag::GPSLongitudeRef, "W"),
        degrees(exif::Tag::GPSLatitude, exif::Tag::GPSLatitudeRef, "S"),
        tags.get_field(exif::Tag::DateTimeOriginal, exif::In::PRIMARY).unwrap().display_value().to_string(),
    )
}

fn is_at(item: &Value, (lon, lat): (f64, f64)) -> bool {
    let at = |index: usize| field(item, "/geometry/coordinates")[index].as_f64().unwrap();
    (at(0) - lon).abs() < 1e-6 && (at(1) - lat).abs() < 1e-6
}

#[tokio::test]
async fn a_file_sent_again_with_another_place_corrects_its_picture() {
    const THERE: (f64, f64) = (-1.5, 48.2);
    let server = Server::start();
    let client = server.admin();
    // Larger than what is its own scaled copy, so that there are three files to follow.
    let photo = Photo::textured(2400, 1600, 3).at(Placement::walk(0));
    let set = client.make_set(&json!({ "title": "A walk", "estimated_nb_files": 2 })).await;
    let picture = text(&client.send_file(&set, "one.jpg", photo.clone()).await.ok().json(), "/picture_id");
    client.send_file(&set, "two.jpg", Photo::of_walk(1)).await.ok();
    let before = client.items(&client.ready(&set).await).await;
    let before = before.into_iter().find(|item| text(item, "/id") == picture).unwrap();
    let nobody = server.anonymous();
    let hd = text(&before, "/assets/hd/href");
    let first = nobody.get(&hd).await.ok();
    assert!(told(&first.body).2.starts_with("2024-05-01"));

    let again = send(&client, &set, "one.jpg", photo.clone(), THERE).await;
    assert_eq!((again.status, text(&again.json(), "/picture_id")), (202, picture.clone()), "{again}");
    let item = format!("/api/search?ids={picture}");
    let corrected = async || Some(nobody.json(&item).await["features"][0].clone()).filter(|item| is_at(item, THERE));
    let after = until("the picture has moved", SHORT, corrected).await;
    assert!(text(&after, "/properties/datetime").starts_with("2023-03-04T04:06:07"), "{after}");
    assert_ne!(text(&after, "/properties/updated"), text(&before, "/properties/updated"));
    for asset in ["hd", "sd"] {
        let href = text(&after, &format!("/assets/{asset}/href"));
        let moved = async || {
            let served = nobody.get(&href).await.ok();
            Some(served).filter(|served| told(&served.body).2.starts_with("2023-03-04"))
        };
        let served = until("its files say so, too", SHORT, moved).await;
        let (lon, lat, _) = told(&served.body);
        assert!((lon - THERE.0).abs() < 1e-6 && (lat - THERE.1).abs() < 1e-6, "{asset}: {lon} {lat}");
        if asset == "hd" {
            assert_eq!(decode(&served.body), decode(&first.body), "not a pixel changed");
            assert_ne!(served.header("etag"), first.header("etag"));
        }
    }
    // The two pictures are far apart now.
    let split = async || {
        let state = client.set(&set).await;
        Some(state).filter(|state| state["associated_collections"].as_array().is_some_and(|each| each.len() == 2))
    };
    until("the set is sorted anew", SHORT, split).await;

    // It says so already.
    let same = send(&client, &set, "one.jpg", photo.clone(), THERE).await;
    assert_eq!(same.status, 409, "{same}");
    // From another set, too; and that is on the list of that set.
    let other = client.make_set(&json!({ "title": "Again" })).await;
    send(&client, &other, "one.jpg", photo, (2.5, 48.2)).await.ok();
    let files = client.files(&other).await;
    assert_eq!((field(&files[0], "/rejected/severity"), &files[0]["picture_id"]), (&json!("info"), &Value::Null));
    let back = async || is_at(&nobody.json(&item).await["features"][0], (2.5, 48.2)).then_some(());
    until("the picture has moved once more", SHORT, back).await;
}

#[tokio::test]
async fn a_position_that_jumps_is_told_on_the_set() {
    let server = Server::start();
    let client = server.admin();
    let set = client.make_set(&json!({ "title": "jumps", "estimated_nb_files": 6, "no_split": true })).await;
    for index in 0..6 {
        let mut place = Placement::walk(index);
        if index == 3 {
            place.latitude += 0.05;
        }
        client.send_file(&set, &format!("{index}.jpg"), Photo::textured(320, 240, index).at(place)).await.ok();
    }
    let state = client.ready(&set).await;
    assert_eq!(field(&state, "/notices/0/reason"), "position_jump", "{state}");
    assert!(text(&state, "/notices/0/message").ends_with("as an override."), "{state}");
    assert_eq!(state["notices"][0]["pictures"].as_array().map(Vec::len), Some(1), "{state}");
}
