//! Redacting a picture again, seen from outside.

use flaneur_access::Visibility;
use flaneur_catalog::model::{
    BoxClass, Detection, JobId, JobKind, Objects, Patch, PictureId, RedactionId, Republication,
};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::MOST_OF_A_PICTURE;
use crate::testing::{Answer, Fixture, Who, fixture};

fn detection() -> Detection {
    Detection {
        class: BoxClass::Face,
        score: 0.9,
        model: "faces".to_owned(),
        model_version: "1".to_owned(),
        bounds: [10.0, 10.0, 40.0, 50.0],
    }
}

async fn ask(fixture: &Fixture, picture: PictureId, who: Option<&Who>, body: &Value) -> Answer {
    fixture.request("POST", &format!("/pictures/{picture}/redactions")).of(who).json(body).send().await
}

async fn list(fixture: &Fixture, picture: PictureId) -> Vec<Value> {
    let path = format!("/pictures/{picture}/redactions");
    let answer = fixture.request("GET", &path).of(Some(&fixture.owner)).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["redactions"].as_array().unwrap().clone()
}

async fn undo(fixture: &Fixture, picture: PictureId, id: &str, who: Option<&Who>, reason: &str) -> Answer {
    let path = format!("/pictures/{picture}/redactions/{id}/undo");
    fixture.request("POST", &path).of(who).json(&json!({ "reason": reason })).send().await
}

/// Does what was asked, as a worker does; what was removed is sealed or not.
async fn work(fixture: &Fixture, picture: PictureId, sealed: bool) {
    let api = &fixture.api;
    let hold = SignedDuration::from_secs(60);
    let lease = api.catalog.lease(&[JobKind::Redact], api.world.id(), hold).await.unwrap().unwrap();
    let done: Vec<RedactionId> = api.catalog.redactions(picture).await.unwrap().iter().map(|each| each.id).collect();
    let before = api.catalog.picture(picture).await.unwrap().unwrap().objects.unwrap();
    let patch = Patch {
        key: format!("patches/{}", api.world.id()),
        picture,
        created_at: api.world.now(),
        size: 1,
        covers: done.clone(),
    };
    let new = Republication {
        picture,
        from: before.master.clone(),
        objects: Objects { master: before.sd.clone(), sd: before.master.clone(), ..before },
        done,
        undone: Vec::new(),
        patch: sealed.then_some(patch),
        revision: 0,
        at: api.world.now(),
    };
    let jobs = [JobId(api.world.id()), JobId(api.world.id())];
    assert!(api.catalog.republish_picture(&lease, new, jobs).await.unwrap());
}

#[tokio::test]
async fn owner_and_administrator_redact_at_once() {
    let fixture = fixture().await;
    let picture = fixture.sequence().await.pictures[0];
    let regions = json!([{ "box": [10, 10.5, 60, 80] }, { "polygon": [[1, 1], [50, 2], [20, 30]] }]);
    let body = json!({ "regions": regions, "class": "plate" });
    for who in [&fixture.owner, &fixture.admin] {
        let answer = ask(&fixture, picture, Some(who), &body).await;
        assert_eq!(answer.status, 202, "{}", answer.text());
        let told = answer.json();
        assert_eq!(
            (&told["state"], &told["class"], &told["origin"]),
            (&json!("asked"), &json!("plate"), &json!("drawn"))
        );
        assert_eq!(told["asked_by"], json!(who.account.id));
        let status = answer.header("location").to_owned();
        assert_eq!(told["links"][0]["href"], json!(status));
        let found = fixture.request("GET", &status).of(Some(who)).send().await.json();
        let one = found["redactions"].as_array().unwrap().iter().find(|each| each["id"] == told["id"]).unwrap();
        assert_eq!(
            one["regions"],
            json!([{ "box": [10.0, 10.5, 60.0, 80.0] }, { "polygon": [[1.0, 1.0], [50.0, 2.0], [20.0, 30.0]] }])
        );
    }
    work(&fixture, picture, false).await;
    let states: Vec<_> = list(&fixture, picture).await.iter().map(|each| each["state"].clone()).collect();
    assert_eq!(states, ["done", "done"]);
    let other = json!({ "regions": [{ "box": [1, 1, 2, 2] }] });
    assert_eq!(ask(&fixture, picture, Some(&fixture.owner), &other).await.json()["class"], "other");
}

#[tokio::test]
async fn others_may_not_and_learn_nothing() {
    let fixture = fixture().await;
    let shown = fixture.sequence().await.pictures[0];
    let hidden = fixture.sequence_with(|recipe| recipe.visible_to(Visibility::OwnerOnly)).await.pictures[0];
    let body = json!({ "regions": [{ "box": [10, 10, 60, 80] }] });
    let never = PictureId(uuid::Uuid::nil());
    for (who, picture, expected) in [
        (None, shown, 401),
        (None, hidden, 401),
        (Some(&fixture.other), shown, 403),
        (Some(&fixture.other), hidden, 404),
        (Some(&fixture.other), never, 404),
        (Some(&fixture.owner), never, 404),
    ] {
        let answers = [
            ask(&fixture, picture, who, &body).await,
            fixture.request("GET", &format!("/pictures/{picture}/redactions")).of(who).send().await,
            undo(&fixture, picture, "00000000-0000-0000-0000-000000000000", who, "why").await,
        ];
        for answer in &answers {
            assert_eq!(answer.status, expected, "{}", answer.text());
        }
        if expected == 403 {
            assert!(answers[0].text().contains("operator"), "{}", answers[0].text());
        }
    }
    assert!(list(&fixture, shown).await.is_empty());
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_a_sentence() {
    let fixture = fixture().await;
    let picture = fixture.sequence().await.pictures[0];
    let many: Vec<Value> = (0..101).map(|_| json!({ "box": [1, 1, 2, 2] })).collect();
    let long: Vec<[f64; 2]> = (0..1001).map(|n| [f64::from(n % 50), f64::from(n % 40)]).collect();
    for (body, part) in [
        (json!({ "regions": [] }), "between 1 and 100"),
        (json!({ "regions": many }), "between 1 and 100"),
        (json!({ "regions": [{ "polygon": long }] }), "coarser"),
        (json!({ "regions": [{ "box": [1, 1, 2, 2] }, { "box": [-1, 0, 5, 5] }] }), "regions[1]"),
        (json!({ "regions": [{ "box": [0, 0, 1e9, 5] }] }), "in the picture"),
        (json!({ "regions": [{}] }), "either"),
        (json!({ "regions": [{ "box": [1, 1, 2] }] }), "JSON"),
        (json!({ "regions": [{ "box": [1, 1, 2, 2] }], "class": "cat" }), "JSON"),
        (json!({}), "JSON"),
    ] {
        let answer = ask(&fixture, picture, Some(&fixture.owner), &body).await;
        assert_eq!(answer.status, 400, "{}", answer.text());
        assert!(answer.text().contains(part), "{}", answer.text());
    }
    let waiting = fixture.waiting_picture().await;
    let answer = ask(&fixture, waiting, Some(&fixture.owner), &json!({ "regions": [{ "box": [1, 1, 2, 2] }] })).await;
    assert_eq!(answer.status, 409, "{}", answer.text());
}

#[tokio::test]
async fn a_picture_has_a_bound() {
    let fixture = fixture().await;
    let picture = fixture.sequence().await.pictures[0];
    let hundred = json!({ "regions": (0..100).map(|_| json!({ "box": [1, 1, 2, 2] })).collect::<Vec<_>>() });
    for _ in 0..MOST_OF_A_PICTURE / 100 {
        assert_eq!(ask(&fixture, picture, Some(&fixture.owner), &hundred).await.status, 202);
    }
    let answer = ask(&fixture, picture, Some(&fixture.owner), &hundred).await;
    assert_eq!(answer.status, 409);
    assert!(answer.text().contains("1000 regions"), "{}", answer.text());
}

#[tokio::test]
async fn a_false_alarm_is_reported_where_it_can_be_undone() {
    let fixture = fixture().await;
    let sealed = fixture.sequence_with(|recipe| recipe.with_detections(vec![detection()])).await.pictures[0];
    let found = list(&fixture, sealed).await;
    assert_eq!((found.len(), &found[0]["origin"], &found[0]["state"]), (1, &json!("detected"), &json!("done")));
    assert_eq!((&found[0]["class"], &found[0]["undoable"]), (&json!("face"), &json!(false)));
    let id = found[0]["id"].as_str().unwrap().to_owned();
    let answer = undo(&fixture, sealed, &id, Some(&fixture.owner), "a poster").await;
    assert_eq!(answer.status, 409);
    assert!(answer.text().contains("was not kept"), "{}", answer.text());

    // A drawn one is sealed.
    let body = json!({ "regions": [{ "box": [1, 1, 2, 2] }] });
    let drawn = ask(&fixture, sealed, Some(&fixture.owner), &body).await.json()["id"].as_str().unwrap().to_owned();
    let early = undo(&fixture, sealed, &drawn, Some(&fixture.owner), "a mistake").await;
    assert!(early.status == 409 && early.text().contains("not done yet"), "{}", early.text());
    work(&fixture, sealed, true).await;
    for bad in ["", "  ", &"x".repeat(2001)] {
        assert_eq!(undo(&fixture, sealed, &drawn, Some(&fixture.owner), bad).await.status, 400);
    }
    let nothing = "00000000-0000-0000-0000-000000000000";
    assert_eq!(undo(&fixture, sealed, nothing, Some(&fixture.owner), "why").await.status, 404);
    let answer = undo(&fixture, sealed, &drawn, Some(&fixture.owner), "a mistake").await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    assert_eq!(answer.json()["undo"]["state"], "asked");
    let again = undo(&fixture, sealed, &drawn, Some(&fixture.admin), "a mistake").await;
    assert!(again.status == 409 && again.text().contains("before"), "{}", again.text());
    let listed = list(&fixture, sealed).await;
    let one = listed.iter().find(|each| each["id"] == drawn.as_str()).unwrap();
    assert_eq!((&one["undo"]["reason"], &one["undoable"]), (&json!("a mistake"), &json!(true)));

    assert!(fixture.api.catalog.reject_undo(drawn.parse().unwrap(), "it shows a face").await.unwrap());
    let listed = list(&fixture, sealed).await;
    let one = listed.iter().find(|each| each["id"] == drawn.as_str()).unwrap();
    assert_eq!((&one["undo"]["state"], &one["undo"]["answer"]), (&json!("rejected"), &json!("it shows a face")));
    assert_eq!(undo(&fixture, sealed, &drawn, Some(&fixture.owner), "it is a poster").await.status, 202);
}
