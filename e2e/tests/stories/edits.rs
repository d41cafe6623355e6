//! Pictures that are edited: their files and the map follow, and it can be undone.

use flaneur_e2e::{Client, Photo, Placement, SHORT, Server, UploadSet, decode, field, text, until};
use reqwest::Method;
use serde_json::{Value, json};

/// Where the picture is moved to.
const THERE: (f64, f64) = (-1.5, 48.2);

async fn asked(client: &Client, method: Method, path: &str, body: &Value) -> Value {
    client.tell(method, path, body).await.ok().json()
}

/// A set of three pictures that is shown.
async fn street(client: &Client) -> (UploadSet, Vec<Value>) {
    let set = client.make_set(&json!({ "title": "A walk", "estimated_nb_files": 3 })).await;
    for index in 0..3 {
        let photo = Photo::textured(2400, 1600, index).at(Placement::walk(index));
        client.send_file(&set, &format!("{index}.jpg"), photo).await.ok();
    }
    let items = client.items(&client.ready(&set).await).await;
    (set, items)
}

/// Where a JPEG says it was taken and where it looks, in an EXIF reader that is not the product's.
fn told(jpeg: &[u8]) -> (f64, Option<f64>) {
    let tags = exif::Reader::new().read_from_container(&mut std::io::Cursor::new(jpeg)).unwrap();
    let numbers = |tag| match &tags.get_field(tag, exif::In::PRIMARY)?.value {
        exif::Value::Rational(parts) => Some(parts.iter().map(exif::Rational::to_f64).collect::<Vec<_>>()),
        _ => None,
    };
    let latitude = numbers(exif::Tag::GPSLatitude).unwrap();
    let heading = numbers(exif::Tag::GPSImgDirection).map(|parts| parts[0]);
    (latitude[0] + latitude[1] / 60.0 + latitude[2] / 3600.0, heading)
}

#[tokio::test]
async fn files_and_map_follow_an_edit_and_back() {
    let server = Server::start();
    let (client, nobody) = (server.admin(), server.anonymous());
    let (_, items) = street(&client).await;
    let item = text(&items[1], "/links/3/href");
    assert!(item.contains("/items/"), "{item}");
    let hd = text(&items[1], "/assets/hd/href");
    let first = nobody.get(&hd).await.ok();
    let (latitude, _) = told(&first.body);
    let patch = json!({ "heading": 123, "longitude": THERE.0, "latitude": THERE.1 });
    let edited = asked(&client, Method::PATCH, &item, &patch).await;
    assert_eq!(field(&edited, "/properties/view:azimuth"), &json!(123));
    let followed = async || Some(nobody.get(&hd).await.ok()).filter(|served| told(&served.body).1 == Some(123.0));
    let served = until("the file says so, too", SHORT, followed).await;
    assert!((told(&served.body).0 - THERE.1).abs() < 1e-6);
    assert_eq!(decode(&served.body), decode(&first.body), "not a pixel changed");
    let sequence = text(&items[1], "/collection");
    let reaches = async || {
        let extent = nobody.json(&format!("/api/collections/{sequence}")).await;
        (field(&extent, "/extent/spatial/bbox/0/0").as_f64()? < -1.4).then_some(())
    };
    until("the sequence reaches there", SHORT, reaches).await;

    let history = client.json(&format!("/api/pictures/{}/edits", text(&items[1], "/id"))).await;
    let undo = text(&history, "/edits/0/links/1/href");
    let undone = asked(&client, Method::POST, &undo, &json!({})).await;
    assert_eq!(undone["kept"], json!([]));
    let back =
        async || Some(nobody.get(&hd).await.ok()).filter(|served| (told(&served.body).0 - latitude).abs() < 1e-6);
    until("the file says what it said", SHORT, back).await;
    let after = nobody.json(&item).await;
    assert_eq!(after["geometry"], items[1]["geometry"]);
    assert_eq!(after["properties"]["exif"], items[1]["properties"]["exif"]);
}

#[tokio::test]
async fn tags_of_everybody_are_told_and_searched() {
    let server = Server::start();
    let (client, nobody) = (server.admin(), server.anonymous());
    let (_, items) = street(&client).await;
    let bob = server.account("bob");
    let item = text(&items[0], "/links/3/href");
    let tags = json!({ "semantics": [{ "key": "osm|traffic_sign", "value": "it's 100%" }] });
    asked(&bob, Method::PATCH, &item, &tags).await;
    assert_eq!(nobody.json(&item).await["properties"]["semantics"], tags["semantics"]);
    let shape = json!({ "shape": [10, 10, 50, 50], "semantics": [{ "key": "osm|amenity", "value": "bench" }] });
    let annotation = asked(&bob, Method::POST, &format!("{item}/annotations"), &shape).await;
    let told = nobody.json(&item).await;
    assert_eq!(field(&told, "/properties/annotations/0/id"), &annotation["id"]);
    // Signs of every kind: the value as it is written in CQL2.
    for (filter, found) in [
        ("\"semantics.osm|traffic_sign\" = 'it''s 100%'", true),
        ("\"semantics.osm|amenity\" IS NOT NULL AND \"semantics.osm|traffic_sign\" IS NOT NULL", true),
        ("\"semantics.osm|amenity\" = 'bin'", false),
    ] {
        // What a URL cannot hold as it is.
        let encoded: String = filter.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
        let features = nobody.json(&format!("/api/search?filter={encoded}")).await["features"].clone();
        assert_eq!(features.as_array().map(Vec::len), Some(usize::from(found)), "{filter}");
    }
    let moved = bob.send(bob.request(Method::PATCH, &item).json(&json!({ "visibility": "owner-only" }))).await;
    assert_eq!(moved.status, 403, "{moved}");
}
