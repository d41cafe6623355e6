//! A provider that says what it should not, one that is away, and one that changes its keys.

#![expect(clippy::unwrap_used, reason = "this is test code")]

mod town;

use flaneur_login::{Attempt, LoginError};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use town::{CLIENT, REDIRECT, Town, query};

fn attempt() -> Attempt {
    let text = |letter: &str| letter.repeat(43);
    Attempt { state: text("s"), nonce: text("n"), verifier: text("v") }
}

/// Has the provider say something else.
type Change = fn(&mut town::Says);

fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

#[tokio::test]
async fn who_signed_in_is_told_by_a_signed_statement() {
    let town = Town::start().await;
    let provider = town.oidc(Some("secret"));
    let address = provider.address(&attempt(), REDIRECT, now()).await.unwrap();
    assert_eq!(
        format!("{}{}", address.origin().ascii_serialization(), address.path()),
        format!("{}/authorize", town.url())
    );
    let asked = query(&address);
    assert_eq!(asked["client_id"], CLIENT);
    assert_eq!(asked["redirect_uri"], REDIRECT);
    assert_eq!((asked["response_type"].as_str(), asked["scope"].as_str()), ("code", "openid profile"));
    assert_eq!(
        (asked["state"].as_str(), asked["nonce"].as_str()),
        (attempt().state.as_str(), attempt().nonce.as_str())
    );
    assert_eq!(asked["code_challenge_method"], "S256");
    assert!(!address.as_str().contains(&attempt().verifier), "the proof is not shown before");

    let claims = provider.person("a-code".to_owned(), &attempt(), REDIRECT, now()).await.unwrap();
    assert_eq!((claims.issuer.as_str(), claims.subject.as_str()), (town.url(), "ada-1"));
    assert_eq!(claims.name, "ada");
    let sent = town.token_request();
    assert_eq!((sent["code"].as_str(), sent["code_verifier"].as_str()), ("a-code", attempt().verifier.as_str()));
    assert_eq!(sent["redirect_uri"], REDIRECT);
    assert_eq!(sent["authorization"], "Basic ZmxhbmV1cjpzZWNyZXQ=", "flaneur:secret");
    assert_eq!(town.count("/.well-known/openid-configuration"), 1, "it is asked once");
}

#[tokio::test]
async fn who_signs_out_is_led_to_where_the_provider_says() {
    const BACK: &str = "https://pics.example.org/api/auth/signed-out";
    let town = Town::start().await;
    let leads = async || town.oidc(None).end_session(BACK, "a state", now()).await;
    assert_eq!(leads().await.unwrap(), None, "it has no place for that");
    let end = format!("{}/end?realm=town", town.url());
    town.says(|town| town.metadata["end_session_endpoint"] = json!(end));
    let address = leads().await.unwrap().unwrap();
    assert!(address.as_str().starts_with(&format!("{end}&")), "{address}");
    let asked = query(&address);
    assert_eq!((asked["client_id"].as_str(), asked["state"].as_str()), (CLIENT, "a state"));
    assert_eq!(asked["post_logout_redirect_uri"], BACK);
    assert_eq!(asked.len(), 4, "nothing of who it was is told");
    for wrong in ["http://town.example/end", "javascript:alert(1)", "/end", "https://", ""] {
        town.says(|town| town.metadata["end_session_endpoint"] = json!(wrong));
        assert!(matches!(leads().await, Err(LoginError::Unreachable(_))), "{wrong}");
        let provider = town.oidc(None);
        assert!(provider.person("x".to_owned(), &attempt(), REDIRECT, now()).await.is_ok(), "{wrong}: people sign in");
    }
    assert_eq!(town.osm().end_session(BACK, "a state", now()).await.unwrap(), None);
}

#[tokio::test]
async fn a_secret_goes_where_the_provider_wants_it_and_a_public_client_has_none() {
    let town = Town::start().await;
    town.says(|town| town.metadata["token_endpoint_auth_methods_supported"] = json!(["client_secret_post"]));
    town.oidc(Some("secret")).person("x".to_owned(), &attempt(), REDIRECT, now()).await.unwrap();
    let sent = town.token_request();
    assert_eq!((sent["client_secret"].as_str(), sent.get("authorization")), ("secret", None));
    town.oidc(None).person("x".to_owned(), &attempt(), REDIRECT, now()).await.unwrap();
    let sent = town.token_request();
    assert_eq!((sent.get("client_secret"), sent["client_id"].as_str()), (None, CLIENT));
}

#[tokio::test]
async fn a_name_is_taken_from_where_it_is() {
    let town = Town::start().await;
    let provider = town.oidc(Some("secret"));
    let name = async || provider.person("x".to_owned(), &attempt(), REDIRECT, now()).await.map(|claims| claims.name);
    town.says(|town| {
        town.claims.as_object_mut().unwrap().remove("preferred_username");
        town.user_info = json!({"sub": "ada-1", "preferred_username": " ", "nickname": "Countess", "name": "Ada King"});
    });
    assert_eq!(name().await.unwrap(), "Countess");
    town.says(|town| town.user_info = json!({"sub": "ada-1"}));
    assert_eq!(name().await.unwrap(), "");
    town.says(|town| town.user_info = json!({"sub": "bob-2", "nickname": "bob"}));
    assert!(name().await.is_err(), "somebody else's name");
    town.says(|town| {
        town.metadata.as_object_mut().unwrap().remove("userinfo_endpoint");
    });
    let again = town.oidc(Some("secret"));
    assert_eq!(again.person("x".to_owned(), &attempt(), REDIRECT, now()).await.unwrap().name, "");
}

#[tokio::test]
async fn a_statement_that_must_not_be_believed_is_not() {
    let town = Town::start().await;
    let provider = town.oidc(Some("secret"));
    let forge: [(&str, Change); 14] = [
        ("another nonce", |town| town.claims["nonce"] = json!("m".repeat(43))),
        ("no nonce", |town| drop(town.claims.as_object_mut().unwrap().remove("nonce"))),
        ("for another client", |town| town.claims["aud"] = json!("somebody")),
        ("for others too", |town| town.claims["aud"] = json!([CLIENT, "somebody"])),
        ("of another issuer", |town| town.claims["iss"] = json!("https://id.example")),
        ("too old", |town| town.claims["exp"] = json!(1_700_000_000)),
        ("without an end", |town| drop(town.claims.as_object_mut().unwrap().remove("exp"))),
        ("of nobody", |town| town.claims["sub"] = json!("")),
        ("of a name that is none", |town| town.claims["sub"] = json!("a\u{0}b")),
        ("of a name without end", |town| town.claims["sub"] = json!("x".repeat(256))),
        ("unsigned", |town| town.algorithm = "none"),
        ("signed with what everybody knows", |town| town.algorithm = "HS256"),
        ("signed by somebody else", |town| town.signer = 7),
        ("not there", |town| town.statement = false),
    ];
    for (what, change) in forge {
        town.says(change);
        let answer = provider.person("x".to_owned(), &attempt(), REDIRECT, now()).await;
        assert!(answer.is_err(), "{what}: {answer:?}");
        town.says(|town| *town = town::Says::truth(town.url.clone()));
    }
    assert!(provider.person("x".to_owned(), &attempt(), REDIRECT, now()).await.is_ok());
}

#[tokio::test]
async fn keys_may_change_but_are_not_asked_for_all_the_time() {
    let town = Town::start().await;
    let provider = town.oidc(Some("secret"));
    let signs_in = async || provider.person("x".to_owned(), &attempt(), REDIRECT, now()).await.is_ok();
    assert!(signs_in().await);
    town.says(|town| (town.signer, town.key, town.key_id) = (3, 3, "new"));
    for _ in 0..3 {
        assert!(!signs_in().await, "it was asked just now");
    }
    assert_eq!(town.count("/keys"), 1);
    let later = now() + SignedDuration::from_secs(60);
    assert!(provider.person("x".to_owned(), &attempt(), REDIRECT, later).await.is_ok());
    assert_eq!(town.count("/keys"), 2);
}

#[tokio::test]
async fn a_provider_that_fails_is_told_from_one_that_refuses() {
    let town = Town::start().await;
    let provider = town.oidc(Some("secret"));
    let person = async || provider.person("x".to_owned(), &attempt(), REDIRECT, now()).await;
    town.says(|town| town.token_answer = Some((400, r#"{"error":"invalid_grant"}"#.to_owned())));
    assert!(matches!(person().await, Err(LoginError::Refused(_))), "the code is not its");
    for (status, body) in [
        (500, String::new()),
        (200, "<html>".to_owned()),
        (302, String::new()),
        (200, format!("{{\"access_token\":\"{}\"}}", "x".repeat(2 << 20))),
    ] {
        town.says(|town| town.token_answer = Some((status, body.clone())));
        let answer = person().await;
        assert!(matches!(answer, Err(LoginError::Unreachable(_))), "{status}: {answer:?}");
    }
    town.says(|town| *town = town::Says::truth(town.url.clone()));
    town.says(|town| town.metadata["issuer"] = json!("https://id.example"));
    let fresh = town.oidc(Some("secret"));
    assert!(
        matches!(fresh.address(&attempt(), REDIRECT, now()).await, Err(LoginError::Unreachable(_))),
        "it is somebody else"
    );
    let url = town.url().to_owned();
    drop(town);
    let gone = town::oidc_at(&url, None);
    assert!(matches!(gone.address(&attempt(), REDIRECT, now()).await, Err(LoginError::Unreachable(_))));
}

#[tokio::test]
async fn openstreetmap_tells_whose_token_it_is() {
    let town = Town::start().await;
    let provider = town.osm();
    let address = provider.address(&attempt(), REDIRECT, now()).await.unwrap();
    assert_eq!(address.path(), "/oauth2/authorize");
    let asked = query(&address);
    assert_eq!((asked["scope"].as_str(), asked["code_challenge_method"].as_str()), ("read_prefs", "S256"));
    assert_eq!((asked["redirect_uri"].as_str(), asked["state"].as_str()), (REDIRECT, attempt().state.as_str()));
    let claims = provider.person("a-code".to_owned(), &attempt(), REDIRECT, now()).await.unwrap();
    assert_eq!((claims.issuer.as_str(), claims.subject.as_str()), (town.url(), "4711"));
    assert_eq!(claims.name, "Ada maps");
    assert_eq!(town.token_request()["code_verifier"], attempt().verifier);

    for (status, body) in [(401, ""), (200, "{}"), (200, r#"{"user":{"id":"x","display_name":"y"}}"#)] {
        town.says(|town| town.details = Some((status, body.to_owned())));
        let answer = provider.person("x".to_owned(), &attempt(), REDIRECT, now()).await;
        assert!(matches!(answer, Err(LoginError::Unreachable(_))), "{status}: {answer:?}");
    }
    town.says(|town| town.token_answer = Some((400, r#"{"error":"invalid_grant"}"#.to_owned())));
    assert!(matches!(provider.person("x".to_owned(), &attempt(), REDIRECT, now()).await, Err(LoginError::Refused(_))));
}
