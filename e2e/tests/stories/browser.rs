//! The site, and the web viewer of others, in a real browser.

use std::{path::Path, process::Stdio, time::Duration};

use flaneur_e2e::{Client, Exif, Photo, Placement, Server, ServerOptions, Tools, field, insert, take_on, text};
use serde_json::{Value, json};
use tokio::process::Command;

/// The whole run of a browser's tests, on a machine with a fraction of its usual speed.
const DEADLINE: Duration = Duration::from_mins(20);

/// A walk of four flat pictures and a panorama, their items in this order.
pub async fn walk(client: &Client) -> Value {
    let mut files: Vec<(String, Vec<u8>)> = (0..4)
        .map(|index| (format!("{index}.jpg"), Photo::textured(800, 600, index).at(Placement::walk(index))))
        .collect();
    files.push(("4.jpg".to_owned(), Photo::textured(2048, 1024, 4).sphere_at(Placement::walk(4))));
    let state = client.upload("A walk", files).await;
    let items = client.items(&state).await;
    assert_eq!(items.len(), 5, "{state}");
    let short = |item: &Value| {
        let at = field(item, "/geometry/coordinates");
        json!({ "id": item["id"], "collection": item["collection"], "lon": at[0], "lat": at[1] })
    };
    items.iter().map(short).collect()
}

/// Runs a script of `e2e/browser` against a server. `given`: variables that it reads, besides where the server is.
pub async fn run_in_browser(server: &Server, script: &str, given: &[(&str, String)]) {
    let browser = Tools::repository().join("e2e/browser");
    assert!(browser.join("node_modules").is_dir(), "run `npm --prefix e2e/browser ci`, or `make test-e2e`");
    let mut tests = Command::new("node")
        .args(["--test", "--test-reporter=spec", script])
        .current_dir(browser)
        .env("FLANEUR_CHROMIUM", Tools::chromium())
        .env("FLANEUR_URL", server.url())
        .env("FLANEUR_TOKEN", server.token())
        .envs(given.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("node starts");
    let status = tokio::time::timeout(DEADLINE, tests.wait()).await.expect("the browser's tests end").unwrap();
    assert!(status.success(), "what failed in the browser stands above");
    let nobody = server.anonymous().json("/api").await;
    assert!(!text(&nobody, "/id").is_empty(), "the server still answers");
}

/// Writes a file into a folder. Answers it as the browser's tests are told of it.
fn file(folder: &Path, name: &str, content: &[u8]) -> Value {
    let path = folder.join(name);
    std::fs::write(&path, content).unwrap();
    json!({ "name": name, "path": path, "size": content.len() })
}

/// Writes files into a folder. Answers them as the variable `FLANEUR_UPLOADS` lists them.
pub fn uploads(folder: &Path, files: impl IntoIterator<Item = (String, Vec<u8>)>) -> String {
    files.into_iter().map(|(name, content)| file(folder, &name, &content)).collect::<Value>().to_string()
}

async fn run(script: &str) {
    let server = Server::start();
    run_on(&server, script, &[]).await;
}

async fn run_on(server: &Server, script: &str, more: &[(&str, String)]) {
    let walk = walk(&server.admin()).await;
    let folder = tempfile::tempdir().unwrap();
    let photo = |index| Photo::textured(640, 480, index).at(Placement::walk(index));
    let files = ["desktop", "phone"].iter().zip(100..);
    let files = files.map(|(device, index)| (format!("{device}-upload.jpg"), photo(index)));
    let mut given = vec![("FLANEUR_WALK", walk.to_string()), ("FLANEUR_UPLOADS", uploads(folder.path(), files))];
    given.extend(more.iter().cloned());
    run_in_browser(server, script, &given).await;
}

#[tokio::test]
async fn the_site_works_in_a_browser() {
    run("tests/site.test.mjs").await;
}

/// A street of panoramas, a crossing of photos, and a panorama as large as cameras make them, far from both.
async fn streets(client: &Client) -> Value {
    let ids = async |title: &str, files: Vec<(String, Vec<u8>)>| {
        let state = client.upload(title, files).await;
        client.items(&state).await.iter().map(|item| item["id"].clone()).collect::<Value>()
    };
    let panorama = |step: u32| Photo::textured(1024, 512, 700 + step).sphere_at(Placement::walk(step));
    let photo = |step: u32| Photo::textured(800, 600, step).at(Placement::walk(step));
    let named = |steps: std::ops::Range<u32>, file: &dyn Fn(u32) -> Vec<u8>| {
        steps.map(|step| (format!("{step:03}.jpg"), file(step))).collect::<Vec<_>>()
    };
    let large = Photo::textured(1536, 768, 800).enlarged(8);
    assert_eq!(large.size(), (12_288, 6144));
    json!({
        "street": ids("A street", named(0..23, &panorama)).await,
        "photos": ids("A path", named(300..304, &photo)).await,
        "large": ids("A square", vec![("large.jpg".to_owned(), large.sphere_at(Placement::walk(900)))]).await[0],
    })
}

#[tokio::test]
async fn streets_are_walked_in_a_browser() {
    let server = Server::start();
    let streets = streets(&server.admin()).await;
    run_in_browser(&server, "tests/walk.test.mjs", &[("FLANEUR_STREETS", streets.to_string())]).await;
}

#[tokio::test]
async fn pictures_are_shared_and_embedded_in_a_browser() {
    run("tests/share.test.mjs").await;
}

#[tokio::test]
async fn the_map_is_narrowed_down_and_coloured_in_a_browser() {
    run("tests/map.test.mjs").await;
}

#[tokio::test]
async fn places_are_found_in_a_browser() {
    // The browser answers in place of the service: what is tried is that pages may ask this one, and what becomes of answers.
    let server = ServerOptions::default().with(&["--geocoder", "http://places.example.org/search"]).start();
    run_on(&server, "tests/find.test.mjs", &[]).await;
}

#[tokio::test]
async fn an_upload_in_a_browser_survives_a_bad_line_and_a_reload() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &[u8]| file(folder.path(), name, content);
    // The large ones go in pieces, the small ones in one request.
    let sizes = [(3200, 2600), (3200, 2600), (320, 240), (320, 240), (320, 240)];
    let walk: Vec<Value> = sizes
        .into_iter()
        .zip(200..)
        .map(|((width, height), index)| {
            file(&format!("{index}.jpg"), &Photo::textured(width, height, index).at(Placement::walk(index)))
        })
        .collect();
    let twice = Photo::of_walk(300);
    server.admin().upload("Before", vec![("before.jpg".to_owned(), twice.clone())]).await;
    let sending = json!({
        "walk": walk,
        "refused": file("nowhere.jpg", &Photo::textured(3200, 2600, 301).jpeg()),
        "twice": file("twice.jpg", &twice),
        "good": { "en": file("en.jpg", &Photo::of_walk(302)), "fr": file("fr.jpg", &Photo::of_walk(303)) },
        "keys": (310..313).map(|index| file(&format!("{index}.jpg"), &Photo::of_walk(index))).collect::<Vec<_>>(),
    });
    run_in_browser(&server, "tests/upload.test.mjs", &[("FLANEUR_SENDING", sending.to_string())]).await;
}

#[tokio::test]
async fn the_site_opens_in_a_browser_without_a_network() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let walk: Vec<_> =
        (600..603).map(|step| file(folder.path(), &format!("{step}.jpg"), &Photo::of_walk(step))).collect();
    let account = server.commands().token("grace");
    let given = [("FLANEUR_SENDING", json!({ "walk": walk }).to_string()), ("FLANEUR_ACCOUNT", account)];
    run_on(&server, "tests/offline.test.mjs", &given).await;
}

#[tokio::test]
async fn every_page_is_worked_by_keys_and_told_in_a_browser() {
    run("tests/told.test.mjs").await;
}

/// Four folders of a camera, 500 pictures in each; every 250th is so large that it goes in pieces, all others are tiny.
#[tokio::test]
async fn two_thousand_files_dropped_in_a_browser_arrive_once() {
    let server = Server::start();
    let card = tempfile::tempdir().unwrap();
    let folders: Vec<_> = (100..104).map(|folder| card.path().join(format!("{folder}GOPRO"))).collect();
    for (folder, first) in folders.iter().zip((0..).step_by(500)) {
        std::fs::create_dir(folder).unwrap();
        for number in 0..500 {
            let index = first + number;
            let (width, height) = if number % 250 == 100 { (2400, 1800) } else { (64, 48) };
            let photo = Photo::textured(width, height, index).at(Placement::walk(index));
            std::fs::write(folder.join(format!("GOPR{number:04}.JPG")), photo).unwrap();
        }
    }
    run_in_browser(&server, "tests/many.test.mjs", &[("FLANEUR_FOLDERS", json!(folders).to_string())]).await;
}

/// A picture of a camera that knows when but not where: at the time of that step of the walk.
fn lost(size: (u32, u32), step: u32) -> Vec<u8> {
    let mut exif = Exif::new(None);
    exif.photo_text(0x9003, &format!("2024:05:01 12:00:{:02}", step * 2));
    exif.photo_text(0x9011, "+02:00");
    let mut file = Photo::textured(size.0, size.1, 600 + step).jpeg();
    insert(&mut file, 0xe1, &exif.build());
    file
}

#[tokio::test]
async fn pictures_are_looked_at_in_a_browser_before_they_are_sent() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &[u8]| file(folder.path(), name, content);
    let points = (8..15).map(|step| {
        let Placement { longitude, latitude, seconds, .. } = Placement::walk(step);
        format!("<trkpt lat=\"{latitude}\" lon=\"{longitude}\"><time>2024-05-01T10:00:{seconds:02}Z</time></trkpt>")
    });
    let track = format!(
        "<gpx version=\"1.1\" creator=\"test\" xmlns=\"http://www.topografix.com/GPX/1/1\"><trk><trkseg>{}</trkseg></trk></gpx>",
        points.collect::<String>()
    );
    let walking = |name: &str, steps: &mut dyn Iterator<Item = (u32, u32, u32)>| -> Vec<Value> {
        let content = |(step, width, height)| Photo::textured(width, height, 700 + step).at(Placement::walk(step));
        steps.map(|step| file(&format!("{name}{}.jpg", step.0), &content(step))).collect()
    };
    let sending = json!({
        "walk": (0..4).map(|step| file(&format!("{step}.jpg"), &Photo::of_walk(step))).collect::<Vec<_>>(),
        "far": file("far.jpg", &Photo::of_walk(300)),
        "twice": file("twice.jpg", &Photo::textured(320, 240, 601).at(Placement::walk(0))),
        // One that goes in one request, one that goes in pieces.
        "lost": [file("lost10.jpg", &lost((320, 240), 10)), file("lost11.jpg", &lost((3200, 2600), 11))],
        "silent": file("silent.jpg", &Photo::textured(320, 240, 602).jpeg()),
        "track": file("walk.gpx", track.as_bytes()),
        // What is put right before it is sent, by what is done with it.
        "right": {
            "mouse": walking("mouse", &mut (40..44).map(|step| (step, 320, 240))),
            "keys": walking("keys", &mut (60..64).map(|step| (step, 320, 240))),
            "phone": walking("phone", &mut (80..83).map(|step| (step, 320, 240))),
            "reload": [
                file("reload12.jpg", &lost((3200, 2600), 12)),
                walking("reload", &mut std::iter::once((9, 3200, 2600)))[0].clone(),
                file("reload13.jpg", &lost((320, 240), 13)),
            ],
        },
    });
    run_in_browser(&server, "tests/look.test.mjs", &[("FLANEUR_SENDING", sending.to_string())]).await;
}

#[tokio::test]
async fn the_unmodified_web_viewer_works_with_this_server() {
    run("tests/web-viewer.test.mjs").await;
}

#[tokio::test]
async fn pictures_are_corrected_and_tagged_in_a_browser() {
    run("tests/edit.test.mjs").await;
}

#[tokio::test]
async fn many_pictures_are_looked_after_in_a_browser() {
    let server = Server::start();
    let account = server.commands().token("grace");
    let walk = walk(&server.admin()).await;
    // Farther north, and later in the day.
    server.admin().upload_walk("Elsewhere", 900..903).await;
    let given = [("FLANEUR_WALK", walk.to_string()), ("FLANEUR_ACCOUNT", account)];
    run_in_browser(&server, "tests/mine.test.mjs", &given).await;
}

#[tokio::test]
async fn pictures_are_reported_and_decided_in_a_browser() {
    let server = Server::start();
    let account = server.commands().token("grace");
    run_on(&server, "tests/report.test.mjs", &[("FLANEUR_ACCOUNT", account)]).await;
}

/// A picture with a mark, in a sequence of its own, taken on that day (`2019:06:20`) in that step of the walk.
async fn taken(client: &Client, day: &str, step: u32, mut file: Vec<u8>) -> Value {
    take_on(&mut file, day);
    let set = client.upload(&format!("{day}, {step}"), vec![(format!("{step}.jpg"), file)]).await;
    let items = client.items(&set).await;
    json!({ "id": items[0]["id"], "collection": items[0]["collection"], "day": day.replace(':', "-") })
}

/// A panorama whose middle looks in the direction `heading`, with a mark in the direction of 60°.
async fn panorama(client: &Client, day: &str, step: u32, heading: u32) -> Value {
    let mut photo = Photo::textured(2048, 1024, 400 + step * 10 + heading);
    photo.with_mark((60 + 180 + 360 - heading) * 2048 / 360 % 2048 - 30, 482, 60, 60);
    let placement = Placement { heading: Some(f64::from(heading)), ..Placement::walk(step) };
    taken(client, day, step, photo.sphere_at(placement)).await
}

/// A photo that looks north, with a mark to the right of its middle.
async fn flat(client: &Client, day: &str, step: u32, seed: u32) -> Value {
    let mut photo = Photo::textured(1600, 1200, seed);
    photo.with_mark(900, 300, 160, 120);
    taken(client, day, step, photo.at(Placement::walk(step))).await
}

#[tokio::test]
async fn a_place_is_seen_at_other_dates_in_a_browser() {
    let server = Server::start();
    let client = server.admin();
    let dates = json!({
        // One place, the oldest first; a second picture of a day is a step away.
        "panoramas": [
            panorama(&client, "2016:01:12", 0, 0).await,
            panorama(&client, "2019:06:20", 0, 180).await,
            panorama(&client, "2024:05:01", 0, 90).await,
        ],
        "again": panorama(&client, "2016:01:12", 1, 270).await,
        // Others, too far away to be seen from there.
        "flats": [flat(&client, "2018:03:04", 50, 500).await, flat(&client, "2023:09:10", 50, 501).await],
        "mixed": { "panorama": panorama(&client, "2017:08:09", 100, 0).await, "flat": flat(&client, "2020:02:29", 100, 502).await },
        "hidden": [flat(&client, "2015:07:07", 150, 503).await, flat(&client, "2022:12:24", 150, 504).await],
        "alone": flat(&client, "2021:10:11", 200, 505).await,
    });
    run_in_browser(&server, "tests/dates.test.mjs", &[("FLANEUR_DATES", dates.to_string())]).await;
}
