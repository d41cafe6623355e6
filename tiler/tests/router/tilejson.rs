//! TileJSON: what the specification asks for, and that it says what tiles have.

use std::{collections::BTreeMap, sync::Arc};

use flaneur_access::Viewer;
use flaneur_coverage::quadkey::Tile;
use serde_json::{Value, json};

use crate::fake::{Fake, LAT, LON, OWNER, app, body, bytes, get, layers, path, send};

/// What the specification of TileJSON 3.0 asks of a document of vector tiles.
fn check(document: &Value) {
    assert_eq!(document["tilejson"], "3.0.0");
    for tiles in document["tiles"].as_array().expect("tiles") {
        let url = tiles.as_str().expect("an address");
        assert!(url.starts_with("https://") && url.ends_with("/{z}/{x}/{y}.mvt"), "{url}");
    }
    let zoom = |value: &Value, name: &str| value[name].as_u64().filter(|zoom| *zoom <= 30).expect(name);
    let (first, last) = (zoom(document, "minzoom"), zoom(document, "maxzoom"));
    assert!(first <= last);
    let version: Vec<&str> = document["version"].as_str().expect("a version").split('.').collect();
    assert!(version.len() == 3 && version.iter().all(|part| part.parse::<u32>().is_ok()), "{version:?}");
    for text in ["name", "description", "attribution"] {
        assert!(document[text].is_string(), "{text}");
    }
    assert!(document.get("scheme").is_none_or(|scheme| scheme == "xyz" || scheme == "tms"));
    if let Some(bounds) = document.get("bounds") {
        let corners: Vec<f64> = serde_json::from_value(bounds.clone()).expect("numbers");
        let [west, south, east, north] = corners[..] else { panic!("{bounds}") };
        assert!((-180.0..=180.0).contains(&west) && (-180.0..=180.0).contains(&east) && west < east, "{bounds}");
        assert!(south.abs() < 85.0512 && north.abs() < 85.0512 && south < north, "{bounds}");
    }
    let mut names = Vec::new();
    for layer in document["vector_layers"].as_array().expect("layers") {
        names.push(layer["id"].as_str().expect("a name"));
        assert!(layer["fields"].as_object().expect("fields").values().all(Value::is_string));
        assert!(layer["description"].is_string());
        let (from, to) = (zoom(layer, "minzoom"), zoom(layer, "maxzoom"));
        assert!(first <= from && from <= to && to <= last, "{layer}");
    }
    names.dedup();
    assert_eq!(names.len(), document["vector_layers"].as_array().expect("layers").len(), "names are different");
}

/// The type of an attribute as a tile tells it, in the words of TileJSON.
fn kind(shown: &str) -> &'static str {
    if shown.ends_with("(bool)") {
        "Boolean"
    } else if shown.starts_with('"') {
        "String"
    } else {
        "Number"
    }
}

/// The layer of a name.
fn layer<'a>(document: &'a Value, name: &str) -> &'a Value {
    let layers = document["vector_layers"].as_array().expect("layers");
    layers.iter().find(|layer| layer["id"] == name).unwrap_or_else(|| panic!("no {name} in {document}"))
}

#[tokio::test]
async fn it_is_as_specified() {
    let response = get(&app(&Arc::default()), "/map/tiles.json").await;
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(response.headers()["cache-control"], "no-cache");
    let document = body(response).await;
    check(&document);
    assert_eq!(document["tiles"], json!(["https://pictures.example/api/map/{z}/{x}/{y}.mvt"]));
    assert_eq!((&document["minzoom"], &document["maxzoom"]), (&json!(0), &json!(15)));
    assert_eq!((&document["name"], &document["description"]), (&json!("Ada & Bob"), &json!("Streets")));
    let attribution =
        "Street-level pictures: contributors of Ada &amp; Bob, <a href=\"https://example.org/by\">CC-BY-4.0</a>";
    assert_eq!(document["attribution"], attribution);
}

/// Clients look for layers and attributes where the document says so: there and nowhere else.
#[tokio::test]
async fn layers_and_attributes_are_those_of_tiles() {
    let app = app(&Arc::default());
    let signed_in = Viewer::Account { id: OWNER, admin: false };
    for (whose, everyone) in [(String::new(), true), (format!("/users/{OWNER}"), false)] {
        let document = body(send(&app, &format!("{whose}/map/tiles.json"), signed_in, None).await).await;
        check(&document);
        let mut seen: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        for zoom in 0..=15 {
            let tile = path(Tile::at(zoom, LON, LAT));
            let shown = layers(&bytes(send(&app, &format!("{whose}{tile}"), signed_in, None).await).await);
            for described in document["vector_layers"].as_array().expect("layers") {
                let (first, last) = (described["minzoom"].as_u64(), described["maxzoom"].as_u64());
                let name = described["id"].as_str().expect("a name");
                assert_eq!(shown.contains_key(name), (first..=last).contains(&Some(zoom.into())), "{name} at {zoom}");
            }
            for (name, attributes) in shown {
                seen.entry(name).or_default().extend(attributes);
            }
        }
        assert_eq!(seen.contains_key("grid"), everyone);
        for (name, attributes) in &seen {
            let fields = layer(&document, name)["fields"].as_object().expect("fields");
            for (attribute, shown) in attributes {
                assert_eq!(fields[attribute], kind(shown), "{name}: {attribute}");
            }
        }
    }
}

#[tokio::test]
async fn only_who_is_signed_in_is_told_of_what_is_hidden() {
    let app = app(&Arc::default());
    let anonymous = body(get(&app, "/map/tiles.json").await).await;
    let signed_in = Viewer::Account { id: OWNER, admin: false };
    let own = body(send(&app, "/map/tiles.json", signed_in, None).await).await;
    for name in ["sequences", "pictures"] {
        assert!(layer(&anonymous, name)["fields"].get("hidden").is_none());
        assert_eq!(layer(&own, name)["fields"]["hidden"], "Boolean");
    }
    assert!(layer(&own, "grid")["fields"].get("hidden").is_none());
}

#[tokio::test]
async fn bounds_are_around_what_the_viewer_sees() {
    let app = app(&Arc::new(Fake::default()));
    let own = body(get(&app, &format!("/users/{OWNER}/map/tiles.json")).await).await;
    let everybody = body(get(&app, "/map/tiles.json").await).await;
    let cell = Tile::at(12, LON, LAT).bbox();
    for document in [&own, &everybody] {
        assert_eq!(document["bounds"], json!([cell.west, cell.south, cell.east, cell.north]));
    }
    let nobody = uuid::Uuid::from_u128(5);
    let nothing = body(get(&app, &format!("/users/{nobody}/map/tiles.json")).await).await;
    check(&nothing);
    assert!(nothing.get("bounds").is_none(), "{nothing}");
}
