use flaneur_access::Visibility;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::testing::{Answer, Fixture, FixtureBuilder, Recipe, Seeded, Who, fixture};

async fn send(fixture: &Fixture, who: Option<&Who>, query: &str, lines: &[Value]) -> Answer {
    let body = lines.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    let ask = fixture.request("POST", &format!("/batch{query}")).of(who);
    ask.header("content-type", "application/x-ndjson").body(body).send().await
}

/// What became of each line, and the sum.
fn told(answer: &Answer) -> (Vec<Value>, Value) {
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/x-ndjson"), "{}", answer.text());
    let mut lines: Vec<Value> = answer.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let sum = lines.pop().unwrap();
    (lines, sum)
}

fn outcomes(answer: &Answer) -> Vec<String> {
    told(answer).0.iter().map(|line| line["outcome"].as_str().unwrap().to_owned()).collect()
}

fn tag(picture: impl std::fmt::Display, key: &str, value: &str) -> Value {
    json!({ "picture": picture.to_string(), "semantics": [{ "key": key, "value": value }] })
}

fn mark(picture: impl std::fmt::Display, shape: [i64; 4], value: &str) -> Value {
    let semantics = json!([{ "key": "osm|traffic_sign", "value": value }]);
    json!({ "picture": picture.to_string(), "annotations": [{ "shape": shape, "semantics": semantics }] })
}

async fn item(fixture: &Fixture, of: &Seeded, at: usize) -> Value {
    fixture.get(&format!("/pictures/{}", of.pictures[at])).await.json()["properties"].clone()
}

#[tokio::test]
async fn lines_are_written_once_and_taken_back() {
    let fixture = fixture().await;
    let street = fixture.sequence().await;
    let [a, b, c] = street.pictures[..] else { panic!("three pictures") };
    let before = item(&fixture, &street, 0).await;
    let bot = Some(&fixture.other);
    let by = json!({ "model": "signs", "version": "3", "confidence": 0.93 });
    let mut first = mark(a, [10, 10, 60, 60], "FR:AB4");
    first["by"] = by;
    let lines = [
        first,
        tag(b, "weather", "rain"),
        tag(b, "weather", "dusk"),
        mark(c, [1, 1, 5, 5], "stop"),
        mark(c, [1, 1, 5, 5], "stop"),
        mark(c, [5, 5, 9, 9], "stop"),
    ];
    let answer = send(&fixture, bot, "", &lines).await;
    assert_eq!(outcomes(&answer), ["changed", "changed", "changed", "changed", "unchanged", "changed"]);
    let sum = told(&answer).1;
    assert_eq!((&sum["changed"], &sum["unchanged"], &sum["refused"]), (&json!(5), &json!(1), &json!(0)));
    let run = sum["run"].as_str().unwrap();
    // Each tag says what found it.
    let marked = item(&fixture, &street, 0).await["annotations"][0].clone();
    let tags: Vec<String> = marked["semantics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| format!("{}: {}", tag["key"].as_str().unwrap(), tag["value"].as_str().unwrap()))
        .collect();
    assert_eq!(
        tags,
        [
            "osm|traffic_sign: FR:AB4",
            "detection_model[osm|traffic_sign=FR:AB4]: signs/3",
            "detection_confidence[osm|traffic_sign=FR:AB4]: 0.930",
        ]
    );
    assert_eq!(item(&fixture, &street, 2).await["annotations"].as_array().unwrap().len(), 2);
    // Sent again, it changes nothing.
    let again = send(&fixture, bot, &format!("?run={run}"), &lines).await;
    assert!(outcomes(&again).iter().all(|outcome| outcome == "unchanged"));
    assert_eq!(told(&again).1["edits"], 0);
    // More of the same run; and what somebody else wrote stays.
    let more = send(&fixture, bot, &format!("?run={run}"), &[tag(a, "x", "y")]).await;
    assert_eq!(outcomes(&more), ["changed"]);
    send(&fixture, Some(&fixture.owner), &format!("?run={run}"), &[tag(a, "mine", "yes")]).await;
    let nobodys = fixture.request("DELETE", &format!("/batch/{run}")).of(Some(&fixture.admin)).send().await;
    assert_eq!(nobodys.status, 404, "a run is one account's");
    let back = fixture.request("DELETE", &format!("/batch/{run}")).of(bot).send().await.json();
    assert_eq!((&back["changes_count"], &back["kept_count"], &back["left"]), (&json!(6), &json!(0), &json!(false)));
    let now = item(&fixture, &street, 0).await;
    assert_eq!(now["annotations"], before["annotations"]);
    assert_eq!(now["semantics"], json!([{ "key": "mine", "value": "yes" }]));
    for at in [1, 2] {
        let now = item(&fixture, &street, at).await;
        assert_eq!((&now["annotations"], &now["semantics"]), (&json!([]), &json!([])));
    }
    let twice = fixture.request("DELETE", &format!("/batch/{run}")).of(bot).send().await;
    assert_eq!(twice.status, 404);
}

#[tokio::test]
async fn what_is_wrong_with_a_line_is_its_own_affair() {
    let fixture = fixture().await;
    let street = fixture.sequence().await;
    let hidden = fixture.sequence_with(|recipe| Recipe { count: 1, ..recipe.visible_to(Visibility::OwnerOnly) }).await;
    let a = street.pictures[0];
    let mut unsure = tag(a, "a", "b");
    unsure["by"] = json!({ "model": "m", "confidence": 1.5 });
    let lines = [
        (json!({ "picture": "x" }), 400),
        (json!([1]), 400),
        (json!({ "picture": a.to_string() }), 400),
        (json!({ "picture": a.to_string(), "semantics": [], "unknown": 1 }), 400),
        (tag(Uuid::from_u128(1), "a", "b"), 404),
        (tag(hidden.pictures[0], "a", "b"), 404),
        (tag(a, "", "b"), 400),
        (unsure, 400),
        (mark(a, [0, 0, 99_999, 5], "x"), 400),
        (mark(a, [5, 5, 1, 1], "x"), 400),
        (tag(a, "good", "yes"), 200),
    ];
    let sent: Vec<Value> = lines.iter().map(|(line, _)| line.clone()).collect();
    let answer = send(&fixture, Some(&fixture.other), "", &sent).await;
    let (told, sum) = told(&answer);
    for (at, (line, (sent, status))) in told.iter().zip(&lines).enumerate() {
        assert_eq!(line["line"], at + 1);
        assert_eq!(line["status"].as_u64().unwrap_or(200), *status, "{sent}: {line}");
        assert_eq!(line["message"].is_string(), *status != 200, "{line}");
    }
    assert_eq!((told.len(), &sum["changed"]), (lines.len(), &json!(1)));
    let text = answer.text();
    assert!(!text.contains("at line 1"), "what the parser says is for the log: {text}");
}

#[tokio::test]
async fn one_that_is_too_much_does_not_stop_the_others() {
    let fixture = fixture().await;
    let street = fixture.sequence().await;
    let many: Vec<Value> = (0..101).map(|n| json!({ "key": format!("k{n}"), "value": "v" })).collect();
    let lines = [
        tag(street.pictures[0], "a", "b"),
        json!({ "picture": street.pictures[1].to_string(), "semantics": many }),
        tag(street.pictures[2], "a", "b"),
    ];
    let answer = send(&fixture, Some(&fixture.other), "", &lines).await;
    assert_eq!(outcomes(&answer), ["changed", "refused", "changed"]);
    let run = told(&answer).1["run"].as_str().unwrap().to_owned();
    let back = fixture.request("DELETE", &format!("/batch/{run}")).of(Some(&fixture.other)).send().await.json();
    assert_eq!(back["changes_count"], 2);
}

#[tokio::test]
async fn who_writes_too_much_is_told_to_wait() {
    let fixture = FixtureBuilder::default().settings(|settings| settings.max_lines_per_minute = 2).build().await;
    let street = fixture.sequence().await;
    let lines =
        [tag(street.pictures[0], "a", "1"), tag(street.pictures[0], "a", "2"), tag(street.pictures[0], "a", "3")];
    let answer = send(&fixture, Some(&fixture.other), "", &lines).await;
    assert_eq!(outcomes(&answer), ["changed", "changed", "refused"]);
    assert_eq!(told(&answer).0[2]["status"], 429);
    fixture.clock.advance(jiff::SignedDuration::from_secs(60));
    assert_eq!(outcomes(&send(&fixture, Some(&fixture.other), "", &lines[2..]).await), ["changed"]);
}

#[tokio::test]
async fn what_is_no_batch_is_refused() {
    let fixture = fixture().await;
    let ask = |who, kind: &'static str| {
        fixture.request("POST", "/batch").of(who).header("content-type", kind).body("{}\n").send()
    };
    assert_eq!(ask(None, "application/x-ndjson").await.status, 401);
    assert_eq!(ask(Some(&fixture.other), "application/json").await.status, 415);
    let run = send(&fixture, Some(&fixture.other), "?run=mine", &[]).await;
    assert_eq!(run.status, 400);
    let (lines, sum) = told(&send(&fixture, Some(&fixture.other), "", &[]).await);
    assert_eq!((lines.len(), &sum["edits"]), (0, &json!(0)));
    let long = "x".repeat((64 << 10) + 1);
    let ask = fixture.request("POST", "/batch").of(Some(&fixture.other));
    let long = ask.header("content-type", "application/x-ndjson").body(long).send().await;
    assert_eq!(long.status, 413);
}

#[tokio::test]
async fn a_batch_is_bounded_and_what_came_before_is_written() {
    let fixture = FixtureBuilder::default().settings(|settings| settings.max_lines_per_batch = 3).build().await;
    let street = fixture.sequence().await;
    let lines: Vec<Value> = street.pictures.iter().map(|picture| tag(picture, "a", "b")).collect();
    assert_eq!(outcomes(&send(&fixture, Some(&fixture.other), "", &lines).await), ["changed"; 3]);
    let more: Vec<Value> = street.pictures.iter().map(|picture| tag(picture, "c", "d")).collect();
    let answer = send(&fixture, Some(&fixture.other), "", &[&more[..], &lines[..1]].concat()).await;
    assert_eq!(answer.status, 413);
    assert!(answer.json()["message"].as_str().unwrap().contains("at most 3 lines"), "{}", answer.text());
    assert_eq!(outcomes(&send(&fixture, Some(&fixture.other), "", &more).await), ["unchanged"; 3]);
}
