//! The routes as clients see them, over a catalog that notes what it is asked.

mod fake;
mod filters;
mod tilejson;

use std::sync::Arc;

use axum::body::Body;
use fake::{Fake, LAT, LON, OWNER, about, app, body, bytes, get, layers, path, send};
use flaneur_access::Viewer;
use flaneur_catalog::{
    model::{AccountId, DrawnTile},
    world::SystemClock,
};
use flaneur_coverage::quadkey::Tile;
use flaneur_tiler::{MAX_PICTURES, MAX_SEQUENCES, router};
use http::{Request, StatusCode, header};
use jiff::Timestamp;
use serde_json::json;
use tower::ServiceExt as _;
use uuid::Uuid;

#[tokio::test]
async fn tiles_of_every_zoom() {
    for z in 0..=15 {
        let fake = Arc::new(Fake::default());
        let tile = Tile::at(z, LON, LAT);
        let response = get(&app(&fake), &path(tile)).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/vnd.mapbox-vector-tile");
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-cache");
        let shown = layers(&bytes(response).await);
        let ask = |what, number| (what, Viewer::Anonymous, None, tile.keys(), number);
        let (names, questions) = match z {
            0..=5 => (vec!["grid"], vec![ask("grid", i64::from(z) + 6)]),
            6 => (vec!["grid", "sequences"], vec![ask("grid", 12), ask("sequences", MAX_SEQUENCES)]),
            7..=14 => (vec!["sequences"], vec![ask("sequences", MAX_SEQUENCES)]),
            _ => (vec!["pictures", "sequences"], vec![ask("sequences", MAX_SEQUENCES), ask("pictures", MAX_PICTURES)]),
        };
        assert_eq!(shown.keys().collect::<Vec<_>>(), names, "zoom {z}");
        assert_eq!(*fake.questions.lock().unwrap(), questions, "zoom {z}");
    }
}

#[tokio::test]
async fn marks_become_attributes() {
    let app = app(&Arc::default());
    let shown = layers(&bytes(get(&app, &path(Tile::at(15, LON, LAT))).await).await);
    let (sequence, picture) = (&shown["sequences"], &shown["pictures"]);
    assert_eq!(sequence["type"], "\"equirectangular\"");
    assert_eq!(sequence["model"], "\"GoPro Max\"");
    assert_eq!(sequence["hidden"], "true (bool)");
    assert_eq!(picture["ts"], "\"2025-07-14T09:30:04Z\"");
    assert_eq!(picture["heading"], "0 (int)");
    assert_eq!(picture["type"], "\"flat\"");
    assert_eq!(picture["first_sequence"], "\"00000000-0000-0000-0000-0000000000a1\"");
    let shown = layers(&bytes(get(&app, &path(Tile::at(3, LON, LAT))).await).await);
    assert_eq!(shown["grid"]["nb_pictures"], "3 (int)");
    assert_eq!(shown["grid"]["nb_360_pictures"], "1 (int)");
}

#[tokio::test]
async fn an_empty_tile_has_no_bytes() {
    let app = app(&Arc::default());
    for path in ["/map/15/0/0.mvt", "/map/5/0/0.pbf"] {
        let response = get(&app, path).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/vnd.mapbox-vector-tile");
        assert!(bytes(response).await.is_empty());
    }
}

#[tokio::test]
async fn what_the_client_has_is_not_sent_again() {
    let app = app(&Arc::default());
    let documents = [String::new(), format!("/users/{OWNER}")]
        .into_iter()
        .flat_map(|whose| ["style.json", "tiles.json"].map(|name| format!("{whose}/map/{name}")));
    for path in [path(Tile::at(15, LON, LAT)), "/map/15/0/0.mvt".to_owned()].into_iter().chain(documents) {
        let response = get(&app, &path).await;
        let tag = response.headers()[header::ETAG].to_str().unwrap().to_owned();
        assert!(tag.starts_with('"') && tag.ends_with('"'), "{tag} is strong");
        for held in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
            let again = send(&app, &path, Viewer::Anonymous, Some(&held)).await;
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{held}");
            assert_eq!(again.headers()[header::ETAG], *tag);
            assert_eq!(again.headers()[header::CACHE_CONTROL], response.headers()[header::CACHE_CONTROL]);
            assert!(bytes(again).await.is_empty());
        }
        assert_eq!(send(&app, &path, Viewer::Anonymous, Some("\"other\"")).await.status(), 200);
    }
}

#[tokio::test]
async fn whoever_is_signed_in_is_asked_for_and_answered_alone() {
    let fake = Arc::new(Fake::default());
    let viewer = Viewer::Account { id: OWNER, admin: false };
    for path in ["/map/15/0/0.mvt", "/map/style.json", "/map/tiles.json", "/users/me/map/15/0/0.mvt"] {
        let response = send(&app(&fake), path, viewer, None).await;
        assert_eq!(response.headers()[header::CACHE_CONTROL], "private, no-cache", "{path}");
    }
    let questions = fake.questions.lock().unwrap();
    assert!(!questions.is_empty() && questions.iter().all(|question| question.1 == viewer));
}

#[tokio::test]
async fn the_tiles_of_an_account() {
    let fake = Arc::new(Fake::default());
    let app = app(&fake);
    for z in 0..=15 {
        let tile = Tile::at(z, LON, LAT);
        let response = get(&app, &format!("/users/{OWNER}{}", path(tile))).await;
        assert_eq!(response.headers()[header::CACHE_CONTROL], "private, no-cache");
        let shown = layers(&bytes(response).await);
        assert_eq!(shown["sequences"]["account_id"], format!("\"{OWNER}\""), "zoom {z}");
        assert_eq!(shown.contains_key("pictures"), z == 15);
    }
    assert!(fake.questions.lock().unwrap().iter().all(|question| question.2 == Some(AccountId(OWNER))));
    let other = Uuid::from_u128(5);
    let response = get(&app, &format!("/users/{other}{}", path(Tile::at(15, LON, LAT)))).await;
    assert!(bytes(response).await.is_empty());
}

#[tokio::test]
async fn what_is_not_there() {
    let app = app(&Arc::default());
    for (path, status, word) in [
        ("/map/19/1/1.mvt", 404, "0 to 18"),
        ("/map/1/5/1.mvt", 404, "no such tile"),
        ("/map/1/1/5.mvt", 404, "no such tile"),
        ("/map/3/1/1.png", 400, ".mvt"),
        ("/users/nobody/map/3/1/1.mvt", 404, "UUID"),
        ("/users/nobody/map/style.json", 404, "UUID"),
        ("/users/me/map/3/1/1.mvt", 401, "sign in"),
        ("/users/me/map/style.json", 401, "sign in"),
        ("/users/nobody/map/tiles.json", 404, "UUID"),
        ("/users/me/map/tiles.json", 401, "sign in"),
    ] {
        let response = get(&app, path).await;
        assert_eq!(response.status(), status, "{path}");
        let body = body(response).await;
        assert_eq!(body["status_code"], status, "{path}");
        assert!(body["message"].as_str().unwrap().contains(word), "{path}: {body}");
    }
}

#[tokio::test]
async fn what_the_catalog_says_is_not_told() {
    let app = app(&Arc::new(Fake { broken: true, ..Fake::default() }));
    for path in ["/map/3/1/1.mvt", "/map/15/1/1.mvt", "/map/tiles.json", &format!("/users/{OWNER}/map/3/1/1.mvt")] {
        let response = get(&app, path).await;
        assert_eq!(response.status(), 500);
        assert!(!response.headers().contains_key(header::ETAG));
        let body = body(response).await;
        assert_eq!(body["status_code"], 500);
        assert!(!body.to_string().contains("secret"), "{body}");
    }
}

#[tokio::test]
async fn the_style_is_what_panoramax_clients_look_for() {
    let response = get(&app(&Arc::default()), "/map/style.json").await;
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json");
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-cache");
    let style = body(response).await;
    assert_eq!(style["version"], 8);
    assert_eq!(
        style["sources"],
        json!({ "geovisio": {
            "type": "vector",
            "tiles": ["https://pictures.example/api/map/{z}/{x}/{y}.mvt"],
            "minzoom": 0,
            "maxzoom": 15,
        }})
    );
    let layers: Vec<_> =
        style["layers"].as_array().unwrap().iter().map(|layer| (&layer["id"], &layer["source-layer"])).collect();
    assert_eq!(
        json!(layers),
        json!([["geovisio_sequences", "sequences"], ["geovisio_pictures", "pictures"], ["geovisio_grid", "grid"]])
    );
    assert!(style["layers"].as_array().unwrap().iter().all(|layer| layer["source"] == "geovisio"));
}

#[tokio::test]
async fn the_style_of_an_account_has_names_of_its_own() {
    let app = app(&Arc::default());
    let signed_in = Viewer::Account { id: OWNER, admin: false };
    for path in [format!("/users/{OWNER}/map/style.json"), "/users/me/map/style.json".to_owned()] {
        let response = send(&app, &path, signed_in, None).await;
        let style = body(response).await;
        let source = format!("geovisio_{OWNER}");
        let tiles = format!("https://pictures.example/api/users/{OWNER}/map/{{z}}/{{x}}/{{y}}.mvt");
        assert_eq!(style["sources"][&source]["tiles"], json!([tiles]));
        let ids: Vec<_> = style["layers"].as_array().unwrap().iter().map(|layer| layer["id"].clone()).collect();
        assert_eq!(ids, [format!("{source}_sequences"), format!("{source}_pictures")]);
    }
}

/// Clients offer a filter only for attributes that the style names: they have to be the ones that tiles have.
#[tokio::test]
async fn the_style_names_the_attributes_of_tiles() {
    let app = app(&Arc::default());
    let style = body(get(&app, "/map/style.json").await).await;
    let named = |layer: &str| -> Vec<String> {
        let mut fields: Vec<String> =
            serde_json::from_value(style["metadata"]["panoramax:fields"][layer].clone()).expect("a list");
        fields.sort_unstable();
        fields
    };
    let mut shown = layers(&bytes(get(&app, &path(Tile::at(15, LON, LAT))).await).await);
    shown.extend(layers(&bytes(get(&app, &path(Tile::at(3, LON, LAT))).await).await));
    // Only the owner sees what is hidden; that is nothing to filter by.
    shown.get_mut("sequences").unwrap().remove("hidden");
    for layer in ["grid", "sequences"] {
        assert_eq!(named(layer), shown[layer].keys().cloned().collect::<Vec<_>>(), "{layer}");
    }
    let pictures = named("pictures");
    assert!(shown["pictures"].keys().all(|key| pictures.contains(key)));
    assert!(["gps_accuracy", "h_pixel_density", "model"].iter().all(|key| pictures.iter().any(|name| name == key)));
}

#[tokio::test]
async fn a_request_without_address_is_told_so() {
    for path in ["/map/style.json", "/map/tiles.json"] {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = app(&Arc::default()).oneshot(request).await.unwrap();
        assert_eq!(response.status(), 400);
        assert!(body(response).await["message"].as_str().unwrap().contains("Host"));
    }
}

#[test]
fn every_route_is_documented() {
    let (_, document) = router(Arc::new(Fake::default()), Arc::new(SystemClock), about()).split_for_parts();
    let mut paths: Vec<_> = document.paths.paths.keys().map(String::as_str).collect();
    paths.sort_unstable();
    assert_eq!(
        paths,
        [
            "/map/style.json",
            "/map/tiles.json",
            "/map/{z}/{x}/{y}",
            "/users/{id}/map/style.json",
            "/users/{id}/map/tiles.json",
            "/users/{id}/map/{z}/{x}/{y}",
        ]
    );
}

#[tokio::test]
async fn a_tile_is_drawn_once_until_it_is_touched() {
    let fake = Arc::new(Fake::default());
    let app = app(&fake);
    let tile = Tile::at(12, LON, LAT);
    let path = format!("/map/{}/{}/{}.mvt", tile.z, tile.x, tile.y);
    let asked = || std::mem::take(&mut *fake.questions.lock().expect("no test panics here")).len();
    let ask = async |coding: &'static str, tag: Option<&str>| {
        let mut request = Request::get(&path).header(header::ACCEPT_ENCODING, coding);
        if let Some(tag) = tag {
            request = request.header(header::IF_NONE_MATCH, tag);
        }
        let mut request = request.body(Body::empty()).expect("a request");
        request.extensions_mut().insert(Viewer::Anonymous);
        app.clone().oneshot(request).await.expect("no handler fails")
    };
    let drawn = ask("identity", None).await;
    assert_eq!((asked(), drawn.headers().get(header::CONTENT_ENCODING)), (1, None));
    let tag = drawn.headers()[header::ETAG].to_str().expect("text").to_owned();
    let plain = bytes(drawn).await;
    assert!(!plain.is_empty());

    let packed = ask("br, gzip", None).await;
    assert_eq!((asked(), &packed.headers()[header::CONTENT_ENCODING]), (0, &"gzip".parse().expect("a value")));
    assert_eq!(packed.headers()[header::ETAG], tag);
    assert!(packed.headers().get_all(header::VARY).iter().any(|value| value == "accept-encoding"));
    let packed = bytes(packed).await;
    let mut unpacked = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&packed[..]), &mut unpacked).expect("gzip");
    assert_eq!(unpacked, plain);
    assert_eq!(bytes(ask("*", None).await).await, plain);
    let held = ask("gzip", Some(&tag)).await;
    assert_eq!((held.status(), asked()), (StatusCode::NOT_MODIFIED, 0));
    assert!(bytes(held).await.is_empty());

    // Others may see more: for them it is drawn.
    send(&app, &path, Viewer::Account { id: OWNER, admin: false }, None).await;
    assert_eq!(asked(), 1);
    let change = |change: fn(&mut DrawnTile)| {
        fake.kept.lock().expect("no test panics here").values_mut().for_each(change);
    };
    change(|kept| kept.touched = true);
    ask("gzip", None).await;
    assert_eq!(asked(), 0, "where something was added, it may be some seconds old");
    change(|kept| kept.drawn_at = Timestamp::UNIX_EPOCH);
    ask("gzip", None).await;
    assert_eq!(asked(), 1);
    change(|kept| (kept.touched, kept.taken) = (true, true));
    ask("gzip", Some(&tag)).await;
    assert_eq!(asked(), 1, "where something is gone, it is not shown any more");
}

#[tokio::test]
async fn nobody_waits_for_a_catalog_that_is_busy() {
    let fake = Arc::new(Fake { busy: true, ..Fake::default() });
    let tile = Tile::at(12, LON, LAT);
    let answer = get(&app(&fake), &format!("/map/{}/{}/{}.mvt", tile.z, tile.x, tile.y)).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(!bytes(answer).await.is_empty());
}

#[tokio::test]
async fn empty_tiles_are_not_kept() {
    let fake = Arc::new(Fake::default());
    let app = app(&fake);
    let tile = Tile::at(12, -LON, LAT);
    get(&app, &format!("/map/{}/{}/{}.mvt", tile.z, tile.x, tile.y)).await;
    assert!(fake.kept.lock().expect("no test panics here").is_empty());
}
