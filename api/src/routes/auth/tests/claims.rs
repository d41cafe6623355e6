//! What programs ask for, and what whoever claims it is told of that.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::testing::{Answer, Fixture, fixture};

async fn generate(fixture: &Fixture, query: &str) -> Answer {
    fixture.request("POST", &format!("/auth/tokens/generate?{query}")).send().await
}

#[tokio::test]
async fn a_claimed_token_may_do_what_its_program_asked_for() {
    let fixture = fixture().await;
    let made = generate(&fixture, "description=sender&scopes=upload&expires_at=2026-11-23T12:00:10Z").await.json();
    let asked = json!({
        "id": made["id"],
        "description": "sender",
        "generated_at": "2026-11-23T12:00:00Z",
        "expires_at": "2026-11-23T12:00:10Z",
        "scopes": ["read", "upload"],
    });
    for member in ["description", "generated_at", "expires_at", "scopes"] {
        assert_eq!(made[member], asked[member], "the program is told what was understood");
    }
    let path = format!("/auth/tokens/{}", made["id"].as_str().unwrap());
    assert_eq!(fixture.get(&path).await.status, 401);
    for who in [&fixture.owner, &fixture.other] {
        assert_eq!(fixture.request("GET", &path).of(Some(who)).send().await.json(), asked, "nobody has claimed it");
    }
    assert_eq!(fixture.request("POST", &format!("{path}/claim")).of(Some(&fixture.owner)).send().await.status, 200);
    assert_eq!(fixture.request("GET", &path).of(Some(&fixture.owner)).send().await.json(), asked);
    assert_eq!(fixture.request("GET", &path).of(Some(&fixture.other)).send().await.status, 404);
    let listed = fixture.request("GET", "/users/me/tokens").of(Some(&fixture.owner)).send().await.json();
    assert_eq!(listed[1]["scopes"], json!(["read", "upload"]));

    let bearer = format!("Bearer {}", made["jwt_token"].as_str().unwrap());
    let ask = |method: &str, path: &str, body: Value| {
        fixture.request(method, path).header("authorization", &bearer).json(&body).send()
    };
    assert_eq!(ask("POST", "/upload_sets", json!({ "title": "walk" })).await.status, 200);
    let refused = ask("POST", "/edits", json!({})).await;
    assert_eq!((refused.status, &refused.json()["reason"]), (403, &json!("insufficient_scope")));
    assert_eq!(ask("GET", &path, json!(null)).await.status, 403, "it is no way to another token");
    fixture.clock.advance(SignedDuration::from_secs(10));
    assert_eq!(ask("POST", "/upload_sets", json!({ "title": "walk" })).await.status, 401);
}

#[tokio::test]
async fn a_program_that_asks_for_nothing_gets_what_it_always_did() {
    let fixture = fixture().await;
    for (query, scopes) in [
        ("", Value::Null),
        ("description=cli", Value::Null),
        // An empty list is not what is not said.
        ("scopes=", json!(["read"])),
        ("scopes=read", json!(["read"])),
        ("scopes=edit,%20upload", json!(["read", "upload", "edit"])),
        ("scopes=annotate+moderate&expires_at=", json!(["read", "annotate", "moderate"])),
    ] {
        let made = generate(&fixture, query).await;
        assert_eq!(made.status, 200, "{query}: {}", made.text());
        assert_eq!((&made.json()["scopes"], &made.json()["expires_at"]), (&scopes, &Value::Null), "{query}");
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_not_asked_for() {
    let fixture = fixture().await;
    let long = "read,".repeat(41);
    for query in [
        "scopes=write",
        "scopes=upload,everything",
        "scopes=upload&scopes=edit",
        "expires_at=tomorrow",
        "expires_at=2026-11-23T12:00:00Z",
        "expires_at=2020-01-01T00:00:00Z",
        &format!("scopes={long}"),
    ] {
        let answer = generate(&fixture, query).await;
        assert_eq!(answer.status, 400, "{query}");
        assert!(answer.json()["message"].as_str().unwrap().len() > 20, "{query}: {}", answer.text());
    }
}

/// What ended before anybody claimed it is no more to be claimed than what never was.
#[tokio::test]
async fn a_token_that_ended_is_claimed_by_nobody() {
    let fixture = fixture().await;
    let made = generate(&fixture, "expires_at=2026-11-23T12:00:10Z").await.json();
    fixture.clock.advance(SignedDuration::from_secs(10));
    let path = format!("/auth/tokens/{}", made["id"].as_str().unwrap());
    for (method, path) in [("GET", path.clone()), ("GET", format!("{path}/claim")), ("POST", format!("{path}/claim"))] {
        let answer = fixture.request(method, &path).of(Some(&fixture.owner)).send().await;
        assert_eq!(answer.status, 404, "{method} {path}");
    }
    for path in ["/auth/tokens/nope", "/auth/tokens/00000000-0000-0000-0000-000000000000"] {
        assert_eq!(fixture.request("GET", path).of(Some(&fixture.owner)).send().await.status, 404, "{path}");
    }
}
