use flaneur_catalog::model::{AreaLimits, JobKind};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::testing::{Answer, Fixture, Who, fixture};

const GENERAL: &str = "/configuration/excluded_areas";
const OWN: &str = "/users/me/excluded_areas";

fn square(west: f64, south: f64, side: f64) -> Value {
    let (east, north) = (west + side, south + side);
    json!([[west, south], [east, south], [east, north], [west, north], [west, south]])
}

fn polygon(ring: &Value) -> Value {
    json!({"type": "Polygon", "coordinates": [ring]})
}

fn feature(geometry: &Value, properties: &Value) -> Value {
    json!({"type": "Feature", "geometry": geometry, "properties": properties})
}

async fn send(fixture: &Fixture, method: &str, path: &str, who: Option<&Who>, body: &Value) -> Answer {
    fixture.request(method, path).of(who).json(body).send().await
}

async fn list(fixture: &Fixture, path: &str, who: Option<&Who>) -> Vec<Value> {
    let answer = fixture.request("GET", path).of(who).send().await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/geo+json"));
    let collection = answer.json();
    assert_eq!(collection["type"], "FeatureCollection");
    collection["features"].as_array().unwrap().clone()
}

fn told(answer: &Answer) -> String {
    let body = answer.json();
    format!("{} {}", body["message"].as_str().unwrap(), body["details"]["error"].as_str().unwrap_or_default())
}

#[tokio::test]
async fn an_area_is_answered_as_the_reference_server_does() {
    let fixture = fixture().await;
    let ring = square(-0.1, -0.1, 0.2);
    let wanted = feature(&polygon(&ring), &json!({"label": "Null Island", "is_public": true}));
    let answer = send(&fixture, "POST", GENERAL, Some(&fixture.admin), &wanted).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/geo+json"), "{}", answer.text());
    let id = answer.json()["properties"]["id"].clone();
    let created = answer.json()["properties"]["flaneur:created"].clone();
    assert!(created.as_str().is_some_and(|moment| moment.parse::<jiff::Timestamp>().is_ok()), "{created}");
    let properties = json!({"id": id, "label": "Null Island", "is_public": true, "flaneur:created": created});
    let expected = feature(&json!({"type": "MultiPolygon", "coordinates": [[ring]]}), &properties);
    assert_eq!(answer.json(), expected);
    assert_eq!(list(&fixture, GENERAL, None).await, [expected]);

    // Not public; several polygons; nothing said of it; as GeoJSON.
    let two = json!({"type": "MultiPolygon", "coordinates": [[square(1.0, 1.0, 1.0)], [square(3.0, 1.0, 1.0)]]});
    let secret = fixture
        .request("POST", GENERAL)
        .of(Some(&fixture.admin))
        .header("content-type", "application/geo+json")
        .body(feature(&two, &Value::Null).to_string());
    let secret = secret.send().await.json();
    assert_eq!((&secret["geometry"], &secret["properties"]["is_public"]), (&two, &json!(false)));
    assert_eq!(list(&fixture, GENERAL, Some(&fixture.admin)).await.len(), 1);
    assert_eq!(list(&fixture, &format!("{GENERAL}?all=true"), Some(&fixture.admin)).await.len(), 2);

    let one = format!("{GENERAL}/{}", id.as_str().unwrap());
    for status in [204, 404] {
        assert_eq!(fixture.request("DELETE", &one).of(Some(&fixture.admin)).send().await.status, status);
    }
}

#[tokio::test]
async fn only_administrators_change_the_instances_areas() {
    let fixture = fixture().await;
    let wanted = feature(&polygon(&square(0.0, 0.0, 1.0)), &json!({}));
    let all = json!({"type": "FeatureCollection", "features": [wanted]});
    let nothing = "00000000-0000-0000-0000-000000000000";
    for (who, status) in [(None, 401), (Some(&fixture.owner), 403)] {
        for (method, path, body) in [
            ("POST", GENERAL, &wanted),
            ("PUT", GENERAL, &all),
            ("PUT", &format!("{GENERAL}/{nothing}"), &wanted),
            ("DELETE", &format!("{GENERAL}/{nothing}"), &json!({})),
        ] {
            let answer = send(&fixture, method, path, who, body).await;
            assert_eq!(answer.status, status, "{method}");
            if status == 403 {
                assert_eq!(told(&answer).trim(), "You must be logged-in as admin to edit excluded areas");
            }
        }
        let every = fixture.request("GET", &format!("{GENERAL}?all=true")).of(who).send().await;
        assert_eq!(every.status, status);
        assert_eq!(told(&every).trim(), "You must be logged-in as admin to access all excluded areas");
    }
    for bad in ["nope", nothing] {
        let path = format!("{GENERAL}/{bad}");
        assert_eq!(fixture.request("DELETE", &path).of(Some(&fixture.admin)).send().await.status, 404);
        assert_eq!(send(&fixture, "PUT", &path, Some(&fixture.admin), &wanted).await.status, 404);
    }
    assert_eq!(list(&fixture, GENERAL, None).await, [] as [Value; 0]);
    assert_eq!(fixture.get(OWN).await.status, 401);
}

#[tokio::test]
async fn ones_own_areas_are_nobody_elses_business() {
    let fixture = fixture().await;
    let wanted = feature(&polygon(&square(0.0, 0.0, 1.0)), &json!({"label": " home ", "is_public": true}));
    let mine = send(&fixture, "POST", OWN, Some(&fixture.owner), &wanted).await.json();
    let properties = &mine["properties"];
    assert_eq!((&properties["label"], &properties["is_public"]), (&json!("home"), &json!(false)));
    assert_eq!(properties["account_id"], json!(fixture.owner.account.id));
    assert_eq!(list(&fixture, OWN, Some(&fixture.owner)).await, std::slice::from_ref(&mine));
    for who in [&fixture.other, &fixture.admin] {
        assert!(list(&fixture, OWN, Some(who)).await.is_empty());
    }
    assert!(list(&fixture, &format!("{GENERAL}?all=true"), Some(&fixture.admin)).await.is_empty());
    let id = properties["id"].as_str().unwrap();
    for (path, who) in [(OWN, &fixture.other), (OWN, &fixture.admin), (GENERAL, &fixture.admin)] {
        assert_eq!(fixture.request("DELETE", &format!("{path}/{id}")).of(Some(who)).send().await.status, 404);
        assert_eq!(send(&fixture, "PUT", &format!("{path}/{id}"), Some(who), &wanted).await.status, 404);
    }
    let gone = fixture.request("DELETE", &format!("{OWN}/{id}")).of(Some(&fixture.owner)).send().await;
    assert_eq!((gone.status, gone.text()), (204, ""));
}

#[tokio::test]
async fn an_area_is_changed_in_its_place() {
    let fixture = fixture().await;
    let made = json!({"label": "Barracks", "is_public": true});
    let (before, after) = (polygon(&square(0.0, 0.0, 1.0)), polygon(&square(3.0, 0.0, 1.0)));
    for (path, who, is_public) in [(GENERAL, &fixture.admin, true), (OWN, &fixture.owner, false)] {
        let first = send(&fixture, "POST", path, Some(who), &feature(&before, &made)).await.json();
        let one = format!("{path}/{}", first["properties"]["id"].as_str().unwrap());
        fixture.clock.advance(SignedDuration::from_mins(1));
        let wanted = feature(&after, &json!({"label": "New barracks", "is_public": true}));
        let changed = send(&fixture, "PUT", &one, Some(who), &wanted).await;
        assert_eq!(
            (changed.status, changed.header("content-type")),
            (200, "application/geo+json"),
            "{}",
            changed.text()
        );
        let changed = changed.json();
        let mut expected = first.clone();
        expected["properties"]["label"] = json!("New barracks");
        expected["geometry"]["coordinates"] = json!([after["coordinates"]]);
        assert_eq!(changed, expected, "with its id, and since when it was there");
        assert_eq!(changed["properties"]["is_public"], is_public);
        assert_eq!(list(&fixture, path, Some(who)).await, [changed]);
        let bare = send(&fixture, "PUT", &one, Some(who), &feature(&after, &Value::Null)).await.json();
        assert_eq!((&bare["properties"]["label"], &bare["properties"]["is_public"]), (&Value::Null, &json!(false)));
        let line = json!([[0, 0], [1, 0], [0, 0]]);
        let refused = send(&fixture, "PUT", &one, Some(who), &feature(&polygon(&line), &Value::Null)).await;
        assert!(refused.status == 400 && told(&refused).contains("four positions"), "{}", refused.text());
        let huge = feature(&after, &json!({"label": "x".repeat(2 << 20)}));
        assert_eq!(send(&fixture, "PUT", &one, Some(who), &huge).await.status, 413);
    }
}

#[tokio::test]
async fn allowed_areas_take_the_place_of_all() {
    let fixture = fixture().await;
    let admin = Some(&fixture.admin);
    let one = |lon: f64| feature(&polygon(&square(lon, 0.0, 1.0)), &json!({}));
    let put = async |path: &str, features: Vec<Value>| {
        send(&fixture, "PUT", path, admin, &json!({"type": "FeatureCollection", "features": features})).await
    };
    let inverted = format!("{GENERAL}?invert=true");
    assert_eq!(put(GENERAL, vec![one(1.0), one(2.0)]).await.status, 200);
    assert!(list(&fixture, GENERAL, None).await.is_empty(), "they are not public");
    let allowed = put(&inverted, vec![one(5.0)]).await;
    assert_eq!((allowed.status, allowed.header("content-type")), (200, "application/geo+json"));
    let public = list(&fixture, GENERAL, None).await;
    let properties = public[0]["properties"].clone();
    assert_eq!((&properties["flaneur:allowed"], &properties["is_public"]), (&json!(true), &json!(true)));
    assert_eq!(public.len(), 1);

    let nowhere = put(&inverted, vec![]).await;
    assert_eq!(nowhere.status, 400);
    assert!(told(&nowhere).contains("without `invert`"), "{}", nowhere.text());
    let third = put(
        GENERAL,
        vec![one(0.0), one(1.0), json!({"type": "Feature", "geometry": polygon(&json!([])), "properties": null})],
    )
    .await;
    assert!(third.status == 400 && told(&third).contains("features[2]"), "{}", third.text());
    let many = put(GENERAL, (0..1001).map(|_| one(0.0)).collect()).await;
    assert!(many.status == 400 && told(&many).contains("at most 1000"), "{}", many.text());
    assert_eq!(list(&fixture, GENERAL, None).await, public, "what is refused changes nothing");
    assert_eq!(put(GENERAL, vec![]).await.status, 200);
    assert!(list(&fixture, &format!("{GENERAL}?all=true"), admin).await.is_empty());
}

#[tokio::test]
async fn what_is_no_area_is_refused_with_what_to_do() {
    let fixture = fixture().await;
    let good = polygon(&square(0.0, 0.0, 1.0));
    let detailed: Vec<Value> = (0..=10_000).map(|n| json!([f64::from(n % 7), f64::from(n % 5)])).collect();
    for (body, part) in [
        (feature(&polygon(&json!([[0, 0], [1, 0], [1, 1], [0, 1]])), &json!({})), "closed"),
        (feature(&polygon(&json!([[0, 0], [1, 0], [0, 0]])), &json!({})), "four positions"),
        (feature(&polygon(&square(170.0, 0.0, 20.0)), &json!({})), "degrees"),
        (feature(&polygon(&json!([[170, 0], [-170, 0], [-170, 9], [170, 9], [170, 0]])), &json!({})), "RFC 7946"),
        (feature(&polygon(&json!(detailed)), &json!({})), "10000 positions"),
        (feature(&json!({"type": "MultiPolygon", "coordinates": []}), &json!({})), "at least one polygon"),
        (feature(&json!({"type": "Point", "coordinates": [0, 0]}), &json!({})), "Polygon"),
        (feature(&Value::Null, &json!({})), "expected"),
        (feature(&good, &json!({"label": "x".repeat(201)})), "200 characters"),
        (good.clone(), "Feature"),
        (json!({"type": "Feature"}), "geometry"),
    ] {
        for (path, who) in [(OWN, &fixture.owner), (GENERAL, &fixture.admin)] {
            let answer = send(&fixture, "POST", path, Some(who), &body).await;
            assert_eq!(answer.status, 400, "{part}: {}", answer.text());
            assert!(told(&answer).contains(part), "{part}: {}", answer.text());
        }
    }
    let huge = feature(&good, &json!({"label": "x".repeat(2 << 20)}));
    assert_eq!(send(&fixture, "POST", OWN, Some(&fixture.owner), &huge).await.status, 413);
}

#[tokio::test]
async fn an_account_has_so_many_areas_at_most() {
    let fixture = fixture().await;
    let one = feature(&polygon(&square(0.0, 0.0, 1.0)), &json!({}));
    for _ in 0..AreaLimits::OWN.areas {
        assert_eq!(send(&fixture, "POST", OWN, Some(&fixture.owner), &one).await.status, 200);
    }
    let more = send(&fixture, "POST", OWN, Some(&fixture.owner), &one).await;
    assert!(more.status == 409 && told(&more).contains("delete one first"), "{}", more.text());
    assert_eq!(send(&fixture, "POST", OWN, Some(&fixture.other), &one).await.status, 200);
}

/// What an area hides is said to be hidden, to its owner with the reason, and to others that may know of the picture without.
#[tokio::test]
async fn the_list_of_files_says_why_a_picture_is_hidden() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    let (lon, lat) = sequence.position(0);
    let ring = square(lon - 1e-7, lat - 1e-7, 2e-7);
    let picture = sequence.pictures[0];
    let (item, files) = (format!("/pictures/{picture}"), format!("/upload_sets/{}/files", sequence.upload_set));
    for (path, who, sentence) in [
        (OWN, &fixture.owner, "within one of your own excluded areas"),
        (GENERAL, &fixture.admin, "within a general excluded area"),
    ] {
        assert_eq!(fixture.get(&item).await.status, 200);
        let area = send(&fixture, "POST", path, Some(who), &feature(&polygon(&ring), &json!({}))).await.json();
        sweep(&fixture).await;
        for (viewer, status) in
            [(None, 404), (Some(&fixture.other), 404), (Some(&fixture.owner), 200), (Some(&fixture.admin), 200)]
        {
            let answer = fixture.request("GET", &item).of(viewer).send().await;
            assert_eq!(answer.status, status);
            if status == 200 {
                assert_eq!(answer.json()["properties"]["geovisio:visibility"], "owner-only");
            }
        }
        for (viewer, told) in [(&fixture.owner, sentence), (&fixture.admin, "within an excluded area. It is hidden")] {
            let list = fixture.request("GET", &files).of(Some(viewer)).send().await.json();
            let states: Vec<_> = list["files"].as_array().unwrap().iter().map(|file| file["state"].clone()).collect();
            assert_eq!(states, ["hidden", "published", "published"]);
            let message = list["files"][0]["message"].as_str().unwrap();
            assert!(message.contains(told), "{message}");
        }
        let one = format!("{path}/{}", area["properties"]["id"].as_str().unwrap());
        assert_eq!(fixture.request("DELETE", &one).of(Some(who)).send().await.status, 204);
        sweep(&fixture).await;
    }
    assert_eq!(fixture.get(&item).await.status, 200);
}

/// Does what workers do with changed areas.
async fn sweep(fixture: &Fixture) {
    let (catalog, world) = (&fixture.api.catalog, &fixture.api.world);
    let hold = SignedDuration::from_secs(60);
    let lease = catalog.lease(&[JobKind::Areas], world.id(), hold).await.unwrap().unwrap();
    let job = || flaneur_catalog::model::JobId(world.id());
    assert_eq!(catalog.sweep_areas(&lease, 100, &job, world.now()).await.unwrap(), flaneur_catalog::model::Sweep::Done);
}
