//! What map editors and other programs ask for, in the order that they do, and what of the answers they read. Their versions:
//! MapComplete with panoramax-js 0.10, iD 2.42, the JOSM plugin of 2026, data-fair's processing, and the archived phone application.

use flaneur_e2e::{Answer, Client, LONG, Photo, Placement, Server, field, text, until};
use reqwest::{
    Method,
    multipart::{Form, Part},
};
use serde_json::{Value, json};

use crate::coverage::{get, layers, tile};

/// A photo without place and time of its own, as a browser's canvas makes it.
fn bare(index: u32) -> Vec<u8> {
    Photo::textured(640, 480, index).jpeg()
}

/// A form as `FormData` sends a `Blob` in it.
fn blob(photo: Vec<u8>) -> Part {
    Part::bytes(photo).file_name("blob").mime_str("application/octet-stream").unwrap()
}

/// Asks for a picture until it is there, as clients do that have its address already.
async fn shown(client: &Client, address: &str) -> Value {
    until("the picture is ready", LONG, async || {
        let answer = client.get(address).await;
        let item = (answer.status == 200).then(|| answer.json())?;
        (field(&item, "/properties/geovisio:status") == "ready").then_some(item)
    })
    .await
}

#[tokio::test]
async fn mapcomplete_adds_a_photo_to_a_feature() {
    let server = Server::start();
    let mapper = server.account("mapper");
    // panoramax-js writes a slash behind every path, and no media type for JSON.
    let begin = mapper.request(Method::POST, "/api/collections/").body(r#"{"title":"MapComplete upload"}"#);
    let sequence = text(&mapper.send(begin).await.ok().json(), "/id");
    let add = async |index: u32, latitude: &str| -> Answer {
        let form = Form::new()
            .text("isBlurred", "false")
            .text("override_latitude", latitude.to_owned())
            .text("override_longitude", "3.22")
            .text("override_capture_time", "2026-11-20T10:00:00Z")
            .text("override_Exif.Image.Artist", "A mapper")
            .part("picture", blob(bare(index)));
        mapper.send(mapper.request(Method::POST, &format!("/api/collections/{sequence}/items/")).multipart(form)).await
    };
    let added = add(1, "51.21").await;
    assert_eq!(added.status, 202, "{added}");
    let item = added.json();
    let (id, image) = (text(&item, "/id"), text(&item, "/assets/hd/href"));
    let address = format!("/api/collections/{sequence}/items/{id}/");
    let ready = shown(&mapper, &address).await;
    assert_eq!(text(&ready, "/assets/hd/href"), image, "the address that was noted first holds");
    assert_eq!(server.anonymous().get(&image).await.ok().header("content-type"), "image/jpeg");
    assert_eq!(field(&ready, "/geometry/coordinates"), &json!([3.22, 51.21]));
    let producers: Vec<String> =
        field(&ready, "/providers").as_array().unwrap().iter().map(|provider| text(provider, "/name")).collect();
    assert_eq!(producers, ["mapper", "A mapper"]);

    // Later the same day another one, from the same theme.
    let second = text(&add(2, "51.2101").await.ok().json(), "/id");
    shown(&server.anonymous(), &format!("/api/pictures/{second}/")).await;
    // The second one looks away from there, as soon as its sequence is sorted: north, where the way led.
    for (wanted, number) in [("place_position=3.22,51.21&place_distance=0-100", 1), ("bbox=3.2,51.2,3.3,51.3", 2)] {
        until("as many are found", LONG, async || {
            let found = server.anonymous().json(&format!("/api/search/?{wanted}&limit=50")).await;
            (field(&found, "/features").as_array().unwrap().len() == number).then_some(())
        })
        .await;
    }
    let counted = until("the sequence has both", LONG, async || {
        let own = mapper.get("/api/users/me/collection/").await;
        // Without any sequence that is ready yet, it is not there.
        let own = (own.status == 200).then(|| own.json())?;
        let links = field(&own, "/links").as_array().unwrap().clone();
        let child = links.into_iter().find(|link| link["rel"] == "child" && link["stats:items"]["count"] == 2)?;
        Some(text(&child, "/id"))
    })
    .await;
    assert_eq!(counted, sequence);
    mapper
        .tell(Method::PATCH, &format!("/api/collections/{sequence}/"), &json!({ "visibility": "owner-only" }))
        .await
        .ok();
    assert_eq!(server.anonymous().get(&address).await.status, 404);
}

#[tokio::test]
async fn an_older_phone_application_sends_a_walk() {
    let server = Server::start();
    let walker = server.account("walker");
    let begun = walker.post("/api/collections", &json!({ "title": "Walk" })).await.ok().json();
    let sequence = text(&begun, "/id");
    // Two at once, and not in order.
    for pair in [[3, 1], [2, 4]] {
        let sent = pair.map(async |position: u32| {
            let photo = Photo::textured(640, 480, position).at(Placement::walk(position));
            let form = Form::new().text("position", position.to_string()).part("picture", blob(photo));
            walker
                .send(walker.request(Method::POST, &format!("/api/collections/{sequence}/items")).multipart(form))
                .await
        });
        let [one, other] = sent;
        for answer in [one.await, other.await] {
            assert_eq!(answer.status, 202, "{answer}");
        }
    }
    let status = until("all are ready", LONG, async || {
        let status = walker.json(&format!("/api/collections/{sequence}/geovisio_status")).await;
        let items = field(&status, "/items").as_array().unwrap().clone();
        (items.len() == 4 && items.iter().all(|item| item["status"] == "ready") && status["status"] == "ready")
            .then_some(status)
    })
    .await;
    let ranks: Vec<&Value> = field(&status, "/items").as_array().unwrap().iter().map(|item| &item["rank"]).collect();
    assert_eq!(ranks, [1, 2, 3, 4]);
    let items = server.anonymous().json(&format!("/api/collections/{sequence}/items")).await;
    let latitudes: Vec<f64> = field(&items, "/features")
        .as_array()
        .unwrap()
        .iter()
        .map(|item| field(item, "/geometry/coordinates/1").as_f64().unwrap())
        .collect();
    assert!(latitudes.is_sorted(), "{latitudes:?}");
    let thumb = server.anonymous().get(&format!("/api/collections/{sequence}/thumb.jpg")).await;
    assert!(matches!(thumb.status, 200 | 302 | 307), "{thumb}");
}

#[tokio::test]
async fn id_and_josm_find_their_way_along_a_street() {
    let server = Server::start();
    let items = server.admin().upload_walk("street", 0..4).await;
    let (nobody, first) = (server.anonymous(), &items[0]);
    let place = |pointer: &str| field(first, pointer).as_f64().unwrap();
    let (longitude, latitude) = (place("/geometry/coordinates/0"), place("/geometry/coordinates/1"));

    // iD: lines at zoom 10, pictures at 15, then the sequence's items and the one that was clicked.
    let map = async |zoom: u32| {
        let (x, y) = tile(zoom, longitude, latitude);
        until("the map shows the street", LONG, async || {
            let found = layers(&nobody.get(&format!("/api/map/{zoom}/{x}/{y}.mvt")).await.ok().body);
            (!found.is_empty()).then_some(found)
        })
        .await
    };
    let far = map(10).await;
    let (_, lines) = far.iter().find(|(name, _)| name == "sequences").expect("a layer of lines");
    assert!(["id", "date", "type", "account_id"].iter().all(|key| !get(&lines[0], key).is_empty()), "{lines:?}");
    let near = map(15).await;
    let (_, pictures) = near.iter().find(|(name, _)| name == "pictures").expect("a layer of pictures");
    let picture = pictures.iter().find(|picture| get(picture, "id") == text(first, "/id")).expect("the picture");
    let sequence = get(picture, "first_sequence").to_owned();
    // iD up to 2.30, and JOSM, take it out of a list in JSON.
    assert_eq!(serde_json::from_str::<Value>(get(picture, "sequences")).unwrap(), json!([sequence]));
    assert!(get(picture, "heading").contains('0') && get(picture, "ts").starts_with("2024-05-01T"), "{picture:?}");
    let street = nobody.json(&format!("/api/collections/{sequence}/items?limit=1000")).await;
    assert_eq!(field(&street, "/features").as_array().unwrap().len(), 4);
    let item = nobody.json(&format!("/api/collections/{sequence}/items/{}", text(first, "/id"))).await;
    let next = field(&item, "/links").as_array().unwrap().iter().find(|link| link["rel"] == "next").unwrap();
    assert_eq!(text(next, "/id"), text(&items[1], "/id"));
    let account = get(picture, "account_id");
    let name = text(&nobody.json(&format!("/api/users/{account}")).await, "/name");
    let found = nobody.json(&format!("/api/users/search?q={name}")).await;
    assert_eq!(text(&found, "/features/0/id"), account);
    let page = nobody
        .send(nobody.request(Method::GET, &text(&item, "/assets/hd/href")).header("origin", "https://ed.example"))
        .await;
    assert_eq!(page.ok().header("access-control-allow-origin"), "*");

    // JOSM: nothing is loaded unless HEAD says that the server lives.
    assert_eq!(nobody.send(nobody.request(Method::HEAD, "/api/live")).await.status, 200);
    let root = field(&item, "/links").as_array().unwrap().iter().find(|link| link["rel"] == "root").unwrap();
    let listed =
        nobody.json(&format!("{}/collections/{sequence}/items", text(root, "/href").trim_end_matches('/'))).await;
    for feature in field(&listed, "/features").as_array().unwrap() {
        let exif = field(feature, "/properties/exif");
        assert_eq!(text(exif, "/Exif.GPSInfo.GPSDateStamp").split(':').count(), 3, "{exif}");
        assert_eq!(text(exif, "/Exif.GPSInfo.GPSTimeStamp").split(' ').count(), 3, "{exif}");
        for link in field(feature, "/links").as_array().unwrap() {
            assert!(reqwest::Url::parse(&text(link, "/href")).is_ok(), "{link}");
        }
    }
}

#[tokio::test]
async fn data_fair_keeps_its_own_table_of_pictures() {
    let server = Server::start();
    let town = server.account("town");
    let set = town
        .make_set(&json!({
            "title": "Street lamps", "estimated_nb_files": 2, "no_deduplication": true, "visibility": "anyone",
            "metadata": { "dataset": "lamps" },
        }))
        .await;
    // Ids follow from the table's rows, so that a run that broke off is simply run again.
    let row = |number: u32| format!("0191f0a0-7c3e-5a51-9d3a-{number:012}");
    let send = async |number: u32| {
        let form = Form::new()
            .text("picture_id", row(number))
            .text("override_latitude", "48.1")
            .text("override_longitude", format!("-1.67{number}"))
            .text("override_capture_time", "2026-11-20T10:00:00Z")
            .part("file", Part::bytes(bare(number)).file_name(format!("{number}.jpg")).mime_str("image/jpeg").unwrap());
        town.send_form(&set, form).await
    };
    for number in [1, 1, 2] {
        assert_eq!(send(number).await.status, 202, "{number}");
    }
    town.complete(&set).await;
    let state = town.ready(&set).await;
    assert_eq!(field(&state, "/associated_collections").as_array().unwrap().len(), 1, "{state}");
    let files = town.files(&set).await;
    assert_eq!(files.iter().map(|file| text(file, "/picture_id")).collect::<Vec<_>>(), [row(1), row(2)]);
    // A row was corrected: its picture follows. One was taken out: so is its picture, however often that is said.
    let moved = json!({ "latitude": 48.2, "longitude": -1.6, "capture_time": "2026-11-21T10:00:00Z" });
    let patched = town.tell(Method::PATCH, &format!("/api/pictures/{}", row(1)), &moved).await.ok().json();
    assert_eq!(field(&patched, "/geometry/coordinates"), &json!([-1.6, 48.2]));
    let item = format!("/api/collections/{}/items/{}", text(&state, "/associated_collections/0/id"), row(2));
    let statuses = [
        town.send(town.request(Method::DELETE, &item)).await.status,
        town.send(town.request(Method::DELETE, &item)).await.status,
    ];
    assert_eq!(statuses, [204, 404]);
    assert_eq!(town.get(&format!("/api/pictures/{}", row(2))).await.status, 404);
    let gone = town.send(town.request(Method::DELETE, &format!("/api/upload_sets/{}", set.0))).await;
    assert!(gone.status < 300, "{gone}");
}
