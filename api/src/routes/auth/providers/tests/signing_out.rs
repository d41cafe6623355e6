//! Signing out here, at the provider, and coming back.

use axum::{Json, Router, routing::get};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{cookie, location, oidc, session_of, state_in};
use crate::{
    identity::SESSION_COOKIE,
    testing::{Answer, Fixture, FixtureBuilder, HOST},
};

/// Which provider vouched for whoever is signed in.
const VIA: &str = "flaneur_via=oidc";
const TICKET: &str = "flaneur_signed_out";

/// An instance whose provider says this of itself, besides what it has to.
async fn instance(more: Value) -> (Fixture, String) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let mut metadata = json!({
        "issuer": base,
        "authorization_endpoint": format!("{base}/authorize"),
        "token_endpoint": format!("{base}/token"),
        "jwks_uri": format!("{base}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA"],
    });
    for (name, value) in more.as_object().unwrap() {
        metadata[name] = json!(value.as_str().unwrap().replace("BASE", &base));
    }
    let routes = Router::new()
        .route("/.well-known/openid-configuration", get(async || Json(metadata)))
        .route("/keys", get(async || Json(json!({ "keys": [] }))));
    tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
    (FixtureBuilder::default().login(oidc(base.clone(), None)).build().await, base)
}

fn ending() -> Value {
    json!({ "end_session_endpoint": "BASE/end" })
}

async fn is_signed_in(fixture: &Fixture, session: &str) -> bool {
    fixture.request("GET", "/users/me").header("cookie", session).send().await.status == 200
}

/// The page that a browser comes to that was sent back with this state, with the ticket that it was given.
async fn back(fixture: &Fixture, query: &str, given: &Answer) -> String {
    let ticket = cookie(given, TICKET).unwrap_or_default();
    let ask =
        fixture.request("GET", &format!("/auth/signed-out?{query}")).header("cookie", &format!("{TICKET}={ticket}"));
    let answer = ask.send().await;
    assert_eq!((answer.status, cookie(&answer, TICKET)), (303, None), "the ticket is used up");
    location(&answer).replace(HOST, "")
}

#[tokio::test]
async fn who_signs_out_here_is_led_to_where_they_signed_in() {
    let (fixture, base) = instance(ending()).await;
    for method in ["GET", "DELETE"] {
        let session = session_of(&fixture, &fixture.owner).await;
        let path = if method == "GET" { "/auth/logout" } else { "/auth/session" };
        let path = format!("{path}?next_url=%2Fupload%3Fx%3D1");
        let answer = fixture.request(method, &path).header("cookie", &format!("{session}; {VIA}")).send().await;
        let address = match method {
            "GET" => location(&answer),
            _ => answer.json()["continue"].as_str().unwrap().to_owned(),
        };
        assert_eq!(answer.status, if method == "GET" { 303 } else { 200 });
        assert!(!is_signed_in(&fixture, &session).await, "here it is over, whatever they do there");
        let cookies: Vec<&str> =
            answer.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap()).collect();
        assert!(cookies.iter().any(|cookie| cookie.starts_with("flaneur_via=;")), "{cookies:?}");
        let ticket = cookies.iter().find(|cookie| cookie.starts_with(TICKET)).unwrap();
        assert!(ticket.contains("HttpOnly") && ticket.contains("Secure") && ticket.contains("Lax"), "{ticket}");

        let state = state_in(&address);
        let address = url::Url::parse(&address).unwrap();
        assert_eq!(&address[..url::Position::AfterPath], format!("{base}/end"));
        let asked: Vec<(String, String)> = address.query_pairs().into_owned().collect();
        let expected = [
            ("client_id", "flaneur"),
            ("post_logout_redirect_uri", &format!("{HOST}/api/auth/signed-out")),
            ("state", &state),
        ];
        assert_eq!(asked, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));

        assert_eq!(back(&fixture, &format!("state={state}"), &answer).await, "/upload?x=1");
        for wrong in ["state=x", "", "state="] {
            assert_eq!(back(&fixture, wrong, &answer).await, "/", "{wrong}");
        }
        let login = fixture.get("/auth/login/oidc?next_url=/upload").await;
        let strange = cookie(&login, "flaneur_login").unwrap();
        let strange = fixture
            .request("GET", &format!("/auth/signed-out?state={}", state_in(&location(&login))))
            .header("cookie", &format!("{TICKET}={strange}"));
        assert_eq!(location(&strange.send().await), format!("{HOST}/"), "a ticket for signing in is none for this");
        fixture.clock.advance(SignedDuration::from_mins(15));
        assert_eq!(back(&fixture, &format!("state={state}"), &answer).await, "/", "too late");
    }
}

#[tokio::test]
async fn nobody_is_led_to_another_site() {
    let (fixture, _) = instance(ending()).await;
    let session = session_of(&fixture, &fixture.owner).await;
    let path = "/auth/logout?next_url=https%3A%2F%2Fevil.example%2F";
    let answer = fixture.request("GET", path).header("cookie", &format!("{session}; {VIA}")).send().await;
    assert!(!location(&answer).contains("evil"), "{}", location(&answer));
    let state = state_in(&location(&answer));
    assert_eq!(back(&fixture, &format!("state={state}"), &answer).await, "/");
}

#[tokio::test]
async fn where_there_is_nowhere_to_go_signing_out_ends_here() {
    let (fixture, _) = instance(ending()).await;
    let (plain, _) = instance(json!({})).await;
    let (odd, _) = instance(json!({ "end_session_endpoint": "javascript:alert(1)" })).await;
    for (fixture, via, signed_in) in [
        (&fixture, "", true),
        (&fixture, "; flaneur_via=osm", true),
        (&fixture, "; flaneur_via=https://evil.example", true),
        (&fixture, "; flaneur_via=oidc", false),
        (&plain, "; flaneur_via=oidc", true),
        (&odd, "; flaneur_via=oidc", true),
    ] {
        let session = if signed_in { session_of(fixture, &fixture.owner).await } else { "a=b".to_owned() };
        let cookies = format!("{session}{via}");
        let answer = fixture.request("GET", "/auth/logout?next_url=/upload").header("cookie", &cookies).send().await;
        assert_eq!(location(&answer), format!("{HOST}/upload"), "{cookies}");
        assert_eq!(cookie(&answer, TICKET), None, "{cookies}");
        assert!(!is_signed_in(fixture, &session).await);
        let answer = fixture.request("DELETE", "/auth/session").header("cookie", &cookies).send().await;
        assert_eq!(answer.status, 204, "{cookies}");
    }
    // A session that begins with a token is nobody's but ours, whoever was signed in before.
    let body = json!({ "token": fixture.owner.jwt });
    let answer = fixture.request("POST", "/auth/session").header("cookie", VIA).json(&body).send().await;
    assert!(cookie(&answer, SESSION_COOKIE).is_some());
    assert_eq!(cookie(&answer, "flaneur_via"), None);
}
