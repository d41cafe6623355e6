//! Edits through the API: who may, what they do, what is refused.

use serde_json::{Value, json};

use crate::testing::{Answer, Fixture, FixtureBuilder, Seeded, Who, fixture, link};

fn item_path(sequence: &Seeded, number: usize) -> String {
    format!("/collections/{}/items/{}", sequence.id, sequence.pictures[number])
}

async fn patch(fixture: &Fixture, who: Option<&Who>, path: &str, body: &Value) -> Answer {
    fixture.request("PATCH", path).of(who).json(body).send().await
}

async fn post(fixture: &Fixture, who: Option<&Who>, path: &str, body: &Value) -> Answer {
    fixture.request("POST", path).of(who).json(body).send().await
}

#[tokio::test]
async fn a_picture_is_corrected() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    let path = item_path(&sequence, 0);
    let body = json!({
        "heading": 66, "pitch": -2, "roll": 1.5, "longitude": 1.5, "latitude": 48.25,
        "capture_time": "2021-07-29T11:16:54",
    });
    let answer = patch(&fixture, Some(&fixture.owner), &path, &body).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/geo+json"));
    let item = answer.json();
    assert_eq!(item["geometry"]["coordinates"], json!([1.5, 48.25]));
    let properties = &item["properties"];
    assert_eq!(properties["view:azimuth"], 66);
    assert_eq!(properties["flaneur:heading_source"], "edited");
    assert_eq!((&properties["pers:pitch"], &properties["pers:roll"]), (&json!(-2.0), &json!(1.5)));
    assert_eq!(properties["datetime"], "2021-07-29T09:16:54+00:00", "by the clocks at the place");
    assert_eq!(properties["datetimetz"], "2021-07-29T11:16:54+02:00");
    assert!(properties.get("quality:horizontal_accuracy").is_none(), "the receiver did not give this place");
    assert_eq!(properties["exif"]["Exif.GPSInfo.GPSImgDirection"], "660000/10000");
    assert_eq!(properties["exif"]["Exif.GPSInfo.GPSLatitude"], "48/1 15/1 0/10000000");
    assert_eq!(fixture.get(&path).await.json()["properties"]["view:azimuth"], 66);
    let again = patch(&fixture, Some(&fixture.owner), &path, &json!({})).await;
    assert_eq!((again.status, &again.json()["properties"]["view:azimuth"]), (200, &json!(66)));
}

#[tokio::test]
async fn forms_are_read_too() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    let path = item_path(&sequence, 0);
    let form = |media_type: &str, body: &str| {
        let request = fixture.request("PATCH", &path).of(Some(&fixture.owner));
        request.header("content-type", media_type).body(body.to_owned()).send()
    };
    let answer = form("application/x-www-form-urlencoded", "heading=12.5&visible=false").await.json();
    assert_eq!(answer["properties"]["view:azimuth"], 12.5);
    assert_eq!(answer["properties"]["geovisio:visibility"], "owner-only");
    let parts = "--x\r\ncontent-disposition: form-data; name=\"heading\"\r\n\r\n13\r\n--x--\r\n";
    let answer = form("multipart/form-data; boundary=x", parts).await;
    assert_eq!(answer.json()["properties"]["view:azimuth"], 13);
    assert_eq!(form("text/plain", "heading=1").await.status, 415);
    assert_eq!(form("application/x-www-form-urlencoded", "heading=%00").await.status, 400);
}

#[tokio::test]
async fn what_makes_no_sense_changes_nothing() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    let path = item_path(&sequence, 0);
    let before = fixture.get(&path).await.text().to_owned();
    for body in [
        json!({ "heading": 361 }),
        json!({ "heading": "north" }),
        json!({ "heading": true }),
        json!({ "longitude": 1.5 }),
        json!({ "longitude": 0, "latitude": 0 }),
        json!({ "longitude": 1, "latitude": 91 }),
        json!({ "capture_time": "yesterday" }),
        json!({ "capture_time": 5 }),
        json!({ "pitch": 91 }),
        json!({ "visibility": "everyone" }),
        json!({ "visible": "perhaps" }),
        json!({ "semantics": "a=b" }),
        json!({ "semantics": [{ "key": "a" }] }),
        json!({ "account_id": fixture.other.account.id }),
        json!({ "heading": 5, "status": "ready" }),
    ] {
        let answer = patch(&fixture, Some(&fixture.owner), &path, &body).await;
        assert_eq!(answer.status, 400, "{body}");
        assert!(answer.json()["message"].as_str().unwrap().len() > 20, "{body}");
    }
    assert_eq!(fixture.get(&path).await.text(), before);
}

/// What each kind of change answers whom.
#[tokio::test]
async fn who_may_change_what() {
    let fixture = fixture().await;
    let viewers = [
        ("anonymous", None),
        ("other", Some(&fixture.other)),
        ("owner", Some(&fixture.owner)),
        ("admin", Some(&fixture.admin)),
    ];
    for collaborative in [true, false] {
        let choice = json!({ "collaborative_metadata": collaborative });
        assert_eq!(patch(&fixture, Some(&fixture.owner), "/users/me", &choice).await.status, 200);
        let others = if collaborative { 200 } else { 403 };
        for (name, who) in viewers {
            let sequence = fixture.sequence().await;
            let (item, collection) = (item_path(&sequence, 0), format!("/collections/{}", sequence.id));
            for (path, body, [anonymous, other]) in [
                (&item, json!({ "semantics": [{ "key": "a", "value": "b" }] }), [401, 200]),
                (&item, json!({ "heading": 1 }), [401, others]),
                (&item, json!({ "longitude": 1, "latitude": 2 }), [401, others]),
                (&item, json!({ "visibility": "owner-only" }), [401, 403]),
                (&item, json!({ "heading": 2, "visible": "true" }), [401, 403]),
                (&collection, json!({ "semantics": [{ "key": "a", "value": "b" }] }), [401, 200]),
                (&collection, json!({ "sortby": "-gpsdate" }), [401, others]),
                (&collection, json!({ "relative_heading": 90 }), [401, others]),
                (&collection, json!({ "title": "Mine" }), [401, 403]),
                (&collection, json!({ "visibility": "logged-only" }), [401, 403]),
            ] {
                let expected = match name {
                    "anonymous" => anonymous,
                    "other" => other,
                    _ => 200,
                };
                let answer = patch(&fixture, who, path, &body).await;
                assert_eq!(
                    answer.status,
                    expected,
                    "{name} {path} {body} collaborative={collaborative}: {}",
                    answer.text()
                );
            }
        }
    }
}

#[tokio::test]
async fn what_is_hidden_is_not_there_for_others() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    let (path, picture) = (item_path(&sequence, 0), sequence.pictures[0]);
    let mark = json!({ "shape": [1, 1, 5, 5], "semantics": [{ "key": "a", "value": "b" }] });
    let marked = post(&fixture, Some(&fixture.other), &format!("/pictures/{picture}/annotations"), &mark).await.json();
    let annotation = format!("/annotations/{}", marked["id"].as_str().unwrap());
    patch(&fixture, Some(&fixture.owner), &path, &json!({ "visibility": "owner-only" })).await;
    let tags = json!({ "semantics": [{ "key": "c", "value": "d" }] });
    for who in [None, Some(&fixture.other)] {
        let expected = if who.is_none() { 401 } else { 404 };
        assert_eq!(patch(&fixture, who, &path, &tags).await.status, expected);
        assert_eq!(patch(&fixture, who, &annotation, &tags).await.status, expected);
        assert_eq!(fixture.request("DELETE", &annotation).of(who).send().await.status, expected);
        assert_eq!(post(&fixture, who, &format!("{path}/annotations"), &mark).await.status, expected);
        for path in [annotation.clone(), format!("/pictures/{picture}/edits")] {
            assert_eq!(fixture.request("GET", &path).of(who).send().await.status, 404, "{path}");
        }
    }
    assert_eq!(fixture.request("GET", &annotation).of(Some(&fixture.owner)).send().await.status, 200);
    let other = fixture.sequence().await;
    assert_eq!(
        patch(&fixture, Some(&fixture.owner), &format!("/collections/{}/items/{picture}", other.id), &tags)
            .await
            .status,
        404,
        "in another sequence"
    );
}

#[tokio::test]
async fn tags_and_annotations() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    let path = item_path(&sequence, 0);
    let other = Some(&fixture.other);
    let tags = json!({ "semantics": [{ "key": "osm|amenity", "value": "bench" }] });
    let tagged = patch(&fixture, other, &path, &tags).await.json();
    assert_eq!(tagged["properties"]["semantics"], tags["semantics"]);
    let twice = patch(&fixture, other, &path, &tags).await;
    assert_eq!(twice.status, 400);
    assert!(twice.json()["details"]["duplicate"].as_str().unwrap().contains("osm|amenity=bench"));

    let annotations = format!("{path}/annotations");
    let mark = json!({ "shape": [1, 2, 6, 9], "semantics": [{ "key": "osm|traffic_sign", "value": "yes" }] });
    let made = post(&fixture, other, &annotations, &mark).await;
    let document = made.json();
    let id = document["id"].as_str().unwrap();
    assert_eq!(made.header("location"), format!("https://pics.example.org/api/annotations/{id}"));
    let ring = json!({ "type": "Polygon", "coordinates": [[[1, 2], [6, 2], [6, 9], [1, 9], [1, 2]]] });
    assert_eq!(
        document,
        json!({ "id": id, "picture_id": sequence.pictures[0], "shape": ring, "semantics": mark["semantics"] })
    );
    let same = post(&fixture, other, &annotations, &json!({ "shape": ring })).await.json();
    assert_eq!(same["id"], id, "the same part");
    let shown = fixture.get(&path).await.json();
    let expected = json!([{ "id": id, "shape": ring, "semantics": mark["semantics"] }]);
    assert_eq!(shown["properties"]["annotations"], expected);

    for address in [format!("/annotations/{id}"), format!("{annotations}/{id}")] {
        assert_eq!(fixture.get(&address).await.json(), document);
        let more = json!({ "semantics": [{ "key": "k", "value": "v" }] });
        assert_eq!(patch(&fixture, other, &address, &more).await.json()["semantics"].as_array().unwrap().len(), 2);
        let less = json!({ "semantics": [{ "key": "k", "value": "v", "action": "delete" }] });
        assert_eq!(patch(&fixture, other, &address, &less).await.json(), document);
    }
    let last = json!({ "semantics": [{ "key": "osm|traffic_sign", "value": "yes", "action": "delete" }] });
    assert_eq!(patch(&fixture, other, &format!("/annotations/{id}"), &last).await.status, 204);
    assert_eq!(fixture.get(&format!("/annotations/{id}")).await.status, 404);
    let made = post(&fixture, other, &annotations, &mark).await.json();
    let address = format!("{annotations}/{}", made["id"].as_str().unwrap());
    assert_eq!(fixture.request("DELETE", &address).of(other).send().await.status, 204);
    assert_eq!(fixture.get(&path).await.json()["properties"]["annotations"], json!([]));
}

#[tokio::test]
async fn shapes_that_are_none() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    let path = format!("{}/annotations", item_path(&sequence, 0));
    let polygon = |ring: Value| json!({ "type": "Polygon", "coordinates": [ring] });
    for shape in [
        json!(null),
        json!([1, 2, 3]),
        json!([1, 2, 1, 9]),
        json!([-1, 2, 6, 9]),
        json!([1, 2, 6, 100_000]),
        json!([1.5, 2, 6, 9]),
        json!([1, 2, 6, 1e300]),
        polygon(json!([[0, 0], [1, 0], [0, 0]])),
        polygon(json!([[0, 0], [1, 0], [1, 1], [0, 1]])),
        polygon(json!([[0, 0], [1, 0], [1, 1, 1], [0, 0]])),
        polygon(json!(vec![[0, 0]; 1001])),
        json!({ "type": "Point", "coordinates": [1, 2] }),
        json!("everything"),
    ] {
        let answer = post(&fixture, Some(&fixture.owner), &path, &json!({ "shape": shape })).await;
        assert_eq!(answer.status, 400, "{shape}");
    }
}

#[tokio::test]
async fn a_sequence_is_put_in_order_and_looks_along_its_track() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    let path = format!("/collections/{}", sequence.id);
    let turned = patch(&fixture, Some(&fixture.owner), &path, &json!({ "sortby": "-gpsdate", "title": "Backwards" }))
        .await
        .json();
    assert_eq!((&turned["title"], &turned["geovisio:sorted-by"]), (&json!("Backwards"), &json!("-gpsdate")));
    let items = fixture.get(&format!("{path}/items")).await.json();
    let ids: Vec<&str> =
        items["features"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect();
    let backwards: Vec<String> = sequence.pictures.iter().rev().map(ToString::to_string).collect();
    assert_eq!(ids, backwards);
    // They go north; from behind, south.
    let looking = patch(&fixture, Some(&fixture.owner), &path, &json!({ "relative_heading": 90 })).await;
    assert_eq!(looking.status, 200);
    for number in 0..3 {
        let item = fixture.get(&item_path(&sequence, number)).await.json();
        let heading = item["properties"]["view:azimuth"].as_f64().unwrap();
        assert!((heading - 270.0).abs() < 0.1, "{heading}");
        assert_eq!(item["properties"]["flaneur:heading_source"], "track");
    }
    for bad in [
        json!({ "sortby": "date" }),
        json!({ "title": "" }),
        json!({ "title": "x".repeat(251) }),
        json!({ "relative_heading": 181 }),
    ] {
        assert_eq!(patch(&fixture, Some(&fixture.owner), &path, &bad).await.status, 400, "{bad}");
    }
}

#[tokio::test]
async fn many_pictures_are_previewed_edited_and_put_back() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    let owner = Some(&fixture.owner);
    let before = fixture.get(&item_path(&sequence, 1)).await.json();
    let request = |operation: &Value, preview: bool| json!({ "collections": [sequence.id], "operation": operation, "preview": preview });
    let gpx = "<gpx version=\"1.1\" creator=\"t\"><trk><trkseg>\
        <trkpt lat=\"48\" lon=\"2\"><time>2000-01-01T00:00:00Z</time></trkpt>\
        <trkpt lat=\"49\" lon=\"2\"><time>2000-01-01T01:00:00Z</time></trkpt></trkseg></trk></gpx>";
    let taken: jiff::Timestamp = before["properties"]["datetime"].as_str().unwrap().parse().unwrap();
    let ahead = taken.duration_since("2000-01-01T00:30:00Z".parse().unwrap()).as_secs_f64();
    for (operation, field, value) in [
        (json!({ "turn": { "degrees": 20 } }), "heading", json!(9.0)),
        (json!({ "follow_track": { "relative_heading": -90 } }), "heading", json!(270.0)),
        (json!({ "retime": { "seconds": -3600 } }), "capture_time", json!(null)),
        (json!({ "level": { "pitch": 1, "roll": -2 } }), "roll", json!(-2.0)),
        (json!({ "shift": { "north": 100 } }), "latitude", json!(null)),
        (json!({ "show": { "visibility": "owner-only" } }), "visibility", json!("owner-only")),
        (json!({ "retrack": { "gpx": gpx, "clock_ahead": ahead, "max_gap": 3600 } }), "latitude", json!(48.5)),
    ] {
        let preview = post(&fixture, owner, "/edits", &request(&operation, true)).await;
        assert_eq!(preview.status, 200, "{}", preview.text());
        let preview = preview.json();
        assert_eq!((&preview["preview"], &preview["changes_count"]), (&json!(true), &json!(3)), "{operation}");
        let became = &preview["changes"][1]["became"][field];
        assert_ne!(became, &preview["changes"][1]["was"][field], "{operation}");
        match (value.as_f64(), became.as_f64()) {
            (Some(expected), Some(became)) => assert!((became - expected).abs() < 0.01, "{operation} {became}"),
            (Some(_), None) => panic!("{operation} {became}"),
            _ => assert!(value.is_null() || became == &value, "{operation} {became}"),
        }
        assert_eq!(fixture.get(&item_path(&sequence, 1)).await.json(), before, "a preview changes nothing");

        let made = post(&fixture, owner, "/edits", &request(&operation, false)).await;
        assert_eq!(made.status, 201, "{}", made.text());
        let made = made.json();
        assert_eq!(made["changes"], preview["changes"], "what was previewed is what is done");
        assert!(!made["operation"].to_string().contains("trkpt"));
        let own = fixture.request("GET", &link(&made, "self").unwrap()).of(owner).send().await.json();
        assert_eq!(own["changes"], made["changes"]);
        let undo = fixture.request("POST", &link(&made, "undo").unwrap()).of(owner).send().await;
        assert_eq!((undo.status, &undo.json()["kept"]), (200, &json!([])), "{}", undo.text());
        let mut after = fixture.get(&item_path(&sequence, 1)).await.json();
        after["properties"]["updated"] = before["properties"]["updated"].clone();
        assert_eq!(after, before, "{operation}");
        let twice = fixture.request("POST", &link(&made, "undo").unwrap()).of(owner).send().await;
        assert_eq!(twice.status, 409);
    }
    let mine = fixture.request("GET", "/users/me/edits?limit=3").of(owner).send().await.json();
    assert_eq!(mine["edits"].as_array().unwrap().len(), 3);
    let next = fixture.request("GET", &link(&mine, "next").unwrap()).of(owner).send().await.json();
    assert_eq!(next["edits"].as_array().unwrap().len(), 3);
    assert_ne!(next["edits"][0]["id"], mine["edits"][0]["id"]);
}

#[tokio::test]
async fn many_pictures_of_others() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    let turn = json!({ "turn": { "degrees": 20 } });
    let request = json!({ "collections": [sequence.id], "operation": turn });
    let of = |who| post(&fixture, who, "/edits", &request);
    assert_eq!((of(None).await.status, of(Some(&fixture.other)).await.status), (401, 403));
    let turned = of(Some(&fixture.admin)).await;
    assert_eq!(turned.status, 201);
    let edit = link(&turned.json(), "self").unwrap();
    for (who, expected) in
        [(None, 401), (Some(&fixture.owner), 404), (Some(&fixture.other), 404), (Some(&fixture.admin), 200)]
    {
        assert_eq!(fixture.request("GET", &edit).of(who).send().await.status, expected);
    }
    patch(&fixture, Some(&fixture.owner), "/users/me", &json!({ "collaborative_metadata": false })).await;
    let undo = format!("{edit}/undo");
    assert_eq!(fixture.request("POST", &undo).of(Some(&fixture.other)).send().await.status, 403);
    assert_eq!(
        fixture.request("POST", &undo).of(Some(&fixture.owner)).send().await.status,
        200,
        "they are the owner's"
    );
    for bad in [
        json!({ "operation": turn }),
        json!({ "collections": [sequence.id] }),
        json!({ "collections": [sequence.id], "operation": { "turn": { "degrees": 1e9 } } }),
        json!({ "collections": [sequence.id], "operation": { "spin": {} } }),
        json!({ "collections": [sequence.id], "operation": { "retrack": { "gpx": "<gpx/>" } } }),
        json!({ "collections": [sequence.id], "operation": turn, "account": 1 }),
    ] {
        let answer = post(&fixture, Some(&fixture.owner), "/edits", &bad).await;
        assert_eq!(answer.status, 400, "{bad} {}", answer.text());
    }
    let nowhere = json!({ "pictures": [sequence.id], "operation": turn });
    assert_eq!(post(&fixture, Some(&fixture.owner), "/edits", &nowhere).await.status, 404);
}

#[tokio::test]
async fn histories_tell_everybody_of_tags_and_others_of_nothing_more() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    let (path, picture) = (item_path(&sequence, 0), sequence.pictures[0]);
    patch(&fixture, Some(&fixture.owner), "/users/me", &json!({ "collaborative_metadata": false })).await;
    patch(&fixture, Some(&fixture.owner), &path, &json!({ "longitude": 1.5, "latitude": 48.25 })).await;
    let both = json!({ "heading": 5.5, "semantics": [{ "key": "a", "value": "b" }] });
    patch(&fixture, Some(&fixture.owner), &path, &both).await;
    let of = |who| fixture.request("GET", &format!("/pictures/{picture}/edits")).of(who).send();
    let full = of(Some(&fixture.owner)).await.json();
    assert_eq!(full["edits"].as_array().unwrap().len(), 2);
    assert_eq!(full["edits"][0]["changes"][0]["became"], both, "{full}");
    assert_eq!(full["edits"][1]["changes"][0]["became"]["longitude"], 1.5);
    for who in [None, Some(&fixture.other)] {
        let told = of(who).await.json();
        let [edit] = told["edits"].as_array().unwrap().as_slice() else { panic!("{told}") };
        assert_eq!(edit["changes"][0]["became"], json!({ "semantics": both["semantics"] }));
        assert!(edit.get("operation").is_none() && link(edit, "undo").is_none(), "{edit}");
    }
    let bad = fixture.get(&format!("/pictures/{picture}/edits?page=x")).await;
    assert_eq!(bad.status, 400);
}

#[tokio::test]
async fn what_is_deleted_leaves_nothing_in_the_history() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    let (path, owner) = (item_path(&sequence, 0), Some(&fixture.owner));
    let tag = json!([{ "key": "secret", "value": "tag" }]);
    patch(&fixture, owner, &path, &json!({ "longitude": 1.625, "latitude": 48.375, "semantics": tag })).await;
    let shape = json!([1, 2, 3, 4]);
    post(&fixture, owner, &format!("{path}/annotations"), &json!({ "shape": shape, "semantics": tag })).await;
    patch(&fixture, owner, &format!("/collections/{}", sequence.id), &json!({ "title": "secret title" })).await;
    let history = async || {
        let mut told = fixture.request("GET", "/users/me/edits").of(owner).send().await.json();
        let edits = told["edits"].as_array().unwrap().clone();
        assert_eq!(edits.len(), 3, "{told}");
        for edit in edits {
            let path = format!("/edits/{}", edit["id"].as_str().unwrap());
            told[&path] = fixture.request("GET", &path).of(owner).send().await.json();
        }
        told.to_string()
    };
    let words = ["1.625", "48.375", "secret", "semantics\":[{"];
    let before = history().await;
    assert!(words.iter().all(|word| before.contains(word)), "{before}");
    assert!(before.contains(r#""operation":{"patch":["longitude","latitude","semantics"]}"#), "{before}");
    let deleted = fixture.request("DELETE", &format!("/collections/{}", sequence.id)).of(owner).send().await;
    assert_eq!(deleted.status, 204);
    let after = history().await;
    assert!(!words.iter().any(|word| after.contains(word)), "{after}");
}

#[tokio::test]
async fn links_say_what_one_may_do() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    let path = item_path(&sequence, 0);
    let edit = |document: &Value| {
        let link = document["links"].as_array().unwrap().iter().find(|link| link["rel"] == "edit").cloned();
        link.map(|link| link["attributes"].clone())
    };
    let of = |who| fixture.request("GET", &path).of(who).send();
    assert_eq!(edit(&of(None).await.json()), None);
    let all =
        json!(["capture_time", "heading", "latitude", "longitude", "pitch", "roll", "semantics", "visibility", "yaw"]);
    assert_eq!(edit(&of(Some(&fixture.owner)).await.json()), Some(all));
    patch(&fixture, Some(&fixture.owner), "/users/me", &json!({ "collaborative_metadata": false })).await;
    let other = of(Some(&fixture.other)).await.json();
    assert_eq!(edit(&other), Some(json!(["semantics"])));
    assert!(link(&other, "add_annotation").is_some() && link(&other, "delete").is_none());
}

#[tokio::test]
async fn there_is_a_pace() {
    let fixture = FixtureBuilder::default().settings(|settings| settings.max_edits_per_minute = 2).build().await;
    let sequence = fixture.sequence().await;
    let path = item_path(&sequence, 0);
    let turn = async |degrees: u32| patch(&fixture, Some(&fixture.owner), &path, &json!({ "heading": degrees })).await;
    assert_eq!((turn(1).await.status, turn(2).await.status, turn(3).await.status), (200, 200, 429));
    fixture.clock.advance(jiff::SignedDuration::from_secs(60));
    assert_eq!(turn(3).await.status, 200);
}
