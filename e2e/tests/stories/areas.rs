//! Places of which there are to be no pictures.

use flaneur_e2e::{Client, LONG, Photo, Placement, SHORT, Server, field, text, until};
use reqwest::Method;
use serde_json::{Value, json};

use crate::browser::{run_in_browser, walk};

const GENERAL: &str = "/api/configuration/excluded_areas";
const OWN: &str = "/api/users/me/excluded_areas";

/// A square around the `index`-th picture of the walk, which holds no other one of it: they are 6 m apart.
fn around(index: u32) -> Value {
    let Placement { longitude, latitude, .. } = Placement::walk(index);
    let corner = |east: f64, north: f64| json!([longitude + east * 2e-5, latitude + north * 2e-5]);
    json!({
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [[
            corner(-1.0, -1.0), corner(1.0, -1.0), corner(1.0, 1.0), corner(-1.0, 1.0), corner(-1.0, -1.0),
        ]]},
        "properties": {"label": "here", "is_public": true},
    })
}

async fn add(client: &Client, target: &str, area: &Value) -> String {
    let added = client.post(target, area).await.ok();
    assert_eq!(added.header("content-type"), "application/geo+json");
    text(&added.json(), "/properties/id")
}

async fn delete(client: &Client, target: &str, id: &str) {
    let gone = client.send(client.request(Method::DELETE, &format!("{target}/{id}"))).await;
    assert_eq!(gone.status, 204, "{gone}");
}

/// Sends a picture of the walk alone, and gives the refusal and what the set's list of files says of it.
async fn refused(client: &Client, index: u32) -> (String, Value) {
    let set = client.make_set(&json!({ "title": "refused", "estimated_nb_files": 1 })).await;
    let answer = client.send_file(&set, "one.jpg", Photo::of_walk(index)).await;
    assert_eq!(answer.status, 400, "{answer}");
    assert_eq!(text(&answer.json(), "/message"), "Picture is located within an excluded area");
    let state = client.ready(&set).await;
    assert_eq!((field(&state, "/completed"), field(&state, "/items_status/rejected")), (&json!(true), &json!(1)));
    (text(&answer.json(), "/details/error"), client.files(&set).await.remove(0))
}

#[tokio::test]
async fn pictures_of_an_excluded_area_are_refused() {
    let server = Server::start();
    let (admin, alice) = (server.admin(), server.account("alice"));
    let forbidden = alice.post(GENERAL, &around(0)).await;
    assert_eq!(
        (forbidden.status, forbidden.sentence().as_str()),
        (403, "You must be logged-in as admin to edit excluded areas")
    );
    let area = add(&admin, GENERAL, &around(0)).await;
    let public = server.anonymous().json(GENERAL).await;
    assert_eq!(text(&public, "/features/0/properties/id"), area);
    assert_eq!(field(&alice.json("/api/users/me").await, "/permissions/can_edit_excluded_areas"), false);
    assert_eq!(field(&admin.json("/api/users/me").await, "/permissions/can_edit_excluded_areas"), true);

    let (sentence, file) = refused(&alice, 0).await;
    assert_eq!(sentence, "The picture is located within a general excluded area.");
    assert_eq!(text(&file, "/rejected/reason"), "in_excluded_area");
    assert_eq!(text(&file, "/rejected/severity"), "error");
    assert!(text(&file, "/message").starts_with(&sentence), "{file}");
    delete(&admin, GENERAL, &area).await;

    // A zone of one's own holds for one's own pictures, and nobody else sees it.
    let home = add(&alice, OWN, &around(0)).await;
    assert_eq!(refused(&alice, 0).await.0, "The picture is located within one of your own excluded areas.");
    for listing in [admin.json(&format!("{GENERAL}?all=true")).await, admin.json(OWN).await] {
        assert_eq!(field(&listing, "/features"), &json!([]));
    }
    delete(&alice, OWN, &home).await;

    // Pictures are taken of one place only.
    let only = json!({"type": "FeatureCollection", "features": [around(0)]});
    let put = admin.request(Method::PUT, &format!("{GENERAL}?invert=true")).json(&only);
    let put = admin.send(put).await.ok().json();
    assert_eq!(field(&put, "/features/0/properties/flaneur:allowed"), true);
    assert_eq!(refused(&alice, 3).await.0, "The picture is located within a general excluded area.");
    assert_eq!(alice.upload_walk("allowed", 0..1).await.len(), 1);
}

/// All that leads a viewer to a picture: the item, its images, a search, the sequence's items, and the map.
async fn ways(client: &Client, item: &Value) -> Vec<(String, bool)> {
    let (id, collection) = (text(item, "/id"), text(item, "/collection"));
    let mut ways = Vec::new();
    let item_target = format!("/api/collections/{collection}/items/{id}");
    let images = ["hd", "sd", "thumb"].map(|asset| text(item, &format!("/assets/{asset}/href")));
    for target in [item_target, format!("/api/pictures/{id}/hd.jpg")].into_iter().chain(images) {
        let status = client.get(&target).await.status;
        assert!(matches!(status, 200 | 404), "{target}: {status}");
        ways.push((target, status == 200));
    }
    for target in [format!("/api/search?ids={id}"), format!("/api/collections/{collection}/items")] {
        let found = client.json(&target).await;
        let features = field(&found, "/features").as_array().unwrap().iter();
        ways.push((target, features.map(|each| text(each, "/id")).any(|each| each == id)));
    }
    let at = field(item, "/geometry/coordinates");
    let (x, y) = tile(15, at[0].as_f64().unwrap(), at[1].as_f64().unwrap());
    let target = format!("/api/map/15/{x}/{y}.mvt");
    let drawn = client.get(&target).await.ok().body;
    ways.push((target, drawn.windows(id.len()).any(|part| part == id.as_bytes())));
    ways
}

/// The tile of a zoom that holds a point: Web Mercator, x from the west, y from the north.
fn tile(zoom: u32, longitude: f64, latitude: f64) -> (u32, u32) {
    let count = f64::from(1_u32 << zoom);
    let x = (longitude + 180.0) / 360.0 * count;
    let y = (1.0 - latitude.to_radians().tan().asinh() / std::f64::consts::PI) / 2.0 * count;
    (x as u32, y as u32)
}

async fn all_ways(what: &str, client: &Client, item: &Value, open: bool) {
    until(what, SHORT, async || {
        let ways = ways(client, item).await;
        ways.iter().all(|(_, shown)| *shown == open).then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_area_hides_what_is_there_until_it_is_deleted() {
    let server = Server::start();
    let (admin, alice, nobody) = (server.admin(), server.account("alice"), server.anonymous());
    let set = alice.make_set(&json!({ "title": "walk", "estimated_nb_files": 5 })).await;
    for index in 0..5 {
        alice.send_file(&set, &format!("{index}.jpg"), Photo::of_walk(index)).await.ok();
    }
    let items = alice.items(&alice.ready(&set).await).await;
    let (home, kept) = (&items[2], &items[0]);
    let collection = format!("/api/collections/{}", text(home, "/collection"));
    for each in [home, kept] {
        all_ways("everybody sees it", &nobody, each, true).await;
    }

    for (who, target, sentence) in
        [(&admin, GENERAL, "within a general excluded area"), (&alice, OWN, "within one of your own excluded areas")]
    {
        let area = add(who, target, &around(2)).await;
        all_ways("it is hidden from everybody", &nobody, home, false).await;
        all_ways("and from somebody else", &server.account("bob"), home, false).await;
        all_ways("its owner still sees it", &alice, home, true).await;
        all_ways("what is elsewhere stays", &nobody, kept, true).await;
        until("the sequence is counted and drawn without it", LONG, async || {
            let shown = nobody.json(&collection).await;
            (field(&shown, "/stats:items/count") == 4).then_some(())
        })
        .await;
        let files = alice.files(&set).await;
        let states: Vec<String> = files.iter().map(|file| text(file, "/state")).collect();
        assert_eq!(states, ["published", "published", "hidden", "published", "published"]);
        assert!(text(&files[2], "/message").contains(sentence), "{}", files[2]);
        if target == OWN {
            let told = admin.files(&set).await;
            assert!(!told[2].to_string().contains("own excluded"), "not even administrators are told: {}", told[2]);
        }

        delete(who, target, &area).await;
        all_ways("it is back", &nobody, home, true).await;
        until("the sequence has it again", LONG, async || {
            let shown = nobody.json(&collection).await;
            (field(&shown, "/stats:items/count") == 5).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn areas_are_drawn_in_a_browser() {
    let server = Server::start();
    let walk = walk(&server.account("alice")).await;
    let given = [("FLANEUR_WALK", walk.to_string()), ("FLANEUR_ACCOUNT", server.commands().token("alice"))];
    run_in_browser(&server, "tests/areas.test.mjs", &given).await;
}
