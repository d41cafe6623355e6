use serde_json::{Value, json};

use crate::{
    identity::secret_hash,
    testing::{Answer, Fixture, HOST, fixture},
};
use flaneur_catalog::model::NewInvite;
use jiff::SignedDuration;

mod claims;

/// What a browser would send back.
fn cookies(answer: &Answer) -> String {
    let pairs = answer.headers.get_all("set-cookie").iter();
    let pairs = pairs.map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap().to_owned());
    pairs.collect::<Vec<_>>().join("; ")
}

async fn sign_in(fixture: &Fixture) -> Answer {
    let answer = fixture.request("POST", "/auth/session").json(&json!({ "token": fixture.owner.jwt })).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer
}

#[tokio::test]
async fn a_session_hides_its_secret_and_shows_that_it_is_there() {
    let fixture = fixture().await;
    let answer = sign_in(&fixture).await;
    assert_eq!(answer.json()["name"], "owner");
    for cookie in answer.headers.get_all("set-cookie") {
        let cookie = cookie.to_str().unwrap();
        assert_eq!(cookie.starts_with("flaneur_"), cookie.contains("HttpOnly"), "{cookie}");
        assert!(cookie.contains("Secure") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"), "{cookie}");
    }
    let cookies = cookies(&answer);
    for name in ["session=1", "user_id=", "user_name=owner"] {
        assert!(cookies.contains(name), "{cookies}");
    }
    let me = fixture.request("GET", "/users/me").header("cookie", &cookies).send().await;
    assert_eq!((me.status, &me.json()["name"]), (200, &json!("owner")));
    // What scripts can read proves nothing.
    let readable = format!("session=1; user_id={}; user_name=owner", fixture.owner.account.id);
    assert_eq!(fixture.request("GET", "/users/me").header("cookie", &readable).send().await.status, 401);

    fixture.request("DELETE", "/auth/session").header("cookie", &cookies).header("origin", HOST).send().await;
    assert_eq!(fixture.request("GET", "/users/me").header("cookie", &cookies).send().await.status, 401);
}

#[tokio::test]
async fn a_session_ends_by_itself() {
    let fixture = fixture().await;
    let cookies = cookies(&sign_in(&fixture).await);
    fixture.clock.advance(SignedDuration::from_hours(24 * 31));
    assert_eq!(fixture.request("GET", "/users/me").header("cookie", &cookies).send().await.status, 401);
}

#[tokio::test]
async fn another_sites_page_cannot_act_by_cookie() {
    let fixture = fixture().await;
    let cookies = cookies(&sign_in(&fixture).await);
    let create = |origin: Option<&'static str>, site: Option<&'static str>| {
        let mut ask = fixture.request("POST", "/upload_sets").header("cookie", &cookies).json(&json!({ "title": "x" }));
        if let Some(origin) = origin {
            ask = ask.header("origin", origin);
        }
        if let Some(site) = site {
            ask = ask.header("sec-fetch-site", site);
        }
        ask.send()
    };
    assert_eq!(create(Some(HOST), None).await.status, 200);
    assert_eq!(create(None, Some("same-origin")).await.status, 200);
    assert_eq!(create(Some("https://evil.example"), None).await.status, 401);
    assert_eq!(create(Some("null"), None).await.status, 401);
    assert_eq!(create(None, Some("cross-site")).await.status, 401);
}

#[tokio::test]
async fn a_program_gets_a_token_by_being_claimed() {
    let fixture = fixture().await;
    let made = fixture.request("POST", "/auth/tokens/generate?description=cli").send().await.json();
    let jwt = format!("Bearer {}", made["jwt_token"].as_str().unwrap());
    let claim = made["links"][0]["href"].as_str().unwrap().to_owned();
    assert_eq!(made["links"][0]["rel"], "claim");
    let me = || fixture.request("GET", "/users/me").header("authorization", &jwt).send();
    let early = me().await;
    assert_eq!((early.status, &early.json()["message"]), (403, &json!("Token not valid")));

    // The link leads to a page that asks; opening it claims nothing.
    let opened = fixture.get(&claim).await;
    assert_eq!(opened.status, 303);
    assert_eq!(opened.header("location"), format!("{HOST}/claim?token={}", made["id"].as_str().unwrap()));
    assert_eq!(me().await.status, 403);
    assert_eq!(fixture.request("POST", &claim).send().await.status, 401);
    assert_eq!(fixture.request("POST", &claim).of(Some(&fixture.owner)).send().await.status, 200);
    assert_eq!(me().await.json()["name"], "owner");
    assert_eq!(fixture.request("POST", &claim).of(Some(&fixture.other)).send().await.status, 409);
    assert_eq!(me().await.json()["name"], "owner");
}

/// Programs that sign in like a browser claim by opening the link. A browser, which anybody could have sent there, asks first.
#[tokio::test]
async fn a_browser_that_was_sent_to_a_claim_claims_nothing() {
    let fixture = fixture().await;
    let cookies = cookies(&sign_in(&fixture).await);
    let made = fixture.request("POST", "/auth/tokens/generate").send().await.json();
    let claim = made["links"][0]["href"].as_str().unwrap().to_owned();
    let open = || fixture.request("GET", &claim).header("cookie", &cookies);
    for (name, value) in [
        ("accept", "text/html,application/xhtml+xml,*/*;q=0.8"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-site", "none"),
    ] {
        assert_eq!(open().header(name, value).send().await.status, 303, "{name}: {value}");
    }
    let jwt = format!("Bearer {}", made["jwt_token"].as_str().unwrap());
    let me = || fixture.request("GET", "/users/me").header("authorization", &jwt).send();
    assert_eq!(me().await.status, 403, "nobody claimed it");
    let claimed = open().header("accept", "*/*").send().await;
    assert_eq!((claimed.status, claimed.text().starts_with("You are now logged in")), (200, true));
    assert_eq!(me().await.json()["name"], "owner");
    // Where the cookie goes along with requests of other sites, nothing is claimed so.
    let open = crate::testing::FixtureBuilder::default()
        .settings(|settings| settings.credential_origins = vec!["https://map.example".to_owned()])
        .build()
        .await;
    let cookies = self::cookies(&sign_in(&open).await);
    let made = open.request("POST", "/auth/tokens/generate").send().await.json();
    let claim = made["links"][0]["href"].as_str().unwrap().to_owned();
    assert_eq!(open.request("GET", &claim).header("cookie", &cookies).send().await.status, 303);
}

#[tokio::test]
async fn unclaimed_tokens_do_not_pile_up() {
    let fixture = fixture().await;
    let made = fixture.request("POST", "/auth/tokens/generate").send().await.json();
    fixture.clock.advance(SignedDuration::from_hours(25));
    fixture.request("POST", "/auth/tokens/generate").send().await;
    let claim = made["links"][0]["href"].as_str().unwrap();
    assert_eq!(fixture.request("POST", claim).of(Some(&fixture.owner)).send().await.status, 404);
}

#[tokio::test]
async fn tokens_are_listed_made_shown_and_revoked_by_their_owner_only() {
    let fixture = fixture().await;
    let owner = Some(&fixture.owner);
    let made =
        fixture.request("POST", "/users/me/tokens").of(owner).json(&json!({ "description": "bot" })).send().await;
    let made = made.json();
    let path = format!("/users/me/tokens/{}", made["id"].as_str().unwrap());
    let list = fixture.request("GET", "/users/me/tokens").of(owner).send().await.json();
    assert_eq!(list.as_array().map(Vec::len), Some(2));
    assert!(list.as_array().unwrap().iter().all(|token| token.get("jwt_token").is_none()));
    assert_eq!(fixture.request("GET", &path).of(owner).send().await.json()["jwt_token"], made["jwt_token"]);
    for (method, who) in [("GET", &fixture.other), ("DELETE", &fixture.other), ("GET", &fixture.admin)] {
        assert_eq!(fixture.request(method, &path).of(Some(who)).send().await.status, 404, "{method}");
    }
    assert_eq!(fixture.get("/users/me/tokens").await.status, 401);
    assert_eq!(fixture.request("DELETE", &path).of(owner).send().await.status, 200);
    let jwt = format!("Bearer {}", made["jwt_token"].as_str().unwrap());
    let after = fixture.request("GET", "/users/me").header("authorization", &jwt).send().await;
    assert_eq!(after.status, 401);
    assert_eq!(after.header("www-authenticate"), "Bearer");
}

#[tokio::test]
async fn a_token_that_does_not_hold_is_refused_everywhere() {
    let fixture = fixture().await;
    for bad in ["Bearer abc", "Bearer ", "Basic YTpi", "Bearer a.b.c"] {
        for path in ["", "/users/me", "/search"] {
            let answer = fixture.request("GET", path).header("authorization", bad).send().await;
            assert_eq!((answer.status, &answer.json()["message"]), (401, &json!("Token not valid")), "{bad} {path}");
        }
    }
}

#[tokio::test]
async fn an_invite_works_once_and_not_for_ever() {
    let fixture = fixture().await;
    let invite = async |code: &str, days: i64| {
        let now = fixture.api.world.now();
        let expires_at = now + SignedDuration::from_hours(24 * days);
        let code_sha256 = secret_hash(code);
        let new = NewInvite { code_sha256, name: "grace".to_owned(), admin: false, created_at: now, expires_at };
        fixture.api.catalog.create_invite(new).await.unwrap();
    };
    let redeem =
        |code: &'static str| fixture.request("POST", "/auth/invites/redeem").json(&json!({ "code": code })).send();
    invite("good", 7).await;
    invite("late", 1).await;
    let answer = redeem("good").await;
    assert_eq!((answer.status, &answer.json()["name"]), (200, &json!("grace")));
    let cookies = cookies(&answer);
    let me = fixture.request("GET", "/users/me").header("cookie", &cookies).send().await;
    assert_eq!(me.json()["name"], "grace");
    assert_eq!(redeem("good").await.status, 404, "used up");
    assert_eq!(redeem("never").await.status, 404);
    fixture.clock.advance(SignedDuration::from_hours(25));
    assert_eq!(redeem("late").await.status, 404, "expired");
}

#[tokio::test]
async fn malformed_bodies_get_a_sentence() {
    let fixture = fixture().await;
    for path in ["/auth/session", "/auth/invites/redeem", "/upload_sets"] {
        for body in ["", "{", "[]", "null", "{\"token\": 5}"] {
            let answer = fixture.request("POST", path).of(Some(&fixture.owner)).body(body.to_owned()).send().await;
            let message = answer.json();
            assert_eq!(answer.status, 400, "{path} {body}");
            assert!(message["message"].as_str().is_some_and(|text| text.len() > 10), "{message}");
        }
    }
    let nothing: Value = fixture.request("DELETE", "/auth/session").send().await.status.into();
    assert_eq!(nothing, 204, "signing out without a session is fine");
}

async fn make(fixture: &Fixture, body: Value) -> Answer {
    fixture.request("POST", "/users/me/tokens").of(Some(&fixture.owner)).json(&body).send().await
}

#[tokio::test]
async fn a_token_ends_when_it_was_said_to() {
    let fixture = fixture().await;
    let made = make(&fixture, json!({ "description": "bot", "expires_at": "2026-11-23T13:00:00+01:00" })).await;
    assert_eq!(made.status, 400, "that is now: {}", made.text());
    let made = make(&fixture, json!({ "description": "bot", "expires_at": "2026-11-23T12:00:01Z" })).await.json();
    assert_eq!((&made["expires_at"], &made["scopes"]), (&json!("2026-11-23T12:00:01Z"), &Value::Null));
    let bearer = format!("Bearer {}", made["jwt_token"].as_str().unwrap());
    let ask = async |path: &str| fixture.request("GET", path).header("authorization", &bearer).send().await;
    assert_eq!(ask("/users/me").await.status, 200);
    fixture.clock.advance(SignedDuration::from_secs(1));
    let late = ask("/live").await;
    assert_eq!((late.status, late.text().contains("2026-11-23T12:00:01Z")), (401, true), "{}", late.text());
    let listed = fixture.request("GET", "/users/me/tokens").of(Some(&fixture.owner)).send().await.json();
    assert_eq!(listed[1]["expires_at"], "2026-11-23T12:00:01Z", "its owner sees that it ended");
}

#[tokio::test]
async fn a_token_with_scopes_is_no_way_to_one_without() {
    let fixture = fixture().await;
    for wrong in [json!({ "scopes": ["write"] }), json!({ "scopes": "edit" }), json!({ "expires_at": "tomorrow" })] {
        assert_eq!(make(&fixture, wrong).await.status, 400);
    }
    let made = make(&fixture, json!({ "scopes": ["edit", "upload"] })).await.json();
    assert_eq!(made["scopes"], json!(["read", "upload", "edit"]));
    let jwt = made["jwt_token"].as_str().unwrap();
    let session = fixture.request("POST", "/auth/session").json(&json!({ "token": jwt })).send().await;
    assert_eq!((session.status, &session.json()["reason"]), (403, &json!("insufficient_scope")));
    let unclaimed = fixture.request("POST", "/auth/tokens/generate").send().await.json();
    for (method, path) in [
        ("POST", "/users/me/tokens".to_owned()),
        ("GET", format!("/users/me/tokens/{}", made["id"].as_str().unwrap())),
        ("GET", format!("/auth/tokens/{}", unclaimed["id"].as_str().unwrap())),
        ("GET", format!("/auth/tokens/{}/claim", unclaimed["id"].as_str().unwrap())),
        ("POST", format!("/auth/tokens/{}/claim", unclaimed["id"].as_str().unwrap())),
        ("POST", "/users/me/logins".to_owned()),
        ("PATCH", "/users/me".to_owned()),
    ] {
        let answer = fixture.request(method, &path).header("authorization", &format!("Bearer {jwt}")).send().await;
        assert_eq!((answer.status, &answer.json()["reason"]), (403, &json!("insufficient_scope")), "{method} {path}");
    }
}

#[tokio::test]
async fn an_account_has_so_many_tokens_and_no_more() {
    let fixture = fixture().await;
    for _ in 1..200 {
        assert_eq!(make(&fixture, json!({})).await.status, 200);
    }
    assert_eq!(make(&fixture, json!({})).await.status, 409);
}
