//! The map: vector tiles, their style, and finding what is near.

use fast_mvt::{MvtReaderRef, MvtValueRef};
use flaneur_e2e::{LONG, Photo, Placement, Server, ServerOptions, field, text, until};
use reqwest::Method;
use serde_json::{Value, json};

/// The tile of a zoom that holds a point: Web Mercator, x from the west, y from the north.
pub fn tile(zoom: u32, longitude: f64, latitude: f64) -> (u32, u32) {
    let count = f64::from(1_u32 << zoom);
    let x = (longitude + 180.0) / 360.0 * count;
    let y = (1.0 - latitude.to_radians().tan().asinh() / std::f64::consts::PI) / 2.0 * count;
    (x as u32, y as u32)
}

/// Keys and values of a feature.
type Attributes = Vec<(String, String)>;

/// Names of a tile's layers with the attributes of each feature.
pub fn layers(bytes: &[u8]) -> Vec<(String, Vec<Attributes>)> {
    let reader = MvtReaderRef::new(bytes).expect("a vector tile");
    let value = |value: MvtValueRef<'_>| match value {
        MvtValueRef::String(text) => text.to_owned(),
        other => format!("{other:?}"),
    };
    let mut found = Vec::new();
    for layer in reader.layers() {
        let mut features = Vec::new();
        for feature in layer.features() {
            feature.geometry().expect("a geometry");
            let properties = feature.properties().map(|property| property.expect("a property"));
            features.push(properties.map(|(key, each)| (key.to_owned(), value(each))).collect());
        }
        found.push((layer.name().to_owned(), features));
    }
    found
}

pub fn get<'a>(feature: &'a [(String, String)], key: &str) -> &'a str {
    &feature.iter().find(|(name, _)| name == key).unwrap_or_else(|| panic!("no {key} in {feature:?}")).1
}

#[tokio::test]
async fn tiles_show_pictures_near_lines_farther_and_a_grid_from_afar() {
    let server = Server::start();
    let items = server.admin().upload_walk("walk", 0..4).await;
    let at = Placement::walk(0);
    let nobody = server.anonymous();
    let fetch = async |zoom: u32, extension: &str| {
        let (x, y) = tile(zoom, at.longitude, at.latitude);
        let target = format!("/api/map/{zoom}/{x}/{y}.{extension}");
        until("the map shows the walk", LONG, async || {
            let answer = nobody.get(&target).await.ok();
            assert_eq!(answer.header("content-type"), "application/vnd.mapbox-vector-tile");
            let found = layers(&answer.body);
            (!found.is_empty()).then_some(found)
        })
        .await
    };
    let near = fetch(15, "mvt").await;
    let (_, pictures) = near.iter().find(|(name, _)| name == "pictures").unwrap_or_else(|| panic!("{near:?}"));
    assert_eq!(pictures.len(), 4);
    for feature in pictures {
        let item = items.iter().find(|item| text(item, "/id") == get(feature, "id")).expect("a known picture");
        let collection = text(item, "/collection");
        assert_eq!(get(feature, "sequences"), format!("[\"{collection}\"]"));
        assert_eq!(get(feature, "first_sequence"), collection);
        assert_eq!(get(feature, "type"), "flat");
        assert!(get(feature, "ts").starts_with("2024-05-01T10:00:"), "{feature:?}");
        get(feature, "account_id");
        get(feature, "heading");
    }
    for zoom in [7, 10, 14, 15] {
        let found = fetch(zoom, "mvt").await;
        let (_, lines) =
            found.iter().find(|(name, _)| name == "sequences").unwrap_or_else(|| panic!("{zoom}: {found:?}"));
        assert_eq!(lines.len(), 1, "zoom {zoom}");
        assert_eq!(get(&lines[0], "id"), text(&items[0], "/collection"));
        assert_eq!(get(&lines[0], "date"), "2024-05-01");
        assert_eq!(found.iter().any(|(name, _)| name == "pictures"), zoom == 15, "zoom {zoom}: {found:?}");
    }
    for zoom in [0, 5] {
        let found = fetch(zoom, "pbf").await;
        let (_, cells) = found.iter().find(|(name, _)| name == "grid").unwrap_or_else(|| panic!("{zoom}: {found:?}"));
        assert_eq!(cells.len(), 1, "zoom {zoom}: {found:?}");
        assert!(get(&cells[0], "nb_pictures").contains('4'), "{cells:?}");
    }
    let empty = nobody.get("/api/map/15/0/0.mvt").await;
    assert_eq!((empty.status, empty.body.len()), (200, 0), "an empty tile is no error");
}

#[tokio::test]
async fn the_style_names_the_layers_that_viewers_know() {
    let server = Server::start();
    let style = server.anonymous().json("/api/map/style.json").await;
    let tiles = text(&style, "/sources/geovisio/tiles/0");
    assert!(tiles.starts_with(server.url()) && tiles.contains("{z}/{x}/{y}"), "{tiles}");
    for source in field(&style, "/sources").as_object().unwrap().values() {
        assert_eq!(source["type"], "vector", "{style}");
        assert!(source["tiles"].is_array(), "{style}");
    }
    let layers = field(&style, "/layers").as_array().unwrap();
    for (id, source) in
        [("geovisio_sequences", "sequences"), ("geovisio_pictures", "pictures"), ("geovisio_grid", "grid")]
    {
        let layer = layers.iter().find(|layer| layer["id"] == id).unwrap_or_else(|| panic!("no {id} in {style}"));
        assert_eq!(layer["source-layer"], source);
    }
}

#[tokio::test]
async fn tilejson_leads_to_tiles_and_around_them() {
    let server = ServerOptions::default().with(&["--license", "CC0-1.0", "--name", "Town"]).start();
    let client = server.admin();
    client.upload_walk("walk", 0..2).await;
    let at = Placement::walk(0);
    let me = text(&client.json("/api/users/me").await, "/id");
    for whose in ["", &format!("/users/{me}")] {
        let target = format!("/api{whose}/map/tiles.json");
        let (document, tag) = until("there are bounds", LONG, async || {
            let answer = server.anonymous().get(&target).await.ok();
            let document = answer.json();
            document.get("bounds").is_some().then(|| (document, answer.header("etag")))
        })
        .await;
        assert!(text(&document, "/attribution").contains("contributors of Town"), "{document}");
        assert!(text(&document, "/attribution").contains("CC0-1.0"), "{document}");
        let corner = |index: usize| document["bounds"][index].as_f64().unwrap();
        assert!((corner(0)..corner(2)).contains(&at.longitude), "{document}");
        assert!((corner(1)..corner(3)).contains(&at.latitude), "{document}");
        assert!(corner(2) - corner(0) < 0.2, "{document}");
        let (x, y) = tile(15, at.longitude, at.latitude);
        let address = text(&document, "/tiles/0").replace("{z}", "15").replace("{x}", &x.to_string());
        let address = address.replace("{y}", &y.to_string());
        let shown = server.anonymous().get(address.strip_prefix(server.url()).expect("here")).await.ok();
        assert!(layers(&shown.body).iter().any(|(name, _)| name == "pictures"), "{address}");
        let held = server.anonymous().request(Method::GET, &target).header("if-none-match", tag);
        assert_eq!(server.anonymous().send(held).await.status, 304);
    }
}

#[tokio::test]
async fn a_map_is_narrowed_down() {
    let server = Server::start();
    let client = server.admin();
    let items = client.upload_walk("walk", 0..3).await;
    let target = format!("/api/collections/{}/items/{}", text(&items[1], "/collection"), text(&items[1], "/id"));
    let tags = json!({ "semantics": [{ "key": "osm|traffic_sign", "value": "stop" }] });
    client.tell(Method::PATCH, &target, &tags).await.ok();
    let at = Placement::walk(0);
    let (x, y) = tile(15, at.longitude, at.latitude);
    let pictures = async |query: &str| {
        let shown = layers(&server.anonymous().get(&format!("/api/map/15/{x}/{y}.mvt?{query}")).await.ok().body);
        shown.into_iter().find(|(name, _)| name == "pictures").map_or_else(Vec::new, |(_, features)| features)
    };
    until("all are shown", LONG, async || (pictures("type=flat").await.len() == 3).then_some(())).await;
    let stop = pictures("tag=osm%7Ctraffic_sign%3Dstop").await;
    assert_eq!(stop.iter().map(|feature| get(feature, "id")).collect::<Vec<_>>(), [text(&items[1], "/id")]);
    assert!(pictures("tag=osm%7Ctraffic_sign%3Dyield").await.is_empty());
    assert!(pictures("type=equirectangular").await.is_empty());
    assert_eq!(pictures("datetime=2024-05-01").await.len(), 3);
    assert!(pictures("datetime=2024-05-02/..").await.is_empty());
    let refused = server.anonymous().get("/api/map/3/0/0.mvt?model=gopro").await;
    assert!(refused.status == 400 && refused.sentence().contains("zoom level 6"), "{refused:?}");
}

#[tokio::test]
async fn search_gives_the_nearest_first() {
    let server = Server::start();
    server.admin().upload_walk("walk", 0..6).await;
    let middle = Placement::walk(3);
    let (west, east) = (middle.longitude - 0.001, middle.longitude + 0.001);
    let (south, north) = (middle.latitude - 0.001, middle.latitude + 0.001);
    let target = format!("/api/search?bbox={west},{south},{east},{north}&limit=4");
    let found = server.anonymous().json(&target).await;
    let distances: Vec<f64> = field(&found, "/features")
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (item["geometry"]["coordinates"][1].as_f64().unwrap() - middle.latitude).abs() * 111_320.0)
        .collect();
    assert_eq!(distances.len(), 4);
    assert!(distances[0] < 0.5, "{distances:?}");
    assert!(distances.windows(2).all(|pair| pair[0] <= pair[1] + 0.5), "{distances:?}");

    let elsewhere = server.anonymous().json("/api/search?bbox=10,10,11,11").await;
    assert_eq!(field(&elsewhere, "/features"), &Value::Array(Vec::new()));
}

#[tokio::test]
async fn the_date_line_divides_nothing() {
    let server = Server::start();
    let client = server.admin();
    let at = |longitude: f64, index: u32| Placement { longitude, latitude: -16.5, seconds: index * 2, heading: None };
    let files = vec![
        ("west.jpg".to_owned(), Photo::textured(320, 240, 1).at(at(179.9999, 0))),
        ("east.jpg".to_owned(), Photo::textured(320, 240, 2).at(at(-179.9999, 1))),
    ];
    let state = client.upload("Taveuni", files).await;
    assert_eq!(field(&state, "/associated_collections").as_array().unwrap().len(), 1, "21 m apart: {state}");
    let found = server.anonymous().json("/api/search?bbox=179.9,-17,-179.9,-16").await;
    assert_eq!(field(&found, "/features").as_array().unwrap().len(), 2, "{found}");
    for longitude in [179.9999, -179.9999] {
        let (x, y) = tile(15, longitude, -16.5);
        let target = format!("/api/map/15/{x}/{y}.mvt");
        until("each side's tile shows its picture", LONG, async || {
            let found = layers(&server.anonymous().get(&target).await.ok().body);
            let pictures = found.into_iter().find(|(name, _)| name == "pictures")?;
            (pictures.1.len() == 1).then_some(())
        })
        .await;
    }
}
