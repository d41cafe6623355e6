//! The fields extension, on `/search` and on the items of a sequence.

use serde_json::{Value, json};

use crate::testing::{Fixture, fixture, link};

fn names(value: &Value) -> Vec<&str> {
    let mut names: Vec<&str> =
        value.as_object().into_iter().flat_map(|members| members.keys().map(String::as_str)).collect();
    names.sort_unstable();
    names
}

async fn first(fixture: &Fixture, path: &str) -> Value {
    let answer = fixture.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.json()["features"][0].clone()
}

async fn first_of(fixture: &Fixture, body: &Value) -> Value {
    let answer = fixture.request("POST", "/search").json(body).send().await;
    assert_eq!(answer.status, 200, "{body}: {}", answer.text());
    answer.json()["features"][0].clone()
}

#[tokio::test]
async fn what_is_asked_for_is_told_and_no_more() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    let whole = first(&fixture, "/search?sortby=%2Bdatetime").await;
    let beside = ["collection", "id", "stac_version", "type"];
    let with = |name: &'static str| {
        let mut all = beside.to_vec();
        all.push(name);
        all.sort_unstable();
        all
    };
    for base in ["/search?sortby=%2Bdatetime&fields=".to_owned(), format!("/collections/{}/items?fields=", sequence.id)]
    {
        for (fields, members, properties) in [
            ("geometry", with("geometry"), vec![]),
            ("%2Bgeometry,-stac_version", vec!["collection", "geometry", "id", "type"], vec![]),
            ("datetime,properties.view:azimuth", with("properties"), vec!["datetime", "view:azimuth"]),
            ("-properties,%2Bproperties.datetime", with("properties"), vec!["datetime"]),
            ("properties.exif.Exif.Image", with("properties"), vec!["exif"]),
            ("eo:cloud_cover,links.href", beside.to_vec(), vec![]),
            (
                "-assets,-bbox",
                vec!["collection", "geometry", "id", "links", "properties", "stac_version", "type"],
                vec!["datetime"],
            ),
            (
                "",
                vec!["assets", "bbox", "collection", "geometry", "id", "links", "properties", "stac_version", "type"],
                vec!["datetime"],
            ),
        ] {
            let told = first(&fixture, &format!("{base}{fields}")).await;
            assert_eq!(names(&told), members, "{fields}");
            assert_eq!(names(&told["properties"]), properties, "{fields}");
            // Each member is what it is in a whole item.
            for name in members.iter().filter(|name| **name != "properties") {
                assert_eq!(told[*name], whole[*name], "{fields}: {name}");
            }
            for name in properties.iter().filter(|name| **name != "exif") {
                assert_eq!(told["properties"][*name], whole["properties"][*name], "{fields}: {name}");
            }
        }
        let told = first(&fixture, &format!("{base}assets,-assets.hd,properties,-properties.exif")).await;
        assert_eq!(names(&told["assets"]), ["sd", "thumb"]);
        let mut properties = whole["properties"].clone();
        properties.as_object_mut().unwrap().remove("exif");
        assert_eq!(told["properties"], properties);
        assert!(!names(&whole["properties"]["exif"]).is_empty());
    }
}

#[tokio::test]
async fn in_a_body() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    let search = |fields: Value| json!({"ids": [sequence.pictures[1]], "fields": fields});
    let whole = first_of(&fixture, &json!({"ids": [sequence.pictures[1]]})).await;
    let links = whole["links"].as_array().unwrap();
    assert!(links.iter().any(|link| link["rel"] == "prev"), "{links:?}");

    let told = first_of(&fixture, &search(json!({"include": ["links", "geometry"], "exclude": ["type"]}))).await;
    assert_eq!(names(&told), ["collection", "geometry", "id", "links", "stac_version"]);
    assert_eq!(told["links"], whole["links"], "with the way on from there");

    // What is missing is something else than what is empty.
    let told = first_of(&fixture, &search(json!({"exclude": ["properties.exif", "links"]}))).await;
    let mut rest = whole.clone();
    rest.as_object_mut().unwrap().remove("links");
    rest["properties"].as_object_mut().unwrap().remove("exif");
    assert_eq!(told, rest);
    let usual = first(&fixture, "/search?fields=&sortby=%2Bdatetime").await;
    for fields in [json!({}), json!({"include": []}), json!({"include": null, "exclude": null}), json!("")] {
        assert_eq!(names(&first_of(&fixture, &search(fields.clone())).await), names(&usual), "{fields}");
    }
    let every: Vec<String> = names(&whole).into_iter().map(str::to_owned).collect();
    assert_eq!(first_of(&fixture, &search(json!({"include": every}))).await, whole);
}

#[tokio::test]
async fn pages_keep_it() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    for path in ["/search?fields=geometry".to_owned(), format!("/collections/{}/items?fields=", sequence.id)] {
        let (mut path, mut pages, mut members) = (format!("{path}&limit=1"), 0, Vec::new());
        loop {
            let page = fixture.get(&path).await.json();
            pages += 1;
            members.push(names(&page["features"][0]).len());
            match link(&page, "next") {
                Some(next) => path = next,
                None => break,
            }
        }
        assert_eq!(pages, 3, "{path}");
        assert!(members.iter().all(|many| *many == members[0] && *many < 10), "{path}: {members:?}");
    }
    // The page before is known, as nothing narrows the sequence down.
    let second = format!("/collections/{}/items?limit=1&startAfterRank=1&fields=id", sequence.id);
    let back = link(&fixture.get(&second).await.json(), "prev").unwrap();
    assert_eq!(names(&first(&fixture, &back).await), ["collection", "id", "stac_version", "type"]);
    let mut body = json!({"limit": 2, "fields": {"exclude": ["assets"], "include": []}});
    for many in [2, 1] {
        let page = fixture.request("POST", "/search").json(&body).send().await.json();
        let features = page["features"].as_array().unwrap();
        assert_eq!(features.len(), many);
        assert!(features.iter().all(|item| item.get("assets").is_none() && item.get("bbox").is_some()), "{page}");
        let next = page["links"].as_array().unwrap().iter().find(|link| link["rel"] == "next");
        body = next.map(|link| link["body"].clone()).unwrap_or_default();
    }
    assert_eq!(body, json!(null));
}

#[tokio::test]
async fn what_makes_no_sense() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    let (long, many) = ("x".repeat(201), ["id"; 101].join(","));
    for fields in ["id,,geometry", "-", "properties.", &long, &many] {
        for path in ["/search".to_owned(), format!("/collections/{}/items", sequence.id)] {
            let answer = fixture.get(&format!("{path}?fields={fields}")).await;
            assert_eq!(answer.status, 400, "{fields}");
            assert!(answer.json()["message"].as_str().unwrap().contains("`fields`"), "{}", answer.text());
        }
    }
    for fields in [json!(null), json!([]), json!({"includes": []}), json!({"include": 1}), json!({"exclude": [""]})] {
        let answer = fixture.request("POST", "/search").json(&json!({ "fields": fields })).send().await;
        assert_eq!(answer.status, 400, "{fields}");
    }
}
