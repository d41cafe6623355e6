//! Coming back: with the right ticket, with none, with a stranger's, too late, twice, and for what one may not have.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

use axum::{
    Json, Router,
    extract::State,
    routing::{get, post},
};
use flaneur_login::{OidcSettings, OsmSettings, Provider};
use jiff::SignedDuration;
use serde_json::{Value, json};

mod signing_out;

use super::TICKET_COOKIE;
use crate::{
    TokenKey,
    identity::SESSION_COOKIE,
    testing::{Answer, Fixture, FixtureBuilder, HOST, Who},
};

/// Who signs in at the provider: a number and a name.
type Someone = Arc<(AtomicU64, Mutex<String>)>;

/// An `OpenStreetMap` where whoever comes is the one that was said.
async fn map(someone: &Someone) -> Provider {
    async fn tokens() -> Json<Value> {
        Json(json!({ "access_token": "access", "token_type": "Bearer" }))
    }
    async fn details(State(someone): State<Someone>) -> Json<Value> {
        let name = someone.1.lock().unwrap().clone();
        Json(json!({ "user": { "id": someone.0.load(Ordering::SeqCst), "display_name": name } }))
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let routes = Router::new()
        .route("/oauth2/token", post(tokens))
        .route("/api/0.6/user/details.json", get(details))
        .with_state(someone.clone());
    tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
    let (client_id, client_secret) = ("flaneur".to_owned(), None);
    Provider::osm(OsmSettings { base, client_id, client_secret, name: None }).unwrap()
}

/// A provider of OpenID Connect at this address.
fn oidc(issuer: String, client_secret: Option<String>) -> Provider {
    let client_id = "flaneur".to_owned();
    Provider::oidc(OidcSettings { issuer, client_id, client_secret, name: None, sign_out: true }).unwrap()
}

fn someone(number: u64, name: &str) -> Someone {
    Arc::new((AtomicU64::new(number), Mutex::new(name.to_owned())))
}

/// An instance where people sign in with that map's account.
async fn instance(someone: &Someone) -> Fixture {
    FixtureBuilder::default().login(map(someone).await).build().await
}

fn location(answer: &Answer) -> String {
    answer.headers["location"].to_str().unwrap().to_owned()
}

/// The cookie of this name that was set: its value; none if it was taken away.
fn cookie(answer: &Answer, name: &str) -> Option<String> {
    let mut cookies = answer.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap());
    let value = cookies.find_map(|cookie| cookie.strip_prefix(name)?.strip_prefix('='))?;
    let value = value.split(';').next()?;
    (!value.is_empty()).then(|| value.to_owned())
}

/// A browser that was sent away: the `state` in the address, and the cookie it took along.
async fn left(fixture: &Fixture, next: &str) -> (String, String) {
    let answer = fixture.get(&format!("/auth/login/osm?next_url={next}")).await;
    assert_eq!(answer.status, 303);
    (state_in(&location(&answer)), format!("{TICKET_COOKIE}={}", cookie(&answer, TICKET_COOKIE).unwrap()))
}

fn state_in(address: &str) -> String {
    let address = url::Url::parse(address).unwrap();
    let (_, state) = address.query_pairs().find(|(name, _)| name == "state").unwrap();
    state.into_owned()
}

async fn back(fixture: &Fixture, query: &str, cookie: &str) -> Answer {
    fixture.request("GET", &format!("/auth/redirect?{query}")).header("cookie", cookie).send().await
}

/// To where a browser came, and as whom.
async fn arrived(fixture: &Fixture, answer: &Answer) -> (String, Value) {
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert_eq!(cookie(answer, TICKET_COOKIE), None, "the ticket is used up");
    let session = cookie(answer, SESSION_COOKIE).unwrap_or_default();
    let me = fixture.request("GET", "/users/me").header("cookie", &format!("{SESSION_COOKIE}={session}")).send().await;
    (location(answer).replace(HOST, ""), me.json()["name"].clone())
}

#[tokio::test]
async fn whoever_comes_back_is_signed_in_where_they_were_going() {
    let someone = someone(7, "Ada maps");
    let fixture = instance(&someone).await;
    let (state, ticket) = left(&fixture, "%2Fupload%3Fx%3D1").await;
    let answer = back(&fixture, &format!("code=x&state={state}"), &ticket).await;
    assert_eq!(arrived(&fixture, &answer).await, ("/upload?x=1".to_owned(), json!("Ada maps")));
    assert_eq!(cookie(&answer, "flaneur_via").as_deref(), Some("osm"), "where they are led when they sign out");
    for cookie in answer.headers.get_all("set-cookie") {
        let cookie = cookie.to_str().unwrap();
        let hidden = cookie.starts_with("flaneur_");
        assert_eq!(cookie.contains("HttpOnly"), hidden, "{cookie}");
        assert!(cookie.contains("Secure") && cookie.contains("SameSite=Lax"), "{cookie}");
    }
    // The same person under another name is the same account; another person of that name is not.
    *someone.1.lock().unwrap() = "Ada surveys".to_owned();
    let (state, ticket) = left(&fixture, "https://evil.example/").await;
    let answer = back(&fixture, &format!("code=x&state={state}"), &ticket).await;
    assert_eq!(arrived(&fixture, &answer).await, ("/".to_owned(), json!("Ada maps")));
    someone.0.store(8, Ordering::SeqCst);
    *someone.1.lock().unwrap() = "owner".to_owned();
    let (state, ticket) = left(&fixture, "").await;
    let answer = back(&fixture, &format!("code=x&state={state}"), &ticket).await;
    assert_eq!(arrived(&fixture, &answer).await.1, json!("owner 2"), "a name elsewhere gives nothing here");
}

#[tokio::test]
async fn nobody_comes_back_who_did_not_leave() {
    let someone = someone(7, "Ada");
    let fixture = instance(&someone).await;
    let (state, ticket) = left(&fixture, "/upload").await;
    let (strange, other) = left(&fixture, "/").await;
    let token = fixture.api.tokens.sign(flaneur_catalog::model::TokenId(fixture.api.world.id())).unwrap();
    let forged = TokenKey::new(b"another secret").note(json!({"provider": "osm", "state": "s", "until": i64::MAX}));
    for (query, cookie) in [
        (format!("code=x&state={state}"), String::new()),
        (format!("code=x&state={strange}"), ticket.clone()),
        (format!("code=x&state={state}"), other),
        ("code=x".to_owned(), ticket.clone()),
        (format!("code=x&state={state}"), format!("{TICKET_COOKIE}={token}")),
        ("code=x&state=s".to_owned(), format!("{TICKET_COOKIE}={}", forged.unwrap())),
    ] {
        let answer = back(&fixture, &query, &cookie).await;
        assert!(location(&answer).ends_with("&problem=expired"), "{query} {cookie}: {}", location(&answer));
        assert_eq!(cookie_names(&answer), [TICKET_COOKIE], "no session");
    }
    fixture.clock.advance(SignedDuration::from_mins(15));
    let late = back(&fixture, &format!("code=x&state={state}"), &ticket).await;
    assert!(location(&late).ends_with("&problem=expired"));
    assert_eq!(fixture.api.catalog.accounts(None, 100).await.unwrap().len(), 3, "nobody got an account");
}

fn cookie_names(answer: &Answer) -> Vec<&str> {
    let cookies = answer.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap());
    cookies.map(|cookie| cookie.split_once('=').unwrap().0).collect()
}

#[tokio::test]
async fn what_went_wrong_is_said() {
    let fixture = FixtureBuilder::default()
        .settings(|settings| settings.sign_up = false)
        .login(map(&someone(7, "Ada")).await)
        .build()
        .await;
    for (query, problem) in [
        ("error=access_denied&error_description=no", "denied"),
        ("error=server_error", "refused"),
        ("", "refused"),
        ("code=x", "unknown"),
    ] {
        let (state, ticket) = left(&fixture, "%2Fupload").await;
        let answer = back(&fixture, &format!("{query}&state={state}"), &ticket).await;
        let page = format!("{HOST}/sign-in?next=%2Fupload&problem={problem}");
        assert_eq!((answer.status, location(&answer)), (303, page));
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client_secret = Some("s".to_owned());
    let away = FixtureBuilder::default().login(oidc(base, client_secret)).build().await;
    let answer = away.get("/auth/login/oidc?next_url=/upload").await;
    assert_eq!(location(&answer), format!("{HOST}/sign-in?next=%2Fupload&problem=away"));
    assert_eq!(away.get("/auth/login/osm").await.status, 404);
    let connect = away.request("POST", "/users/me/logins").of(Some(&away.owner)).json(&json!({"provider": "oidc"}));
    assert_eq!(connect.send().await.status, 502);
}

#[tokio::test]
async fn logins_are_held_back_by_address() {
    let fixture = instance(&someone(7, "Ada")).await;
    for _ in 0..30 {
        assert_eq!(back(&fixture, "", "").await.status, 303);
    }
    assert_eq!(back(&fixture, "", "").await.status, 429);
}

#[tokio::test]
async fn clients_are_told_where_people_sign_in() {
    let fixture = instance(&someone(7, "Ada")).await;
    let auth = fixture.get("/configuration").await.json()["auth"].clone();
    let href = format!("{HOST}/api/auth/login/osm");
    assert_eq!(auth["flaneur:providers"], json!([{"id": "osm", "name": "OpenStreetMap", "href": href}]));
    assert_eq!(auth["registration_is_open"], true);
    // Clients that know one address are sent where there is one way only.
    let login = fixture.get("/auth/login?next_url=/upload").await;
    assert_eq!(location(&login), format!("{href}?next_url=%2Fupload"));
    assert_eq!(location(&crate::testing::fixture().await.get("/auth/login").await), format!("{HOST}/sign-in?next=%2F"));
}

/// Has an account connect a login: as it begins, then as whoever has this cookie comes back.
async fn connect(fixture: &Fixture, who: &Who, session: &str) -> Answer {
    let body = json!({ "provider": "osm", "next_url": "/account" });
    let answer = fixture.request("POST", "/users/me/logins").of(Some(who)).json(&body).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let state = state_in(answer.json()["location"].as_str().unwrap());
    let ticket = cookie(&answer, TICKET_COOKIE).unwrap();
    back(fixture, &format!("code=x&state={state}"), &format!("{TICKET_COOKIE}={ticket}; {session}")).await
}

async fn session_of(fixture: &Fixture, who: &Who) -> String {
    let answer = fixture.request("POST", "/auth/session").json(&json!({ "token": who.jwt })).send().await;
    format!("{SESSION_COOKIE}={}", cookie(&answer, SESSION_COOKIE).unwrap())
}

#[tokio::test]
async fn a_login_is_connected_by_who_began_that() {
    let fixture = instance(&someone(7, "Ada elsewhere")).await;
    let (owner, other) = (session_of(&fixture, &fixture.owner).await, session_of(&fixture, &fixture.other).await);
    for stranger in ["", other.as_str()] {
        let answer = connect(&fixture, &fixture.owner, stranger).await;
        assert!(location(&answer).ends_with("problem=expired"), "{stranger}");
    }
    let answer = connect(&fixture, &fixture.owner, &owner).await;
    assert_eq!(location(&answer), format!("{HOST}/account"));
    assert_eq!(cookie_names(&answer), [TICKET_COOKIE], "the session stays as it is");
    let taken = connect(&fixture, &fixture.other, &other).await;
    assert_eq!(location(&taken), format!("{HOST}/sign-in?next=%2Faccount&problem=taken"));

    let (state, ticket) = left(&fixture, "/").await;
    let answer = back(&fixture, &format!("code=x&state={state}"), &ticket).await;
    assert_eq!(arrived(&fixture, &answer).await.1, json!("owner"), "it is their way in now");

    let logins = async |who: &Who| fixture.request("GET", "/users/me/logins").of(Some(who)).send().await.json();
    let listed = logins(&fixture.owner).await;
    assert_eq!((&listed[0]["provider"], &listed[0]["name"]), (&json!("osm"), &json!("Ada elsewhere")));
    assert_eq!(listed[0].get("subject"), None);
    assert_eq!(logins(&fixture.other).await, json!([]));
    let path = format!("/users/me/logins/{}", listed[0]["id"].as_str().unwrap());
    let remove = async |who: &Who| fixture.request("DELETE", &path).of(Some(who)).send().await.status;
    assert_eq!(remove(&fixture.other).await, 404);
    assert_eq!(remove(&fixture.owner).await, 204);
    assert_eq!(remove(&fixture.owner).await, 404);
}

#[tokio::test]
async fn the_last_way_in_stays() {
    let someone = someone(7, "Ada");
    let fixture = instance(&someone).await;
    let (state, ticket) = left(&fixture, "/").await;
    let answer = back(&fixture, &format!("code=x&state={state}"), &ticket).await;
    let session = format!("{SESSION_COOKIE}={}", cookie(&answer, SESSION_COOKIE).unwrap());
    let ask = |method: &'static str, path: &str| {
        fixture.request(method, path).header("cookie", &session).header("origin", HOST)
    };
    let listed = ask("GET", "/users/me/logins").send().await.json();
    let path = format!("/users/me/logins/{}", listed[0]["id"].as_str().unwrap());
    assert_eq!(ask("DELETE", &path).send().await.status, 409);
    for weak in [json!({ "scopes": ["edit"] }), json!({ "expires_at": "2026-11-23T12:00:01Z" })] {
        assert_eq!(ask("POST", "/users/me/tokens").json(&weak).send().await.status, 200);
    }
    fixture.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(ask("DELETE", &path).send().await.status, 409, "no token to sign in with");
    assert_eq!(ask("POST", "/users/me/tokens").send().await.status, 200);
    assert_eq!(ask("DELETE", &path).send().await.status, 204);
    // Signing in again in a browser that was signed in ends what was before.
    let (state, ticket) = left(&fixture, "/").await;
    back(&fixture, &format!("code=x&state={state}"), &format!("{ticket}; {session}")).await;
    assert_eq!(ask("GET", "/users/me").send().await.status, 401);
    let nobody = crate::testing::fixture().await;
    assert_eq!(nobody.get("/users/me/logins").await.status, 401);
}
