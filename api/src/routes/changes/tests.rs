use flaneur_access::Visibility;
use futures::StreamExt as _;
use serde_json::{Value, json};

use super::*;
use crate::testing::{Fixture, Recipe, Seeded, fixture};

fn kinds(page: &Value, id: PictureId) -> Vec<&str> {
    let of = |line: &&Value| line["picture"] == id.to_string();
    page["changes"].as_array().unwrap().iter().filter(of).map(|line| line["kind"].as_str().unwrap()).collect()
}

fn numbers(page: &Value) -> Vec<i64> {
    page["changes"].as_array().unwrap().iter().map(|line| line["number"].as_i64().unwrap()).collect()
}

async fn all(fixture: &Fixture) -> Value {
    fixture.get("/changes?limit=1000").await.json()
}

async fn hide(fixture: &Fixture, of: &Seeded, visibility: &str) {
    let body = json!({ "visibility": visibility });
    let path = format!("/collections/{}/items/{}", of.id, of.pictures[0]);
    assert_eq!(fixture.request("PATCH", &path).of(Some(&fixture.owner)).json(&body).send().await.status, 200);
}

#[tokio::test]
async fn what_everybody_sees_come_and_go_is_told_in_order() {
    let fixture = fixture().await;
    let street = fixture.sequence().await;
    let id = street.pictures[0];
    hide(&fixture, &street, "owner-only").await;
    hide(&fixture, &street, "anyone").await;
    let path = format!("/collections/{}/items/{id}", street.id);
    let turn = json!({ "heading": 12 });
    assert_eq!(fixture.request("PATCH", &path).of(Some(&fixture.owner)).json(&turn).send().await.status, 200);
    assert_eq!(fixture.request("DELETE", &path).of(Some(&fixture.owner)).send().await.status, 204);
    let page = all(&fixture).await;
    assert_eq!(kinds(&page, id), ["published", "edited", "hidden", "published", "edited", "deleted"]);
    let line = page["changes"].as_array().unwrap().iter().find(|line| line["picture"] == id.to_string()).unwrap();
    assert_eq!(line["sequence"], street.id.to_string());
    assert!(line.get("account").is_none(), "whose it was is nobody's business once it is gone");
    let numbers = numbers(&page);
    assert!(numbers.is_sorted_by(|a, b| a < b));
    // Page by page it is the same.
    let (mut next, mut found) = ("/changes?limit=2".to_owned(), Vec::new());
    loop {
        let page = fixture.get(&next).await.json();
        let lines = self::numbers(&page);
        if lines.is_empty() {
            assert_eq!(page["next"], *numbers.last().unwrap());
            break;
        }
        assert!(lines.len() <= 2);
        found.extend(lines);
        next = crate::testing::link(&page, "next").unwrap();
    }
    assert_eq!(found, numbers);
}

#[tokio::test]
async fn nothing_is_told_of_what_not_everybody_sees() {
    for visibility in [Visibility::LoggedOnly, Visibility::OwnerOnly] {
        let fixture = fixture().await;
        let street = fixture.sequence_with(|recipe| recipe.visible_to(visibility)).await;
        let path = format!("/collections/{}/items/{}", street.id, street.pictures[0]);
        let turn = json!({ "heading": 12 });
        assert_eq!(fixture.request("PATCH", &path).of(Some(&fixture.owner)).json(&turn).send().await.status, 200);
        assert_eq!(fixture.request("DELETE", &path).of(Some(&fixture.owner)).send().await.status, 204);
        for who in [None, Some(&fixture.owner), Some(&fixture.admin)] {
            let page = fixture.request("GET", "/changes?items=true").of(who).send().await.json();
            assert_eq!((&page["changes"], &page["items"]["features"]), (&json!([]), &json!([])), "{who:?}");
            assert!(page["next"].as_i64().unwrap() > 0, "what was looked through is not looked through again");
        }
    }
    let fixture = fixture().await;
    // What is edited while it is hidden is told neither then nor later.
    let street = fixture.sequence_with(|recipe| Recipe { count: 1, ..recipe }).await;
    hide(&fixture, &street, "owner-only").await;
    let path = format!("/collections/{}/items/{}", street.id, street.pictures[0]);
    let turn = json!({ "heading": 12 });
    assert_eq!(fixture.request("PATCH", &path).of(Some(&fixture.owner)).json(&turn).send().await.status, 200);
    hide(&fixture, &street, "anyone").await;
    assert_eq!(kinds(&all(&fixture).await, street.pictures[0]), ["published", "edited", "hidden", "published"]);
}

#[tokio::test]
async fn items_are_as_they_are_now() {
    let fixture = fixture().await;
    let street = fixture.sequence().await;
    hide(&fixture, &street, "logged-only").await;
    let page = fixture.get("/changes?items=true&limit=1000").await.json();
    let mut seen: Vec<&str> =
        page["items"]["features"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect();
    seen.sort_unstable();
    let mut expected: Vec<String> = street.pictures[1..].iter().map(ToString::to_string).collect();
    expected.sort_unstable();
    assert_eq!(seen, expected);
    // For whoever asks: it is one log for all.
    let page = fixture.request("GET", "/changes?items=true").of(Some(&fixture.owner)).send().await.json();
    assert_eq!(page["items"]["features"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn who_waits_is_answered_when_there_is_something() {
    let fixture = fixture().await;
    let street = fixture.sequence().await;
    let last = all(&fixture).await["next"].as_i64().unwrap();
    let asked = fixture.request("GET", &format!("/changes?after={last}&wait=60")).send();
    let waits = tokio::spawn(asked);
    hide(&fixture, &street, "owner-only").await;
    let page = waits.await.unwrap().json();
    assert_eq!(kinds(&page, street.pictures[0]), ["edited", "hidden"]);
    let latest = fixture.get("/changes?after=latest").await.json();
    assert_eq!((&latest["changes"], latest["next"].as_i64().unwrap() > last), (&json!([]), true));
}

#[tokio::test]
async fn only_so_many_wait_at_once() {
    let fixture = fixture().await;
    let all = fixture.api.followers.clone().acquire_many_owned(crate::MAX_FOLLOWERS as u32).await.unwrap();
    for path in ["/changes?wait=5", "/changes/stream"] {
        let answer = fixture.get(path).await;
        assert_eq!((answer.status, answer.header("retry-after")), (503, "10"), "{path}");
    }
    assert_eq!(fixture.get("/changes").await.status, 200, "who does not wait is answered");
    drop(all);
    assert_eq!(fixture.get("/changes/stream?lasts=0").await.status, 200);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let fixture = fixture().await;
    for (query, status) in [
        ("after=x", 400),
        ("after=-1", 400),
        ("limit=many", 400),
        ("wait=-1", 400),
        ("items=perhaps", 400),
        ("after=99", 410),
        ("limit=0", 200),
        ("limit=99999", 200),
    ] {
        assert_eq!(fixture.get(&format!("/changes?{query}")).await.status, status, "{query}");
    }
    assert_eq!(fixture.get("/changes/stream?after=99").await.status, 410);
    let held = fixture.request("GET", "/changes/stream").header("last-event-id", "nonsense").send().await;
    assert_eq!(held.status, 400);
}

/// What a stream says, up to so many events.
async fn events(fixture: &Fixture, after: i64, count: usize) -> Vec<String> {
    let permit = fixture.api.followers.clone().try_acquire_owned().unwrap();
    let response = Sse::new(lines(fixture.api.clone(), after, LONGEST_STREAM, permit)).into_response();
    let mut body = response.into_body().into_data_stream();
    let mut said = String::new();
    while said.matches("\n\n").count() < count {
        said.push_str(std::str::from_utf8(&body.next().await.unwrap().unwrap()).unwrap());
    }
    said.split_terminator("\n\n").map(str::to_owned).collect()
}

#[tokio::test]
async fn a_stream_tells_the_same() {
    let fixture = fixture().await;
    let street = fixture.sequence().await;
    hide(&fixture, &street, "owner-only").await;
    let page = all(&fixture).await;
    let lines = page["changes"].as_array().unwrap();
    for (event, line) in events(&fixture, 0, lines.len()).await.iter().zip(lines) {
        let field = |name: &str| event.lines().find_map(|text| text.strip_prefix(name)?.strip_prefix(": ")).unwrap();
        assert_eq!(
            (field("id"), field("event")),
            (line["number"].to_string().as_str(), line["kind"].as_str().unwrap())
        );
        assert_eq!(serde_json::from_str::<Value>(field("data")).unwrap(), *line);
    }
    // From where one was.
    let first = numbers(&page)[0];
    assert_eq!(
        events(&fixture, first, 1).await[0].lines().find(|line| line.starts_with("id")).unwrap(),
        format!("id: {}", numbers(&page)[1])
    );
    let answer = fixture.get("/changes/stream?lasts=0").await;
    assert_eq!((answer.header("content-type"), answer.header("cache-control")), ("text/event-stream", "no-store"));
}
