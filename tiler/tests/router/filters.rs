//! Filters: what tiles show of what the catalog knows, what is refused, and where they lead.

use std::sync::Arc;

use axum::body::Body;
use flaneur_access::Viewer;
use flaneur_catalog::model::AccountId;
use flaneur_coverage::quadkey::Tile;
use flaneur_tiler::{MAX_PICTURES, MAX_SEQUENCES, MAX_WINDOWS};
use http::{Response, header};
use serde_json::{Value, json};

use crate::fake::{Fake, LAT, LON, OWNER, app, body, bytes, get, layers, path, send};

/// Names of a filtered tile's layers.
async fn shown(fake: &Arc<Fake>, zoom: u8, query: &str) -> Vec<String> {
    let response = get(&app(fake), &format!("{}?{query}", path(Tile::at(zoom, LON, LAT)))).await;
    assert_eq!(response.status(), 200, "{query}");
    layers(&bytes(response).await).into_keys().collect()
}

async fn sentence(response: Response<Body>) -> String {
    assert_eq!(response.status(), 400);
    body(response).await["message"].as_str().expect("a sentence").to_owned()
}

#[tokio::test]
async fn what_fits_is_shown() {
    let fake = Arc::new(Fake::default());
    let both: &[&str] = &["pictures", "sequences"];
    for (query, expected) in [
        ("type=flat", &["pictures"][..]),
        ("type=equirectangular", &["sequences"]),
        ("model=gopro", &["sequences"]),
        ("model=GOPRO%20max", &["sequences"]),
        ("model=max", &[]),
        ("h_pixel_density=16", &["sequences"]),
        ("h_pixel_density=17", &[]),
        ("gps_accuracy=4", &["sequences"]),
        ("gps_accuracy=3.9", &[]),
        ("datetime=2025-07-14", both),
        ("datetime=2025-07-14T09:35:00Z/..", &["sequences"]),
        ("datetime=../2025-07-13", &[]),
        ("tag=transport", both),
        ("tag=transport%3Dcar", both),
        ("tag=transport%3Dfoot", &[]),
        ("tag=transport&type=flat", &["pictures"]),
        ("type=equirectangular&model=gopro&datetime=2025-07-14&gps_accuracy=10&h_pixel_density=10", &["sequences"]),
        ("type=equirectangular&model=canon", &[]),
        ("type=&model=%20", both),
    ] {
        assert_eq!(shown(&fake, 15, query).await, expected, "{query}");
    }
    assert_eq!(shown(&fake, 15, &format!("account_id={OWNER}")).await, both);
    assert!(shown(&fake, 15, "account_id=00000000-0000-0000-0000-000000000005").await.is_empty());
    assert!(fake.questions.lock().unwrap().iter().any(|question| question.2 == Some(AccountId(OWNER))));
    assert!(fake.kept.lock().unwrap().len() <= 1, "filtered tiles are not kept");
}

#[tokio::test]
async fn the_grid_is_narrowed_down_by_what_is_counted() {
    let app = app(&Arc::default());
    let grid = async |zoom: u8, query: &str| {
        let response = get(&app, &format!("{}?{query}", path(Tile::at(zoom, LON, LAT)))).await;
        let shown = layers(&bytes(response).await);
        ["nb_pictures", "nb_360_pictures", "nb_flat_pictures"].map(|name| shown["grid"][name].clone())
    };
    for zoom in [0, 5, 6] {
        assert_eq!(grid(zoom, "type=flat").await, ["2 (int)", "0 (int)", "2 (int)"]);
        assert_eq!(grid(zoom, "type=equirectangular").await, ["1 (int)", "1 (int)", "0 (int)"]);
        assert_eq!(grid(zoom, &format!("account_id={OWNER}")).await, ["3 (int)", "1 (int)", "2 (int)"]);
    }
}

#[tokio::test]
async fn what_is_not_counted_is_shown_from_zoom_level_six_on() {
    let fake = Arc::new(Fake::default());
    for query in ["model=gopro", "datetime=2025-07-14", "tag=transport", "gps_accuracy=9", "h_pixel_density=1"] {
        for zoom in 0..6 {
            let response = get(&app(&fake), &format!("{}?{query}", path(Tile::at(zoom, LON, LAT)))).await;
            assert!(sentence(response).await.contains("from zoom level 6 on"));
        }
        assert_eq!(shown(&fake, 6, query).await, ["sequences"], "lines alone show what is not counted");
        // The map of one account has no grid.
        let response = get(&app(&fake), &format!("/users/{OWNER}{}?{query}", path(Tile::at(0, LON, LAT)))).await;
        assert!(layers(&bytes(response).await).contains_key("sequences"));
    }
}

#[tokio::test]
async fn what_is_rare_is_found_in_a_dense_place_until_so_much_was_looked_at() {
    for (crowd, expected) in [
        (MAX_PICTURES, &["pictures"][..]),
        (MAX_PICTURES * MAX_WINDOWS as i64 - 1, &["pictures"]),
        (MAX_PICTURES * MAX_WINDOWS as i64, &[]),
    ] {
        let fake = Arc::new(Fake { crowd, ..Fake::default() });
        assert_eq!(shown(&fake, 15, "type=flat").await, expected, "behind {crowd}");
        let windows = |what| fake.questions.lock().unwrap().iter().filter(|question| question.0 == what).count();
        assert!(windows("pictures") <= MAX_WINDOWS && windows("sequences") <= MAX_WINDOWS);
    }
    for (crowd, expected) in
        [(MAX_SEQUENCES * MAX_WINDOWS as i64 - 1, &["sequences"][..]), (MAX_SEQUENCES * MAX_WINDOWS as i64, &[])]
    {
        let fake = Arc::new(Fake { crowd, ..Fake::default() });
        assert_eq!(shown(&fake, 12, "model=gopro").await, expected, "behind {crowd}");
    }
    // Where all fits, nothing is read on.
    let fake = Arc::new(Fake { crowd: MAX_PICTURES * 2, ..Fake::default() });
    shown(&fake, 15, "").await;
    assert_eq!(fake.questions.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn what_is_no_filter_is_refused_with_a_sentence() {
    let app = app(&Arc::default());
    let long = "x".repeat(201);
    for (query, word) in [
        ("datetime=yesterday", "RFC 3339"),
        ("datetime=2025-02-02/2025-02-01", "ends before it begins"),
        ("type=360", "flat or equirectangular"),
        ("account_id=ada", "UUID"),
        ("h_pixel_density=many", "whole number"),
        ("h_pixel_density=-1", "whole number"),
        ("gps_accuracy=NaN", "metres"),
        ("gps_accuracy=-1", "metres"),
        ("tag=%3Dstop", "KEY=VALUE"),
        ("tag=key%3D", "KEY=VALUE"),
        (&format!("model={long}"), "200 bytes"),
        (&format!("tag={long}"), "200 bytes"),
        ("type=flat&type=flat", "given once"),
    ] {
        for place in ["/map/15/0/0.mvt", "/map/tiles.json", "/map/style.json"] {
            let told = sentence(get(&app, &format!("{place}?{query}")).await).await;
            assert!(told.contains(word), "{query}: {told}");
        }
    }
    let told = sentence(get(&app, &format!("/users/{OWNER}/map/15/0/0.mvt?account_id={OWNER}")).await).await;
    assert!(told.contains("map of one account"), "{told}");
}

#[tokio::test]
async fn filtered_tiles_are_cached_like_others() {
    let app = app(&Arc::default());
    let tile = path(Tile::at(15, LON, LAT));
    let one = get(&app, &format!("{tile}?type=flat&model=&datetime=2025-07-14")).await;
    assert_eq!(one.headers()[header::CACHE_CONTROL], "no-cache");
    let tag = one.headers()[header::ETAG].to_str().unwrap().to_owned();
    let other = send(&app, &format!("{tile}?datetime=2025-07-14&type=flat"), Viewer::Anonymous, Some(&tag)).await;
    assert_eq!(other.status(), 304, "the same in another order");
    let all = send(&app, &tile, Viewer::Anonymous, Some(&tag)).await;
    assert_eq!(all.status(), 200);
}

#[tokio::test]
async fn documents_lead_to_filtered_tiles() {
    let app = app(&Arc::default());
    let json = async |path: &str| -> Value { body(get(&app, path).await).await };
    let asked = "tag=osm%7Csign%3Dstop&type=flat&model=Go%20Pro%2B%7Bz%7D";
    let suffix = "?type=flat&model=Go+Pro%2B%7Bz%7D&tag=osm%7Csign%3Dstop";
    let tiles = format!("https://pictures.example/api/map/{{z}}/{{x}}/{{y}}.mvt{suffix}");
    let style = json(&format!("/map/style.json?{asked}")).await;
    let source = &style["sources"]["geovisio"];
    assert_eq!((&source["tiles"], &source["minzoom"]), (&json!([tiles]), &json!(6)));
    let ids: Vec<&Value> = style["layers"].as_array().unwrap().iter().map(|layer| &layer["id"]).collect();
    assert_eq!(ids, ["geovisio_sequences", "geovisio_pictures"], "the grid does not know of tags");
    assert!(style["metadata"]["panoramax:fields"].get("grid").is_none());
    let described = json(&format!("/map/tiles.json?{asked}")).await;
    assert_eq!((&described["tiles"], &described["minzoom"]), (&json!([tiles]), &json!(6)));
    let names: Vec<&Value> = described["vector_layers"].as_array().unwrap().iter().map(|layer| &layer["id"]).collect();
    assert_eq!(names, ["sequences", "pictures"]);

    let counted = json("/map/tiles.json?type=flat").await;
    assert_eq!((&counted["minzoom"], counted["vector_layers"].as_array().unwrap().len()), (&json!(0), 3));
    let own = json(&format!("/users/{OWNER}/map/tiles.json?model=gopro")).await;
    let tiles = format!("https://pictures.example/api/users/{OWNER}/map/{{z}}/{{x}}/{{y}}.mvt?model=gopro");
    assert_eq!((&own["tiles"], &own["minzoom"]), (&json!([tiles]), &json!(0)));
    let own = json(&format!("/users/{OWNER}/map/style.json?model=gopro")).await;
    assert_eq!(own["sources"][format!("geovisio_{OWNER}")]["tiles"], json!([tiles]));
    let nobody = json("/map/tiles.json?account_id=00000000-0000-0000-0000-000000000005").await;
    assert!(nobody.get("bounds").is_none(), "{nobody}");
}
