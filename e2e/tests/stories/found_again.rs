//! What our own models found and the server redacted shows nothing in what is served: the same models look at it again.
//!
//! They still take a smooth spot on somebody's shoulders for a head now and then. So each box that is found again is listed
//! with the detail that is left in it, and fails the test if there is more than a smooth surface has.
//!
//! With `FLANEUR_REDACTION_REPORT` (`make bench-redaction`) every labelled photo is looked at in place of the street photos
//! only, and the table is written there. Crops of whatever is found are kept beside the build.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use flaneur_detect::{Detection, Detector, Options, geometry::Rect};
use flaneur_e2e::{Client, Region, Server, Tools, decode, detail, field, shared_data, text, until};
use image::DynamicImage;
use serde_json::{Value, json};

use crate::labelled::form;

/// Sets of labelled photos, in the order of the table; the first is looked at each time.
const SETS: [&str; 3] = ["street_mix.json", "rl_ro_dashcam.json", "pano.json"];

/// A box that is found in a picture counts as something that was redacted if so much of it lies in a redacted place.
const SHARE: f32 = 0.2;

/// Most that neighbouring pixels of a smooth surface differ, mean of levels of 0-255. Faces and plates have 5 and more.
const SMOOTH: f64 = 2.5;

/// The models look at a set of panoramas for minutes.
const PATIENCE: Duration = Duration::from_mins(20);

/// A picture that was sent.
struct Photo {
    /// Its file, in the folder of the sets.
    file: String,
    item: Value,
}

/// What was found again in a copy.
struct Again {
    file: String,
    copy: &'static str,
    class: String,
    score: f32,
    bounds: [f32; 4],
    share: f32,
    /// How strongly neighbouring pixels differ in its inner half, see [`detail`].
    detail: f64,
}

/// How a set fared.
#[derive(Default)]
struct Row {
    pictures: usize,
    regions: usize,
    /// Boxes found anywhere in hd and sd: those the models did not see in the original.
    elsewhere: [usize; 2],
    again: Vec<Again>,
}

fn files(folder: &Path, set: &str) -> Vec<String> {
    let labels: Value = serde_json::from_slice(&std::fs::read(folder.join(set)).unwrap()).unwrap();
    labels["images"].as_array().unwrap().iter().map(|image| text(image, "/file_name")).collect()
}

/// Sends the files of a set, in the way of any client, and gives what is published of them.
async fn send(client: &Client, folder: &Path, set: &str) -> Vec<Photo> {
    let upload = client.make_set(&json!({ "title": set, "no_deduplication": true, "no_split": true })).await;
    let files = files(folder, set);
    for (number, file) in files.iter().enumerate() {
        let jpeg = std::fs::read(folder.join(file)).unwrap();
        client.send_form(&upload, form(&format!("{number}.jpg"), jpeg, number)).await.ok();
    }
    client.complete(&upload).await;
    let state = until("the set is ready", PATIENCE, async || {
        let state = client.set(&upload).await;
        (field(&state, "/ready") == true).then_some(state)
    })
    .await;
    let items = client.items(&state).await;
    assert_eq!(items.len(), files.len(), "{state}");
    let number =
        |item: &Value| text(item, "/properties/original_file:name").replace(".jpg", "").parse::<usize>().unwrap();
    items.into_iter().map(|item| Photo { file: files[number(&item)].clone(), item }).collect()
}

/// The boxes that were redacted, in pixels of the full picture, grown as the surgery grows them at least.
async fn redacted(client: &Client, item: &Value) -> Vec<Rect> {
    let listed = client.json(&format!("/api/pictures/{}/redactions", text(item, "/id"))).await;
    let all = field(&listed, "/redactions").as_array().unwrap();
    let bounds =
        |redaction: &Value| [0, 1, 2, 3].map(|side| redaction["regions"][0]["box"][side].as_f64().unwrap() as f32);
    let rect = |[x0, y0, x1, y1]: [f32; 4]| Rect::new(x0, y0, x1, y1).unwrap().grown(flaneur_jpeg::GROW);
    all.iter().map(|redaction| rect(bounds(redaction))).collect()
}

/// The largest share of a box that lies in one of the regions. On a panorama, `width` pixels across, both may cross its edge.
fn share(found: &Rect, regions: &[Rect], width: Option<f32>) -> f32 {
    let turns = width.map_or_else(|| vec![0.0], |width| vec![-width, 0.0, width]);
    let moved = |turn: &f32| found.scaled_then_moved((1.0, 1.0), (*turn, 0.0));
    let all = turns.iter().map(moved).flat_map(|found| regions.iter().map(move |region| found.intersection(region)));
    all.fold(0.0, f32::max) / found.area()
}

/// What the models find. Not on the thread of the client, whose connections would be closed meanwhile.
async fn look(detector: &Arc<Detector>, picture: &DynamicImage, panorama: bool) -> Vec<Detection> {
    let (detector, rgb) = (detector.clone(), picture.to_rgb8());
    let look = move || detector.detect(rgb.as_raw(), rgb.width(), rgb.height(), panorama).unwrap();
    tokio::task::spawn_blocking(look).await.unwrap()
}

/// Keeps what is found, in a redacted place or elsewhere, with as much around it: for people to look at.
fn keep(folder: &Path, picture: &DynamicImage, again: &Again) {
    let [x0, y0, x1, y1] = again.bounds;
    let (width, height) = (x1 - x0, y1 - y0);
    let (left, top) = ((x0 - width).max(0.0) as u32, (y0 - height).max(0.0) as u32);
    let part = picture.crop_imm(left, top, 3 * width as u32, 3 * height as u32);
    let place = if again.share < SHARE { "elsewhere" } else { "again" };
    let name = format!("{place}-{}-{}-{left}-{top}.png", again.file.replace(['/', '.'], "_"), again.copy);
    part.save(folder.join(name)).unwrap();
}

/// The inner half of a box: there lies what makes a face or a plate.
fn inner([x0, y0, x1, y1]: [f32; 4]) -> Region {
    let (width, height) = (x1 - x0, y1 - y0);
    let part = |length: f32| (length / 2.0).max(2.0) as u32;
    Region { x: (x0 + width / 4.0) as u32, y: (y0 + height / 4.0) as u32, width: part(width), height: part(height) }
}

async fn measure(server: &Server, detector: &Arc<Detector>, folder: &Path, set: &str, crops: &Path) -> Row {
    let (client, nobody) = (server.admin(), server.anonymous());
    let mut row = Row::default();
    for Photo { file, item } in send(&client, folder, set).await {
        let regions = redacted(&client, &item).await;
        let panorama = item.pointer("/properties/pers:interior_orientation/field_of_view") == Some(&json!(360));
        row.pictures += 1;
        row.regions += regions.len();
        let mut full = 0.0;
        for (at, copy) in ["hd", "sd"].into_iter().enumerate() {
            let picture = decode(&nobody.get(&text(&item, &format!("/assets/{copy}/href"))).await.ok().body);
            if copy == "hd" {
                full = picture.width() as f32;
            }
            let scale = picture.width() as f32 / full;
            let regions: Vec<Rect> =
                regions.iter().map(|rect| rect.scaled_then_moved((scale, scale), (0.0, 0.0))).collect();
            for found in look(detector, &picture, panorama).await {
                let bounds = [found.x0, found.y0, found.x1, found.y1];
                let rect = Rect::new(found.x0, found.y0, found.x1, found.y1).unwrap();
                let share = share(&rect, &regions, panorama.then_some(picture.width() as f32));
                let class = format!("{:?}", found.class).to_lowercase();
                let (file, score, detail) = (file.clone(), found.score, detail(&picture, inner(bounds)));
                let again = Again { file, copy, class, score, bounds, share, detail };
                keep(crops, &picture, &again);
                if share < SHARE {
                    row.elsewhere[at] += 1;
                } else {
                    row.again.push(again);
                }
            }
        }
    }
    row
}

fn table(rows: &[(&str, Row)]) -> String {
    let mut out = String::from(
        "| photos | pictures | regions redacted | found again in hd | in sd | found elsewhere in hd | in sd |\n|---|--:|--:|--:|--:|--:|--:|\n",
    );
    for (set, row) in rows {
        let again = |copy: &str| row.again.iter().filter(|again| again.copy == copy).count();
        let [hd, sd] = row.elsewhere;
        let set = set.trim_end_matches(".json");
        let _ = writeln!(
            out,
            "| {set} | {} | {} | {} | {} | {hd} | {sd} |",
            row.pictures,
            row.regions,
            again("hd"),
            again("sd")
        );
    }
    let all = rows.iter().flat_map(|(_, row)| &row.again);
    for Again { file, copy, class, score, bounds, share, detail } in all {
        let [x0, y0, x1, y1] = bounds.map(f32::round);
        let _ = writeln!(
            out,
            "\n- {file}, {copy}: a {class} ({score:.2}) at {x0}, {y0} to {x1}, {y1}, {:.0} % in a redacted place; detail left in it: {detail:.1}",
            share * 100.0
        );
    }
    out
}

#[tokio::test]
async fn what_was_redacted_is_not_found_again() {
    let Some(data) = shared_data() else { return };
    let report = std::env::var_os("FLANEUR_REDACTION_REPORT").map(PathBuf::from);
    let crops = Path::new(env!("CARGO_TARGET_TMPDIR")).join("found-again");
    let _ = std::fs::remove_dir_all(&crops);
    std::fs::create_dir_all(&crops).unwrap();
    let detector = Arc::new(Detector::load(&Options::new(Tools::models())).unwrap());
    let server = Server::start();
    let mut rows = Vec::new();
    for set in &SETS[..if report.is_some() { SETS.len() } else { 1 }] {
        rows.push((*set, measure(&server, &detector, &data.join("privacy_gt"), set, &crops).await));
    }
    let table = table(&rows);
    println!("{table}");
    if let Some(path) = report {
        let intro = "# What our models find again in what they had redacted\n\nMeasured by `make bench-redaction`: labelled open \
                     photos go through a server, and the models that found faces and plates in them look at the served hd and \
                     sd. A box counts as found again if a fifth of it lies in a redacted place; `detail` is the mean difference of neighbouring \
                     pixels in its inner half (levels of 0-255; faces and plates have 5 and more, a smooth surface less than 2.5).\n\n";
        std::fs::write(path, format!("{intro}{table}")).unwrap();
    }
    let regions: usize = rows.iter().map(|(_, row)| row.regions).sum();
    assert!(regions >= 40, "{regions} regions: too few to see anything");
    let shown = rows.iter().flat_map(|(_, row)| &row.again).filter(|again| again.detail > SMOOTH).count();
    assert_eq!(shown, 0, "of what was found again so many show something; see {}", crops.display());
}
