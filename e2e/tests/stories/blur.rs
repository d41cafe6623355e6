//! People blur something on the site, and ask for a false alarm to be undone, in a real browser.

use age::secrecy::ExposeSecret as _;
use flaneur_e2e::{
    Client, LONG, Photo, Placement, Region, Server, ServerOptions, decode, detail, difference, field, text, until,
};
use image::{DynamicImage, GenericImageView as _, RgbImage, imageops};
use serde_json::{Value, json};

use crate::browser::run_in_browser;

/// The mark of a picture, left and top and size, pixels.
type Mark = [u32; 4];

/// A copy of a picture: what it is called, and what it shows.
type Copy = (String, DynamicImage);

/// Everything that is served of a picture; tiles as the one picture that they make.
async fn copies(nobody: &Client, item: &Value) -> Vec<Copy> {
    let mut copies = Vec::new();
    for asset in ["hd", "sd", "thumb"] {
        let bytes = nobody.get(&text(item, &format!("/assets/{asset}/href"))).await.ok().body;
        copies.push((asset.to_owned(), decode(&bytes)));
    }
    let Some(template) = item.pointer("/asset_templates/tiles/href").and_then(Value::as_str) else { return copies };
    let matrix = field(item, "/properties/tiles:tile_matrix_sets/geovisio/tileMatrix/0");
    let number = |name: &str| matrix[name].as_u64().unwrap() as u32;
    let (width, height) = (number("tileWidth"), number("tileHeight"));
    let mut joined = RgbImage::new(width * number("matrixWidth"), height * number("matrixHeight"));
    for row in 0..number("matrixHeight") {
        for column in 0..number("matrixWidth") {
            let target = template.replace("{TileCol}", &column.to_string()).replace("{TileRow}", &row.to_string());
            let tile = decode(&nobody.get(&target).await.ok().body).into_rgb8();
            imageops::replace(&mut joined, &tile, i64::from(column * width), i64::from(row * height));
        }
    }
    copies.push(("tiles".to_owned(), joined.into()));
    // Backwards, where the panorama's edges meet.
    let view = format!("/api/pictures/{}/view.jpg?yaw=180&pitch=20&fov=60&width=600&height=600", text(item, "/id"));
    copies.push(("view".to_owned(), decode(&nobody.get(&view).await.ok().body)));
    copies
}

/// Where two copies differ: the box around all pixels that do, in turns of `shift` pixels to the left, so that what lies
/// across the edge of a panorama is one place.
fn differing(before: &DynamicImage, after: &DynamicImage, shift: u32) -> Option<Region> {
    assert_eq!(before.dimensions(), after.dimensions());
    let width = before.width();
    let (before, after) = (before.to_rgb8(), after.to_rgb8());
    let differ = before.enumerate_pixels().filter(|(x, y, pixel)| *pixel != after.get_pixel(*x, *y));
    let places = differ.map(|(x, y, _)| ((x + shift) % width, y));
    let bounds = places.fold(None, |bounds: Option<[u32; 4]>, (x, y)| {
        let [left, top, right, bottom] = bounds.unwrap_or([x, y, x, y]);
        Some([left.min(x), top.min(y), right.max(x), bottom.max(y)])
    });
    bounds.map(|[x, y, right, bottom]| Region { x, y, width: right - x + 1, height: bottom - y + 1 })
}

/// What a mark is in a copy, turned by half a panorama if it lies across the edge of one.
fn place_in(copy: &DynamicImage, size: (u32, u32), mark: Mark, shift: u32) -> Region {
    let [x, y, width, height] = mark;
    Region { x: (x + shift) % size.0, y, width, height }.scaled(size, copy.dimensions())
}

/// The mark is gone, and nothing else has changed: but for a quarter on each side, by which regions are grown, and the
/// coded units (at most 16 pixels, and one whose colours reach into the next) and the screen's pixels (at most `screen`
/// pixels of the picture) that it touches.
fn changed_there_only(what: &str, before: &DynamicImage, after: &DynamicImage, place: Region, screen: u32, shift: u32) {
    let Some(changed) = differing(before, after, shift) else { panic!("{what}: nothing has changed") };
    println!("{what}: the mark {place:?}, changed {changed:?}");
    let margin = |side: u32| side / 4 + 18 + screen;
    let (across, down) = (margin(place.width), margin(place.height));
    let inside = changed.x + across >= place.x
        && changed.y + down >= place.y
        && changed.x + changed.width <= place.x + place.width + across
        && changed.y + changed.height <= place.y + place.height + down;
    assert!(inside, "{what}: something else changed, too: {changed:?} is not {place:?}");
    assert!(changed.width >= place.width && changed.height >= place.height, "{what}: not all of it: {changed:?}");
}

/// The part of a turned copy that a place is.
fn turned(copy: &DynamicImage, shift: u32) -> DynamicImage {
    let width = copy.width();
    let pixels = copy.to_rgb8();
    RgbImage::from_fn(width, copy.height(), |x, y| *pixels.get_pixel((x + width - shift) % width, y)).into()
}

/// Compares all copies of a picture, `size` pixels large, before and after its mark was blurred.
fn all_changed_there_only(before: &[Copy], after: &[Copy], size: (u32, u32), mark: Mark, across_edge: bool) {
    for ((what, before), (_, after)) in before.iter().zip(after) {
        if across_edge && what == "thumb" {
            assert_eq!(differing(before, after, 0), None, "{what}: a panorama's shows what lies ahead only");
            continue;
        }
        let shift = if across_edge && what != "view" { before.width() / 2 } else { 0 };
        let place = if what == "view" {
            view_of(mark, size)
        } else {
            place_in(before, size, mark, shift * size.0 / before.width())
        };
        // The keyboard goes in steps of 8 pixels of the screen, which are at most 14 of these pictures, on either side.
        changed_there_only(what, before, after, place, 24, shift);
        let (before, after) = (turned(before, shift), turned(after, shift));
        let (seen, left) = (detail(&before, place), detail(&after, place));
        assert!(left < seen / 2.0, "{what}: too much is to be seen ({seen:.1} before, {left:.1} after)");
        assert!(difference(&before, &after, place) > 12.0, "{what}: hardly changed");
    }
}

/// Where the view of `copies` shows a mark across the edge of a panorama.
fn view_of(mark: Mark, (width, height): (u32, u32)) -> Region {
    let [x, y, across, down] = mark.map(f64::from);
    let yaw = |x: f64| ((x / f64::from(width)).fract() * 360.0 - 180.0 + 180.0 + 180.0).rem_euclid(360.0) - 180.0;
    let pitch = |y: f64| 90.0 - y / f64::from(height) * 180.0;
    let focal = 300.0 / 30f64.to_radians().tan();
    // A camera that looks 20° up.
    let (sin, cos) = 20f64.to_radians().sin_cos();
    let corners =
        [(x, y), (x + across, y), (x, y + down), (x + across, y + down), (x + across / 2.0, y)].map(|(x, y)| {
            let (yaw, pitch) = (yaw(x).to_radians(), pitch(y).to_radians());
            let (right, up, ahead) = (pitch.cos() * yaw.sin(), pitch.sin(), pitch.cos() * yaw.cos());
            let (ahead, up) = (ahead * cos + up * sin, up * cos - ahead * sin);
            (300.0 + focal * right / ahead, 300.0 - focal * up / ahead)
        });
    let side = |least: fn(f64, f64) -> f64, of: fn(&(f64, f64)) -> f64| corners.iter().map(of).reduce(least).unwrap();
    let (left, top) = (side(f64::min, |corner| corner.0), side(f64::min, |corner| corner.1));
    let (right, bottom) = (side(f64::max, |corner| corner.0), side(f64::max, |corner| corner.1));
    Region { x: left as u32, y: top as u32, width: (right - left) as u32, height: (bottom - top) as u32 }
}

/// Uploads a picture each for a name. Gives their items by these names.
async fn upload(server: &Server, pictures: Vec<(&str, Vec<u8>)>) -> Vec<Value> {
    let client = server.admin();
    let names: Vec<String> = pictures.iter().map(|(name, _)| format!("{name}.jpg")).collect();
    let files = names.iter().cloned().zip(pictures.into_iter().map(|(_, jpeg)| jpeg)).collect();
    let state = client.upload("to be blurred", files).await;
    let items = client.items(&state).await;
    let named = |name: &String| items.iter().find(|item| field(item, "/properties/original_file:name") == name);
    names.iter().map(|name| named(name).unwrap_or_else(|| panic!("{name} is not there: {state}")).clone()).collect()
}

#[tokio::test]
async fn what_people_draw_a_box_around_is_gone_from_every_copy_and_nothing_else_is() {
    const FLAT: (u32, u32) = (1600, 1200);
    const SPHERE: (u32, u32) = (4096, 2048);
    let marks: [Mark; 3] = [[900, 300, 160, 120], [4096 - 100, 700, 200, 160], [300, 640, 200, 160]];
    let server = Server::start();
    let photo = |(width, height): (u32, u32), seed: u32, [x, y, across, down]: Mark| {
        let mut photo = Photo::textured(width, height, seed);
        photo.with_mark(x, y, across, down);
        photo
    };
    let pictures = vec![
        ("mouse", photo(FLAT, 1, marks[0]).at(Placement::walk(0))),
        ("finger", photo(SPHERE, 2, marks[1]).sphere_at(Placement::walk(1))),
        ("keyboard", photo(FLAT, 3, marks[2]).at(Placement::walk(2))),
    ];
    let items = upload(&server, pictures).await;
    let nobody = server.anonymous();
    let mut before = Vec::new();
    for item in &items {
        before.push(copies(&nobody, item).await);
    }
    let id = |index: usize| text(&items[index], "/id");
    let given = json!({ "mouse": id(0), "finger": id(1), "keyboard": id(2) });
    run_in_browser(&server, "tests/blur.test.mjs", &[("FLANEUR_BLUR", given.to_string())]).await;
    for (index, (item, mark)) in items.iter().zip(marks).enumerate() {
        let after = copies(&nobody, item).await;
        let across_edge = index == 1;
        all_changed_there_only(&before[index], &after, if across_edge { SPHERE } else { FLAT }, mark, across_edge);
    }
}

/// Has somebody blur a part of a picture by mistake, and waits until it is.
async fn blur(client: &Client, item: &Value) {
    let path = format!("/api/pictures/{}/redactions", text(item, "/id"));
    client.post(&path, &json!({ "regions": [{ "box": [200, 150, 360, 300] }] })).await.ok();
    until("it is blurred", LONG, async || {
        let listed = client.json(&path).await;
        field(&listed, "/redactions").as_array().unwrap().iter().all(|each| each["state"] == "done").then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_false_alarm_is_reported_on_the_site_and_undone_by_whoever_has_the_key() {
    let key = age::x25519::Identity::generate();
    let server = ServerOptions::default().with(&["--seal-to", &key.to_public().to_string()]).start();
    let photo = |seed: u32| Photo::textured(800, 600, seed).at(Placement::walk(seed));
    let items = upload(&server, vec![("undo", photo(1)), ("nothing", photo(2))]).await;
    let (nobody, client) = (server.anonymous(), server.admin());
    let hd = text(&items[0], "/assets/hd/href");
    let before = nobody.get(&hd).await.ok().body;
    blur(&client, &items[0]).await;
    assert_ne!(nobody.get(&hd).await.ok().body, before);
    let given = json!({ "undo": text(&items[0], "/id"), "nothing": text(&items[1], "/id") });
    run_in_browser(&server, "tests/undo.test.mjs", &[("FLANEUR_BLUR", given.to_string())]).await;

    let file = server.data().join("identity.txt");
    std::fs::write(&file, key.to_string().expose_secret()).unwrap();
    let identity = file.to_str().unwrap();
    let listed = server.command(&["unseal", "--identity", identity]);
    assert!(listed.stdout.contains("it is a wall"), "{listed:?}");
    // It is turned down, and whoever asked reads why on the site.
    let redaction = listed.stdout.split_whitespace().nth(1).unwrap().to_owned();
    let rejected = server.command(&["unseal", "--reject", &redaction, "--reason", "it might be a face"]);
    assert!(rejected.success, "{rejected:?}");
    let given = json!({ "rejected": text(&items[0], "/id") });
    run_in_browser(&server, "tests/undo.test.mjs", &[("FLANEUR_BLUR", given.to_string())]).await;

    let path = format!("/api/pictures/{}/redactions/{redaction}/undo", text(&items[0], "/id"));
    client.post(&path, &json!({ "reason": "it is a wall, as the next picture shows" })).await.ok();
    let undone = server.command(&["unseal", "--identity", identity, "--all-requested"]);
    assert!(undone.success, "{undone:?}");
    assert_eq!(nobody.get(&hd).await.ok().body, before, "bit for bit what was shown before");
}

#[tokio::test]
async fn where_nothing_is_kept_the_site_says_so() {
    let server = Server::start();
    let items = upload(&server, vec![("gone", Photo::textured(800, 600, 1).at(Placement::walk(1)))]).await;
    blur(&server.admin(), &items[0]).await;
    let given = json!({ "gone": text(&items[0], "/id") });
    run_in_browser(&server, "tests/undo.test.mjs", &[("FLANEUR_BLUR", given.to_string())]).await;
}
